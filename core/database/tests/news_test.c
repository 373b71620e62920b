/*
 * news_test.c: what one process tells the others hear, also after their connections were cut; a watch notices an absent server.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"

#define SOON 5000

struct ear {
    sl_database *database;
    sl_condition changed;
    int heard;
};
static struct ear here;
static struct ear there;

static void heard(void *data)
{
    struct ear *ear = data;
    ear->heard++;
    sl_condition_broadcast(&ear->changed);
}

/* The number of times that `ear` has heard something, once it is `count` at least. */
static int heard_at_least(struct ear *ear, int count)
{
    int64_t deadline = sl_clock_monotonic_ms() + SOON;
    while (ear->heard < count && sl_wait_condition(&ear->changed, deadline) == SL_OK)
        continue;
    return ear->heard;
}

static void ear_open(struct ear *ear)
{
    *ear = (struct ear){ .database = bench_open_again() };
    sl_news_hear(ear->database, "tests", heard, ear);
    check_status(sl_database_watch(ear->database), SL_OK);
    /* A new connection counts as news. */
    check_int(heard_at_least(ear, 1), 1);
    check(sl_news_is_heard(ear->database));
}

static void tell_as(sl_context *cx, const struct ear *ear, const char *topic)
{
    sl_database *own = bench_host.database;
    bench_host.database = ear->database;
    sl_news_tell(cx, topic);
    bench_host.database = own;
}

static void both(void (*function)(sl_context *cx), sl_context *cx)
{
    ear_open(&here);
    ear_open(&there);
    function(cx);
    sl_database_unwatch(here.database);
    sl_database_unwatch(there.database);
}

static void both_close(void)
{
    sl_database_close(here.database);
    sl_database_close(there.database);
}

static void others_hear(sl_context *cx)
{
    int64_t begun = sl_clock_monotonic_ms();
    tell_as(cx, &here, "tests");
    check_int(heard_at_least(&there, 2), 2);
    check(sl_clock_monotonic_ms() - begun < 1000);
    /* Other words are not for it, its own are no news. */
    tell_as(cx, &here, "other");
    tell_as(cx, &there, "tests");
    check_int(heard_at_least(&here, 2), 2);
    check_int(there.heard, 2);
}

static void others_hear_run(sl_context *cx)
{
    both(others_hear, cx);
}

static void test_others_hear_what_one_tells(void **state)
{
    (void)state;
    bench_run(others_hear_run);
    both_close();
}

static void cut(sl_context *cx)
{
    sl_rows *rows = NULL;
    check_status(
        sl_execute(
            cx,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%' AND application_name = current_setting('application_name')",
            SL_NO_ARGS, &rows),
        SL_OK);
    check_int(sl_rows_count(rows), 2);
    /* What was told while nobody listened cannot be known: everything counts as told. */
    check_int(heard_at_least(&here, 2), 2);
    check_int(heard_at_least(&there, 2), 2);
    tell_as(cx, &here, "tests");
    check_int(heard_at_least(&there, 3), 3);
}

static void cut_run(sl_context *cx)
{
    both(cut, cx);
}

static void test_a_cut_connection_makes_everything_stale(void **state)
{
    (void)state;
    bench_run(cut_run);
    both_close();
}

static void absent(sl_context *cx)
{
    sl_database *own = bench_host.database;
    const char *url = bench_url;
    bench_url = "postgresql://nobody:secret@127.0.0.1:1/none";
    here = (struct ear){ .database = bench_open_again() };
    bench_url = url;
    sl_news_hear(here.database, "tests", heard, &here);
    check_status(sl_database_watch(here.database), SL_OK);
    bench_host.database = here.database;
    for (int i = 0; i < 20; i++) {
        check_status(sl_database_ping(cx), SL_E_UNAVAILABLE);
        check_status(sl_wait_until(sl_clock_monotonic_ms() + 20), SL_OK);
    }
    check(!sl_news_is_heard(here.database));
    check_status(sl_database_await(cx, 300), SL_E_UNAVAILABLE);
    check(strstr(sl_error_message(cx), "secret") == NULL);
    bench_host.database = own;
    check_int(here.heard, 0);
    sl_database_unwatch(here.database);
}

static void test_a_server_that_is_not_there(void **state)
{
    (void)state;
    bench_run(absent);
    sl_database_close(here.database);
}

/* SQLite has one process: nobody is told, nobody listens, and nothing fails. */
static void alone(sl_context *cx)
{
    sl_news_hear(bench_host.database, "tests", heard, &here);
    here.heard = 0;
    check_status(sl_database_watch(bench_host.database), SL_OK);
    check(!sl_news_is_heard(bench_host.database));
    sl_news_tell(cx, "tests");
    check_int(here.heard, 0);
    sl_database_unwatch(bench_host.database);
}

static void test_alone(void **state)
{
    (void)state;
    bench_run(alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRES(test_others_hear_what_one_tells),
        ON_POSTGRES(test_a_cut_connection_makes_everything_stale),
        ON_POSTGRES(test_a_server_that_is_not_there),
        ON_SQLITE(test_alone),
    };
    return cmocka_run_group_tests_name("database: news", tests, bench_up, bench_down);
}
