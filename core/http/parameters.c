/*
 * parameters.c: path, query and body into one tree, and into the struct that the route's table describes.
 *
 * What every route understands (`expand`, the list parameters) is for the rooms below and stays in the tree alone. Faults are
 * told all at once on the Stripe_lite routes and the first one on /v1, as Stripe does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <string.h>
#include <strings.h>

#include "core/http/form.h"
#include "core/json/fields.h"
#include "core/json/value.h"
#include "core/resource/serve.h"

typedef enum { BODY_NONE, BODY_FORM, BODY_JSON } body_kind;

static const sl_field *field_find(const sl_field *fields, const char *name)
{
    for (; fields && name && fields->type != SL_TYPE_END; fields++) {
        if (sl_field_has_member(fields) && strcmp(fields->name, name) == 0) {
            return fields;
        }
    }
    return NULL;
}

/* ---- media types ---- */

/* The type without its parameters is `wanted`. */
static bool media_is(const char *type, const char *wanted)
{
    size_t length = strcspn(type, "; \t");
    return length == strlen(wanted) && strncasecmp(type, wanted, length) == 0;
}

static sl_status body_kind_of(sl_request *request, body_kind *ret_kind)
{
    sl_context *cx = request->cx;
    uint32_t flags = request->match.entry->route->flags;
    const char *type = sl_head_find(&request->head, "Content-Type");
    bool forms = cx->face == SL_FACE_STRIPE || (flags & SL_ROUTE_PAGE);
    *ret_kind = BODY_NONE;
    if ((flags & SL_ROUTE_RAW_BODY) || request->body_length == 0) {
        return SL_OK;
    }
    if (type == NULL || *type == '\0') {
        *ret_kind = forms ? BODY_FORM : BODY_JSON;
    } else if (media_is(type, "application/json")) {
        *ret_kind = BODY_JSON;
    } else if (forms && media_is(type, "application/x-www-form-urlencoded")) {
        *ret_kind = BODY_FORM;
    } else {
        return sl_fail(cx, SL_E_MEDIA, NULL, "The body must be %sapplication/json.",
                       forms ? "application/x-www-form-urlencoded or " : "");
    }
    return SL_OK;
}

/* ---- the tree ---- */

static sl_value *form_value(sl_context *cx, const sl_form_node *node, const sl_field *field);

/* Items in the order of their numbers; appended ones keep theirs. */
static sl_value *form_list(sl_context *cx, const sl_form_node *node, const sl_field *field)
{
    sl_value *list = sl_value_new(cx->arena, SL_VALUE_ARRAY);
    sl_field item = { .type = field ? field->item_type : SL_TYPE_JSON,
                      .fields = field ? field->fields : NULL };
    if (node->first->name == NULL) {
        for (const sl_form_node *child = node->first; child; child = child->next) {
            sl_value_append(cx->arena, list, NULL, 0, form_value(cx, child, &item));
        }
        return list;
    }
    int32_t previous = -1;
    for (uint32_t i = 0; i < node->count; i++) {
        const sl_form_node *least = NULL;
        int32_t number = 0;
        for (const sl_form_node *child = node->first; child; child = child->next) {
            int32_t index = 0;
            for (const char *digit = child->name; *digit; digit++) {
                index = index * 10 + (*digit - '0');
            }
            if (index > previous && (least == NULL || index < number)) {
                least = child;
                number = index;
            }
        }
        if (least == NULL) {
            break;
        }
        previous = number;
        sl_value_append(cx->arena, list, NULL, 0, form_value(cx, least, &item));
    }
    return list;
}

/* `field` decides what numbered names are: an array where a list is wanted, and where nothing is known. */
static sl_value *form_value(sl_context *cx, const sl_form_node *node, const sl_field *field)
{
    if (node->value) {
        sl_value *text = sl_value_new_string(cx->arena, node->value, strlen(node->value));
        text->flag = true;
        return text;
    }
    bool object = field && (field->type == SL_TYPE_OBJECT || field->type == SL_TYPE_METADATA);
    if (sl_form_is_list(node) && (!object || node->first->name == NULL)) {
        return form_list(cx, node, field);
    }
    sl_value *value = sl_value_new(cx->arena, SL_VALUE_OBJECT);
    for (const sl_form_node *child = node->first; child; child = child->next) {
        const sl_field *inner = field_find(object ? field->fields : NULL, child->name);
        sl_value_append(cx->arena, value, child->name, child->name_length,
                        form_value(cx, child, inner));
    }
    return value;
}

