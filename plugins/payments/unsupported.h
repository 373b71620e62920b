/*
 * unsupported.h: parameters of Stripe's that these objects do not have here, and those that make no difference.
 *
 * Each list is for SL_UNSUPPORTED or SL_UNUSED in the parameter tables.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef UNSUPPORTED_H
#define UNSUPPORTED_H

#include <stripe_lite/field.h>

#define WHY_ONE_ACCOUNT "the money of a payment stays in the account that takes it"
#define WHY_CARDS_ONLY "cards are the only payment methods here"
#define WHY_NO_SUCH_OBJECT "this server has no such objects"
#define WHY_NO_SUCH_STEP "no gateway here offers it"

/* application_fee_amount, transfer_data...: money that would go to another account. */
extern const char *const elsewhere_params[];
/* confirmation_token, mandate, customer_account, hooks: what refers to objects that are not kept here. */
extern const char *const foreign_params[];
/* mandate_data, radar_options...: what Stripe tells others about the payment, and what chooses among many methods. */
extern const char *const harmless_params[];
/* payment_method_data: what is only said about the payer's browser. */
extern const char *const method_harmless_params[];
/* payment_method_options[card]. */
extern const char *const card_option_unsupported_params[];
extern const char *const card_option_harmless_params[];

#endif
