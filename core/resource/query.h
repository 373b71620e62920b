/*
 * query.h: what a list or search request asks for, and the SQL that answers it.
 *
 * Pages are keyset pages over (created, id): their cost does not depend on their depth, and inserts do not move them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_RESOURCE_QUERY_H
#define STRIPE_LITE_CORE_RESOURCE_QUERY_H

#include <stripe_lite/resource.h>

#define SL_LIST_FILTERS 12
#define SL_QUERY_ARGUMENTS 64

/* Parameters of the routes that core serves for resources. */
typedef struct sl_list_query {
    const char *id;
    int64_t limit;
    const char *starting_after;
    const char *ending_before;
    const char *created; /* JSON: a number, a text or a range object */
    const char *query;
    const char *page;
    const char *filters[SL_LIST_FILTERS];
    sl_list any; /* of texts: what the filter of type SL_TYPE_LIST is given */
} sl_list_query;

/* A condition under construction: "a = $2 AND b > $3" and its arguments. */
typedef struct sl_condition_text {
    sl_context *cx;
    const char *text; /* "" while there is none */
    sl_argument arguments[SL_QUERY_ARGUMENTS];
    uint32_t count;
} sl_condition_text;

/* One page of rows. */
typedef struct sl_page {
    sl_list rows;
    bool has_more;
} sl_page;

/* The table's field of this name, or NULL. since 1.0 [no-suspend] */
const sl_field *sl_table_column(const sl_table *table, const char *name);

/* Values of a row by column: only of the matching C type. since 1.0 [no-suspend] */
int64_t sl_row_number(const sl_table *table, const void *row, const char *column);
const char *sl_row_string(const sl_table *table, const void *row, const char *column);

/* Whether a caller that is confined to a customer may see this row; all others may. since 1.0 [no-suspend] */
bool sl_row_is_visible(const sl_context *cx, const sl_resource *resource, const void *row);

/* Adds an argument and returns its number, as in "$7". since 1.0 [no-suspend] */
uint32_t sl_condition_argument(sl_condition_text *condition, sl_argument argument);

/* Adds " AND <printf text>". since 1.0 [no-suspend] */
void sl_condition_and(sl_condition_text *condition, const char *format, ...) SL_PRINTF(2, 3);

/* Adds what always confines this resource: its `where` for lists, and the caller's customer. since 1.0 [no-suspend] */
void sl_condition_confine(sl_condition_text *condition, const sl_resource *resource);

/* Adds the created range, given as the JSON that stood in the request. SL_E_INVALID naming `created`. since 1.0 [no-suspend] */
sl_status sl_condition_created(sl_condition_text *condition,
                               const char *created_json) SL_MUST_CHECK;

/* Runs the page: cursors, order, limit. since 1.0 [suspends] */
sl_status sl_page_load(sl_context *cx, const sl_resource *resource, sl_condition_text *condition,
                       const sl_list_query *query, sl_page *ret_page) SL_MUST_CHECK;

/* The same of the rows whose column is any of query->any. SL_E_INVALID naming the filter for too many. since 1.0 [suspends] */
sl_status sl_page_load_any(sl_context *cx, const sl_resource *resource,
                           const sl_condition_text *condition, const sl_filter *filter,
                           const sl_list_query *query, sl_page *ret_page) SL_MUST_CHECK;

/* How many rows a page has at most. since 1.0 [no-suspend] */
uint32_t sl_page_limit(const sl_list_query *query);

/* Adds what a search text asks for. SL_E_INVALID naming `query`. since 1.0 [no-suspend] */
sl_status sl_search_condition(sl_condition_text *condition, const sl_resource *resource,
                              const char *query) SL_MUST_CHECK;

#endif
