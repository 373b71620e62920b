/*
 * paypal_client.c: asking PayPal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_client.h"

#include <string.h>

#include <stripe_lite/log.h>

#include "paypal_options.h"
#include "paypal_token.h"

#define TRIES_MOST 4
#define FIRST_PAUSE_MS 150
#define RETRY_AFTER_MOST 100000 /* seconds */
#define LEAST_LEFT_MS 250       /* of the deadline, for another try */
#define UNAUTHORIZED 401
#define CONFLICT 409
#define TOO_MANY 429

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *member(const sl_value *object, const char *name)
{
    return sl_value_string(sl_value_member(object, name), NULL);
}

/* ---- what an answer means ---- */

const sl_value *paypal_body(sl_context *cx, const sl_http_response *response)
{
    const sl_value *value = NULL;
    if (response->reached != SL_HTTP_ANSWERED || response->body_length == 0)
        return NULL;
    if (sl_json_parse(cx, response->body, response->body_length, &value) != SL_OK)
        sl_error_clear(cx);
    return sl_value_type(value) == SL_VALUE_OBJECT ? value : NULL;
}

int64_t paypal_retry_after(sl_context *cx, const sl_http_response *response)
{
    const char *text = response->reached == SL_HTTP_ANSWERED
                           ? sl_http_response_header(cx, response, "Retry-After")
                           : NULL;
    int64_t seconds = 0;
    for (; text && *text >= '0' && *text <= '9' && seconds < RETRY_AFTER_MOST; text++)
        seconds = seconds * 10 + (*text - '0');
    return seconds * 1000;
}

static void answer_set(struct paypal_answer *ret, int32_t kind, const char *message)
{
    ret->kind = kind;
    ret->message = message;
}

/* {"name": "UNPROCESSABLE_ENTITY", "message": …, "details": [{"issue": "INSTRUMENT_DECLINED", "description": …}]} */
static void refusal_read(const sl_value *body, struct paypal_answer *ret, bool *ret_again)
{
    const char *issue = sl_value_string(sl_value_at(body, "details.0.issue"), NULL);
    const char *described = sl_value_string(sl_value_at(body, "details.0.description"), NULL);
    ret->issue = issue ? issue : member(body, "name");
    ret->rule = paypal_issue_find(issue);
    if (!ret->rule)
        ret->rule = paypal_issue_find(member(body, "name"));
    const char *message = described ? described : member(body, "message");
    int32_t means = ret->rule ? ret->rule->means : ISSUE_REFUSES;
    answer_set(ret,
               means == ISSUE_DECLINES ? ANSWER_DECLINED
               : means == ISSUE_LOOK   ? ANSWER_LOOK
               : means == ISSUE_BUSY   ? ANSWER_UNKNOWN
               : means == ISSUE_UNSENT ? ANSWER_UNSENT
                                       : ANSWER_REFUSED,
               message ? message : "PayPal refused the request.");
    *ret_again = means == ISSUE_BUSY;
}

static void failure_read(sl_context *cx, const sl_http_response *response,
                         struct paypal_answer *ret, bool *ret_again)
{
    answer_set(ret, ANSWER_UNKNOWN,
               sl_format(cx, "PayPal answered with status %d.", response->status));
    *ret_again = response->status >= 500 || response->status == 408;
}

static void success_read(const sl_http_response *response, const sl_value *body,
                         struct paypal_answer *ret, bool *ret_again)
{
    bool bodiless = response->status == 204 && response->body_length == 0;
    ret->object = body;
    answer_set(ret, body || bodiless ? ANSWER_DONE : ANSWER_UNKNOWN,
               "PayPal's answer cannot be read.");
    *ret_again = ret->kind == ANSWER_UNKNOWN;
}

void paypal_answer_read(sl_context *cx, const sl_http_response *response, struct paypal_answer *ret,
                        bool *ret_again)
{
    *ret = (struct paypal_answer){ .status = response->status };
    *ret_again = false;
    if (response->reached != SL_HTTP_ANSWERED) {
        bool unsent = response->reached == SL_HTTP_NOT_SENT;
        ret->status = 0;
        answer_set(ret, unsent ? ANSWER_UNSENT : ANSWER_UNKNOWN,
                   response->fault ? response->fault : "PayPal gave no answer.");
        *ret_again = true;
        return;
    }
    const sl_value *body = paypal_body(cx, response);
    bool refused = response->status >= 400 && response->status < 500 && member(body, "name");
    if (response->status >= 200 && response->status < 300) {
        success_read(response, body, ret, ret_again);
    } else if (response->status == TOO_MANY) {
        answer_set(ret, ANSWER_UNSENT, "PayPal takes no more requests at the moment.");
        *ret_again = true;
    } else if (response->status == UNAUTHORIZED) {
        answer_set(ret, ANSWER_UNSENT, "PayPal does not accept its own access token.");
    } else if (response->status == CONFLICT) {
        answer_set(ret, ANSWER_UNKNOWN, "PayPal is still busy with this request.");
        *ret_again = true;
    } else if (refused) {
        refusal_read(body, ret, ret_again);
    } else {
        /* What does not come from PayPal itself, but from something in between, says nothing of the request. */
        failure_read(cx, response, ret, ret_again);
    }
}

