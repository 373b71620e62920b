/*
 * paypal_client.h: one question to PayPal's API, and what its answer says for sure.
 *
 * Retries stay inside the context's deadline, always with the same PayPal-Request-Id, so that PayPal acts once. Sources: PayPal's
 * documents "API requests", "API responses", "Idempotency" and "Rate limiting guidelines": a request under a known id is
 * answered with the latest state of what the first one made; after a time-out or a 5xx the same request may be sent again; of
 * two at once the second may be refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_CLIENT_H
#define PAYPAL_CLIENT_H

#include <stripe_lite/gateway.h>

#include "paypal_errors.h"

#define ANSWER_DONE 1     /* 2xx: `object` is what was asked for, NULL when it has no body (204) */
#define ANSWER_DECLINED 2 /* the payer's account or card was refused */
#define ANSWER_REFUSED \
    3 /* the request as such was refused; nothing moved, issue and message say why */
#define ANSWER_LOOK 4 /* refused for what the object has become: it must be looked at */
#define ANSWER_UNSENT \
    5 /* no connection, wrong credentials, too many requests: surely not carried out */
#define ANSWER_UNKNOWN 6 /* it may have been carried out */

struct paypal_question {
    const char *method;
    const char *path;       /* "/v2/checkout/orders" */
    const sl_json *body;    /* POST, or NULL */
    const char *request_id; /* POST: the idempotency key */
};

struct paypal_answer {
    int32_t kind;
    int32_t status;                  /* HTTP's, 0 without an answer */
    const sl_value *object;          /* ANSWER_DONE */
    const char *issue;               /* PayPal's word for the error, or NULL */
    const struct paypal_issue *rule; /* what the word means; NULL when it is not known */
    const char *message;             /* for people; no secret; never NULL unless ANSWER_DONE */
};

/* Asks. Answers in `ret` whatever happens; nothing may be pending in `cx`. [suspends] */
void paypal_ask(sl_context *cx, const struct paypal_question *question, struct paypal_answer *ret);

/* What an error says to the caller of an operation that moves no money (tokens): SL_E_CARD, SL_E_INVALID, SL_E_GATEWAY,
 * SL_E_UNAVAILABLE with the context's error filled. [no-suspend] */
sl_status paypal_failure(sl_context *cx, const struct paypal_answer *answer);

/* What one HTTP answer means, for `paypal_ask` and the tests; `again` is whether the same question may be asked again.
 * [no-suspend] */
void paypal_answer_read(sl_context *cx, const sl_http_response *response, struct paypal_answer *ret,
                        bool *ret_again);

/* The parts of it that the access token needs too: an address, a JSON object (or NULL), milliseconds to wait (or 0).
 * [no-suspend] */
const char *paypal_url(sl_context *cx, const char *path);
const sl_value *paypal_body(sl_context *cx, const sl_http_response *response);
int64_t paypal_retry_after(sl_context *cx, const sl_http_response *response);

#endif
