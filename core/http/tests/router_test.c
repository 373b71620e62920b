/*
 * router_test.c: which route a path means.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/http/router.h"

static sl_status nothing(sl_context *cx, const void *params)
{
    (void)cx;
    (void)params;
    return SL_OK;
}

static const sl_route routes[] = {
    { "GET /customers", nothing },
    { "POST /customers", nothing },
    { "POST /customers/", nothing },
    { "POST /customers/create", nothing },
    { "GET /customers/{id}", nothing },
    { "DELETE /customers/{id}", nothing },
    { "GET /v1/customers/{customer}/cards/{id}", nothing },
    { "GET /v1/customers/{id}/cards", nothing },
    { "GET /v1/customers/search", nothing },
    { "GET /assets/{path...}", nothing },
    { "GET /", nothing },
    SL_ROUTES_END,
};

static sl_arena *arena;
static sl_router *router;

static int set_up(void **state)
{
    (void)state;
    arena = sl_arena_new();
    router = sl_router_new(arena);
    for (const sl_route *route = routes; route->pattern; route++) {
        assert_null(sl_router_add(router, route, NULL, "test"));
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sl_arena_free(arena);
    return 0;
}

static const struct {
    const char *method;
    const char *path;
    int result;
    const char *pattern;
    const char *first;
    const char *second;
} cases[] = {
    { "GET", "/customers", 0, "GET /customers", NULL, NULL },
    { "HEAD", "/customers", 0, "GET /customers", NULL, NULL },
    { "POST", "/customers", 0, "POST /customers", NULL, NULL },
    { "POST", "/customers/", 0, "POST /customers/", NULL, NULL },
    { "GET", "/customers/", 405, NULL, NULL, NULL },
    { "POST", "/customers/create", 0, "POST /customers/create", NULL, NULL },
    { "GET", "/customers/create", 0, "GET /customers/{id}", "create", NULL },
    { "GET", "/customers/cus_1", 0, "GET /customers/{id}", "cus_1", NULL },
    { "GET", "/customers/a%2Fb%20c", 0, "GET /customers/{id}", "a/b c", NULL },
    { "GET", "/customers/%e2%82%ac", 0, "GET /customers/{id}", "\xe2\x82\xac", NULL },
    { "GET", "/customers/a+b", 0, "GET /customers/{id}", "a+b", NULL },
    { "PUT", "/customers/cus_1", 405, NULL, NULL, NULL },
    { "BREW", "/customers", 405, NULL, NULL, NULL },
    { "GET", "/customers/cus_1/", 404, NULL, NULL, NULL },
    { "GET", "//customers", 404, NULL, NULL, NULL },
    { "GET", "/Customers", 404, NULL, NULL, NULL },
    { "GET", "/customer", 404, NULL, NULL, NULL },
    { "GET", "*", 404, NULL, NULL, NULL },
    { "GET", "", 404, NULL, NULL, NULL },
    { "GET", "/", 0, "GET /", NULL, NULL },
    { "GET", "/customers/%00", 400, NULL, NULL, NULL },
    { "GET", "/customers/%zz", 400, NULL, NULL, NULL },
    { "GET", "/customers/%4", 400, NULL, NULL, NULL },
    { "GET", "/customers/%ff", 400, NULL, NULL, NULL },
    { "GET", "/v1/customers/c/cards/d", 0, "GET /v1/customers/{customer}/cards/{id}", "c", "d" },
    { "GET", "/v1/customers/search/cards", 0, "GET /v1/customers/{id}/cards", "search", NULL },
    { "GET", "/v1/customers/search", 0, "GET /v1/customers/search", NULL, NULL },
    { "GET", "/v1/customers//cards", 404, NULL, NULL, NULL },
    { "GET", "/assets/a/b.js", 0, "GET /assets/{path...}", "a/b.js", NULL },
    { "GET", "/assets/", 404, NULL, NULL, NULL },
};

static void each_path_means_one_route(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sl_match match;
        int result = sl_router_match(router, arena, cases[i].method, cases[i].path, &match);
        if (result != cases[i].result) {
            fail_msg("%s %s: %d", cases[i].method, cases[i].path, result);
        }
        if (result) {
            assert_null(match.entry);
            continue;
        }
        assert_string_equal(match.entry->route->pattern, cases[i].pattern);
        if (cases[i].first) {
            assert_string_equal(match.values[0], cases[i].first);
        } else {
            assert_null(match.values[0]);
        }
        if (cases[i].second) {
            assert_string_equal(match.values[1], cases[i].second);
        }
    }
}

static void allow_names_every_method_of_the_path(void **state)
{
    (void)state;
    sl_match match;
    assert_int_equal(sl_router_match(router, arena, "PATCH", "/customers/create", &match), 405);
    assert_string_equal(sl_router_allow(arena, match.allowed), "GET, HEAD, POST, DELETE, OPTIONS");
    assert_int_equal(sl_router_match(router, arena, "GET", "/customers/", &match), 405);
    assert_string_equal(sl_router_allow(arena, match.allowed), "POST, OPTIONS");
}

static void bad_patterns_are_refused_with_a_sentence(void **state)
{
    (void)state;
    static const char *const patterns[] = { "GET",           "/a",        "GET a",
                                            "BREW /a",       "GET /{}",   "GET /{a",
                                            "GET /a{b}",     "GET /a//b", "GET /{a...}/b",
                                            "GET /customers" };
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        sl_route route = { patterns[i], nothing };
        const char *refusal = sl_router_add(router, &route, NULL, "other");
        assert_non_null(refusal);
        assert_non_null(strstr(refusal, "other"));
    }
}

static void entries_are_sorted(void **state)
{
    (void)state;
    uint32_t count = 0;
    for (; sl_router_at(router, count + 1); count++) {
        const sl_route_entry *a = sl_router_at(router, count);
        const sl_route_entry *b = sl_router_at(router, count + 1);
        int order = strcmp(a->path, b->path);
        assert_true(order < 0 || (order == 0 && strcmp(a->method, b->method) < 0));
    }
    assert_int_equal(count + 1, sizeof routes / sizeof routes[0] - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_means_one_route),
        cmocka_unit_test(allow_names_every_method_of_the_path),
        cmocka_unit_test(bad_patterns_are_refused_with_a_sentence),
        cmocka_unit_test(entries_are_sorted),
    };
    return cmocka_run_group_tests_name("router", tests, set_up, tear_down);
}
