/*
 * outcome.h: what the simulator answers: a pure function of the card, the request and the customer's challenge.
 *
 * Nothing is stored to answer again: the same attempt asked twice, or looked up after a lost answer, gives the same outcome.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stripe_lite/gateway.h>

#include "card_table.h"

/* What became of the challenge of an attempt. */
#define CHALLENGE_OPEN "open"
#define CHALLENGE_COMPLETE "complete"
#define CHALLENGE_FAILED "fail"
#define CHALLENGE_CANCELED "canceled"

/* Everything but the kind as an adapter leaves it when it has nothing to say. [no-suspend] */
void outcome_set(sl_gateway_outcome *ret, int32_t kind);
void outcome_decline(sl_gateway_outcome *ret, const char *code, const char *decline_code,
                     const char *advice, const char *message);

/* Whether the customer must pass a challenge before this payment can be decided. [no-suspend] */
bool outcome_needs_challenge(const struct test_card *card, const sl_gateway_payment *payment);

/* The answer to an authorization. `challenge` is NULL while none was needed or made. [no-suspend] */
void outcome_authorize(const struct test_card *card, const sl_gateway_payment *payment,
                       const char *challenge, sl_gateway_outcome *ret);

/* The answer to a capture of what the card has reserved. [no-suspend] */
void outcome_capture(const struct test_card *card, sl_gateway_outcome *ret);

/* The answer to a refund: at once, or `later` when it is looked up. [no-suspend] */
void outcome_refund(const struct test_card *card, bool later, sl_gateway_outcome *ret);

/* The answer to voiding an attempt with a challenge: one that was completed and captured cannot be voided any more.
 * [no-suspend] */
void outcome_void(const char *challenge, bool captured, sl_gateway_outcome *ret);

/* Whether charging this card is followed by a dispute. [no-suspend] */
bool outcome_is_disputed(const struct test_card *card, const sl_gateway_payment *payment,
                         const sl_gateway_outcome *outcome);

#endif
