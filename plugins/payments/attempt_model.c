/*
 * attempt_model.c: the columns of an attempt, its shape, and the queue of those that are open.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_model.h"

static const sl_field attempt_fields[] = {
    SL_ID(struct attempt, id, "pay"),
    SL_TIMESTAMP(struct attempt, created),
    SL_INT64(struct attempt, version),
    SL_STRING(struct attempt, operation),
    SL_STRING(struct attempt, status),
    SL_BOOL(struct attempt, unsettled),
    SL_STRING(struct attempt, answer),
    SL_ID(struct attempt, intent, "pi"),
    SL_ID(struct attempt, setup_intent, "seti"),
    SL_ID(struct attempt, charge, "ch"),
    SL_ID(struct attempt, refund, "re"),
    SL_ID(struct attempt, customer, "cus"),
    SL_ID(struct attempt, payment_method, "pm"),
    SL_STRING(struct attempt, gateway),
    SL_STRING(struct attempt, token),
    SL_STRING(struct attempt, original),
    SL_STRING(struct attempt, reference),
    SL_MONEY(struct attempt, amount),
    SL_CURRENCY(struct attempt, currency),
    SL_MONEY(struct attempt, fee, .nullable = true),
    SL_BOOL(struct attempt, capture),
    SL_BOOL(struct attempt, off_session),
    SL_STRING(struct attempt, state_before),
    SL_STRING(struct attempt, reason),
    SL_STRING(struct attempt, description),
    SL_STRING(struct attempt, statement_descriptor),
    SL_STRING(struct attempt, return_url),
    SL_STRING(struct attempt, base_url),
    SL_STRING(struct attempt, action_url),
    SL_STRING(struct attempt, code),
    SL_STRING(struct attempt, decline_code),
    SL_STRING(struct attempt, advice_code),
    SL_STRING(struct attempt, network_code),
    SL_STRING(struct attempt, message),
    SL_STRING(struct attempt, cvc_check),
    SL_STRING(struct attempt, request),
    SL_TIMESTAMP(struct attempt, started),
    SL_FIELDS_END,
};

const sl_table payment_attempts = SL_TABLE("payment_attempts", struct attempt, attempt_fields);

/* ---- how it is shown ---- */

static void attempt_render(sl_json *out, const void *record)
{
    const struct attempt *row = record;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", row->id);
    sl_json_string(out, "operation", row->operation);
    sl_json_string(out, "state", row->status);
    sl_json_bool(out, "open", row->unsettled);
    sl_json_string(out, "gateway", row->gateway);
    sl_json_string(out, "gateway_reference", row->reference);
    sl_json_money(out, "amount", row->amount, row->currency);
    sl_json_string(out, "currency", row->currency);
    sl_json_string(out, "payment_intent", row->intent);
    sl_json_string(out, "setup_intent", row->setup_intent);
    sl_json_string(out, "charge_id", row->charge);
    sl_json_string(out, "refund_id", row->refund);
    sl_json_string(out, "customer_id", row->customer);
    sl_json_string(out, "payment_method", row->payment_method);
    sl_json_string(out, "code", row->code);
    sl_json_string(out, "decline_code", row->decline_code);
    sl_json_string(out, "message", row->message);
    sl_json_time(out, "created_at", row->created);
    sl_json_time(out, "started_at", row->started);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_close(out);
}

static const char *const open_states[] = { ATTEMPT_STARTED, ATTEMPT_UNKNOWN, ATTEMPT_PENDING,
                                           NULL };

static const sl_filter attempt_filters[] = {
    { .param = "state",
      .column = "status",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_ENUM,
      .values = open_states,
      .doc = "Only attempts in this state" },
    { .param = "gateway",
      .column = "gateway",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_STRING,
      .doc = "Only attempts at this gateway" },
    SL_FILTERS_END,
};

const sl_resource attempt_resource = {
    .struct_size = sizeof(sl_resource),
    .flags = SL_RESOURCE_WHERE_LIST,
    .type = "attempt",
    .id_prefix = "pay",
    .table = &payment_attempts,
    .lite_path = "/api/v1/admin/attempts",
    .lite_plural = "attempts",
    .lite_missing = "Attempt not found.",
    .render = attempt_render,
    .render_lite = attempt_render,
    .filters = attempt_filters,
    .where = "unsettled = TRUE",
    .scope = "charges",
    .access = SL_ACCESS_ADMIN,
    .list_access = SL_ACCESS_ADMIN,
};

const sl_gauge attempt_gauges[] = {
    { .name = "stripe_lite_attempts_open",
      .label = "state",
      .values = open_states,
      .sql = "SELECT status, COUNT(*) FROM payment_attempts WHERE unsettled = TRUE"
             " GROUP BY status" },
    { .name = "stripe_lite_attempts_oldest_seconds",
      .label = "state",
      .values = open_states,
      .sql = "SELECT status, MIN(started) FROM payment_attempts WHERE unsettled = TRUE"
             " GROUP BY status",
      .flags = SL_GAUGE_AGE },
    SL_GAUGES_END,
};

bool attempt_is_open(const struct attempt *attempt)
{
    return attempt->unsettled || same(attempt->status, ATTEMPT_REQUIRES_ACTION);
}

bool attempt_has_failed(const struct attempt *attempt)
{
    return same(attempt->status, ATTEMPT_DECLINED) || same(attempt->status, ATTEMPT_NOT_SENT) ||
           same(attempt->status, ATTEMPT_ABANDONED);
}
