/*
 * method_source.h: from what a client names or types to a payment method.
 *
 * Finding reads and asks the gateway, writing nothing; keeping adds what was found to the write set. So nothing is pending while
 * a gateway is asked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef METHOD_SOURCE_H
#define METHOD_SOURCE_H

#include "card_tokens.h"
#include "payment_method_model.h"
#include "token_model.h"

struct method_source {
    struct payment_method method;
    struct token token; /* a single-use token that is used up by keeping; id NULL: none */
    bool is_new;        /* the method is not stored yet */
};

/* What the draft's number becomes, after the checks that need no gateway, at the gateways that may be asked to charge it
 * (card_tokens.h). `param` is a prefix for the parameters named in errors, or NULL. `number` and `cvc` are not kept. [suspends] */
sl_status card_tokenize(sl_context *cx, const struct sl_method_draft *draft,
                        struct card_tokens *ret) SL_MUST_CHECK;

/* "No such PaymentMethod: ...", 404 when the parameter is the path's "id"; a text that could be a card's number is not
 * repeated. [no-suspend] */
sl_status method_missing(sl_context *cx, const char *value, const char *param);

/* See `resolve` of sl_customers_service. [suspends] */
sl_status method_source_find(sl_context *cx, const sl_method_request *request,
                             struct method_source *ret) SL_MUST_CHECK;

/* See `create` of sl_customers_service. [suspends] */
sl_status method_source_make(sl_context *cx, const struct sl_method_draft *draft,
                             struct method_source *ret) SL_MUST_CHECK;

/* Adds a new method, and the use of its token, to the write set. [no-suspend] */
void method_source_keep(sl_context *cx, struct method_source *source);

#endif
