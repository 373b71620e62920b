/*
 * fiber_test.c: starting, ordering, cancelling and ending fibers, the cap, the pool, posts and timers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/fiber/fiber.h"

static sl_loop *loop;

static int loop_up(void **state)
{
    (void)state;
    loop = sl_loop_new(20000);
    return loop ? 0 : -1;
}

static int loop_down(void **state)
{
    (void)state;
    sl_loop_free(loop);
    loop = NULL;
    return 0;
}

static sl_fiber *start(void (*function)(void *), void *data)
{
    sl_fiber *fiber = NULL;
    assert_int_equal(sl_fiber_start(loop, function, data, &fiber), SL_OK);
    assert_non_null(fiber);
    return fiber;
}

/* Stopped from the beginning: until the last fiber has ended. */
static void run(void)
{
    sl_loop_stop(loop);
    sl_loop_run(loop);
    assert_int_equal(sl_loop_fibers(loop), 0);
}

static void ends_at_once(void *data)
{
    (void)data;
}

static char trace[256];

static void note(const char *text)
{
    strncat(trace, text, sizeof(trace) - strlen(trace) - 1);
}

static void takes_turns(void *data)
{
    const char *name = data;
    for (int i = 0; i < 3; i++) {
        note(name);
        assert_int_equal(sl_wait_turn(), SL_OK);
    }
}

static void fibers_take_turns_in_the_order_they_were_started(void **state)
{
    (void)state;
    trace[0] = '\0';
    start(takes_turns, "a");
    start(takes_turns, "b");
    start(takes_turns, "c");
    assert_string_equal(trace, "");
    run();
    assert_string_equal(trace, "abcabcabc");
}

static void starts_another(void *data)
{
    note("1");
    start(takes_turns, data);
    note("2");
}

static void a_fiber_started_by_a_fiber_runs_on_the_next_turn(void **state)
{
    (void)state;
    trace[0] = '\0';
    start(starts_another, "x");
    start(takes_turns, "y");
    run();
    assert_string_equal(trace, "12yxyxyx");
}

static void current_is_known(void *data)
{
    sl_fiber **self = data;
    assert_ptr_equal(sl_fiber_current(), *self);
    assert_ptr_equal(sl_loop_current(), loop);
    assert_int_equal(sl_wait_turn(), SL_OK);
    assert_ptr_equal(sl_fiber_current(), *self);
}

static void the_running_fiber_knows_itself(void **state)
{
    (void)state;
    static sl_fiber *first;
    static sl_fiber *second;
    first = start(current_is_known, &first);
    second = start(current_is_known, &second);
    assert_ptr_not_equal(first, second);
    assert_null(sl_fiber_current());
    assert_null(sl_loop_current());
    run();
    assert_null(sl_loop_current());
}

static int ended;

static void sleeps_a_little(void *data)
{
    int64_t until = sl_clock_monotonic_ms() + *(int *)data;
    assert_int_equal(sl_wait_until(until), SL_OK);
    assert_true(sl_clock_monotonic_ms() >= until);
    ended++;
}

static void thousands_sleep_at_once_and_again_from_the_pool(void **state)
{
    (void)state;
    static int delays[4] = { 1, 5, 20, 30 };
    ended = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4000; i++)
            start(sleeps_a_little, &delays[i % 4]);
        assert_int_equal(sl_loop_fibers(loop), 4000);
        run();
    }
    assert_int_equal(ended, 8000);
}

static void the_cap_answers_unavailable(void **state)
{
    (void)state;
    sl_loop *small = sl_loop_new(3);
    assert_non_null(small);
    sl_fiber *fiber = NULL;
    for (int i = 0; i < 3; i++)
        assert_int_equal(sl_fiber_start(small, ends_at_once, NULL, &fiber), SL_OK);
    fiber = NULL;
    assert_int_equal(sl_fiber_start(small, ends_at_once, NULL, &fiber), SL_E_UNAVAILABLE);
    assert_null(fiber);
    sl_loop_stop(small);
    sl_loop_run(small);
    assert_int_equal(sl_fiber_start(small, ends_at_once, NULL, NULL), SL_OK);
    sl_loop_stop(small);
    sl_loop_run(small);
    sl_loop_free(small);
}

