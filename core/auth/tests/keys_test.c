/*
 * keys_test.c: keys in a database: made, found, shown, rotated, revoked; the bootstrap keys; who a header makes of a context.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/auth/auth.h"
#include "core/auth/keys.h"
#include "core/base/clock.h"
#include "core/base/encode.h"
#include "core/database/database.h"
#include "core/fiber/fiber.h"

#define SECRET_KEY "sk_test_bootstrap_0123456789"
#define PUBLISHABLE_KEY "pk_test_bootstrap_0123456789"

static char folder[64];
static sl_host host;

static void (*test_function)(sl_context *cx);

static void migrate(sl_context *cx)
{
    const char *source = getenv("STRIPE_LITE_SOURCE");
    const sl_migration_folder core = { .owner = "core", .path = sl_format(cx, "%s/migrations/core", source ? source : ".") };
    uint32_t count = 0;
    sl_status status = sl_migrate(cx, &core, 1, &count);
    if (status != SL_OK)
        fail_msg("%s", sl_error_message(cx));
}

static void test_fiber(void *data)
{
    sl_context *cx = data;
    migrate(cx);
    test_function(cx);
    sl_context_free(cx);
    sl_loop_stop(host.loop);
}

static void auth_open(const char *secret, const char *publishable)
{
    const char *message = NULL;
    sl_auth_free(host.auth);
    host.auth = sl_auth_new(&(sl_auth_options){ .secret_key = secret, .publishable_key = publishable }, &message);
    assert_non_null(host.auth);
}

static int up(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/stripe_lite_keys_XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    char url[128];
    snprintf(url, sizeof(url), "sqlite:%s/test.db", folder);
    host = (sl_host){ .loop = sl_loop_new(20) };
    char *message = NULL;
    if (sl_database_open(host.loop, url, &host.database, &message) != SL_OK)
        return -1;
    auth_open(SECRET_KEY, PUBLISHABLE_KEY);
    return 0;
}

static int down(void **state)
{
    (void)state;
    sl_auth_free(host.auth);
    sl_database_close(host.database);
    sl_loop_free(host.loop);
    const char *const files[] = { "test.db", "test.db-wal", "test.db-shm" };
    for (size_t i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void run(void (*function)(sl_context *cx))
{
    test_function = function;
    sl_context *cx = sl_context_new(&host, "system", true, "req_test");
    assert_int_equal(sl_fiber_start(host.loop, test_fiber, cx, NULL), SL_OK);
    sl_loop_run(host.loop);
}

/* ---- helpers ---- */

static sl_context *who(const char *authorization, const char *account, sl_status *ret_status)
{
    sl_context *cx = sl_context_new(&host, "system", true, "req_who");
    *ret_status = sl_auth_identify(cx, authorization, account);
    return cx;
}

static void assert_unknown(const char *authorization, const char *sentence)
{
    sl_status status;
    sl_context *cx = who(authorization, NULL, &status);
    assert_int_equal(status, SL_E_UNAUTHENTICATED);
    assert_string_equal(sl_error_message(cx), sentence);
    sl_context_free(cx);
}

static void assert_caller(const char *key, int32_t caller, const char *account, bool livemode, const char *role)
{
    sl_status status;
    char header[256];
    snprintf(header, sizeof(header), "Bearer %s", key);
    sl_context *cx = who(header, NULL, &status);
    if (status != SL_OK)
        fail_msg("%s", sl_error_message(cx));
    assert_int_equal(sl_caller(cx), caller);
    assert_string_equal(sl_account(cx), account);
    assert_int_equal(sl_livemode(cx), livemode);
    if (role)
        assert_string_equal(cx->caller.role, role);
    else
        assert_null(cx->caller.role);
    sl_context_free(cx);
}

static const char *create(sl_context *cx, sl_key_request request)
{
    const char *text = NULL;
    sl_key key;
    sl_error_clear(cx);
    if (sl_keys_create(cx, &request, &text, &key) != SL_OK)
        return NULL;
    assert_null(strstr(key.shown, text));
    assert_null(strstr(key.hash, text));
    return text;
}

static int64_t number_of(sl_context *cx, const char *sql)
{
    sl_rows *rows = NULL;
    assert_int_equal(sl_query_all(cx, sql, SL_NO_ARGS, &rows), SL_OK);
    return sl_rows_int(rows, 0, 0);
}

/* Past the time a revoked key may still be remembered. */
static void forget(void)
{
    assert_int_equal(sl_wait_until(sl_clock_monotonic_ms() + SL_KEY_CACHE_MS + 5), SL_OK);
}

/* ---- bootstrap ---- */

