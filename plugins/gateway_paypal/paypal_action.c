/*
 * paypal_action.c: orders that wait for the customer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_action.h"

#include <string.h>

#include "paypal_requests.h"

#define COMPLETED "completed"
#define GIVEN_UP "given_up"

struct paypal_order {
    const char *id; /* PayPal's */
    int64_t created;
    int64_t version;
    const char *choice;
};

static const sl_field order_fields[] = {
    SL_STRING(struct paypal_order, id),
    SL_TIMESTAMP(struct paypal_order, created),
    SL_INT64(struct paypal_order, version),
    SL_STRING(struct paypal_order, choice),
    SL_FIELDS_END,
};
static const sl_table orders = SL_TABLE("paypal_orders", struct paypal_order, order_fields);

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

/* How the order is dealt with: as the first to ask chose. NULL: that could not be stored. */
static const char *choose(sl_context *cx, const char *id, const char *choice)
{
    sl_context *aside = sl_context_aside(cx);
    struct paypal_order row = { .id = id, .created = sl_now(cx), .choice = choice };
    sl_insert(aside, &orders, &row);
    sl_status status = sl_commit(aside);
    if (status == SL_OK)
        return choice;
    struct paypal_order there;
    aside = sl_context_aside(cx);
    return sl_find(aside, &orders, id, &there) == SL_OK ? there.choice : NULL;
}

/* ---- completing ---- */

#define WAITS 1
#define READY 2
#define FAILED 3

/* Source: "3D Secure response parameters": continue only when liability is or may be the issuer's. */
static int32_t customer_state(const sl_value *order)
{
    const char *shift = text_at(order, "payment_source.card.authentication_result.liability_shift");
    if (shift)
        return same(shift, "POSSIBLE") || same(shift, "YES") ? READY : FAILED;
    return same(text_at(order, "status"), "APPROVED") ? READY : WAITS;
}

static void unauthenticated(sl_gateway_outcome *ret)
{
    const char *reference = ret->reference;
    outcome_set(ret, SL_GATEWAY_DECLINED);
    ret->reference = reference;
    ret->code = "payment_intent_authentication_failure";
    ret->message = "The provided payment method has failed authentication.";
}

/* A refusal is explicit: nothing moved, and nothing will. */
static void refused(const struct paypal_answer *answer, sl_gateway_outcome *ret)
{
    const char *code = answer->rule ? answer->rule->code : NULL;
    outcome_set(ret, SL_GATEWAY_DECLINED);
    ret->code = code ? code : "processing_error";
    ret->message = answer->message;
}

static void complete(sl_context *cx, const sl_gateway_payment *payment, const char *id,
                     sl_gateway_outcome *ret)
{
    struct paypal_answer answer;
    const struct paypal_question question = {
        .method = "POST",
        .path = sl_format(cx, PAYPAL_ORDERS "/%s/%s", sl_url_encode(cx, id),
                          payment->capture ? "capture" : "authorize"),
        .request_id = sl_format(cx, "%s_c", payment->idempotency_key),
    };
    paypal_ask(cx, &question, &answer);
    if (answer.kind == ANSWER_DONE)
        outcome_of_order(payment, answer.object, ret);
    else if (answer.kind == ANSWER_DECLINED)
        outcome_of_answer(cx, &answer, ret);
    else if (answer.kind == ANSWER_REFUSED)
        refused(&answer, ret);
    else
        outcome_unknown(ret, answer.message);
    ret->reference = id;
}

void action_finish(sl_context *cx, const sl_gateway_payment *payment, const sl_value *order,
                   sl_gateway_outcome *ret)
{
    const char *id = text_at(order, "id");
    int32_t state = customer_state(order);
    if (!id || state == WAITS ||
        sl_value_count(sl_value_at(order, "purchase_units.0.payments")) > 0)
        return;
    const char *choice = choose(cx, id, state == FAILED ? GIVEN_UP : COMPLETED);
    if (same(choice, COMPLETED)) {
        complete(cx, payment, id, ret);
    } else if (choice) {
        unauthenticated(ret);
    } else {
        outcome_unknown(ret, "What becomes of PayPal's order could not be stored.");
        ret->reference = id;
    }
}

/* ---- giving up ---- */

void action_give_up(sl_context *cx, const char *order, sl_gateway_outcome *ret)
{
    if (same(choose(cx, order, GIVEN_UP), GIVEN_UP))
        outcome_set(ret, SL_GATEWAY_APPROVED);
    else
        outcome_unknown(ret, "PayPal's order is being completed.");
}
