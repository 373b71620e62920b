/*
 * stripe_currency.c: amounts as Stripe counts them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_currency.h"

#include <string.h>
#include <strings.h>

#define HUNDRED 100

/* Where Stripe's unit is not the one of ISO 4217. ISK and UGX have no decimals, but Stripe takes two for compatibility, which
 * must be 00; MGA has two by ISO and none at Stripe. */
static const struct {
    const char *code;
    int32_t theirs; /* Stripe's decimals */
} specials[] = {
    { "isk", 2 },
    { "ugx", 2 },
    { "mga", 0 },
};

static int32_t their_exponent(const char *currency)
{
    for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
        if (strcasecmp(specials[i].code, currency) == 0)
            return specials[i].theirs;
    }
    return sl_currency_exponent(currency);
}

bool stripe_amount_of(int64_t amount, const char *currency, int64_t *ret)
{
    int32_t ours = sl_currency_exponent(currency);
    int32_t theirs = their_exponent(currency);
    if (ours < 0 || amount < 0)
        return false;
    if (theirs > ours)
        return sl_money_multiply(amount, HUNDRED, ret);
    /* "You must round amounts to the nearest ten": the last of three decimals is 0. */
    int64_t step = theirs < ours ? HUNDRED : theirs == 3 ? 10 : 1;
    if (amount % step != 0)
        return false;
    *ret = theirs < ours ? amount / HUNDRED : amount;
    return true;
}

bool stripe_amount_read(int64_t amount, const char *currency, int64_t *ret)
{
    int32_t ours = sl_currency_exponent(currency);
    int32_t theirs = their_exponent(currency);
    if (ours < 0)
        return false;
    if (theirs < ours)
        return sl_money_multiply(amount, HUNDRED, ret);
    *ret = theirs > ours ? amount / HUNDRED : amount;
    return true;
}
