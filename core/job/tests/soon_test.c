/*
 * soon_test.c: work done at once by the worker that knows of it: in order, so many at a time, and no more than there is room for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/job/tests/bench.h"

#define MOST 4096u

static struct {
    uint32_t runs;
    uint32_t at_once;
    uint32_t most_at_once;
    bool in_order;
    bool fails;
} seen;

static sl_status work(sl_context *cx, const char *data)
{
    seen.in_order = seen.in_order && (uint32_t)strtoul(data, NULL, 10) == seen.runs;
    check_text(sl_account(cx), "acct_1");
    seen.runs++;
    seen.at_once++;
    if (seen.at_once > seen.most_at_once)
        seen.most_at_once = seen.at_once;
    sl_status status = sl_sleep(cx, 1);
    seen.at_once--;
    return seen.fails ? sl_fail(cx, SL_E_INVALID, NULL, "It cannot be done.") : status;
}

static bool give(sl_context *cx, uint32_t number)
{
    char word[16];
    snprintf(word, sizeof(word), "%u", number); /* a copy is kept */
    return sl_soon(cx, "tests.soon", work, word);
}

static void start(void (*function)(sl_context *cx))
{
    memset(&seen, 0, sizeof(seen));
    seen.in_order = true;
    bench_run(function);
}

static void wait_for(sl_context *cx, uint32_t runs)
{
    int64_t deadline = sl_clock_monotonic_ms() + 20000;
    while ((seen.runs < runs || seen.at_once > 0) && sl_clock_monotonic_ms() < deadline)
        check_status(sl_sleep(cx, 1), SL_OK);
    check_int(seen.runs, runs);
}

static void nobody(sl_context *cx)
{
    check_int(sl_soon_room(cx), 0);
    check_int(give(cx, 0), false);
    check_int(seen.runs, 0);
}

static void test_nothing_is_taken_where_no_loop_runs(void **state)
{
    (void)state;
    start(nobody);
}

static void several(sl_context *cx)
{
    bench_host.jobs->loop_runs = true;
    for (uint32_t i = 0; i < 100; i++)
        check_int(give(cx, i), true);
    check_int(seen.runs, 0); /* not before the caller waits */
    check_int(sl_soon_room(cx), MOST - 100);
    wait_for(cx, 100);
    check_int(seen.in_order, true);
    check_int(seen.most_at_once, SL_SOON_FIBERS);
    check_int(sl_soon_room(cx), MOST);
}

static void test_runs_in_order_and_so_many_at_a_time(void **state)
{
    (void)state;
    start(several);
}

static void flood(sl_context *cx)
{
    bench_host.jobs->loop_runs = true;
    uint32_t taken = 0;
    while (taken <= MOST && give(cx, taken))
        taken++;
    check_int(taken, MOST);
    check_int(sl_soon_room(cx), 0);
    wait_for(cx, MOST);
    check_int(sl_soon_room(cx), MOST);
}

static void test_takes_no_more_than_it_has_room_for(void **state)
{
    (void)state;
    start(flood);
}

static void failures(sl_context *cx)
{
    bench_host.jobs->loop_runs = true;
    seen.fails = true;
    for (uint32_t i = 0; i < 3; i++)
        check_int(give(cx, i), true);
    wait_for(cx, 3);
}

static void test_one_that_fails_does_not_keep_the_others(void **state)
{
    (void)state;
    start(failures);
}

static void stopped(sl_context *cx)
{
    bench_host.jobs->loop_runs = true;
    for (uint32_t i = 0; i < 10; i++)
        check_int(give(cx, i), true);
    bench_host.jobs->stopping = true;
    check_int(sl_soon_room(cx), 0);
    check_int(give(cx, 10), false);
    while (bench_host.jobs->soon_running > 0)
        check_status(sl_sleep(cx, 1), SL_OK);
    check_int(seen.runs, 0);
    check_int(bench_host.jobs->soon_waiting, 0);
}

static void test_what_waits_when_the_worker_stops_is_left(void **state)
{
    (void)state;
    start(stopped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOBS_ON_BOTH(test_nothing_is_taken_where_no_loop_runs),
        JOBS_ON_BOTH(test_runs_in_order_and_so_many_at_a_time),
        JOBS_ON_BOTH(test_takes_no_more_than_it_has_room_for),
        JOBS_ON_BOTH(test_one_that_fails_does_not_keep_the_others),
        JOBS_ON_BOTH(test_what_waits_when_the_worker_stops_is_left),
    };
    return cmocka_run_group_tests_name("soon", tests, jobs_up, jobs_down);
}
