/*
 * orders.c: what every room of this plugin shares.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "orders.h"

#define NUMBER_DIGITS 3
#define DAY 86400
/* Days of four centuries, which repeat; from 0000-03-01 to 1970-01-01. */
#define ERA_DAYS 146097
#define EPOCH_DAYS 719468

/* The year of a time in UTC, counted from March, as in the Gregorian calendar's usual arithmetic. */
static int64_t year_of(int64_t unix_seconds)
{
    int64_t days = unix_seconds / DAY + EPOCH_DAYS;
    int64_t day_of_era = days % ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    bool after_december = day_of_year >= 306;
    return days / ERA_DAYS * 400 + year_of_era + (after_december ? 1 : 0);
}

const char *document_number(sl_context *cx, const char *kind)
{
    long long year = year_of(sl_now(cx));
    return sl_number(cx, sl_format(cx, "%s-%lld", kind, year),
                     sl_format(cx, "%s-%lld-", kind, year), NUMBER_DIGITS);
}

sl_status amount_read(sl_context *cx, const char *text, const char *currency, int64_t *ret)
{
    *ret = SL_NONE;
    if (!text || same(text, "null"))
        return SL_OK;
    sl_status status = (text[0] >= '0' && text[0] <= '9') || text[0] == '-'
                           ? sl_money_from_major(text, strlen(text), currency, ret)
                           : SL_E_INVALID;
    if (status == SL_OK && *ret > 0)
        return SL_OK;
    *ret = SL_NONE;
    return sl_fail_param(cx, SL_E_UNPROCESSABLE, "parameter_invalid_integer", "amount",
                         "Input should be an amount of %s greater than 0, with at most %d decimals",
                         currency, (int)sl_currency_exponent(currency));
}
