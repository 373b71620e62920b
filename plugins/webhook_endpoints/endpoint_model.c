/*
 * endpoint_model.c: the table of webhook endpoints, and the object as Stripe has it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "endpoint_model.h"

static const sl_field endpoint_fields[] = {
    SL_ID(struct endpoint, id, "we"),
    SL_TIMESTAMP(struct endpoint, created),
    SL_INT64(struct endpoint, version),
    SL_STRING(struct endpoint, url),
    SL_STRING(struct endpoint, status),
    SL_STRING(struct endpoint, description),
    SL_STRING(struct endpoint, api_version),
    SL_STRINGS(struct endpoint, enabled_events),
    SL_METADATA(struct endpoint, metadata),
    SL_STRING(struct endpoint, secret, .secret = true),
    SL_STRING(struct endpoint, old_secret, .secret = true),
    SL_TIMESTAMP(struct endpoint, old_secret_expires),
    SL_FIELDS_END,
};
const sl_table endpoints_table = SL_TABLE("webhook_endpoints", struct endpoint, endpoint_fields);

static void endpoint_render(sl_json *out, const void *row)
{
    const struct endpoint *endpoint = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", endpoint->id);
    sl_json_string(out, "object", "webhook_endpoint");
    if (endpoint->deleted) {
        sl_json_bool(out, "deleted", true);
        sl_json_close(out);
        return;
    }
    sl_json_string(out, "api_version", endpoint->api_version);
    sl_json_null(out, "application");
    sl_json_time(out, "created", endpoint->created);
    sl_json_string(out, "description", endpoint->description);
    sl_json_open_array(out, "enabled_events");
    for (uint32_t i = 0; i < endpoint->enabled_events.count; i++)
        sl_json_string(out, NULL, *SL_ITEM(endpoint->enabled_events, const char *, i));
    sl_json_close_array(out);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_map(out, "metadata", endpoint->metadata);
    if (endpoint->shown_secret)
        sl_json_string(out, "secret", endpoint->shown_secret);
    sl_json_string(out, "status", endpoint->status);
    sl_json_string(out, "url", endpoint->url);
    sl_json_close(out);
}

const sl_resource endpoint_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "webhook_endpoint",
    .id_prefix = "we",
    .table = &endpoints_table,
    .path = "/v1/webhook_endpoints",
    .render = endpoint_render,
    .noun = "webhook endpoint",
};
