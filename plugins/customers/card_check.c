/*
 * card_check.c: whether what somebody typed could be a card.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "card_check.h"

#include <string.h>
#include <time.h>

#define CARD_DIGITS_LEAST 12
#define YEARS_AHEAD_MOST 50

static const struct card_fault no_fault;

bool card_digits(const char *number, char *ret)
{
    size_t count = 0;
    for (const char *at = number ? number : ""; *at; at++) {
        if (*at == ' ' || *at == '-')
            continue;
        if (*at < '0' || *at > '9' || count == CARD_DIGITS_MOST)
            return false;
        ret[count++] = *at;
    }
    ret[count] = '\0';
    return count >= CARD_DIGITS_LEAST;
}

bool card_looks_like_number(const char *text)
{
    char digits[CARD_DIGITS_MOST + 1];
    return card_digits(text, digits);
}

bool card_luhn(const char *number)
{
    uint32_t sum = 0;
    size_t length = strlen(number);
    for (size_t i = 0; i < length; i++) {
        uint32_t digit = (uint32_t)(number[length - 1 - i] - '0');
        if (i % 2 == 1)
            digit = digit > 4 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return length > 0 && sum % 10 == 0;
}

int64_t card_full_year(int64_t year)
{
    return year >= 0 && year < 100 ? year + 2000 : year;
}

static struct tm date_of(int64_t now)
{
    time_t seconds = (time_t)now;
    struct tm date;
    gmtime_r(&seconds, &date);
    return date;
}

int64_t card_year(int64_t now)
{
    return date_of(now).tm_year + 1900;
}

struct card_fault card_check_expiry(int64_t month, int64_t year, int64_t now)
{
    const struct card_fault bad_month = { "invalid_expiry_month", "exp_month",
                                          "Your card's expiration month is invalid." };
    const struct card_fault bad_year = { "invalid_expiry_year", "exp_year",
                                         "Your card's expiration year is invalid." };
    struct tm date = date_of(now);
    int64_t this_year = card_year(now);
    if (month < 1 || month > 12)
        return bad_month;
    if (year < this_year || year > this_year + YEARS_AHEAD_MOST)
        return bad_year;
    return year == this_year && month < date.tm_mon + 1 ? bad_month : no_fault;
}

static bool cvc_is_sound(const char *number, const char *cvc)
{
    bool amex = strncmp(number, "34", 2) == 0 || strncmp(number, "37", 2) == 0;
    size_t length = strlen(cvc);
    return strspn(cvc, "0123456789") == length && (length == 3 || (amex && length == 4));
}

struct card_fault card_check(const char *number, int64_t month, int64_t year, const char *cvc,
                             int64_t now)
{
    char digits[CARD_DIGITS_MOST + 1];
    if (!card_digits(number, digits))
        return (struct card_fault){ "invalid_number", "number",
                                    "The card number is not a valid credit card number." };
    if (!card_luhn(digits))
        return (struct card_fault){ "incorrect_number", "number",
                                    "Your card number is incorrect." };
    struct card_fault fault = card_check_expiry(month, card_full_year(year), now);
    if (!fault.code && cvc && !cvc_is_sound(digits, cvc))
        fault =
            (struct card_fault){ "invalid_cvc", "cvc", "Your card's security code is invalid." };
    return fault;
}
