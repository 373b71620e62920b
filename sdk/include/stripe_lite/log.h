/*
 * log.h: structured log lines and metrics.
 *
 * A line has an event name and pairs; request id, account and plugin are added. Values that look like card numbers or keys
 * are masked, whatever the name. Metrics live in memory shared by the node's workers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_LOG_H
#define STRIPE_LITE_LOG_H

#include <stripe_lite/context.h>

SL_BEGIN_DECLS

#define SL_LOG_DEBUG 0
#define SL_LOG_INFO 1
#define SL_LOG_WARNING 2
#define SL_LOG_ERROR 3

/* sl_log(cx, SL_LOG_INFO, "gateway answered", "gateway", name, "outcome", text): name and value texts in pairs; `cx` may be
 * NULL. since 1.0 [no-suspend] */
SL_API void sl_log_pairs(const sl_context *cx, int32_t level, const char *message, ...);
#define sl_log(cx, level, ...) sl_log_pairs((cx), (level), __VA_ARGS__, (const char *)NULL)

/* `text` without card numbers, keys and client secrets, as in a log line: for what strangers sent and is to be stored.
 * since 1.0 [no-suspend] */
SL_API const char *sl_masked(sl_context *cx, const char *text);

/* Adds to a counter named as Prometheus does ("stripe_lite_payments_total") with one label or NULL. since 1.0 [no-suspend] */
SL_API void sl_metric_add(const char *name, const char *label, const char *label_value,
                          int64_t amount);

/* Sets a gauge, a value that goes up and down ("stripe_lite_queue_waiting"), with one label or NULL. since 1.0 [no-suspend] */
SL_API void sl_metric_set(const char *name, const char *label, const char *label_value,
                          int64_t value);

/* Observes a duration in a histogram ("stripe_lite_gateway_seconds"). since 1.0 [no-suspend] */
SL_API void sl_metric_observe(const char *name, const char *label, const char *label_value,
                              int64_t microseconds);

SL_END_DECLS
#endif
