/*
 * resources.c: the index of resources and the routes that core serves for each.
 *
 * A plugin's descriptor may be shorter than today's (built against older headers): the copy is filled up with zeros. The
 * parameter table of a list is made from the resource's filters, so that lists are documented and checked like any route.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/resource/resource.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/resource/query.h"
#include "core/resource/serve.h"

#define LIST_FIELDS_BEFORE_FILTERS 4

typedef struct entry {
    const sl_resource *source;
    sl_resource resource;
    sl_route *routes;
} entry;

struct sl_resources {
    sl_arena *arena;
    entry **entries;
    uint32_t count;
    uint32_t capacity;
};

sl_resources *sl_resources_new(void)
{
    sl_arena *arena = sl_arena_new();
    sl_resources *resources = sl_arena_alloc(arena, sizeof *resources);
    resources->arena = arena;
    return resources;
}

void sl_resources_free(sl_resources *resources)
{
    if (resources)
        sl_arena_free(resources->arena);
}

static const char *resource_refusal(const sl_resources *resources, const sl_resource *candidate)
{
    if (!candidate->type || !candidate->table || !candidate->table->fields)
        return "a resource needs a type and a table";
    if (!sl_table_column(candidate->table, "id") || !sl_table_column(candidate->table, "created"))
        return sl_arena_format(resources->arena,
                               "resource '%s': its table '%s' needs the columns id and created",
                               candidate->type, candidate->table->name);
    if (!candidate->render)
        return sl_arena_format(resources->arena, "resource '%s' has no render function",
                               candidate->type);
    if (candidate->lite_path && (!candidate->render_lite || !candidate->lite_plural))
        return sl_arena_format(
            resources->arena,
            "resource '%s' has a lite_path, so it needs render_lite and lite_plural",
            candidate->type);
    uint32_t filters = 0;
    while (candidate->filters && candidate->filters[filters].param)
        filters++;
    if (filters > SL_LIST_FILTERS)
        return sl_arena_format(resources->arena, "resource '%s' has more than %d filters",
                               candidate->type, SL_LIST_FILTERS);
    if (sl_resources_type(resources, candidate->type))
        return sl_arena_format(resources->arena, "resource '%s' is there already", candidate->type);
    return NULL;
}

const char *sl_resources_add(sl_resources *resources, const sl_resource *source)
{
    sl_resource copy = { 0 };
    memcpy(&copy, source, source->struct_size < sizeof copy ? source->struct_size : sizeof copy);
    copy.struct_size = sizeof copy;
    const char *refusal = resource_refusal(resources, &copy);
    if (refusal)
        return refusal;
    if (!copy.noun)
        copy.noun = copy.type;
    if (resources->count == resources->capacity) {
        uint32_t capacity = resources->capacity ? resources->capacity * 2 : 16;
        entry **entries = sl_arena_alloc(resources->arena, capacity * sizeof(entry *));
        if (resources->count)
            memcpy(entries, resources->entries, resources->count * sizeof(entry *));
        resources->entries = entries;
        resources->capacity = capacity;
    }
    entry *added = sl_arena_alloc(resources->arena, sizeof *added);
    added->source = source;
    added->resource = copy;
    resources->entries[resources->count++] = added;
    return NULL;
}

const sl_resource *sl_resources_find(const sl_resources *resources, const sl_resource *source)
{
    for (uint32_t i = 0; resources && i < resources->count; i++)
        if (resources->entries[i]->source == source || &resources->entries[i]->resource == source)
            return &resources->entries[i]->resource;
    return NULL;
}

const sl_resource *sl_resources_type(const sl_resources *resources, const char *type)
{
    for (uint32_t i = 0; resources && i < resources->count; i++)
        if (strcmp(resources->entries[i]->resource.type, type) == 0)
            return &resources->entries[i]->resource;
    return NULL;
}

const sl_resource *sl_resources_at(const sl_resources *resources, uint32_t index)
{
    return resources && index < resources->count ? &resources->entries[index]->resource : NULL;
}

/* ---- routes ---- */

static const sl_field list_head[LIST_FIELDS_BEFORE_FILTERS] = {
    SL_INT64(sl_list_query, limit, .nullable = true, .min = 1, .max = 100, .query = true,
             .doc = "How many, 1 to 100; 10 when absent"),
    SL_STRING(sl_list_query, starting_after, .query = true,
              .doc = "The id after which the page begins"),
    SL_STRING(sl_list_query, ending_before, .query = true,
              .doc = "The id before which the page ends"),
    SL_JSON(sl_list_query, created, .query = true, .doc = "A time, or a range of gt, gte, lt, lte"),
};

static const sl_field search_fields[] = {
    SL_STRING(sl_list_query, query, .required = true, .query = true,
              .doc = "What to look for: email:'a@example.com' AND metadata['k']:'v'"),
    SL_INT64(sl_list_query, limit, .nullable = true, .min = 1, .max = 100, .query = true,
             .doc = "How many, 1 to 100; 10 when absent"),
    SL_STRING(sl_list_query, page, .query = true, .doc = "The previous page's next_page"),
    SL_FIELDS_END,
};

