/*
 * expand.c: rendering rows, and putting whole objects where a client asked to expand an id.
 *
 * Rows are rendered first, with the writer noting where each reference stands and by which path. Then, level by level, all
 * wanted references of one type are loaded by one query, rendered the same way, and spliced into their places. An expansion
 * that no object offered is an error, as with Stripe.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/resource/serve.h"

#include <string.h>

#include "core/auth/auth.h"
#include "core/base/context.h"
#include "core/database/database.h"
#include "core/json/writer.h"
#include "core/resource/query.h"
#include "core/resource/resource.h"

#define LEVELS 4
#define IDS_AT_ONCE 1000u

struct sl_expansion {
    const char *name;
    const char *path; /* as asked for */
    bool offered;     /* some object had it */
    bool rendered;    /* an object stands here, so its children can be judged */
    sl_expansion *children;
    sl_expansion *next;
};

bool sl_expansion_has(const sl_expansion *wanted, const char *name)
{
    for (sl_expansion *child = wanted ? wanted->children : NULL; child; child = child->next) {
        if (strcmp(child->name, name) == 0) {
            child->offered = true;
            return true;
        }
    }
    return false;
}

static sl_expansion *child_of(sl_context *cx, sl_expansion *parent, const char *name, size_t length,
                              const char *path)
{
    sl_expansion **link = &parent->children;
    for (; *link; link = &(*link)->next)
        if (strlen((*link)->name) == length && memcmp((*link)->name, name, length) == 0)
            return *link;
    *link = sl_alloc(cx, sizeof **link);
    (*link)->name = sl_copy(cx, name, length);
    (*link)->path = path;
    return *link;
}

static sl_status property_refuse(sl_context *cx, const char *path)
{
    return sl_fail_param(cx, SL_E_INVALID, NULL, "expand", "This property cannot be expanded (%s).",
                         path);
}

static sl_status path_check(sl_context *cx, const char *path)
{
    int levels = 1;
    if (!path || !*path)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "expand",
                             "Invalid expand: every item must be the name of a property.");
    for (const char *at = path; *at; at++)
        levels += *at == '.';
    if (levels > LEVELS)
        return sl_fail_param(cx, SL_E_INVALID, "property_expansion_max_depth", "expand",
                             "You cannot expand more than %d levels of a property. Property: %s",
                             LEVELS, path);
    if (path[0] == '.' || path[strlen(path) - 1] == '.' || strstr(path, ".."))
        return property_refuse(cx, path);
    return SL_OK;
}

sl_status sl_expansion_check(sl_context *cx)
{
    const sl_value *expand = sl_value_member(cx->params, "expand");
    sl_status status = SL_OK;
    if (sl_value_type(expand) == SL_VALUE_NULL)
        return SL_OK;
    if (sl_value_type(expand) != SL_VALUE_ARRAY)
        return sl_fail_param(cx, SL_E_INVALID, "parameter_invalid_array", "expand",
                             "Invalid array: expand must be a list of properties.");
    for (uint32_t i = 0; i < sl_value_count(expand) && status == SL_OK; i++)
        status = path_check(cx, sl_value_string(sl_value_item(expand, i, NULL), NULL));
    return status;
}

static sl_status path_add(sl_context *cx, sl_expansion *root, const char *below, const char *path)
{
    const char *rest = path;
    size_t skip = below ? strlen(below) : 0;
    if (below && strncmp(rest, below, skip) == 0 && rest[skip] == '.')
        rest += skip + 1;
    else if (below)
        return sl_fail_param(
            cx, SL_E_INVALID, NULL, "expand",
            "This property cannot be expanded (%s). You may want to try expanding 'data.%s' instead.",
            path, path);
    sl_expansion *node = root;
    while (*rest) {
        size_t length = strcspn(rest, ".");
        node = child_of(cx, node, rest, length, path);
        rest += length + (rest[length] == '.');
    }
    return SL_OK;
}

