/*
 * command.c: a plugin with a command.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static int32_t count(sl_context *cx, int32_t argument_count, const char *const *arguments)
{
    (void)cx;
    return argument_count == 2 && arguments[1] ? 40 + argument_count : 1;
}

static const sl_command commands[] = { { .name = "count", .summary = "Counts", .run = count },
                                       SL_COMMANDS_END };

SL_PLUGIN(.name = "command", .version = "1.0.0", .summary = "One command", .commands = commands)
