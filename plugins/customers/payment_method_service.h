/*
 * payment_method_service.h: the rules of payment methods: attaching, changing, detaching.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_METHOD_SERVICE_H
#define PAYMENT_METHOD_SERVICE_H

#include "method_source.h"

/* Whether the gateway is asked before a method is attached. */
#define ATTACH_ACCEPTED 0 /* no: a payment or setup with it has succeeded */
#define ATTACH_ASK 1
#define ATTACH_ASK_REAL \
    2 /* one that moves real money: a test card that would be refused can be kept */

/* Whether the method may go to the customer: "payment_method_unexpected_state" when it is another's or was detached; and
 * what its gateway says, by `ask`. `ret_there`: it is attached there already. [suspends] */
sl_status method_attach_check(sl_context *cx, const struct payment_method *method,
                              const char *customer, int32_t ask, bool *ret_there) SL_MUST_CHECK;

/* Adds the attachment to the write set, with the method itself when it is new, and its event. [no-suspend] */
void method_attach(sl_context *cx, struct method_source *source, const char *customer);

struct payment_method_update_params {
    const char *id;
    const char *allow_redisplay;
    struct billing_params *billing_details;
    struct card_update_params *card;
    const sl_map *metadata;
};
struct card_update_params {
    int64_t exp_month;
    int64_t exp_year;
};

/* Changes what the request names; the event joins when something changed. [no-suspend] */
sl_status method_update(sl_context *cx, struct payment_method *method,
                        const struct payment_method_update_params *in) SL_MUST_CHECK;

/* Takes the method from its customer, who loses it as default too, once its gateway has let go of it. [suspends] */
sl_status method_detach(sl_context *cx, struct payment_method *method) SL_MUST_CHECK;

/* Takes every method from a customer that is being deleted. [suspends] */
sl_status methods_release(sl_context *cx, const char *customer) SL_MUST_CHECK;

#endif
