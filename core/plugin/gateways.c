/*
 * gateways.c: the list of gateways, and choosing one for a payment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/plugin/gateways_inside.h"

#include <string.h>
#include <strings.h>

sl_gateways *sl_gateways_new(const sl_gateways_options *options)
{
    sl_arena *arena = sl_arena_new();
    sl_gateways *gateways = sl_arena_alloc(arena, sizeof(*gateways));
    gateways->arena = arena;
    gateways->timeout_ms = options->timeout_ms;
    gateways->breaker_failures = options->breaker_failures;
    gateways->breaker_pause_ms = options->breaker_pause_ms;
    gateways->concurrency = options->concurrency;
    gateways->production = options->production;
    return gateways;
}

void sl_gateways_free(sl_gateways *gateways)
{
    if (gateways)
        sl_arena_free(gateways->arena);
}

void sl_gateways_add(sl_gateways *gateways, const char *plugin, const bool *active,
                     const void *options, const sl_gateway_type *type)
{
    sl_gateway *fresh = sl_arena_alloc(gateways->arena, sizeof(*fresh));
    fresh->type = *type;
    fresh->plugin = plugin;
    fresh->active = active;
    fresh->options = options;
    size_t size = type->operations->struct_size;
    memcpy(&fresh->operations, type->operations,
           size < sizeof(fresh->operations) ? size : sizeof(fresh->operations));
    fresh->load = sl_arena_alloc(gateways->arena, sizeof(*fresh->load));
    sl_gateway_breaker_set(gateways, fresh);
    sl_gateway **at = &gateways->first;
    while (*at && (*at)->type.priority >= type->priority)
        at = &(*at)->next;
    fresh->next = *at;
    *at = fresh;
}

void sl_gateways_listen(sl_gateways *gateways, const char *plugin, const bool *active,
                        sl_status (*listener)(sl_context *cx, const sl_gateway_notice *notice))
{
    gateways->listener_plugin = plugin;
    gateways->listener_active = active;
    gateways->listener = listener;
}

void sl_gateways_own(sl_gateways *gateways, const char *plugin, const bool *active,
                     const sl_gateway_object_type *type)
{
    struct sl_gateway_owner *fresh = sl_arena_alloc(gateways->arena, sizeof(*fresh));
    *fresh = (struct sl_gateway_owner){
        .type = type, .plugin = plugin, .active = active, .next = gateways->owners
    };
    gateways->owners = fresh;
}

const sl_gateway *sl_gateways_at(const sl_gateways *gateways, uint32_t index)
{
    const sl_gateway *one = gateways->first;
    for (; one && index > 0; index--)
        one = one->next;
    return one;
}

const char *sl_gateway_name(const sl_gateway *gateway)
{
    return gateway->type.name;
}

bool sl_gateway_can(const sl_gateway *gateway, uint32_t flag)
{
    return (gateway->operations.flags & flag) == flag;
}

static bool ready(const sl_gateways *gateways, const sl_gateway *gateway, bool livemode)
{
    return !gateway->operations.ready ||
           gateway->operations.ready(gateway->options, livemode, gateways->production);
}

bool sl_gateways_simulated(const sl_gateways *gateways)
{
    for (const sl_gateway *one = gateways->first; one; one = one->next) {
        if (*one->active && ready(gateways, one, true))
            return sl_gateway_can(one, SL_GATEWAY_TEST_ONLY);
    }
    return false;
}

/* ---- choosing ---- */

static bool listed(const char *const *list, const char *word, const char *otherwise)
{
    if (!word)
        return true;
    if (!list)
        return !otherwise || strcasecmp(otherwise, word) == 0;
    for (; *list; list++) {
        if (strcasecmp(*list, word) == 0)
            return true;
    }
    return false;
}

static bool allowed(const sl_context *cx, const sl_gateways *gateways, const sl_gateway *gateway)
{
    return ready(gateways, gateway, cx->livemode) &&
           !(gateways->production && cx->livemode && sl_gateway_can(gateway, SL_GATEWAY_TEST_ONLY));
}

bool sl_gateway_fits(const sl_context *cx, const sl_gateway *gateway, const char *currency,
                     const char *method)
{
    return *gateway->active && allowed(cx, cx->host->gateways, gateway) &&
           listed(gateway->type.currencies, currency, NULL) &&
           listed(gateway->type.methods, method, "card");
}

const sl_gateway *sl_gateways_named(const sl_gateways *gateways, const char *name)
{
    for (const sl_gateway *one = gateways->first; one; one = one->next) {
        if (*one->active && strcmp(one->type.name, name) == 0)
            return one;
    }
    return NULL;
}

static sl_status choose_named(sl_context *cx, const sl_gateways *gateways, const char *name,
                              const char *currency, const char *method, const sl_gateway **ret)
{
    const sl_gateway *gateway = sl_gateways_named(gateways, name);
    if (!gateway)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "gateway", "No such gateway: '%.64s'", name);
    if (!ready(gateways, gateway, cx->livemode))
        return sl_fail_param(cx, SL_E_INVALID, NULL, "gateway",
                             "The gateway '%s' has no keys for %s mode.", name,
                             cx->livemode ? "live" : "test");
    if (!allowed(cx, gateways, gateway))
        return sl_fail_param(cx, SL_E_INVALID, NULL, "gateway",
                             "The gateway '%s' moves no real money and is refused in live mode.",
                             name);
    if (!listed(gateway->type.currencies, currency, NULL))
        return sl_fail_param(cx, SL_E_INVALID, NULL, "currency",
                             "The gateway '%s' does not take the currency '%.16s'.", name,
                             currency);
    if (!listed(gateway->type.methods, method, "card"))
        return sl_fail_param(cx, SL_E_INVALID, NULL, "payment_method",
                             "The gateway '%s' does not take payment methods of type '%.64s'.",
                             name, method);
    *ret = gateway;
    return SL_OK;
}

sl_status sl_gateway_choose(sl_context *cx, const char *name, const char *currency,
                            const char *method, const sl_gateway **ret)
{
    const sl_gateways *gateways = cx->host->gateways;
    if (name && name[0])
        return choose_named(cx, gateways, name, currency, method, ret);
    for (const sl_gateway *one = gateways->first; one; one = one->next) {
        if (sl_gateway_fits(cx, one, currency, method)) {
            *ret = one;
            return SL_OK;
        }
    }
    return sl_fail(cx, SL_E_INVALID, NULL,
                   "No gateway takes payment methods of type '%.64s' in the currency '%.16s'.",
                   method ? method : "card", currency ? currency : "any");
}
