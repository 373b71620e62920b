/*
 * gateways.h: the gateways of the loaded plugins, by priority, and who listens to what they tell.
 *
 * See <stripe_lite/gateway.h> for calling them. An adapter is trusted with card data and with nothing else: what it returns is
 * checked before anyone decides by it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_PLUGIN_GATEWAYS_H
#define STRIPE_LITE_CORE_PLUGIN_GATEWAYS_H

#include <stripe_lite/gateway.h>

#include "core/base/context.h"

typedef struct sl_gateways sl_gateways;

struct sl_gateway {
    sl_gateway_type type;
    sl_gateway_operations operations; /* filled up to today's size */
    const char *plugin;
    const bool *active;
    const void *options; /* the plugin's */
    struct sl_gateway_load *load;
    struct sl_gateway *next;
};

/* How gateways are asked: the settings of gateway.… */
typedef struct sl_gateways_options {
    int64_t timeout_ms; /* of every call */
    int64_t breaker_failures;
    int64_t breaker_pause_ms;
    uint32_t concurrency;
    bool production; /* test-only gateways are refused in live mode */
} sl_gateways_options;

/* since 1.0 [start-up only] */
sl_gateways *sl_gateways_new(const sl_gateways_options *options);
void sl_gateways_free(sl_gateways *gateways);

/* since 1.0 [start-up only] */
void sl_gateways_add(sl_gateways *gateways, const char *plugin, const bool *active,
                     const void *options, const sl_gateway_type *type);
void sl_gateways_listen(sl_gateways *gateways, const char *plugin, const bool *active,
                        sl_status (*listener)(sl_context *cx, const sl_gateway_notice *notice));

void sl_gateways_own(sl_gateways *gateways, const char *plugin, const bool *active,
                     const sl_gateway_object_type *type);

/* Takes the routing rules, whose gateways must be there by now: NULL, or a sentence for each that is not. since 1.0
 * [start-up only] */
struct sl_gateway_rules;
const char *sl_gateways_route(sl_gateways *gateways, const struct sl_gateway_rules *rules);

/* Makes the memory in which the node's workers share what they know of gateways; called once by the master before it forks.
 * Without it each process knows for itself. False when the system refuses. since 1.0 [start-up only] */
bool sl_breakers_share(void);

/* The member `gateways` of /health, into the object that is open. since 1.0 [no-suspend] */
void sl_gateways_health_write(sl_json *out, const sl_gateways *gateways);

/* The i-th by priority, active or not; NULL past the last: for `plugins list` and the health page. since 1.0 [no-suspend] */
const sl_gateway *sl_gateways_at(const sl_gateways *gateways, uint32_t index);

/* Whether the gateway that live payments would go to moves no real money. since 1.0 [no-suspend] */
bool sl_gateways_simulated(const sl_gateways *gateways);

/* An outcome's kind as a word: "approved", ...; never NULL. since 1.0 [no-suspend] */
const char *sl_gateway_kind_name(int32_t kind);

#endif