static void bootstrap(sl_context *cx)
{
    assert_int_equal(sl_auth_bootstrap(cx), SL_OK);
    assert_int_equal(sl_auth_bootstrap(cx), SL_OK);
    assert_int_equal(number_of(cx, "SELECT COUNT(*) FROM api_keys"), 2);
    assert_int_equal(number_of(cx, "SELECT COUNT(*) FROM accounts"), 1);
    assert_caller(SECRET_KEY, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "admin");
    assert_caller(PUBLISHABLE_KEY, SL_CALLER_PUBLISHABLE, SL_FIRST_ACCOUNT, false, NULL);

    auth_open("sk_live_another_0123456789", NULL);
    assert_true(sl_auth_livemode(host.auth));
    assert_int_equal(sl_auth_bootstrap(cx), SL_OK);
    assert_int_equal(number_of(cx, "SELECT COUNT(*) FROM api_keys"), 1);
    assert_caller("sk_live_another_0123456789", SL_CALLER_SECRET, SL_FIRST_ACCOUNT, true, "admin");
    assert_unknown("Bearer " SECRET_KEY, "Invalid API Key provided: sk_test_****6789");

    auth_open("sk_live_a_third_0123456789", NULL);
    assert_int_equal(sl_auth_bootstrap(cx), SL_OK);
    assert_caller("sk_live_a_third_0123456789", SL_CALLER_SECRET, SL_FIRST_ACCOUNT, true, "admin");
    assert_unknown("Bearer sk_live_another_0123456789", "Invalid API Key provided: sk_live_****6789");

    auth_open("no prefix at all", NULL);
    assert_false(sl_auth_livemode(host.auth));
    auth_open(NULL, NULL);
    assert_int_equal(sl_auth_bootstrap(cx), SL_OK);
    assert_int_equal(number_of(cx, "SELECT COUNT(*) FROM api_keys"), 0);
}

static void bootstrap_keys_follow_the_settings(void **state)
{
    (void)state;
    run(bootstrap);
}

static void bootstrap_revoked(sl_context *cx)
{
    assert_int_equal(sl_auth_bootstrap(cx), SL_OK);
    assert_int_equal(sl_keys_revoke(cx, SECRET_KEY), SL_OK);
    assert_int_equal(sl_auth_bootstrap(cx), SL_OK);
    assert_unknown("Bearer " SECRET_KEY, "Invalid API Key provided: sk_test_****6789");
}

static void revoked_bootstrap_key_stays_revoked_after_a_restart(void **state)
{
    (void)state;
    run(bootstrap_revoked);
}

/* ---- headers ---- */

static const char *basic(sl_context *cx, const char *text)
{
    return sl_format(cx, "BASIC %s", sl_base64_encode(cx->arena, text, strlen(text), false));
}

static void headers(sl_context *cx)
{
    assert_int_equal(sl_auth_bootstrap(cx), SL_OK);
    const char *missing = "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
                          "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
    assert_unknown(NULL, missing);
    assert_unknown("", missing);
    assert_unknown("Bearer", missing);
    assert_unknown("Bearer ", missing);
    assert_unknown(basic(cx, ":" SECRET_KEY), missing);
    assert_unknown("Basic ***", missing);
    assert_unknown("Digest " SECRET_KEY, "Invalid Authorization header: use Bearer or Basic with an API key.");
    assert_unknown("Bearer " SECRET_KEY "0", "Invalid API Key provided: sk_test_****7890");
    assert_unknown("Bearer sk_test_short", "Invalid API Key provided: sk_test_****");
    assert_unknown("Bearer whatever-this-is", "Invalid API Key provided: ****s-is");
    assert_unknown("Bearer two words", "Invalid API Key provided: ****");
    assert_unknown("Bearer sk_test_\x01\x02", "Invalid API Key provided: ****");
    assert_unknown("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "Invalid API Key provided: ****");

    sl_status status;
    const char *const good[] = { "bearer " SECRET_KEY, "BEARER   " SECRET_KEY, basic(cx, SECRET_KEY ":"), basic(cx, SECRET_KEY ":password"),
                                 basic(cx, SECRET_KEY) };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        sl_context *one = who(good[i], NULL, &status);
        if (status != SL_OK)
            fail_msg("%s: %s", good[i], sl_error_message(one));
        sl_context_free(one);
    }
}

static void headers_are_read_as_stripe_reads_them(void **state)
{
    (void)state;
    run(headers);
}

/* ---- keys ---- */

