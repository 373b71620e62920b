/*
 * query.c: conditions and keyset pages.
 *
 * A page reads one row more than it answers, which makes has_more exact. A cursor is the id of an object that the caller can
 * see; its (created, id) is where the page begins.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/resource/query.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/base/text.h"

#define LIMIT_DEFAULT 10

const sl_field *sl_table_column(const sl_table *table, const char *name)
{
    for (const sl_field *field = table->fields; field->type != SL_TYPE_END; field++)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

int64_t sl_row_number(const sl_table *table, const void *row, const char *column)
{
    const sl_field *field = sl_table_column(table, column);
    int64_t value = 0;
    if (field && field->size == sizeof value)
        memcpy(&value, (const char *)row + field->offset, sizeof value);
    return value;
}

const char *sl_row_string(const sl_table *table, const void *row, const char *column)
{
    const sl_field *field = sl_table_column(table, column);
    const char *value = NULL;
    if (field &&
        (field->type == SL_TYPE_STRING || field->type == SL_TYPE_ID || field->type == SL_TYPE_ENUM))
        memcpy(&value, (const char *)row + field->offset, sizeof value);
    return value;
}

uint32_t sl_condition_argument(sl_condition_text *condition, sl_argument argument)
{
    if (condition->count < SL_QUERY_ARGUMENTS)
        condition->arguments[condition->count++] = argument;
    return condition->count + 1;
}

void sl_condition_and(sl_condition_text *condition, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *added = sl_arena_vformat(condition->cx->arena, format, arguments);
    va_end(arguments);
    condition->text =
        *condition->text ? sl_format(condition->cx, "%s AND %s", condition->text, added) : added;
}

bool sl_row_is_visible(const sl_context *cx, const sl_resource *resource, const void *row)
{
    const char *customer = sl_caller_customer(cx);
    if (!customer)
        return true;
    const char *owner = resource->customer_column
                            ? sl_row_string(resource->table, row, resource->customer_column)
                            : NULL;
    return owner && strcmp(owner, customer) == 0;
}

void sl_condition_confine(sl_condition_text *condition, const sl_resource *resource)
{
    if (resource->where)
        sl_condition_and(condition, "(%s)", resource->where);
    const char *customer = sl_caller_customer(condition->cx);
    if (customer && resource->customer_column)
        sl_condition_and(condition, "%s = $%u", resource->customer_column,
                         sl_condition_argument(condition, sl_text(customer)));
    else if (customer)
        sl_condition_and(condition, "1 = 0");
}

static const struct {
    const char *name;
    const char *sql;
} range_operators[] = { { "gt", ">" }, { "gte", ">=" }, { "lt", "<" }, { "lte", "<=" } };

static sl_status time_read(sl_context *cx, const sl_value *value, const char *param,
                           int64_t *ret_time)
{
    const char *text = sl_value_string(value, NULL);
    int64_t time = SL_NONE;
    if (sl_value_type(value) == SL_VALUE_INT)
        time = sl_value_int(value, SL_NONE);
    else if (text && sl_text_int64(text, strlen(text), &time) != 0 &&
             sl_clock_parse(text, &time) != 0)
        time = SL_NONE;
    if (time != SL_NONE) {
        *ret_time = time;
        return SL_OK;
    }
    return sl_fail_param(cx, SL_E_INVALID, "parameter_invalid_integer", param,
                         "Invalid timestamp for %s: unix seconds or ISO 8601 expected.", param);
}

static sl_status range_member(sl_condition_text *condition, const char *name, const sl_value *value)
{
    for (size_t i = 0; i < sizeof range_operators / sizeof *range_operators; i++) {
        if (strcmp(range_operators[i].name, name) != 0)
            continue;
        int64_t when = 0;
        sl_status status =
            time_read(condition->cx, value, sl_format(condition->cx, "created[%s]", name), &when);
        if (status == SL_OK)
            sl_condition_and(condition, "created %s $%u", range_operators[i].sql,
                             sl_condition_argument(condition, sl_int(when)));
        return status;
    }
    return sl_fail_param(condition->cx, SL_E_INVALID, "parameter_unknown",
                         sl_format(condition->cx, "created[%s]", name),
                         "Received unknown parameter: created[%s]", name);
}

sl_status sl_condition_created(sl_condition_text *condition, const char *created_json)
{
    const sl_value *created = NULL;
    if (!created_json)
        return SL_OK;
    sl_status status = sl_json_parse(condition->cx, created_json, strlen(created_json), &created);
    if (status != SL_OK)
        return status;
    if (sl_value_type(created) != SL_VALUE_OBJECT) {
        int64_t when = 0;
        status = time_read(condition->cx, created, "created", &when);
        if (status == SL_OK)
            sl_condition_and(condition, "created = $%u",
                             sl_condition_argument(condition, sl_int(when)));
        return status;
    }
    for (uint32_t i = 0; i < sl_value_count(created) && status == SL_OK; i++) {
        const char *name = NULL;
        const sl_value *value = sl_value_item(created, i, &name);
        status = range_member(condition, name, value);
    }
    return status;
}

static sl_status cursor_add(sl_context *cx, const sl_resource *resource,
                            sl_condition_text *condition, const char *id, const char *param,
                            const char *comparison)
{
    void *row = sl_alloc(cx, resource->table->row_size);
    sl_status status = sl_find(cx, resource->table, id, row);
    if (status == SL_E_NOT_FOUND || (status == SL_OK && !sl_row_is_visible(cx, resource, row)))
        return sl_fail_param(cx, SL_E_INVALID, "resource_missing", param, "No such %s: '%s'",
                             resource->noun, id);
    if (status != SL_OK)
        return status;
    int64_t created = sl_row_number(resource->table, row, "created");
    uint32_t first = sl_condition_argument(condition, sl_int(created));
    uint32_t second = sl_condition_argument(condition, sl_text(id));
    sl_condition_and(condition, "(created, id) %s ($%u, $%u)", comparison, first, second);
    return SL_OK;
}

static void rows_reverse(sl_context *cx, sl_list *rows)
{
    char *items = rows->items;
    void *spare = sl_alloc(cx, rows->item_size);
    for (uint32_t i = 0, j = rows->count; rows->count && i < --j; i++) {
        memcpy(spare, items + (size_t)i * rows->item_size, rows->item_size);
        memcpy(items + (size_t)i * rows->item_size, items + (size_t)j * rows->item_size,
               rows->item_size);
        memcpy(items + (size_t)j * rows->item_size, spare, rows->item_size);
    }
}

uint32_t sl_page_limit(const sl_list_query *query)
{
    return query->limit > 0 ? (uint32_t)query->limit : LIMIT_DEFAULT;
}

sl_status sl_page_load(sl_context *cx, const sl_resource *resource, sl_condition_text *condition,
                       const sl_list_query *query, sl_page *ret_page)
{
    uint32_t limit = sl_page_limit(query);
    bool backwards = query->ending_before != NULL;
    sl_status status = SL_OK;
    if (query->starting_after && query->ending_before)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "ending_before",
                             "Only one of starting_after and ending_before may be given.");
    if (query->starting_after)
        status = cursor_add(cx, resource, condition, query->starting_after, "starting_after", "<");
    else if (query->ending_before)
        status = cursor_add(cx, resource, condition, query->ending_before, "ending_before", ">");
    if (status != SL_OK)
        return status;
    const char *direction = backwards ? "ASC" : "DESC";
    /* As a number in the text: where a parameter stands PostgreSQL plans for a tenth of the table, and anew for each call. */
    const char *text =
        sl_format(cx, "%s ORDER BY created %s, id %s LIMIT %" PRIu32,
                  *condition->text ? condition->text : "1 = 1", direction, direction, limit + 1);
    sl_list rows = { 0 };
    status = sl_select(cx, resource->table, text, condition->arguments, condition->count, &rows);
    if (status != SL_OK)
        return status;
    ret_page->has_more = rows.count > limit;
    if (ret_page->has_more)
        rows.count = limit;
    if (backwards)
        rows_reverse(cx, &rows);
    ret_page->rows = rows;
    return SL_OK;
}