/* About 200 bytes a call; the sum keeps the compiler from folding the recursion. */
static int64_t deep(int levels)
{
    volatile char block[128];
    memset((char *)block, levels & 127, sizeof(block));
    if (levels == 0) {
        if (sl_wait_turn() != SL_OK)
            return -1;
        return block[5];
    }
    int64_t below = deep(levels - 1);
    return below + block[7];
}

static void goes_deep(void *data)
{
    int levels = *(int *)data;
    int64_t expected = 0;
    for (int i = 0; i <= levels; i++)
        expected += i & 127;
    assert_int_equal(deep(levels), expected);
    ended++;
}

static void a_fiber_suspends_deep_in_its_stack(void **state)
{
    (void)state;
    static int levels = 300;
    ended = 0;
    for (int i = 0; i < 50; i++)
        start(goes_deep, &levels);
    run();
    assert_int_equal(ended, 50);
}

static void overflows(void *data)
{
    *(volatile int64_t *)data = deep(1 << 20);
}

static void a_stack_that_overflows_hits_its_guard_page(void **state)
{
    (void)state;
    /* Sanitizers and valgrind turn the signal into their own report, so the ending is read more widely than SIGSEGV. */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fclose(stderr);
        close(STDERR_FILENO);
        static int64_t sum;
        sl_loop *own = sl_loop_new(1);
        if (!own || sl_fiber_start(own, overflows, &sum, NULL) != SL_OK)
            _exit(0);
        sl_loop_stop(own);
        sl_loop_run(own);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
}

static sl_status seen[8];

static void waits_long(void *data)
{
    int slot = *(int *)data;
    seen[slot] = sl_wait_until(sl_clock_monotonic_ms() + 60000);
    assert_true(sl_fiber_cancelled());
    /* From now on every wait says it. */
    assert_int_equal(sl_wait_turn(), SL_E_CANCELLED);
    assert_int_equal(sl_wait_until(sl_clock_monotonic_ms() + 60000), SL_E_CANCELLED);
    ended++;
}

static void cancels(void *data)
{
    assert_int_equal(sl_wait_turn(), SL_OK);
    sl_fiber_cancel(data);
}

static void a_sleeping_fiber_is_cancelled_at_once(void **state)
{
    (void)state;
    static int slot = 0;
    ended = 0;
    seen[0] = SL_OK;
    int64_t began = sl_clock_monotonic_ms();
    start(cancels, start(waits_long, &slot));
    run();
    assert_int_equal(seen[0], SL_E_CANCELLED);
    assert_int_equal(ended, 1);
    assert_true(sl_clock_monotonic_ms() - began < 30000);
}

static void a_fiber_cancelled_before_its_start_still_runs_and_is_told(void **state)
{
    (void)state;
    static int slot = 1;
    ended = 0;
    sl_fiber_cancel(start(waits_long, &slot));
    run();
    assert_int_equal(seen[1], SL_E_CANCELLED);
    assert_int_equal(ended, 1);
}

static void all_are_cancelled_together(void **state)
{
    (void)state;
    static int slot = 2;
    ended = 0;
    for (int i = 0; i < 100; i++)
        start(waits_long, &slot);
    sl_loop_cancel_all(loop);
    run();
    assert_int_equal(ended, 100);
}

static void is_shielded(void *data)
{
    (void)data;
    sl_fiber_shield(true);
    sl_fiber_shield(true);
    int64_t until = sl_clock_monotonic_ms() + 20;
    seen[3] = sl_wait_until(until);
    assert_true(sl_clock_monotonic_ms() >= until);
    sl_fiber_shield(false);
    assert_false(sl_fiber_cancelled());
    seen[4] = sl_wait_turn();
    sl_fiber_shield(false);
    assert_true(sl_fiber_cancelled());
    seen[5] = sl_wait_turn();
    sl_fiber_shield(false);
    seen[6] = sl_wait_turn();
}

static void a_shield_holds_cancellation_back_until_its_last_layer_is_off(void **state)
{
    (void)state;
    seen[3] = seen[4] = SL_E_INTERNAL;
    start(cancels, start(is_shielded, NULL));
    run();
    assert_int_equal(seen[3], SL_OK);
    assert_int_equal(seen[4], SL_OK);
    assert_int_equal(seen[5], SL_E_CANCELLED);
    assert_int_equal(seen[6], SL_E_CANCELLED);
}

static void is_clean(void *data)
{
    assert_false(sl_fiber_cancelled());
    *(sl_status *)data = sl_wait_turn();
}

