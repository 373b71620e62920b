/*
 * resource.c: the rows of events and what clients see of them on /v1/events.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/resource.h>

#include "core/base/text.h"
#include "core/event/event.h"

static const sl_field event_fields[] = {
    SL_STRING(sl_event_row, id),
    SL_STRING(sl_event_row, type),
    SL_STRING(sl_event_row, object_id),
    SL_STRING(sl_event_row, object_type),
    SL_TIMESTAMP(sl_event_row, created),
    SL_STRING(sl_event_row, data),
    SL_STRING(sl_event_row, previous),
    SL_STRING(sl_event_row, request_id),
    SL_STRING(sl_event_row, idempotency_key),
    SL_STRING(sl_event_row, api_version),
    SL_INT64(sl_event_row, version),
    SL_FIELDS_END,
};
const sl_table sl_event_table = SL_TABLE("events", sl_event_row, event_fields);

static const char *const unsupported_filters[] = { "delivery_success", NULL };

/* The last one is the outlet's, when there is one that can say. */
#define DELIVERY_FILTER 2
static sl_filter event_filters[] = {
    { .param = "type",
      .column = "type",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only events of this type" },
    { .param = "types",
      .column = "type",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_LIST,
      .doc = "Only events of these types, up to 20" },
    [DELIVERY_FILTER] = { .param = "",
                          .face = SL_FACE_STRIPE,
                          .type = SL_TYPE_UNSUPPORTED,
                          .values = unsupported_filters,
                          .doc = "deliveries are not kept with events" },
    SL_FILTERS_END,
};

void sl_event_filter_delivered(const char *condition)
{
    event_filters[DELIVERY_FILTER] =
        (sl_filter){ .param = "delivery_success",
                     .face = SL_FACE_STRIPE,
                     .type = SL_TYPE_BOOL,
                     .condition = condition,
                     .doc = "Only events that reached every webhook endpoint, or only those that "
                            "wait or were given up" };
}

/* What a schedule did came from no request. */
static const char *request_of(const sl_event_row *event)
{
    return event->request_id && sl_text_starts(event->request_id, "req_") ? event->request_id
                                                                          : NULL;
}

static void event_render(sl_json *out, const void *row)
{
    const sl_event_row *event = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", event->id);
    sl_json_string(out, "object", "event");
    sl_json_string(out, "api_version", event->api_version);
    sl_json_int(out, "created", event->created);
    sl_json_open(out, "data");
    sl_json_raw(out, "object", event->data);
    if (event->previous)
        sl_json_raw(out, "previous_attributes", event->previous);
    sl_json_close(out);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_int(out, "pending_webhooks", event->pending);
    sl_json_open(out, "request");
    sl_json_string(out, "id", request_of(event));
    sl_json_string(out, "idempotency_key", event->idempotency_key);
    sl_json_close(out);
    sl_json_string(out, "type", event->type);
    sl_json_close(out);
}

static sl_status event_prepare(sl_context *cx, sl_list rows, const sl_expansion *wanted)
{
    (void)wanted;
    const char **ids = sl_alloc(cx, (rows.count + 1u) * sizeof(*ids));
    int64_t *counts = sl_alloc(cx, (rows.count + 1u) * sizeof(*counts));
    const sl_list list = { .count = rows.count, .item_size = sizeof(*ids), .items = ids };
    for (uint32_t i = 0; i < rows.count; i++)
        ids[i] = SL_ITEM(rows, sl_event_row, i)->id;
    sl_status status = sl_events_pending(cx, &list, counts);
    for (uint32_t i = 0; i < rows.count; i++)
        SL_ITEM(rows, sl_event_row, i)->pending = counts[i];
    return status;
}

sl_status sl_event_json(sl_context *cx, const char *event, int64_t pending, const char **ret_type,
                        const char **ret_text, size_t *ret_length)
{
    sl_event_row row = { 0 };
    sl_status status = sl_find(cx, &sl_event_table, event, &row);
    if (status != SL_OK)
        return status;
    row.pending = pending;
    sl_json *out = sl_json_new(cx);
    event_render(out, &row);
    *ret_text = sl_json_text(out, ret_length);
    *ret_type = row.type;
    return SL_OK;
}

const sl_resource sl_event_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "event",
    .id_prefix = "evt",
    .table = &sl_event_table,
    .path = "/v1/events",
    .render = event_render,
    .prepare = event_prepare,
    .filters = event_filters,
    .scope = "events",
};
