/*
 * commands.h: the commands of this plugin.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "webhook_endpoints.h"

/* The exit code. [suspends], all of these */
int32_t resend_command(sl_context *cx, int32_t count, const char *const *words);
int32_t listen_command(sl_context *cx, int32_t count, const char *const *words);
int32_t trigger_command(sl_context *cx, int32_t count, const char *const *words);

#endif
