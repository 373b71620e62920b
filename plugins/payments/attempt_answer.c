/*
 * attempt_answer.c: what the request that began an attempt is told, by the request itself or by the recovery on its behalf.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_service.h"
#include "refund_service.h"
#include "setup_intent_model.h"

static sl_status row_of(sl_context *cx, const sl_table *table, const char *id, size_t size,
                        void **member)
{
    if (*member || !id)
        return SL_OK;
    void *row = sl_alloc(cx, size);
    sl_status status = sl_find(cx, table, id, row);
    if (status == SL_OK)
        *member = row;
    return status == SL_E_NOT_FOUND ? SL_OK : status;
}

/* Loads what the step did not touch: the attempt was settled before. */
static sl_status answer_rows_load(sl_context *cx, struct settlement *s)
{
    const struct attempt *attempt = s->attempt;
    void *intent = s->intent, *charge = s->charge, *refund = s->refund, *setup = s->setup_intent;
    bool needs_charge = !same(attempt->answer, ANSWER_SETUP);
    sl_status status =
        row_of(cx, &payment_intents, attempt->intent, sizeof(struct payment_intent), &intent);
    if (status == SL_OK && needs_charge && (!same(attempt->answer, ANSWER_INTENT) || !s->intent))
        status = row_of(cx, &charges, attempt->charge, sizeof(struct charge), &charge);
    if (status == SL_OK)
        status = row_of(cx, &refunds, attempt->refund, sizeof(struct refund), &refund);
    if (status == SL_OK)
        status =
            row_of(cx, &setup_intents, attempt->setup_intent, sizeof(struct setup_intent), &setup);
    s->intent = intent;
    s->charge = charge;
    s->refund = refund;
    s->setup_intent = setup;
    return status;
}

static void id_attach(sl_context *cx, const char *name, const char *id)
{
    sl_json *out = sl_json_new(cx);
    sl_json_string(out, NULL, id);
    sl_error_attach(cx, name, out);
}

static sl_status attempt_failure(sl_context *cx, const struct attempt *attempt)
{
    if (same(attempt->status, ATTEMPT_NOT_SENT))
        return attempt->code
                   ? sl_fail(cx, SL_E_UNSUPPORTED, attempt->code, "%s", attempt->message)
                   : sl_fail(cx, SL_E_UNAVAILABLE, NULL,
                             "The gateway could not be reached; nothing was charged. Try again.");
    bool asks_card =
        same(attempt->operation, ATTEMPT_AUTHORIZE) || same(attempt->operation, ATTEMPT_SETUP);
    sl_status status = sl_fail(cx, asks_card ? SL_E_CARD : SL_E_INVALID,
                               attempt->code ? attempt->code : "card_declined", "%s",
                               attempt->message ? attempt->message : "Your card was declined.");
    sl_error_decline(cx, attempt->decline_code, attempt->advice_code);
    return status;
}

/* The decline as an error, with the object it is about. */
static sl_status answer_failure(sl_context *cx, struct settlement *s)
{
    const struct attempt *attempt = s->attempt;
    const char *name = NULL;
    sl_json *json = NULL;
    sl_status status = SL_OK;
    if (same(attempt->answer, ANSWER_LITE_CHARGE) && s->charge) {
        name = "charge";
        status = sl_resource_json(cx, &charge_resource, s->charge, &json);
    } else if (same(attempt->answer, ANSWER_INTENT) && s->intent) {
        name = "payment_intent";
        status = sl_resource_json(cx, &payment_intent_resource, s->intent, &json);
    } else if (same(attempt->answer, ANSWER_SETUP) && s->setup_intent) {
        name = "setup_intent";
        status = sl_resource_json(cx, &setup_intent_resource, s->setup_intent, &json);
    }
    if (status != SL_OK)
        return status;
    status = attempt_failure(cx, attempt);
    if (json)
        sl_error_attach(cx, name, json);
    if (s->charge && !same(attempt->answer, ANSWER_LITE_CHARGE))
        id_attach(cx, "charge", s->charge->id);
    return status;
}

static sl_status answer_lite_charge(sl_context *cx, const struct settlement *s)
{
    const struct charge *charge = s->charge;
    if (!charge)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The charge of attempt %s is missing.",
                       s->attempt->id);
    sl_json *json;
    sl_status status = sl_resource_json(cx, &charge_resource, charge, &json);
    if (status != SL_OK)
        return status;
    bool waits = same(charge->state, "requires_action");
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "status",
                   waits                             ? "requires_action"
                   : same(charge->status, "pending") ? "pending"
                                                     : "success");
    sl_json_json(out, "charge", json);
    if (waits)
        next_action_write(out, charge->action_url, s->intent ? s->intent->return_url : NULL);
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}

static sl_status answer_lite_refund(sl_context *cx, const struct settlement *s)
{
    if (!s->charge || !s->refund)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The refund of attempt %s is missing.",
                       s->attempt->id);
    return lite_refund_reply(cx, s->charge, s->refund);
}

sl_status attempt_answer(sl_context *cx, struct settlement *s)
{
    const char *answer = s->attempt->answer;
    if (same(answer, ANSWER_NONE))
        return SL_OK;
    sl_status status = answer_rows_load(cx, s);
    if (status != SL_OK)
        return status;
    bool is_refund = same(answer, ANSWER_REFUND) || same(answer, ANSWER_LITE_REFUND);
    bool not_sent = same(s->attempt->status, ATTEMPT_NOT_SENT);
    if (attempt_has_failed(s->attempt) &&
        (!is_refund || not_sent || same(answer, ANSWER_LITE_REFUND)))
        return answer_failure(cx, s);
    if (same(answer, ANSWER_INTENT) && s->intent)
        return sl_resource_reply(cx, 200, &payment_intent_resource, s->intent);
    if (same(answer, ANSWER_CHARGE) && s->charge)
        return sl_resource_reply(cx, 200, &charge_resource, s->charge);
    if (same(answer, ANSWER_REFUND) && s->refund)
        return sl_resource_reply(cx, 200, &refund_resource, s->refund);
    if (same(answer, ANSWER_SETUP) && s->setup_intent)
        return sl_resource_reply(cx, 200, &setup_intent_resource, s->setup_intent);
    if (same(answer, ANSWER_LITE_CHARGE))
        return answer_lite_charge(cx, s);
    if (same(answer, ANSWER_LITE_REFUND))
        return answer_lite_refund(cx, s);
    return sl_fail(cx, SL_E_INTERNAL, NULL, "Attempt %s has nothing to answer with.",
                   s->attempt->id);
}
