/*
 * served.c: two resources, and asking their routes as the dispatcher does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/resource/tests/served.h"

#include "core/database/driver.h"

const sl_resource *served_item;
const sl_resource *served_note;
int served_statements;
int served_http_status;
const sl_value *served_body;
const char *served_text;

/* ---- instead of core/http ---- */

sl_status sl_reply_body(sl_context *cx, int32_t http_status, const char *content_type,
                        const char *body, size_t length)
{
    check_text(content_type, "application/json");
    served_http_status = http_status;
    served_text = body;
    return sl_json_parse(cx, body, length, &served_body);
}

sl_status sl_reply_json(sl_context *cx, int32_t http_status, const sl_json *body)
{
    size_t length = 0;
    const char *text = sl_json_text(body, &length);
    return sl_reply_body(cx, http_status, "application/json", text, length);
}

const char *sl_request_path(const sl_context *cx)
{
    return cx->face == SL_FACE_LITE ? cx->resource->lite_path : cx->resource->path;
}

/* ---- resources ---- */

static void item_render(sl_json *out, const void *row)
{
    const struct item *item = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", item->id);
    sl_json_reference(out, "owner", "item", item->name);
    sl_json_int(out, "amount", item->amount);
    sl_json_reference(out, "twin", "item", item->unique_key);
    sl_json_reference(out, "note", "note", item->address ? item->address->street : NULL);
    sl_json_open(out, "details");
    sl_json_reference(out, "maker", "item", item->name);
    sl_json_close(out);
    sl_json_open(out, "tags");
    sl_json_open_array(out, "data");
    for (uint32_t i = 0; i < item->tags.count; i++)
        sl_json_reference(out, NULL, "item", *SL_ITEM(item->tags, const char *, i));
    sl_json_close_array(out);
    sl_json_close(out);
    sl_json_reference(out, "ghost", "ghost", "ghost_1");
    sl_json_close(out);
}

static void lite_render(sl_json *out, const void *row)
{
    const struct item *item = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "item_id", item->id);
    sl_json_close(out);
}

static const sl_filter item_filters[] = {
    { .param = "owner", .column = "name", .face = SL_FACE_STRIPE, .type = SL_TYPE_STRING },
    { .param = "owner_id", .column = "name", .face = SL_FACE_LITE, .type = SL_TYPE_STRING },
    { .param = "flagged", .column = "flag", .face = -1, .type = SL_TYPE_BOOL },
    SL_FILTERS_END,
};
static const sl_search_field item_search[] = {
    { .name = "owner", .column = "name", .type = SL_TYPE_STRING },
    { .name = "key", .column = "unique_key", .type = SL_TYPE_STRING },
    { .name = "amount", .column = "amount", .type = SL_TYPE_MONEY },
    { .name = "maybe", .column = "maybe", .type = SL_TYPE_INT64 },
    { .name = "created", .column = "created", .type = SL_TYPE_TIMESTAMP },
    SL_SEARCH_END,
};
static const sl_resource item_source = {
    .struct_size = sizeof(sl_resource),
    .type = "item",
    .id_prefix = "item",
    .table = &item_table,
    .path = "/v1/items",
    .lite_path = "/items",
    .lite_plural = "items",
    .lite_missing = "Item not found.",
    .render = item_render,
    .render_lite = lite_render,
    .filters = item_filters,
    .search = item_search,
    .customer_column = "name",
};
static const sl_resource note_source = {
    .struct_size = sizeof(sl_resource),
    .type = "note",
    .noun = "paper note",
    .table = &item_table,
    .path = "/v1/notes",
    .render = item_render,
    .where = "flag = FALSE",
};

/* ---- counting ---- */

static sl_driver counting[2];
static const sl_driver *counted[2];

static sl_status query_count(void *self, sl_context *cx, const char *sql,
                             const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    served_statements++;
    return counted[bench_host.database->driver == &counting[1]]->query(self, cx, sql, arguments,
                                                                       count, ret_rows);
}

static sl_status find_count(void *self, sl_context *cx, const char *sql,
                            const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    served_statements++;
    return counted[bench_host.database->driver == &counting[1]]->find(self, cx, sql, arguments,
                                                                      count, ret_rows);
}

static int use_counted(int (*use)(void **state), int index, void **state)
{
    int failed = use(state);
    if (failed)
        return failed;
    if (bench_host.database->driver != &counting[index]) {
        counted[index] = bench_host.database->driver;
        counting[index] = *counted[index];
        counting[index].query = query_count;
        counting[index].find = find_count;
        bench_host.database->driver = &counting[index];
    }
    served_statements = 0;
    return 0;
}

int served_use_sqlite(void **state)
{
    return use_counted(bench_use_sqlite, 0, state);
}

int served_use_postgres(void **state)
{
    return use_counted(bench_use_postgres, 1, state);
}

int served_up(void **state)
{
    int failed = bench_up(state);
    if (failed)
        return failed;
    sl_resources *resources = sl_resources_new();
    assert_null(sl_resources_add(resources, &item_source));
    assert_null(sl_resources_add(resources, &note_source));
    bench_host.resources = resources;
    served_item = sl_resources_find(resources, &item_source);
    served_note = sl_resources_type(resources, "note");
    return served_item && served_note ? 0 : -1;
}

int served_down(void **state)
{
    sl_resources *resources = bench_host.resources;
    int failed = bench_down(state);
    sl_resources_free(resources);
    return failed;
}

/* ---- asking ---- */

static void ask(sl_context *cx, const sl_resource *resource, const char *expand)
{
    const char *params = expand ? sl_format(cx, "{\"expand\":%s}", expand) : "{}";
    sl_error_clear(cx);
    served_http_status = 0;
    served_body = NULL;
    served_text = NULL;
    cx->resource = resource;
    check_status(sl_json_parse(cx, params, strlen(params), &cx->params), SL_OK);
}

sl_status served_list(sl_context *cx, const sl_resource *resource, const sl_list_query *query,
                      const char *expand)
{
    ask(cx, resource, expand);
    return sl_serve_list(cx, query);
}

sl_status served_search(sl_context *cx, const sl_resource *resource, const char *query,
                        const char *page, int64_t limit)
{
    const sl_list_query asked = { .query = query, .page = page, .limit = limit };
    ask(cx, resource, NULL);
    return sl_serve_search(cx, &asked);
}

sl_status served_retrieve(sl_context *cx, const sl_resource *resource, const char *id,
                          const char *expand)
{
    const sl_list_query asked = { .id = id };
    ask(cx, resource, expand);
    return sl_serve_retrieve(cx, &asked);
}

const char *served_ids(sl_context *cx)
{
    bool lite = cx->face == SL_FACE_LITE;
    const sl_value *data = sl_value_member(served_body, lite ? "items" : "data");
    const char *ids = "";
    for (uint32_t i = 0; i < sl_value_count(data); i++) {
        const char *id = sl_value_string(
            sl_value_member(sl_value_item(data, i, NULL), lite ? "item_id" : "id"), "?");
        ids = sl_format(cx, "%s%s%s", ids, i ? " " : "", id);
    }
    return sl_value_bool(sl_value_member(served_body, "has_more"), false)
               ? sl_format(cx, "%s+", ids)
               : ids;
}

const char *served_at(sl_context *cx, const char *path)
{
    const sl_value *value = sl_value_at(served_body, path);
    if (!value || sl_value_type(value) == SL_VALUE_NULL)
        return NULL;
    const char *text = sl_value_string(value, NULL);
    return text ? text : sl_value_text(cx, value);
}

void served_insert_row(sl_context *cx, struct item row)
{
    sl_insert(cx, &item_table, &row);
}
