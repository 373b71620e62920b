/*
 * keys_test.c: keys in both databases: made, found, shown, rotated, revoked; the bootstrap keys; who a header makes of a context.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"

#include "core/auth/auth.h"
#include "core/auth/keys.h"
#include "core/base/encode.h"

#define SECRET_KEY "sk_test_bootstrap_0123456789"
#define PUBLISHABLE_KEY "pk_test_bootstrap_0123456789"

static void migrate(sl_context *cx)
{
    const char *source = getenv("STRIPE_LITE_SOURCE");
    const sl_migration_folder core = {
        .owner = "core", .path = sl_format(cx, "%s/migrations/core", source ? source : ".")
    };
    uint32_t count = 0;
    check_status(sl_migrate(cx, &core, 1, &count), SL_OK);
}

static int group_up(void **state)
{
    if (bench_up(state) != 0 || bench_use_sqlite(state) != 0)
        return -1;
    bench_run(migrate);
    if (bench_use_postgres(state) == 0)
        bench_run(migrate);
    return 0;
}

static void auth_open(const char *secret, const char *publishable)
{
    const char *message = NULL;
    sl_auth_free(bench_host.auth);
    bench_host.auth = sl_auth_new(
        &(sl_auth_options){ .secret_key = secret, .publishable_key = publishable }, &message);
    check(bench_host.auth != NULL);
}

static void clear(sl_context *cx)
{
    sl_rows *rows = NULL;
    check_status(sl_execute(cx, "DELETE FROM api_keys", SL_NO_ARGS, &rows), SL_OK);
    check_status(sl_execute(cx, "DELETE FROM accounts", SL_NO_ARGS, &rows), SL_OK);
}

static int use_sqlite(void **state)
{
    if (bench_use_sqlite(state) != 0)
        return -1;
    bench_run(clear);
    auth_open(SECRET_KEY, PUBLISHABLE_KEY);
    return 0;
}

static int use_postgres(void **state)
{
    if (bench_use_postgres(state) != 0)
        return -1;
    bench_run(clear);
    auth_open(SECRET_KEY, PUBLISHABLE_KEY);
    return 0;
}

static int done(void **state)
{
    (void)state;
    sl_auth_free(bench_host.auth);
    bench_host.auth = NULL;
    return 0;
}

/* ---- helpers ---- */

static sl_context *who(const char *authorization, const char *account, sl_status *ret_status)
{
    sl_context *cx = sl_context_new(&bench_host, "system", true, "req_who");
    *ret_status = sl_auth_identify(cx, authorization, account);
    return cx;
}

static void check_unknown(const char *authorization, const char *sentence)
{
    sl_status status;
    sl_context *cx = who(authorization, NULL, &status);
    check_int(status, SL_E_UNAUTHENTICATED);
    check_text(sl_error_message(cx), sentence);
    sl_context_free(cx);
}

static void check_caller(const char *key, int32_t caller, const char *account, bool livemode,
                         const char *role)
{
    sl_status status;
    char header[256];
    snprintf(header, sizeof(header), "Bearer %s", key);
    sl_context *cx = who(header, NULL, &status);
    check_text(sl_error_message(cx), NULL);
    check_int(sl_caller(cx), caller);
    check_text(sl_account(cx), account);
    check_int(sl_livemode(cx), livemode);
    check_text(cx->caller.role, role);
    sl_context_free(cx);
}

static const char *create(sl_context *cx, sl_key_request request)
{
    const char *text = NULL;
    sl_key key;
    sl_error_clear(cx);
    if (sl_keys_create(cx, &request, &text, &key) != SL_OK)
        return NULL;
    check(strstr(key.shown, text) == NULL);
    check(strstr(key.hash, text) == NULL);
    return text;
}

static int64_t number_of(sl_context *cx, const char *sql)
{
    sl_rows *rows = NULL;
    check_int(sl_query_all(cx, sql, SL_NO_ARGS, &rows), SL_OK);
    return sl_rows_int(rows, 0, 0);
}

/* Past the time a revoked key may still be remembered. */
static void forget(void)
{
    check_int(sl_wait_until(sl_clock_monotonic_ms() + SL_KEY_CACHE_MS + 5), SL_OK);
}

/* ---- bootstrap ---- */

