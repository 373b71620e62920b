/*
 * webhook.c: gateways that send webhooks, well and badly, and the owner of the things that they tell about.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

#include <string.h>

static sl_status verify(sl_context *cx, const sl_gateway_webhook *webhook)
{
    const char *word = sl_webhook_header(webhook, "X-Word");
    if (word && strcmp(word, "silent") == 0)
        return SL_E_INVALID;
    return word && strcmp(word, "open") == 0
               ? SL_OK
               : sl_fail(cx, SL_E_INVALID, "wrong_word", "The word of %s%s%s is wrong.",
                         webhook->path, webhook->query[0] ? "?" : "", webhook->query);
}

static sl_status parse(sl_context *cx, const sl_gateway_webhook *webhook, sl_gateway_event *ret)
{
    return webhook->body_length == 0 ? SL_OK : sl_webhook_event_read(cx, webhook, ret);
}

static const sl_gateway_operations operations = { .struct_size = sizeof(operations),
                                                  .verify_webhook = verify,
                                                  .parse_webhook = parse };

static const sl_gateway_operations deaf = { .struct_size = sizeof(deaf) };

static const sl_gateway_type gateways[] = {
    { .name = "talker", .operations = &operations },
    { .name = "deaf", .operations = &deaf },
    SL_GATEWAYS_END,
};

static sl_status thing_heard(sl_context *cx, const sl_gateway_object *object)
{
    if (strcmp(object->id, "th_missing") == 0)
        return SL_E_NOT_FOUND;
    return sl_fail(cx, SL_E_EXISTS, NULL, "%s says %s of %s %s at %lld: %s, %s", object->gateway,
                   object->event_type, object->type, object->id, (long long)object->created,
                   sl_value_string(sl_value_member(object->object, "name"), "nothing"),
                   sl_value_string(sl_value_member(object->previous, "name"), "nothing before"));
}

static const sl_gateway_object_type objects[] = {
    { .type = "thing", .handler = thing_heard },
    SL_GATEWAY_OBJECTS_END,
};

SL_PLUGIN(.name = "webhook", .version = "1.0.0", .summary = "Hears of things", .gateways = gateways,
          .gateway_objects = objects)
