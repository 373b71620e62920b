/*
 * registry.h: the loaded plugins, with host-side copies of their descriptors.
 *
 * Descriptors are copied into host structs of today's size (short ones of older plugins are filled up with zeros); tables keep
 * their plugin's memory. The loader hands resources to core/resource, subscriptions to core/event, job types to core/job and
 * gateways to gateways.h; core/http reads the routes here, of active plugins only.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_PLUGIN_REGISTRY_H
#define STRIPE_LITE_CORE_PLUGIN_REGISTRY_H

#include <stripe_lite/plugin.h>

#include "core/base/context.h"

struct sl_plugin {
    sl_plugin_descriptor descriptor; /* zeros when refused before it was read */
    const char *name;                /* as configured */
    const char *path;                /* real and absolute, or as far as it is known */
    void *handle;
    void *options;
    struct sl_registry *registry; /* NULL for a file that is only looked at */
    sl_arena *arena;              /* holds the refusal */
    const char *refusal;          /* a sentence: why it is not loaded; NULL when it is */
    bool required;
    bool
        misconfigured; /* the settings give it what it does not take: no start, though it is not required */
    bool active; /* not refused: its routes, handlers, jobs and gateways count */
    bool started;
};

typedef struct sl_registry {
    sl_plugin *plugins; /* loaded and refused; the loaded ones first, in start order */
    uint32_t count;
    sl_context *cx;         /* holds everything that lives as long as the registry */
    const char *folder;     /* of bundled plugins */
    const char *migrations; /* folder of <owner>/NNNN_name.sql */
} sl_registry;

/* The active plugin of this name; the active plugin that provides a service; NULL. since 1.0 [no-suspend] */
sl_plugin *sl_registry_plugin(const sl_registry *registry, const char *name);
const sl_plugin *sl_registry_provider(const sl_registry *registry, const char *service,
                                      const sl_service_offer **ret_offer);

/* The command of this name and its plugin; NULL when there is none. since 1.0 [no-suspend] */
const sl_command *sl_registry_command(const sl_registry *registry, const char *name,
                                      const sl_plugin **ret_plugin);

/* Brings the gauges of the active plugins up to date, for /metrics. What cannot be read in time stays as it was.
 * since 1.0 [suspends] */
void sl_gauges_read(sl_context *cx);

/* Marks as refused, with a sentence. The first sentence stays. since 1.0 [no-suspend] */
void sl_plugin_refuse(sl_plugin *plugin, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets whose code runs and returns whose did before: around every call into a plugin. since 1.0 [no-suspend] */
const char *sl_plugin_enter(sl_context *cx, const char *name);

#endif
