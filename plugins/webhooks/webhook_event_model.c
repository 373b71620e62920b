/*
 * webhook_event_model.c: the columns of an event, what is kept of its body, and its shape.
 *
 * Of a body only the object is kept, and what looks like a card number, a key or a client secret is masked in it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "webhook_event_model.h"

static const sl_field event_fields[] = {
    SL_ID(struct webhook_event, id, "evt"),
    SL_TIMESTAMP(struct webhook_event, created),
    SL_INT64(struct webhook_event, version),
    SL_STRING(struct webhook_event, gateway),
    SL_STRING(struct webhook_event, type),
    SL_STRING(struct webhook_event, status),
    SL_STRING(struct webhook_event, outcome),
    SL_INT64(struct webhook_event, attempts),
    SL_TIMESTAMP(struct webhook_event, run_at),
    SL_TIMESTAMP(struct webhook_event, processed),
    SL_STRING(struct webhook_event, last_error),
    SL_INT64(struct webhook_event, event_created),
    SL_STRING(struct webhook_event, account),
    SL_STRING(struct webhook_event, object_type),
    SL_STRING(struct webhook_event, object_id),
    SL_STRING(struct webhook_event, object),
    SL_STRING(struct webhook_event, previous),
    SL_STRING(struct webhook_event, notice),
    SL_FIELDS_END,
};
const sl_table webhook_events = SL_TABLE("webhook_events", struct webhook_event, event_fields);

static const sl_field queue_fields[] = {
    SL_ID(struct webhook_event, id, "evt"),      SL_INT64(struct webhook_event, version),
    SL_STRING(struct webhook_event, type),       SL_STRING(struct webhook_event, status),
    SL_INT64(struct webhook_event, attempts),    SL_TIMESTAMP(struct webhook_event, run_at),
    SL_STRING(struct webhook_event, last_error), SL_FIELDS_END,
};
const sl_table webhook_queue = SL_TABLE("webhook_events", struct webhook_event, queue_fields);

static const sl_field object_fields[] = {
    SL_STRING(struct webhook_object, id),
    SL_TIMESTAMP(struct webhook_object, created),
    SL_INT64(struct webhook_object, version),
    SL_STRING(struct webhook_object, event),
    SL_STRING(struct webhook_object, event_type),
    SL_INT64(struct webhook_object, event_created),
    SL_FIELDS_END,
};
const sl_table webhook_objects = SL_TABLE("webhook_objects", struct webhook_object, object_fields);

/* ---- what is kept ---- */

/* An id such as "pi_3MtwBw": by chance the digits in it may look like a card's. Keys have this shape too. */
static bool is_id(const char *text)
{
    static const char *const keys[] = { "sk_", "pk_", "rk_", "app_", "whsec_" };
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    static const char words[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strncmp(text, keys[i], strlen(keys[i])) == 0)
            return false;
    }
    size_t prefix = strspn(text, letters);
    if (prefix == 0 || text[prefix] != '_')
        return false;
    const char *rest = text + prefix + 1;
    return rest[0] && rest[strspn(rest, words)] == '\0';
}

static void value_write(sl_json *out, const char *name, const sl_value *value);

static void members_write(sl_json *out, const sl_value *value)
{
    for (uint32_t i = 0; i < sl_value_count(value); i++) {
        const char *name = NULL;
        const sl_value *item = sl_value_item(value, i, &name);
        value_write(out, name ? sl_masked(sl_json_context(out), name) : NULL, item);
    }
}

static void value_write(sl_json *out, const char *name, const sl_value *value)
{
    sl_context *cx = sl_json_context(out);
    switch (sl_value_type(value)) {
    case SL_VALUE_OBJECT:
        sl_json_open(out, name);
        members_write(out, value);
        sl_json_close(out);
        break;
    case SL_VALUE_ARRAY:
        sl_json_open_array(out, name);
        members_write(out, value);
        sl_json_close_array(out);
        break;
    case SL_VALUE_STRING: {
        const char *text = sl_value_string(value, "");
        sl_json_string(out, name, is_id(text) ? text : sl_masked(cx, text));
        break;
    }
    case SL_VALUE_INT:
    case SL_VALUE_REAL: {
        const char *text = sl_value_number(value);
        const char *shown = sl_masked(cx, text);
        if (shown == text)
            sl_json_raw(out, name, text);
        else
            sl_json_string(out, name, shown);
        break;
    }
    case SL_VALUE_BOOL:
        sl_json_bool(out, name, sl_value_bool(value, false));
        break;
    default:
        sl_json_null(out, name);
    }
}

/* Most have nothing to hide, and are kept as they are. */
static const char *value_kept(sl_context *cx, const sl_value *value)
{
    if (!value)
        return NULL;
    const char *text = sl_value_text(cx, value);
    if (sl_masked(cx, text) == text)
        return text;
    sl_json *out = sl_json_new(cx);
    value_write(out, NULL, value);
    return sl_json_text(out, NULL);
}

