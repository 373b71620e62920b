/*
 * flags.h: the flags of one command, from a table.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_FLAGS_H
#define STRIPE_LITE_CORE_APP_FLAGS_H

#include "core/app/app.h"

#define SL_FLAG_MANY 16

/* One flag: `text` for one that takes a value, `many` (SL_FLAG_MANY + 1 texts, NULL-terminated) for one that may be repeated,
 * `on` for a switch. */
typedef struct sl_flag_row {
    const char *name; /* "--port" */
    const char **text;
    const char **many;
    bool *on;
} sl_flag_row;

/* Reads the invocation's arguments; what is no flag goes to `ret_rest` (up to `rest_limit`, NULL-terminated). False after saying on stderr
 * what is wrong: unknown flag, missing value, too many words. Tables end with a NULL name. since 1.0 [start-up only] */
bool sl_flags_read(const sl_invocation *invocation, const sl_flag_row *flags, const char **ret_rest,
                   size_t rest_limit);

#endif
