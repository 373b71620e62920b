/*
 * payment_intent_states.h: the states of payment intents and setup intents, and the only ways between them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_INTENT_STATES_H
#define PAYMENT_INTENT_STATES_H

#include <stdbool.h>

#define STATE_REQUIRES_PAYMENT_METHOD "requires_payment_method"
#define STATE_REQUIRES_CONFIRMATION "requires_confirmation"
#define STATE_REQUIRES_ACTION "requires_action"
#define STATE_PROCESSING "processing"
#define STATE_REQUIRES_CAPTURE "requires_capture"
#define STATE_SUCCEEDED "succeeded"
#define STATE_CANCELED "canceled"

/* Whether an intent may go from one state to the other; staying is always allowed. [no-suspend] */
bool intent_may_move(const char *from, const char *to);

/* What may be done to an intent in this state while no attempt is open. [no-suspend] */
bool intent_may_confirm(const char *status);
bool intent_may_cancel(const char *status);
bool intent_may_change(const char *status); /* amount, currency, customer, payment method */

#endif
