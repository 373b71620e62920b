/*
 * told_find.c: which payment of this server a gateway's object is about.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "told.h"

/* The row, or NULL when there is none. */
static sl_status row_find(sl_context *cx, const sl_table *table, const char *id, void **ret)
{
    *ret = NULL;
    if (!id)
        return SL_OK;
    void *row = sl_alloc(cx, table->row_size);
    sl_status status = sl_find(cx, table, id, row);
    if (status == SL_OK)
        *ret = row;
    return status == SL_E_NOT_FOUND ? SL_OK : status;
}

static sl_status charge_row(sl_context *cx, const char *id, struct told_payment *ret)
{
    void *row = NULL;
    sl_status status = row_find(cx, &charges, id, &row);
    ret->charge = row;
    return status;
}

static sl_status intent_row(sl_context *cx, const char *id, struct told_payment *ret)
{
    void *row = NULL;
    sl_status status = row_find(cx, &payment_intents, id, &row);
    ret->intent = row;
    return status;
}

static sl_status attempt_row(sl_context *cx, const char *id, struct told_payment *ret)
{
    void *row = NULL;
    sl_status status = row_find(cx, &payment_attempts, id, &row);
    ret->attempt = row;
    return status;
}

/* By the gateway's name for it. */
static sl_status attempt_called(sl_context *cx, const char *reference, struct told_payment *ret)
{
    if (!reference)
        return SL_OK;
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    sl_status status =
        sl_select_one(cx, &payment_attempts,
                      "reference = $2 AND operation = 'authorize' ORDER BY created, id LIMIT 1",
                      SL_ARGS(sl_text(reference)), attempt);
    if (status == SL_OK)
        ret->attempt = attempt;
    return status == SL_E_NOT_FOUND ? SL_OK : status;
}

static sl_status by_attempt(sl_context *cx, struct told_payment *ret)
{
    sl_status status = charge_row(cx, ret->attempt->charge, ret);
    return status == SL_OK ? intent_row(cx, ret->attempt->intent, ret) : status;
}

static sl_status by_charge(sl_context *cx, struct told_payment *ret)
{
    sl_status status = attempt_row(cx, ret->charge->attempt, ret);
    return status == SL_OK ? intent_row(cx, ret->charge->payment_intent, ret) : status;
}

/* The attempt that is under way, else the last charge's. */
static sl_status by_intent(sl_context *cx, struct told_payment *ret)
{
    sl_status status = attempt_row(cx, ret->intent->open_attempt, ret);
    if (status != SL_OK || ret->attempt)
        return status;
    struct told_payment last = { NULL, NULL, NULL };
    status = charge_row(cx, ret->intent->latest_charge, &last);
    if (status == SL_OK && last.charge)
        status = attempt_row(cx, last.charge->attempt, ret);
    return status;
}

sl_status told_payment_find(sl_context *cx, const char *attempt, const char *charge,
                            const char *intent, struct told_payment *ret)
{
    *ret = (struct told_payment){ NULL, NULL, NULL };
    sl_status status = attempt_row(cx, attempt, ret);
    if (status == SL_OK && ret->attempt && same(ret->attempt->operation, ATTEMPT_AUTHORIZE))
        return by_attempt(cx, ret);
    ret->attempt = NULL;
    if (status == SL_OK)
        status = charge_row(cx, charge, ret);
    if (status == SL_OK && ret->charge)
        return by_charge(cx, ret);
    if (status == SL_OK)
        status = intent_row(cx, intent, ret);
    if (status == SL_OK && ret->intent)
        return by_intent(cx, ret);
    if (status == SL_OK)
        status = attempt_called(cx, intent, ret);
    if (status == SL_OK && !ret->attempt)
        status = attempt_called(cx, charge, ret);
    return status == SL_OK && ret->attempt ? by_attempt(cx, ret) : status;
}

/* The charge of the payment that took money, when the one that is named is not known by that name. */
static sl_status charge_of_intent(sl_context *cx, struct told_payment *payment)
{
    if (payment->charge || !payment->intent)
        return SL_OK;
    return charge_row(cx, payment->intent->latest_charge, payment);
}

sl_status told_charge_find(sl_context *cx, const sl_gateway_object *told, struct charge **ret)
{
    struct told_payment payment;
    *ret = NULL;
    sl_status status = told_payment_find(cx, NULL, told_id(told->object, "charge"),
                                         told_id(told->object, "payment_intent"), &payment);
    if (status == SL_OK)
        status = charge_of_intent(cx, &payment);
    if (status != SL_OK)
        return status;
    bool open = payment.attempt && attempt_is_open(payment.attempt);
    bool over = payment.attempt && attempt_has_failed(payment.attempt);
    if (open || (!payment.charge && !over))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The charge of %s %s is not known here yet.",
                       told->type, told->id);
    if (payment.charge && same(payment.charge->status, "succeeded") && payment.charge->captured)
        *ret = payment.charge;
    return SL_OK;
}
