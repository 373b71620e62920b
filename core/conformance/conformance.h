/*
 * conformance.h: whether a gateway adapter behaves, found by calling it while its gateway is played to it.
 *
 * See <stripe_lite/conformance.h> for what an adapter tells of its gateway. The checks are a table in suite.c; each has a
 * short name for machines and a sentence for people. They run in a host that is fully started, with the adapter's plugin loaded and
 * its `api_base` leading to the upstream.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_CONFORMANCE_CONFORMANCE_H
#define STRIPE_LITE_CORE_CONFORMANCE_CONFORMANCE_H

#include <stripe_lite/conformance.h>
#include <stripe_lite/plugin.h>

#include "core/conformance/upstream.h"
#include "core/plugin/gateways.h"

#define SL_CONFORMANCE_PASSED 0
#define SL_CONFORMANCE_FAILED 1
#define SL_CONFORMANCE_SKIPPED 2 /* this adapter has nothing of the kind; the reason says what */

typedef struct sl_conformance {
    const char *plugin;      /* whose gateways */
    const char *log;         /* the file that everything is logged to, as JSON */
    const sl_field *options; /* the plugin's, to know what is secret; or NULL */
    sl_upstream *upstream;
    void (*begin)(void *data, const char *gateway, const char *check, const char *sentence);
    void (*end)(void *data, int32_t result, const char *reason); /* reason NULL: passed */
    void *data;
} sl_conformance;

/* Runs every check on every gateway of the plugin that describes its upstream; how many failed. since 1.0 [suspends] */
uint32_t sl_conformance_run(sl_context *cx, const sl_conformance *about);

/* The settings file that a check needs: the plugin at `path` with the options that it describes for the check, a database and a
 * log in `folder`; `beside`: names of further plugins, NULL-ended, or NULL. since 1.0 [no-suspend] */
const char *sl_conformance_settings(sl_context *cx, const sl_plugin_descriptor *descriptor,
                                    const char *path, const char *folder, const char *const *beside,
                                    const sl_upstream *upstream);

/* The gateway's description, NULL when it has none. since 1.0 [no-suspend] */
const sl_gateway_conformance *sl_conformance_of(const sl_gateway_type *type);

#endif
