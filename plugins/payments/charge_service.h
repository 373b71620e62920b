/*
 * charge_service.h: charges as they come of attempts, and what may be done to them afterwards.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CHARGE_SERVICE_H
#define CHARGE_SERVICE_H

#include "attempt_service.h"

/* The charge of an authorization: the row that is there, else a new one, pending, made from attempt and intent and not yet in
 * the write set; `ret_new` says which. [suspends] */
sl_status charge_of_attempt(sl_context *cx, const struct settlement *settlement,
                            const struct payment_intent *intent, struct charge *ret, bool *ret_new);

/* A new charge, pending, as charge_of_attempt makes it. [suspends] */
sl_status charge_draft(sl_context *cx, const struct settlement *settlement,
                       const struct attempt *attempt, const struct payment_intent *intent,
                       struct charge *ret);

/* payment_method_details.card of a method, and its billing details, as finished JSON. [suspends] */
sl_status charge_method_facts(sl_context *cx, const sl_payment_method_view *method,
                              const char **ret_card, const char **ret_billing);

/* Puts money that was captured into the books: balance transaction, ledger, the charge's amounts. `available`: it may be
 * paid out at once. Adds no update of the charge itself. [no-suspend] */
sl_status charge_captured_add(sl_context *cx, struct charge *charge, int64_t amount, int64_t fee,
                              bool available);

#endif