sl_status sl_expansion_parse(sl_context *cx, const char *below, sl_expansion **ret_wanted)
{
    const sl_value *expand = sl_value_member(cx->params, "expand");
    uint32_t count = sl_value_count(expand);
    *ret_wanted = NULL;
    sl_status status = sl_expansion_check(cx);
    if (status != SL_OK || count == 0)
        return status;
    sl_expansion *root = sl_alloc(cx, sizeof *root);
    for (uint32_t i = 0; i < count && status == SL_OK; i++)
        status = path_add(cx, root, below, sl_value_string(sl_value_item(expand, i, NULL), NULL));
    if (status == SL_OK)
        *ret_wanted = root;
    return status;
}

/* ---- one level ---- */

/* A wanted reference: where its object belongs, and then the object. */
typedef struct place {
    uint32_t row;
    const sl_json_place *reference;
    sl_expansion *node;
    const char *text;
    bool done;
} place;

typedef struct level {
    sl_context *cx;
    const sl_resource *resource;
    sl_list rows;
    sl_json **written;
    place *places;
    uint32_t count;
    uint32_t capacity;
} level;

static sl_status render_level(sl_context *cx, const sl_resource *resource, sl_list rows,
                              sl_expansion *wanted, const char **ret_texts);

static sl_expansion *node_at(sl_expansion *wanted, const char *path)
{
    sl_expansion *node = wanted;
    while (*path) {
        size_t length = strcspn(path, ".");
        sl_expansion *child = node->children;
        while (child && !(strlen(child->name) == length && memcmp(child->name, path, length) == 0))
            child = child->next;
        if (!child)
            return NULL;
        node = child;
        /* The last name is the reference itself, those before it are plain members on the way. */
        path += length;
        if (*path == '.') {
            node->offered = node->rendered = true;
            path++;
        }
    }
    return node == wanted ? NULL : node;
}

static void place_add(level *at, place added)
{
    if (at->count == at->capacity) {
        uint32_t capacity = at->capacity ? at->capacity * 2 : 16;
        place *places = sl_alloc(at->cx, capacity * sizeof *places);
        if (at->count)
            memcpy(places, at->places, at->count * sizeof *places);
        at->places = places;
        at->capacity = capacity;
    }
    at->places[at->count++] = added;
}

static void places_find(level *at, sl_expansion *wanted)
{
    for (uint32_t row = 0; row < at->rows.count; row++) {
        const sl_json_place *references = at->written[row]->places;
        for (uint32_t i = 0; i < at->written[row]->place_count; i++) {
            sl_expansion *node = node_at(wanted, references[i].path);
            if (!node)
                continue;
            node->offered = true;
            if (references[i].id)
                place_add(at, (place){ .row = row, .reference = &references[i], .node = node });
        }
    }
}

/* Whether the caller may retrieve this type at all: an expansion shows no more than that. */
static sl_status type_permit(sl_context *cx, const sl_resource *resource)
{
    const sl_route route = {
        .pattern =
            sl_format(cx, "GET %s",
                      resource->path ? resource->path : sl_format(cx, "/v1/%ss", resource->type)),
        .access = resource->access,
        .flags = resource->customer_column ? SL_ROUTE_CUSTOMER : 0,
        .scope = resource->scope,
    };
    return sl_auth_permit(cx, &route);
}

/* The stored rows of these ids that the caller may see, behind those that are there. */
static sl_status stored_load(sl_context *cx, const sl_resource *resource, const char **ids,
                             uint32_t count, sl_list *rows)
{
    size_t size = resource->table->row_size;
    for (uint32_t i = 0; i < count; i += IDS_AT_ONCE) {
        sl_list some = { .count = count - i < IDS_AT_ONCE ? count - i : IDS_AT_ONCE,
                         .item_size = sizeof(char *),
                         .items = ids + i };
        sl_list stored = { 0 };
        sl_status status =
            sl_select(cx, resource->table, "id IN ($2)", SL_ARGS(sl_texts(&some)), &stored);
        if (status != SL_OK)
            return status;
        for (uint32_t row = 0; row < stored.count; row++) {
            const char *at = (char *)stored.items + row * size;
            if (sl_row_is_visible(cx, resource, at))
                memcpy((char *)rows->items + rows->count++ * size, at, size);
        }
    }
    return SL_OK;
}

