/*
 * stripe_client.c: asking Stripe.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_client.h"

#include <string.h>

#include <stripe_lite/log.h>

#include "stripe_options.h"

#define TRIES_MOST 4
#define FIRST_PAUSE_MS 150
#define RETRY_AFTER_MOST 100000 /* seconds */
#define LEAST_LEFT_MS 250       /* of the deadline, for another try */

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *header(sl_context *cx, const sl_http_response *response, const char *name)
{
    return sl_http_response_header(cx, response, name);
}

/* ---- what an answer means ---- */

static const char *member(const sl_value *object, const char *name)
{
    return sl_value_string(sl_value_member(object, name), NULL);
}

static const sl_value *body_parse(sl_context *cx, const sl_http_response *response)
{
    const sl_value *value = NULL;
    if (sl_json_parse(cx, response->body ? response->body : "", response->body_length, &value) !=
        SL_OK)
        sl_error_clear(cx);
    return sl_value_type(value) == SL_VALUE_OBJECT ? value : NULL;
}

static void answer_set(struct stripe_answer *ret, int32_t kind, const char *message)
{
    ret->kind = kind;
    ret->message = message;
}

static void refusal_read(const char *type, struct stripe_answer *ret, bool *ret_again)
{
    bool busy = same(ret->code, "idempotency_key_in_use") || same(ret->code, "lock_timeout");
    if (ret->status == 409 || busy) {
        answer_set(ret, ANSWER_UNKNOWN, "Stripe is still busy with this request.");
        *ret_again = true;
    } else if (ret->status == 429 || same(type, "rate_limit_error") ||
               same(ret->code, "rate_limit")) {
        answer_set(ret, ANSWER_UNSENT, "Stripe takes no more requests at the moment.");
        *ret_again = true;
    } else if (ret->status == 401) {
        answer_set(ret, ANSWER_UNSENT, "Stripe does not accept the key in stripe.secret_key.");
    } else if (ret->status == 403) {
        answer_set(ret, ANSWER_UNSENT, "The key in stripe.secret_key may not do this at Stripe.");
    } else if (same(type, "idempotency_error")) {
        answer_set(ret, ANSWER_USED, "Stripe knows this key from another request.");
    } else if (ret->status == 402 || same(type, "card_error")) {
        answer_set(ret, ANSWER_DECLINED, ret->message ? ret->message : "Your card was declined.");
    } else {
        answer_set(ret, ANSWER_REFUSED,
                   ret->message ? ret->message : "Stripe refused the request.");
    }
}

static void failure_read(sl_context *cx, const sl_http_response *response,
                         struct stripe_answer *ret, bool *ret_again)
{
    const char *advice = header(cx, response, "Stripe-Should-Retry");
    answer_set(ret, ANSWER_UNKNOWN,
               sl_format(cx, "Stripe answered with status %d.", response->status));
    /* A kept failure stays one. */
    *ret_again = response->status >= 500 && !ret->replayed;
    if (same(advice, "true"))
        *ret_again = true;
    if (same(advice, "false"))
        *ret_again = false;
}

void stripe_answer_read(sl_context *cx, const sl_http_response *response, struct stripe_answer *ret,
                        bool *ret_again)
{
    *ret = (struct stripe_answer){ .status = response->status };
    *ret_again = false;
    if (response->reached != SL_HTTP_ANSWERED) {
        bool unsent = response->reached == SL_HTTP_NOT_SENT;
        answer_set(ret, unsent ? ANSWER_UNSENT : ANSWER_UNKNOWN,
                   response->fault ? response->fault : "Stripe gave no answer.");
        *ret_again = true;
        return;
    }
    ret->replayed = same(header(cx, response, "Idempotent-Replayed"), "true");
    const sl_value *body = body_parse(cx, response);
    if (response->status >= 200 && response->status < 300) {
        ret->object = body;
        answer_set(ret, body ? ANSWER_DONE : ANSWER_UNKNOWN, "Stripe's answer cannot be read.");
        *ret_again = !body;
        return;
    }
    ret->error = sl_value_member(body, "error");
    ret->code = member(ret->error, "code");
    ret->message = member(ret->error, "message");
    /* What does not come from Stripe itself, but from something in between, says nothing of the request. */
    bool refused = response->status >= 400 && response->status < 500 &&
                   sl_value_type(ret->error) == SL_VALUE_OBJECT;
    if (refused)
        refusal_read(member(ret->error, "type"), ret, ret_again);
    else
        failure_read(cx, response, ret, ret_again);
}