static void member_set(sl_context *cx, sl_value *root, const char *name, sl_value *value)
{
    for (uint32_t i = 0; i < root->count; i++) {
        if (strcmp(root->items[i].name, name) == 0) {
            root->items[i].value = value;
            return;
        }
    }
    sl_value_append(cx->arena, root, name, strlen(name), value);
}

static sl_status body_json_add(sl_request *request, sl_value *root)
{
    const sl_value *body = NULL;
    sl_status status =
        sl_json_parse_object(request->cx, request->body, request->body_length, &body);
    if (status != SL_OK) {
        return status;
    }
    for (uint32_t i = 0; i < body->count; i++) {
        member_set(request->cx, root, body->items[i].name, body->items[i].value);
    }
    return SL_OK;
}

static sl_status form_add(sl_request *request, const char *text, size_t length, sl_form_node *form,
                          uint32_t *counted)
{
    return length ? sl_form_read(request->cx, text, length, form, counted) : SL_OK;
}

/* Query and body into `ret_root`, the query alone into `ret_query`. */
static sl_status tree_read(sl_request *request, body_kind kind, sl_value **ret_root,
                           sl_form_node *ret_query)
{
    sl_context *cx = request->cx;
    const char *query = request->head.query ? request->head.query : "";
    const sl_field *fields = request->match.entry->route->params;
    sl_form_node body = { 0 };
    uint32_t counted = 0;
    sl_value *root = sl_value_new(cx->arena, SL_VALUE_OBJECT);
    sl_status status = form_add(request, query, strlen(query), ret_query, &counted);
    if (status == SL_OK && kind == BODY_FORM) {
        status = form_add(request, request->body, request->body_length, &body, &counted);
    }
    if (status != SL_OK) {
        return status;
    }
    for (const sl_form_node *node = ret_query->first; node; node = node->next) {
        sl_value_append(cx->arena, root, node->name, node->name_length,
                        form_value(cx, node, field_find(fields, node->name)));
    }
    for (const sl_form_node *node = body.first; node; node = node->next) {
        member_set(cx, root, node->name, form_value(cx, node, field_find(fields, node->name)));
    }
    *ret_root = root;
    return kind == BODY_JSON ? body_json_add(request, root) : SL_OK;
}

/* ---- checking ---- */

