/*
 * worker_test.c: several workers on one database: leases, one commit for effects and end, schedules, draining; on both databases.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/job/tests/bench.h"

#include <sys/wait.h>
#include <unistd.h>

#define MANY 60
#define CHAIN 10

static struct {
    uint32_t runs;
    uint32_t item;
    bool steal_first; /* before the commit in the middle */
    bool steal;
    bool commit_first;
    bool running;
    bool may_end;
    sl_condition changed;
} step;

static void start(void (*function)(sl_context *cx))
{
    memset(&step, 0, sizeof(step));
    bench_run(function);
}

/* Another context of the same worker, as another request would have. */
static sl_context *aside(const sl_host *host)
{
    sl_context *cx = sl_context_new(host, "acct_1", false, "req_2");
    cx->deadline = sl_clock_monotonic_ms() + 20000;
    return cx;
}

static void steal_aside(const sl_host *host)
{
    sl_context *cx = aside(host);
    steal(cx);
    sl_context_free(cx);
}

static sl_status work(sl_context *cx, const sl_job_view *job)
{
    (void)job;
    step.runs++;
    if (step.steal_first)
        steal_aside(cx->host);
    if (step.commit_first) {
        sl_insert(cx, &item_table, bench_item(cx, "item_first"));
        sl_status status = sl_commit(cx);
        if (status != SL_OK)
            return status;
    }
    if (step.steal)
        steal_aside(cx->host);
    sl_insert(cx, &item_table, bench_item(cx, sl_format(cx, "item_%u", ++step.item)));
    return SL_OK;
}

static const sl_job_type work_type = { .name = "tests.work", .handler = work };
static const sl_job_request work_request = { .struct_size = sizeof(sl_job_request),
                                             .name = "tests.work" };

/* ---- the lease ---- */

static void lost(sl_context *cx)
{
    declare(&work_type);
    step.steal = true;
    enqueue(cx, &work_request);
    run_due(cx, 1);
    check_int(step.runs, 1);
    check_int(number(cx, "SELECT count(*) FROM items"), 0);
    check_text(job_row(cx, "tests.work").locked_by, "somebody else");
    check_text(job_row(cx, "tests.work").last_error, NULL);
}

static void test_lost_lease_drops_the_writes(void **state)
{
    (void)state;
    start(lost);
}

static void lost_between(sl_context *cx)
{
    declare(&work_type);
    step.steal = true;
    step.commit_first = true;
    enqueue(cx, &work_request);
    run_due(cx, 1);
    check_int(step.runs, 1);
    check_int(number(cx, "SELECT count(*) FROM items WHERE id = 'item_first'"), 1);
    check_int(number(cx, "SELECT count(*) FROM items"), 1);
    check_text(job_row(cx, "tests.work").locked_by, "somebody else");
}

static void test_lost_lease_drops_what_follows_a_commit(void **state)
{
    (void)state;
    start(lost_between);
}

static void lost_before(sl_context *cx)
{
    declare(&work_type);
    step.steal_first = true;
    step.commit_first = true;
    enqueue(cx, &work_request);
    run_due(cx, 1);
    check_int(step.runs, 1);
    check_int(number(cx, "SELECT count(*) FROM items"), 0);
    check_text(job_row(cx, "tests.work").locked_by, "somebody else");
}

static void test_lost_lease_drops_a_commit_in_the_middle(void **state)
{
    (void)state;
    start(lost_before);
}

static void two_commits(sl_context *cx)
{
    declare(&work_type);
    step.commit_first = true;
    enqueue(cx, &work_request);
    run_due(cx, 1);
    check_int(number(cx, "SELECT count(*) FROM items"), 2);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
}

static void test_commits_twice_and_ends(void **state)
{
    (void)state;
    start(two_commits);
}

/* Claimed by a worker that is no more. */
static void abandon(sl_context *cx, int64_t attempts)
{
    sl_job_request request = work_request;
    request.attempts = (int32_t)attempts;
    enqueue(cx, &request);
    sl_list rows;
    sl_context *other = aside(&other_host);
    other_host.jobs->worker = "wrk_other";
    check_status(sl_jobs_claim(other, other_host.jobs, 1, SL_JOB_LEASE_MS, &rows), SL_OK);
    check_int(rows.count, 1);
    sl_context_free(other);
    run_due(cx, 0);
    check_text(job_row(cx, "tests.work").locked_by, "wrk_other");
    all_due(cx);
}

