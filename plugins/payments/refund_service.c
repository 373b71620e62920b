/*
 * refund_service.c: giving money back.
 *
 * The amount is reserved on the charge before the gateway is asked, guarded by the charge's version: refunds at once never
 * exceed what was captured. A refund that fails gives its amount back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "refund_service.h"

#include "attempt_outcome.h"
#include "attempt_route.h"
#include "balance_service.h"
#include "dispute_model.h"

static sl_status refund_amount_check(sl_context *cx, const struct charge *charge, int64_t amount)
{
    int64_t left = charge_refundable(charge);
    if (left == 0)
        return sl_fail(cx, SL_E_INVALID, "charge_already_refunded",
                       "Charge %s has already been refunded.", charge->id);
    if (amount > left)
        return sl_fail_param(cx, SL_E_INVALID, "amount_too_large", "amount",
                             "Refund amount (%s) is greater than unrefunded amount on charge (%s)",
                             money_text(cx, amount, charge->currency),
                             money_text(cx, left, charge->currency));
    return SL_OK;
}

static sl_status refund_charge_check(sl_context *cx, const struct charge *charge)
{
    if (!same(charge->status, "succeeded"))
        return sl_fail(cx, SL_E_INVALID, "charge_not_refundable",
                       "Charge %s is %s and cannot be refunded; only charges that succeeded can.",
                       charge->id, charge->status);
    if (charge->voided)
        return sl_fail(cx, SL_E_INVALID, "charge_already_refunded",
                       "Charge %s has already been refunded.", charge->id);
    if (!charge->captured)
        return sl_fail(
            cx, SL_E_INVALID, "charge_not_refundable",
            "Charge %s has not been captured. Cancel its PaymentIntent to release the money.",
            charge->id);
    if (!charge->disputed)
        return SL_OK;
    struct dispute dispute;
    sl_status status =
        sl_select_one(cx, &disputes, "charge = $2", SL_ARGS(sl_text(charge->id)), &dispute);
    if (status == SL_E_NOT_FOUND ||
        (status == SL_OK &&
         (same(dispute.status, "won") || strncmp(dispute.status, "warning", 7) == 0)))
        return SL_OK;
    if (status != SL_OK)
        return status;
    return sl_fail(cx, SL_E_INVALID, "charge_disputed",
                   "Charge %s has been charged back; cannot issue a refund.", charge->id);
}

static struct refund *refund_draft(sl_context *cx, const struct charge *charge, int64_t amount,
                                   const struct refund_order *order)
{
    struct refund *refund = sl_alloc(cx, sizeof(*refund));
    *refund = (struct refund){
        .id = sl_id(cx, "re"),
        .created = sl_now(cx),
        .status = "pending",
        .amount = amount,
        .currency = charge->currency,
        .charge = charge->id,
        .payment_intent = charge->payment_intent,
        .customer = charge->customer,
        .payment_method = charge->payment_method,
        .reason = order->reason,
        .description = order->description,
        .metadata = order->metadata,
    };
    return refund;
}

static struct attempt *refund_attempt_begin(sl_context *cx, const struct charge *charge,
                                            const struct refund *refund,
                                            const struct refund_order *order)
{
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    *attempt = (struct attempt){
        .operation = ATTEMPT_REFUND,
        .answer = order->answer ? order->answer : ANSWER_NONE,
        .intent = charge->payment_intent,
        .charge = charge->id,
        .refund = refund->id,
        .customer = charge->customer,
        .payment_method = charge->payment_method,
        .gateway = charge->gateway,
        .original = charge->gateway_reference,
        .amount = refund->amount,
        .currency = refund->currency,
        .description = order->reason,
    };
    attempt_begin(cx, attempt);
    return attempt;
}

sl_status charge_refund(sl_context *cx, struct charge *charge, const struct refund_order *order)
{
    sl_status status = refund_charge_check(cx, charge);
    if (status != SL_OK)
        return status;
    int64_t amount = order->amount == SL_NONE ? charge_refundable(charge) : order->amount;
    status = refund_amount_check(cx, charge, amount);
    if (status != SL_OK)
        return status;
    const sl_gateway *gateway = NULL;
    status = sl_gateway_choose(cx, charge->gateway, charge->currency, "card", &gateway);
    if (status == SL_OK)
        status = gateway_ready(cx, gateway);
    if (status != SL_OK)
        return status;
    if (amount < charge->amount_captured &&
        !sl_gateway_can(gateway, SL_GATEWAY_CAN_REFUND_IN_PARTS))
        return sl_fail_param(cx, SL_E_UNSUPPORTED, "charge_not_refundable", "amount",
                             "The gateway %s refunds the whole amount only.", charge->gateway);
    struct refund *refund = refund_draft(cx, charge, amount, order);
    struct settlement settlement = { .joined = order->joined, .joined_data = order->joined_data };
    struct attempt *attempt = refund_attempt_begin(cx, charge, refund, order);
    settlement.known_attempt = attempt;
    refund->attempt = attempt->id;
    sl_insert(cx, &refunds, refund);
    charge->amount_refunded += amount;
    charge_state_refresh(charge);
    sl_update(cx, &charges, charge, "amount_refunded, state");
    sl_event(cx, "refund.created", &refund_resource, refund, NULL);
    return attempt_run(cx, gateway, &settlement);
}

static sl_status refund_rows_load(sl_context *cx, struct settlement *settlement)
{
    const struct attempt *attempt = settlement->attempt;
    settlement->refund = sl_alloc(cx, sizeof(*settlement->refund));
    settlement->charge = sl_alloc(cx, sizeof(*settlement->charge));
    sl_status status = sl_find(cx, &refunds, attempt->refund, settlement->refund);
    if (status == SL_OK)
        status = sl_find(cx, &charges, attempt->charge, settlement->charge);
    if (status == SL_E_NOT_FOUND)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The refund or charge of attempt %s is missing.",
                       attempt->id);
    return status;
}

static sl_status refund_succeeded(sl_context *cx, struct settlement *settlement)
{
    struct refund *refund = settlement->refund;
    const struct movement movement = {
        .type = "refund",
        .category = "refund",
        .amount = -refund->amount,
        .fee = settlement->attempt->fee == SL_NONE ? 0 : settlement->attempt->fee,
        .currency = refund->currency,
        .source = refund->id,
        .source_type = "refund",
        .subject = refund->charge,
        .description = refund->description ? refund->description : settlement->charge->description,
        .counter = SL_LEDGER_GATEWAY,
    };
    refund->status = "succeeded";
    refund->gateway_reference = settlement->attempt->reference;
    sl_status status = balance_move(cx, &movement, &refund->balance_transaction);
    if (status != SL_OK)
        return status;
    sl_update(cx, &refunds, refund, "status, gateway_reference, balance_transaction");
    sl_event(cx, "refund.updated", &refund_resource, refund, NULL);
    sl_event(cx, "charge.refunded", &charge_resource, settlement->charge, NULL);
    return SL_OK;
}

static sl_status refund_failed(sl_context *cx, struct settlement *settlement)
{
    struct refund *refund = settlement->refund;
    struct charge *charge = settlement->charge;
    refund->status = "failed";
    refund->failure_reason =
        same(settlement->attempt->code, "insufficient_funds") ? "insufficient_funds"
        : same(settlement->attempt->code, "expired_card")     ? "expired_or_canceled_card"
                                                              : "declined";
    refund->gateway_reference = settlement->attempt->reference;
    sl_update(cx, &refunds, refund, "status, failure_reason, gateway_reference");
    charge->amount_refunded -= refund->amount;
    charge_state_refresh(charge);
    sl_update(cx, &charges, charge, "amount_refunded, state");
    sl_event(cx, "refund.failed", &refund_resource, refund, NULL);
    sl_event(cx, "charge.refund.updated", &refund_resource, refund, NULL);
    return SL_OK;
}

sl_status refund_outcome_apply(sl_context *cx, struct settlement *settlement,
                               const struct attempt *before)
{
    (void)before;
    sl_status status = refund_rows_load(cx, settlement);
    if (status != SL_OK || settlement->attempt->unsettled)
        return status;
    if (same(settlement->attempt->status, ATTEMPT_SUCCEEDED))
        return refund_succeeded(cx, settlement);
    if (attempt_has_failed(settlement->attempt))
        return refund_failed(cx, settlement);
    return SL_OK;
}

/* The charge's refunds with this one as it is now, which the database does not know yet. */
static sl_status charge_refunds_load(sl_context *cx, struct charge *charge,
                                     const struct refund *refund)
{
    sl_list found;
    sl_status status = sl_select(cx, &refunds, "charge = $2 ORDER BY created DESC, id DESC",
                                 SL_ARGS(sl_text(charge->id)), &found);
    if (status != SL_OK)
        return status;
    for (uint32_t i = 0; i < found.count; i++) {
        struct refund *row = SL_ITEM(found, struct refund, i);
        if (same(row->id, refund->id))
            *row = *refund;
    }
    charge->refund_rows = found;
    charge->has_refund_rows = true;
    return SL_OK;
}

sl_status lite_refund_reply(sl_context *cx, const struct charge *charge,
                            const struct refund *refund)
{
    struct charge shown = *charge;
    sl_status status = charge_refunds_load(cx, &shown, refund);
    if (status != SL_OK)
        return status;
    sl_json *charge_json;
    sl_json *refund_json;
    status = sl_resource_json(cx, &charge_resource, &shown, &charge_json);
    if (status == SL_OK)
        status = sl_resource_json(cx, &refund_resource, refund, &refund_json);
    if (status != SL_OK)
        return status;
    size_t length;
    const char *text = sl_json_text(charge_json, &length);
    const char *details = sl_format(cx, "%.*s,\"refund\":%s}", (int)(length - 1), text,
                                    sl_json_text(refund_json, NULL));
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "status", same(refund->status, "pending") ? "pending" : "success");
    sl_json_raw(out, "refund_details", details);
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}
