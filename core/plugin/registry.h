/*
 * registry.h: the loaded plugins, with host-side copies of their descriptors.
 *
 * Descriptors are copied into host structs of today's size (short ones of older plugins are filled up with zeros); tables keep
 * their plugin's memory. The loader hands resources to core/resource, subscriptions to core/event, job types to core/job and
 * gateways to gateway.h; core/http reads the routes here.
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
    sl_plugin *plugins; /* loaded and refused; the loaded ones first, in start order */
    uint32_t count;
} sl_registry;

#endif
