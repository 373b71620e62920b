/*
 * numbers_test.c: numbers without gaps: alone, by many at once, on two servers, and when a set that draws is not committed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"
#include "core/database/numbers.h"
#include "core/database/write_set.h"

#define MANY 40

static void series_make(sl_context *cx)
{
    sl_rows *rows = NULL;
    check_status(
        sl_execute(cx,
                   "CREATE TABLE IF NOT EXISTS number_series (account_id TEXT NOT NULL,"
                   " id TEXT NOT NULL, value BIGINT NOT NULL, PRIMARY KEY (account_id, id))",
                   SL_NO_ARGS, &rows),
        SL_OK);
    check_status(sl_execute(cx, "DELETE FROM number_series", SL_NO_ARGS, &rows), SL_OK);
}

static struct item *numbered(sl_context *cx, const char *id, const char *series)
{
    struct item *item = bench_item(cx, id);
    item->name = sl_number(cx, series, "ORD-2026-", 3);
    item->data = sl_format(cx, "{\"number\":\"%s\",\"again\":\"%s\"}", item->name, item->name);
    item->unique_key = NULL;
    return item;
}

static void number_wanted(sl_context *cx, const char *id, const char *name)
{
    struct item item = bench_find(cx, id);
    check_text(item.name, name);
    sl_rows *rows = NULL;
    check_status(sl_query(cx,
                          "SELECT COUNT(*) FROM items WHERE account_id = $1 AND id = $2 AND"
                          " CAST(data AS TEXT) LIKE $3",
                          SL_ARGS(sl_text(id), sl_text(sl_format(cx, "%%%s%%%s%%", name, name))),
                          &rows),
                 SL_OK);
    check_int(sl_rows_int(rows, 0, 0), 1);
}

static int64_t given_out(sl_context *cx, const char *series)
{
    sl_rows *rows = NULL;
    check_status(sl_query(cx, "SELECT value FROM number_series WHERE account_id = $1 AND id = $2",
                          SL_ARGS(sl_text(series)), &rows),
                 SL_OK);
    return sl_rows_count(rows) == 1 ? sl_rows_int(rows, 0, 0) : 0;
}

static void one_after_the_other(sl_context *cx)
{
    struct item *first = numbered(cx, "item_1", "orders");
    const char *shown = sl_format(cx, "<%s>", first->name);
    check(strncmp(first->name, "num_", 4) == 0);
    sl_insert(cx, &item_table, first);
    check_text(bench_find(cx, "item_1").name, first->name);
    bench_commit(cx);
    check_text(first->name, "ORD-2026-001");
    size_t length = strlen(shown);
    check_text(sl_numbers_settled(cx, shown, &length), "<ORD-2026-001>");
    check_int((int64_t)length, 14);
    number_wanted(cx, "item_1", "ORD-2026-001");
    sl_insert(cx, &item_table, numbered(cx, "item_2", "orders"));
    sl_insert(cx, &item_table, numbered(cx, "item_3", "invoices"));
    sl_insert(cx, &item_table, numbered(cx, "item_4", "orders"));
    bench_commit(cx);
    number_wanted(cx, "item_2", "ORD-2026-002");
    number_wanted(cx, "item_3", "ORD-2026-001");
    number_wanted(cx, "item_4", "ORD-2026-003");
}

static void test_one_after_the_other(void **state)
{
    (void)state;
    bench_run(series_make);
    bench_run(one_after_the_other);
}

static void other_scopes(sl_context *cx)
{
    sl_insert(cx, &item_table, numbered(cx, "item_1", "orders"));
    bench_commit(cx);
    sl_context_bind(cx, "acct_2", true);
    sl_insert(cx, &item_table, numbered(cx, "item_1", "orders"));
    bench_commit(cx);
    number_wanted(cx, "item_1", "ORD-2026-001");
    struct item *item = bench_item(cx, "item_2");
    item->unique_key = NULL;
    item->name = sl_number(cx, "wide", "", 0);
    sl_rows *rows = NULL;
    check_status(sl_execute(cx, "INSERT INTO number_series VALUES ('acct_2', 'wide', 98765432109)",
                            SL_NO_ARGS, &rows),
                 SL_OK);
    sl_insert(cx, &item_table, item);
    bench_commit(cx);
    check_text(bench_find(cx, "item_2").name, "98765432110");
}

static void test_each_account_has_its_own(void **state)
{
    (void)state;
    bench_run(series_make);
    bench_run(other_scopes);
}

static void draws_that_come_to_nothing(sl_context *cx)
{
    sl_insert(cx, &item_table, numbered(cx, "item_1", "orders"));
    bench_commit(cx);
    sl_insert(cx, &item_table, numbered(cx, "item_1", "orders"));
    check_status(sl_commit(cx), SL_E_CONFLICT);
    sl_insert(cx, &item_table, numbered(cx, "item_2", "orders"));
    sl_discard(cx);
    (void)sl_number(cx, "orders", "", 1);
    check_status(sl_commit(cx), SL_OK);
    check_int(given_out(cx, "orders"), 1);
    sl_insert(cx, &item_table, numbered(cx, "item_3", "orders"));
    bench_commit(cx);
    number_wanted(cx, "item_3", "ORD-2026-002");
}

static void test_what_is_not_committed_draws_nothing(void **state)
{
    (void)state;
    bench_run(series_make);
    bench_run(draws_that_come_to_nothing);
}

/* ---- many at once ---- */

