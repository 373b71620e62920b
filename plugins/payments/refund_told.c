/*
 * refund_told.c: a refund as a gateway tells of it, and what a charge has refunded.
 *
 * A gateway tells of one refund twice: by the refund, and by its charge, which may come first and does not name it. Then a row stands
 * for it, with an id of this server's, until the refund is told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "charge_service.h"
#include "told.h"

/* A refund that the gateway tells of and this server did not make: attempt, amount on the charge, event. */
static sl_status refund_add(sl_context *cx, const sl_gateway_object *told, struct charge *charge,
                            const struct refund *draft, const sl_gateway_outcome *outcome)
{
    struct refund *refund = sl_alloc(cx, sizeof(*refund));
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    *refund = *draft;
    refund->status = "pending";
    refund->currency = charge->currency;
    refund->charge = charge->id;
    refund->payment_intent = charge->payment_intent;
    refund->customer = charge->customer;
    refund->payment_method = charge->payment_method;
    refund->gateway_reference = outcome->reference;
    *attempt = (struct attempt){
        .operation = ATTEMPT_REFUND,
        .intent = charge->payment_intent,
        .charge = charge->id,
        .refund = refund->id,
        .customer = charge->customer,
        .payment_method = charge->payment_method,
        .gateway = told->gateway,
        .original = charge->gateway_reference,
        .amount = refund->amount,
        .currency = charge->currency,
        .description = refund->reason,
    };
    attempt_begin(cx, attempt);
    refund->attempt = attempt->id;
    sl_insert(cx, &refunds, refund);
    charge->amount_refunded += refund->amount;
    charge_state_refresh(charge);
    sl_update(cx, &charges, charge, "amount_refunded, state");
    sl_event(cx, "refund.created", &refund_resource, refund, NULL);
    struct settlement settlement = {
        .known_attempt = attempt, .outcome = outcome, .silent = true, .recovery = true
    };
    sl_status status = attempt_record(cx, &settlement);
    return status == SL_OK ? sl_find(cx, &charges, charge->id, charge) : status;
}

/* What waits for another word is not asked for: the gateway tells, and its recovery would find nothing. */
static sl_gateway_outcome outcome_of(const sl_gateway_object *told, const sl_value *object,
                                     const char *id)
{
    const char *status = told_text(object, "status");
    bool failed = status ? same(status, "failed") || same(status, "canceled")
                         : same(told->event_type, "refund.failed");
    bool waits = same(status, "pending") || same(status, "requires_action");
    sl_gateway_outcome outcome = told_outcome(failed  ? SL_GATEWAY_DECLINED
                                              : waits ? SL_GATEWAY_REQUIRES_ACTION
                                                      : SL_GATEWAY_APPROVED,
                                              id);
    if (failed) {
        outcome.code = told_text(object, "failure_reason");
        outcome.message = "The refund failed at the gateway.";
    }
    return outcome;
}

static sl_status details_take(sl_context *cx, const sl_value *object, struct refund *refund)
{
    refund->created = sl_value_int(sl_value_member(object, "created"), refund->created);
    told_take(object, "reason", &refund->reason);
    told_take(object, "description", &refund->description);
    return told_metadata(cx, object, &refund->metadata);
}

/* ---- rows that stand for refunds ---- */

static sl_status standing_of(sl_context *cx, const struct charge *charge, sl_list *ret)
{
    return sl_select(cx, &refunds,
                     "charge = $2 AND gateway_reference IS NULL AND status = 'succeeded'"
                     " ORDER BY created, id",
                     SL_ARGS(sl_text(charge->id)), ret);
}

/* The row of the same amount becomes that refund. `ret_covered`: the charge's word has moved this money already. */
static sl_status standing_take(sl_context *cx, const struct charge *charge, const sl_value *object,
                               const char *id, int64_t amount, bool *ret_covered)
{
    sl_list rows;
    sl_status status = standing_of(cx, charge, &rows);
    int64_t sum = 0;
    *ret_covered = false;
    for (uint32_t i = 0; status == SL_OK && i < rows.count; i++) {
        struct refund *refund = SL_ITEM(rows, struct refund, i);
        struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
        sum += refund->amount;
        if (refund->amount != amount)
            continue;
        *ret_covered = true;
        status = sl_find(cx, &payment_attempts, refund->attempt, attempt);
        if (status == SL_OK)
            status = details_take(cx, object, refund);
        if (status != SL_OK)
            return status;
        attempt->reference = id;
        refund->gateway_reference = id;
        sl_update(cx, &payment_attempts, attempt, "reference");
        sl_update(cx, &refunds, refund,
                  "gateway_reference, created, reason, description, metadata");
        sl_event(cx, "refund.updated", &refund_resource, refund, NULL);
        return SL_OK;
    }
    *ret_covered = sum >= amount;
    return status;
}

/* ---- a refund ---- */

static sl_status refund_new(sl_context *cx, const sl_gateway_object *told, struct charge *charge,
                            const sl_value *object, const char *id)
{
    int64_t amount = told_amount(object, "amount", charge->currency);
    if (amount == SL_NONE || amount <= 0)
        return SL_OK;
    const sl_gateway_outcome outcome = outcome_of(told, object, id);
    bool covered = false;
    sl_status status = SL_OK;
    if (outcome.kind != SL_GATEWAY_DECLINED)
        status = standing_take(cx, charge, object, id, amount, &covered);
    if (status != SL_OK || covered)
        return status;
    if (amount > charge_refundable(charge)) {
        sl_log(cx, SL_LOG_WARNING, "refund of more than is left of its charge", "refund", id,
               "charge", charge->id);
        return SL_OK;
    }
    struct refund draft = { .id = id, .created = told->created, .amount = amount };
    status = details_take(cx, object, &draft);
    return status == SL_OK ? refund_add(cx, told, charge, &draft, &outcome) : status;
}

