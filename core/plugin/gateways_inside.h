/*
 * gateways_inside.h: what the gateway files share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_PLUGIN_GATEWAYS_INSIDE_H
#define STRIPE_LITE_CORE_PLUGIN_GATEWAYS_INSIDE_H

#include "core/plugin/gateways.h"

/* Who owns a type of objects that gateways tell about. */
struct sl_gateway_owner {
    const sl_gateway_object_type *type;
    const char *plugin;
    const bool *active;
    struct sl_gateway_owner *next;
};

struct sl_gateways {
    sl_arena *arena;
    struct sl_gateway *first; /* by priority, highest first */
    int64_t timeout_ms;
    bool production;
    const char *listener_plugin;
    const bool *listener_active;
    sl_status (*listener)(sl_context *cx, const sl_gateway_notice *notice);
    struct sl_gateway_owner *owners;
};

/* Around every call of an adapter that may call out: nothing pending before, a deadline, nothing left pending behind. */
struct sl_gateway_call_state {
    const char *plugin;
    int64_t deadline;
    int64_t start; /* monotonic microseconds */
};

/* SL_E_INTERNAL with the error filled when writes are pending. [no-suspend] */
sl_status sl_gateway_call_allowed(sl_context *cx, const sl_gateway *gateway) SL_MUST_CHECK;
struct sl_gateway_call_state sl_gateway_call_begin(sl_context *cx, const sl_gateway *gateway);
void sl_gateway_call_end(sl_context *cx, const sl_gateway *gateway, const char *operation,
                         const struct sl_gateway_call_state *call);

/* What the host answers for an operation that an adapter lacks. [no-suspend] */
sl_status sl_gateway_unsupported(sl_context *cx, const sl_gateway *gateway, const char *operation);

/* The active gateway of this name, or NULL. [no-suspend] */
const sl_gateway *sl_gateways_named(const sl_gateways *gateways, const char *name);

#endif
