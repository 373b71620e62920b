/*
 * dispute_told.c: a dispute as a gateway tells of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dispute_service.h"
#include "told.h"

/* A charge has one dispute here; what the gateway calls it does not matter when there is one already. */
static sl_status dispute_find(sl_context *cx, const sl_gateway_object *told,
                              const struct charge *charge, struct dispute *ret)
{
    sl_status status = sl_find(cx, &disputes, told->id, ret);
    if (status != SL_E_NOT_FOUND || !charge)
        return status;
    return sl_select_one(cx, &disputes, "charge = $2", SL_ARGS(sl_text(charge->id)), ret);
}

static sl_status dispute_new(sl_context *cx, const sl_gateway_object *told, struct charge *charge,
                             const char *state, struct dispute *ret)
{
    int64_t amount = told_amount(told->object, "amount", charge->currency);
    const struct dispute_word word = {
        .id = told->id,
        .status = state && strncmp(state, "warning", 7) == 0 ? "warning_needs_response" : state,
        .reason = told_text(told->object, "reason"),
        .brand = told_text(told->object, "payment_method_details.card.brand"),
        .amount = amount == SL_NONE ? 0 : amount,
        .created = sl_value_int(sl_value_member(told->object, "created"), told->created),
        .due_by = sl_value_int(sl_value_at(told->object, "evidence_details.due_by"), 0),
    };
    return dispute_open(cx, charge, &word, ret);
}

/* Its way is needs_response, under_review, won or lost; it is not gone back. */
static sl_status state_take(sl_context *cx, const sl_gateway_object *told, const char *state,
                            struct dispute *dispute)
{
    bool closed = same(told->event_type, "charge.dispute.closed");
    if (!dispute_is_open(dispute))
        return SL_OK;
    if (same(state, "won") || same(state, "lost") || same(state, "warning_closed") || closed)
        return dispute_end(cx, dispute, same(state, "won") ? "won" : "lost");
    bool reviewed = same(state, "under_review") || same(state, "warning_under_review");
    if (!reviewed || same(state, dispute->status))
        return SL_OK;
    dispute->status = dispute_is_inquiry(dispute) ? "warning_under_review" : "under_review";
    sl_update(cx, &disputes, dispute, "status");
    sl_event(cx, "charge.dispute.updated", &dispute_resource, dispute, NULL);
    return SL_OK;
}

sl_status dispute_told(sl_context *cx, const sl_gateway_object *told)
{
    const char *state = told_text(told->object, "status");
    struct dispute *dispute = sl_alloc(cx, sizeof(*dispute));
    struct charge *charge = NULL;
    sl_status status = dispute_find(cx, told, NULL, dispute);
    if (status == SL_E_NOT_FOUND) {
        status = told_charge_find(cx, told, &charge);
        if (status != SL_OK || !charge)
            return status;
        status = dispute_find(cx, told, charge, dispute);
    }
    if (status == SL_E_NOT_FOUND)
        status = dispute_new(cx, told, charge, state, dispute);
    return status == SL_OK ? state_take(cx, told, state, dispute) : status;
}