static sl_status refund_known(sl_context *cx, const sl_gateway_object *told,
                              struct attempt *attempt)
{
    const sl_gateway_outcome outcome = outcome_of(told, told->object, told->id);
    if (!attempt_is_open(attempt)) {
        if (outcome.kind == SL_GATEWAY_DECLINED && !attempt_has_failed(attempt))
            sl_log(cx, SL_LOG_ERROR, "a refund that had succeeded failed at its gateway", "refund",
                   told->id, "charge", attempt->charge);
        return SL_OK;
    }
    return outcome.kind == SL_GATEWAY_REQUIRES_ACTION ? SL_OK
                                                      : told_open_end(cx, told, attempt, &outcome);
}

/* By our attempt's id, the refund's own id, the gateway's. */
static sl_status refund_attempt(sl_context *cx, const sl_gateway_object *told, struct attempt *ret)
{
    struct refund refund;
    sl_status status =
        told->attempt ? sl_find(cx, &payment_attempts, told->attempt, ret) : SL_E_NOT_FOUND;
    if (status == SL_OK && !same(ret->operation, ATTEMPT_REFUND))
        status = SL_E_NOT_FOUND;
    if (status != SL_E_NOT_FOUND)
        return status;
    status = sl_find(cx, &refunds, told->id, &refund);
    if (status == SL_OK)
        return sl_find(cx, &payment_attempts, refund.attempt, ret);
    if (status != SL_E_NOT_FOUND)
        return status;
    return sl_select_one(cx, &payment_attempts,
                         "reference = $2 AND operation = 'refund' ORDER BY created, id LIMIT 1",
                         SL_ARGS(sl_text(told->id)), ret);
}

sl_status refund_told(sl_context *cx, const sl_gateway_object *told)
{
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    sl_status status = refund_attempt(cx, told, attempt);
    if (status == SL_OK)
        return refund_known(cx, told, attempt);
    if (status != SL_E_NOT_FOUND)
        return status;
    struct charge *charge = NULL;
    status = told_charge_find(cx, told, &charge);
    return status == SL_OK && charge ? refund_new(cx, told, charge, told->object, told->id)
                                     : status;
}

/* ---- a charge's refunds ---- */

/* Its id is made of what the charge had refunded with it: told again it is the same. */
static sl_status standing_add(sl_context *cx, const sl_gateway_object *told, struct charge *charge,
                              int64_t amount)
{
    int64_t total = charge->amount_refunded + amount;
    const char *made = sl_format(cx, "%s %lld", charge->id, (long long)total);
    const char *mark = sl_sha256_hex(cx, made, strlen(made));
    const struct refund draft = { .id = sl_format(cx, "re_%.24s", mark),
                                  .created = told->created,
                                  .amount = amount };
    const sl_gateway_outcome outcome = told_outcome(SL_GATEWAY_APPROVED, NULL);
    return refund_add(cx, told, charge, &draft, &outcome);
}

/* The first one of those that the charge names, as Stripe's older versions do, that is new here. */
static sl_status named_take(sl_context *cx, const sl_gateway_object *told, struct charge *charge,
                            int64_t total)
{
    const sl_value *list = sl_value_at(told->object, "refunds.data");
    int64_t before = charge->amount_refunded;
    for (uint32_t i = 0; i < sl_value_count(list) && charge->amount_refunded == before; i++) {
        const sl_value *object = sl_value_item(list, i, NULL);
        const char *id = told_text(object, "id");
        int64_t amount = told_amount(object, "amount", charge->currency);
        if (!id || amount == SL_NONE || amount > total - charge->amount_refunded)
            continue;
        sl_gateway_object one = *told;
        one.event_type = "refund.updated";
        one.type = "refund";
        one.id = id;
        one.object = object;
        one.attempt = NULL;
        struct attempt attempt;
        sl_status status = refund_attempt(cx, &one, &attempt);
        if (status == SL_E_NOT_FOUND)
            status = refund_new(cx, &one, charge, object, id);
        if (status == SL_OK)
            status = sl_find(cx, &charges, charge->id, charge);
        if (status != SL_OK)
            return status;
    }
    return SL_OK;
}

static int64_t total_of(const sl_gateway_object *told, const struct charge *charge)
{
    int64_t total = told_amount(told->object, "amount_refunded", charge->currency);
    if (total == SL_NONE)
        total = sl_value_bool(sl_value_member(told->object, "refunded"), false) ? INT64_MAX : 0;
    return total < charge->amount_captured ? total : charge->amount_captured;
}

sl_status told_refunds(sl_context *cx, const sl_gateway_object *told, const struct charge *known,
                       bool *ret_more)
{
    int64_t total = total_of(told, known);
    *ret_more = false;
    if (!known->captured || !same(known->status, "succeeded") || total <= known->amount_refunded)
        return SL_OK;
    struct charge *charge = sl_alloc(cx, sizeof(*charge));
    *charge = *known;
    sl_status status = named_take(cx, told, charge, total);
    if (status == SL_OK && charge->amount_refunded == known->amount_refunded) {
        /* What was refunded before this one was another refund. */
        int64_t before = told_amount(told->previous, "amount_refunded", known->currency);
        bool other = known->amount_refunded == 0 && before != SL_NONE && before > 0;
        int64_t end = other && before < total ? before : total;
        status = standing_add(cx, told, charge, end - charge->amount_refunded);
    }
    *ret_more = charge->amount_refunded < total;
    return status;
}
