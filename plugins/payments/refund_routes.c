/*
 * refund_routes.c: refunds of /v1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_intent_model.h"
#include "payments_routes.h"
#include "refund_service.h"
#include "unsupported.h"

struct refund_params {
    const char *id;
    const char *charge;
    const char *payment_intent;
    int64_t amount;
    const char *currency;
    const char *reason;
    const sl_map *metadata;
};

struct charge_refunds_params {
    const char *id;
    SL_LIST_MEMBERS;
};

static const char *const reasons[] = { "duplicate", "fraudulent", "requested_by_customer", NULL };

static const char *const refund_unsupported_params[] = { "customer", "origin", NULL };
/* Only refunds that need the customer's account number are told by mail. */
static const char *const refund_harmless_params[] = { "instructions_email", NULL };

const sl_field refund_create_fields[] = {
    SL_ID(struct refund_params, charge, "ch", .doc = "The charge to refund"),
    SL_ID(struct refund_params, payment_intent, "pi",
          .doc = "Or the payment intent whose charge to refund"),
    SL_MONEY(struct refund_params, amount, .nullable = true, .min = 1, .max = INT64_MAX,
             .doc = "Default: what is left"),
    SL_CURRENCY(struct refund_params, currency, .doc = "The charge's"),
    SL_ENUM(struct refund_params, reason, reasons),
    SL_METADATA(struct refund_params, metadata),
    SL_UNSUPPORTED(elsewhere_params, WHY_ONE_ACCOUNT),
    SL_UNSUPPORTED(refund_unsupported_params, "there are no cash balances to refund from"),
    SL_UNUSED(refund_harmless_params),
    SL_FIELDS_END,
};

const sl_field refund_update_fields[] = {
    SL_ID(struct refund_params, id, "re", .required = true, .doc = "The refund to change"),
    SL_METADATA(struct refund_params, metadata),
    SL_FIELDS_END,
};

const sl_field refund_cancel_fields[] = {
    SL_ID(struct refund_params, id, "re", .required = true, .doc = "The refund to cancel"),
    SL_FIELDS_END,
};

const sl_field charge_refunds_fields[] = {
    SL_ID(struct charge_refunds_params, id, "ch", .required = true, .doc = "The charge"),
    SL_LIST_FIELDS(struct charge_refunds_params),
    SL_FIELDS_END,
};

/* An unknown object is 404, as one in a path, but it is this parameter that named it. */
static sl_status missing_named(sl_context *cx, sl_status status, const char *param,
                               const char *noun, const char *id)
{
    if (status != SL_E_NOT_FOUND)
        return status;
    return sl_fail_param(cx, SL_E_NOT_FOUND, "resource_missing", param, "No such %s: '%s'", noun,
                         id);
}

static sl_status refunded_charge(sl_context *cx, const struct refund_params *params,
                                 struct charge *ret)
{
    if (params->charge && params->payment_intent)
        return sl_fail_param(
            cx, SL_E_INVALID, "parameters_exclusive", "charge",
            "You may only specify one of these parameters: charge, payment_intent.");
    if (params->charge)
        return missing_named(cx, charge_load(cx, params->charge, NULL, ret), "charge", "charge",
                             params->charge);
    if (!params->payment_intent)
        return sl_fail_param(cx, SL_E_INVALID, "parameter_missing", "charge",
                             "One of the following params should be provided for this request: "
                             "payment_intent or charge.");
    struct payment_intent intent;
    sl_status status = payment_intent_load(cx, params->payment_intent, NULL, &intent);
    if (status != SL_OK)
        return missing_named(cx, status, "payment_intent", "payment_intent",
                             params->payment_intent);
    if (!intent.latest_charge)
        return sl_fail_param(cx, SL_E_INVALID, "payment_intent_unexpected_state", "payment_intent",
                             "This PaymentIntent (%s) does not have a successful charge to refund.",
                             intent.id);
    return charge_load(cx, intent.latest_charge, NULL, ret);
}

sl_status refund_create(sl_context *cx, const void *data)
{
    const struct refund_params *params = data;
    struct charge *charge = sl_alloc(cx, sizeof(*charge));
    sl_status status = refunded_charge(cx, params, charge);
    if (status != SL_OK)
        return status;
    if (params->currency && !same(params->currency, charge->currency))
        return sl_fail_param(cx, SL_E_INVALID, "refund_invalid_parameter", "currency",
                             "The charge %s is in %s and can only be refunded in it.", charge->id,
                             charge->currency);
    const struct refund_order order = {
        .answer = ANSWER_REFUND,
        .amount = params->amount,
        .reason = params->reason,
        .metadata = params->metadata,
    };
    return charge_refund(cx, charge, &order);
}

sl_status refund_update(sl_context *cx, const void *data)
{
    const struct refund_params *params = data;
    struct refund refund;
    sl_status status = sl_resource_load(cx, &refund_resource, params->id, "id", &refund);
    if (status != SL_OK)
        return status;
    if (params->metadata) {
        refund.metadata = sl_map_merge(cx, refund.metadata, params->metadata);
        sl_update(cx, &refunds, &refund, "metadata");
        sl_event(cx, "refund.updated", &refund_resource, &refund, NULL);
        sl_event(cx, "charge.refund.updated", &refund_resource, &refund, NULL);
    }
    return sl_resource_reply(cx, 200, &refund_resource, &refund);
}

sl_status refund_cancel(sl_context *cx, const void *data)
{
    const struct refund_params *params = data;
    struct refund refund;
    sl_status status = sl_resource_load(cx, &refund_resource, params->id, "id", &refund);
    if (status != SL_OK)
        return status;
    return sl_fail(cx, SL_E_INVALID, "status_transition_invalid",
                   "Refund %s is %s and cannot be canceled; only refunds that require action can.",
                   refund.id, refund.status);
}

sl_status charge_refunds_list(sl_context *cx, const void *data)
{
    const struct charge_refunds_params *params = data;
    struct charge charge;
    sl_status status = charge_load(cx, params->id, "id", &charge);
    if (status != SL_OK)
        return status;
    return sl_resource_list(cx, &refund_resource, "charge = $2", SL_ARGS(sl_text(charge.id)));
}
