/*
 * refund_routes.c: giving money back: of an order's payment, and of any charge.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_routes.h"
#include "payment_service.h"

struct payment_refund_params {
    const char *payment_id;
    const char *amount; /* the number's own text: its currency is the payment's */
    const char *reason;
};

struct refund_params {
    const char *charge;
    const char *payment_intent;
    const char *amount;
    const char *reason;
    const sl_map *metadata;
};

static const char *const reasons[] = { "duplicate", "fraudulent", "requested_by_customer", NULL };

const sl_field payment_refund_fields[] = {
    SL_ID(struct payment_refund_params, payment_id, "opay", .required = true,
          .doc = "The payment to refund"),
    SL_JSON(struct payment_refund_params, amount,
            .doc = "In the payment's major unit; default: what is left"),
    SL_ENUM(struct payment_refund_params, reason, reasons),
    SL_FIELDS_END,
};

const sl_field refund_create_fields[] = {
    SL_ID(struct refund_params, charge, "ch", .doc = "The charge to refund"),
    SL_ID(struct refund_params, payment_intent, "pi",
          .doc = "Or the payment intent whose charge to refund"),
    SL_JSON(struct refund_params, amount,
            .doc = "In the charge's major unit; default: what is left"),
    SL_ENUM(struct refund_params, reason, reasons),
    SL_METADATA(struct refund_params, metadata),
    SL_FIELDS_END,
};

/* What the step that records a refund needs to answer. */
struct refunding {
    const char *reason;
    const char *payment_id; /* or NULL: the answer is the refund alone */
    sl_payment_view view;
};

static void refund_write(sl_json *out, const char *name, const struct refunding *refunding,
                         const sl_payment_view *view)
{
    sl_json_open(out, name);
    sl_json_string(out, "id", view->refund);
    sl_json_money(out, "amount", view->refund_amount, view->currency);
    sl_json_string(out, "currency", view->currency);
    sl_json_string(out, "status", view->refund_status);
    sl_json_string(out, "charge_id", view->charge);
    sl_json_string(out, "payment_intent_id", view->intent);
    sl_json_string(out, "reason", refunding->reason);
    sl_json_time(out, "created_at", sl_now(sl_json_context(out)));
    sl_json_close(out);
}

static sl_status refund_failure(sl_context *cx, const sl_payment_view *view)
{
    sl_keep(cx); /* that it failed is recorded whatever the answer is */
    if (!view->failure_code) {
        sl_idempotency_release(cx);
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL,
                       "The gateway could not be reached; nothing was refunded. Try again.");
    }
    return sl_fail(cx, SL_E_INVALID, view->failure_code, "%s",
                   view->failure_message ? view->failure_message : "The refund was declined.");
}

/* Joins the commit of the refund's outcome: the record of the order's payment, and the answer. */
static sl_status refund_settle(sl_context *cx, void *data, const sl_payment_view *view)
{
    const struct refunding *refunding = data;
    struct payment payment;
    sl_status status = payment_sync(cx, view);
    if (status == SL_OK && refunding->payment_id)
        status = sl_find(cx, &order_payments, refunding->payment_id, &payment);
    if (status != SL_OK)
        return status;
    if (same(view->refund_status, "failed"))
        return refund_failure(cx, view);
    sl_json *out = sl_json_new(cx);
    if (!refunding->payment_id) {
        refund_write(out, NULL, refunding, view);
        return sl_reply_json(cx, 200, out);
    }
    sl_json_open(out, NULL);
    sl_json_string(out, "status", same(view->refund_status, "pending") ? "pending" : "success");
    payment_render(out, "payment", &payment);
    refund_write(out, "refund", refunding, view);
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}

static sl_status refund_run(sl_context *cx, const sl_payment_view *paid, const char *amount,
                            const sl_map *metadata, struct refunding *refunding)
{
    sl_refund_order order = {
        .struct_size = sizeof(order),
        .charge = paid->charge,
        .reason = refunding->reason,
        .metadata = metadata,
        .settle = refund_settle,
        .settle_data = refunding,
    };
    sl_status status = amount_read(cx, amount, paid->currency, &order.amount);
    return status == SL_OK ? payments()->refund(cx, &order, &refunding->view) : status;
}

static sl_status nothing_paid(sl_context *cx, const char *param, const char *intent)
{
    return sl_fail_param(cx, SL_E_INVALID, "payment_intent_unexpected_state", param,
                         "Payment intent %s does not have a successful charge to refund.", intent);
}

sl_status payment_refund_route(sl_context *cx, const void *data)
{
    const struct payment_refund_params *params = data;
    struct payment payment;
    sl_payment_view view = { .struct_size = sizeof(view) };
    sl_status status = sl_find(cx, &order_payments, params->payment_id, &payment);
    if (status == SL_E_NOT_FOUND)
        return sl_fail_param(cx, SL_E_NOT_FOUND, "resource_missing", "payment_id",
                             "Payment not found");
    if (status == SL_OK)
        status = payments()->payment(cx, payment.payment_intent, "payment_id", &view);
    if (status != SL_OK)
        return status;
    if (!view.charge)
        return nothing_paid(cx, "payment_id", view.intent);
    struct refunding *refunding = sl_alloc(cx, sizeof(*refunding));
    *refunding = (struct refunding){ .reason = params->reason, .payment_id = payment.id };
    return refund_run(cx, &view, params->amount, NULL, refunding);
}

sl_status refund_create_route(sl_context *cx, const void *data)
{
    const struct refund_params *params = data;
    sl_payment_view view = { .struct_size = sizeof(view) };
    if (params->charge && params->payment_intent)
        return sl_fail_param(
            cx, SL_E_INVALID, "parameters_exclusive", "charge",
            "You may only specify one of these parameters: charge, payment_intent.");
    if (!params->charge && !params->payment_intent)
        return sl_fail_param(cx, SL_E_UNPROCESSABLE, "parameter_missing", "charge",
                             "One of these parameters is needed: charge, payment_intent.");
    sl_status status =
        params->charge ? payments()->charge(cx, params->charge, "charge", &view)
                       : payments()->payment(cx, params->payment_intent, "payment_intent", &view);
    if (status != SL_OK)
        return status;
    if (!view.charge)
        return nothing_paid(cx, "payment_intent", view.intent);
    struct refunding *refunding = sl_alloc(cx, sizeof(*refunding));
    *refunding = (struct refunding){ .reason = params->reason };
    return refund_run(cx, &view, params->amount, params->metadata, refunding);
}
