/*
 * serve.c: retrieving, listing and answering with resources, in both faces.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/resource/serve.h"

#include <string.h>

#include <stripe_lite/money.h>

#include "core/base/context.h"
#include "core/json/writer.h"
#include "core/resource/query.h"
#include "core/resource/resource.h"

static const sl_resource *resource_host(const sl_context *cx, const sl_resource *resource)
{
    const sl_resource *found = sl_resources_find(cx->host->resources, resource);
    return found ? found : resource;
}

static sl_status resource_missing(sl_context *cx, const sl_resource *resource, const char *id,
                                  const char *param)
{
    bool in_path = !param || strcmp(param, "id") == 0;
    if (in_path && cx->face == SL_FACE_LITE && resource->lite_missing)
        return sl_fail_param(cx, SL_E_NOT_FOUND, "resource_missing", "id", "%s",
                             resource->lite_missing);
    return sl_fail_param(cx, in_path ? SL_E_NOT_FOUND : SL_E_INVALID, "resource_missing",
                         in_path ? "id" : param, "No such %s: '%s'", resource->noun, id);
}

sl_status sl_resource_load(sl_context *cx, const sl_resource *resource, const char *id,
                           const char *param, void *ret_row)
{
    resource = resource_host(cx, resource);
    bool conditional = resource->where && !(resource->flags & SL_RESOURCE_WHERE_LIST);
    sl_status status;
    if (!id || !*id)
        return resource_missing(cx, resource, id ? id : "", param);
    if (conditional)
        status =
            sl_select_one(cx, resource->table, sl_format(cx, "id = $2 AND (%s)", resource->where),
                          SL_ARGS(sl_text(id)), ret_row);
    else
        status = sl_find(cx, resource->table, id, ret_row);
    if (status == SL_E_NOT_FOUND || (status == SL_OK && !sl_row_is_visible(cx, resource, ret_row)))
        return resource_missing(cx, resource, id, param);
    return status;
}

static sl_list list_of_one(sl_context *cx, const sl_resource *resource, const void *row)
{
    sl_list rows = { .count = 1,
                     .item_size = resource->table->row_size,
                     .items = sl_alloc(cx, resource->table->row_size) };
    memcpy(rows.items, row, resource->table->row_size);
    return rows;
}

sl_status sl_resource_reply(sl_context *cx, int32_t http_status, const sl_resource *resource,
                            const void *row)
{
    sl_expansion *wanted = NULL;
    const char *text = NULL;
    resource = resource_host(cx, resource);
    sl_status status = sl_expansion_parse(cx, NULL, &wanted);
    if (status == SL_OK)
        status = sl_render_rows(cx, resource, list_of_one(cx, resource, row), wanted, &text);
    if (status != SL_OK)
        return status;
    const sl_json whole = { .buffer = { .data = (char *)text, .length = strlen(text) } };
    return sl_reply_json(cx, http_status, &whole);
}

sl_status sl_resource_json(sl_context *cx, const sl_resource *resource, const void *row,
                           sl_json **ret_json)
{
    const char *text = NULL;
    resource = resource_host(cx, resource);
    sl_status status = sl_render_rows(cx, resource, list_of_one(cx, resource, row), NULL, &text);
    if (status != SL_OK)
        return status;
    *ret_json = sl_json_new(cx);
    sl_json_raw(*ret_json, NULL, text);
    return SL_OK;
}

static sl_status page_reply(sl_context *cx, const sl_resource *resource, const sl_page *page,
                            const char *object, const char *next_page)
{
    bool lite = cx->face == SL_FACE_LITE;
    sl_expansion *wanted = NULL;
    sl_status status = sl_expansion_parse(cx, "data", &wanted);
    if (status != SL_OK)
        return status;
    const char **texts = sl_alloc(cx, (page->rows.count + 1) * sizeof *texts);
    status = sl_render_rows(cx, resource, page->rows, wanted, texts);
    if (status != SL_OK)
        return status;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    if (!lite)
        sl_json_string(out, "object", object);
    sl_json_open_array(out, lite ? resource->lite_plural : "data");
    for (uint32_t i = 0; i < page->rows.count; i++)
        sl_json_raw(out, NULL, texts[i]);
    sl_json_close_array(out);
    sl_json_bool(out, "has_more", page->has_more);
    if (strcmp(object, "search_result") == 0)
        sl_json_string(out, "next_page", page->has_more ? next_page : NULL);
    if (!lite)
        sl_json_string(out, "url", sl_request_path(cx));
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}

/* The filter that any of several values satisfy, when the route has it and the request names it. */
static const sl_filter *list_filter(const sl_context *cx, const sl_resource *resource,
                                    const sl_list_query *query)
{
    for (const sl_filter *filter = resource->filters; filter && filter->param; filter++) {
        bool here = filter->face < 0 || filter->face == cx->face;
        if (here && filter->type == SL_TYPE_LIST && query->any.count > 0)
            return filter;
    }
    return NULL;
}

