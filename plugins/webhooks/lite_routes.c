/*
 * lite_routes.c: POST /webhooks/: events of other systems in a shape of our own, signed with webhooks.lite_secret.
 *
 * What is told here is processed before the answer. Without an id of its own an event is known by its signed text: the same one sent
 * again is the same event, one that was signed anew is another.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "webhook_event_service.h"
#include "webhook_receive_routes.h"

#define ID_LENGTH 40

struct lite_body {
    const char *event_type;
    const char *data; /* JSON */
    const char *id;
    int64_t created;
};

static const sl_field lite_body_fields[] = {
    SL_STRING(struct lite_body, event_type, .required = true, .max = 100),
    SL_JSON(struct lite_body, data, .required = true),
    SL_STRING(struct lite_body, id, .max = 200),
    SL_TIMESTAMP(struct lite_body, created),
    SL_FIELDS_END,
};

static const struct lite_type {
    const char *type;
    const char *object;         /* type of the object it is about */
    const char *const names[4]; /* members of `data` that may name it, the first counts */
    const char *status;         /* what the event says that it is now; NULL: nothing */
} lite_types[] = {
    { "charge.succeeded", "charge", { "id", "charge_id", "gateway_reference" }, "succeeded" },
    { "subscription.renewed", "subscription", { "id", "subscription_id" }, NULL },
};

static const struct lite_type *type_of(const char *name)
{
    for (size_t i = 0; i < sizeof(lite_types) / sizeof(lite_types[0]); i++) {
        if (strcmp(lite_types[i].type, name) == 0)
            return &lite_types[i];
    }
    return NULL;
}

static const char *object_id(const struct lite_type *type, const sl_value *data)
{
    for (size_t i = 0; i < sizeof(type->names) / sizeof(type->names[0]) && type->names[i]; i++) {
        const char *id = sl_value_string(sl_value_member(data, type->names[i]), NULL);
        if (id && id[0])
            return id;
    }
    return NULL;
}

/* The object in the shape that its owner knows, with what `data` says besides. */
static sl_status object_make(sl_context *cx, const struct lite_type *type, const char *id,
                             const sl_value *data, const sl_value **ret)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "object", type->object);
    sl_json_string(out, "id", id);
    if (type->status)
        sl_json_string(out, "status", type->status);
    sl_json_raw(out, "data", sl_value_text(cx, data));
    sl_json_close(out);
    size_t length = 0;
    const char *text = sl_json_text(out, &length);
    return sl_json_parse(cx, text, length, ret);
}

static bool plain(const char *text)
{
    for (; *text; text++) {
        if (*text <= ' ' || *text > '~')
            return false;
    }
    return true;
}

static sl_status event_make(sl_context *cx, const sl_gateway_webhook *webhook,
                            const struct lite_body *body, sl_gateway_event *ret)
{
    const struct lite_type *type = type_of(body->event_type);
    if (!type)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "event_type",
                             "Unsupported event type: '%.100s'", body->event_type);
    const sl_value *data = NULL;
    sl_status status = sl_json_parse(cx, body->data, strlen(body->data), &data);
    if (status != SL_OK)
        return status;
    if (sl_value_type(data) != SL_VALUE_OBJECT)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "data", "Invalid object: data");
    const char *id = object_id(type, data);
    if (!id || strlen(id) > 255 || !plain(id))
        return sl_fail_param(cx, SL_E_INVALID, NULL, "data",
                             "The data of %s does not name what it is about: %s is missing.",
                             type->type, type->names[0]);
    if (body->id && (body->id[0] == '\0' || !plain(body->id)))
        return sl_fail_param(cx, SL_E_INVALID, NULL, "id",
                             "Invalid id: a short text without spaces is expected.");
    const char *signature = sl_webhook_header(webhook, "X-Signature");
    *ret = (sl_gateway_event){
        .struct_size = sizeof(*ret),
        .gateway = LITE,
        .id = body->id ? body->id
                       : sl_copy(cx, sl_sha256_hex(cx, signature, strlen(signature)), ID_LENGTH),
        .type = type->type,
        .created = body->created > 0 ? body->created : sl_now(cx),
        .notice = { .struct_size = sizeof(ret->notice), .amount = SL_NONE },
        .object_type = type->object,
        .object_id = id,
    };
    return object_make(cx, type, id, data, &ret->object);
}

static sl_status body_read(sl_context *cx, const sl_gateway_webhook *webhook, struct lite_body *ret)
{
    const sl_value *root = NULL;
    sl_status status = sl_json_parse(cx, webhook->body, webhook->body_length, &root);
    if (status != SL_OK)
        return status;
    if (sl_value_type(root) != SL_VALUE_OBJECT)
        return sl_fail(cx, SL_E_INVALID, "json_invalid", "The body is not a JSON object.");
    return sl_fields_read(cx, lite_body_fields, root, ret);
}

sl_status lite_receive(sl_context *cx, const void *params)
{
    (void)params;
    const char *secret = webhooks_options()->lite_secret;
    if (!secret)
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL,
                       "Webhooks are not taken: webhooks.lite_secret is not set.");
    const sl_gateway_webhook *webhook = sl_request_webhook(cx);
    sl_status status = sl_webhook_signature_check(cx, webhook, "X-Signature", secret, TOLERANCE);
    if (status != SL_OK) {
        sl_metric_add("stripe_lite_webhooks_refused_total", "gateway", LITE, 1);
        return status;
    }
    struct lite_body body = { 0 };
    sl_gateway_event event = { .struct_size = sizeof(event) };
    status = body_read(cx, webhook, &body);
    if (status == SL_OK)
        status = event_make(cx, webhook, &body, &event);
    if (status == SL_OK)
        status = sl_reply_json(cx, 200, sl_json_object(cx, "status", "processed"));
    return status == SL_OK ? webhook_event_accept(cx, &event, true) : status;
}
