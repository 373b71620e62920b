/*
 * ratelimit_test.c: so many at once, so many a second, each key for itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/http/ratelimit.h"

#define SECOND 1000000

static void settings_are_read(void **state)
{
    (void)state;
    uint32_t rate = 7;
    uint32_t burst = 7;
    assert_true(sl_rate_parse("100:200", &rate, &burst));
    assert_int_equal(rate, 100);
    assert_int_equal(burst, 200);
    assert_true(sl_rate_parse("5", &rate, &burst));
    assert_int_equal(burst, 10);
    assert_true(sl_rate_parse("0", &rate, &burst));
    assert_int_equal(rate, 0);
    static const char *const bad[] = {
        "", "x", "-1", "5:", "5:x", "5:0", "5:6:7", "99999999", " 5"
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(sl_rate_parse(bad[i], &rate, &burst));
    }
}

static uint32_t passed(sl_rate_table *table, const char *key, int64_t now, uint32_t tries)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < tries; i++) {
        count += sl_rate_take(table, key, now) == 0;
    }
    return count;
}

static void a_burst_then_the_rate(void **state)
{
    (void)state;
    sl_rate_table *table = sl_rate_table_new(5, 10);
    assert_int_equal(passed(table, "a", SECOND, 40), 10);
    assert_int_equal(sl_rate_take(table, "a", SECOND), 1);
    assert_int_equal(passed(table, "b", SECOND, 40), 10);
    assert_int_equal(passed(table, "a", 2 * SECOND, 40), 5);
    assert_int_equal(passed(table, "a", 60 * (int64_t)SECOND, 40), 10);
    sl_rate_table_free(table);
}

static void without_a_table_there_is_no_limit(void **state)
{
    (void)state;
    assert_null(sl_rate_table_new(0, 0));
    assert_int_equal(passed(NULL, "a", 0, 1000), 1000);
}

static void processes_share_one_bucket(void **state)
{
    (void)state;
    sl_rate_table *table = sl_rate_table_new(1, 100);
    pid_t child = fork();
    if (child == 0) {
        _exit((int)passed(table, "a", SECOND, 60));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 60);
    assert_int_equal(passed(table, "a", SECOND, 60), 40);
    sl_rate_table_free(table);
}

static void many_keys_find_their_slots_again(void **state)
{
    (void)state;
    sl_rate_table *table = sl_rate_table_new(10, 2);
    char key[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "key_%d", i);
        assert_int_equal(passed(table, key, SECOND, 3), 2);
    }
    /* The first ones are full again and their slots have been free for others: nobody is refused. */
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "key_%d", i);
        assert_int_equal(passed(table, key, 3 * SECOND, 3), 2);
    }
    sl_rate_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_read),
        cmocka_unit_test(a_burst_then_the_rate),
        cmocka_unit_test(without_a_table_there_is_no_limit),
        cmocka_unit_test(processes_share_one_bucket),
        cmocka_unit_test(many_keys_find_their_slots_again),
    };
    return cmocka_run_group_tests_name("ratelimit", tests, NULL, NULL);
}
