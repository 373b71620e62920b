/*
 * card_table.h: the test cards: what each is, by which names it is known, how it behaves.
 *
 * One table, read by tokenizing, by names ("pm_card_visa", "tok_visa", "card_4242") and by every operation. A card is known
 * outside by its token "sim_<name>", never by its number. Source of numbers, names and behaviour: Stripe's "Testing" document.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CARD_TABLE_H
#define CARD_TABLE_H

#include <stripe_lite/abi.h>

#define CARD_APPROVES 0
#define CARD_DECLINES 1         /* also when it is attached to a customer */
#define CARD_DECLINES_CHARGES 2 /* attaches and sets up, then declines */
#define CARD_AUTHENTICATES 3    /* a challenge each time; declines off session */
#define CARD_AUTHENTICATES_PRESENT \
    4                       /* a challenge while the customer is there; approves off session */
#define CARD_DISPUTED 5     /* approves, then `reason` and `dispute` follow */
#define CARD_REFUND_PENDS 6 /* a refund is pending, then succeeds */
#define CARD_REFUND_FAILS 7 /* a refund is pending, then fails */
#define CARD_AVAILABLE 8    /* its money is available at once */

struct test_card {
    const char *number;
    const char *name;  /* unique: the token's and the names' stem */
    const char *alias; /* another stem, or NULL */
    const char *brand;
    const char *funding;
    const char *country;
    int32_t behaviour;
    int32_t reserved;
    const char
        *code; /* declines; after the challenge for cards that authenticate; NULL: approves */
    const char *decline_code;
    const char *advice;
    const char *reason;    /* disputes */
    const char *dispute;   /* status of the dispute at its opening */
    const char *cvc_check; /* NULL: "pass" when a code was given */
};

/* since 1.0 [no-suspend], all of these; NULL when there is no such card */
const struct test_card *card_at(uint32_t index);
const struct test_card *card_by_number(const char *digits);
/* "pm_card_visa", "tok_visa", "card_4242". Of two cards that end alike the one listed first answers to "card_...". */
const struct test_card *card_by_name(const char *name);
const struct test_card *card_by_token(const char *token);

/* The number's last four digits. [no-suspend] */
const char *card_last4(const struct test_card *card);

/* The sentence that goes with a decline. [no-suspend] */
const char *decline_message(const char *code, const char *decline_code);

#endif
