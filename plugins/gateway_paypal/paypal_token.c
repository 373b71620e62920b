/*
 * paypal_token.c: the access token.
 *
 * It is the one thing that this plugin keeps in a process beside its options: losing it costs a request.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_token.h"

#include <string.h>

#include "paypal_options.h"

#define TOKEN_MOST 4096
#define RENEW_BEFORE 300 /* seconds; while one renews it the others go on with the old one */
#define LIFE_LEAST 60

static struct {
    char text[TOKEN_MOST];
    int64_t until; /* unix seconds, real time */
    int64_t renew_at;
    bool renewing;
} kept;

/* Tokens do not live on test clocks. */
static int64_t real_now(sl_context *cx)
{
    int64_t lived = sl_now(cx);
    sl_now_set(cx, 0);
    int64_t now = sl_now(cx);
    if (lived != now)
        sl_now_set(cx, lived);
    return now;
}

static void token_keep(const char *token, int64_t now, int64_t life)
{
    size_t length = strlen(token);
    if (length >= TOKEN_MOST || life < LIFE_LEAST)
        return;
    memcpy(kept.text, token, length + 1);
    kept.until = now + life;
    kept.renew_at = kept.until - (life > 2 * RENEW_BEFORE ? RENEW_BEFORE : life / 2);
}

void paypal_token_forget(const char *token)
{
    if (strcmp(kept.text, token) == 0)
        kept.text[0] = '\0';
}

/* What does not come to be an answer never reached an operation. */
static void refusal_read(sl_context *cx, const sl_http_response *response,
                         struct paypal_answer *ret, bool *ret_again)
{
    bool refused = response->status >= 400 && response->status < 500 && response->status != 429 &&
                   response->status != 408;
    *ret = (struct paypal_answer){
        .kind = ANSWER_UNSENT,
        .status = response->status,
        .message = refused ? "PayPal does not accept paypal.client_id and paypal.client_secret."
                           : sl_format(cx, "PayPal gave no access token: %s",
                                       response->fault ? response->fault : "no readable answer"),
    };
    *ret_again = !refused;
}

static const char *token_ask(sl_context *cx, int64_t now, struct paypal_answer *ret,
                             bool *ret_again, int64_t *ret_pause)
{
    static const char body[] = "grant_type=client_credentials";
    const sl_pair headers[] = {
        { "Accept", "application/json" },
        { "Content-Type", "application/x-www-form-urlencoded" },
        { NULL, NULL },
    };
    const sl_http_request request = {
        .struct_size = sizeof(request),
        .method = "POST",
        .url = paypal_url(cx, "/v1/oauth2/token"),
        .headers = headers,
        .body = body,
        .body_length = strlen(body),
        .user = paypal_options()->client_id,
        .password = paypal_options()->client_secret,
    };
    sl_http_response response = { .struct_size = sizeof(response) };
    if (sl_http_send(cx, &request, &response) != SL_OK)
        sl_error_clear(cx);
    const sl_value *object = paypal_body(cx, &response);
    const char *token = sl_value_string(sl_value_member(object, "access_token"), NULL);
    *ret_pause = paypal_retry_after(cx, &response);
    if (response.status != 200 || !token || !token[0]) {
        refusal_read(cx, &response, ret, ret_again);
        return NULL;
    }
    token_keep(token, now, sl_value_int(sl_value_member(object, "expires_in"), 0));
    return token;
}

const char *paypal_token(sl_context *cx, struct paypal_answer *ret, bool *ret_again,
                         int64_t *ret_pause)
{
    int64_t now = real_now(cx);
    bool good = kept.text[0] && now < kept.until;
    if (good && (now < kept.renew_at || kept.renewing))
        return sl_copy(cx, kept.text, strlen(kept.text));
    const char *old = good ? sl_copy(cx, kept.text, strlen(kept.text)) : NULL;
    kept.renewing = true;
    const char *token = token_ask(cx, now, ret, ret_again, ret_pause);
    kept.renewing = false;
    return token ? token : old;
}