/* The rows of one type that the places name: pending ones first, the others by one query. */
static sl_status rows_load(level *at, const sl_resource *resource, sl_list *ret_rows)
{
    sl_context *cx = at->cx;
    size_t size = resource->table->row_size;
    const char **ids = sl_alloc(cx, (at->count + 1) * sizeof *ids);
    sl_list rows = { .item_size = resource->table->row_size,
                     .items = sl_alloc(cx, (at->count + 1) * size) };
    uint32_t missing = 0;
    for (uint32_t i = 0; i < at->count; i++) {
        const place *p = &at->places[i];
        bool known = p->done || strcmp(p->reference->type, resource->type) != 0;
        for (uint32_t j = 0; j < i && !known; j++)
            known = strcmp(at->places[j].reference->type, resource->type) == 0 &&
                    strcmp(at->places[j].reference->id, p->reference->id) == 0;
        if (known)
            continue;
        const void *pending = sl_pending(cx, resource->table, p->reference->id);
        if (pending && sl_row_is_visible(cx, resource, pending))
            memcpy((char *)rows.items + rows.count++ * size, pending, size);
        else if (!pending)
            ids[missing++] = p->reference->id;
    }
    sl_status status = stored_load(cx, resource, ids, missing, &rows);
    if (status == SL_OK)
        *ret_rows = rows;
    return status;
}

static const char *row_id(const sl_list *rows, uint32_t row)
{
    return *(const char **)((char *)rows->items + (size_t)row * rows->item_size);
}

static bool is_of(const place *p, const sl_resource *resource, const sl_expansion *node)
{
    return !p->done && p->node == node && strcmp(p->reference->type, resource->type) == 0;
}

/* Of the loaded rows those that this node's places name. */
static sl_list rows_of(const level *at, const sl_resource *resource, const sl_list *rows,
                       const sl_expansion *node)
{
    size_t size = rows->item_size;
    sl_list own = { .item_size = rows->item_size,
                    .items = sl_alloc(at->cx, (rows->count + 1) * size) };
    for (uint32_t row = 0; row < rows->count; row++) {
        bool named = false;
        for (uint32_t i = 0; i < at->count && !named; i++)
            named = is_of(&at->places[i], resource, node) &&
                    strcmp(at->places[i].reference->id, row_id(rows, row)) == 0;
        if (named)
            memcpy((char *)own.items + own.count++ * size, (char *)rows->items + row * size, size);
    }
    return own;
}

/* Renders the loaded rows for every place of this type and node, and marks those places. */
static sl_status places_fill(level *at, const sl_resource *resource, const sl_list *loaded,
                             sl_expansion *node)
{
    sl_list rows = rows_of(at, resource, loaded, node);
    const char **texts = sl_alloc(at->cx, (rows.count + 1) * sizeof *texts);
    sl_status status = render_level(at->cx, resource, rows, node->children ? node : NULL, texts);
    if (status != SL_OK)
        return status;
    if (rows.count)
        node->rendered = true;
    for (uint32_t i = 0; i < at->count; i++) {
        place *p = &at->places[i];
        if (!is_of(p, resource, node))
            continue;
        p->done = true;
        for (uint32_t row = 0; row < rows.count && !p->text; row++)
            if (strcmp(row_id(&rows, row), p->reference->id) == 0)
                p->text = texts[row];
    }
    return SL_OK;
}

