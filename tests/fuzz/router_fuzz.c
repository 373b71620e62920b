/*
 * router_fuzz.c: the path router, given patterns and a path, against the plainest way to match one.
 *
 * Lines: patterns ("GET /a/{id}"), an empty line, a method and a path.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include "core/http/router.h"

#define PATTERNS 12

static sl_status nothing(sl_context *cx, const void *params)
{
    (void)cx;
    (void)params;
    return SL_OK;
}

/* Whether a path, both behind their first slash, fits a pattern. */
static bool fits(const char *pattern, const char *path)
{
    for (;;) {
        size_t wanted = strcspn(pattern, "/");
        size_t given = strcspn(path, "/");
        if (*pattern == '{') {
            if (given == 0) {
                return false;
            }
            if (wanted > 5 && memcmp(pattern + wanted - 4, "...}", 4) == 0) {
                return true;
            }
        } else if (wanted != given || memcmp(pattern, path, given) != 0) {
            return false;
        }
        if (pattern[wanted] != path[given]) {
            return false;
        }
        if (path[given] == '\0') {
            return true;
        }
        pattern += wanted + 1;
        path += given + 1;
    }
}

static void check_values(const sl_match *match, const char *path)
{
    const sl_route_entry *entry = match->entry;
    FUZZ_CHECK(entry->name_count <= SL_ROUTE_NAMES);
    for (uint32_t i = 0; i < SL_ROUTE_NAMES; i++) {
        FUZZ_CHECK((match->values[i] != NULL) == (i < entry->name_count));
        FUZZ_CHECK(i >= entry->name_count || strlen(match->values[i]) <= strlen(path));
    }
}

void fuzz_one(const uint8_t *data, size_t size)
{
    sl_arena *arena = sl_arena_new();
    sl_router *router = sl_router_new(arena);
    sl_route routes[PATTERNS];
    memset(routes, 0, sizeof routes);
    uint32_t count = 0;
    for (uint32_t i = 0; i < PATTERNS; i++) {
        const char *line = fuzz_line(arena, &data, &size);
        if (*line == '\0') {
            break;
        }
        routes[count] = (sl_route){ .pattern = line, .handler = nothing };
        count += sl_router_add(router, &routes[count], NULL, "fuzz") == NULL;
    }
    const char *method = fuzz_line(arena, &data, &size);
    const char *path = fuzz_line(arena, &data, &size);
    sl_match match;
    int result = sl_router_match(router, arena, method, path, &match);
    bool any = false;
    bool with_method = false;
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    for (uint32_t i = 0; *path == '/' && i < count; i++) {
        const sl_route_entry *entry = sl_router_at(router, i);
        if (entry && fits(entry->path + 1, path + 1)) {
            any = true;
            with_method = with_method || strcmp(entry->method, wanted) == 0;
        }
    }
    FUZZ_CHECK(result == 0 || result == 400 || result == 404 || result == 405);
    FUZZ_CHECK((result == 404) == !any);
    FUZZ_CHECK((result == 405) == (any && !with_method));
    FUZZ_CHECK((match.entry != NULL) == (result == 0));
    if (match.entry) {
        FUZZ_CHECK(fits(match.entry->path + 1, path + 1));
        FUZZ_CHECK_TEXTS(match.entry->method, wanted);
        check_values(&match, path);
    }
    (void)sl_router_allow(arena, match.allowed);
    sl_arena_free(arena);
}
