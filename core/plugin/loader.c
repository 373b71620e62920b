/*
 * loader.c: the list of plugins in the settings becomes a registry of started plugins.
 *
 * Open and check each alone, refuse what does not fit the others, register what is left, start it in order. Only start and the
 * commands run code of a plugin with a context; the name of whose code runs is set around it, for logs and crash reports.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/plugin/loader.h"

#include <string.h>
#include <unistd.h>

#include <stripe_lite/log.h>

#include "core/event/event.h"
#include "core/job/job.h"
#include "core/job/queues.h"
#include "core/plugin/gateways.h"
#include "core/resource/resource.h"

/* ---- one plugin alone ---- */

static bool configured_before(const sl_registry *registry, const sl_plugin *plugin)
{
    for (const sl_plugin *other = registry->plugins; other < plugin; other++) {
        if (strcmp(other->name, plugin->name) == 0)
            return true;
    }
    return false;
}

static void first_must(void *data, bool must, const char *sentence)
{
    if (must)
        sl_plugin_refuse(data, "%s", sentence);
}

/* A folder that the descriptor names must be there; the usual one may be missing. */
static void migrations_check(const sl_registry *registry, sl_plugin *plugin)
{
    const char *folder = plugin->descriptor.migrations;
    if (folder && folder[0] != '/') {
        const char *slash = strrchr(plugin->path, '/');
        folder =
            sl_format(registry->cx, "%.*s/%s", (int)(slash - plugin->path), plugin->path, folder);
    }
    if (folder && access(folder, R_OK | X_OK) != 0)
        sl_plugin_refuse(plugin, "its migration folder %s is missing", folder);
    if (!folder && registry->migrations)
        folder = sl_format(registry->cx, "%s/%s", registry->migrations, plugin->name);
    plugin->descriptor.migrations = folder && access(folder, R_OK | X_OK) == 0 ? folder : NULL;
}

static void plugin_prepare(sl_registry *registry, sl_plugin *plugin, const sl_settings *settings,
                           const sl_plugin_setting *entry)
{
    sl_context *cx = registry->cx;
    const char *path =
        entry->path ? entry->path : sl_format(cx, "%s/%s.so", registry->folder, entry->name);
    if (configured_before(registry, plugin)) {
        sl_plugin_refuse(plugin, "it is in the list of plugins twice");
        return;
    }
    if (!sl_plugin_open(cx, path, plugin))
        return;
    if (strcmp(plugin->descriptor.name, plugin->name) != 0) {
        sl_plugin_refuse(plugin, "%s names itself \"%s\" and is configured as \"%s\"", plugin->path,
                         plugin->descriptor.name, plugin->name);
        return;
    }
    sl_plugin_lint(cx, &plugin->descriptor, first_must, plugin);
    if (plugin->active)
        migrations_check(registry, plugin);
    if (plugin->active)
        sl_plugin_options(cx, plugin, settings, entry);
}

/* ---- all of them ---- */

/* Each answers NULL, or a sentence saying why the plugin is refused. */
static const char *resources_register(sl_host *host, sl_plugin *plugin)
{
    const char *fault = NULL;
    const sl_resource *const *one = host->resources ? plugin->descriptor.resources : NULL;
    for (; !fault && one && *one; one++)
        fault = sl_resources_add(host->resources, *one);
    return fault ? sl_format(plugin->registry->cx, "its resource \"%s\" is refused: %s",
                             one[-1]->type, fault)
                 : NULL;
}

static const char *events_register(sl_host *host, sl_plugin *plugin)
{
    const char *fault = NULL;
    const sl_subscription *one = host->events ? plugin->descriptor.subscriptions : NULL;
    for (; !fault && one && one->pattern; one++)
        fault = sl_events_add(host->events, plugin->name, &plugin->active, one);
    return fault;
}

