/*
 * delivery_model.c: the table of deliveries, which is their queue and their log.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "delivery_model.h"

static const sl_field delivery_fields[] = {
    SL_STRING(struct delivery, id),
    SL_TIMESTAMP(struct delivery, created),
    SL_INT64(struct delivery, version),
    SL_STRING(struct delivery, lane),
    SL_STRING(struct delivery, event),
    SL_STRING(struct delivery, type),
    SL_STRING(struct delivery, status),
    SL_INT64(struct delivery, due, .nullable = true),
    SL_STRING(struct delivery, holder),
    SL_INT64(struct delivery, attempt),
    SL_INT64(struct delivery, pending),
    SL_TIMESTAMP(struct delivery, tried),
    SL_INT64(struct delivery, code, .nullable = true),
    SL_INT64(struct delivery, latency_ms, .nullable = true),
    SL_STRING(struct delivery, answer),
    SL_STRING(struct delivery, fault),
    SL_FIELDS_END,
};
const sl_table deliveries_table = SL_TABLE("webhook_deliveries", struct delivery, delivery_fields);

static void delivery_render(sl_json *out, const void *row)
{
    const struct delivery *delivery = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", delivery->id);
    sl_json_string(out, "endpoint", delivery->lane);
    sl_json_string(out, "event", delivery->event);
    sl_json_string(out, "event_type", delivery->type);
    sl_json_string(out, "status", delivery->status);
    sl_json_int(out, "attempts", delivery->attempt);
    sl_json_int(out, "response_status", delivery->code);
    sl_json_string(out, "response_body", delivery->answer);
    sl_json_int(out, "latency_ms", delivery->latency_ms);
    sl_json_string(out, "error", delivery->fault);
    sl_json_time(out, "last_attempt_at", delivery->tried);
    sl_json_time(out, "next_attempt_at", delivery->due == SL_NONE ? 0 : delivery->due / 1000);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_time(out, "created_at", delivery->created);
    sl_json_close(out);
}

static const char *const statuses[] = { DELIVERY_PENDING, DELIVERY_SUCCEEDED, DELIVERY_FAILED,
                                        DELIVERY_CANCELED, NULL };

static const sl_filter delivery_filters[] = {
    { "endpoint", "lane", SL_FACE_LITE, SL_TYPE_STRING, NULL, "Those to this endpoint" },
    { "event", "event", SL_FACE_LITE, SL_TYPE_STRING, NULL, "Those of this event" },
    { "status", "status", SL_FACE_LITE, SL_TYPE_ENUM, statuses, "How far they came" },
    SL_FILTERS_END,
};

const sl_resource delivery_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "webhook_delivery",
    .id_prefix = "whd",
    .table = &deliveries_table,
    .lite_path = "/api/v1/admin/webhooks/deliveries",
    .lite_plural = "deliveries",
    .lite_missing = "Delivery not found.",
    .noun = "webhook delivery",
    .render = delivery_render,
    .render_lite = delivery_render,
    .filters = delivery_filters,
    .scope = "webhook_endpoints",
    .access = SL_ACCESS_ADMIN,
    .list_access = SL_ACCESS_ADMIN,
};