static void expired(sl_context *cx)
{
    declare(&work_type);
    abandon(cx, 2);
    run_due(cx, 1);
    check_int(step.runs, 1);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
}

static void test_lease_ends_and_another_runs_it(void **state)
{
    (void)state;
    start(expired);
}

static void expired_last(sl_context *cx)
{
    declare(&work_type);
    abandon(cx, 1);
    run_due(cx, 1);
    check_int(step.runs, 0);
    sl_job_row row = job_row(cx, "tests.work");
    check_text(row.state, "dead");
    check_int(row.attempt, 1);
    check_text(row.last_error, "SL_E_INTERNAL: Its worker ended during its last attempt.");
}

static void test_lease_ends_in_the_last_attempt(void **state)
{
    (void)state;
    start(expired_last);
}

/* ---- holders that are dead ---- */

/* A name of this machine with another process's number. */
static const char *holder_name(sl_context *cx, int process)
{
    const char *own = sl_job_holder_name(cx);
    const char *number = sl_format(cx, ".%d.", (int)getpid());
    const char *at = strstr(own, number);
    assert_non_null(at);
    return sl_format(cx, "%.*s.%d.wrk_x", (int)(at - own), own, process);
}

static int dead_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    check_int(waitpid(child, NULL, 0), child);
    return (int)child;
}

/* Enqueued and claimed `times` times, by the last holder at last. */
static void claimed_by(sl_context *cx, const char *holder, int64_t times)
{
    enqueue(cx, &work_request);
    for (int64_t i = 0; i < times; i++) {
        sl_list rows;
        sl_context *other = aside(&other_host);
        all_due(cx);
        other_host.jobs->worker = holder;
        check_status(sl_jobs_claim(other, other_host.jobs, 1, SL_JOB_LEASE_MS, &rows), SL_OK);
        check_int(rows.count, 1);
        sl_context_free(other);
    }
}

static void dead_holder(sl_context *cx)
{
    declare(&work_type);
    claimed_by(cx, holder_name(cx, dead_process()), 1);
    run_due(cx, 0);
    check_status(sl_jobs_free_dead(cx), SL_OK);
    run_due(cx, 1);
    check_int(step.runs, 1);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
}

static void test_what_a_dead_worker_held_is_free(void **state)
{
    (void)state;
    start(dead_holder);
}

static void other_holders(sl_context *cx)
{
    const struct {
        const char *name;
        int64_t times;
    } holders[] = {
        { holder_name(cx, (int)getpid()), 1 },
        { holder_name(cx, dead_process()), 6 }, /* it may be what kills */
        { sl_format(cx, "elsewhere.1.%d.wrk_x", dead_process()), 1 },
        { "wrk_other", 1 },
    };
    declare(&work_type);
    for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
        claimed_by(cx, holders[i].name, holders[i].times);
        check_status(sl_jobs_free_dead(cx), SL_OK);
        run_due(cx, 0);
        check_text(job_row(cx, "tests.work").locked_by, holders[i].name);
        all_due(cx);
        run_due(cx, 1);
    }
}

static void test_what_others_hold_is_theirs(void **state)
{
    (void)state;
    start(other_holders);
}

/* ---- runners ---- */

static sl_status wait_done(sl_context *cx, uint32_t wanted)
{
    while (step.runs < wanted) {
        sl_status status = sl_wait_condition(&step.changed, cx->deadline);
        if (status != SL_OK)
            return status;
    }
    return SL_OK;
}

static sl_status signal_work(sl_context *cx, const sl_job_view *job)
{
    struct counter counter = { .id = sl_copy(cx, job->id, strlen(job->id)),
                               .total = 1,
                               .times = 1 };
    sl_add(cx, &counter_table, &counter, "total, times");
    step.runs++;
    sl_condition_broadcast(&step.changed);
    return sl_wait_turn();
}

static const sl_job_type signal_type = { .name = "tests.signal", .handler = signal_work };
static const sl_job_request signal_request = { .struct_size = sizeof(sl_job_request),
                                               .name = "tests.signal" };

