/*
 * serve.h: the handlers behind every resource's own routes, and rendering with expansions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_RESOURCE_SERVE_H
#define STRIPE_LITE_CORE_RESOURCE_SERVE_H

#include <stripe_lite/resource.h>

/* Handlers; the resource is cx->resource, the parameters a sl_list_query. since 1.0 [suspends] */
sl_status sl_serve_list(sl_context *cx, const void *params);
sl_status sl_serve_search(sl_context *cx, const void *params);
sl_status sl_serve_retrieve(sl_context *cx, const void *params);

/* Whether the request's `expand` is a list of property names of at most four levels: asked before the handler runs, because
 * after a gateway was called it is too late to refuse. SL_E_INVALID. since 1.0 [no-suspend] */
sl_status sl_expansion_check(sl_context *cx) SL_MUST_CHECK;

/* The request's `expand` as a tree; `below` is what stands before an object's own members ("data" for lists), or NULL. NULL tree
 * when nothing was asked for. SL_E_INVALID past four levels. since 1.0 [no-suspend] */
sl_status sl_expansion_parse(sl_context *cx, const char *below,
                             sl_expansion **ret_wanted) SL_MUST_CHECK;

/* Renders the rows as finished objects with their expansions: one query for each level and type below a path, whatever the
 * number of rows. Objects that the caller may not retrieve are refused (SL_E_FORBIDDEN) or, when they are another customer's,
 * stay ids. A property that no object offers is SL_E_INVALID, unless the request has committed already: then the object stands
 * without it. `ret_texts` has one text a row. since 1.0 [suspends] */
sl_status sl_render_rows(sl_context *cx, const sl_resource *resource, sl_list rows,
                         sl_expansion *wanted, const char **ret_texts) SL_MUST_CHECK;

#endif
