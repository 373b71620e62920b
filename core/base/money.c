/*
 * money.c: amounts as 64-bit integers of the minor unit.
 *
 * Products go through 128 bits before they are divided, so that only a result that does not fit is refused. Decimal texts are
 * read digit by digit: nothing is ever rounded.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/money.h>

#include <string.h>

#include "core/base/currencies.h"

#define MAXIMUM 99999999
#define TEXT_LONGEST 1000
#define EXPONENT_MOST 100000

__extension__ typedef __int128 wide;

bool sl_money_add(int64_t a, int64_t b, int64_t *ret)
{
    int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *ret = sum;
    return true;
}

bool sl_money_subtract(int64_t a, int64_t b, int64_t *ret)
{
    int64_t difference = 0;
    if (__builtin_sub_overflow(a, b, &difference))
        return false;
    *ret = difference;
    return true;
}

bool sl_money_multiply(int64_t a, int64_t b, int64_t *ret)
{
    int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *ret = product;
    return true;
}

bool sl_money_share(int64_t amount, int64_t numerator, int64_t denominator, int64_t *ret)
{
    if (denominator <= 0)
        return false;
    wide product = (wide)amount * numerator;
    wide quotient = product / denominator;
    wide rest = product % denominator;
    if (rest * 2 >= denominator)
        quotient++;
    else if (-rest * 2 >= denominator)
        quotient--;
    if (quotient > INT64_MAX || quotient < INT64_MIN)
        return false;
    *ret = (int64_t)quotient;
    return true;
}

/* What part `i` lacks of its exact share: the remainder of amount * weight / total. */
static wide fraction_of(int64_t amount, int64_t weight, wide total)
{
    wide rest = (wide)amount * weight % total;
    return rest < 0 ? -rest : rest;
}

bool sl_money_split(int64_t amount, const int64_t *weights, size_t count, int64_t *ret_parts)
{
    wide total = 0;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] < 0)
            return false;
        total += weights[i];
    }
    if (total == 0)
        return false;
    wide left = amount;
    for (size_t i = 0; i < count; i++) {
        ret_parts[i] = (int64_t)((wide)amount * weights[i] / total);
        left -= ret_parts[i];
    }
    /* Fewer units are left than there are parts with a fraction. Each goes to the largest fraction that got none yet; the one
     * who got it last tells where to go on: a smaller fraction, or the same further behind. */
    int64_t unit = left < 0 ? -1 : 1;
    wide bound = total;
    size_t after = count;
    for (; left != 0; left -= unit) {
        size_t best = count;
        wide best_fraction = 0;
        for (size_t i = 0; i < count; i++) {
            wide fraction = fraction_of(amount, weights[i], total);
            bool open = fraction < bound || (fraction == bound && i > after);
            if (open && fraction > best_fraction) {
                best = i;
                best_fraction = fraction;
            }
        }
        if (best == count)
            return false;
        ret_parts[best] += unit;
        bound = best_fraction;
        after = best;
    }
    return true;
}

int32_t sl_currency_exponent(const char *currency)
{
    const sl_currency *row = sl_currency_find(currency, currency ? strlen(currency) : 0);
    return row ? row->exponent : -1;
}

int64_t sl_currency_minimum(const char *currency)
{
    const sl_currency *row = sl_currency_find(currency, currency ? strlen(currency) : 0);
    return row && row->minimum ? row->minimum : 1;
}

int64_t sl_currency_maximum(const char *currency)
{
    const sl_currency *row = sl_currency_find(currency, currency ? strlen(currency) : 0);
    return row && row->maximum ? row->maximum : MAXIMUM;
}

