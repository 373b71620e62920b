/*
 * setup_intent_service.h: keeping a card for later without a payment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SETUP_INTENT_SERVICE_H
#define SETUP_INTENT_SERVICE_H

#include "attempt_service.h"
#include "setup_intent_model.h"

/* Moves a setup intent along the table of states; SL_E_INTERNAL when there is no such way. [no-suspend] */
sl_status setup_move(sl_context *cx, struct setup_intent *intent, const char *to);

/* Fails with `setup_intent_unexpected_state` and the intent attached. [suspends] */
sl_status setup_unexpected(sl_context *cx, const struct setup_intent *intent, const char *what);

/* Confirms: commits, asks the gateway, records, answers. [suspends] */
sl_status setup_confirm(sl_context *cx, struct setup_intent *intent,
                        const sl_payment_method_view *method, bool is_new);

/* Gives up an authentication the customer has not done; the intent's update is the caller's. [suspends] */
sl_status setup_action_give_up(sl_context *cx, struct setup_intent *intent);

#endif
