/*
 * paypal_currency.h: amounts as PayPal writes them: decimals of the currency, {"currency_code": "USD", "value": "19.99"}.
 *
 * Source: PayPal's document "Currency codes": what it takes, and that HUF, JPY and TWD have no decimals there (ISO 4217 gives
 * HUF and TWD two).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_CURRENCY_H
#define PAYPAL_CURRENCY_H

#include <stripe_lite/stripe_lite.h>

/* The currencies that PayPal takes, NULL-terminated. */
extern const char *const paypal_currencies[];

/* Whether PayPal can move the amount: one without a fraction that it does not take. [no-suspend] */
bool paypal_amount_fits(int64_t amount, const char *currency);

/* Our minor units as PayPal's text; NULL when PayPal cannot move the amount. [no-suspend] */
const char *paypal_amount_text(sl_context *cx, int64_t amount, const char *currency);

/* A money object of PayPal's in our minor units; false when it is none, or of another currency. [no-suspend] */
bool paypal_amount_read(const sl_value *money, const char *currency, int64_t *ret);

#endif