static const char *notice_kept(sl_context *cx, const sl_gateway_notice *notice)
{
    if (!notice->kind)
        return NULL;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "kind", notice->kind);
    sl_json_string(out, "attempt", notice->attempt);
    sl_json_string(out, "reference", notice->reference);
    sl_json_string(out, "reason", notice->reason);
    sl_json_string(out, "status", notice->status);
    sl_json_int(out, "amount", notice->amount);
    sl_json_close(out);
    return sl_json_text(out, NULL);
}

void webhook_event_write(sl_context *cx, const sl_gateway_event *event, struct webhook_event *row)
{
    row->gateway = event->gateway;
    row->type = event->type;
    row->event_created = event->created > 0 ? event->created : sl_now(cx);
    row->account = event->account;
    row->object_type = event->object_type;
    row->object_id = event->object_id;
    row->object = value_kept(cx, event->object);
    row->previous = value_kept(cx, event->previous);
    row->notice = notice_kept(cx, &event->notice);
}

static sl_status text_read(sl_context *cx, const char *text, const sl_value **ret)
{
    *ret = NULL;
    return text ? sl_json_parse(cx, text, strlen(text), ret) : SL_OK;
}

sl_status webhook_event_read(sl_context *cx, const struct webhook_event *row, sl_gateway_event *ret)
{
    const sl_value *object = NULL;
    const sl_value *previous = NULL;
    const sl_value *notice = NULL;
    sl_status status = text_read(cx, row->object, &object);
    if (status == SL_OK)
        status = text_read(cx, row->previous, &previous);
    if (status == SL_OK)
        status = text_read(cx, row->notice, &notice);
    if (status != SL_OK)
        return status;
    const char *joint = same(row->gateway, STRIPE) ? NULL : strchr(row->id, ':');
    *ret = (sl_gateway_event){
        .struct_size = sizeof(*ret),
        .id = joint ? joint + 1 : row->id,
        .type = row->type,
        .created = row->event_created,
        .notice = { .struct_size = sizeof(ret->notice),
                    .kind = sl_value_string(sl_value_member(notice, "kind"), NULL),
                    .attempt = sl_value_string(sl_value_member(notice, "attempt"), NULL),
                    .reference = sl_value_string(sl_value_member(notice, "reference"), NULL),
                    .reason = sl_value_string(sl_value_member(notice, "reason"), NULL),
                    .status = sl_value_string(sl_value_member(notice, "status"), NULL),
                    .amount = sl_value_int(sl_value_member(notice, "amount"), SL_NONE) },
        .object_type = row->object_type,
        .object_id = row->object_id,
        .object = object,
        .previous = previous,
        .account = row->account,
        .gateway = row->gateway,
        .livemode = sl_livemode(cx),
        .livemode_given = true,
    };
    return SL_OK;
}

/* ---- how it is shown ---- */

static void event_render(sl_json *out, const void *record)
{
    const struct webhook_event *row = record;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", row->id);
    sl_json_string(out, "gateway", row->gateway);
    sl_json_string(out, "type", row->type);
    sl_json_string(out, "status", row->status);
    sl_json_string(out, "outcome", row->outcome);
    sl_json_int(out, "attempts", row->attempts);
    sl_json_string(out, "last_error", row->last_error);
    sl_json_time(out, "next_attempt_at", same(row->status, EVENT_FAILED) ? row->run_at : 0);
    sl_json_time(out, "event_created_at", row->event_created);
    sl_json_time(out, "created_at", row->created);
    sl_json_time(out, "processed_at", row->processed);
    sl_json_string(out, "account", row->account);
    sl_json_string(out, "object_type", row->object_type);
    sl_json_string(out, "object_id", row->object_id);
    sl_json_raw(out, "object", row->object);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_close(out);
}

static const char *const statuses[] = { EVENT_PENDING, EVENT_PROCESSING, EVENT_PROCESSED,
                                        EVENT_FAILED,  EVENT_DEAD,       NULL };

static const sl_filter event_filters[] = {
    { .param = "status",
      .column = "status",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_ENUM,
      .values = statuses,
      .doc = "Only events in this state" },
    { .param = "type",
      .column = "type",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_STRING,
      .doc = "Only events of this type" },
    { .param = "gateway",
      .column = "gateway",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_STRING,
      .doc = "Only events of this gateway" },
    SL_FILTERS_END,
};

const sl_resource webhook_event_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "webhook_event",
    .id_prefix = "evt",
    .table = &webhook_events,
    .lite_path = "/api/v1/admin/webhooks/events",
    .lite_plural = "events",
    .noun = "webhook event",
    .lite_missing = "Webhook event not found.",
    .render = event_render,
    .render_lite = event_render,
    .filters = event_filters,
    .scope = "webhooks",
    .access = SL_ACCESS_ADMIN,
    .list_access = SL_ACCESS_ADMIN,
};
