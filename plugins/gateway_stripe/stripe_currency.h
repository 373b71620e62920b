/*
 * stripe_currency.h: amounts as Stripe counts them.
 *
 * Source: Stripe's document "Supported currencies", sections on zero-decimal, three-decimal and special-case currencies. This
 * server counts in ISO 4217's minor unit; Stripe differs for a few.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_CURRENCY_H
#define STRIPE_CURRENCY_H

#include <stripe_lite/money.h>

/* What Stripe is to be asked for. False when Stripe cannot move this amount: a fraction that it does not have, or too large.
 * [no-suspend] */
bool stripe_amount_of(int64_t amount, const char *currency, int64_t *ret) SL_MUST_CHECK;

/* The minor units of an amount that Stripe said; false when it does not fit. [no-suspend] */
bool stripe_amount_read(int64_t amount, const char *currency, int64_t *ret) SL_MUST_CHECK;

#endif
