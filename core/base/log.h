/*
 * log.h: how lines are written; what writes them is in <stripe_lite/log.h>.
 *
 * One write(2) a line on the standard error, so that lines of several workers never mix. Text lines:
 *   2026-01-31T12:00:00.123Z INFO gateway answered gateway=simulator outcome="not sent" request_id=req_1 account=acct_1
 * JSON lines have the members time, level, message, request_id, account, plugin, and then the pairs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_LOG_H
#define STRIPE_LITE_CORE_BASE_LOG_H

#include <stripe_lite/log.h>

#define SL_LOG_TEXT 0
#define SL_LOG_JSON 1

/* Lines below `level` are dropped; `format` is SL_LOG_TEXT or SL_LOG_JSON. Before the first call: info, text.
 * since 1.0 [no-suspend] */
void sl_log_configure(int32_t level, int32_t format);

/* Lines go to `descriptor` from now on (2 at the start). since 1.0 [no-suspend] */
void sl_log_output(int descriptor);

/* Where lines go, and how they are written. since 1.0 [no-suspend, async-signal-safe] */
int sl_log_descriptor(void);
int32_t sl_log_format(void);

/* SL_LOG_... of "debug", "info", "warning" or "error"; -1 for another text. since 1.0 [no-suspend] */
int32_t sl_log_level_of(const char *name);

/* Whether a line of `level` would be written: to spare the work of making it. since 1.0 [no-suspend] */
bool sl_log_on(int32_t level);

#endif
