/*
 * stripe_return.h: where a customer comes back to from an authentication at Stripe: here first, so that the outcome is known when
 * the shop's page asks for it, then on to the shop.
 *
 * The address holds account, mode, attempt and the shop's address, signed: nobody else can make one, nobody is sent elsewhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_RETURN_H
#define STRIPE_RETURN_H

#include <stripe_lite/stripe_lite.h>

struct return_params {
    const char *ticket;
    const char *to;
    const char *redirect_status;
};
extern const sl_field return_fields[];

/* The address for this payment; the shop's own when this server's is not known. [no-suspend] */
const char *return_address(sl_context *cx, const sl_gateway_payment *payment);

/* [suspends] */
sl_status return_page(sl_context *cx, const void *params);

#endif
