/*
 * permit_test.c: the table of who may call what, cell by cell.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/auth/auth.h"

static sl_host host;

static bool may(sl_caller_info caller, sl_route route)
{
    sl_context *cx = sl_context_new(&host, "acct_1", false, "req_1");
    cx->caller = caller;
    sl_status status = sl_auth_permit(cx, &route);
    assert_true(status == SL_OK || status == SL_E_FORBIDDEN);
    assert_true((status == SL_OK) == (sl_error_message(cx) == NULL));
    sl_context_free(cx);
    return status == SL_OK;
}

static sl_route route_of(int32_t access, const char *pattern, uint32_t flags)
{
    return (sl_route){ .pattern = pattern, .access = access, .flags = flags };
}

/* One line a caller: may it GET and POST each access (SECRET, PUBLISHABLE, OPEN, ADMIN, APP)? */
static void every_caller_at_every_access(void **state)
{
    (void)state;
    const struct {
        sl_caller_info caller;
        const char *get;
        const char *post;
    } rows[] = {
        { { .kind = SL_CALLER_NONE }, "..y..", "..y.." },
        { { .kind = SL_CALLER_SECRET, .role = "admin" }, "yyyyy", "yyyyy" },
        { { .kind = SL_CALLER_SECRET, .role = "operator" }, "yyy.y", "yyy.y" },
        { { .kind = SL_CALLER_SECRET, .role = "viewer" }, "yyy.y", "..y.." },
        { { .kind = SL_CALLER_PUBLISHABLE }, ".yy..", ".yy.." },
        { { .kind = SL_CALLER_RESTRICTED, .scopes = " things:write " }, "yyy.y", "yyy.y" },
        { { .kind = SL_CALLER_RESTRICTED, .scopes = " things:read " }, "yyy.y", "..y.." },
        { { .kind = SL_CALLER_RESTRICTED, .scopes = " other:write nothings:read " },
          "..y..",
          "..y.." },
        { { .kind = SL_CALLER_RESTRICTED, .scopes = NULL }, "..y..", "..y.." },
        { { .kind = SL_CALLER_RESTRICTED, .scopes = " *:read " }, "yyy.y", "..y.." },
        { { .kind = SL_CALLER_APP, .app = "app_1" }, "..y.y", "..y.y" },
        { { .kind = SL_CALLER_TOKEN, .role = "admin" }, "yyyyy", "yyyyy" },
        { { .kind = SL_CALLER_TOKEN, .role = "operator" }, "yyy.y", "yyy.y" },
        { { .kind = SL_CALLER_TOKEN, .role = "viewer" }, "yyy.y", "..y.." },
        { { .kind = SL_CALLER_TOKEN, .role = "customer", .customer = "cus_1" }, "..y..", "..y.." },
        { { .kind = SL_CALLER_TOKEN, .role = NULL }, "..y..", "..y.." },
        { { .kind = SL_CALLER_SYSTEM }, "yyyyy", "yyyyy" },
        { { .kind = 99 }, ".....", "....." },
    };
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        for (int32_t access = 0; access < 5; access++) {
            if (may(rows[r].caller, route_of(access, "GET /v1/things", 0)) !=
                (rows[r].get[access] == 'y'))
                fail_msg("row %zu, GET, access %d", r, access);
            if (may(rows[r].caller, route_of(access, "POST /v1/things", 0)) !=
                (rows[r].post[access] == 'y'))
                fail_msg("row %zu, POST, access %d", r, access);
        }
    }
}

static void customers_see_routes_marked_for_them(void **state)
{
    (void)state;
    const sl_caller_info customer = { .kind = SL_CALLER_TOKEN,
                                      .role = "customer",
                                      .customer = "cus_1" };
    assert_true(
        may(customer, route_of(SL_ACCESS_SECRET, "GET /customers/{id}", SL_ROUTE_CUSTOMER)));
    assert_true(may(customer, route_of(SL_ACCESS_SECRET, "POST /x", SL_ROUTE_CUSTOMER)));
    assert_false(may(customer, route_of(SL_ACCESS_SECRET, "GET /customers/{id}", SL_ROUTE_HIDDEN)));
    assert_false(may(customer, route_of(SL_ACCESS_ADMIN, "GET /metrics", SL_ROUTE_CUSTOMER)));
}

static void scopes_come_from_the_path(void **state)
{
    (void)state;
    sl_context *cx = sl_context_new(&host, "acct_1", false, "req_1");
    const struct {
        const char *pattern;
        const char *scope;
    } cases[] = {
        { "GET /v1/refunds", "refunds" },
        { "GET /v1/refunds/{id}", "refunds" },
        { "POST /payments/create_charge", "payments" },
        { "GET /api/v1/orders/{id}", "orders" },
        { "GET /customers", "customers" },
        { "GET /v1x/refunds", "v1x" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const sl_route route = { .pattern = cases[i].pattern };
        assert_string_equal(sl_auth_scope(cx, &route), cases[i].scope);
    }
    const sl_route named = { .pattern = "POST /api/v1/payments/stripe/confirm", .scope = "sales" };
    assert_string_equal(sl_auth_scope(cx, &named), "sales");
    sl_context_free(cx);
}

static void roles_are_exact(void **state)
{
    (void)state;
    sl_context *cx = sl_context_new(&host, "acct_1", false, "req_1");
    const char *role = NULL;
    const char *customer = NULL;
    const char *const bad[] = { "",          "Admin",   "admin ", "admin:", "customer",
                                "customer:", "viewers", "view",   ":cus_1" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(sl_auth_role(cx, bad[i], &role, &customer));
    assert_true(sl_auth_role(cx, "customer:cus:2", &role, &customer));
    assert_string_equal(customer, "cus:2");
    sl_context_free(cx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_caller_at_every_access),
        cmocka_unit_test(customers_see_routes_marked_for_them),
        cmocka_unit_test(scopes_come_from_the_path),
        cmocka_unit_test(roles_are_exact),
    };
    return cmocka_run_group_tests_name("permit", tests, NULL, NULL);
}
