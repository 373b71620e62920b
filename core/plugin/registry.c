/*
 * registry.c: looking plugins, services and commands up; what plugins ask about themselves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/plugin/registry.h"

#include <stdarg.h>
#include <string.h>

sl_plugin *sl_registry_plugin(const sl_registry *registry, const char *name)
{
    for (uint32_t i = 0; i < registry->count; i++) {
        if (registry->plugins[i].active && strcmp(registry->plugins[i].name, name) == 0)
            return &registry->plugins[i];
    }
    return NULL;
}

const sl_plugin *sl_registry_provider(const sl_registry *registry, const char *service,
                                      const sl_service_offer **ret_offer)
{
    for (uint32_t i = 0; i < registry->count; i++) {
        const sl_service_offer *offer =
            registry->plugins[i].active ? registry->plugins[i].descriptor.provides : NULL;
        for (; offer && offer->name; offer++) {
            if (strcmp(offer->name, service) != 0)
                continue;
            if (ret_offer)
                *ret_offer = offer;
            return &registry->plugins[i];
        }
    }
    return NULL;
}

const sl_command *sl_registry_command(const sl_registry *registry, const char *name,
                                      const sl_plugin **ret_plugin)
{
    for (uint32_t i = 0; i < registry->count; i++) {
        const sl_command *command =
            registry->plugins[i].active ? registry->plugins[i].descriptor.commands : NULL;
        for (; command && command->name; command++) {
            if (strcmp(command->name, name) == 0) {
                *ret_plugin = &registry->plugins[i];
                return command;
            }
        }
    }
    return NULL;
}

void sl_plugin_refuse(sl_plugin *plugin, const char *format, ...)
{
    plugin->active = false;
    if (plugin->refusal)
        return;
    va_list arguments;
    va_start(arguments, format);
    plugin->refusal = sl_arena_vformat(plugin->arena, format, arguments);
    va_end(arguments);
}

const char *sl_plugin_enter(sl_context *cx, const char *name)
{
    const char *before = cx->plugin;
    cx->plugin = name;
    return before;
}

/* ---- what plugins ask ---- */

const void *sl_options(const sl_plugin *self)
{
    return self->options;
}

static bool needs_service(const sl_plugin *self, const char *name)
{
    const char *const *need = self->descriptor.needs;
    for (; need && *need; need++) {
        if (strcmp(*need, name) == 0)
            return true;
    }
    return false;
}

const void *sl_service(sl_context *cx, sl_plugin *self, const char *name, size_t min_size)
{
    if (!needs_service(self, name)) {
        sl_fail(cx, SL_E_INTERNAL, NULL,
                "The plugin \"%s\" asks for the service \"%s\" and does not list it in its needs.",
                self->name, name);
        return NULL;
    }
    const sl_service_offer *offer = NULL;
    const sl_plugin *provider = sl_registry_provider(self->registry, name, &offer);
    if (!provider) {
        sl_fail(cx, SL_E_INTERNAL, NULL,
                "No loaded plugin provides the service \"%s\" that \"%s\" needs.", name,
                self->name);
        return NULL;
    }
    uint32_t size = 0;
    memcpy(&size, offer->functions, sizeof(size));
    if (size < min_size) {
        sl_fail(
            cx, SL_E_INTERNAL, NULL,
            "The service \"%s\" of \"%s\" has %u bytes, and \"%s\" needs at least %zu: \"%s\" is too old.",
            name, provider->name, size, self->name, min_size, provider->name);
        return NULL;
    }
    return offer->functions;
}
