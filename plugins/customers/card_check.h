/*
 * card_check.h: whether what somebody typed could be a card: check digit, expiry, security code. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CARD_CHECK_H
#define CARD_CHECK_H

#include <stripe_lite/abi.h>

#define CARD_DIGITS_MOST 19

/* A fault in Stripe's words; `code` NULL: none. */
struct card_fault {
    const char *code;  /* "incorrect_number" */
    const char *param; /* "number", "exp_month", "exp_year", "cvc" */
    const char *message;
};

/* The digits of `number` without spaces and dashes into `ret` (CARD_DIGITS_MOST + 1 bytes); false when it has anything else or
 * is too long or short to be a card's. [no-suspend] */
bool card_digits(const char *number, char *ret);

/* Whether the text is nothing but digits, spaces and dashes, and long enough to be a card's number. [no-suspend] */
bool card_looks_like_number(const char *text);

/* `number`: digits. [no-suspend] */
bool card_luhn(const char *number);

/* A two-digit year is of this century. [no-suspend] */
int64_t card_full_year(int64_t year);

/* The year of a time in unix seconds, UTC. [no-suspend] */
int64_t card_year(int64_t now);

/* `now`: unix seconds. A card is good until the end of its month. [no-suspend] */
struct card_fault card_check_expiry(int64_t month, int64_t year, int64_t now);
struct card_fault card_check(const char *number, int64_t month, int64_t year, const char *cvc,
                             int64_t now);

#endif
