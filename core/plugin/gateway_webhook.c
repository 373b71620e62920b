/*
 * gateway_webhook.c: what comes in: a signature is checked, an event read, and handed to the plugin that owns its object.
 *
 * An adapter is asked as for payments: in host-size copies, under a deadline, with nothing pending. What it makes of a webhook is
 * looked at before anyone stores it: ids are short words, so that they can be keys and stand in paths and logs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/crypto.h"
#include "core/base/text.h"
#include "core/fiber/fiber.h"
#include "core/json/value.h"
#include "core/plugin/gateways_inside.h"
#include "core/plugin/registry.h"

#define WORD_MAX 255

sl_status sl_gateway_find(sl_context *cx, const char *name, const sl_gateway **ret)
{
    const sl_gateway *gateway = name ? sl_gateways_named(cx->host->gateways, name) : NULL;
    if (!gateway)
        return sl_fail(cx, SL_E_NOT_FOUND, "resource_missing", "No such gateway: '%.64s'",
                       name ? name : "");
    *ret = gateway;
    return SL_OK;
}

/* ---- signatures ---- */

const char *sl_webhook_header(const sl_gateway_webhook *webhook, const char *name)
{
    for (const sl_pair *one = webhook->headers; one && one->name; one++) {
        if (sl_text_same(one->name, name))
            return one->value;
    }
    return NULL;
}

static const char *const *secrets_split(sl_context *cx, const char *text)
{
    size_t room = 2;
    for (const char *at = text; *at; at++)
        room += *at == ',';
    const char **secrets = sl_alloc(cx, room * sizeof(*secrets));
    size_t count = 0;
    while (*text) {
        text += strspn(text, ", ");
        size_t length = strcspn(text, ", ");
        if (length > 0)
            secrets[count++] = sl_copy(cx, text, length);
        text += length;
    }
    return secrets;
}

sl_status sl_webhook_signature_check(sl_context *cx, const sl_gateway_webhook *webhook,
                                     const char *name, const char *secrets, int64_t tolerance)
{
    static const char *const reasons[] = {
        [SL_SIGNATURE_UNREADABLE] = "it has no time (t=) and signature (v1=)",
        [SL_SIGNATURE_LATE] = "it was made too long ago, or the clocks differ",
        [SL_SIGNATURE_WRONG] = "no signature in it is that of this body under this server's secret",
    };
    const char *code = "webhook_signature_invalid";
    const char *header = sl_webhook_header(webhook, name);
    if (!header || !header[0])
        return sl_fail(cx, SL_E_INVALID, code, "The header %s is missing.", name);
    int result = sl_signature_look(cx, header, secrets_split(cx, secrets ? secrets : ""),
                                   webhook->body, webhook->body_length, tolerance);
    if (result == SL_SIGNATURE_GOOD)
        return SL_OK;
    return sl_fail(cx, SL_E_INVALID, code, "The header %s is refused: %s.", name, reasons[result]);
}

/* ---- events ---- */

static bool is_word(const char *text)
{
    size_t length = 0;
    for (; text && text[length]; length++) {
        if (text[length] <= ' ' || text[length] > '~' || length == WORD_MAX)
            return false;
    }
    return length > 0;
}

static sl_status event_member_bad(sl_context *cx, const char *name)
{
    return sl_fail_param(cx, SL_E_INVALID, NULL, name,
                         "The event's %s is missing, or no short text without spaces.", name);
}

static sl_status event_check(sl_context *cx, const sl_gateway_event *event)
{
    if (!is_word(event->id))
        return event_member_bad(cx, "id");
    if (!is_word(event->type))
        return event_member_bad(cx, "type");
    if (event->object_type && !is_word(event->object_type))
        return event_member_bad(cx, "data.object.object");
    if (event->object_id && !is_word(event->object_id))
        return event_member_bad(cx, "data.object.id");
    return event->account && !is_word(event->account) ? event_member_bad(cx, "account") : SL_OK;
}

static void event_give(const sl_gateway_event *event, sl_gateway_event *ret)
{
    uint32_t size = ret->struct_size;
    if (size < offsetof(sl_gateway_event, object_type) || size > sizeof(*ret))
        size = sizeof(*ret);
    memcpy(ret, event, size);
    ret->struct_size = size;
}

/* NULL when there is none; what is no plain text is an empty one, which no check takes. */
static const char *member_word(const sl_value *object, const char *name)
{
    const sl_value *value = sl_value_member(object, name);
    if (!value || value->type == SL_VALUE_NULL)
        return NULL;
    return value->type == SL_VALUE_STRING && !value->nul ? value->text : "";
}

sl_status sl_webhook_event_read(sl_context *cx, const sl_gateway_webhook *webhook,
                                sl_gateway_event *ret)
{
    const sl_value *root = NULL;
    sl_status status = sl_json_parse(cx, webhook->body, webhook->body_length, &root);
    if (status != SL_OK)
        return status;
    if (sl_value_type(root) != SL_VALUE_OBJECT)
        return sl_fail(cx, SL_E_INVALID, "json_invalid", "The body is not a JSON object.");
    const sl_value *data = sl_value_member(root, "data");
    const sl_value *object = sl_value_member(data, "object");
    const sl_value *previous = sl_value_member(data, "previous_attributes");
    const sl_value *livemode = sl_value_member(root, "livemode");
    sl_gateway_event event = {
        .struct_size = sizeof(event),
        .id = member_word(root, "id"),
        .type = member_word(root, "type"),
        .created = sl_value_int(sl_value_member(root, "created"), 0),
        .account = member_word(root, "account"),
        .livemode = sl_value_bool(livemode, false),
        .livemode_given = sl_value_type(livemode) == SL_VALUE_BOOL,
        .notice = { .struct_size = sizeof(event.notice), .amount = SL_NONE },
    };
    if (sl_value_type(object) == SL_VALUE_OBJECT) {
        event.object = object;
        event.object_type = member_word(object, "object");
        event.object_id = member_word(object, "id");
    }
    if (sl_value_type(previous) == SL_VALUE_OBJECT)
        event.previous = previous;
    if (event.created < 0)
        return event_member_bad(cx, "created");
    status = event_check(cx, &event);
    if (status == SL_OK)
        event_give(&event, ret);
    return status;
}

