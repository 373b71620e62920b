/*
 * merge.c: a page of the rows that have any of several values in a column.
 *
 * Each value has a page of its own, which goes by the index of the column; the page is what is nearest to the cursor in all of
 * them. So the cost depends on the number of values, not on how deep the page lies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/context.h"
#include "core/resource/query.h"

#define VALUES_MOST 20

static bool is_repeated(const sl_list *values, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++) {
        if (strcmp(*SL_ITEM(*values, const char *, i), *SL_ITEM(*values, const char *, at)) == 0)
            return true;
    }
    return false;
}

static void ids_add(const sl_table *table, const sl_list *rows, sl_list *ids)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        const void *row = (const char *)rows->items + (size_t)i * rows->item_size;
        ((const char **)ids->items)[ids->count++] = sl_row_string(table, row, "id");
    }
}

/* The database puts them in order, which is its own for texts. Before a cursor the nearest rows are the last ones. */
static sl_status rows_load(sl_context *cx, const sl_table *table, const sl_list *ids,
                           uint32_t limit, bool last, sl_list *ret_rows)
{
    *ret_rows = (sl_list){ .item_size = table->row_size };
    if (ids->count == 0)
        return SL_OK;
    sl_status status = sl_select(cx, table, "id IN ($2) ORDER BY created DESC, id DESC",
                                 SL_ARGS(sl_texts(ids)), ret_rows);
    if (status != SL_OK || ret_rows->count <= limit)
        return status;
    if (last)
        ret_rows->items =
            (char *)ret_rows->items + (size_t)(ret_rows->count - limit) * ret_rows->item_size;
    ret_rows->count = limit;
    return SL_OK;
}

sl_status sl_page_load_any(sl_context *cx, const sl_resource *resource,
                           const sl_condition_text *condition, const sl_filter *filter,
                           const sl_list_query *query, sl_page *ret_page)
{
    uint32_t limit = sl_page_limit(query);
    if (query->any.count > VALUES_MOST)
        return sl_fail_param(cx, SL_E_INVALID, NULL, filter->param,
                             "Invalid array: %s can have up to %d values.", filter->param,
                             VALUES_MOST);
    const char **ids = sl_alloc(cx, (size_t)query->any.count * limit * sizeof(*ids));
    sl_list found = { 0, sizeof(*ids), ids };
    bool has_more = false;
    for (uint32_t i = 0; i < query->any.count; i++) {
        if (is_repeated(&query->any, i))
            continue;
        sl_condition_text own = *condition;
        sl_page part = { .has_more = false };
        const char *value = *SL_ITEM(query->any, const char *, i);
        sl_condition_and(&own, "%s = $%u", filter->column,
                         sl_condition_argument(&own, sl_text(value)));
        sl_status status = sl_page_load(cx, resource, &own, query, &part);
        if (status != SL_OK)
            return status;
        ids_add(resource->table, &part.rows, &found);
        has_more = has_more || part.has_more;
    }
    ret_page->has_more = has_more || found.count > limit;
    return rows_load(cx, resource->table, &found, limit, query->ending_before != NULL,
                     &ret_page->rows);
}
