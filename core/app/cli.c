/*
 * cli.c: from the words of the command line to a command.
 *
 * Results go to stdout, messages to stderr. A command that no row knows may be a plugin's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/app/cli.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include <stripe_lite/stripe_lite.h>

#include "core/base/context.h"
#include "core/plugin/loader.h"

static const sl_command_row commands[] = {
    { "serve", "[--host H] [--port P] [--workers N|auto] [--reload]",
      "Serves; migrates the database first", sl_command_serve },
    { "migrate", "[--check]", "Applies the migrations that are missing; --check only counts them",
      sl_command_migrate },
    { "config", "check|show [--json]", "Checks the settings, or shows them with secrets masked",
      sl_command_config },
    { "plugins", "list [--json]", "Lists the plugins and why one is not loaded",
      sl_command_plugins },
    { "plugin", "check FILE.so [--json]",
      "Checks a plugin's descriptor, and its gateways against gateways that are played to them",
      sl_command_plugin },
    { "keys",
      "create [--kind K] [--role R] [--scope S]... [--account A] [--name N] [--live] | list [--account A] [--json] | "
      "rotate KEY [--grace SECONDS] | revoke KEY",
      "Makes, lists, rotates and ends API keys; a new key is shown once, alone on stdout",
      sl_command_keys },
    { "verify", "[--json]", "Checks the stored invariants; lists what is broken",
      sl_command_verify },
    { "routes", "[--json]", "Lists every route with its access", sl_command_routes },
    { "openapi", "", "Writes the OpenAPI document", sl_command_openapi },
    { "version", "", "Says the version", sl_command_version },
};

static int usage_all(FILE *out)
{
    fprintf(out, "usage: stripe-lite [--config FILE] COMMAND\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fprintf(out,
            "\n`stripe-lite COMMAND --help` says how each is used. Plugins may add commands.\n");
    return out == stdout ? SL_EXIT_OK : SL_EXIT_USAGE;
}

static int usage_one(FILE *out, const sl_command_row *row)
{
    fprintf(out, "usage: stripe-lite [--config FILE] %s %s\n%s.\n", row->name, row->usage,
            row->summary);
    return out == stdout ? SL_EXIT_OK : SL_EXIT_USAGE;
}

static const sl_command_row *command_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

int sl_cli_usage(const char *command)
{
    return usage_one(stderr, command_find(command));
}

int sl_cli_fail(const sl_context *cx)
{
    fprintf(stderr, "stripe-lite: %s\n",
            sl_error_message(cx) ? sl_error_message(cx) : "the command failed");
    return SL_EXIT_NO;
}

/* ---- settings ---- */

/* The names of the bundled plugins are the names of the files in their folder. */
const char *const *sl_cli_plugins_bundled(const sl_invocation *invocation)
{
    size_t count = 0;
    size_t capacity = 64;
    const char **names = sl_arena_alloc(invocation->arena, capacity * sizeof *names);
    DIR *folder = opendir(invocation->paths.plugins);
    for (struct dirent *entry; folder && (entry = readdir(folder)) && count + 1 < capacity;) {
        size_t length = strlen(entry->d_name);
        if (length > 3 && strcmp(entry->d_name + length - 3, ".so") == 0)
            names[count++] = sl_arena_copy(invocation->arena, entry->d_name, length - 3);
    }
    if (folder)
        closedir(folder);
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0 && strcmp(names[j - 1], names[j]) > 0; j--) {
            const char *name = names[j];
            names[j] = names[j - 1];
            names[j - 1] = name;
        }
    return names;
}

int sl_cli_settings(sl_invocation *invocation, const sl_setting_flag *flags)
{
    extern char **environ;
    sl_setting_sources sources = { .file = invocation->config,
                                   .dotenv = ".env",
                                   .environment = (const char *const *)environ,
                                   .flags = flags,
                                   .bundled = sl_cli_plugins_bundled(invocation) };
    sl_settings *settings = NULL;
    sl_status status = sl_settings_load(&sources, &settings);
    if (status == SL_OK)
        status = sl_settings_check_environment(settings, false);
    int code = SL_EXIT_CONFIG;
    for (uint32_t i = 0; i < settings->message_count; i++) {
        fprintf(stderr, "stripe-lite: %s%s\n", settings->messages[i].warning ? "warning: " : "",
                settings->messages[i].text);
        /* What a flag says is the command line's fault. */
        if (!settings->messages[i].warning && strncmp(settings->messages[i].text, "--", 2) == 0)
            code = SL_EXIT_USAGE;
    }
    if (status != SL_OK) {
        sl_settings_free(settings);
        return code;
    }
    invocation->settings = settings;
    sl_dumps_forbid(settings);
    return sl_log_begin(settings) ? SL_EXIT_OK : SL_EXIT_CONFIG;
}

/* ---- a plugin's own command ---- */

static int plugin_command(sl_context *cx, sl_process *process, void *data)
{
    (void)process;
    const sl_invocation *invocation = data;
    int32_t code = sl_plugins_command(cx, invocation->arguments[-1], invocation->argument_count,
                                      invocation->arguments);
    if (code >= 0)
        return code;
    fprintf(stderr, "stripe-lite: unknown command '%s'\n", invocation->arguments[-1]);
    return usage_all(stderr);
}

static int command_run(sl_invocation *invocation, const char *name)
{
    const sl_command_row *row = command_find(name);
    for (int32_t i = 0; row && i < invocation->argument_count; i++)
        if (strcmp(invocation->arguments[i], "--help") == 0)
            return usage_one(stdout, row);
    if (row)
        return row->run(invocation);
    int code = sl_cli_settings(invocation, NULL);
    return code == SL_EXIT_OK
               ? sl_process_run(invocation, SL_HOST_STARTED, 0, plugin_command, invocation)
               : code;
}

/* Reads what stands before the command. False when that was all, `ret_code` is then the exit code. */
static bool global_flags_read(sl_invocation *invocation, int argument_count, char **arguments,
                              int *at, int *ret_code)
{
    for (; *at < argument_count && arguments[*at][0] == '-'; (*at)++) {
        const char *flag = arguments[*at];
        if (strcmp(flag, "--help") == 0) {
            *ret_code = usage_all(stdout);
            return false;
        }
        if (strcmp(flag, "--version") == 0) {
            *ret_code = sl_command_version(invocation);
            return false;
        }
        if (strncmp(flag, "--config=", 9) == 0) {
            invocation->config = flag + 9;
        } else if (strcmp(flag, "--config") == 0 && *at + 1 < argument_count) {
            invocation->config = arguments[++*at];
        } else {
            fprintf(stderr, "stripe-lite: unknown flag %s\n", flag);
            *ret_code = usage_all(stderr);
            return false;
        }
    }
    if (*at < argument_count)
        return true;
    *ret_code = usage_all(stderr);
    return false;
}

int sl_app_main(int argument_count, char **arguments)
{
    sl_invocation invocation = { .arena = sl_arena_new() };
    int at = 1;
    int code = SL_EXIT_USAGE;
    invocation.paths = sl_paths_find(invocation.arena);
    if (global_flags_read(&invocation, argument_count, arguments, &at, &code)) {
        invocation.arguments = (const char *const *)&arguments[at + 1];
        invocation.argument_count = argument_count - at - 1;
        code = command_run(&invocation, arguments[at]);
    }
    sl_settings_free((sl_settings *)invocation.settings);
    sl_arena_free(invocation.arena);
    return code;
}
