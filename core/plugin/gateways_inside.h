/*
 * gateways_inside.h: what the gateway files share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_PLUGIN_GATEWAYS_INSIDE_H
#define STRIPE_LITE_CORE_PLUGIN_GATEWAYS_INSIDE_H

#include "core/plugin/gateways.h"

struct sl_gateways {
    sl_arena *arena;
    struct sl_gateway *first; /* by priority, highest first */
    int64_t timeout_ms;
    bool production;
    const char *listener_plugin;
    const bool *listener_active;
    sl_status (*listener)(sl_context *cx, const sl_gateway_notice *notice);
};

#endif