static sl_host other_host;
static bool on_two_servers;
static int finished;
static int conflicts;

/* Every fourth set cannot be written, and every third writes something that draws nothing. */
static void crowd_fiber(sl_context *cx, void *data)
{
    int i = (int)(intptr_t)data;
    if (on_two_servers && i % 2 == 1)
        cx->host = &other_host;
    bool blocked = i % 4 == 3;
    const char *id = sl_format(cx, "item_%02d", blocked ? 99 : i);
    struct item *item =
        i % 3 == 2 ? bench_item(cx, id) : numbered(cx, id, i % 5 == 0 ? "fives" : "orders");
    item->unique_key = NULL;
    sl_insert(cx, &item_table, item);
    sl_status status = sl_commit(cx);
    finished += status == SL_OK;
    conflicts += status == SL_E_CONFLICT;
    if (status == SL_OK && i % 3 != 2)
        check_text(bench_find(cx, id).name, item->name);
}

static void crowd_start(sl_context *cx)
{
    struct item *item = bench_item(cx, "item_99");
    item->unique_key = NULL;
    sl_insert(cx, &item_table, item);
    bench_commit(cx);
    other_host = bench_host;
    if (on_two_servers)
        other_host.database = bench_open_again();
    finished = conflicts = 0;
    for (intptr_t i = 0; i < MANY; i++)
        bench_start(crowd_fiber, (void *)i);
}

static void series_whole(sl_context *cx, const char *series, int64_t count, const char *condition)
{
    sl_rows *rows = NULL;
    const char *sql = sl_format(
        cx,
        "SELECT COUNT(DISTINCT name), MIN(name), MAX(name) FROM items WHERE account_id = $1 AND"
        " name LIKE 'ORD-2026-%%' AND CAST(SUBSTR(id, 6) AS BIGINT) %% 5 %s 0",
        condition);
    check_int(given_out(cx, series), count);
    check_status(sl_query(cx, sql, SL_NO_ARGS, &rows), SL_OK);
    check_int(sl_rows_int(rows, 0, 0), count);
    check_text(sl_rows_text(rows, 0, 1), "ORD-2026-001");
    check_text(sl_rows_text(rows, 0, 2), sl_format(cx, "ORD-2026-%03lld", (long long)count));
}

static void crowd_see(sl_context *cx)
{
    if (on_two_servers)
        sl_database_close(other_host.database);
    int64_t fives = 0;
    int64_t others = 0;
    for (int i = 0; i < MANY; i++) {
        if (i % 4 != 3 && i % 3 != 2 && i % 5 == 0)
            fives++;
        else if (i % 4 != 3 && i % 3 != 2)
            others++;
    }
    check_int(finished, MANY - MANY / 4);
    check_int(conflicts, MANY / 4);
    series_whole(cx, "fives", fives, "=");
    series_whole(cx, "orders", others, "<>");
}

static void test_many_at_once(void **state)
{
    (void)state;
    bench_run(series_make);
    on_two_servers = false;
    bench_run(crowd_start);
    bench_run(crowd_see);
}

static void test_many_on_two_servers(void **state)
{
    (void)state;
    bench_run(series_make);
    on_two_servers = true;
    bench_run(crowd_start);
    bench_run(crowd_see);
}

/* ---- a series that cannot be drawn from ---- */

static void full_start(sl_context *cx)
{
    sl_rows *rows = NULL;
    check_status(sl_execute(cx,
                            "INSERT INTO number_series VALUES ('acct_1:test', 'orders',"
                            " 9223372036854775807)",
                            SL_NO_ARGS, &rows),
                 SL_OK);
    on_two_servers = false;
    finished = conflicts = 0;
    for (intptr_t i = 0; i < MANY; i++)
        bench_start(crowd_fiber, (void *)(i + 40));
}

static void full_see(sl_context *cx)
{
    sl_rows *rows = NULL;
    check_status(sl_query(cx,
                          "SELECT COUNT(*) FROM items WHERE account_id = $1 AND name LIKE"
                          " 'ORD-2026-%'",
                          SL_NO_ARGS, &rows),
                 SL_OK);
    check(sl_rows_int(rows, 0, 0) == given_out(cx, "fives"));
    check(given_out(cx, "fives") > 0);
    check_int(given_out(cx, "orders"), INT64_MAX);
}

/* Whoever draws from another series, or from none, is not hurt. */
static void test_a_series_at_its_end(void **state)
{
    (void)state;
    bench_run(series_make);
    bench_run(full_start);
    bench_run(full_see);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_one_after_the_other),
        ON_BOTH(test_each_account_has_its_own),
        ON_BOTH(test_what_is_not_committed_draws_nothing),
        ON_BOTH(test_many_at_once),
        ON_POSTGRES(test_many_on_two_servers),
        ON_POSTGRES(test_a_series_at_its_end),
    };
    return cmocka_run_group_tests_name("database: numbers", tests, bench_up, bench_down);
}
