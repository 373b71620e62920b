/*
 * wait_test.c: descriptors, conditions, deadlines, watches; who wins when two things end a wait.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/fiber/fiber.h"

static sl_loop *loop;
static int pair[2];

static int loop_up(void **state)
{
    (void)state;
    loop = sl_loop_new(1000);
    return loop && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0 ? 0 : -1;
}

static int loop_down(void **state)
{
    (void)state;
    sl_loop_free(loop);
    close(pair[0]);
    close(pair[1]);
    return 0;
}

static sl_fiber *start(void (*function)(void *), void *data)
{
    sl_fiber *fiber = NULL;
    assert_int_equal(sl_fiber_start(loop, function, data, &fiber), SL_OK);
    return fiber;
}

/* Stopped from the beginning: until the last fiber has ended. */
static void run_until_done(void)
{
    sl_loop_stop(loop);
    sl_loop_run(loop);
    assert_int_equal(sl_loop_fibers(loop), 0);
}

typedef struct wait_record {
    sl_condition *condition;
    int64_t within; /* milliseconds; 0: no deadline */
    sl_status status;
    int order;
    bool done;
} wait_record;

static int order;

static void waits_on_condition(void *data)
{
    wait_record *record = data;
    int64_t deadline = record->within ? sl_clock_monotonic_ms() + record->within : 0;
    record->status = sl_wait_condition(record->condition, deadline);
    record->order = ++order;
    record->done = true;
}

static void signals_twice(void *data)
{
    assert_int_equal(sl_wait_turn(), SL_OK);
    sl_condition_signal(data);
    sl_condition_signal(data);
    assert_int_equal(sl_wait_turn(), SL_OK);
    assert_int_equal(sl_wait_turn(), SL_OK);
    assert_int_equal(order, 2);
    sl_condition_broadcast(data);
    /* Nobody waits: no effect. */
    sl_condition_signal(data);
}

static void a_signal_wakes_the_one_who_waits_longest_a_broadcast_all(void **state)
{
    (void)state;
    sl_condition condition = { 0 };
    wait_record records[5];
    order = 0;
    for (int i = 0; i < 5; i++) {
        records[i] = (wait_record){ .condition = &condition, .status = SL_E_INTERNAL };
        start(waits_on_condition, &records[i]);
    }
    start(signals_twice, &condition);
    run_until_done();
    for (int i = 0; i < 5; i++) {
        assert_int_equal(records[i].status, SL_OK);
        assert_int_equal(records[i].order, i + 1);
    }
    assert_null(condition.first);
    assert_null(condition.last);
}

static void a_condition_wait_ends_at_its_deadline(void **state)
{
    (void)state;
    sl_condition condition = { 0 };
    wait_record record = { .condition = &condition, .within = 15 };
    int64_t began = sl_clock_monotonic_ms();
    start(waits_on_condition, &record);
    run_until_done();
    assert_int_equal(record.status, SL_E_TIMEOUT);
    assert_true(sl_clock_monotonic_ms() - began >= 15);
    assert_null(condition.first);
    assert_null(condition.last);
}

typedef struct late_signal {
    sl_condition condition;
    wait_record first;
    wait_record second;
    sl_fiber *first_fiber;
} late_signal;

/* Ends the first one's wait, then signals before it has run: the signal must reach the second. */
static void cancels_then_signals(void *data)
{
    late_signal *late = data;
    assert_int_equal(sl_wait_turn(), SL_OK);
    sl_fiber_cancel(late->first_fiber);
    sl_condition_signal(&late->condition);
}

static void a_signal_is_not_spent_on_a_wait_that_is_over(void **state)
{
    (void)state;
    late_signal late = { 0 };
    late.first.condition = late.second.condition = &late.condition;
    late.first_fiber = start(waits_on_condition, &late.first);
    start(waits_on_condition, &late.second);
    start(cancels_then_signals, &late);
    run_until_done();
    assert_int_equal(late.first.status, SL_E_CANCELLED);
    assert_int_equal(late.second.status, SL_OK);
}

/* The other way round: what was signalled keeps its result. */
static void signals_then_cancels(void *data)
{
    late_signal *late = data;
    assert_int_equal(sl_wait_turn(), SL_OK);
    sl_condition_signal(&late->condition);
    sl_fiber_cancel(late->first_fiber);
}