static sl_status places_resolve(level *at)
{
    for (uint32_t i = 0; i < at->count; i++) {
        const char *type = at->places[i].reference->type;
        const sl_resource *resource = sl_resources_type(at->cx->host->resources, type);
        sl_list rows = { 0 };
        if (at->places[i].done)
            continue;
        if (!resource) {
            at->places[i].done = true;
            continue;
        }
        sl_status status = type_permit(at->cx, resource);
        if (status == SL_OK) {
            status = rows_load(at, resource, &rows);
        } else if (at->cx->committed) {
            /* Too late to refuse: they stay ids, as no row is there to be rendered. */
            sl_error_clear(at->cx);
            status = SL_OK;
            rows.item_size = resource->table->row_size;
        }
        for (uint32_t j = i; j < at->count && status == SL_OK; j++)
            if (!at->places[j].done && strcmp(at->places[j].reference->type, type) == 0)
                status = places_fill(at, resource, &rows, at->places[j].node);
        if (status != SL_OK)
            return status;
    }
    return SL_OK;
}

static const char *row_splice(level *at, uint32_t row)
{
    size_t length = 0;
    const char *text = sl_json_text(at->written[row], &length);
    size_t total = length + 1;
    size_t taken = 0;
    for (uint32_t i = 0; i < at->count; i++)
        if (at->places[i].row == row && at->places[i].text)
            total += strlen(at->places[i].text);
    char *spliced = sl_alloc(at->cx, total);
    char *end = spliced;
    for (uint32_t i = 0; i < at->count; i++) {
        const place *p = &at->places[i];
        if (p->row != row || !p->text)
            continue;
        end = mempcpy(end, text + taken, p->reference->offset - taken);
        end = mempcpy(end, p->text, strlen(p->text));
        taken = p->reference->offset + p->reference->length;
    }
    memcpy(end, text + taken, length - taken);
    return spliced;
}

static sl_status render_level(sl_context *cx, const sl_resource *resource, sl_list rows,
                              sl_expansion *wanted, const char **ret_texts)
{
    level at = { .cx = cx,
                 .resource = resource,
                 .rows = rows,
                 .written = sl_alloc(cx, (rows.count + 1) * sizeof(sl_json *)) };
    bool lite = cx->face == SL_FACE_LITE && resource->render_lite;
    sl_status status =
        resource->prepare && rows.count ? resource->prepare(cx, rows, wanted) : SL_OK;
    if (status != SL_OK)
        return status;
    for (uint32_t i = 0; i < rows.count; i++) {
        const void *row = (const char *)rows.items + (size_t)i * rows.item_size;
        at.written[i] = sl_json_document(cx);
        at.written[i]->record_references = wanted != NULL;
        (lite ? resource->render_lite : resource->render)(at.written[i], row);
        ret_texts[i] = sl_json_text(at.written[i], NULL);
    }
    if (!wanted)
        return SL_OK;
    places_find(&at, wanted);
    status = places_resolve(&at);
    for (uint32_t i = 0; i < rows.count && at.count && status == SL_OK; i++)
        ret_texts[i] = row_splice(&at, i);
    return status;
}

static const char *never_offered(const sl_expansion *node)
{
    for (const sl_expansion *child = node->children; child; child = child->next) {
        if (!child->offered)
            return child->path;
        const char *below = child->rendered ? never_offered(child) : NULL;
        if (below)
            return below;
    }
    return NULL;
}

sl_status sl_render_rows(sl_context *cx, const sl_resource *resource, sl_list rows,
                         sl_expansion *wanted, const char **ret_texts)
{
    sl_status status = render_level(cx, resource, rows, wanted, ret_texts);
    const char *unknown = status == SL_OK && wanted && rows.count ? never_offered(wanted) : NULL;
    /* Once something is committed (money may have moved) a misspelt property must not cost the answer. */
    return unknown && !cx->committed ? property_refuse(cx, unknown) : status;
}
