/*
 * router.h: which route a method and path mean.
 *
 * Patterns are "METHOD /segments/{names}"; "{name...}" as the last one takes the rest of the path. A plain segment wins over a
 * named one, and a path with a slash at its end is another path.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_ROUTER_H
#define STRIPE_LITE_CORE_HTTP_ROUTER_H

#include <stripe_lite/resource.h>

#include "core/base/arena.h"

#define SL_ROUTE_NAMES 8

typedef struct sl_router sl_router;

typedef struct sl_route_entry {
    const sl_route *route;
    const sl_resource *resource; /* whose own route it is, or NULL */
    const char *plugin;
    const char *method;
    const char *path;                  /* "/v1/refunds/{id}" */
    const char *names[SL_ROUTE_NAMES]; /* of the path's members, in order */
    uint32_t name_count;
    int32_t face;
    bool *waits_outside; /* for a gateway: learnt from its requests */
} sl_route_entry;

typedef struct sl_match {
    const sl_route_entry *entry; /* NULL: no such path, or not with this method */
    const char *values[SL_ROUTE_NAMES];
    uint32_t allowed; /* methods that the path has, as bits for sl_router_allow */
} sl_match;

/* since 1.0 [start-up only] */
sl_router *sl_router_new(sl_arena *arena);
/* NULL, or a sentence about why the pattern is refused. */
const char *sl_router_add(sl_router *router, const sl_route *route, const sl_resource *resource,
                          const char *plugin);

/* Finds what `path`, still encoded, means; the values of its members are decoded into `arena`. HEAD finds GET. 0, or 404, 405, or
 * 400 for percent signs or bytes that are no text. since 1.0 [no-suspend] */
int sl_router_match(const sl_router *router, sl_arena *arena, const char *method, const char *path,
                    sl_match *ret_match);

/* "GET, HEAD, OPTIONS" of allowed methods. since 1.0 [no-suspend] */
const char *sl_router_allow(sl_arena *arena, uint32_t allowed);

/* Every entry, by path and method; NULL past the last. since 1.0 [no-suspend] */
const sl_route_entry *sl_router_at(const sl_router *router, uint32_t index);

/* A decoded copy of percent-encoded text; `plus`: a plus sign is a blank. NULL for a bad percent sign, NUL or invalid UTF-8.
 * since 1.0 [no-suspend] */
char *sl_text_decode(sl_arena *arena, const char *text, size_t length, bool plus);

#endif
