/*
 * challenge_service.h: the customer's part of 3-D Secure: a challenge is opened, then completed, failed or canceled, once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CHALLENGE_SERVICE_H
#define CHALLENGE_SERVICE_H

#include "simulator_model.h"

#define CHALLENGE_PATH "/simulator/3ds/"

/* The challenge of the payment's attempt, opened when there is none: its outcome, and the address of its page.
 * Commits beside `cx`. [suspends] */
sl_status challenge_ensure(sl_context *cx, const sl_gateway_payment *payment, const char *reference,
                           const char **ret_outcome, const char **ret_address) SL_MUST_CHECK;

/* Cancels the challenge of `attempt` if it is open. `ret_outcome` is what it is then, NULL when there is none; `ret_capture`
 * whether its payment captures at once. Commits beside `cx`. [suspends] */
sl_status challenge_cancel(sl_context *cx, const char *attempt, const char **ret_outcome,
                           bool *ret_capture) SL_MUST_CHECK;

/* The challenge that a page's address names; binds an open route's context to its account. SL_E_NOT_FOUND without an error.
 * [suspends] */
sl_status challenge_open(sl_context *cx, const char *secret,
                         struct simulator_challenge *ret) SL_MUST_CHECK;

/* Stores the customer's outcome if the challenge is open, commits it beside `cx`, and tells the host; `challenge` is what is
 * stored then. `ret_settled`: this call did it. [suspends] */
sl_status challenge_settle(sl_context *cx, struct simulator_challenge *challenge,
                           const char *outcome, bool *ret_settled) SL_MUST_CHECK;

/* Where the customer goes back to: `return_url` with redirect_status; NULL when the payment named none. [no-suspend] */
const char *challenge_return(sl_context *cx, const struct simulator_challenge *challenge);

/* `url` with one more parameter in its query, before the fragment. [no-suspend] */
const char *url_with(sl_context *cx, const char *url, const char *name, const char *value);

#endif