static void a_reused_fiber_carries_nothing_over(void **state)
{
    (void)state;
    static int slot = 0;
    sl_fiber_cancel(start(waits_long, &slot));
    run();
    seen[7] = SL_E_INTERNAL;
    start(is_clean, &seen[7]);
    run();
    assert_int_equal(seen[7], SL_OK);
}

static int64_t posted;

static void add_posted(void *data)
{
    assert_null(sl_fiber_current());
    assert_ptr_equal(sl_loop_current(), loop);
    posted += *(int *)data;
    if (posted == 4 * 10000)
        sl_loop_stop(loop);
}

static void *posts_much(void *data)
{
    for (int i = 0; i < 10000; i++)
        sl_loop_post(loop, add_posted, data);
    return NULL;
}

static void posts_come_from_many_threads_and_none_is_lost(void **state)
{
    (void)state;
    static int one = 1;
    posted = 0;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, posts_much, &one), 0);
    sl_loop_run(loop);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(posted, 4 * 10000);
}

static void note_from_timer(void *data)
{
    assert_null(sl_fiber_current());
    note(data);
}

static void stop_from_timer(void *data)
{
    (void)data;
    sl_loop_stop(loop);
}

static sl_timer *repeating;

static void counts_down(void *data)
{
    int *left = data;
    note("t");
    if (--*left == 0)
        sl_timer_free(repeating);
}

static void timers_fire_in_order_once_or_again(void **state)
{
    (void)state;
    static int left = 3;
    trace[0] = '\0';
    sl_loop_after(loop, 40, stop_from_timer, NULL);
    sl_loop_after(loop, 20, note_from_timer, "b");
    sl_loop_after(loop, 0, note_from_timer, "a");
    sl_timer *never = sl_loop_after(loop, 10, note_from_timer, "!");
    sl_timer_free(never);
    sl_loop_run(loop);
    assert_string_equal(trace, "ab");
    trace[0] = '\0';
    repeating = sl_loop_every(loop, 2, counts_down, &left);
    sl_loop_after(loop, 60, stop_from_timer, NULL);
    sl_loop_run(loop);
    assert_string_equal(trace, "ttt");
}

static void a_loop_with_timers_left_is_freed_whole(void **state)
{
    (void)state;
    sl_loop *other = sl_loop_new(1);
    assert_non_null(other);
    sl_loop_after(other, 1000, stop_from_timer, NULL);
    assert_non_null(sl_loop_every(other, 1000, stop_from_timer, NULL));
    sl_loop_free(other);
}

#ifndef NDEBUG
static void suspending_outside_a_fiber_ends_with_a_sentence(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        sl_status status = sl_wait_turn();
        _exit(status == SL_OK ? 0 : 1);
    }
    close(ends[1]);
    char text[256] = "";
    ssize_t length = read(ends[0], text, sizeof(text) - 1);
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(length > 0);
    assert_non_null(strstr(text, "sl_wait_turn may suspend and was called outside a fiber"));
}
#endif

int main(void)
{
#define EACH(function) cmocka_unit_test_setup_teardown(function, loop_up, loop_down)
    const struct CMUnitTest tests[] = {
        EACH(fibers_take_turns_in_the_order_they_were_started),
        EACH(a_fiber_started_by_a_fiber_runs_on_the_next_turn),
        EACH(the_running_fiber_knows_itself),
        EACH(thousands_sleep_at_once_and_again_from_the_pool),
        EACH(the_cap_answers_unavailable),
        EACH(a_fiber_suspends_deep_in_its_stack),
        EACH(a_stack_that_overflows_hits_its_guard_page),
        EACH(a_sleeping_fiber_is_cancelled_at_once),
        EACH(a_fiber_cancelled_before_its_start_still_runs_and_is_told),
        EACH(all_are_cancelled_together),
        EACH(a_shield_holds_cancellation_back_until_its_last_layer_is_off),
        EACH(a_reused_fiber_carries_nothing_over),
        EACH(posts_come_from_many_threads_and_none_is_lost),
        EACH(timers_fire_in_order_once_or_again),
        EACH(a_loop_with_timers_left_is_freed_whole),
#ifndef NDEBUG
        EACH(suspending_outside_a_fiber_ends_with_a_sentence),
#endif
    };
    return cmocka_run_group_tests_name("fiber", tests, NULL, NULL);
}
