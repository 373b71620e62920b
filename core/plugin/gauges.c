/*
 * gauges.c: numbers about stored data, read from the database when somebody looks at /metrics.
 *
 * They are the same on every node of a database, so whoever adds them up over nodes counts double: take the greatest. While the
 * database is away they stay as they were last.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/base/metrics.h"
#include "core/database/database.h"
#include "core/plugin/registry.h"

/* Milliseconds for all of them together; who scrapes usually waits for ten seconds. */
#define PATIENCE 2000

/* The statement's number for a value of the label; 0 without a row. */
static int64_t number_of(const sl_gauge *gauge, const sl_rows *rows, const char *value, int64_t now)
{
    for (uint32_t i = 0; i < sl_rows_count(rows); i++) {
        const char *text = sl_rows_text(rows, i, 0);
        int64_t number = sl_rows_int(rows, i, 1);
        if (!text || strcmp(text, value) != 0 || number == SL_NONE)
            continue;
        if (!(gauge->flags & SL_GAUGE_AGE))
            return number;
        return now > number ? now - number : 0;
    }
    return 0;
}

static sl_status gauge_read(sl_context *cx, const sl_gauge *gauge)
{
    sl_rows *rows = NULL;
    sl_status status = sl_query_all(cx, gauge->sql, SL_NO_ARGS, &rows);
    if (status != SL_OK)
        return status;
    int64_t now = sl_clock_unix();
    for (const char *const *value = gauge->values; *value; value++)
        sl_metric_set(gauge->name, gauge->label, *value, number_of(gauge, rows, *value, now));
    return SL_OK;
}

void sl_gauges_read(sl_context *cx)
{
    const sl_registry *registry = cx->host->registry;
    int64_t deadline = cx->deadline;
    int64_t own = sl_clock_monotonic_ms() + PATIENCE;
    if (deadline == 0 || own < deadline)
        cx->deadline = own;
    for (uint32_t i = 0; registry && i < registry->count; i++) {
        const sl_plugin *plugin = &registry->plugins[i];
        const sl_gauge *gauge = plugin->active ? plugin->descriptor.gauges : NULL;
        for (; gauge && gauge->name; gauge++) {
            if (gauge_read(cx, gauge) == SL_OK)
                continue;
            sl_log(cx, SL_LOG_WARNING, "gauge could not be read", "gauge", gauge->name, "reason",
                   sl_error_message(cx) ? sl_error_message(cx) : "");
            sl_error_clear(cx);
        }
    }
    cx->deadline = deadline;
}