static const char *jobs_register(sl_host *host, sl_plugin *plugin)
{
    const char *fault = NULL;
    const sl_job_type *one = host->jobs ? plugin->descriptor.jobs : NULL;
    for (; !fault && one && one->name; one++)
        fault = sl_jobs_add(host->jobs, plugin->name, &plugin->active, one);
    const sl_job_type *told =
        host->events && host->jobs ? sl_events_job_type(host->events, plugin->name) : NULL;
    return !fault && told ? sl_jobs_add(host->jobs, plugin->name, &plugin->active, told) : fault;
}

static const char *queues_register(sl_host *host, sl_plugin *plugin)
{
    const char *fault = NULL;
    const sl_queue *one = host->queues ? plugin->descriptor.queues : NULL;
    for (; !fault && one && one->name; one++)
        fault = sl_queues_add(host->queues, plugin->name, &plugin->active, one);
    return fault;
}

static void plugin_register(sl_host *host, sl_plugin *plugin)
{
    const sl_plugin_descriptor *of = &plugin->descriptor;
    const char *fault = resources_register(host, plugin);
    if (!fault)
        fault = events_register(host, plugin);
    if (!fault)
        fault = jobs_register(host, plugin);
    if (!fault)
        fault = queues_register(host, plugin);
    if (fault) {
        sl_plugin_refuse(plugin, "%s", fault);
        sl_plugins_drop_dependents(plugin->registry, plugin);
        return;
    }
    for (const sl_gateway_type *one = host->gateways ? of->gateways : NULL; one && one->name; one++)
        sl_gateways_add(host->gateways, plugin->name, &plugin->active, plugin->options, one);
    for (const sl_gateway_object_type *one = host->gateways ? of->gateway_objects : NULL;
         one && one->type; one++)
        sl_gateways_own(host->gateways, plugin->name, &plugin->active, one);
    if (of->event_outlet && host->events)
        sl_events_let_out(host->events, plugin->name, &plugin->active, of->event_outlet);
    if (of->gateway_listener && host->gateways)
        sl_gateways_listen(host->gateways, plugin->name, &plugin->active, of->gateway_listener);
}

/* Why there is no start: what is required is not there, or the settings are wrong. */
static const char *grave_refusals(const sl_registry *registry)
{
    const char *text = NULL;
    for (uint32_t i = 0; i < registry->count; i++) {
        const sl_plugin *plugin = &registry->plugins[i];
        if (plugin->refusal && (plugin->required || plugin->misconfigured))
            text = sl_format(registry->cx, "%s%splugin \"%s\": %s", text ? text : "",
                             text ? "\n" : "", plugin->name, plugin->refusal);
    }
    return text;
}

static void refusals_log(const sl_registry *registry)
{
    for (uint32_t i = 0; i < registry->count; i++) {
        const sl_plugin *plugin = &registry->plugins[i];
        if (plugin->refusal)
            sl_log(NULL, plugin->required ? SL_LOG_ERROR : SL_LOG_WARNING, "plugin refused",
                   "plugin", plugin->name, "reason", plugin->refusal);
    }
}

sl_status sl_plugins_load(sl_host *host, const sl_plugin_places *places, const char **ret_message)
{
    const sl_settings *settings = host->settings;
    uint32_t count = settings->plugin_count;
    sl_context *cx = sl_context_new(host, "system", true, "req_start");
    sl_registry *registry = sl_alloc(cx, sizeof(*registry));
    registry->cx = cx;
    registry->folder = sl_copy(cx, places->folder, places->folder ? strlen(places->folder) : 0);
    registry->migrations =
        sl_copy(cx, places->migrations, places->migrations ? strlen(places->migrations) : 0);
    registry->plugins = sl_alloc(cx, (count + 1u) * sizeof(sl_plugin));
    host->registry = registry;
    for (uint32_t i = 0; i < count; i++) {
        sl_plugin *plugin = &registry->plugins[i];
        const sl_plugin_setting *entry = &settings->plugins[i];
        *plugin = (sl_plugin){ .name = sl_copy(cx, entry->name, strlen(entry->name)),
                               .registry = registry,
                               .arena = cx->arena,
                               .required = entry->required,
                               .active = true };
        registry->count = i + 1;
        plugin_prepare(registry, plugin, settings, entry);
    }
    sl_plugins_order(registry);
    for (uint32_t i = 0; i < count; i++) {
        if (registry->plugins[i].active)
            plugin_register(host, &registry->plugins[i]);
    }
    refusals_log(registry);
    const char *message = grave_refusals(registry);
    if (!message)
        return SL_OK;
    *ret_message = message;
    return SL_E_INVALID;
}

