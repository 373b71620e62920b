/*
 * lanes_test.c: which lanes a worker may claim of, and how much: new, working and failing ones, each with slots of their own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/job/lanes.h"

#define FAR 3600000 /* ms: does not end in a test */

static const sl_queue queue = { .name = "tests.lanes" };
static queue_worker worker;
static lane *opened[LANES_A_CLAIM];
static int32_t each;

static int begin(void **state)
{
    (void)state;
    worker = (queue_worker){ .queue = &queue };
    lanes_begin(&worker);
    return 0;
}

static int end(void **state)
{
    (void)state;
    lanes_end(&worker);
    return 0;
}

static const bool all[LANE_STANDINGS] = { true, true, true };

/* A lane with rows that are due. */
static lane *due_lane(const char *name)
{
    lane *one = lane_of(&worker, name);
    lane_tell(one, 0);
    return one;
}

static lane *numbered(uint32_t number)
{
    char name[32];
    snprintf(name, sizeof(name), "we_%u", number);
    return due_lane(name);
}

/* As many runs begin as rows may be claimed, and do not end. */
static uint32_t fill(int32_t standing)
{
    uint32_t runs = 0;
    for (;;) {
        uint32_t count = lanes_open(&worker, standing, opened, &each);
        if (count == 0 || each <= 0)
            return runs;
        for (uint32_t i = 0; i < count; i++) {
            for (int32_t j = 0; j < each; j++, runs++) {
                int32_t slot = 0;
                lane_begins(&worker, opened[i], &slot);
                assert_int_equal(slot, standing);
            }
        }
    }
}

static void a_new_lane_has_one_run(void **state)
{
    (void)state;
    const lane *one = due_lane("we_1");
    assert_int_equal(fill(LANE_NEW), 1);
    assert_int_equal(one->running, 1);
    assert_int_equal(fill(LANE_WORKS), 0);
    assert_int_equal(lanes_next(&worker, all), NEVER);
}

static void a_lane_that_works_has_many_and_is_filled_by_halves(void **state)
{
    (void)state;
    lane *one = due_lane("we_1");
    lane_works(&worker, one);
    assert_int_equal(fill(LANE_WORKS), 32);
    for (int i = 0; i < 15; i++)
        lane_ended(&worker, one, LANE_WORKS);
    assert_int_equal(fill(LANE_WORKS), 0);
    uint32_t news = worker.news;
    lane_ended(&worker, one, LANE_WORKS);
    assert_true(worker.news > news);
    assert_int_equal(fill(LANE_WORKS), 16);
}

static void one_that_failed_stands_still(void **state)
{
    (void)state;
    lane *one = due_lane("we_1");
    lane_fails(one, FAR);
    assert_int_equal(fill(LANE_FAILS), 0);
    assert_true(lanes_next(&worker, all) > 0);
    assert_true(lanes_next(&worker, all) != NEVER);
    lane_fails(one, 0);
    assert_int_equal(one->failures, 2);
    assert_int_equal(fill(LANE_FAILS), 1);
    lane_works(&worker, one);
    assert_int_equal(one->failures, 0);
    lane_ended(&worker, one, LANE_FAILS);
    assert_int_equal(worker.running[LANE_FAILS], 0);
    assert_int_equal(fill(LANE_WORKS), 32);
}

static void the_dead_never_take_the_slots_of_the_living(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1000; i++)
        lane_fails(numbered(i), 0);
    assert_int_equal(fill(LANE_FAILS), 64);
    for (uint32_t i = 1000; i < 4000; i++)
        (void)numbered(i);
    assert_int_equal(fill(LANE_NEW), 1536);
    lane *living = numbered(5000);
    lane_works(&worker, living);
    assert_int_equal(fill(LANE_WORKS), 32);
    assert_int_equal(living->running, 32);
    assert_int_equal(worker.running_all, 64 + 1536 + 32);
}

static void lanes_are_taken_in_turn(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2 * LANES_A_CLAIM; i++)
        (void)numbered(i);
    assert_int_equal(lanes_open(&worker, LANE_NEW, opened, &each), LANES_A_CLAIM);
    assert_string_equal(opened[0]->name, "we_0");
    assert_int_equal(lanes_open(&worker, LANE_NEW, opened, &each), LANES_A_CLAIM);
    assert_string_equal(opened[0]->name, "we_64");
    assert_int_equal(lanes_open(&worker, LANE_NEW, opened, &each), LANES_A_CLAIM);
    assert_string_equal(opened[0]->name, "we_0");
}

static void what_is_due_later_waits(void **state)
{
    (void)state;
    lane *one = lane_of(&worker, "we_1");
    assert_int_equal(lanes_next(&worker, all), NEVER);
    lane_tell(one, INT64_MAX / 2);
    assert_int_equal(fill(LANE_NEW), 0);
    lane_tell(one, 0);
    lane_tell(one, INT64_MAX / 2);
    assert_int_equal(one->told, 3);
    assert_int_equal(fill(LANE_NEW), 1);
    assert_ptr_equal(lane_of(&worker, "we_1"), one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_lane_has_one_run, begin, end),
        cmocka_unit_test_setup_teardown(a_lane_that_works_has_many_and_is_filled_by_halves, begin,
                                        end),
        cmocka_unit_test_setup_teardown(one_that_failed_stands_still, begin, end),
        cmocka_unit_test_setup_teardown(the_dead_never_take_the_slots_of_the_living, begin, end),
        cmocka_unit_test_setup_teardown(lanes_are_taken_in_turn, begin, end),
        cmocka_unit_test_setup_teardown(what_is_due_later_waits, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
