/*
 * commit_test.c: many at once on one row, retrying, keeping, hooks, deadlines, a thousand sets in the queue; on both databases.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"

/* ---- many at once ---- */

static int finished;
static int runs;

static sl_status increment(sl_context *cx, void *data)
{
    (void)data;
    struct item item;
    runs++;
    sl_status status = sl_find(cx, &item_table, "item_1", &item);
    if (status != SL_OK)
        return status;
    item.amount++;
    sl_update(cx, &item_table, &item, "amount");
    return SL_OK;
}

static void increment_fiber(sl_context *cx, void *data)
{
    (void)data;
    check_status(sl_retry(cx, increment, NULL), SL_OK);
    finished++;
}

static void make_one(sl_context *cx)
{
    struct item *item = bench_item(cx, "item_1");
    item->amount = 0;
    sl_insert(cx, &item_table, item);
    bench_commit(cx);
    finished = 0;
    runs = 0;
    for (int i = 0; i < 50; i++)
        bench_start(increment_fiber, NULL);
}

static void see_fifty(sl_context *cx)
{
    struct item item = bench_find(cx, "item_1");
    check_int(finished, 50);
    check_int(item.amount, 50);
    check_int(item.version, 51);
    check(runs > 50);
}

static void test_fifty_increment_one_row(void **state)
{
    (void)state;
    bench_run(make_one);
    bench_run(see_fifty);
}

static void add_fiber(sl_context *cx, void *data)
{
    struct counter counter = { .id = "hot", .total = (int)(intptr_t)data, .times = 1 };
    sl_add(cx, &counter_table, &counter, "total, times");
    sl_insert(cx, &item_table, bench_item(cx, sl_format(cx, "item_%d", (int)(intptr_t)data)));
    bench_commit(cx);
    finished++;
}

static void add_many(sl_context *cx)
{
    (void)cx;
    finished = 0;
    for (intptr_t i = 1; i <= 1000; i++)
        bench_start(add_fiber, (void *)i);
}

static void see_sum(sl_context *cx)
{
    struct counter counter = { 0 };
    sl_rows *rows = NULL;
    check_int(finished, 1000);
    check_status(sl_find(cx, &counter_table, "hot", &counter), SL_OK);
    check_int(counter.total, 500500);
    check_int(counter.times, 1000);
    check_status(
        sl_query(cx, "SELECT count(*) FROM items WHERE account_id = $1", SL_NO_ARGS, &rows), SL_OK);
    check_int(sl_rows_int(rows, 0, 0), 1000);
}

static void test_a_thousand_sets_add_up(void **state)
{
    (void)state;
    bench_run(add_many);
    bench_run(see_sum);
}

/* A plan made on an empty table reads all rows of the account; ours must not live that long. */
static void see_plan(sl_context *cx)
{
    sl_rows *rows = NULL;
    const char *plan = "";
    check_status(sl_query_all(cx,
                              "SELECT reltuples > 0 FROM pg_class WHERE oid = 'items'::regclass",
                              SL_NO_ARGS, &rows),
                 SL_OK);
    check(sl_rows_bool(rows, 0, 0));
    check_status(
        sl_explain(
            cx,
            "UPDATE items SET amount = $3, version = version + 1 WHERE account_id = $1 AND id = $2 AND "
            "version = $4",
            SL_ARGS(sl_text(cx->scope), sl_text("item_1"), sl_int(1), sl_int(1)), &plan),
        SL_OK);
    check(strstr(plan, "items_pkey") != NULL);
}

static void test_a_young_table_is_analyzed(void **state)
{
    (void)state;
    bench_run(add_many);
    bench_run(see_plan);
}

/* Of two sets in one group that want the same id, one gets it, and their neighbours notice nothing. */
static int conflicts;

static void same_fiber(sl_context *cx, void *data)
{
    int number = (int)(intptr_t)data;
    sl_insert(cx, &item_table,
              bench_item(cx, number % 3 == 0 ? "item_same" : sl_format(cx, "item_%d", number)));
    if (number % 5 == 0) {
        struct item *bad = bench_item(cx, sl_format(cx, "item_bad_%d", number));
        bad->data = "{ this is no JSON";
        sl_insert(cx, &item_table, bad);
    }
    sl_status status = sl_commit(cx);
    if (status == SL_E_CONFLICT)
        conflicts++;
    else if (number % 5 == 0 && !bench_on_sqlite)
        check_status(status, SL_E_INVALID);
    else
        check_status(status, SL_OK);
    finished += status == SL_OK;
}

static void same_many(sl_context *cx)
{
    (void)cx;
    finished = 0;
    conflicts = 0;
    for (intptr_t i = 1; i <= 30; i++)
        bench_start(same_fiber, (void *)i);
}