static void two_runners(sl_context *cx)
{
    declare(&signal_type);
    sl_jobs_start(bench_host.jobs);
    sl_jobs_start(other_host.jobs);
    for (int i = 0; i < MANY; i++)
        sl_job_enqueue(cx, &signal_request);
    bench_commit(cx);
    check_status(wait_done(cx, MANY), SL_OK);
    sl_jobs_drain(bench_host.jobs, 20000);
    sl_jobs_drain(other_host.jobs, 20000);
    check_int(sl_jobs_running(bench_host.jobs) + sl_jobs_running(other_host.jobs), 0);
    check_int(step.runs, MANY);
    check_int(number(cx, "SELECT count(*) FROM counters"), MANY);
    check_int(number(cx, "SELECT count(*) FROM counters WHERE total <> 1"), 0);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
}

static void test_two_runners_run_each_once(void **state)
{
    (void)state;
    start(two_runners);
}

static sl_status pass_on(sl_context *cx, const sl_job_view *job)
{
    const sl_job_request request = { .struct_size = sizeof(request), .name = job->name };
    step.runs++;
    sl_condition_broadcast(&step.changed);
    if (step.runs < CHAIN)
        sl_job_enqueue(cx, &request);
    return SL_OK;
}

static const sl_job_type pass_type = { .name = "tests.pass", .handler = pass_on };
static const sl_job_request pass_request = { .struct_size = sizeof(sl_job_request),
                                             .name = "tests.pass" };

/* Were each found by the poll, they would take a second each. */
static void woken(sl_context *cx)
{
    declare(&pass_type);
    sl_jobs_start(bench_host.jobs);
    int64_t begin = sl_clock_monotonic_ms();
    enqueue(cx, &pass_request);
    check_status(wait_done(cx, CHAIN), SL_OK);
    check(sl_clock_monotonic_ms() - begin < CHAIN * SL_JOB_POLL_MS / 2);
    sl_jobs_drain(bench_host.jobs, 20000);
}

static void test_a_commit_wakes_the_runner(void **state)
{
    (void)state;
    start(woken);
}

static sl_status block(sl_context *cx, const sl_job_view *job)
{
    (void)job;
    sl_insert(cx, &item_table, bench_item(cx, "item_blocked"));
    step.runs++;
    sl_condition_broadcast(&step.changed);
    sl_status status = SL_OK;
    while (!step.may_end && status == SL_OK)
        status = sl_wait_condition(&step.changed, cx->deadline);
    return status;
}

static const sl_job_type block_type = { .name = "tests.block", .handler = block };
static const sl_job_request block_request = { .struct_size = sizeof(sl_job_request),
                                              .name = "tests.block" };

static void drained(sl_context *cx)
{
    declare(&block_type);
    sl_jobs_start(bench_host.jobs);
    enqueue(cx, &block_request);
    check_status(wait_done(cx, 1), SL_OK);
    check_int(sl_jobs_running(bench_host.jobs), 1);
    sl_jobs_drain(bench_host.jobs, 0);
    check_int(sl_jobs_running(bench_host.jobs), 0);
    sl_job_row row = job_row(cx, "tests.block");
    check_text(row.state, "ready");
    check_int(row.attempt, 0);
    check(row.run_at <= sl_clock_unix_ms());
    check_int(number(cx, "SELECT count(*) FROM items"), 0);
    step.may_end = true;
    run_due(cx, 1);
    check_int(number(cx, "SELECT count(*) FROM items"), 1);
}

static void test_drain_gives_back_what_still_runs(void **state)
{
    (void)state;
    start(drained);
}

static void prolonged(sl_context *cx)
{
    declare(&block_type);
    declare(&work_type);
    sl_jobs_start(bench_host.jobs);
    enqueue(cx, &block_request);
    check_status(wait_done(cx, 1), SL_OK);
    all_due(cx);
    check_status(sl_jobs_renew(cx, bench_host.jobs), SL_OK);
    check(job_row(cx, "tests.block").run_at > sl_clock_unix_ms());
    step.may_end = true;
    sl_condition_broadcast(&step.changed);
    sl_jobs_drain(bench_host.jobs, 20000);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
    /* What does not run is not held. */
    abandon(cx, 0);
    check_status(sl_jobs_renew(cx, other_host.jobs), SL_OK);
    check_int(job_row(cx, "tests.work").run_at, 0);
}