static void manage(sl_context *cx)
{
    const char *viewer = create(cx, (sl_key_request){ .role = "viewer" });
    assert_caller(viewer, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "viewer");
    const char *restricted = create(cx, (sl_key_request){ .scopes = (const char *const[]){ "customers:read", "refunds:write", NULL } });
    assert_int_equal(strncmp(restricted, "rk_test_", 8), 0);
    const char *live = create(cx, (sl_key_request){ .account = "acct_second", .livemode = true });
    assert_int_equal(strncmp(live, "sk_live_", 8), 0);
    assert_caller(live, SL_CALLER_SECRET, "acct_second", true, "admin");
    const char *publishable = create(cx, (sl_key_request){ .kind = "publishable" });
    assert_caller(publishable, SL_CALLER_PUBLISHABLE, SL_FIRST_ACCOUNT, false, NULL);
    const char *own = create(cx, (sl_key_request){ .role = "customer:cus_9" });
    sl_status status;
    sl_context *customer = who(sl_format(cx, "Bearer %s", own), NULL, &status);
    assert_int_equal(status, SL_OK);
    assert_string_equal(sl_caller_customer(customer), "cus_9");
    sl_context_free(customer);
    sl_context *scoped = who(sl_format(cx, "Bearer %s", restricted), NULL, &status);
    assert_int_equal(sl_auth_permit(scoped, &(sl_route){ .pattern = "GET /v1/customers" }), SL_OK);
    assert_int_equal(sl_auth_permit(scoped, &(sl_route){ .pattern = "POST /v1/customers" }), SL_E_FORBIDDEN);
    assert_int_equal(sl_auth_permit(scoped, &(sl_route){ .pattern = "GET /v1/refunds/{id}" }), SL_OK);
    sl_context_free(scoped);

    sl_list keys;
    assert_int_equal(sl_keys_list(cx, NULL, &keys), SL_OK);
    assert_int_equal(keys.count, 5);
    assert_int_equal(sl_keys_list(cx, "acct_second", &keys), SL_OK);
    assert_int_equal(keys.count, 1);
    assert_true(SL_ITEM(keys, sl_key, 0)->livemode);
    assert_int_equal(number_of(cx, "SELECT COUNT(*) FROM accounts"), 2);
}

static void keys_do_what_they_were_made_for(void **state)
{
    (void)state;
    run(manage);
}

static void refuse_requests(sl_context *cx)
{
    const sl_key_request bad[] = {
        { .kind = "master" },
        { .role = "emperor" },
        { .scopes = (const char *const[]){ "customers", NULL } },
        { .scopes = (const char *const[]){ "customers:delete", NULL } },
        { .scopes = (const char *const[]){ "Customers:read", NULL } },
        { .scopes = (const char *const[]){ "a b:read", NULL } },
        { .kind = "restricted" },
        { .kind = "secret", .scopes = (const char *const[]){ "customers:read", NULL } },
        { .kind = "publishable", .role = "viewer" },
        { .account = "second" },
        { .account = "acct_" },
        { .account = "acct_1:test" },
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (create(cx, bad[i]))
            fail_msg("request %zu was taken", i);
        assert_non_null(sl_error_message(cx));
    }
    assert_int_equal(number_of(cx, "SELECT COUNT(*) FROM api_keys"), 0);
}

static void senseless_keys_are_not_made(void **state)
{
    (void)state;
    run(refuse_requests);
}

static void end_keys(sl_context *cx)
{
    const char *first = create(cx, (sl_key_request){ .role = "operator" });
    const char *masked = sl_key_mask(cx, first);
    const char *second = NULL;
    sl_key key;
    assert_int_equal(sl_keys_rotate(cx, first, 3600, &second, &key), SL_OK);
    assert_caller(first, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "operator");
    assert_caller(second, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "operator");
    const char *third = NULL;
    assert_int_equal(sl_keys_rotate(cx, key.id, 0, &third, &key), SL_OK);
    forget();
    assert_unknown(sl_format(cx, "Bearer %s", second), sl_format(cx, "Invalid API Key provided: %s", sl_key_mask(cx, second)));
    assert_caller(third, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "operator");
    assert_int_equal(sl_keys_revoke(cx, first), SL_OK);
    assert_int_equal(sl_keys_revoke(cx, first), SL_OK);
    forget();
    assert_unknown(sl_format(cx, "Bearer %s", first), sl_format(cx, "Invalid API Key provided: %s", masked));
    assert_int_equal(sl_keys_revoke(cx, "key_nobody"), SL_E_NOT_FOUND);
    assert_int_equal(sl_keys_rotate(cx, first, 0, &third, &key), SL_E_INVALID);
    const char *expired = create(cx, (sl_key_request){ .expires = sl_clock_unix() - 1 });
    assert_unknown(sl_format(cx, "Bearer %s", expired), sl_format(cx, "Expired API Key provided: %s", sl_key_mask(cx, expired)));
}