static void same_see(sl_context *cx)
{
    sl_rows *rows = NULL;
    check_status(
        sl_query(cx, "SELECT count(*) FROM items WHERE account_id = $1 AND id NOT LIKE 'item_bad%'",
                 SL_NO_ARGS, &rows),
        SL_OK);
    check_int(sl_rows_int(rows, 0, 0), finished);
    check_int(finished, bench_on_sqlite ? 21 : 17);
    check(conflicts >= 7);
}

static void test_a_bad_set_hurts_nobody(void **state)
{
    (void)state;
    bench_run(same_many);
    bench_run(same_see);
}

/* ---- keeping ---- */

static sl_status decline(sl_context *cx, void *data)
{
    sl_insert(cx, &item_table, bench_item(cx, "item_declined"));
    if (data)
        sl_keep(cx);
    return sl_fail(cx, SL_E_CARD, "card_declined", "Your card was declined.");
}

static void keeping(sl_context *cx)
{
    struct item item;
    check_status(sl_retry(cx, decline, NULL), SL_E_CARD);
    check_status(sl_find(cx, &item_table, "item_declined", &item), SL_E_NOT_FOUND);
    check(!cx->committed);
    check_status(sl_retry(cx, decline, cx), SL_E_CARD);
    check_text(sl_error_code(cx), "card_declined");
    check(cx->committed);
    check(!cx->keep);
    check_status(sl_find(cx, &item_table, "item_declined", &item), SL_OK);
}

static void test_keeping_a_decline(void **state)
{
    (void)state;
    bench_run(keeping);
}

/* ---- retrying ---- */

static sl_status never(sl_context *cx, void *data)
{
    runs++;
    check(!sl_has_pending(cx));
    sl_insert(cx, &item_table, bench_item(cx, data));
    return SL_OK;
}

static sl_status commit_then_conflict(sl_context *cx, void *data)
{
    runs++;
    sl_insert(cx, &item_table, bench_item(cx, "item_mine"));
    bench_commit(cx);
    return never(cx, data);
}

static void retrying(sl_context *cx)
{
    sl_insert(cx, &item_table, bench_item(cx, "item_taken"));
    bench_commit(cx);
    cx->committed = false;
    runs = 0;
    cx->deadline = sl_clock_monotonic_ms() + 300;
    check_status(sl_retry(cx, never, "item_taken"), SL_E_RATE);
    check_text(sl_error_code(cx), "lock_timeout");
    check(runs > 3 && runs < 100);
    check(sl_clock_monotonic_ms() <= cx->deadline + 100);
    cx->deadline = 0;
    runs = 0;
    /* What committed something itself is not run again. */
    check_status(sl_retry(cx, commit_then_conflict, "item_taken"), SL_E_RATE);
    check_int(runs, 2);
    bench_find(cx, "item_mine");
    sl_insert(cx, &item_table, bench_item(cx, "item_lost"));
    check_status(sl_retry(cx, never, "item_new"), SL_E_INTERNAL);
    check(!sl_has_pending(cx));
}

static void test_retrying_ends(void **state)
{
    (void)state;
    bench_run(retrying);
}

static sl_status take_once(sl_context *cx, void *data)
{
    int *run = data;
    (*run)++;
    sl_insert(cx, &item_table, bench_item(cx, *run < 3 ? "item_taken" : "item_free"));
    return SL_OK;
}

static sl_status handler(sl_context *cx, void *data)
{
    sl_insert(cx, &item_table, bench_item(cx, "item_attempt"));
    bench_commit(cx);
    /* The deadline passes while the gateway thinks. */
    cx->deadline = sl_clock_monotonic_ms() - 1;
    return sl_retry(cx, take_once, data);
}

static void outcome(sl_context *cx)
{
    int run = 0;
    sl_insert(cx, &item_table, bench_item(cx, "item_taken"));
    bench_commit(cx);
    cx->committed = false;
    check_status(sl_retry(cx, handler, &run), SL_OK);
    check_int(run, 3);
    cx->deadline = 0;
    bench_find(cx, "item_attempt");
    bench_find(cx, "item_free");
}

static void test_an_outcome_is_recorded_late(void **state)
{
    (void)state;
    bench_run(outcome);
}

/* ---- hooks ---- */

static int before_calls;
static int restarts;
static sl_status after_status;

static sl_status hook_before(sl_context *cx, void *data)
{
    before_calls++;
    sl_insert(cx, &item_table, bench_item(cx, data));
    return SL_OK;
}

static void hook_after(sl_context *cx, void *data, sl_status result)
{
    (void)cx;
    (void)data;
    after_status = result;
}