static void test_leases_of_what_runs_are_prolonged(void **state)
{
    (void)state;
    start(prolonged);
}

/* ---- schedules ---- */

static sl_status tick(sl_context *cx, const sl_job_view *job)
{
    (void)job;
    struct counter counter = { .id = "counter_ticks", .total = 1, .times = 1 };
    sl_add(cx, &counter_table, &counter, "total, times");
    return SL_OK;
}

static const sl_job_type tick_type = { .name = "tests.tick", .handler = tick, .every = 3600 };

static void run_both(sl_context *cx, uint32_t wanted)
{
    sl_context *other = aside(&other_host);
    uint32_t here = 0;
    uint32_t there = 0;
    check_status(sl_jobs_run_due(cx, &here), SL_OK);
    check_status(sl_jobs_run_due(other, &there), SL_OK);
    check_int(here + there, wanted);
    sl_context_free(other);
}

static void schedule(sl_context *cx)
{
    declare(&tick_type);
    sl_rows *rows = NULL;
    check_status(
        sl_execute(cx,
                   "INSERT INTO api_keys (account_id, id, kind, hash, shown, created, version) "
                   "VALUES ('acct_2', 'key_1', 'secret', 'a', 'a', 1, 1), "
                   "('acct_1:test', 'key_2', 'secret', 'b', 'b', 1, 1)",
                   SL_NO_ARGS, &rows),
        SL_OK);
    run_both(cx, 2);
    run_both(cx, 0);
    check_int(number(cx, "SELECT total FROM counters WHERE account_id = 'acct_2'"), 1);
    check_int(number(cx, "SELECT total FROM counters WHERE account_id = 'acct_1:test'"), 1);
    /* A worker that starts anew in the same period adds nothing; in the next one it does. */
    bench_host.jobs->entries[0].slot = 0;
    run_both(cx, 0);
    check_status(sl_execute(cx, "UPDATE job_schedules SET slot = slot - 1", SL_NO_ARGS, &rows),
                 SL_OK);
    bench_host.jobs->entries[0].slot = 0;
    other_host.jobs->entries[0].slot = 0;
    run_both(cx, 2);
}

static void test_schedule_runs_once_a_period(void **state)
{
    (void)state;
    start(schedule);
}

static void slot_together(sl_context *cx, void *data)
{
    (void)data;
    check_status(sl_schedules_enqueue(cx, cx->host->jobs), SL_OK);
    step.runs++;
    sl_condition_broadcast(&step.changed);
}

static void schedule_together(sl_context *cx)
{
    declare(&tick_type);
    for (int i = 0; i < 8; i++)
        bench_start(slot_together, NULL);
    check_status(wait_done(cx, 8), SL_OK);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 1);
    check_int(number(cx, "SELECT count(*) FROM job_schedules"), 1);
    check_int(number(cx, "SELECT version FROM job_schedules"), 1);
}

static void test_schedule_of_many_at_once(void **state)
{
    (void)state;
    start(schedule_together);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOBS_ON_BOTH(test_lost_lease_drops_the_writes),
        JOBS_ON_BOTH(test_lost_lease_drops_what_follows_a_commit),
        JOBS_ON_BOTH(test_lost_lease_drops_a_commit_in_the_middle),
        JOBS_ON_BOTH(test_commits_twice_and_ends),
        JOBS_ON_BOTH(test_lease_ends_and_another_runs_it),
        JOBS_ON_BOTH(test_lease_ends_in_the_last_attempt),
        JOBS_ON_BOTH(test_what_a_dead_worker_held_is_free),
        JOBS_ON_BOTH(test_what_others_hold_is_theirs),
        JOBS_ON_BOTH(test_two_runners_run_each_once),
        JOBS_ON_BOTH(test_a_commit_wakes_the_runner),
        JOBS_ON_BOTH(test_drain_gives_back_what_still_runs),
        JOBS_ON_BOTH(test_leases_of_what_runs_are_prolonged),
        JOBS_ON_BOTH(test_schedule_runs_once_a_period),
        JOBS_ON_BOTH(test_schedule_of_many_at_once),
    };
    return cmocka_run_group_tests_name("worker", tests, jobs_up, jobs_down);
}
