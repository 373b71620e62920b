/*
 * money.h: amounts as 64-bit integers of the currency's minor unit, with checked arithmetic. No floating point, ever.
 *
 * Source of exponents and codes: ISO 4217; of the limits: Stripe's "Currencies" document.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_MONEY_H
#define STRIPE_LITE_MONEY_H

#include <stripe_lite/context.h>

SL_BEGIN_DECLS

/* Sum, difference, product; false when it does not fit, and `*ret` is untouched. since 1.0 [no-suspend] */
SL_API bool sl_money_add(int64_t a, int64_t b, int64_t *ret) SL_MUST_CHECK;
SL_API bool sl_money_subtract(int64_t a, int64_t b, int64_t *ret) SL_MUST_CHECK;
SL_API bool sl_money_multiply(int64_t a, int64_t b, int64_t *ret) SL_MUST_CHECK;

/* amount * numerator / denominator through 128 bits, half rounded away from zero; false when it does not fit or the
 * denominator is not positive. since 1.0 [no-suspend] */
SL_API bool sl_money_share(int64_t amount, int64_t numerator, int64_t denominator,
                           int64_t *ret) SL_MUST_CHECK;

/* Splits `amount` into `count` parts by `weights` (none negative, not all zero); the parts sum to the amount exactly, the
 * remainder goes one unit each to the largest fractions, then to the first. False on bad weights. since 1.0 [no-suspend] */
SL_API bool sl_money_split(int64_t amount, const int64_t *weights, size_t count,
                           int64_t *ret_parts) SL_MUST_CHECK;

/* Digits after the point of an ISO 4217 code in either case: JPY 0, USD 2, KWD 3; -1 when there is no such currency.
 * since 1.0 [no-suspend] */
SL_API int32_t sl_currency_exponent(const char *currency);

/* The smallest charge Stripe takes in this currency, minor units (usd 50, jpy 50); 1 where Stripe states none.
 * since 1.0 [no-suspend] */
SL_API int64_t sl_currency_minimum(const char *currency);

/* The largest amount a charge may have: 99999999, or twelve digits where Stripe allows them. since 1.0 [no-suspend] */
SL_API int64_t sl_currency_maximum(const char *currency);

/* Minor units as the text of a JSON number in major units: 1999 usd is "19.99", 1000 jpy "1000.0", 0 usd "0.0". `ret` holds
 * at least 32 bytes; returns its length. since 1.0 [no-suspend] */
SL_API size_t sl_money_to_major(int64_t amount, const char *currency, char *ret);

/* Minor units as gateways that speak of major units write them, with all digits of the currency and no others: 1999 usd is
 * "19.99", 1000 jpy "1000", 1500 kwd "1.500". since 1.0 [no-suspend] */
SL_API const char *sl_money_decimal(sl_context *cx, int64_t amount, const char *currency);

/* The exact minor units of a decimal text ("19.99", "19.990", "1e2"); SL_E_INVALID when it has a fraction of the minor unit or
 * is no number, SL_E_TOO_LARGE when it does not fit. Fills no error. since 1.0 [no-suspend] */
SL_API sl_status sl_money_from_major(const char *text, size_t length, const char *currency,
                                     int64_t *ret) SL_MUST_CHECK;

SL_END_DECLS
#endif
