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

struct sl_breaker;
struct sl_gateway_rule;

/* A gateway's part in this process. */
struct sl_gateway_load {
    uint32_t calls;             /* that wait for its answer */
    struct sl_breaker *breaker; /* shared by the node's workers; NULL: it has none */
};

/* A rule with its gateways found. */
struct gateway_rule {
    const struct sl_gateway_rule *rule;
    const struct sl_gateway *gateways[SL_GATEWAY_PLAN_MOST];
};

struct sl_gateways {
    sl_arena *arena;
    struct sl_gateway *first; /* by priority, highest first */
    int64_t timeout_ms;
    int64_t breaker_failures; /* 0: no breaker */
    int64_t breaker_pause_ms;
    uint32_t concurrency; /* calls to one gateway at once */
    bool production;
    const struct gateway_rule *rules;
    uint32_t rule_count;
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

/* Whether the gateway may be used in this context's mode for a payment of such a currency and method (NULL: any).
 * [no-suspend] */
bool sl_gateway_fits(const sl_context *cx, const sl_gateway *gateway, const char *currency,
                     const char *method);
/* gateway_breaker.c. Gives a new gateway the breaker of its name, unless it only plays. [start-up only] */
void sl_gateway_breaker_set(const sl_gateways *gateways, sl_gateway *gateway);

/* Why a call to the gateway is not made, or NULL: it is counted then, and ends with sl_gateway_leave. The breaker is about calls
 * that move money: an adapter may know a card's name by itself, which says nothing of its gateway. [no-suspend] */
const char *sl_gateway_enter(sl_context *cx, const sl_gateway *gateway, bool moves_money);
void sl_gateway_leave(const sl_gateway *gateway);

/* Tells the breaker how a call ended: with any answer, or without one. [no-suspend] */
void sl_gateway_learn(sl_context *cx, const sl_gateway *gateway, bool answered);

#endif