/* ---- asking ---- */

/* Milliseconds; 0 when the answer names none. */
static int64_t retry_after(sl_context *cx, const sl_http_response *response)
{
    const char *text =
        response->reached == SL_HTTP_ANSWERED ? header(cx, response, "Retry-After") : NULL;
    int64_t seconds = 0;
    for (; text && *text >= '0' && *text <= '9' && seconds < RETRY_AFTER_MOST; text++)
        seconds = seconds * 10 + (*text - '0');
    return seconds * 1000;
}

static const char *url_of(sl_context *cx, const struct stripe_question *question)
{
    const char *base = stripe_options()->api_base;
    size_t length = strlen(base);
    while (length > 0 && base[length - 1] == '/')
        length--;
    if (length > 3 && strncmp(base + length - 3, "/v1", 3) == 0)
        length -= 3;
    bool query = question->form && question->form->count > 0 && same(question->method, "GET");
    return sl_format(cx, "%.*s%s%s%s", (int)length, base, question->path, query ? "?" : "",
                     query ? sl_form_pairs(cx, question->form->pairs) : "");
}

static void send_once(sl_context *cx, const struct stripe_question *question,
                      struct stripe_answer *ret, bool *ret_again, int64_t *ret_pause)
{
    bool post = same(question->method, "POST");
    const char *body = post && question->form ? sl_form_pairs(cx, question->form->pairs) : "";
    const sl_pair headers[] = {
        { "Authorization", sl_format(cx, "Bearer %s", stripe_options()->secret_key) },
        { "Stripe-Version", stripe_options()->api_version },
        { post ? "Content-Type" : "Accept",
          post ? "application/x-www-form-urlencoded" : "application/json" },
        { question->idempotency_key ? "Idempotency-Key" : NULL, question->idempotency_key },
        { NULL, NULL },
    };
    const sl_http_request request = {
        .struct_size = sizeof(request),
        .method = question->method,
        .url = url_of(cx, question),
        .headers = headers,
        .body = post ? body : NULL,
        .body_length = strlen(body),
    };
    sl_http_response response = { .struct_size = sizeof(response) };
    if (sl_http_send(cx, &request, &response) != SL_OK)
        sl_error_clear(cx);
    stripe_answer_read(cx, &response, ret, ret_again);
    *ret_pause = retry_after(cx, &response);
}

void stripe_ask(sl_context *cx, const struct stripe_question *question, struct stripe_answer *ret)
{
    bool may_have_happened = false;
    int64_t pause = FIRST_PAUSE_MS;
    for (int try = 1;; try++, pause *= 2) {
        bool again;
        int64_t wanted;
        send_once(cx, question, ret, &again, &wanted);
        may_have_happened = may_have_happened || ret->kind == ANSWER_UNKNOWN;
        int64_t wait = wanted > pause ? wanted : pause;
        if (!again || try == TRIES_MOST || sl_time_left(cx) < wait + LEAST_LEFT_MS ||
            sl_sleep(cx, wait) != SL_OK)
            break;
    }
    sl_error_clear(cx);
    /* That the last try was turned away says nothing of the one before it. */
    if (ret->kind == ANSWER_UNSENT && may_have_happened)
        ret->kind = ANSWER_UNKNOWN;
    if (ret->status == 401 || ret->status == 403)
        sl_log(cx, SL_LOG_ERROR, "stripe refuses the key", "reason", ret->message);
}

sl_status stripe_failure(sl_context *cx, const struct stripe_answer *answer)
{
    const char *param = member(answer->error, "param");
    switch (answer->kind) {
    case ANSWER_DECLINED: {
        sl_status status =
            sl_fail_param(cx, SL_E_CARD, answer->code ? answer->code : "card_declined", param, "%s",
                          answer->message);
        sl_error_decline(cx, member(answer->error, "decline_code"),
                         member(answer->error, "advice_code"));
        return status;
    }
    case ANSWER_REFUSED:
        return sl_fail_param(cx, SL_E_INVALID, answer->code, param, "%s", answer->message);
    case ANSWER_UNSENT:
        return answer->status == 401 || answer->status == 403
                   ? sl_fail(cx, SL_E_GATEWAY, NULL, "%s", answer->message)
                   : sl_fail(cx, SL_E_UNAVAILABLE, NULL, "Stripe could not be asked. Try again.");
    default:
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "Stripe gave no answer. Try again.");
    }
}