static void bootstrap(sl_context *cx)
{
    check_int(sl_auth_bootstrap(cx), SL_OK);
    check_int(sl_auth_bootstrap(cx), SL_OK);
    check_int(number_of(cx, "SELECT COUNT(*) FROM api_keys"), 2);
    check_int(number_of(cx, "SELECT COUNT(*) FROM accounts"), 1);
    check_caller(SECRET_KEY, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "admin");
    check_caller(PUBLISHABLE_KEY, SL_CALLER_PUBLISHABLE, SL_FIRST_ACCOUNT, false, NULL);

    auth_open("sk_live_another_0123456789", NULL);
    check(sl_auth_livemode(bench_host.auth));
    check_int(sl_auth_bootstrap(cx), SL_OK);
    check_int(number_of(cx, "SELECT COUNT(*) FROM api_keys"), 1);
    check_caller("sk_live_another_0123456789", SL_CALLER_SECRET, SL_FIRST_ACCOUNT, true, "admin");
    check_unknown("Bearer " SECRET_KEY, "Invalid API Key provided: sk_test_****6789");

    auth_open("sk_live_a_third_0123456789", NULL);
    check_int(sl_auth_bootstrap(cx), SL_OK);
    check_caller("sk_live_a_third_0123456789", SL_CALLER_SECRET, SL_FIRST_ACCOUNT, true, "admin");
    check_unknown("Bearer sk_live_another_0123456789",
                  "Invalid API Key provided: sk_live_****6789");

    auth_open("no prefix at all", NULL);
    check(!sl_auth_livemode(bench_host.auth));
    auth_open(NULL, NULL);
    check_int(sl_auth_bootstrap(cx), SL_OK);
    check_int(number_of(cx, "SELECT COUNT(*) FROM api_keys"), 0);
}

static void bootstrap_keys_follow_the_settings(void **state)
{
    (void)state;
    bench_run(bootstrap);
}

static void bootstrap_revoked(sl_context *cx)
{
    check_int(sl_auth_bootstrap(cx), SL_OK);
    check_int(sl_keys_revoke(cx, SECRET_KEY), SL_OK);
    check_int(sl_auth_bootstrap(cx), SL_OK);
    check_unknown("Bearer " SECRET_KEY, "Invalid API Key provided: sk_test_****6789");
}

static void revoked_bootstrap_key_stays_revoked_after_a_restart(void **state)
{
    (void)state;
    bench_run(bootstrap_revoked);
}

/* ---- headers ---- */

static const char *basic(sl_context *cx, const char *text)
{
    return sl_format(cx, "BASIC %s", sl_base64_encode(cx->arena, text, strlen(text), false));
}

static void headers(sl_context *cx)
{
    check_int(sl_auth_bootstrap(cx), SL_OK);
    const char *missing =
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
        "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
    check_unknown(NULL, missing);
    check_unknown("", missing);
    check_unknown("Bearer", missing);
    check_unknown("Bearer ", missing);
    check_unknown(basic(cx, ":" SECRET_KEY), missing);
    check_unknown("Basic ***", missing);
    check_unknown("Digest " SECRET_KEY,
                  "Invalid Authorization header: use Bearer or Basic with an API key.");
    check_unknown("Bearer " SECRET_KEY "0", "Invalid API Key provided: sk_test_****7890");
    check_unknown("Bearer sk_test_short", "Invalid API Key provided: sk_test_****");
    check_unknown("Bearer whatever-this-is", "Invalid API Key provided: ****s-is");
    check_unknown("Bearer two words", "Invalid API Key provided: ****");
    check_unknown("Bearer sk_test_\x01\x02", "Invalid API Key provided: ****");
    check_unknown("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "Invalid API Key provided: ****");

    sl_status status;
    const char *const good[] = { "bearer " SECRET_KEY, "BEARER   " SECRET_KEY,
                                 basic(cx, SECRET_KEY ":"), basic(cx, SECRET_KEY ":password"),
                                 basic(cx, SECRET_KEY) };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        sl_context *one = who(good[i], NULL, &status);
        check_text(sl_error_message(one), NULL);
        sl_context_free(one);
    }
}

static void headers_are_read_as_stripe_reads_them(void **state)
{
    (void)state;
    bench_run(headers);
}

