/*
 * braintree_client.h: one GraphQL request to Braintree, and what its answer says for sure.
 *
 * Sources: Braintree's guides "Making API Calls" (one endpoint, version header, status 200 whatever happened, `errors` with
 * extensions.errorClass) and "Timeouts". Braintree knows no key that makes a repeated mutation harmless: what may have been
 * carried out is never sent again here. Only what was surely not carried out is, and questions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_CLIENT_H
#define BRAINTREE_CLIENT_H

#include <stripe_lite/gateway.h>

#define ANSWER_DONE 1 /* `object` is what was asked for */
#define ANSWER_REFUSED \
    2 /* the request as such was refused; nothing moved, code and message say why */
#define ANSWER_UNSENT 3  /* no connection, wrong keys, too many requests: surely not carried out */
#define ANSWER_UNKNOWN 4 /* it may have been carried out */

struct braintree_question {
    bool moves; /* a mutation: sent again only when it was surely not carried out */
    const char
        *key; /* names the operation, so that logs of both sides tell what it was for; or NULL */
    const char *text;   /* "($input: I!) { result: name(input: $input) { ... } }" */
    sl_json *variables; /* an object */
};

struct braintree_answer {
    int32_t kind;
    int32_t status;         /* HTTP's, 0 without an answer */
    const sl_value *object; /* data.result; may be null beside ANSWER_DONE only for node queries */
    const char *code;       /* Braintree's legacyCode or errorClass, or NULL */
    const char *message;    /* for people; never NULL unless ANSWER_DONE */
};

/* Asks. Answers in `ret` whatever happens; nothing may be pending in `cx`. [suspends] */
void braintree_ask(sl_context *cx, const struct braintree_question *question,
                   struct braintree_answer *ret);

/* What a failure says to the caller of an operation that moves no money: SL_E_INVALID, SL_E_GATEWAY, SL_E_UNAVAILABLE with the
 * context's error filled. [no-suspend] */
sl_status braintree_failure(sl_context *cx, const struct braintree_answer *answer);

#endif
