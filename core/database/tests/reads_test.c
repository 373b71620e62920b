/*
 * reads_test.c: reads that are asked together are answered each for itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"

#define COMPANY 40

static sl_status statuses[COMPANY];
static int64_t answers[COMPANY];

struct question {
    const char *sql;
    int64_t patience; /* milliseconds, 0: the usual */
    bool cancelled;
};

/* Every seventh is another one than the plain question. */
static struct question odd;

static void ask(sl_context *cx, void *data)
{
    uintptr_t number = (uintptr_t)data;
    bool is_odd = number % 7 == 3;
    sl_rows *rows = NULL;
    if (is_odd && odd.patience)
        cx->deadline = sl_clock_monotonic_ms() + odd.patience;
    if (is_odd && odd.cancelled)
        sl_fiber_cancel(sl_fiber_current());
    statuses[number] = sl_query_all(cx, is_odd ? odd.sql : "SELECT CAST($1 AS BIGINT) + 1",
                                    SL_ARGS(sl_int((int64_t)number)), &rows);
    answers[number] = sl_rows_int(rows, 0, 0);
}

static void all_start(sl_context *cx)
{
    (void)cx;
    memset(statuses, 1, sizeof(statuses));
    for (uintptr_t i = 0; i < COMPANY; i++)
        bench_start(ask, (void *)i);
}

static sl_status odd_status;

static void all_see(sl_context *cx)
{
    for (uintptr_t i = 0; i < COMPANY; i++) {
        if (i % 7 == 3) {
            check_int(statuses[i], odd_status);
            continue;
        }
        check_status(statuses[i], SL_OK);
        check_int(answers[i], (int64_t)i + 1);
    }
    check_status(sl_database_ping(cx), SL_OK);
}

static void all_ask(struct question question, sl_status wanted)
{
    odd = question;
    odd_status = wanted;
    bench_run(all_start);
    bench_run(all_see);
}

static void test_each_gets_its_own_answer(void **state)
{
    (void)state;
    all_ask((struct question){ .sql = "SELECT -CAST($1 AS BIGINT)" }, SL_OK);
    assert_int_equal(answers[3], -3);
}

static void test_a_refused_statement_is_nobody_elses(void **state)
{
    (void)state;
    all_ask((struct question){ .sql = "SELECT 1 / (CAST($1 AS BIGINT) - CAST($1 AS BIGINT))" },
            SL_E_INVALID);
    all_ask((struct question){ .sql = "SELECT nothing FROM nowhere WHERE $1 = 1" }, SL_E_INTERNAL);
}

static void test_an_impatient_read_is_nobody_elses(void **state)
{
    (void)state;
    all_ask((struct question){ .sql = "SELECT pg_sleep(1 + $1 * 0)", .patience = 200 },
            SL_E_TIMEOUT);
}

static void test_a_cancelled_read_is_nobody_elses(void **state)
{
    (void)state;
    all_ask((struct question){ .sql = "SELECT pg_sleep(1 + $1 * 0)", .cancelled = true },
            SL_E_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_each_gets_its_own_answer),
        ON_POSTGRES(test_a_refused_statement_is_nobody_elses),
        ON_POSTGRES(test_an_impatient_read_is_nobody_elses),
        ON_POSTGRES(test_a_cancelled_read_is_nobody_elses),
    };
    return cmocka_run_group_tests_name("database: reads", tests, bench_up, bench_down);
}
