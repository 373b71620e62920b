/*
 * card_check.c: whether what somebody typed could be a card.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "card_check.h"

#include <string.h>

#define CARD_DIGITS_LEAST 12
#define YEARS_AHEAD_MOST 50
#define SECONDS_PER_DAY 86400

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

struct month {
    int64_t year;
    int64_t month; /* 1 to 12 */
};

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The month of a time since 1970, UTC. */
static struct month month_of(int64_t now)
{
    static const int64_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    struct month at = { .year = 1970, .month = 1 };
    int64_t days = now / SECONDS_PER_DAY;
    for (; days >= 365 + is_leap(at.year); at.year++)
        days -= 365 + is_leap(at.year);
    for (;; at.month++) {
        int64_t length = lengths[at.month - 1] + (at.month == 2 && is_leap(at.year));
        if (days < length)
            return at;
        days -= length;
    }
}

int64_t card_year(int64_t now)
{
    return month_of(now).year;
}

struct card_fault card_check_expiry(int64_t month, int64_t year, int64_t now)
{
    const struct card_fault bad_month = { "invalid_expiry_month", "exp_month",
                                          "Your card's expiration month is invalid." };
    const struct card_fault bad_year = { "invalid_expiry_year", "exp_year",
                                         "Your card's expiration year is invalid." };
    struct month today = month_of(now);
    if (month < 1 || month > 12)
        return bad_month;
    if (year < today.year || year > today.year + YEARS_AHEAD_MOST)
        return bad_year;
    return year == today.year && month < today.month ? bad_month : no_fault;
}

static bool cvc_is_sound(const char *number, const char *cvc)
{
    bool amex = strncmp(number, "34", 2) == 0 || strncmp(number, "37", 2) == 0;
    size_t length = strlen(cvc);
    return strspn(cvc, "0123456789") == length && (length == 3 || (amex && length == 4));
}

static struct card_fault digits_check(const char *number, int64_t month, int64_t year,
                                      const char *cvc, int64_t now, char *digits)
{
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

struct card_fault card_check(const char *number, int64_t month, int64_t year, const char *cvc,
                             int64_t now)
{
    char digits[CARD_DIGITS_MOST + 1];
    struct card_fault fault = digits_check(number, month, year, cvc, now, digits);
    explicit_bzero(digits, sizeof(digits));
    return fault;
}
