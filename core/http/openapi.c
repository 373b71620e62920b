/*
 * openapi.c: GET /openapi.json, made from the routes and their field tables.
 *
 * Made once a worker, when first asked for: routes and tables do not change while it lives.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <ctype.h>
#include <string.h>

#include "core/base/version.h"
#include "core/http/openapi_schema.h"

static const sl_field expand_field = {
    .name = "expand",
    .type = SL_TYPE_LIST,
    .item_type = SL_TYPE_STRING,
    .doc = "Which ids to answer as whole objects",
};

typedef struct list_members {
    SL_LIST_MEMBERS;
} list_members;

static const sl_field list_fields[] = { SL_LIST_FIELDS(list_members), SL_FIELDS_END };

static bool is_path_member(const sl_route_entry *entry, const char *name)
{
    for (uint32_t i = 0; i < entry->name_count; i++) {
        if (strcmp(entry->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_body(const sl_route_entry *entry)
{
    return strcmp(entry->method, "GET") != 0 && strcmp(entry->method, "DELETE") != 0;
}

static bool not_in_body(const sl_field *field, const void *data)
{
    return field->query || is_path_member(data, field->name);
}

static const sl_field *field_find(const sl_field *fields, const char *name)
{
    for (; fields && fields->type != SL_TYPE_END; fields++) {
        if (strcmp(fields->name, name) == 0) {
            return fields;
        }
    }
    return NULL;
}

static void parameter(sl_json *out, const char *place, const sl_field *field, int32_t face)
{
    sl_json_open(out, NULL);
    sl_json_string(out, "name", field->name);
    sl_json_string(out, "in", place);
    if (field->required || strcmp(place, "path") == 0) {
        sl_json_bool(out, "required", true);
    }
    if (field->doc) {
        sl_json_string(out, "description", field->doc);
    }
    if (field->type == SL_TYPE_OBJECT || field->type == SL_TYPE_LIST ||
        field->type == SL_TYPE_METADATA) {
        sl_json_string(out, "style", "deepObject");
        sl_json_bool(out, "explode", true);
    }
    sl_openapi_field(out, "schema", field, face);
    sl_json_close(out);
}

static void parameters(sl_json *out, const sl_route_entry *entry)
{
    const sl_field *fields = entry->route->params;
    sl_json_open_array(out, "parameters");
    for (uint32_t i = 0; i < entry->name_count; i++) {
        const sl_field *known = field_find(fields, entry->names[i]);
        sl_field field = { .name = entry->names[i], .type = SL_TYPE_STRING, .required = true };
        parameter(out, "path", known ? known : &field, entry->face);
    }
    for (const sl_field *field = fields; field && field->type != SL_TYPE_END; field++) {
        bool query = field->query || !has_body(entry);
        if (query && !field->hidden && !is_path_member(entry, field->name)) {
            parameter(out, "query", field, entry->face);
        }
    }
    const char *returns = entry->route->returns;
    bool list = returns && strncmp(returns, "list:", 5) == 0;
    for (const sl_field *field = list_fields; list && field->type != SL_TYPE_END; field++) {
        if (field_find(fields, field->name) == NULL) {
            parameter(out, "query", field, entry->face);
        }
    }
    if (returns && !has_body(entry) && field_find(fields, "expand") == NULL) {
        parameter(out, "query", &expand_field, entry->face);
    }
    sl_json_close_array(out);
}

static void body_content(sl_json *out, const sl_route_entry *entry, const char *media_type)
{
    sl_json_open(out, media_type);
    sl_json_open(out, "schema");
    sl_openapi_object(out, entry->route->params, entry->face, not_in_body, entry);
    sl_json_close(out);
    sl_json_close(out);
}

static void request_body(sl_json *out, const sl_route_entry *entry)
{
    const sl_route *route = entry->route;
    bool raw = route->flags & SL_ROUTE_RAW_BODY;
    if (!has_body(entry) || (route->params == NULL && !raw)) {
        return;
    }
    sl_json_open(out, "requestBody");
    sl_json_open(out, "content");
    if (raw) {
        sl_json_open(out, "application/json");
        sl_json_open(out, "schema");
        sl_json_string(out, "type", "object");
        sl_json_close(out);
        sl_json_close(out);
    } else {
        if (entry->face == SL_FACE_STRIPE || (route->flags & SL_ROUTE_PAGE)) {
            body_content(out, entry, "application/x-www-form-urlencoded");
        }
        body_content(out, entry, "application/json");
    }
    sl_json_close(out);
    sl_json_close(out);
}

static void answer_schema(sl_json *out, const sl_route_entry *entry)
{
    const char *returns = entry->route->returns;
    bool list = returns && strncmp(returns, "list:", 5) == 0;
    const char *type = list ? returns + 5 : returns;
    sl_json_open(out, "schema");
    sl_json_string(out, "type", "object");
    if (type && entry->face == SL_FACE_STRIPE) {
        sl_json_open(out, "properties");
        sl_json_open(out, "object");
        sl_json_string(out, "const", list ? "list" : type);
        sl_json_close(out);
        if (list) {
            sl_json_open(out, "data");
            sl_json_string(out, "type", "array");
            sl_json_close(out);
            sl_json_open(out, "has_more");
            sl_json_string(out, "type", "boolean");
            sl_json_close(out);
        }
        sl_json_close(out);
    }
    sl_json_close(out);
}

static void responses(sl_json *out, const sl_route_entry *entry)
{
    bool page = entry->route->flags & SL_ROUTE_PAGE;
    sl_json_open(out, "responses");
    sl_json_open(out, "200");
    sl_json_string(out, "description", "What was asked for");
    sl_json_open(out, "content");
    sl_json_open(out, page ? "text/html" : "application/json");
    if (!page) {
        answer_schema(out, entry);
    }
    sl_json_close(out);
    sl_json_close(out);
    sl_json_close(out);
    sl_json_open(out, "default");
    sl_json_string(out, "$ref",
                   entry->face == SL_FACE_STRIPE ? "#/components/responses/error"
                                                 : "#/components/responses/error_detail");
    sl_json_close(out);
    sl_json_close(out);
}

/* "GET /v1/refunds/{id}" is get_v1_refunds_by_id. */
static const char *operation_id(sl_context *cx, const sl_route_entry *entry)
{
    char *text = sl_alloc(cx, strlen(entry->method) + strlen(entry->path) * 4 + 1);
    size_t at = 0;
    for (const char *from = entry->method; *from; from++) {
        text[at++] = (char)tolower((unsigned char)*from);
    }
    for (const char *from = entry->path; *from; from++) {
        if (*from == '{') {
            text[at++] = 'b';
            text[at++] = 'y';
            text[at++] = '_';
        } else if (isalnum((unsigned char)*from)) {
            text[at++] = *from;
        } else if (*from != '}') {
            text[at++] = '_';
        }
    }
    return text;
}