static void a_signal_that_came_first_is_kept_when_cancelled_after(void **state)
{
    (void)state;
    late_signal late = { 0 };
    late.first.condition = &late.condition;
    late.first.status = SL_E_INTERNAL;
    late.first_fiber = start(waits_on_condition, &late.first);
    start(signals_then_cancels, &late);
    run_until_done();
    assert_int_equal(late.first.status, SL_OK);
}

static void frees_after_broadcast(void *data)
{
    sl_condition *condition = data;
    assert_int_equal(sl_wait_turn(), SL_OK);
    sl_condition_broadcast(condition);
    free(condition);
}

static void a_condition_may_go_away_once_all_are_woken(void **state)
{
    (void)state;
    sl_condition *condition = calloc(1, sizeof(*condition));
    assert_non_null(condition);
    wait_record records[3];
    for (int i = 0; i < 3; i++) {
        records[i] = (wait_record){ .condition = condition, .within = 10000 };
        start(waits_on_condition, &records[i]);
    }
    start(frees_after_broadcast, condition);
    run_until_done();
    for (int i = 0; i < 3; i++)
        assert_true(records[i].done && records[i].status == SL_OK);
}

static void waiters_that_time_out_leave_the_middle_of_the_queue(void **state)
{
    (void)state;
    sl_condition condition = { 0 };
    wait_record records[5];
    for (int i = 0; i < 5; i++) {
        records[i] = (wait_record){ .condition = &condition, .within = i % 2 ? 5 : 60 };
        start(waits_on_condition, &records[i]);
    }
    run_until_done();
    for (int i = 0; i < 5; i++)
        assert_int_equal(records[i].status, SL_E_TIMEOUT);
    assert_null(condition.first);
    assert_null(condition.last);
}

static void passed_deadlines(void *data)
{
    sl_condition condition = { 0 };
    int64_t past = sl_clock_monotonic_ms() - 1;
    assert_int_equal(sl_wait_condition(&condition, past), SL_E_TIMEOUT);
    assert_int_equal(sl_wait_descriptor(pair[0], SL_WAIT_READ, past, NULL), SL_E_TIMEOUT);
    assert_int_equal(sl_wait_until(past), SL_OK);
    *(bool *)data = true;
}

static void a_deadline_that_has_passed_does_not_wait(void **state)
{
    (void)state;
    bool done = false;
    start(passed_deadlines, &done);
    run_until_done();
    assert_true(done);
}

typedef struct descriptor_record {
    sl_status status;
    int events;
    char text[8];
} descriptor_record;

static void reads(void *data)
{
    descriptor_record *record = data;
    record->status =
        sl_wait_descriptor(pair[0], SL_WAIT_READ, sl_clock_monotonic_ms() + 10000, &record->events);
    if (record->status == SL_OK)
        assert_int_equal(read(pair[0], record->text, sizeof(record->text)), 5);
}

static void writes(void *data)
{
    (void)data;
    int events = 0;
    assert_int_equal(sl_wait_descriptor(pair[1], SL_WAIT_READ | SL_WAIT_WRITE, 0, &events), SL_OK);
    assert_int_equal(events, SL_WAIT_WRITE);
    assert_int_equal(write(pair[1], "hello", 5), 5);
}

static void a_fiber_waits_for_a_descriptor(void **state)
{
    (void)state;
    descriptor_record record = { .status = SL_E_INTERNAL };
    start(reads, &record);
    start(writes, NULL);
    run_until_done();
    assert_int_equal(record.status, SL_OK);
    assert_int_equal(record.events, SL_WAIT_READ);
    assert_memory_equal(record.text, "hello", 5);
}

static void times_out_then_reads(void *data)
{
    descriptor_record *record = data;
    int events = 77;
    assert_int_equal(
        sl_wait_descriptor(pair[0], SL_WAIT_READ, sl_clock_monotonic_ms() + 10, &events),
        SL_E_TIMEOUT);
    assert_int_equal(events, 77);
    assert_int_equal(write(pair[1], "again", 5), 5);
    reads(record);
}

static void a_descriptor_can_be_waited_for_again_after_a_timeout(void **state)
{
    (void)state;
    descriptor_record record = { .status = SL_E_INTERNAL };
    start(times_out_then_reads, &record);
    run_until_done();
    assert_int_equal(record.status, SL_OK);
    assert_memory_equal(record.text, "again", 5);
}

static void cancels(void *data)
{
    assert_int_equal(sl_wait_turn(), SL_OK);
    sl_fiber_cancel(data);
}

