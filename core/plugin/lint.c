/*
 * lint.c: what is wrong with a descriptor, found by reading it.
 *
 * What would make the host crash or misbehave must be mended, and the loader refuses it with the same sentence; what only makes
 * the documents poorer is advice.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdarg.h>
#include <string.h>

#include "core/plugin/lint.h"

#define TABLE_MAX 4096 /* a table without its end line is stopped here */
#define NESTING_MAX 8

void lint_found(struct lint *lint, bool must, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *sentence = sl_arena_vformat(lint->cx->arena, format, arguments);
    va_end(arguments);
    lint->musts += must;
    if (lint->tell)
        lint->tell(lint->data, must, sentence);
}

bool lint_is_word(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length < 64 && text[0] >= 'a' && text[0] <= 'z' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

/* ---- fields ---- */

static const struct {
    int32_t type;
    uint32_t size;
} member_sizes[] = {
    { SL_TYPE_STRING, sizeof(char *) },
    { SL_TYPE_BOOL, sizeof(bool) },
    { SL_TYPE_INT64, sizeof(int64_t) },
    { SL_TYPE_MONEY, sizeof(int64_t) },
    { SL_TYPE_CURRENCY, sizeof(char *) },
    { SL_TYPE_TIMESTAMP, sizeof(int64_t) },
    { SL_TYPE_ID, sizeof(char *) },
    { SL_TYPE_ENUM, sizeof(char *) },
    { SL_TYPE_METADATA, sizeof(sl_map *) },
    { SL_TYPE_OBJECT, 0 },
    { SL_TYPE_LIST, sizeof(sl_list) },
    { SL_TYPE_JSON, sizeof(char *) },
    { SL_TYPE_EMAIL, sizeof(char *) },
    { SL_TYPE_UNSUPPORTED, 0 },
    { SL_TYPE_UNUSED, 0 },
};

static void lint_fields(struct lint *lint, const char *where, const sl_field *fields,
                        uint32_t record_size, int depth);

static void lint_field(struct lint *lint, const char *where, const sl_field *field,
                       uint32_t record_size, int depth)
{
    const char *name = field->name ? field->name : "(no name)";
    bool nested = field->type == SL_TYPE_OBJECT ||
                  (field->type == SL_TYPE_LIST && field->item_type == SL_TYPE_OBJECT);
    uint32_t size = field->type == SL_TYPE_OBJECT ? (uint32_t)sizeof(void *) : field->size;
    bool known = false;
    for (size_t i = 0; i < sizeof(member_sizes) / sizeof(member_sizes[0]); i++) {
        if (member_sizes[i].type != field->type)
            continue;
        known = true;
        if (member_sizes[i].size && member_sizes[i].size != field->size)
            lint_found(lint, true,
                       "%s: the field \"%s\" has a member of %u bytes, and its type has %u", where,
                       name, field->size, member_sizes[i].size);
    }
    if (!field->name || !field->name[0])
        lint_found(lint, true, "%s: a field has no name", where);
    if (!known)
        lint_found(lint, true, "%s: the field \"%s\" has the unknown type %d", where, name,
                   field->type);
    if (record_size && (uint64_t)field->offset + size > record_size)
        lint_found(lint, true, "%s: the field \"%s\" ends at byte %llu of a struct of %u", where,
                   name, (unsigned long long)field->offset + size, record_size);
    bool memberless = field->type == SL_TYPE_UNSUPPORTED || field->type == SL_TYPE_UNUSED;
    if ((field->type == SL_TYPE_ENUM || memberless) && !field->values)
        lint_found(lint, true, "%s: the field \"%s\" has no values", where, name);
    if (field->type == SL_TYPE_UNSUPPORTED && !field->doc)
        lint_found(lint, true, "%s: \"%s\" does not say why", where, name);
    if (nested && !field->fields)
        lint_found(lint, true, "%s: the object \"%s\" has no fields", where, name);
    if (field->required && field->initial)
        lint_found(lint, false,
                   "%s: the field \"%s\" is required and has a default, which is never used", where,
                   name);
    if (!field->doc && !field->hidden && depth == 0)
        lint_found(lint, false, "%s: the field \"%s\" has no doc", where, name);
    if (nested && field->fields)
        lint_fields(lint, sl_format(lint->cx, "%s.%s", where, name), field->fields,
                    field->type == SL_TYPE_LIST ? field->item_size : field->size, depth + 1);
}

static void lint_fields(struct lint *lint, const char *where, const sl_field *fields,
                        uint32_t record_size, int depth)
{
    if (depth > NESTING_MAX) {
        lint_found(lint, true, "%s: fields are nested deeper than %d", where, NESTING_MAX);
        return;
    }
    uint32_t i = 0;
    for (; i < TABLE_MAX && fields[i].type != SL_TYPE_END; i++)
        lint_field(lint, where, &fields[i], record_size, depth);
    if (i == TABLE_MAX)
        lint_found(lint, true, "%s: the field table has no SL_FIELDS_END", where);
}

/* ---- routes ---- */

bool lint_is_request(const char *text)
{
    static const char *const methods[] = { "GET /", "POST /", "PUT /", "PATCH /", "DELETE /" };
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (strncmp(text, methods[i], strlen(methods[i])) == 0)
            return true;
    }
    return false;
}