static void filters_add(const sl_context *cx, sl_condition_text *condition,
                        const sl_resource *resource, const sl_list_query *query)
{
    for (uint32_t i = 0; resource->filters && resource->filters[i].param && i < SL_LIST_FILTERS;
         i++) {
        const sl_filter *filter = &resource->filters[i];
        if (filter->face >= 0 && filter->face != cx->face)
            continue; /* not in this route's table, so perhaps past the record's end */
        if (filter->type == SL_TYPE_LIST || filter->type == SL_TYPE_UNSUPPORTED)
            continue; /* nor is a text of these */
        const char *value = query->filters[i];
        if (!value)
            continue;
        bool is_true = strcmp(value, "true") == 0;
        if (filter->condition) {
            sl_condition_and(condition, is_true ? "(%s)" : "NOT (%s)", filter->condition);
            continue;
        }
        sl_argument argument = filter->type == SL_TYPE_BOOL ? sl_flag(is_true) : sl_text(value);
        sl_condition_and(condition, "%s = $%u", filter->column,
                         sl_condition_argument(condition, argument));
    }
}

sl_status sl_serve_list(sl_context *cx, const void *params)
{
    const sl_list_query *query = params;
    const sl_resource *resource = cx->resource;
    sl_condition_text condition = { .cx = cx, .text = "" };
    sl_page page = { 0 };
    sl_condition_confine(&condition, resource);
    filters_add(cx, &condition, resource, query);
    sl_status status = sl_condition_created(&condition, query->created);
    const sl_filter *any = list_filter(cx, resource, query);
    if (status == SL_OK && any)
        status = sl_page_load_any(cx, resource, &condition, any, query, &page);
    else if (status == SL_OK)
        status = sl_page_load(cx, resource, &condition, query, &page);
    if (status != SL_OK)
        return status;
    return page_reply(cx, resource, &page, "list", NULL);
}

sl_status sl_serve_retrieve(sl_context *cx, const void *params)
{
    const sl_list_query *query = params;
    void *row = sl_alloc(cx, cx->resource->table->row_size);
    sl_status status = sl_resource_load(cx, cx->resource, query->id, "id", row);
    return status == SL_OK ? sl_resource_reply(cx, 200, cx->resource, row) : status;
}

sl_status sl_serve_search(sl_context *cx, const void *params)
{
    /* The record is only as large as the route's table makes it: members that no table names lie past its end. */
    const sl_list_query *asked = params;
    /* A search page is named by the last id of the one before. */
    const sl_list_query query = {
        .limit = asked->limit,
        .query = asked->query,
        .page = asked->page,
        .starting_after = asked->page && *asked->page ? asked->page : NULL,
    };
    const sl_resource *resource = cx->resource;
    sl_condition_text condition = { .cx = cx, .text = "" };
    sl_page page = { 0 };
    sl_condition_confine(&condition, resource);
    sl_status status = sl_search_condition(&condition, resource, query.query);
    if (status == SL_OK)
        status = sl_page_load(cx, resource, &condition, &query, &page);
    if (status == SL_E_INVALID && query.page && sl_error_code(cx) &&
        strcmp(sl_error_code(cx), "resource_missing") == 0)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "page",
                             "Invalid page: it is not the next_page of a search.");
    if (status != SL_OK)
        return status;
    const char *next_page = NULL;
    if (page.rows.count)
        next_page = sl_row_string(
            resource->table,
            (char *)page.rows.items + (size_t)(page.rows.count - 1) * page.rows.item_size, "id");
    return page_reply(cx, resource, &page, "search_result", next_page);
}

/* List parameters of a plugin's own route: they were checked with its table, here only their values are read. */
static sl_list_query query_of_request(sl_context *cx)
{
    sl_list_query query = { .limit = SL_NONE };
    const sl_value *limit = sl_value_member(cx->params, "limit");
    const char *text = sl_value_string(limit, NULL);
    int64_t number = 0;
    query.limit = sl_value_int(limit, SL_NONE);
    if (text && sl_money_from_major(text, strlen(text), "jpy", &number) == SL_OK)
        query.limit = number;
    query.starting_after = sl_value_string(sl_value_member(cx->params, "starting_after"), NULL);
    query.ending_before = sl_value_string(sl_value_member(cx->params, "ending_before"), NULL);
    const sl_value *created = sl_value_member(cx->params, "created");
    query.created = sl_value_type(created) == SL_VALUE_NULL ? NULL : sl_value_text(cx, created);
    return query;
}

sl_status sl_resource_list(sl_context *cx, const sl_resource *resource, const char *where,
                           const sl_argument *arguments, uint32_t count)
{
    sl_condition_text condition = { .cx = cx, .text = where ? sl_format(cx, "(%s)", where) : "" };
    sl_list_query query = query_of_request(cx);
    sl_page page = { 0 };
    resource = resource_host(cx, resource);
    for (uint32_t i = 0; i < count; i++)
        (void)sl_condition_argument(&condition, arguments[i]);
    sl_condition_confine(&condition, resource);
    sl_status status = sl_condition_created(&condition, query.created);
    if (status == SL_OK)
        status = sl_page_load(cx, resource, &condition, &query, &page);
    if (status != SL_OK)
        return status;
    return page_reply(cx, resource, &page, "list", NULL);
}