size_t sl_money_to_major(int64_t amount, const char *currency, char *ret)
{
    int32_t exponent = sl_currency_exponent(currency);
    if (exponent < 0)
        exponent = 2;
    uint64_t rest = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
    char reversed[32];
    size_t count = 0;
    bool significant = false;
    for (int32_t i = 0; i < exponent; i++, rest /= 10) {
        significant = significant || rest % 10 != 0 || i == exponent - 1;
        if (significant)
            reversed[count++] = (char)('0' + rest % 10);
    }
    if (exponent == 0)
        reversed[count++] = '0';
    reversed[count++] = '.';
    do {
        reversed[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (amount < 0)
        reversed[count++] = '-';
    for (size_t i = 0; i < count; i++)
        ret[i] = reversed[count - 1 - i];
    ret[count] = '\0';
    return count;
}

const char *sl_money_decimal(sl_context *cx, int64_t amount, const char *currency)
{
    int32_t exponent = sl_currency_exponent(currency);
    uint64_t unit = 1;
    for (int32_t i = 0; i < (exponent < 0 ? 2 : exponent); i++)
        unit *= 10;
    uint64_t whole = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
    const char *sign = amount < 0 ? "-" : "";
    if (unit == 1)
        return sl_format(cx, "%s%llu", sign, (unsigned long long)whole);
    return sl_format(cx, "%s%llu.%0*llu", sign, (unsigned long long)(whole / unit),
                     exponent < 0 ? 2 : exponent, (unsigned long long)(whole % unit));
}

/* A decimal number taken apart: the digits of `whole` and `fraction` are one number, moved by `exponent`. */
struct decimal {
    bool negative;
    const char *whole;
    size_t whole_length;
    const char *fraction;
    size_t fraction_length;
    int32_t exponent;
};

static size_t digits_length(const char *text, size_t length)
{
    size_t count = 0;
    while (count < length && text[count] >= '0' && text[count] <= '9')
        count++;
    return count;
}

/* "e5", "E-05": past EXPONENT_MOST, which no text of TEXT_LONGEST can make up for, the sign alone matters. */
static bool exponent_parse(const char *text, size_t length, int32_t *ret)
{
    bool negative = length > 0 && text[0] == '-';
    size_t at = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    if (at == length || digits_length(text + at, length - at) != length - at)
        return false;
    int32_t exponent = 0;
    for (; at < length; at++) {
        if (exponent < EXPONENT_MOST)
            exponent = exponent * 10 + (text[at] - '0');
    }
    *ret = negative ? -exponent : exponent;
    return true;
}

static bool decimal_parse(const char *text, size_t length, struct decimal *ret)
{
    size_t at = length > 0 && text[0] == '-' ? 1 : 0;
    ret->negative = at == 1;
    ret->whole = text + at;
    ret->whole_length = digits_length(text + at, length - at);
    at += ret->whole_length;
    if (ret->whole_length == 0)
        return false;
    if (at < length && text[at] == '.') {
        at++;
        ret->fraction = text + at;
        ret->fraction_length = digits_length(text + at, length - at);
        at += ret->fraction_length;
        if (ret->fraction_length == 0)
            return false;
    }
    if (at < length && (text[at] == 'e' || text[at] == 'E'))
        return exponent_parse(text + at + 1, length - at - 1, &ret->exponent);
    return at == length;
}

static int digit_at(const struct decimal *decimal, size_t index)
{
    if (index < decimal->whole_length)
        return decimal->whole[index] - '0';
    index -= decimal->whole_length;
    return index < decimal->fraction_length ? decimal->fraction[index] - '0' : 0;
}

sl_status sl_money_from_major(const char *text, size_t length, const char *currency, int64_t *ret)
{
    struct decimal decimal = { 0 };
    int32_t digits = sl_currency_exponent(currency);
    if (text == NULL || digits < 0 || length > TEXT_LONGEST ||
        !decimal_parse(text, length, &decimal))
        return SL_E_INVALID;
    /* How many digits of the text stand left of the minor unit's point; those right of it must be zero. */
    int64_t kept = (int64_t)decimal.whole_length + decimal.exponent + digits;
    size_t written = decimal.whole_length + decimal.fraction_length;
    size_t first = 0;
    while (first < written && digit_at(&decimal, first) == 0)
        first++;
    if (first == written) {
        *ret = 0;
        return SL_OK;
    }
    for (size_t i = kept > 0 ? (size_t)kept : 0; i < written; i++) {
        if (digit_at(&decimal, i) != 0)
            return SL_E_INVALID;
    }
    /* Counted below zero, where there is one number more. */
    int64_t amount = 0;
    for (int64_t i = (int64_t)first; i < kept; i++) {
        if (__builtin_mul_overflow(amount, 10, &amount) ||
            __builtin_sub_overflow(amount, digit_at(&decimal, (size_t)i), &amount))
            return SL_E_TOO_LARGE;
    }
    if (!decimal.negative && __builtin_sub_overflow((int64_t)0, amount, &amount))
        return SL_E_TOO_LARGE;
    /* The least number is SL_NONE, which means absent everywhere. */
    if (amount == SL_NONE)
        return SL_E_TOO_LARGE;
    *ret = amount;
    return SL_OK;
}