static bool has_field(const sl_field *fields, const char *name, size_t length)
{
    for (; fields && fields->type != SL_TYPE_END; fields++) {
        if (fields->name && strlen(fields->name) == length &&
            strncmp(fields->name, name, length) == 0)
            return true;
    }
    return false;
}

static void lint_path(struct lint *lint, const sl_route *route)
{
    const char *at = route->pattern;
    while ((at = strchr(at, '{')) != NULL) {
        size_t length = strcspn(at + 1, "}");
        if (at[1 + length] != '}' || length == 0) {
            lint_found(lint, true, "route \"%s\": a { has no name and }", route->pattern);
            return;
        }
        if (!has_field(route->params, at + 1, length))
            lint_found(
                lint, false,
                "route \"%s\": {%.*s} is not in its parameter table, so the handler cannot read it",
                route->pattern, (int)length, at + 1);
        at += length + 1;
    }
}

static void lint_routes(struct lint *lint, const sl_route *routes)
{
    for (; routes && routes->pattern; routes++) {
        if (!lint_is_request(routes->pattern))
            lint_found(lint, true,
                       "route \"%s\" is not \"METHOD /path\" with GET, POST, PUT, PATCH or DELETE",
                       routes->pattern);
        if (!routes->handler)
            lint_found(lint, true, "route \"%s\" has no handler", routes->pattern);
        if (routes->access < SL_ACCESS_SECRET || routes->access > SL_ACCESS_APP)
            lint_found(lint, true, "route \"%s\" has the unknown access %d", routes->pattern,
                       routes->access);
        if (!routes->summary && !(routes->flags & SL_ROUTE_HIDDEN))
            lint_found(lint, false, "route \"%s\" has no summary", routes->pattern);
        lint_path(lint, routes);
        if (routes->params)
            lint_fields(lint, sl_format(lint->cx, "route \"%s\"", routes->pattern), routes->params,
                        0, 0);
    }
}

/* ---- the rest ---- */

static void lint_resources(struct lint *lint, const sl_resource *const *resources)
{
    for (; resources && *resources; resources++) {
        const sl_resource *one = *resources;
        if (one->struct_size < sizeof(sl_resource)) {
            lint_found(lint, true, "a resource says it has %u bytes, and the smallest has %zu",
                       one->struct_size, sizeof(sl_resource));
            continue;
        }
        const char *type = one->type ? one->type : "(no type)";
        if (!one->type || !one->table)
            lint_found(lint, true, "resource \"%s\" has no %s", type, one->type ? "table" : "type");
        if ((one->path || one->lite_path) && !one->render && !one->render_lite)
            lint_found(lint, true, "resource \"%s\" is served and has no render function", type);
        if (!one->id_prefix)
            lint_found(lint, false, "resource \"%s\" has no id prefix", type);
        if (one->table)
            lint_fields(lint,
                        sl_format(lint->cx, "table \"%s\"",
                                  one->table->name ? one->table->name : "(no name)"),
                        one->table->fields, one->table->row_size, 1);
    }
}

