/*
 * needs.c: who needs whom: names taken once, services found, plugins put in start order.
 *
 * Refusing a plugin takes its services away, which may refuse others: the checks run again until nothing changes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>
#include <unistd.h>

#include "core/plugin/loader.h"

/* ---- names that only one plugin may have ---- */

/* "GET /a/{id}" and "GET /a/{charge}" are one route. */
static bool pattern_same(const char *a, const char *b)
{
    while (*a && *b) {
        if (*a != *b)
            return false;
        if (*a == '{') {
            a += strcspn(a, "}");
            b += strcspn(b, "}");
            if (!*a || !*b)
                return *a == *b;
        }
        a++;
        b++;
    }
    return *a == *b;
}

static bool text_same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static const char *route_at(const sl_plugin_descriptor *of, uint32_t i)
{
    return of->routes ? of->routes[i].pattern : NULL;
}

static const char *resource_at(const sl_plugin_descriptor *of, uint32_t i)
{
    return of->resources && of->resources[i] ? of->resources[i]->type : NULL;
}

static const char *job_at(const sl_plugin_descriptor *of, uint32_t i)
{
    return of->jobs ? of->jobs[i].name : NULL;
}

static const char *service_at(const sl_plugin_descriptor *of, uint32_t i)
{
    return of->provides ? of->provides[i].name : NULL;
}

static const char *gateway_at(const sl_plugin_descriptor *of, uint32_t i)
{
    return of->gateways ? of->gateways[i].name : NULL;
}

static const char *command_at(const sl_plugin_descriptor *of, uint32_t i)
{
    return of->commands ? of->commands[i].name : NULL;
}

static const char *listener_at(const sl_plugin_descriptor *of, uint32_t i)
{
    return of->gateway_listener && i == 0 ? "gateway_listener" : NULL;
}

static const char *object_at(const sl_plugin_descriptor *of, uint32_t i)
{
    return of->gateway_objects ? of->gateway_objects[i].type : NULL;
}

static const char *queue_at(const sl_plugin_descriptor *of, uint32_t i)
{
    return of->queues ? of->queues[i].name : NULL;
}

static const char *outlet_at(const sl_plugin_descriptor *of, uint32_t i)
{
    return of->event_outlet && i == 0 ? "event_outlet" : NULL;
}

static const struct {
    const char *what;
    const char *(*at)(const sl_plugin_descriptor *of, uint32_t i);
    bool (*same)(const char *a, const char *b);
} unique_names[] = {
    { "route", route_at, pattern_same },    { "resource type", resource_at, text_same },
    { "job", job_at, text_same },           { "service", service_at, text_same },
    { "gateway", gateway_at, text_same },   { "command", command_at, text_same },
    { "listener", listener_at, text_same }, { "gateway's object", object_at, text_same },
    { "queue", queue_at, text_same },       { "outlet", outlet_at, text_same },
};

#define UNIQUE_COUNT (sizeof(unique_names) / sizeof(unique_names[0]))

/* `upto`: of the plugin itself, only the names before this one. */
static bool has_name(const sl_plugin_descriptor *of, size_t kind, const char *name, uint32_t upto)
{
    const char *other;
    for (uint32_t i = 0; i < upto && (other = unique_names[kind].at(of, i)) != NULL; i++) {
        if (unique_names[kind].same(other, name))
            return true;
    }
    return false;
}

static bool name_is_taken(sl_registry *registry, sl_plugin *plugin, size_t kind, const char *name,
                          uint32_t index)
{
    if (has_name(&plugin->descriptor, kind, name, index)) {
        sl_plugin_refuse(plugin, "it declares the %s \"%s\" twice", unique_names[kind].what, name);
        return true;
    }
    for (sl_plugin *other = registry->plugins; other < plugin; other++) {
        if (other->active && has_name(&other->descriptor, kind, name, UINT32_MAX)) {
            sl_plugin_refuse(plugin, "it declares the %s \"%s\", which \"%s\" has already",
                             unique_names[kind].what, name, other->name);
            return true;
        }
    }
    return false;
}

static bool names_refused(sl_registry *registry)
{
    bool refused = false;
    for (uint32_t p = 0; p < registry->count; p++) {
        sl_plugin *plugin = &registry->plugins[p];
        for (size_t kind = 0; kind < UNIQUE_COUNT && plugin->active; kind++) {
            const char *name;
            for (uint32_t i = 0;
                 plugin->active && (name = unique_names[kind].at(&plugin->descriptor, i)) != NULL;
                 i++)
                refused = name_is_taken(registry, plugin, kind, name, i) || refused;
        }
    }
    return refused;
}

/* ---- needs ---- */

static bool offers(const sl_plugin *plugin, const char *service)
{
    const sl_service_offer *offer = plugin->descriptor.provides;
    for (; offer && offer->name; offer++) {
        if (strcmp(offer->name, service) == 0)
            return true;
    }
    return false;
}