/* ---- keys ---- */

static void manage(sl_context *cx)
{
    const char *viewer = create(cx, (sl_key_request){ .role = "viewer" });
    check_caller(viewer, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "viewer");
    const char *restricted =
        create(cx, (sl_key_request){ .scopes = (const char *const[]){ "customers:read",
                                                                      "refunds:write", NULL } });
    check_int(strncmp(restricted, "rk_test_", 8), 0);
    const char *live = create(cx, (sl_key_request){ .account = "acct_second", .livemode = true });
    check_int(strncmp(live, "sk_live_", 8), 0);
    check_caller(live, SL_CALLER_SECRET, "acct_second", true, "admin");
    const char *publishable = create(cx, (sl_key_request){ .kind = "publishable" });
    check_caller(publishable, SL_CALLER_PUBLISHABLE, SL_FIRST_ACCOUNT, false, NULL);
    const char *own = create(cx, (sl_key_request){ .role = "customer:cus_9" });
    sl_status status;
    sl_context *customer = who(sl_format(cx, "Bearer %s", own), NULL, &status);
    check_int(status, SL_OK);
    check_text(sl_caller_customer(customer), "cus_9");
    sl_context_free(customer);
    sl_context *scoped = who(sl_format(cx, "Bearer %s", restricted), NULL, &status);
    check_int(sl_auth_permit(scoped, &(sl_route){ .pattern = "GET /v1/customers" }), SL_OK);
    check_int(sl_auth_permit(scoped, &(sl_route){ .pattern = "POST /v1/customers" }),
              SL_E_FORBIDDEN);
    check_int(sl_auth_permit(scoped, &(sl_route){ .pattern = "GET /v1/refunds/{id}" }), SL_OK);
    sl_context_free(scoped);

    sl_list keys;
    check_int(sl_keys_list(cx, NULL, &keys), SL_OK);
    check_int(keys.count, 5);
    check_int(sl_keys_list(cx, "acct_second", &keys), SL_OK);
    check_int(keys.count, 1);
    check(SL_ITEM(keys, sl_key, 0)->livemode);
    check_int(number_of(cx, "SELECT COUNT(*) FROM accounts"), 2);
}

static void keys_do_what_they_were_made_for(void **state)
{
    (void)state;
    bench_run(manage);
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
        check_text(create(cx, bad[i]), NULL);
        check(sl_error_message(cx) != NULL);
    }
    check_int(number_of(cx, "SELECT COUNT(*) FROM api_keys"), 0);
}

static void senseless_keys_are_not_made(void **state)
{
    (void)state;
    bench_run(refuse_requests);
}

static void end_keys(sl_context *cx)
{
    const char *first = create(cx, (sl_key_request){ .role = "operator" });
    const char *masked = sl_key_mask(cx, first);
    const char *second = NULL;
    sl_key key;
    check_int(sl_keys_rotate(cx, first, 3600, &second, &key), SL_OK);
    check_caller(first, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "operator");
    check_caller(second, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "operator");
    const char *third = NULL;
    check_int(sl_keys_rotate(cx, key.id, 0, &third, &key), SL_OK);
    forget();
    check_unknown(sl_format(cx, "Bearer %s", second),
                  sl_format(cx, "Invalid API Key provided: %s", sl_key_mask(cx, second)));
    check_caller(third, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "operator");
    check_int(sl_keys_revoke(cx, first), SL_OK);
    check_int(sl_keys_revoke(cx, first), SL_OK);
    forget();
    check_unknown(sl_format(cx, "Bearer %s", first),
                  sl_format(cx, "Invalid API Key provided: %s", masked));
    check_int(sl_keys_revoke(cx, "key_nobody"), SL_E_NOT_FOUND);
    check_int(sl_keys_rotate(cx, first, 0, &third, &key), SL_E_INVALID);
    const char *expired = create(cx, (sl_key_request){ .expires = sl_clock_unix() - 1 });
    check_unknown(sl_format(cx, "Bearer %s", expired),
                  sl_format(cx, "Expired API Key provided: %s", sl_key_mask(cx, expired)));
}

static void rotated_and_revoked_keys_end(void **state)
{
    (void)state;
    bench_run(end_keys);
}