static void a_descriptor_wait_is_cancelled(void **state)
{
    (void)state;
    descriptor_record record = { .status = SL_OK };
    start(cancels, start(reads, &record));
    run_until_done();
    assert_int_equal(record.status, SL_E_CANCELLED);
}

static void waits_for_a_file(void *data)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    *(sl_status *)data = sl_wait_descriptor(fileno(file), SL_WAIT_READ, 0, NULL);
    fclose(file);
}

static void what_cannot_be_waited_for_is_an_error_and_not_a_hang(void **state)
{
    (void)state;
    sl_status status = SL_OK;
    start(waits_for_a_file, &status);
    run_until_done();
    assert_int_equal(status, SL_E_INTERNAL);
}

typedef struct watch_record {
    sl_watch *watch;
    int read_count;
    int write_count;
} watch_record;

static void watch_seen(void *data, int events)
{
    watch_record *record = data;
    assert_null(sl_fiber_current());
    if (events & SL_WAIT_WRITE) {
        record->write_count++;
        assert_int_equal(sl_watch_set(record->watch, SL_WAIT_READ), SL_OK);
        assert_int_equal(write(pair[1], "x", 1), 1);
    }
    if (events & SL_WAIT_READ) {
        char byte;
        assert_int_equal(read(pair[0], &byte, 1), 1);
        if (++record->read_count < 3) {
            assert_int_equal(write(pair[1], "x", 1), 1);
            return;
        }
        sl_watch_free(record->watch);
        sl_loop_stop(loop);
    }
}

static void a_watch_calls_for_what_is_asked_until_it_is_freed(void **state)
{
    (void)state;
    watch_record record = { 0 };
    record.watch = sl_watch_new(loop, pair[0], watch_seen, &record);
    assert_int_equal(sl_watch_set(record.watch, SL_WAIT_WRITE), SL_OK);
    sl_loop_run(loop);
    assert_int_equal(record.write_count, 1);
    assert_int_equal(record.read_count, 3);
}

typedef struct sleep_record {
    sl_context *cx;
    int64_t milliseconds;
    sl_status status;
} sleep_record;

static void sleeps(void *data)
{
    sleep_record *record = data;
    record->status = sl_sleep(record->cx, record->milliseconds);
}

static void sleeping_keeps_the_deadline_of_the_context(void **state)
{
    (void)state;
    static const sl_host host;
    sl_context *cx = sl_context_new(&host, "acct_1", false, "req_1");
    sleep_record record = { .cx = cx, .milliseconds = 10, .status = SL_E_INTERNAL };
    int64_t began = sl_clock_monotonic_ms();
    start(sleeps, &record);
    run_until_done();
    assert_int_equal(record.status, SL_OK);
    assert_true(sl_clock_monotonic_ms() - began >= 10);

    record.milliseconds = INT64_MAX;
    cx->deadline = sl_clock_monotonic_ms() + 10;
    start(sleeps, &record);
    run_until_done();
    assert_int_equal(record.status, SL_E_TIMEOUT);
    assert_non_null(sl_error_message(cx));

    cx->deadline = 0;
    start(cancels, start(sleeps, &record));
    run_until_done();
    assert_int_equal(record.status, SL_E_CANCELLED);
    sl_context_free(cx);
}

int main(void)
{
#define EACH(function) cmocka_unit_test_setup_teardown(function, loop_up, loop_down)
    const struct CMUnitTest tests[] = {
        EACH(a_signal_wakes_the_one_who_waits_longest_a_broadcast_all),
        EACH(a_condition_wait_ends_at_its_deadline),
        EACH(a_signal_is_not_spent_on_a_wait_that_is_over),
        EACH(a_signal_that_came_first_is_kept_when_cancelled_after),
        EACH(a_condition_may_go_away_once_all_are_woken),
        EACH(waiters_that_time_out_leave_the_middle_of_the_queue),
        EACH(a_deadline_that_has_passed_does_not_wait),
        EACH(a_fiber_waits_for_a_descriptor),
        EACH(a_descriptor_can_be_waited_for_again_after_a_timeout),
        EACH(a_descriptor_wait_is_cancelled),
        EACH(what_cannot_be_waited_for_is_an_error_and_not_a_hang),
        EACH(a_watch_calls_for_what_is_asked_until_it_is_freed),
        EACH(sleeping_keeps_the_deadline_of_the_context),
    };
    return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