/* Who would provide a service that nobody provides: a refused plugin, one with another version of it, a file not configured. */
static const char *provider_hint(const sl_registry *registry, const char *service)
{
    sl_context *cx = registry->cx;
    size_t stem = strcspn(service, "/");
    for (uint32_t i = 0; i < registry->count; i++) {
        const sl_plugin *plugin = &registry->plugins[i];
        if (plugin->refusal &&
            (offers(plugin, service) ||
             (strlen(plugin->name) == stem && strncmp(plugin->name, service, stem) == 0)))
            return sl_format(cx, "; \"%s\" would, and is refused itself: %s", plugin->name,
                             plugin->refusal);
        const sl_service_offer *offer = plugin->descriptor.provides;
        for (; offer && offer->name; offer++) {
            if (strcspn(offer->name, "/") == stem && strncmp(offer->name, service, stem) == 0)
                return sl_format(cx, "; \"%s\" provides \"%s\"", plugin->name, offer->name);
        }
    }
    const char *file =
        registry->folder ? sl_format(cx, "%s/%.*s.so", registry->folder, (int)stem, service) : "";
    if (file[0] && access(file, R_OK) == 0)
        return sl_format(cx, "; the plugin \"%.*s\" is there and is not in the list of plugins",
                         (int)stem, service);
    return "";
}

static bool needs_refused(sl_registry *registry)
{
    bool refused = false;
    for (uint32_t p = 0; p < registry->count; p++) {
        sl_plugin *plugin = &registry->plugins[p];
        const char *const *need = plugin->active ? plugin->descriptor.needs : NULL;
        for (; need && *need; need++) {
            if (sl_registry_provider(registry, *need, NULL))
                continue;
            sl_plugin_refuse(plugin,
                             "it needs the service \"%s\", which no loaded plugin provides%s",
                             *need, provider_hint(registry, *need));
            refused = true;
            break;
        }
    }
    return refused;
}

void sl_plugins_drop_dependents(sl_registry *registry, const sl_plugin *gone)
{
    for (uint32_t p = 0; p < registry->count; p++) {
        sl_plugin *plugin = &registry->plugins[p];
        const char *const *need =
            plugin->active && plugin != gone ? plugin->descriptor.needs : NULL;
        for (; need && *need; need++) {
            if (!offers(gone, *need))
                continue;
            sl_plugin_refuse(plugin, "it needs the service \"%s\" of \"%s\", which is refused: %s",
                             *need, gone->name, gone->refusal);
            sl_plugins_drop_dependents(registry, plugin);
            break;
        }
    }
}

/* ---- order ---- */

static bool needs_placed(const sl_registry *registry, const sl_plugin *plugin, const bool *placed)
{
    const char *const *need = plugin->descriptor.needs;
    for (; need && *need; need++) {
        const sl_plugin *provider = sl_registry_provider(registry, *need, NULL);
        if (provider && !placed[provider - registry->plugins])
            return false;
    }
    return true;
}

/* Follows needs that are not placed until a plugin comes twice, and tells the circle from there. */
static const char *circle_of(const sl_registry *registry, const sl_plugin *from, const bool *placed)
{
    sl_context *cx = registry->cx;
    const sl_plugin **trail = sl_alloc(cx, (registry->count + 1u) * sizeof(const sl_plugin *));
    uint32_t length = 0;
    uint32_t start = UINT32_MAX;
    const sl_plugin *at = from;
    while (at && start == UINT32_MAX) {
        trail[length++] = at;
        const char *const *need = at->descriptor.needs;
        const sl_plugin *next = NULL;
        for (; need && *need && !next; need++) {
            const sl_plugin *provider = sl_registry_provider(registry, *need, NULL);
            next = provider && !placed[provider - registry->plugins] ? provider : NULL;
        }
        for (uint32_t i = 0; i < length; i++) {
            if (trail[i] == next && start == UINT32_MAX)
                start = i;
        }
        at = next;
    }
    start = start == UINT32_MAX ? 0 : start;
    const char *text = "";
    for (uint32_t i = start; i < length; i++)
        text = sl_format(cx, "%s\"%s\" needs ", text, trail[i]->name);
    return sl_format(cx, "%s\"%s\"", text, trail[start]->name);
}

/* The order in which plugins may start; among those free to start, the settings' order. Those left over stand in circles or
 * need one that does. */
static void order_find(sl_registry *registry, bool *placed, uint32_t *order, uint32_t *ret_count)
{
    uint32_t count = 0;
    bool moved = true;
    while (moved) {
        moved = false;
        for (uint32_t p = 0; p < registry->count; p++) {
            if (!registry->plugins[p].active || placed[p] ||
                !needs_placed(registry, &registry->plugins[p], placed))
                continue;
            placed[p] = true;
            order[count++] = p;
            moved = true;
            break;
        }
    }
    *ret_count = count;
}

void sl_plugins_order(sl_registry *registry)
{
    while (needs_refused(registry) || names_refused(registry))
        continue;
    sl_context *cx = registry->cx;
    bool *placed = sl_alloc(cx, registry->count + 1u);
    uint32_t *order = sl_alloc(cx, (registry->count + 1u) * sizeof(*order));
    uint32_t count = 0;
    order_find(registry, placed, order, &count);
    const char **circles = sl_alloc(cx, (registry->count + 1u) * sizeof(*circles));
    for (uint32_t p = 0; p < registry->count; p++) {
        if (registry->plugins[p].active && !placed[p])
            circles[p] = circle_of(registry, &registry->plugins[p], placed);
    }
    for (uint32_t p = 0; p < registry->count; p++) {
        if (circles[p])
            sl_plugin_refuse(&registry->plugins[p], "the plugins need each other in a circle: %s",
                             circles[p]);
        if (!registry->plugins[p].active)
            order[count++] = p;
    }
    sl_plugin *sorted = sl_alloc(cx, (registry->count + 1u) * sizeof(*sorted));
    for (uint32_t p = 0; p < registry->count; p++)
        sorted[p] = registry->plugins[order[p]];
    registry->plugins = sorted;
}
