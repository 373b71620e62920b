/*
 * registry.h: what the loaded plugins brought, in host-side copies: rooms above look things up here.
 *
 * Descriptors are copied into host structs of today's size (short ones of older plugins are filled up with zeros); tables keep
 * their plugin's memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_PLUGIN_REGISTRY_H
#define STRIPE_LITE_CORE_PLUGIN_REGISTRY_H

#include <stripe_lite/plugin.h>

struct sl_plugin {
    sl_plugin_descriptor descriptor;
    const char *path;
    void *handle;
    void *options;
    const char *refusal; /* a sentence: why it is not loaded; NULL when it is */
    bool required;
    bool started;
};

typedef struct sl_registry {
    sl_plugin *plugins; /* in start order */
    uint32_t count;
    sl_resource *resources; /* host-size copies */
    const sl_resource *const *resource_sources; /* resource_sources[i] is the plugin's own pointer of resources[i] */
    uint32_t resource_count;
    sl_gateway_type *gateways;
    uint32_t gateway_count;
} sl_registry;

/* The host's copy of a plugin's resource pointer, or of a type's name ("customer"); NULL when unknown. since 1.0 [no-suspend] */
const sl_resource *sl_registry_resource(const sl_registry *registry, const sl_resource *source);
const sl_resource *sl_registry_resource_type(const sl_registry *registry, const char *type);

#endif
