/*
 * cli.h: the commands of the program, one row each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_CLI_H
#define STRIPE_LITE_CORE_APP_CLI_H

#include "core/app/app.h"
#include "core/config/settings.h"

typedef struct sl_command_row {
    const char *name;    /* "keys" */
    const char *usage;   /* what follows the name */
    const char *summary; /* one line */
    int (*run)(sl_invocation *invocation);
} sl_command_row;

/* Reads the settings with these flags on top into the invocation; SL_EXIT_CONFIG after writing every fault to stderr,
 * SL_EXIT_USAGE when a flag is at fault.
 * since 1.0 [start-up only] */
int sl_cli_settings(sl_invocation *invocation, const sl_setting_flag *flags);

/* The names of the bundled plugins, sorted, NULL-ended. since 1.0 [start-up only] */
const char *const *sl_cli_plugins_bundled(const sl_invocation *invocation);

/* Says how a command is used, on stderr; SL_EXIT_USAGE. since 1.0 [start-up only] */
int sl_cli_usage(const char *command);

/* Writes the context's error on stderr; SL_EXIT_NO. since 1.0 [no-suspend] */
int sl_cli_fail(const sl_context *cx);

/* The commands; each file holds those of its subject. */
int sl_command_serve(sl_invocation *invocation);
int sl_command_migrate(sl_invocation *invocation);
int sl_command_config(sl_invocation *invocation);
int sl_command_plugins(sl_invocation *invocation);
int sl_command_plugin(sl_invocation *invocation);
int sl_command_keys(sl_invocation *invocation);
int sl_command_verify(sl_invocation *invocation);
int sl_command_routes(sl_invocation *invocation);
int sl_command_openapi(sl_invocation *invocation);
int sl_command_version(sl_invocation *invocation);

#endif
