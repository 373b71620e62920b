/*
 * loader.h: from a list of names in the settings to loaded, ordered and started plugins.
 *
 * A plugin that cannot be loaded is refused with a sentence that holds both values of what does not fit. A refused plugin that
 * is required fails the load; another is left out together with those that need it, each with its reason.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_PLUGIN_LOADER_H
#define STRIPE_LITE_CORE_PLUGIN_LOADER_H

#include "core/config/settings.h"
#include "core/database/database.h"
#include "core/plugin/registry.h"

typedef struct sl_plugin_places {
    const char *folder;     /* of bundled plugins, absolute */
    const char *migrations; /* folder of <owner>/NNNN_name.sql, absolute */
} sl_plugin_places;

/* Loads what `host->settings` lists into `host->registry` and hands tables to `host->resources`, `events`, `jobs` and `gateways` (those that are NULL get
 * none). Nothing of a plugin runs but its descriptor function. SL_E_INVALID when a required plugin is refused: `ret_message`
 * then says which and why, a line each; the registry is there in any case, for listing and for sl_plugins_unload.
 * since 1.0 [start-up only] */
sl_status sl_plugins_load(sl_host *host, const sl_plugin_places *places,
                          const char **ret_message) SL_MUST_CHECK;

/* Calls each start() in order. An optional plugin whose start fails is refused and those that need it with it; a required one
 * fails with the error filled. since 1.0 [suspends] */
sl_status sl_plugins_start(sl_context *cx) SL_MUST_CHECK;

/* Calls each stop(), last started first. since 1.0 [start-up only] */
void sl_plugins_stop(sl_host *host);

/* Closes the shared objects and frees the registry; nothing may use a plugin's tables any more. since 1.0 [start-up only] */
void sl_plugins_unload(sl_host *host);

/* Runs a plugin's command; its exit code, -1 when there is none of this name. since 1.0 [suspends] */
int32_t sl_plugins_command(sl_context *cx, const char *name, int32_t argument_count,
                           const char *const *arguments);

/* The migration folders of the active plugins, in start order; how many. Core's own comes before them and is the caller's.
 * since 1.0 [start-up only] */
uint32_t sl_plugins_migrations(const sl_registry *registry,
                               const sl_migration_folder **ret_folders);

/* ---- looking at one file, for `plugin check` and `plugins list` ---- */

/* Opens a shared object and copies its descriptor into `ret_plugin` (name taken from the descriptor); false when it is refused,
 * `refusal` saying why. since 1.0 [start-up only] */
bool sl_plugin_open(sl_context *cx, const char *path, sl_plugin *ret_plugin);
void sl_plugin_close(sl_plugin *plugin);

/* What is wrong with an opened descriptor: calls `tell` for each finding; `must` ones are refused by the loader, the others are
 * advice. Runs no code of the plugin. Returns the number of findings that must be mended. since 1.0 [no-suspend] */
typedef void (*sl_lint_tell)(void *data, bool must, const char *sentence);
uint32_t sl_plugin_lint(sl_context *cx, const sl_plugin_descriptor *descriptor, sl_lint_tell tell,
                        void *data);

/* What is wrong with a gateway's operations and with what it describes of its upstream (conformance.h), for the check: none of it
 * keeps a plugin from being loaded. How many faults keep the gateway from being played. since 1.0 [no-suspend] */
uint32_t sl_gateway_lint(sl_context *cx, const sl_plugin_descriptor *descriptor, sl_lint_tell tell,
                         void *data);

/* ---- within the room ---- */

/* Fills `plugin->options` from settings and defaults, or refuses the plugin. since 1.0 [start-up only] */
void sl_plugin_options(sl_context *cx, sl_plugin *plugin, const sl_settings *settings,
                       const sl_plugin_setting *entry);

/* Refuses what needs a missing service or stands in a circle, and those with names that others have; moves the rest to the
 * front in start order. since 1.0 [start-up only] */
void sl_plugins_order(sl_registry *registry);

/* Refuses every plugin that needs a service of `gone`, and so on upwards. since 1.0 [no-suspend] */
void sl_plugins_drop_dependents(sl_registry *registry, const sl_plugin *gone);

#endif
