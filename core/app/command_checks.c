/*
 * command_checks.c: the commands that look and change nothing: `config`, `plugins`, `verify`, `routes`, `openapi`,
 * `version`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include <stripe_lite/stripe_lite.h>

#include "core/app/cli.h"
#include "core/app/flags.h"
#include "core/base/context.h"
#include "core/database/database.h"
#include "core/http/server.h"
#include "core/plugin/loader.h"

int sl_command_version(sl_invocation *invocation)
{
    (void)invocation;
    printf("stripe-lite %s\n", sl_version());
    return SL_EXIT_OK;
}

/* ---- config ---- */

static int config_checked(sl_context *cx, sl_process *process, void *data)
{
    (void)data;
    int code = sl_worker_check(cx, process);
    if (code == SL_EXIT_OK)
        puts("the settings are fine");
    return code;
}

static const char *option_name(const char *plugin, uint32_t index, bool *ret_secret, void *data)
{
    const sl_registry *registry = data;
    for (uint32_t i = 0; i < registry->count; i++) {
        const sl_field *field = registry->plugins[i].descriptor.options;
        if (registry->plugins[i].refusal ||
            strcmp(registry->plugins[i].descriptor.name, plugin) != 0)
            continue;
        for (uint32_t at = 0; field && field->type != SL_TYPE_END; field++)
            if (at++ == index) {
                *ret_secret = field->secret;
                return field->name;
            }
    }
    return NULL;
}

static int config_show(sl_context *cx, sl_process *process, void *data)
{
    const bool *json = data;
    fputs(sl_settings_show(process->host.settings, cx->arena, *json, option_name,
                           process->host.registry),
          stdout);
    return SL_EXIT_OK;
}

int sl_command_config(sl_invocation *invocation)
{
    const char *rest[2] = { NULL };
    bool json = false;
    const sl_flag_row flags[] = { { .name = "--json", .on = &json }, { .name = NULL } };
    if (!sl_flags_read(invocation, flags, rest, 1) || !rest[0] ||
        (strcmp(rest[0], "check") != 0 && strcmp(rest[0], "show") != 0))
        return sl_cli_usage("config");
    int code = sl_cli_settings(invocation, NULL);
    if (code != SL_EXIT_OK)
        return code;
    return sl_process_run(invocation, SL_HOST_PLUGINS, 0,
                          strcmp(rest[0], "check") == 0 ? config_checked : config_show, &json);
}

/* ---- plugins ---- */

static int plugins_list(sl_context *cx, sl_process *process, void *data)
{
    const bool *json = data;
    const sl_registry *registry = process->host.registry;
    sl_json *out = sl_json_new(cx);
    sl_json_open_array(out, NULL);
    for (uint32_t i = 0; i < registry->count; i++) {
        const sl_plugin *plugin = &registry->plugins[i];
        sl_json_open(out, NULL);
        sl_json_string(out, "name", plugin->name);
        sl_json_string(out, "version", plugin->descriptor.version);
        sl_json_string(out, "summary", plugin->descriptor.summary);
        sl_json_string(out, "path", plugin->path);
        sl_json_bool(out, "loaded", !plugin->refusal);
        sl_json_string(out, "refusal", plugin->refusal);
        sl_json_close(out);
        if (!*json)
            printf("%-20s %-8s %s\n", plugin->name,
                   plugin->descriptor.version ? plugin->descriptor.version : "-",
                   plugin->refusal ? plugin->refusal : plugin->descriptor.summary);
    }
    sl_json_close_array(out);
    if (*json)
        puts(sl_json_text(out, NULL));
    return SL_EXIT_OK;
}

int sl_command_plugins(sl_invocation *invocation)
{
    const char *rest[2] = { NULL };
    bool json = false;
    const sl_flag_row flags[] = { { .name = "--json", .on = &json }, { .name = NULL } };
    if (!sl_flags_read(invocation, flags, rest, 1) || !rest[0] || strcmp(rest[0], "list") != 0)
        return sl_cli_usage("plugins");
    int code = sl_cli_settings(invocation, NULL);
    return code == SL_EXIT_OK ? sl_process_run(invocation, SL_HOST_PLUGINS, 0, plugins_list, &json)
                              : code;
}

/* ---- verify ---- */

typedef struct findings {
    bool json;
    uint32_t rules;
    uint32_t broken;
    sl_json *out;
} findings;

static sl_status invariant_check(sl_context *cx, const char *plugin, const sl_invariant *rule,
                                 findings *found)
{
    sl_rows *rows = NULL;
    sl_status status = sl_query_all(cx, rule->sql, SL_NO_ARGS, &rows);
    found->rules++;
    for (uint32_t i = 0; status == SL_OK && i < sl_rows_count(rows); i++) {
        const char *text = sl_rows_text(rows, i, 0);
        found->broken++;
        sl_json_open(found->out, NULL);
        sl_json_string(found->out, "plugin", plugin);
        sl_json_string(found->out, "rule", rule->name);
        sl_json_string(found->out, "violation", text);
        sl_json_close(found->out);
        if (!found->json)
            printf("%s: %s: %s\n", plugin, rule->name, text ? text : "");
    }
    return status;
}