static void cache(sl_context *cx)
{
    const char *text = create(cx, (sl_key_request){ .kind = "secret" });
    check_caller(text, SL_CALLER_SECRET, SL_FIRST_ACCOUNT, false, "admin");
    int64_t until = sl_clock_monotonic_ms() + 1000;
    check_int(sl_keys_revoke(cx, text), SL_OK);
    sl_status status = SL_OK;
    while (status == SL_OK && sl_clock_monotonic_ms() < until) {
        sl_context *one = who(sl_format(cx, "Bearer %s", text), NULL, &status);
        sl_context_free(one);
        check_int(sl_wait_until(sl_clock_monotonic_ms() + 1), SL_OK);
    }
    check_int(status, SL_E_UNAUTHENTICATED);
}

static void busy_use_does_not_keep_a_revoked_key_alive(void **state)
{
    (void)state;
    bench_run(cache);
}

/* ---- connected accounts ---- */

static void connected(sl_context *cx)
{
    check_int(sl_auth_bootstrap(cx), SL_OK);
    sl_rows *rows = NULL;
    check_int(
        sl_execute(cx,
                   "INSERT INTO accounts (account_id, id, created, version) VALUES ($1, $2, 1, 1)",
                   SL_ARGS(sl_text(SL_FIRST_ACCOUNT ":test"), sl_text("acct_shop")), &rows),
        SL_OK);
    sl_status status;
    sl_context *one = who("Bearer " SECRET_KEY, "acct_shop", &status);
    check_int(status, SL_OK);
    check_text(one->scope, "acct_shop:test");
    sl_context_free(one);
    one = who("Bearer " SECRET_KEY, SL_FIRST_ACCOUNT, &status);
    check_int(status, SL_OK);
    check_text(one->scope, SL_FIRST_ACCOUNT ":test");
    sl_context_free(one);
    one = who("Bearer " SECRET_KEY, "acct_nobody", &status);
    check_int(status, SL_E_FORBIDDEN);
    check_text(sl_error_code(one), "account_invalid");
    sl_context_free(one);
    const char *live = create(cx, (sl_key_request){ .livemode = true });
    one = who(sl_format(cx, "Bearer %s", live), "acct_shop", &status);
    check_int(status, SL_E_FORBIDDEN);
    sl_context_free(one);
    const char *customer = create(cx, (sl_key_request){ .role = "customer:cus_1" });
    one = who(sl_format(cx, "Bearer %s", customer), "acct_shop", &status);
    check_int(status, SL_E_FORBIDDEN);
    sl_context_free(one);
}

static void connected_accounts_belong_to_one_account_and_mode(void **state)
{
    (void)state;
    bench_run(connected);
}

static void guard(sl_context *cx)
{
    check_int(sl_auth_bootstrap(cx), SL_OK);
    const sl_route open = { .pattern = "POST /webhooks", .access = SL_ACCESS_OPEN };
    const sl_route closed = { .pattern = "GET /v1/customers" };
    sl_context *one = sl_context_new(&bench_host, "system", true, "req_guard");
    check_int(sl_auth_guard(one, &open, "Bearer of bad news", NULL), SL_OK);
    check_int(sl_caller(one), SL_CALLER_NONE);
    check_text(one->scope, SL_FIRST_ACCOUNT ":test");
    check(sl_error_message(one) == NULL);
    check_int(sl_auth_guard(one, &open, "Bearer " SECRET_KEY, NULL), SL_OK);
    check_int(sl_caller(one), SL_CALLER_SECRET);
    check_int(sl_auth_guard(one, &closed, NULL, NULL), SL_E_UNAUTHENTICATED);
    check_int(sl_auth_guard(one, &closed, "Bearer " PUBLISHABLE_KEY, NULL), SL_E_FORBIDDEN);
    sl_context_free(one);
}

static void open_routes_do_without_a_credential(void **state)
{
    (void)state;
    bench_run(guard);
}

#define CASE(TEST)                                         \
    { "sqlite: " #TEST, TEST, use_sqlite, done, NULL },    \
    {                                                      \
        "postgres: " #TEST, TEST, use_postgres, done, NULL \
    }

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
    return cmocka_run_group_tests_name("keys", tests, group_up, bench_down);
}
