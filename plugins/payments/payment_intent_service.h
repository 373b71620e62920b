/*
 * payment_intent_service.h: the rules of payment intents: made, changed, confirmed, captured, canceled.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_INTENT_SERVICE_H
#define PAYMENT_INTENT_SERVICE_H

#include "attempt_service.h"
#include "payment_intent_params.h"

/* Moves an intent along the table of states; SL_E_INTERNAL when there is no such way. [no-suspend] */
sl_status intent_move(sl_context *cx, struct payment_intent *intent, const char *to);

/* Fails with Stripe's code `payment_intent_unexpected_state` and the intent attached. `what` as in "captured". [suspends] */
sl_status intent_unexpected(sl_context *cx, const struct payment_intent *intent, const char *what,
                            const char *wanted);

/* Whether the amount may be charged in the currency: `amount_too_small`, `amount_too_large`. [no-suspend] */
sl_status amount_check(sl_context *cx, int64_t amount, const char *currency);

/* A new intent from parameters, checked, with its payment method and `payment_intent.created`. It is added to the write set
 * unless it is to be confirmed at once: intent_confirm adds it then.
 * `ret_method` is left alone when none was named; one that is there already is the method, and the customer was checked with
 * it. [suspends] */
sl_status intent_create(sl_context *cx, const struct intent_params *params,
                        struct payment_intent *ret, sl_payment_method_view *ret_method);

/* Applies the parameters that the request names to the row; says whether anything that only an unpaid intent may change was
 * named. Asks for the payment method. [suspends] */
sl_status intent_change(sl_context *cx, const struct intent_params *params,
                        struct payment_intent *intent, sl_payment_method_view *ret_method);

/* Takes amount_details and payment_details as far as the request names them. [no-suspend] */
void intent_details_take(sl_context *cx, const struct intent_params *params,
                         struct payment_intent *intent);

/* How a confirmation is to go and to be answered. */
struct intent_confirmation {
    const char *answer;
    bool off_session;
    bool error_on_action;
    bool early_charge;  /* the charge is to be seen while its outcome is unknown */
    bool is_new;        /* the intent is not in the database yet */
    const char *charge; /* the charge's id when the caller has chosen it */
    sl_status (*joined)(sl_context *cx, void *data, const struct settlement *settlement);
    void *joined_data;
};

/* Confirms: commits, asks the gateway, records, answers. The intent has a payment method; `method` is its view. [suspends] */
sl_status intent_confirm(sl_context *cx, struct payment_intent *intent,
                         const sl_payment_method_view *method,
                         const struct intent_confirmation *how);

/* Gives up the authentication that the customer has not done yet; the intent's update is the caller's. Nothing may be pending.
 * `payment_intent_unexpected_state` when it is too late. [suspends] */
sl_status intent_action_give_up(sl_context *cx, struct payment_intent *intent);

/* Captures `amount` (SL_NONE: all) of an authorized intent. [suspends] */
sl_status intent_capture(sl_context *cx, struct payment_intent *intent, int64_t amount,
                         const char *answer);

/* Cancels, voiding what is authorized. [suspends] */
sl_status intent_cancel(sl_context *cx, struct payment_intent *intent, const char *reason);

#endif
