/*
 * router.c: which route a method and path mean.
 *
 * A tree of segments. A node has its plain children, one child for any segment, one for the rest of the path, and a route per
 * method. The search prefers plain segments and comes back to named ones, also when only the method does not fit: so
 * "POST /customers/create" does not hide "GET /customers/{id}".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/router.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"

static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
#define METHODS (sizeof methods / sizeof methods[0])

typedef struct route_node {
    const char *text;
    size_t length;
    struct route_node *children; /* plain segments */
    struct route_node *next;
    struct route_node *any;
    struct route_node *rest;
    const sl_route_entry *entries[METHODS];
} route_node;

struct sl_router {
    sl_arena *arena;
    route_node root;
    const sl_route_entry **entries;
    uint32_t count;
    uint32_t room;
};

sl_router *sl_router_new(sl_arena *arena)
{
    sl_router *router = sl_arena_alloc(arena, sizeof *router);
    router->arena = arena;
    router->room = 64;
    router->entries = sl_arena_alloc(arena, router->room * sizeof(void *));
    return router;
}

static size_t method_index(const char *method, size_t length)
{
    for (size_t i = 0; i < METHODS; i++) {
        if (strlen(methods[i]) == length && memcmp(methods[i], method, length) == 0) {
            return i;
        }
    }
    return METHODS;
}

static route_node *child_get(sl_router *router, route_node **place, const char *text, size_t length)
{
    for (; *place; place = &(*place)->next) {
        if ((*place)->length == length && memcmp((*place)->text, text, length) == 0) {
            return *place;
        }
    }
    *place = sl_arena_alloc(router->arena, sizeof **place);
    (*place)->text = text;
    (*place)->length = length;
    return *place;
}

/* The node of one more segment, noting a name; NULL when the segment is malformed. */
static route_node *segment_add(sl_router *router, route_node *node, sl_route_entry *entry,
                               const char *text, size_t length, bool last)
{
    if (length == 0 || *text != '{') {
        bool odd = memchr(text, '{', length) || memchr(text, '}', length) || (length == 0 && !last);
        return odd ? NULL : child_get(router, &node->children, text, length);
    }
    bool rest = length > 5 && memcmp(text + length - 4, "...}", 4) == 0;
    size_t name = length - (rest ? 5 : 2);
    if (length < 3 || text[length - 1] != '}' || (rest && !last) ||
        entry->name_count == SL_ROUTE_NAMES) {
        return NULL;
    }
    entry->names[entry->name_count++] = sl_arena_copy(router->arena, text + 1, name);
    return child_get(router, rest ? &node->rest : &node->any, "", 0);
}

static int entry_order(const sl_route_entry *a, const sl_route_entry *b)
{
    int order = strcmp(a->path, b->path);
    return order ? order : strcmp(a->method, b->method);
}

static void entry_keep(sl_router *router, const sl_route_entry *entry)
{
    if (router->count == router->room) {
        size_t size = router->room * sizeof(void *);
        router->entries = sl_arena_grow(router->arena, router->entries, size, size * 2);
        router->room *= 2;
    }
    uint32_t at = router->count++;
    for (; at > 0 && entry_order(router->entries[at - 1], entry) > 0; at--) {
        router->entries[at] = router->entries[at - 1];
    }
    router->entries[at] = entry;
}

const char *sl_router_add(sl_router *router, const sl_route *route, const sl_resource *resource,
                          const char *plugin)
{
    const char *pattern = route->pattern;
    const char *blank = strchr(pattern, ' ');
    size_t method = blank ? method_index(pattern, (size_t)(blank - pattern)) : METHODS;
    if (method == METHODS || blank[1] != '/' || route->handler == NULL) {
        return sl_arena_format(router->arena,
                               "route \"%s\" of %s is not \"METHOD /path\" with a handler", pattern,
                               plugin);
    }
    sl_route_entry *entry = sl_arena_alloc(router->arena, sizeof *entry);
    entry->route = route;
    entry->waits_outside = sl_arena_alloc(router->arena, sizeof *entry->waits_outside);
    entry->resource = resource;
    entry->plugin = plugin;
    entry->method = methods[method];
    entry->path = blank + 1;
    entry->face = strncmp(entry->path, "/v1/", 4) == 0 ? SL_FACE_STRIPE : SL_FACE_LITE;

    route_node *node = &router->root;
    const char *at = entry->path + 1;
    for (;;) {
        size_t length = strcspn(at, "/");
        bool last = at[length] == '\0';
        node = segment_add(router, node, entry, at, length, last);
        if (node == NULL) {
            return sl_arena_format(router->arena, "route \"%s\" of %s has a malformed segment",
                                   pattern, plugin);
        }
        if (last) {
            break;
        }
        at += length + 1;
    }
    /* What a plugin answers itself stands before what is served for its resource. */
    if (node->entries[method] && resource && strcmp(node->entries[method]->plugin, plugin) == 0) {
        return NULL;
    }
    if (node->entries[method]) {
        return sl_arena_format(router->arena, "route \"%s\" of %s is taken by %s", pattern, plugin,
                               node->entries[method]->plugin);
    }
    node->entries[method] = entry;
    entry_keep(router, entry);
    return NULL;
}