static void lint_handlers(struct lint *lint, const sl_plugin_descriptor *of)
{
    for (const sl_subscription *one = of->subscriptions; one && one->pattern; one++) {
        if (!one->pattern[0] || !one->handler)
            lint_found(lint, true, "subscription \"%s\" has no %s", one->pattern,
                       one->handler ? "pattern" : "handler");
    }
    for (const sl_job_type *one = of->jobs; one && one->name; one++) {
        if (!one->handler)
            lint_found(lint, true, "job \"%s\" has no handler", one->name);
        if (one->every < 0 || one->backoff < 0 || one->backoff_limit < 0 || one->timeout < 0)
            lint_found(lint, true, "job \"%s\" has a negative time", one->name);
        size_t length = of->name ? strlen(of->name) : 0;
        if (strncmp(one->name, of->name ? of->name : "", length) != 0 || one->name[length] != '.')
            lint_found(lint, false, "job \"%s\" does not begin with \"%s.\"", one->name, of->name);
    }
    for (const sl_command *one = of->commands; one && one->name; one++) {
        if (!one->run)
            lint_found(lint, true, "command \"%s\" has no function", one->name);
    }
    for (const sl_gateway_object_type *one = of->gateway_objects; one && one->type; one++) {
        if (!one->handler)
            lint_found(lint, true, "gateway's object \"%s\" has no handler", one->type);
    }
    for (const sl_gauge *one = of->gauges; one && one->name; one++) {
        if (!one->sql || !one->label || !one->values)
            lint_found(lint, true,
                       "gauge \"%s\" lacks its statement, its label or the label's values",
                       one->name);
    }
    for (const sl_invariant *one = of->invariants; one && one->name; one++) {
        if (!one->sql)
            lint_found(lint, true, "invariant \"%s\" has no statement", one->name);
    }
}

static void lint_offers(struct lint *lint, const sl_plugin_descriptor *of)
{
    for (const sl_service_offer *one = of->provides; one && one->name; one++) {
        uint32_t size = 0;
        if (one->functions)
            memcpy(&size, one->functions, sizeof(size));
        if (size < sizeof(uint32_t))
            lint_found(lint, true,
                       "service \"%s\" has no table of functions that begins with its size",
                       one->name);
        if (!strchr(one->name, '/'))
            lint_found(lint, true, "service \"%s\" has no version: \"%s/1\"", one->name, one->name);
    }
}

uint32_t sl_plugin_lint(sl_context *cx, const sl_plugin_descriptor *descriptor, sl_lint_tell tell,
                        void *data)
{
    struct lint lint = { .cx = cx, .tell = tell, .data = data };
    if (!lint_is_word(descriptor->name))
        lint_found(
            &lint, true,
            "the name \"%.80s\" is not small letters, digits and _, beginning with a letter, at most 63",
            descriptor->name);
    if (!descriptor->version || !descriptor->version[0])
        lint_found(&lint, false, "it has no version");
    if (!descriptor->summary || !descriptor->summary[0])
        lint_found(&lint, false, "it has no summary");
    if (descriptor->options && descriptor->options_size == 0)
        lint_found(&lint, true, "it has options and no options_size");
    else if (descriptor->options)
        lint_fields(&lint, "options", descriptor->options, descriptor->options_size, 0);
    lint_routes(&lint, descriptor->routes);
    lint_resources(&lint, descriptor->resources);
    lint_handlers(&lint, descriptor);
    lint_offers(&lint, descriptor);
    lint_gateways(&lint, descriptor);
    return lint.musts;
}
