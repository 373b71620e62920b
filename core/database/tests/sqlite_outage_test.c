/*
 * sqlite_outage_test.c: a full disk, another process that holds the file, a file that is no database.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"

#include <sqlite3.h>

/* ---- a full disk ---- */

static char *large; /* half a megabyte */

static void full(sl_context *cx)
{
    sl_rows *rows = NULL;
    check_status(sl_execute(cx, "PRAGMA page_count", SL_NO_ARGS, &rows), SL_OK);
    int64_t pages = sl_rows_int(rows, 0, 0);
    check_status(sl_execute(cx,
                            sl_format(cx, "PRAGMA max_page_count = %lld", (long long)pages + 20),
                            SL_NO_ARGS, NULL),
                 SL_OK);
    sl_insert(cx, &item_table, bench_item(cx, "item_small"));
    struct item *item = bench_item(cx, "item_large");
    item->name = large;
    sl_insert(cx, &item_table, item);
    check_status(sl_commit(cx), SL_E_UNAVAILABLE);
    check_text(sl_error_message(cx), "The disk of the database is full.");
    struct item none;
    check_status(sl_find(cx, &item_table, "item_small", &none), SL_E_NOT_FOUND);
}

static int finished;
static int refused;

static void full_fiber(sl_context *cx, void *data)
{
    int number = (int)(intptr_t)data;
    struct item *item = bench_item(cx, sl_format(cx, "item_%d", number));
    if (number == 7)
        item->name = large;
    sl_insert(cx, &item_table, item);
    sl_status status = sl_commit(cx);
    check_status(status, number == 7 ? SL_E_UNAVAILABLE : SL_OK);
    finished += status == SL_OK;
    refused += status == SL_E_UNAVAILABLE;
}

static void full_many(sl_context *cx)
{
    (void)cx;
    finished = refused = 0;
    for (intptr_t i = 0; i < 20; i++)
        bench_start(full_fiber, (void *)i);
}

static void full_no_more(sl_context *cx)
{
    check_int(finished, 19);
    check_int(refused, 1);
    check_status(sl_execute(cx, "PRAGMA max_page_count = 1073741823", SL_NO_ARGS, NULL), SL_OK);
    struct item *item = bench_item(cx, "item_large");
    item->name = large;
    sl_insert(cx, &item_table, item);
    bench_commit(cx);
    sl_rows *rows = NULL;
    check_status(
        sl_query(cx, "SELECT count(*) FROM items WHERE account_id = $1", SL_NO_ARGS, &rows), SL_OK);
    check_int(sl_rows_int(rows, 0, 0), 20);
}

static void test_a_full_disk(void **state)
{
    (void)state;
    large = malloc(500001);
    memset(large, 'x', 500000);
    large[500000] = '\0';
    bench_run(full);
    bench_run(full_many);
    bench_run(full_no_more);
    free(large);
}

/* ---- another process ---- */

static sqlite3 *other;

static void other_do(const char *sql)
{
    if (sqlite3_exec(other, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "# %s: %s\n", sql, sqlite3_errmsg(other));
        abort();
    }
}

static void held_fiber(sl_context *cx, void *data)
{
    (void)data;
    sl_insert(cx, &item_table, bench_item(cx, "item_patient"));
    bench_commit(cx);
    finished++;
}

static void held(sl_context *cx)
{
    finished = 0;
    sl_insert(cx, &item_table, bench_item(cx, "item_1"));
    bench_commit(cx);
    check_int(sqlite3_open(bench_url + strlen("sqlite:"), &other), SQLITE_OK);
    other_do("BEGIN IMMEDIATE; UPDATE items SET amount = 55");
    bench_start(held_fiber, NULL);
    check_status(sl_sleep(cx, 200), SL_OK);
    check_int(finished, 0);
    /* Readers wait for nobody. */
    check_int(bench_find(cx, "item_1").amount, 100);
    other_do("COMMIT");
    check_int(sqlite3_close(other), SQLITE_OK);
    check_int(bench_find(cx, "item_1").amount, 55);
}

static void held_see(sl_context *cx)
{
    check_int(finished, 1);
    bench_find(cx, "item_patient");
}

static void test_another_process_writes(void **state)
{
    (void)state;
    bench_run(held);
    bench_run(held_see);
}

static void held_long(sl_context *cx)
{
    check_int(sqlite3_open(bench_url + strlen("sqlite:"), &other), SQLITE_OK);
    other_do("BEGIN IMMEDIATE");
    sl_insert(cx, &item_table, bench_item(cx, "item_late"));
    check_status(sl_commit(cx), SL_E_UNAVAILABLE);
    check_text(sl_error_message(cx), "The database is locked by another process.");
    other_do("ROLLBACK");
    check_int(sqlite3_close(other), SQLITE_OK);
    sl_insert(cx, &item_table, bench_item(cx, "item_late"));
    bench_commit(cx);
}

static void test_another_process_never_ends(void **state)
{
    (void)state;
    bench_run(held_long);
}

/* ---- no database ---- */

static void strange(sl_context *cx)
{
    sl_database *own = bench_host.database;
    const char *url = bench_url;
    const char *path = sl_format(cx, "%s.strange", url + strlen("sqlite:"));
    FILE *stream = fopen(path, "w");
    for (int i = 0; stream && i < 1000; i++)
        check(fputs("this is a letter and no database\n", stream) >= 0);
    check(stream && fclose(stream) == 0);
    bench_url = sl_format(cx, "sqlite:%s", path);
    bench_host.database = bench_open_again();
    check_status(sl_database_ping(cx), SL_E_UNAVAILABLE);
    check_text(sl_error_message(cx), "The database's file is no SQLite database.");
    sl_insert(cx, &item_table, bench_item(cx, "item_1"));
    check_status(sl_commit(cx), SL_E_UNAVAILABLE);
    sl_database_close(bench_host.database);
    bench_host.database = own;
    bench_url = url;
}

static void test_a_file_that_is_no_database(void **state)
{
    (void)state;
    bench_run(strange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(test_a_full_disk),
        ON_SQLITE(test_another_process_writes),
        ON_SQLITE(test_another_process_never_ends),
        ON_SQLITE(test_a_file_that_is_no_database),
    };
    return cmocka_run_group_tests_name("database: SQLite outages", tests, bench_up, bench_down);
}
