/*
 * prepare.c: what happens once before workers start: plugins are checked, the database migrated, bootstrap keys stored.
 *
 * It is a process of its own, so that what it loads is gone when the workers load it afresh.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include <stripe_lite/stripe_lite.h>

#include "core/app/app.h"
#include "core/app/cli.h"
#include "core/app/flags.h"
#include "core/auth/auth.h"
#include "core/base/context.h"
#include "core/database/database.h"
#include "core/plugin/gateways.h"
#include "core/plugin/loader.h"

/* Core's own migrations come first, then the plugins' in start order. */
static uint32_t folders_list(sl_context *cx, const sl_process *process,
                             sl_migration_folder **ret_folders)
{
    const sl_migration_folder *plugins = NULL;
    uint32_t count = sl_plugins_migrations(process->host.registry, &plugins);
    sl_migration_folder *folders = sl_alloc(cx, (count + 1) * sizeof *folders);
    folders[0] = (sl_migration_folder){ "core", sl_format(cx, "%s/core",
                                                          process->invocation->paths.migrations) };
    if (count)
        memcpy(folders + 1, plugins, count * sizeof *folders);
    *ret_folders = folders;
    return count + 1;
}

/* Real money must not go to a gateway that only plays: known once the gateways are loaded. */
static int gateways_check(const sl_process *process)
{
    sl_settings *settings = (sl_settings *)process->invocation->settings;
    uint32_t from = settings->message_count;
    bool simulated =
        sl_auth_livemode(process->host.auth) && sl_gateways_simulated(process->host.gateways);
    if (sl_settings_check_environment(settings, simulated) == SL_OK)
        return SL_EXIT_OK;
    for (uint32_t i = from; i < settings->message_count; i++)
        fprintf(stderr, "stripe-lite: %s\n", settings->messages[i].text);
    return SL_EXIT_CONFIG;
}

static int prepare(sl_context *cx, sl_process *process, void *data)
{
    uint32_t *applied = data;
    int code = gateways_check(process);
    if (code == SL_EXIT_OK)
        code = sl_worker_check(cx, process);
    if (code != SL_EXIT_OK)
        return code;
    sl_migration_folder *folders = NULL;
    uint32_t count = folders_list(cx, process, &folders);
    /* Containers start in any order. */
    if (sl_database_await(cx, process->invocation->settings->database_wait * 1000) != SL_OK)
        return sl_cli_fail(cx);
    if (sl_migrate(cx, folders, count, applied) != SL_OK || sl_auth_bootstrap(cx) != SL_OK)
        return sl_cli_fail(cx);
    return SL_EXIT_OK;
}

static int missing_count(sl_context *cx, sl_process *process, void *data)
{
    uint32_t missing = 0;
    sl_migration_folder *folders = NULL;
    (void)data;
    uint32_t count = folders_list(cx, process, &folders);
    if (sl_migrate_check(cx, folders, count, &missing) != SL_OK)
        return sl_cli_fail(cx);
    printf("%u migrations are missing\n", missing);
    return missing ? SL_EXIT_NO : SL_EXIT_OK;
}

int sl_prepare_run(const sl_invocation *invocation)
{
    uint32_t applied = 0;
    return sl_process_run(invocation, SL_HOST_PLUGINS, 0, prepare, &applied);
}

int sl_command_migrate(sl_invocation *invocation)
{
    const char *rest[1] = { NULL };
    bool check = false;
    uint32_t applied = 0;
    const sl_flag_row flags[] = { { .name = "--check", .on = &check }, { .name = NULL } };
    if (!sl_flags_read(invocation, flags, rest, 0))
        return sl_cli_usage("migrate");
    int code = sl_cli_settings(invocation, NULL);
    if (code != SL_EXIT_OK)
        return code;
    if (check)
        return sl_process_run(invocation, SL_HOST_PLUGINS, 0, missing_count, NULL);
    code = sl_process_run(invocation, SL_HOST_PLUGINS, 0, prepare, &applied);
    if (code == SL_EXIT_OK)
        printf("%u migrations applied\n", applied);
    return code;
}