static void hook_restart(sl_context *cx, void *data)
{
    (void)cx;
    (void)data;
    restarts++;
}

static sl_status refuse(sl_context *cx, void *data)
{
    (void)data;
    return sl_fail(cx, SL_E_INVALID, NULL, "no");
}

static void hooks(sl_context *cx)
{
    sl_commit_hook hook = {
        .before = hook_before, .after = hook_after, .restart = hook_restart, .data = "item_hook"
    };
    before_calls = restarts = 0;
    sl_context_hook(cx, &hook);
    after_status = SL_E_INTERNAL;
    bench_commit(cx);
    check_int(before_calls, 1);
    check_status(after_status, SL_OK);
    bench_find(cx, "item_hook");
    int run = 2;
    hook.data = "item_other";
    check_status(sl_retry(cx, take_once, &run), SL_OK);
    check_int(restarts, 1);
    check_status(sl_commit(cx), SL_E_CONFLICT);
    check_status(after_status, SL_E_CONFLICT);
    hook.before = refuse;
    check_status(sl_commit(cx), SL_E_INVALID);
    check_status(after_status, SL_E_INVALID);
}

static void test_hooks(void **state)
{
    (void)state;
    bench_run(hooks);
}

/* ---- deadlines and cancelling ---- */

static void late(sl_context *cx)
{
    sl_rows *rows = NULL;
    cx->deadline = sl_clock_monotonic_ms() + 150;
    const char *slow =
        bench_on_sqlite
            ? "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT count(*) FROM n"
            : "SELECT pg_sleep(5)";
    int64_t start = sl_clock_monotonic_ms();
    sl_status status = sl_query_all(cx, slow, SL_NO_ARGS, &rows);
    check_status(status, bench_on_sqlite ? SL_OK : SL_E_TIMEOUT);
    check(sl_clock_monotonic_ms() - start < 1000);
    cx->deadline = 0;
    check_status(sl_database_ping(cx), SL_OK);
}

static void test_a_deadline_ends_a_read(void **state)
{
    (void)state;
    bench_run(late);
}

static void cancelled_fiber(sl_context *cx, void *data)
{
    (void)data;
    sl_insert(cx, &item_table, bench_item(cx, "item_cancelled"));
    sl_fiber_cancel(sl_fiber_current());
    bench_commit(cx);
    finished++;
}

static void cancelled_start(sl_context *cx)
{
    (void)cx;
    finished = 0;
    bench_start(cancelled_fiber, NULL);
}

static void cancelled_see(sl_context *cx)
{
    check_int(finished, 1);
    bench_find(cx, "item_cancelled");
}

static void test_a_commit_is_not_cancelled(void **state)
{
    (void)state;
    bench_run(cancelled_start);
    bench_run(cancelled_see);
}

/* ---- another process beside us ---- */

static void beside(sl_context *cx)
{
    sl_database *own = bench_host.database;
    sl_database *other = bench_open_again();
    sl_insert(cx, &item_table, bench_item(cx, "item_1"));
    bench_commit(cx);
    bench_host.database = other;
    struct item item = bench_find(cx, "item_1");
    item.amount = 7;
    sl_update(cx, &item_table, &item, "amount");
    bench_commit(cx);
    bench_host.database = own;
    check_int(bench_find(cx, "item_1").amount, 7);
    sl_database_close(other);
}

static void test_two_opened_at_once(void **state)
{
    (void)state;
    bench_run(beside);
}

static void test_addresses_that_are_none(void **state)
{
    (void)state;
    static const char *const urls[] = { "mysql://x", "sqlite:", "sqlite:/proc/none/x.db",
                                        "postgresql://u:secret@h:1/db?no_such_option=1" };
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        sl_database *database = NULL;
        char *message = NULL;
        assert_int_not_equal(sl_database_open(bench_host.loop, urls[i], &database, &message),
                             SL_OK);
        assert_null(database);
        assert_non_null(message);
        assert_null(strstr(message, "secret"));
        free(message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_fifty_increment_one_row),
        ON_BOTH(test_a_thousand_sets_add_up),
        ON_POSTGRES(test_a_young_table_is_analyzed),
        ON_BOTH(test_a_bad_set_hurts_nobody),
        ON_BOTH(test_keeping_a_decline),
        ON_BOTH(test_retrying_ends),
        ON_BOTH(test_an_outcome_is_recorded_late),
        ON_BOTH(test_hooks),
        ON_BOTH(test_a_deadline_ends_a_read),
        ON_BOTH(test_a_commit_is_not_cancelled),
        ON_BOTH(test_two_opened_at_once),
        ON_SQLITE(test_addresses_that_are_none),
    };
    return cmocka_run_group_tests_name("database: commit", tests, bench_up, bench_down);
}