static bool is_path_member(const sl_route_entry *entry, const char *name)
{
    for (uint32_t i = 0; i < entry->name_count; i++) {
        if (strcmp(entry->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_list_route(const sl_route *route)
{
    return route->returns && strncmp(route->returns, "list:", 5) == 0;
}

/* Parameters that belong to the host wherever they make sense, unless the route has its own of that name. */
static bool is_host_parameter(const sl_route_entry *entry, const char *name)
{
    static const char *const of_lists[] = { "limit", "starting_after", "ending_before", "created" };
    const sl_route *route = entry->route;
    if (field_find(route->params, name)) {
        return false;
    }
    if (is_path_member(entry, name)) {
        return true;
    }
    if (strcmp(name, "expand") == 0) {
        return true;
    }
    for (size_t i = 0; is_list_route(route) && i < sizeof of_lists / sizeof of_lists[0]; i++) {
        if (strcmp(of_lists[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static const char *place_of(const sl_request *request, const sl_form_node *query, const char *name)
{
    const sl_route_entry *entry = request->match.entry;
    if (is_path_member(entry, name)) {
        return "path";
    }
    bool bodiless = strcmp(entry->method, "GET") == 0 || strcmp(entry->method, "DELETE") == 0;
    return bodiless || sl_form_child(query, name, strlen(name)) ? "query" : "body";
}

/* The members that the route's own table has to account for. */
static const sl_value *own_members(sl_request *request, const sl_value *root)
{
    sl_context *cx = request->cx;
    sl_value *own = sl_value_new(cx->arena, SL_VALUE_OBJECT);
    for (uint32_t i = 0; i < root->count; i++) {
        const char *name = root->items[i].name;
        if (!is_host_parameter(request->match.entry, name)) {
            sl_value_append(cx->arena, own, name, strlen(name), root->items[i].value);
        }
    }
    return own;
}

static sl_status faults_tell(sl_request *request, const sl_form_node *query,
                             const sl_faults *faults)
{
    sl_context *cx = request->cx;
    const sl_fault *first = &faults->items[0];
    if (cx->face == SL_FACE_STRIPE) {
        return sl_fail_param(cx, SL_E_INVALID, first->code, first->param, "%s", first->message);
    }
    sl_json *out = sl_json_new(cx);
    sl_json_open_array(out, NULL);
    for (uint32_t i = 0; i < faults->count; i++) {
        sl_json_open(out, NULL);
        sl_json_open_array(out, "loc");
        sl_json_string(out, NULL, place_of(request, query, faults->items[i].top));
        sl_json_raw(out, NULL, faults->items[i].loc);
        sl_json_close_array(out);
        sl_json_string(out, "msg", faults->items[i].description);
        sl_json_string(out, "type", faults->items[i].type);
        sl_json_close(out);
    }
    sl_json_close_array(out);
    sl_status status =
        sl_fail_param(cx, SL_E_UNPROCESSABLE, first->code, first->param, "%s", first->message);
    cx->error.faults = sl_json_text(out, NULL);
    return status;
}

static void path_add(sl_request *request, sl_value *root)
{
    const sl_match *match = &request->match;
    sl_context *cx = request->cx;
    for (uint32_t i = 0; i < match->entry->name_count; i++) {
        sl_value *value =
            sl_value_new_string(cx->arena, match->values[i], strlen(match->values[i]));
        value->flag = true;
        member_set(cx, root, match->entry->names[i], value);
    }
}

/* A body may not say what the path already says: it would be taken for another object's. */
static sl_status path_check(sl_request *request, const sl_value *root)
{
    const sl_match *match = &request->match;
    sl_context *cx = request->cx;
    for (uint32_t i = 0; i < match->entry->name_count; i++) {
        const char *name = match->entry->names[i];
        const sl_value *given = sl_value_member(root, name);
        const char *text = sl_value_string(given, NULL);
        if (given && (text == NULL || strcmp(text, match->values[i]) != 0)) {
            return sl_fail_param(cx, SL_E_INVALID, "parameter_unknown", name,
                                 "%s is given in the path and may not be given again.", name);
        }
    }
    return SL_OK;
}

sl_status sl_parameters_read(sl_request *request)
{
    sl_context *cx = request->cx;
    const sl_route *route = request->match.entry->route;
    body_kind kind = BODY_NONE;
    sl_form_node query = { 0 };
    sl_value *root = NULL;
    static const sl_field nothing[] = { SL_FIELDS_END };
    if ((route->flags & SL_ROUTE_RAW_BODY) &&
        request->body_length > request->server->options.raw_body_limit) {
        return sl_fail(cx, SL_E_TOO_LARGE, NULL, "The body is larger than this route takes.");
    }
    sl_status status = body_kind_of(request, &kind);
    if (status == SL_OK) {
        status = tree_read(request, kind, &root, &query);
    }
    if (status == SL_OK) {
        status = path_check(request, root);
    }
    if (status != SL_OK) {
        return status;
    }
    path_add(request, root);
    cx->params = root;
    const sl_field *fields = route->params ? route->params : nothing;
    void *record = sl_alloc(cx, sl_fields_size(fields) + 64);
    sl_faults faults = { 0 };
    bool strict = !(route->flags & (SL_ROUTE_RAW_BODY | SL_ROUTE_PAGE));
    status = sl_fields_parse(cx, fields, own_members(request, root), strict, record, &faults);
    request->params = record;
    if (faults.count) {
        return faults_tell(request, &query, &faults);
    }
    return status == SL_OK ? sl_expansion_check(cx) : status;
}