/* ---- asking ---- */

const char *paypal_url(sl_context *cx, const char *path)
{
    const char *base = paypal_options()->api_base;
    size_t length = strlen(base);
    while (length > 0 && base[length - 1] == '/')
        length--;
    return sl_format(cx, "%.*s%s", (int)length, base, path);
}

static void send_with(sl_context *cx, const struct paypal_question *question, const char *token,
                      struct paypal_answer *ret, bool *ret_again, int64_t *ret_pause)
{
    size_t length = 0;
    bool post = same(question->method, "POST");
    const char *body = question->body ? sl_json_text(question->body, &length) : "{}";
    if (!question->body)
        length = strlen(body);
    const sl_pair headers[] = {
        { "Authorization", sl_format(cx, "Bearer %s", token) },
        { "Accept", "application/json" },
        { "Prefer", "return=representation" },
        { post ? "Content-Type" : NULL, "application/json" },
        { question->request_id ? "PayPal-Request-Id" : NULL, question->request_id },
        { NULL, NULL },
    };
    const sl_http_request request = {
        .struct_size = sizeof(request),
        .method = question->method,
        .url = paypal_url(cx, question->path),
        .headers = headers,
        .body = post ? body : NULL,
        .body_length = post ? length : 0,
    };
    sl_http_response response = { .struct_size = sizeof(response) };
    if (sl_http_send(cx, &request, &response) != SL_OK)
        sl_error_clear(cx);
    paypal_answer_read(cx, &response, ret, ret_again);
    *ret_pause = paypal_retry_after(cx, &response);
}

/* `renewed`: a token that PayPal refused was given up already. */
static void send_once(sl_context *cx, const struct paypal_question *question, bool *renewed,
                      struct paypal_answer *ret, bool *ret_again, int64_t *ret_pause)
{
    const char *token = paypal_token(cx, ret, ret_again, ret_pause);
    if (!token)
        return;
    send_with(cx, question, token, ret, ret_again, ret_pause);
    if (ret->status != UNAUTHORIZED)
        return;
    paypal_token_forget(token);
    *ret_again = !*renewed;
    *renewed = true;
}

void paypal_ask(sl_context *cx, const struct paypal_question *question, struct paypal_answer *ret)
{
    bool may_have_happened = false;
    bool renewed = false;
    int64_t pause = FIRST_PAUSE_MS;
    for (int try = 1;; try++, pause *= 2) {
        bool again = false;
        int64_t wanted = 0;
        send_once(cx, question, &renewed, ret, &again, &wanted);
        may_have_happened = may_have_happened || ret->kind == ANSWER_UNKNOWN;
        int64_t wait = wanted > pause ? wanted : pause;
        if (!again || try == TRIES_MOST || sl_time_left(cx) < wait + LEAST_LEFT_MS ||
            sl_sleep(cx, wait) != SL_OK)
            break;
    }
    sl_error_clear(cx);
    /* That the last try was turned away says nothing of the one before it: of two at once PayPal may fail the second. */
    bool turned_away = ret->kind == ANSWER_UNSENT || ret->kind == ANSWER_REFUSED;
    if (turned_away && may_have_happened)
        ret->kind = ANSWER_UNKNOWN;
    if (ret->kind == ANSWER_UNSENT && ret->status >= 400 && ret->status != TOO_MANY)
        sl_log(cx, SL_LOG_ERROR, "paypal refuses the credentials", "reason", ret->message);
}

sl_status paypal_failure(sl_context *cx, const struct paypal_answer *answer)
{
    const struct paypal_issue *rule = answer->rule;
    switch (answer->kind) {
    case ANSWER_DECLINED: {
        sl_status status = sl_fail(cx, SL_E_CARD, rule && rule->code ? rule->code : "card_declined",
                                   "%s", answer->message);
        sl_error_decline(cx, rule ? rule->decline_code : NULL, NULL);
        return status;
    }
    case ANSWER_REFUSED:
    case ANSWER_LOOK:
        return sl_fail(cx, SL_E_INVALID, rule && rule->code ? rule->code : "gateway_refused", "%s",
                       answer->message);
    case ANSWER_UNSENT:
        return answer->status >= 400 && answer->status != TOO_MANY
                   ? sl_fail(cx, SL_E_GATEWAY, NULL, "%s", answer->message)
                   : sl_fail(cx, SL_E_UNAVAILABLE, NULL, "PayPal could not be asked. Try again.");
    default:
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "PayPal gave no answer. Try again.");
    }
}
