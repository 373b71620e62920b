/*
 * orders.h: what every room of this plugin shares: the services it needs, a few small words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ORDERS_H
#define ORDERS_H

#include <string.h>

#include <stripe_lite/services/customers.h>
#include <stripe_lite/services/payments.h>
#include <stripe_lite/stripe_lite.h>

/* Constant after start. [no-suspend] */
const sl_customers_service *customers(void);
const sl_payments_service *payments(void);

/* Whether both are there and the same. [no-suspend] */
static inline bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* A number "KIND-2026-001" of this account's, kind and year's own series. `kind` is a constant. [no-suspend] */
const char *document_number(sl_context *cx, const char *kind);

/* The minor units of an amount that a client gave as JSON's own text, in a currency known only now. SL_E_UNPROCESSABLE naming
 * `amount`; SL_NONE when there is none. [no-suspend] */
sl_status amount_read(sl_context *cx, const char *text, const char *currency, int64_t *ret);

#endif
