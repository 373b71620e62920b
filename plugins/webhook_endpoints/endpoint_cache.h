/*
 * endpoint_cache.h: which endpoints an account has, known in each worker so that an event costs no read.
 *
 * Told of a change (here or elsewhere) everything counts as unknown until it was read again. Where nothing is known the caller
 * leaves the question to a job.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENDPOINT_CACHE_H
#define ENDPOINT_CACHE_H

#include "webhook_endpoints.h"

struct known_endpoint {
    const char *id;
    const char *const *patterns; /* ended by NULL */
    bool works;                  /* its last delivery from this worker arrived */
};

struct known_endpoints {
    uint32_t count;
    struct known_endpoint *items;
    sl_shelf *shelf; /* holds them */
};

/* [start-up only] */
void endpoint_cache_start(sl_context *cx);

/* Once nothing runs any more. [no-suspend] */
void endpoint_cache_stop(void);

/* The enabled endpoints of the context's account, good until the next suspension; NULL when they are not known: then they are
 * being read. [no-suspend] */
struct known_endpoints *endpoints_known(sl_context *cx);

bool endpoint_wants(const struct known_endpoint *endpoint, const char *type);

/* [no-suspend] */
void endpoint_worked(sl_context *cx, const char *id, bool works);

#endif