char *sl_text_decode(sl_arena *arena, const char *text, size_t length, bool plus)
{
    size_t decoded = 0;
    char *copy = sl_percent_decode(arena, text, length, plus, &decoded);
    if (copy == NULL || memchr(copy, '\0', decoded) || !sl_utf8_valid(copy, decoded)) {
        return NULL;
    }
    return copy;
}

typedef struct route_search {
    size_t method;
    uint32_t allowed;
    uint32_t depth;
    struct {
        const char *text;
        size_t length;
    } values[SL_ROUTE_NAMES];
} route_search;

static const sl_route_entry *node_entry(route_search *search, const route_node *node)
{
    for (size_t i = 0; i < METHODS; i++) {
        if (node->entries[i]) {
            search->allowed |= 1u << i;
        }
    }
    return search->method < METHODS ? node->entries[search->method] : NULL;
}

static bool segment_is(const route_node *node, const char *text, size_t length)
{
    return node->length == length && memcmp(node->text, text, length) == 0;
}

static const sl_route_entry *search_node(route_search *search, const route_node *node,
                                         const char *path)
{
    size_t length = strcspn(path, "/");
    bool last = path[length] == '\0';
    const sl_route_entry *entry = NULL;
    for (const route_node *child = node->children; child; child = child->next) {
        if (segment_is(child, path, length)) {
            entry =
                last ? node_entry(search, child) : search_node(search, child, path + length + 1);
            break;
        }
    }
    if (entry || length == 0 || search->depth == SL_ROUTE_NAMES) {
        return entry;
    }
    if (node->any) {
        search->values[search->depth].text = path;
        search->values[search->depth++].length = length;
        entry = last ? node_entry(search, node->any)
                     : search_node(search, node->any, path + length + 1);
        if (entry) {
            return entry;
        }
        search->depth--;
    }
    if (node->rest) {
        search->values[search->depth].text = path;
        search->values[search->depth++].length = strlen(path);
        entry = node_entry(search, node->rest);
        if (entry) {
            return entry;
        }
        search->depth--;
    }
    return NULL;
}

int sl_router_match(const sl_router *router, sl_arena *arena, const char *method, const char *path,
                    sl_match *ret_match)
{
    memset(ret_match, 0, sizeof *ret_match);
    if (*path != '/') {
        return 404;
    }
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    route_search search = { .method = method_index(wanted, strlen(wanted)) };
    const sl_route_entry *entry = search_node(&search, &router->root, path + 1);
    ret_match->allowed = search.allowed;
    if (entry == NULL) {
        return search.allowed ? 405 : 404;
    }
    for (uint32_t i = 0; i < search.depth; i++) {
        ret_match->values[i] =
            sl_text_decode(arena, search.values[i].text, search.values[i].length, false);
        if (ret_match->values[i] == NULL) {
            return 400;
        }
    }
    ret_match->entry = entry;
    return 0;
}

const char *sl_router_allow(sl_arena *arena, uint32_t allowed)
{
    const char *text = "";
    for (size_t i = 0; i < METHODS; i++) {
        if (allowed & (1u << i)) {
            text = sl_arena_format(arena, "%s%s%s", text, i == 0 ? "GET, HEAD" : methods[i], ", ");
        }
    }
    return sl_arena_format(arena, "%sOPTIONS", text);
}

const sl_route_entry *sl_router_at(const sl_router *router, uint32_t index)
{
    return index < router->count ? router->entries[index] : NULL;
}
