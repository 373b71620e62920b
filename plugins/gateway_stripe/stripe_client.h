/*
 * stripe_client.h: one question to Stripe's API, and what its answer says for sure.
 *
 * Retries stay inside the context's deadline, always with the same Idempotency-Key, so that Stripe acts once. Sources: Stripe's
 * documents "Idempotent requests", "Error handling", "Rate limits" and "Advanced error handling": a key's first result is kept
 * for at least 24 hours and given again, also a 500; a request that was refused before it began (parameters, key, rate, another
 * one with the key under way) leaves no result.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_CLIENT_H
#define STRIPE_CLIENT_H

#include <stripe_lite/gateway.h>

#include "stripe_form.h"

#define ANSWER_DONE 1     /* 2xx: `object` is what was asked for */
#define ANSWER_DECLINED 2 /* 402: the card was refused */
#define ANSWER_REFUSED \
    3 /* another 4xx: the request as such was refused; nothing moved, code and message say why */
#define ANSWER_USED 4    /* the key was used for another request: that one is known to Stripe */
#define ANSWER_UNSENT 5  /* no connection, a wrong key, too many requests: surely not carried out */
#define ANSWER_UNKNOWN 6 /* it may have been carried out */

struct stripe_question {
    const char *method;
    const char *path;               /* "/v1/payment_intents" */
    const struct stripe_form *form; /* POST: the body; GET: the query; or NULL */
    const char *idempotency_key;    /* POST */
};

struct stripe_answer {
    int32_t kind;
    int32_t status;         /* HTTP's, 0 without an answer */
    bool replayed;          /* a kept result of the key, not a new one */
    const sl_value *object; /* ANSWER_DONE */
    const sl_value *error;  /* Stripe's error object, when there is one */
    const char *code;       /* of the error, or NULL */
    const char *message;    /* for people; no secret; never NULL unless ANSWER_DONE */
};

/* Asks. Answers in `ret` whatever happens; nothing may be pending in `cx`. [suspends] */
void stripe_ask(sl_context *cx, const struct stripe_question *question, struct stripe_answer *ret);

/* What an error says to the caller of an operation that moves no money (tokens, customers): SL_E_CARD, SL_E_INVALID,
 * SL_E_GATEWAY, SL_E_UNAVAILABLE with the context's error filled. [no-suspend] */
sl_status stripe_failure(sl_context *cx, const struct stripe_answer *answer);

/* What one HTTP answer means, for `stripe_ask` and the tests; `again` is whether the same question may be asked again.
 * [no-suspend] */
void stripe_answer_read(sl_context *cx, const sl_http_response *response, struct stripe_answer *ret,
                        bool *ret_again);

#endif
