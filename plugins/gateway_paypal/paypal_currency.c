/*
 * paypal_currency.c: amounts as PayPal writes them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_currency.h"

#include <string.h>
#include <strings.h>

const char *const paypal_currencies[] = { "aud", "brl", "cad", "cny", "czk", "dkk", "eur",
                                          "hkd", "huf", "ils", "jpy", "myr", "mxn", "twd",
                                          "nzd", "nok", "php", "pln", "gbp", "sgd", "sek",
                                          "chf", "thb", "usd", NULL };

/* Those that have decimals by ISO 4217 and none at PayPal. */
static const char *const whole[] = { "huf", "twd" };

/* Our minor units in the least amount that PayPal moves; 0: it knows no such currency. */
static int64_t step_of(const char *currency)
{
    int32_t exponent = sl_currency_exponent(currency);
    int64_t step = exponent < 0 ? 0 : 1;
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        for (; strcasecmp(whole[i], currency) == 0 && exponent > 0; exponent--)
            step *= 10;
    }
    return step;
}

bool paypal_amount_fits(int64_t amount, const char *currency)
{
    int64_t step = step_of(currency);
    return step > 0 && amount >= 0 && amount % step == 0;
}

const char *paypal_amount_text(sl_context *cx, int64_t amount, const char *currency)
{
    int64_t step = step_of(currency);
    if (step < 1 || !paypal_amount_fits(amount, currency))
        return NULL;
    return step == 1 ? sl_money_decimal(cx, amount, currency)
                     : sl_format(cx, "%lld", (long long)(amount / step));
}

bool paypal_amount_read(const sl_value *money, const char *currency, int64_t *ret)
{
    const char *code = sl_value_string(sl_value_member(money, "currency_code"), NULL);
    const char *value = sl_value_string(sl_value_member(money, "value"), NULL);
    if (!code || !value || !currency || strcasecmp(code, currency) != 0)
        return false;
    return sl_money_from_major(value, strlen(value), currency, ret) == SL_OK;
}