static void operation(sl_json *out, const sl_route_entry *entry)
{
    const sl_route *route = entry->route;
    sl_context *cx = sl_json_context(out);
    char method[8] = "";
    for (size_t i = 0; entry->method[i] && i + 1 < sizeof method; i++) {
        method[i] = (char)tolower((unsigned char)entry->method[i]);
    }
    sl_json_open(out, method);
    sl_json_string(out, "operationId", operation_id(cx, entry));
    if (route->summary) {
        sl_json_string(out, "summary", route->summary);
    }
    sl_json_open_array(out, "tags");
    sl_json_string(out, NULL, entry->plugin);
    sl_json_close_array(out);
    parameters(out, entry);
    request_body(out, entry);
    responses(out, entry);
    if (route->access == SL_ACCESS_OPEN) {
        sl_json_open_array(out, "security");
        sl_json_close_array(out);
    }
    sl_json_close(out);
}

static void paths(sl_json *out, const sl_router *router)
{
    const char *open = NULL;
    sl_json_open(out, "paths");
    const sl_route_entry *entry = sl_router_at(router, 0);
    for (uint32_t i = 0; entry; entry = sl_router_at(router, ++i)) {
        if (entry->route->flags & SL_ROUTE_HIDDEN) {
            continue;
        }
        if (open == NULL || strcmp(open, entry->path) != 0) {
            if (open) {
                sl_json_close(out);
            }
            open = entry->path;
            sl_json_open(out, open);
        }
        operation(out, entry);
    }
    if (open) {
        sl_json_close(out);
    }
    sl_json_close(out);
}

static const char error_schema[] =
    "{\"type\":\"object\",\"required\":[\"type\",\"message\"],\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"},"
    "\"param\":{\"type\":\"string\"},\"decline_code\":{\"type\":\"string\"},"
    "\"advice_code\":{\"type\":\"string\"},\"doc_url\":{\"type\":\"string\"},"
    "\"request_log_url\":{\"type\":\"string\"}}}";

static const char error_responses[] =
    "{\"error\":{\"description\":\"What went wrong\",\"content\":{\"application/json\":{\"schema\":{"
    "\"type\":\"object\",\"required\":[\"error\"],\"properties\":{\"error\":"
    "{\"$ref\":\"#/components/schemas/error\"}}}}}},"
    "\"error_detail\":{\"description\":\"What went wrong\",\"content\":{\"application/json\":{"
    "\"schema\":{\"type\":\"object\",\"required\":[\"detail\",\"error\"],\"properties\":{\"detail\":"
    "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"array\"}]},\"error\":"
    "{\"$ref\":\"#/components/schemas/error\"}}}}}}}";

static const char security_schemes[] = "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
                                       "\"basic\":{\"type\":\"http\",\"scheme\":\"basic\"}}";

static void openapi_make(sl_server *server)
{
    sl_context *cx = sl_context_new(server->host, "", false, "");
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "openapi", "3.1.0");
    sl_json_open(out, "info");
    sl_json_string(out, "title", "Stripe_lite");
    sl_json_string(out, "version", sl_version());
    sl_json_string(out, "description",
                   "Payments and billing, self-hosted. Routes below /v1 speak Stripe's API.");
    sl_json_close(out);
    sl_json_raw(out, "security", "[{\"bearer\":[]},{\"basic\":[]}]");
    paths(out, server->router);
    sl_json_open(out, "components");
    sl_json_raw(out, "securitySchemes", security_schemes);
    sl_json_open(out, "schemas");
    sl_json_raw(out, "error", error_schema);
    sl_json_close(out);
    sl_json_raw(out, "responses", error_responses);
    sl_json_close(out);
    sl_json_close(out);
    size_t length = 0;
    const char *text = sl_json_text(out, &length);
    server->openapi = sl_arena_copy(server->arena, text, length);
    server->openapi_length = length;
    sl_context_free(cx);
}

const char *sl_server_openapi(sl_server *server, size_t *ret_length)
{
    if (server->openapi == NULL) {
        openapi_make(server);
    }
    *ret_length = server->openapi_length;
    return server->openapi;
}

sl_status sl_openapi_serve(sl_context *cx, const void *params)
{
    (void)params;
    cx->reply->http_status = 200;
    cx->reply->content_type = "application/json";
    cx->reply->lasting = true;
    cx->reply->body = sl_server_openapi(cx->request->server, &cx->reply->length);
    return SL_OK;
}