static const sl_field retrieve_fields[] = {
    SL_STRING(sl_list_query, id, .required = true, .doc = "The object's id"),
    SL_FIELDS_END,
};

static const char *const bool_values[] = { "true", "false", NULL };

static const sl_field *list_fields(sl_resources *resources, const sl_resource *resource,
                                   int32_t face)
{
    uint32_t count = 0;
    while (resource->filters && resource->filters[count].param)
        count++;
    sl_field *fields = sl_arena_alloc(resources->arena,
                                      (LIST_FIELDS_BEFORE_FILTERS + count + 1) * sizeof(sl_field));
    memcpy(fields, list_head, sizeof list_head);
    uint32_t used = LIST_FIELDS_BEFORE_FILTERS;
    for (uint32_t i = 0; i < count; i++) {
        const sl_filter *filter = &resource->filters[i];
        const char *const *values =
            filter->values || filter->type != SL_TYPE_BOOL ? filter->values : bool_values;
        if (filter->face >= 0 && filter->face != face)
            continue;
        if (filter->type == SL_TYPE_UNSUPPORTED) {
            fields[used] = (sl_field)SL_UNSUPPORTED(filter->values, filter->doc);
            fields[used++].query = true;
            continue;
        }
        if (filter->type == SL_TYPE_LIST) {
            fields[used++] = (sl_field){ .name = filter->param,
                                         .type = SL_TYPE_LIST,
                                         .offset = (uint32_t)offsetof(sl_list_query, any),
                                         .size = sizeof(sl_list),
                                         .item_type = SL_TYPE_STRING,
                                         .item_size = sizeof(char *),
                                         .query = true,
                                         .doc = filter->doc };
            continue;
        }
        fields[used++] =
            (sl_field){ .name = filter->param,
                        .type = values ? SL_TYPE_ENUM : SL_TYPE_STRING,
                        .offset = (uint32_t)(offsetof(sl_list_query, filters) + i * sizeof(char *)),
                        .size = sizeof(char *),
                        .values = values,
                        .query = true,
                        .doc = filter->doc };
    }
    return fields;
}

static void route_add(sl_resources *resources, const sl_resource *resource, sl_route *routes,
                      uint32_t *count, const char *path, const char *suffix, const sl_route *model)
{
    sl_route *route = &routes[(*count)++];
    *route = *model;
    route->pattern = sl_arena_format(resources->arena, "GET %s%s", path, suffix);
    route->scope = resource->scope;
    if (resource->customer_column)
        route->flags |= SL_ROUTE_CUSTOMER;
}

static void face_routes(sl_resources *resources, const sl_resource *resource, sl_route *routes,
                        uint32_t *count, int32_t face)
{
    const char *path = face == SL_FACE_LITE ? resource->lite_path : resource->path;
    const char *list_of = sl_arena_format(resources->arena, "list:%s", resource->type);
    if (!path)
        return;
    if (!(resource->flags & SL_RESOURCE_NO_LIST))
        route_add(resources, resource, routes, count, path, "",
                  &(sl_route){ .handler = sl_serve_list,
                               .params = list_fields(resources, resource, face),
                               .access = resource->list_access,
                               .summary = sl_arena_format(
                                   resources->arena, "Lists %ss, newest first", resource->noun),
                               .returns = list_of });
    if (resource->search && face == SL_FACE_STRIPE)
        route_add(resources, resource, routes, count, path, "/search",
                  &(sl_route){
                      .handler = sl_serve_search,
                      .params = search_fields,
                      .access = resource->list_access,
                      .summary = sl_arena_format(resources->arena, "Searches %ss", resource->noun),
                      .returns = sl_arena_format(resources->arena, "search:%s", resource->type) });
    if (!(resource->flags & SL_RESOURCE_NO_RETRIEVE))
        route_add(resources, resource, routes, count, path, "/{id}",
                  &(sl_route){ .handler = sl_serve_retrieve,
                               .params = retrieve_fields,
                               .access = resource->access,
                               .summary = sl_arena_format(resources->arena, "Retrieves a %s",
                                                          resource->noun),
                               .returns = resource->type });
}

const sl_route *sl_resources_routes(sl_resources *resources, const sl_resource *resource)
{
    for (uint32_t i = 0; i < resources->count; i++) {
        entry *found = resources->entries[i];
        if (&found->resource != resource && found->source != resource)
            continue;
        if (!found->routes) {
            uint32_t count = 0;
            found->routes =
                sl_arena_alloc(resources->arena, (SL_RESOURCE_ROUTES + 1) * sizeof(sl_route));
            face_routes(resources, &found->resource, found->routes, &count, SL_FACE_STRIPE);
            face_routes(resources, &found->resource, found->routes, &count, SL_FACE_LITE);
        }
        return found->routes;
    }
    return NULL;
}