/* ---- running ---- */

static sl_status plugin_start(sl_context *cx, sl_plugin *plugin)
{
    const char *before = sl_plugin_enter(cx, plugin->name);
    sl_status status = plugin->descriptor.start ? plugin->descriptor.start(cx, plugin) : SL_OK;
    if (status == SL_OK)
        status = sl_commit(cx);
    sl_plugin_enter(cx, before);
    if (status == SL_OK) {
        plugin->started = true;
        return SL_OK;
    }
    const char *why = sl_error_message(cx);
    sl_plugin_refuse(plugin, "its start failed: %s", why ? why : sl_status_name(status));
    sl_error_clear(cx);
    sl_discard(cx);
    return status;
}

sl_status sl_plugins_start(sl_context *cx)
{
    sl_registry *registry = cx->host->registry;
    for (uint32_t i = 0; i < registry->count; i++) {
        sl_plugin *plugin = &registry->plugins[i];
        if (!plugin->active || plugin->started || plugin_start(cx, plugin) == SL_OK)
            continue;
        sl_log(cx, plugin->required ? SL_LOG_ERROR : SL_LOG_WARNING, "plugin refused", "plugin",
               plugin->name, "reason", plugin->refusal);
        sl_plugins_drop_dependents(registry, plugin);
    }
    const char *message = grave_refusals(registry);
    return message ? sl_fail(cx, SL_E_INVALID, NULL, "%s", message) : SL_OK;
}

void sl_plugins_stop(sl_host *host)
{
    sl_registry *registry = host->registry;
    for (uint32_t i = registry ? registry->count : 0; i > 0; i--) {
        sl_plugin *plugin = &registry->plugins[i - 1];
        if (plugin->started && plugin->descriptor.stop)
            plugin->descriptor.stop(plugin);
        plugin->started = false;
    }
}

void sl_plugins_unload(sl_host *host)
{
    sl_registry *registry = host->registry;
    host->registry = NULL;
    for (uint32_t i = registry ? registry->count : 0; i > 0; i--)
        sl_plugin_close(&registry->plugins[i - 1]);
    if (registry)
        sl_context_free(registry->cx);
}

int32_t sl_plugins_command(sl_context *cx, const char *name, int32_t argument_count,
                           const char *const *arguments)
{
    const sl_plugin *plugin = NULL;
    const sl_command *command = sl_registry_command(cx->host->registry, name, &plugin);
    if (!command)
        return -1;
    const char *before = sl_plugin_enter(cx, plugin->name);
    int32_t code = command->run(cx, argument_count, arguments);
    sl_plugin_enter(cx, before);
    return code;
}

uint32_t sl_plugins_migrations(const sl_registry *registry, const sl_migration_folder **ret_folders)
{
    sl_migration_folder *folders =
        sl_alloc(registry->cx, (registry->count + 1u) * sizeof(*folders));
    uint32_t count = 0;
    for (uint32_t i = 0; i < registry->count; i++) {
        const sl_plugin *plugin = &registry->plugins[i];
        if (plugin->active && plugin->descriptor.migrations)
            folders[count++] = (sl_migration_folder){ .owner = plugin->name,
                                                      .path = plugin->descriptor.migrations };
    }
    *ret_folders = folders;
    return count;
}