/* ---- asking the adapter ---- */

static sl_gateway_webhook webhook_copy(const sl_gateway_webhook *webhook)
{
    sl_gateway_webhook copy = { .struct_size = 0 };
    memcpy(&copy, webhook,
           webhook->struct_size && webhook->struct_size < sizeof(copy) ? webhook->struct_size
                                                                       : sizeof(copy));
    copy.struct_size = sizeof(copy);
    if (!copy.body)
        copy.body = "";
    return copy;
}

/* What cannot be asked any more is not refused: the gateway sends it again. */
static sl_status time_check(sl_context *cx)
{
    return sl_time_left(cx) == 0 || sl_fiber_cancelled()
               ? sl_fail(cx, SL_E_UNAVAILABLE, NULL,
                         "The request's time was over before the webhook was looked at.")
               : SL_OK;
}

sl_status sl_gateway_verify_webhook(sl_context *cx, const sl_gateway *gateway,
                                    const sl_gateway_webhook *webhook)
{
    if (!gateway->operations.verify_webhook)
        return sl_gateway_unsupported(cx, gateway, "verify_webhook");
    sl_status status = sl_gateway_call_allowed(cx, gateway);
    if (status != SL_OK)
        return status;
    sl_gateway_webhook copy = webhook_copy(webhook);
    struct sl_gateway_call_state call = sl_gateway_call_begin(cx, gateway);
    status = time_check(cx);
    if (status == SL_OK)
        status = gateway->operations.verify_webhook(cx, &copy);
    sl_gateway_call_end(cx, gateway, "verify_webhook", &call);
    if (status == SL_OK)
        sl_error_clear(cx);
    else if (!sl_error_message(cx))
        status =
            sl_fail(cx, status, "webhook_signature_invalid",
                    "The gateway '%s' does not know this webhook as its own.", gateway->type.name);
    return status;
}

sl_status sl_gateway_parse_webhook(sl_context *cx, const sl_gateway *gateway,
                                   const sl_gateway_webhook *webhook, sl_gateway_event *ret)
{
    if (!gateway->operations.parse_webhook)
        return sl_gateway_unsupported(cx, gateway, "parse_webhook");
    sl_status status = sl_gateway_call_allowed(cx, gateway);
    if (status != SL_OK)
        return status;
    sl_gateway_webhook copy = webhook_copy(webhook);
    sl_gateway_event event = { .struct_size = sizeof(event),
                               .notice = { .struct_size = sizeof(event.notice),
                                           .amount = SL_NONE } };
    struct sl_gateway_call_state call = sl_gateway_call_begin(cx, gateway);
    status = time_check(cx);
    if (status == SL_OK)
        status = gateway->operations.parse_webhook(cx, &copy, &event);
    sl_gateway_call_end(cx, gateway, "parse_webhook", &call);
    if (status == SL_OK)
        status = event_check(cx, &event);
    else if (!sl_error_message(cx))
        status = sl_fail(cx, status, NULL, "The gateway '%s' cannot read this webhook.",
                         gateway->type.name);
    if (status != SL_OK)
        return status;
    sl_error_clear(cx);
    event.gateway = gateway->type.name;
    event_give(&event, ret);
    return SL_OK;
}

/* ---- telling the owner ---- */

static const struct sl_gateway_owner *owner_of(const sl_gateways *gateways, const char *type)
{
    for (const struct sl_gateway_owner *one = gateways->owners; one && type; one = one->next) {
        if (*one->active && strcmp(one->type->type, type) == 0)
            return one;
    }
    return NULL;
}

sl_status sl_gateway_tell(sl_context *cx, const sl_gateway_event *event)
{
    const struct sl_gateway_owner *owner = owner_of(cx->host->gateways, event->object_type);
    if (!owner || !event->object || !event->object_id)
        return SL_E_NOT_FOUND;
    const sl_gateway_object object = {
        .struct_size = sizeof(object),
        .gateway = event->gateway ? event->gateway : "",
        .event = event->id,
        .event_type = event->type,
        .created = event->created,
        .type = event->object_type,
        .id = event->object_id,
        .object = event->object,
        .previous = event->previous,
        .attempt = event->notice.kind ? event->notice.attempt : NULL,
    };
    const char *before = sl_plugin_enter(cx, owner->plugin);
    sl_status status = owner->type->handler(cx, &object);
    sl_plugin_enter(cx, before);
    if (status == SL_E_NOT_FOUND && !sl_error_message(cx))
        status = sl_fail(cx, SL_E_NOT_FOUND, "resource_missing",
                         "The plugin \"%s\" does not find what the event is about.", owner->plugin);
    return status;
}