static void rotated_and_revoked_keys_end(void **state)
{
    (void)state;
    run(end_keys);
}

static void cache(sl_context *cx)
{
    const char *text = create(cx, (sl_key_request){ .kind = "secret" });
    assert_caller(text, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "admin");
    int64_t until = sl_clock_monotonic_ms() + 1000;
    assert_int_equal(sl_keys_revoke(cx, text), SL_OK);
    sl_status status = SL_OK;
    while (status == SL_OK && sl_clock_monotonic_ms() < until) {
        sl_context *one = who(sl_format(cx, "Bearer %s", text), NULL, &status);
        sl_context_free(one);
        assert_int_equal(sl_wait_until(sl_clock_monotonic_ms() + 1), SL_OK);
    }
    assert_int_equal(status, SL_E_UNAUTHENTICATED);
}

static void busy_use_does_not_keep_a_revoked_key_alive(void **state)
{
    (void)state;
    run(cache);
}

/* ---- connected accounts ---- */

static void connected(sl_context *cx)
{
    assert_int_equal(sl_auth_bootstrap(cx), SL_OK);
    sl_rows *rows = NULL;
    assert_int_equal(sl_execute(cx, "INSERT INTO accounts (account_id, id, created, version) VALUES ($1, $2, 1, 1)",
                                SL_ARGS(sl_text(SL_FIRST_ACCOUNT ":test"), sl_text("acct_shop")), &rows), SL_OK);
    sl_status status;
    sl_context *one = who("Bearer " SECRET_KEY, "acct_shop", &status);
    assert_int_equal(status, SL_OK);
    assert_string_equal(one->scope, "acct_shop:test");
    sl_context_free(one);
    one = who("Bearer " SECRET_KEY, SL_FIRST_ACCOUNT, &status);
    assert_int_equal(status, SL_OK);
    assert_string_equal(one->scope, SL_FIRST_ACCOUNT ":test");
    sl_context_free(one);
    one = who("Bearer " SECRET_KEY, "acct_nobody", &status);
    assert_int_equal(status, SL_E_FORBIDDEN);
    assert_string_equal(sl_error_code(one), "account_invalid");
    sl_context_free(one);
    const char *live = create(cx, (sl_key_request){ .livemode = true });
    one = who(sl_format(cx, "Bearer %s", live), "acct_shop", &status);
    assert_int_equal(status, SL_E_FORBIDDEN);
    sl_context_free(one);
    const char *customer = create(cx, (sl_key_request){ .role = "customer:cus_1" });
    one = who(sl_format(cx, "Bearer %s", customer), "acct_shop", &status);
    assert_int_equal(status, SL_E_FORBIDDEN);
    sl_context_free(one);
}

static void connected_accounts_belong_to_one_account_and_mode(void **state)
{
    (void)state;
    run(connected);
}

static void guard(sl_context *cx)
{
    assert_int_equal(sl_auth_bootstrap(cx), SL_OK);
    const sl_route open = { .pattern = "POST /webhooks", .access = SL_ACCESS_OPEN };
    const sl_route closed = { .pattern = "GET /v1/customers" };
    sl_context *one = sl_context_new(&host, "system", true, "req_guard");
    assert_int_equal(sl_auth_guard(one, &open, "Bearer of bad news", NULL), SL_OK);
    assert_int_equal(sl_caller(one), SL_CALLER_NONE);
    assert_string_equal(one->scope, SL_FIRST_ACCOUNT ":test");
    assert_null(sl_error_message(one));
    assert_int_equal(sl_auth_guard(one, &open, "Bearer " SECRET_KEY, NULL), SL_OK);
    assert_int_equal(sl_caller(one), SL_CALLER_SECRET);
    assert_int_equal(sl_auth_guard(one, &closed, NULL, NULL), SL_E_UNAUTHENTICATED);
    assert_int_equal(sl_auth_guard(one, &closed, "Bearer " PUBLISHABLE_KEY, NULL), SL_E_FORBIDDEN);
    sl_context_free(one);
}

static void open_routes_do_without_a_credential(void **state)
{
    (void)state;
    run(guard);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(bootstrap_keys_follow_the_settings),
        CASE(revoked_bootstrap_key_stays_revoked_after_a_restart),
        CASE(headers_are_read_as_stripe_reads_them),
        CASE(keys_do_what_they_were_made_for),
        CASE(senseless_keys_are_not_made),
        CASE(rotated_and_revoked_keys_end),
        CASE(busy_use_does_not_keep_a_revoked_key_alive),
        CASE(connected_accounts_belong_to_one_account_and_mode),
        CASE(open_routes_do_without_a_credential),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