static int verify_run(sl_context *cx, sl_process *process, void *data)
{
    findings *found = data;
    found->out = sl_json_new(cx);
    sl_json_open_array(found->out, NULL);
    for (uint32_t i = 0; i < process->host.registry->count; i++) {
        const sl_plugin *plugin = &process->host.registry->plugins[i];
        const sl_invariant *rule = plugin->refusal ? NULL : plugin->descriptor.invariants;
        for (; rule && rule->name; rule++)
            if (invariant_check(cx, plugin->descriptor.name, rule, found) != SL_OK)
                return sl_cli_fail(cx);
    }
    sl_json_close_array(found->out);
    if (found->json)
        puts(sl_json_text(found->out, NULL));
    else
        printf("%u rules checked, %u violations\n", found->rules, found->broken);
    return found->broken ? SL_EXIT_NO : SL_EXIT_OK;
}

int sl_command_verify(sl_invocation *invocation)
{
    const char *rest[1] = { NULL };
    findings found = { 0 };
    const sl_flag_row flags[] = { { .name = "--json", .on = &found.json }, { .name = NULL } };
    if (!sl_flags_read(invocation, flags, rest, 0))
        return sl_cli_usage("verify");
    int code = sl_cli_settings(invocation, NULL);
    return code == SL_EXIT_OK ? sl_process_run(invocation, SL_HOST_PLUGINS, 0, verify_run, &found)
                              : code;
}

/* ---- routes, openapi ---- */

static const char *const access_names[] = { "secret", "publishable", "open", "admin", "app" };

static int server_open(sl_context *cx, sl_process *process, sl_server **ret_server)
{
    const char *message = NULL;
    sl_server_options options = { .environment = process->invocation->settings->environment };
    if (sl_server_new(cx, &process->host, &options, ret_server, &message) == SL_OK)
        return SL_EXIT_OK;
    fprintf(stderr, "stripe-lite: %s\n", message);
    return SL_EXIT_CONFIG;
}

static int routes_list(sl_context *cx, sl_process *process, void *data)
{
    const bool *json = data;
    const char *plugin = NULL;
    sl_server *server = NULL;
    int code = server_open(cx, process, &server);
    if (code != SL_EXIT_OK)
        return code;
    sl_json *out = sl_json_new(cx);
    sl_json_open_array(out, NULL);
    for (uint32_t i = 0; sl_server_route(server, i, &plugin); i++) {
        const sl_route *route = sl_server_route(server, i, &plugin);
        const char *space = strchr(route->pattern, ' ');
        sl_json_open(out, NULL);
        sl_json_string(out, "method",
                       sl_copy(cx, route->pattern, (size_t)(space - route->pattern)));
        sl_json_string(out, "path", space + 1);
        sl_json_string(out, "access", access_names[route->access]);
        sl_json_bool(out, "customer", route->flags & SL_ROUTE_CUSTOMER);
        sl_json_string(out, "plugin", plugin);
        sl_json_string(out, "returns", route->returns);
        sl_json_string(out, "summary", route->summary);
        sl_json_close(out);
        if (!*json)
            printf("%-60s %-12s %-18s %s\n", route->pattern, access_names[route->access], plugin,
                   route->summary ? route->summary : "");
    }
    sl_json_close_array(out);
    if (*json)
        puts(sl_json_text(out, NULL));
    sl_server_free(server);
    return SL_EXIT_OK;
}

int sl_command_routes(sl_invocation *invocation)
{
    const char *rest[1] = { NULL };
    bool json = false;
    const sl_flag_row flags[] = { { .name = "--json", .on = &json }, { .name = NULL } };
    if (!sl_flags_read(invocation, flags, rest, 0))
        return sl_cli_usage("routes");
    int code = sl_cli_settings(invocation, NULL);
    return code == SL_EXIT_OK ? sl_process_run(invocation, SL_HOST_PLUGINS, 0, routes_list, &json)
                              : code;
}

static int openapi_write(sl_context *cx, sl_process *process, void *data)
{
    (void)data;
    sl_server *server = NULL;
    size_t length = 0;
    int code = server_open(cx, process, &server);
    if (code != SL_EXIT_OK)
        return code;
    const char *text = sl_server_openapi(server, &length);
    bool written = fwrite(text, 1, length, stdout) == length && putchar('\n') == '\n';
    sl_server_free(server);
    return written ? SL_EXIT_OK : SL_EXIT_NO;
}

int sl_command_openapi(sl_invocation *invocation)
{
    const char *rest[1] = { NULL };
    if (!sl_flags_read(invocation, NULL, rest, 0))
        return sl_cli_usage("openapi");
    int code = sl_cli_settings(invocation, NULL);
    return code == SL_EXIT_OK ? sl_process_run(invocation, SL_HOST_PLUGINS, 0, openapi_write, NULL)
                              : code;
}
