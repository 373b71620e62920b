/*
 * endpoint_routes.c: parse, call, render.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "endpoint_routes.h"

#define URL_LONGEST 2048
#define ROLL_LONGEST 604800

static const char *const unsupported[] = { "connect", NULL };
#define FIELDS_NOT_HERE \
    SL_UNSUPPORTED(unsupported, "an endpoint gets the events of its own account")

const sl_field endpoint_create_fields[] = {
    SL_STRING(struct endpoint_params, url, .required = true, .min = 1, .max = URL_LONGEST,
              .doc = "Where events are posted to: http or https"),
    SL_STRINGS(struct endpoint_params, enabled_events, .required = true,
               .doc = "The events it gets: their names, a group as `charge.*`, or `*`"),
    SL_STRING(struct endpoint_params, api_version, .unset = true,
              .doc = "Stripe's version that the receiver was written for; kept and shown"),
    SL_STRING(struct endpoint_params, description, .unset = true, .doc = "What it is for"),
    SL_METADATA(struct endpoint_params, metadata, .unset = true),
    FIELDS_NOT_HERE,
    SL_FIELDS_END,
};

const sl_field endpoint_update_fields[] = {
    SL_ID(struct endpoint_params, id, "we", .doc = "The endpoint"),
    SL_STRING(struct endpoint_params, url, .min = 1, .max = URL_LONGEST,
              .doc = "Where events are posted to: http or https"),
    SL_STRINGS(struct endpoint_params, enabled_events,
               .doc = "The events it gets: their names, a group as `charge.*`, or `*`"),
    SL_STRING(struct endpoint_params, description, .unset = true, .doc = "What it is for"),
    SL_METADATA(struct endpoint_params, metadata, .unset = true),
    SL_BOOL(struct endpoint_params, disabled, .doc = "True stops its deliveries"),
    SL_FIELDS_END,
};

const sl_field endpoint_id_fields[] = {
    SL_ID(struct endpoint_params, id, "we", .doc = "The endpoint"),
    SL_FIELDS_END,
};

const sl_field endpoint_roll_fields[] = {
    SL_ID(struct endpoint_roll_params, id, "we", .doc = "The endpoint"),
    SL_INT64(struct endpoint_roll_params, expires_in, .min = 0, .max = ROLL_LONGEST,
             .initial = "86400", .doc = "Seconds for which the old secret signs too"),
    SL_FIELDS_END,
};

static sl_status reply(sl_context *cx, sl_status status, const struct endpoint *endpoint)
{
    if (status != SL_OK)
        return status;
    status = sl_resource_reply(cx, 200, &endpoint_resource, endpoint);
    if (endpoint->shown_secret)
        sl_reply_secret(cx);
    return status;
}

sl_status endpoint_create_route(sl_context *cx, const void *params)
{
    struct endpoint endpoint;
    sl_status status = endpoint_create(cx, params, &endpoint);
    return reply(cx, status, &endpoint);
}

sl_status endpoint_update_route(sl_context *cx, const void *params)
{
    struct endpoint endpoint = { 0 };
    sl_status status = endpoint_update(cx, params, &endpoint);
    return reply(cx, status, &endpoint);
}

sl_status endpoint_delete_route(sl_context *cx, const void *params)
{
    const struct endpoint_params *in = params;
    struct endpoint endpoint = { 0 };
    sl_status status = endpoint_delete(cx, in->id, &endpoint);
    return reply(cx, status, &endpoint);
}

sl_status endpoint_roll_route(sl_context *cx, const void *params)
{
    struct endpoint endpoint = { 0 };
    sl_status status = endpoint_roll(cx, params, &endpoint);
    return reply(cx, status, &endpoint);
}
