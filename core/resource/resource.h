/*
 * resource.h: every resource of the loaded plugins, and the routes that core serves for them.
 *
 * A resource is known by its plugin's pointer and by its type. Its routes are ordinary ones (sl_route) whose handlers find the
 * resource in the context, where core/http puts it when it dispatches.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_RESOURCE_RESOURCE_H
#define STRIPE_LITE_CORE_RESOURCE_RESOURCE_H

#include <stripe_lite/resource.h>

#include "core/base/context.h"

typedef struct sl_resources sl_resources;

/* since 1.0 [start-up only] */
sl_resources *sl_resources_new(void);
void sl_resources_free(sl_resources *resources);

/* Adds a copy filled up to today's size. NULL, or a sentence saying why it is refused: no type, table without id or created, a
 * type that is there already. The sentence is owned by `resources`. since 1.0 [start-up only] */
const char *sl_resources_add(sl_resources *resources, const sl_resource *source);

/* The host's copy for a plugin's pointer, or for a type; NULL when unknown. since 1.0 [no-suspend] */
const sl_resource *sl_resources_find(const sl_resources *resources, const sl_resource *source);
const sl_resource *sl_resources_type(const sl_resources *resources, const char *type);

/* The resource of a `/v1` collection path, by index, for documents and tests; NULL past the last. since 1.0 [no-suspend] */
const sl_resource *sl_resources_at(const sl_resources *resources, uint32_t index);

/* The routes that core serves for a resource, at most SL_RESOURCE_ROUTES, ended by SL_ROUTES_END; owned by `resources`. The
 * dispatcher sets cx->resource to `resource` for them. since 1.0 [start-up only] */
#define SL_RESOURCE_ROUTES 6
const sl_route *sl_resources_routes(sl_resources *resources, const sl_resource *resource);

#endif
