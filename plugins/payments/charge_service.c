/*
 * charge_service.c: charges as they come of attempts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "charge_service.h"

#include "balance_service.h"

/* The card as it is now is what the charge will show for ever. Members about this payment that no gateway here tells are null. */
sl_status charge_method_facts(sl_context *cx, const sl_payment_method_view *method,
                              const char **ret_card, const char **ret_billing)
{
    static const char *const untold[] = {
        "amount_authorized",      "authorization_code", "electronic_commerce_indicator",
        "network_transaction_id", "regulated_status",   "three_d_secure",
        "transaction_link_id"
    };
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    for (size_t i = 0; i < sizeof(untold) / sizeof(untold[0]); i++)
        sl_json_null(out, untold[i]);
    customers()->write_card(out, method);
    sl_json_close(out);
    *ret_card = sl_json_text(out, NULL);
    return customers()->billing_details(cx, method->id, ret_billing);
}

static sl_status charge_facts(sl_context *cx, const struct settlement *settlement,
                              const struct attempt *attempt, struct charge *charge)
{
    if (settlement->known_card) {
        charge->card = settlement->known_card;
        charge->billing_details = settlement->known_billing;
        return SL_OK;
    }
    if (!attempt->payment_method)
        return SL_OK;
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    sl_status status = customers()->method(cx, attempt->payment_method, "payment_method", &method);
    if (status != SL_OK)
        return status;
    return charge_method_facts(cx, &method, &charge->card, &charge->billing_details);
}

sl_status charge_draft(sl_context *cx, const struct settlement *settlement,
                       const struct attempt *attempt, const struct payment_intent *intent,
                       struct charge *ret)
{
    *ret = (struct charge){
        .id = attempt->charge,
        .created = attempt->created,
        .status = "pending",
        .state = "pending",
        .amount = attempt->amount,
        .currency = attempt->currency,
        .payment_intent = intent->id,
        .customer = attempt->customer,
        .payment_method = attempt->payment_method,
        .attempt = attempt->id,
        .gateway = attempt->gateway,
        .description = intent->description,
        .receipt_email = intent->receipt_email,
        .statement_descriptor = intent->statement_descriptor,
        .statement_descriptor_suffix = intent->statement_descriptor_suffix,
        .transfer_group = intent->transfer_group,
        .shipping = intent->shipping,
        .metadata = intent->metadata,
    };
    return charge_facts(cx, settlement, attempt, ret);
}

sl_status charge_of_attempt(sl_context *cx, const struct settlement *settlement,
                            const struct payment_intent *intent, struct charge *ret, bool *ret_new)
{
    const struct attempt *attempt = settlement->attempt;
    *ret_new = false;
    /* Only the Stripe_lite routes show a charge before its outcome is known; elsewhere the first word makes it. */
    bool may_be_there = settlement->fresh || !settlement->known_attempt ||
                        same(attempt->answer, ANSWER_LITE_CHARGE);
    if (may_be_there) {
        sl_status status = sl_find(cx, &charges, attempt->charge, ret);
        if (status != SL_E_NOT_FOUND)
            return status;
    }
    *ret_new = true;
    return charge_draft(cx, settlement, attempt, intent, ret);
}

sl_status charge_captured_add(sl_context *cx, struct charge *charge, int64_t amount, int64_t fee,
                              bool available)
{
    charge->captured = true;
    charge->amount_captured = amount;
    const struct movement movement = {
        .type = "charge",
        .category = "charge",
        .amount = amount,
        .fee = fee == SL_NONE ? balance_charge_fee(cx, amount, charge->currency) : fee,
        .currency = charge->currency,
        .source = charge->id,
        .source_type = "charge",
        .subject = charge->id,
        .description = charge->description,
        .counter = SL_LEDGER_GATEWAY,
        .pending = !available,
    };
    return balance_move(cx, &movement, &charge->balance_transaction);
}
