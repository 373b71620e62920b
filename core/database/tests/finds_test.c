/*
 * finds_test.c: many fibers that look for rows by their keys at once: each gets its own answer, whatever becomes of
 * the others' questions and of the connection.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"

#include <libpq-fe.h>

#define MANY 100

static int finished;
static int refused;
static int late;

static const char *name_of(sl_context *cx, const void *data)
{
    return sl_format(cx, "item_%02d", (int)(intptr_t)data);
}

static void items_insert(sl_context *cx)
{
    for (intptr_t i = 0; i < MANY; i++) {
        struct item *item = bench_item(cx, name_of(cx, (void *)i));
        item->amount = i;
        sl_insert(cx, &item_table, item);
    }
    bench_commit(cx);
}

static void own_fiber(sl_context *cx, void *data)
{
    struct item item = bench_find(cx, name_of(cx, data));
    check_text(item.id, name_of(cx, data));
    check_int(item.amount, (intptr_t)data);
    finished++;
}

static int use(void **state)
{
    if (bench_use_postgres(state) != 0)
        return -1;
    bench_run(items_insert);
    return 0;
}

static void many_own(sl_context *cx)
{
    (void)cx;
    finished = refused = late = 0;
    for (intptr_t i = 0; i < MANY; i++)
        bench_start(own_fiber, (void *)i);
}

static void many_see(sl_context *cx)
{
    (void)cx;
    check_int(finished, MANY);
}

static void test_each_gets_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        bench_run(many_own);
        bench_run(many_see);
    }
}

/* ---- neighbours that fail ---- */

/* A table that is not there, and one that has other columns. */
static const sl_field wrong_fields[] = {
    SL_ID(struct counter, id, "counter"),
    SL_INT64(struct counter, total),
    SL_FIELDS_END,
};
static const sl_table missing_table = SL_TABLE("missing", struct counter, wrong_fields);
static const sl_table wrong_table = SL_TABLE("items", struct counter, wrong_fields);

static void wrong_fiber(sl_context *cx, void *data)
{
    struct counter row;
    check_status(sl_find(cx, (intptr_t)data % 20 == 4 ? &missing_table : &wrong_table, "id", &row),
                 SL_E_INTERNAL);
    refused++;
}

static void wrong_among(sl_context *cx)
{
    (void)cx;
    finished = refused = 0;
    for (intptr_t i = 0; i < MANY; i++)
        bench_start(i % 10 == 4 ? wrong_fiber : own_fiber, (void *)i);
}

static void wrong_see(sl_context *cx)
{
    (void)cx;
    check_int(finished, MANY - MANY / 10);
    check_int(refused, MANY / 10);
}

static void test_neighbours_that_fail(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        bench_run(wrong_among);
        bench_run(wrong_see);
    }
}

/* ---- neighbours that are slow, or leave ---- */

/* Somebody holds the table `counters`. */
static void slow_fiber(sl_context *cx, void *data)
{
    struct counter row;
    (void)data;
    cx->deadline = sl_clock_monotonic_ms() + 200;
    check_status(sl_find(cx, &counter_table, "id", &row), SL_E_TIMEOUT);
    late++;
}

static void gone_fiber(sl_context *cx, void *data)
{
    struct counter row;
    sl_fiber **self = data;
    *self = sl_fiber_current();
    check_status(sl_find(cx, &counter_table, "id", &row), SL_E_CANCELLED);
    late++;
}

static PGconn *control; /* blocking, beside the loop */

static void control_do(const char *sql)
{
    PGresult *result = PQexec(control, sql);
    ExecStatusType status = PQresultStatus(result);
    check(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
    PQclear(result);
}

static void slow_among(sl_context *cx)
{
    static sl_fiber *gone;
    control_do("BEGIN; LOCK TABLE counters IN ACCESS EXCLUSIVE MODE");
    int64_t start = sl_clock_monotonic_ms();
    finished = late = 0;
    for (intptr_t i = 0; i < MANY; i++) {
        if (i == 3)
            bench_start(slow_fiber, NULL);
        else if (i == 5)
            bench_start(gone_fiber, &gone);
        else
            bench_start(own_fiber, (void *)i);
    }
    check_status(sl_sleep(cx, 50), SL_OK);
    sl_fiber_cancel(gone);
    while (finished + late < MANY && sl_clock_monotonic_ms() < start + 5000)
        check_status(sl_sleep(cx, 10), SL_OK);
    check_int(finished, MANY - 2);
    check_int(late, 2);
    check(sl_clock_monotonic_ms() < start + 3000);
    control_do("ROLLBACK");
}

static void test_neighbours_that_are_slow(void **state)
{
    (void)state;
    control = PQconnectdb(bench_url);
    assert_int_equal(PQstatus(control), CONNECTION_OK);
    bench_run(slow_among);
    PQfinish(control);
    bench_run(many_own);
    bench_run(many_see);
}

/* ---- connections that end ---- */

/* All sessions but this one; they carry the name of the test's schema. */
static void kill_all(sl_context *cx)
{
    (void)cx;
    control_do(
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND application_name = current_setting('application_name')");
}

static void killed_under_way(sl_context *cx)
{
    control_do("BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE");
    many_own(cx);
    check_status(sl_sleep(cx, 150), SL_OK);
    kill_all(cx);
    check_status(sl_sleep(cx, 50), SL_OK);
    check_int(finished, 0);
    control_do("ROLLBACK");
}

static void test_sessions_that_are_killed(void **state)
{
    (void)state;
    control = PQconnectdb(bench_url);
    assert_int_equal(PQstatus(control), CONNECTION_OK);
    bench_run(many_own);
    bench_run(kill_all);
    bench_run(many_own);
    bench_run(many_see);
    bench_run(killed_under_way);
    bench_run(many_see);
    PQfinish(control);
}

/* ---- statements that were prepared for another table ---- */

static void outdated(sl_context *cx)
{
    (void)cx;
    for (int i = 0; i < 8; i++)
        own_fiber(cx, (void *)(intptr_t)i);
    check_status(
        sl_execute(
            cx, "ALTER TABLE items ALTER COLUMN amount TYPE NUMERIC, ALTER COLUMN flag TYPE TEXT",
            SL_NO_ARGS, NULL),
        SL_OK);
    for (int i = 0; i < 8; i++)
        own_fiber(cx, (void *)(intptr_t)i);
}

/* The last one here: the columns stay as it leaves them. */
static void test_a_statement_that_is_outdated(void **state)
{
    (void)state;
    bench_run(outdated);
    bench_run(many_own);
    bench_run(many_see);
}

#define WITH_ITEMS(TEST)             \
    {                                \
#TEST, TEST, use, NULL, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ITEMS(test_each_gets_its_own),
        WITH_ITEMS(test_neighbours_that_fail),
        WITH_ITEMS(test_neighbours_that_are_slow),
        WITH_ITEMS(test_sessions_that_are_killed),
        WITH_ITEMS(test_a_statement_that_is_outdated),
    };
    return cmocka_run_group_tests_name("database: finds", tests, bench_up, bench_down);
}
