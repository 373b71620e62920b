/*
 * settings_routes.h: the account's faults, set and shown.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SETTINGS_ROUTES_H
#define SETTINGS_ROUTES_H

#include <stripe_lite/route.h>

struct settings_params {
    int64_t latency_ms;
    int64_t webhook_delay_ms;
    const char *error_rate;
    const char *drop_answer_rate;
    const char *webhook_duplicate_rate;
    const char *webhook_reorder_rate;
};
extern const sl_field settings_params_fields[];

/* since 1.0 [suspends] */
sl_status settings_show(sl_context *cx, const void *params);
sl_status settings_set(sl_context *cx, const void *params);

#endif
