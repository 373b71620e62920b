/*
 * endpoint_service.c: the rules of endpoints.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "endpoint_service.h"

#include "delivery_fanout.h"
#include "endpoint_secret.h"
#include "event_names.h"

static sl_status url_check(sl_context *cx, const char *url)
{
    sl_status status = sl_http_check(cx, url, webhook_rules()->http_flags);
    if (status != SL_E_INVALID)
        return status;
    return sl_fail_param(cx, SL_E_INVALID, "url_invalid", "url", "Invalid URL: %s",
                         sl_error_message(cx));
}

static sl_status events_check(sl_context *cx, const sl_list *events)
{
    if (events->count == 0)
        return sl_fail_param(cx, SL_E_INVALID, "parameter_invalid_empty", "enabled_events",
                             "You must enable at least one event.");
    for (uint32_t i = 0; i < events->count; i++) {
        const char *name = *SL_ITEM(*events, const char *, i);
        if (!event_name_known(name))
            return sl_fail_param(cx, SL_E_INVALID, NULL, sl_format(cx, "enabled_events[%u]", i),
                                 "Invalid enabled_events[%u]: \"%s\" is not the name of an event.",
                                 i, name);
    }
    return SL_OK;
}

/* Stripe's versions are dates, the later ones with a name: "2026-10-28.endive". */
static sl_status version_check(sl_context *cx, const char *version)
{
    static const char shape[] = "dddd-dd-dd";
    size_t at = 0;
    while (version[at] && shape[at] &&
           (shape[at] == 'd' ? version[at] >= '0' && version[at] <= '9' : version[at] == '-'))
        at++;
    size_t name = version[at] == '.' ? strspn(version + at + 1, "abcdefghijklmnopqrstuvwxyz") : 0;
    if (!shape[at] && (!version[at] || (name > 0 && !version[at + 1 + name])))
        return SL_OK;
    return sl_fail_param(cx, SL_E_INVALID, NULL, "api_version", "Invalid API version: \"%s\".",
                         version);
}

/* Empty values take names away. */
static const sl_map *metadata_merged(sl_context *cx, const sl_map *before, const sl_map *changes)
{
    return sl_given(cx, "metadata") && !changes ? NULL : sl_map_merge(cx, before, changes);
}

/* What happens from here on is for it, also what a worker commits that has not heard of it yet. */
static void endpoint_hears(sl_context *cx, const struct endpoint *endpoint)
{
    sl_news_after_commit(cx, ENDPOINTS_NEWS);
    if (same(endpoint->status, ENDPOINT_ENABLED))
        catch_up_enqueue(cx, endpoint->id);
}

sl_status endpoint_create(sl_context *cx, const struct endpoint_params *in, struct endpoint *ret)
{
    *ret = (struct endpoint){
        .id = sl_id(cx, "we"),
        .created = sl_now(cx),
        .url = in->url,
        .status = ENDPOINT_ENABLED,
        .description = in->description && *in->description ? in->description : NULL,
        .api_version = in->api_version && *in->api_version ? in->api_version : NULL,
        .enabled_events = in->enabled_events,
        .metadata = sl_map_merge(cx, NULL, in->metadata),
    };
    sl_status status = url_check(cx, in->url);
    if (status == SL_OK)
        status = events_check(cx, &in->enabled_events);
    if (status == SL_OK && ret->api_version)
        status = version_check(cx, ret->api_version);
    if (status == SL_OK)
        status = endpoint_secret_new(cx, ret, 0);
    if (status != SL_OK)
        return status;
    sl_insert(cx, &endpoints_table, ret);
    endpoint_hears(cx, ret);
    return SL_OK;
}

sl_status endpoint_update(sl_context *cx, const struct endpoint_params *in, struct endpoint *ret)
{
    sl_status status = sl_resource_load(cx, &endpoint_resource, in->id, "id", ret);
    if (status == SL_OK && sl_given(cx, "url"))
        status = url_check(cx, ret->url = in->url);
    if (status == SL_OK && sl_given(cx, "enabled_events"))
        status = events_check(cx, &in->enabled_events);
    if (status != SL_OK)
        return status;
    if (sl_given(cx, "enabled_events"))
        ret->enabled_events = in->enabled_events;
    if (sl_given(cx, "description"))
        ret->description = in->description && *in->description ? in->description : NULL;
    if (sl_given(cx, "metadata"))
        ret->metadata = metadata_merged(cx, ret->metadata, in->metadata);
    if (sl_given(cx, "disabled"))
        ret->status = in->disabled ? ENDPOINT_DISABLED : ENDPOINT_ENABLED;
    sl_update(cx, &endpoints_table, ret, "url, enabled_events, description, metadata, status");
    endpoint_hears(cx, ret);
    return SL_OK;
}

sl_status endpoint_delete(sl_context *cx, const char *id, struct endpoint *ret)
{
    sl_status status = sl_resource_load(cx, &endpoint_resource, id, "id", ret);
    if (status != SL_OK)
        return status;
    sl_delete(cx, &endpoints_table, ret);
    sl_news_after_commit(cx, ENDPOINTS_NEWS);
    ret->deleted = true;
    return SL_OK;
}

sl_status endpoint_roll(sl_context *cx, const struct endpoint_roll_params *in, struct endpoint *ret)
{
    sl_status status = sl_resource_load(cx, &endpoint_resource, in->id, "id", ret);
    if (status == SL_OK)
        status = endpoint_secret_new(cx, ret, in->expires_in > 0 ? real_now() + in->expires_in : 0);
    if (status == SL_OK)
        sl_update(cx, &endpoints_table, ret, "secret, old_secret, old_secret_expires");
    return status;
}

static sl_status disable_step(sl_context *cx, void *data)
{
    struct endpoint endpoint = { 0 };
    sl_status status = sl_find(cx, &endpoints_table, data, &endpoint);
    if (status != SL_OK || same(endpoint.status, ENDPOINT_DISABLED))
        return status == SL_E_NOT_FOUND ? SL_OK : status;
    endpoint.status = ENDPOINT_DISABLED;
    sl_update(cx, &endpoints_table, &endpoint, "status");
    sl_news_after_commit(cx, ENDPOINTS_NEWS);
    return SL_OK;
}

sl_status endpoint_disable(sl_context *cx, const char *id)
{
    return sl_retry(cx, disable_step, (void *)id);
}
