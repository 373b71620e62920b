/*
 * queue_test.c: enqueueing, unique keys, running once, repeating with backoff, dying; on both databases.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/job/tests/bench.h"

/* What the handler saw last, and what it is to answer. */
static struct {
    uint32_t runs;
    int32_t attempt;
    int32_t attempts;
    char text[200];
    sl_status answer;
    const char *why;
    int64_t again; /* seconds, 0: does not ask */
    bool keep;
} seen;

static sl_status look(sl_context *cx, const sl_job_view *job)
{
    seen.runs++;
    seen.attempt = job->attempt;
    seen.attempts = job->attempts;
    snprintf(seen.text, sizeof(seen.text), "%s %s %s %s %s %s %s", job->name,
             job->key ? job->key : "-", sl_value_string(sl_value_member(job->payload, "a"), "-"),
             sl_account(cx), sl_livemode(cx) ? "live" : "test", sl_request_id(cx), cx->plugin);
    sl_insert(cx, &item_table, bench_item(cx, sl_format(cx, "item_%u", seen.runs)));
    if (seen.again > 0)
        sl_job_again(cx, seen.again);
    if (seen.keep)
        sl_keep(cx);
    return seen.answer == SL_OK ? SL_OK : sl_fail(cx, seen.answer, NULL, "%s", seen.why);
}

static const sl_job_type look_type = {
    .name = "tests.look", .handler = look, .backoff = 10, .backoff_limit = 15
};
static const sl_job_request look_request = { .struct_size = sizeof(sl_job_request),
                                             .name = "tests.look",
                                             .key = "k",
                                             .payload = "{\"a\":\"b\"}" };

static void start(void (*function)(sl_context *cx))
{
    memset(&seen, 0, sizeof(seen));
    bench_run(function);
}

/* ---- once ---- */

static void run_once(sl_context *cx)
{
    declare(&look_type);
    enqueue(cx, &look_request);
    run_due(cx, 1);
    check_int(seen.runs, 1);
    check_int(seen.attempt, 1);
    check_int(seen.attempts, 20);
    check_text(seen.text, "tests.look k b acct_1 test req_1 tests");
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
    check_int(number(cx, "SELECT count(*) FROM items"), 1);
    run_due(cx, 0);
    check_int(seen.runs, 1);
}

static void test_runs_once_and_is_gone(void **state)
{
    (void)state;
    start(run_once);
}

static void dropped(sl_context *cx)
{
    declare(&look_type);
    sl_job_enqueue(cx, &look_request);
    sl_discard(cx);
    bench_commit(cx);
    run_due(cx, 0);
}

static void test_dropped_with_its_write_set(void **state)
{
    (void)state;
    start(dropped);
}

static void later(sl_context *cx)
{
    declare(&look_type);
    sl_job_request request = look_request;
    request.run_at = sl_now(cx) + 3600;
    enqueue(cx, &request);
    run_due(cx, 0);
    check_int(job_row(cx, "tests.look").run_at, request.run_at * 1000);
    all_due(cx);
    run_due(cx, 1);
}

static void test_not_before_its_time(void **state)
{
    (void)state;
    start(later);
}

/* ---- unique keys ---- */

static void unique(sl_context *cx)
{
    declare(&look_type);
    enqueue(cx, &look_request);
    sl_insert(cx, &item_table, bench_item(cx, "item_with"));
    enqueue(cx, &look_request);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 1);
    check_int(number(cx, "SELECT count(*) FROM items WHERE id = 'item_with'"), 1);
    sl_job_request request = look_request;
    request.key = "another";
    enqueue(cx, &request);
    request.key = NULL;
    enqueue(cx, &request);
    enqueue(cx, &request);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 4);
    sl_context_bind(cx, "acct_1", true);
    enqueue(cx, &look_request);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 5);
    run_due(cx, 5);
    enqueue(cx, &look_request);
    run_due(cx, 1);
}

static void test_key_is_unique_while_not_done(void **state)
{
    (void)state;
    start(unique);
}

/* ---- failing ---- */

static void near(int64_t run_at, int64_t now_ms, int64_t seconds)
{
    check(run_at >= now_ms + seconds * 750);
    check(run_at <= sl_clock_unix_ms() + seconds * 1000);
}

static void retry(sl_context *cx)
{
    declare(&look_type);
    seen.answer = SL_E_UNAVAILABLE;
    seen.why = "no answer about 4242424242424242";
    sl_job_request request = look_request;
    request.attempts = 3;
    enqueue(cx, &request);
    int64_t now = sl_clock_unix_ms();
    run_due(cx, 1);
    sl_job_row row = job_row(cx, "tests.look");
    check_text(row.state, "ready");
    check_text(row.locked_by, NULL);
    check_int(row.attempt, 1);
    check_text(row.last_error, "SL_E_UNAVAILABLE: no answer about ****4242");
    near(row.run_at, now, 10);
    check_int(number(cx, "SELECT count(*) FROM items"), 0);
    all_due(cx);
    now = sl_clock_unix_ms();
    run_due(cx, 1);
    near(job_row(cx, "tests.look").run_at, now, 15);
    all_due(cx);
    run_due(cx, 1);
    check_int(seen.attempt, 3);
    check_text(job_row(cx, "tests.look").state, "dead");
}

static void test_repeated_with_backoff_then_dead(void **state)
{
    (void)state;
    start(retry);
}

static void dead_stays(sl_context *cx)
{
    retry(cx);
    all_due(cx);
    run_due(cx, 0);
    int64_t live = -1;
    int64_t dead = -1;
    check_status(sl_jobs_count(cx, &live, &dead), SL_OK);
    check_int(live, 0);
    check_int(dead, 1);
    seen.answer = SL_OK;
    enqueue(cx, &look_request);
    run_due(cx, 1);
    check_text(job_row(cx, "tests.look").state, "dead");
}

static void test_dead_one_stays_and_frees_its_key(void **state)
{
    (void)state;
    start(dead_stays);
}

static void recover(sl_context *cx)
{
    declare(&look_type);
    seen.answer = SL_E_UNAVAILABLE;
    seen.why = "not yet";
    enqueue(cx, &look_request);
    run_due(cx, 1);
    seen.answer = SL_OK;
    all_due(cx);
    run_due(cx, 1);
    check_int(seen.attempt, 2);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
}

static void test_done_at_the_second_attempt(void **state)
{
    (void)state;
    start(recover);
}

static void kept(sl_context *cx)
{
    declare(&look_type);
    seen.answer = SL_E_CARD;
    seen.why = "declined";
    seen.keep = true;
    enqueue(cx, &look_request);
    run_due(cx, 1);
    sl_job_row row = job_row(cx, "tests.look");
    check_text(row.state, "ready");
    check_int(row.attempt, 1);
    check_text(row.last_error, "SL_E_CARD: declined");
    check_int(number(cx, "SELECT count(*) FROM items"), 1);
}

static void test_kept_writes_of_a_failure(void **state)
{
    (void)state;
    start(kept);
}

static void cancelled_by_itself(sl_context *cx)
{
    declare(&look_type);
    seen.answer = SL_E_CANCELLED;
    seen.why = "on its own";
    enqueue(cx, &look_request);
    int64_t now = sl_clock_unix_ms();
    run_due(cx, 1);
    check_int(job_row(cx, "tests.look").attempt, 1);
    near(job_row(cx, "tests.look").run_at, now, 10);
}

static void test_cancelled_by_nobody_is_a_failure(void **state)
{
    (void)state;
    start(cancelled_by_itself);
}

/* ---- again ---- */

static void again(sl_context *cx)
{
    declare(&look_type);
    seen.again = 100;
    sl_job_request request = look_request;
    request.attempts = 2;
    enqueue(cx, &request);
    int64_t now = sl_clock_unix_ms();
    run_due(cx, 1);
    sl_job_row row = job_row(cx, "tests.look");
    check_text(row.state, "ready");
    check_int(row.attempt, 1);
    check(row.run_at >= now + 100000 && row.run_at <= sl_clock_unix_ms() + 100000);
    check_int(number(cx, "SELECT count(*) FROM items"), 1);
    all_due(cx);
    run_due(cx, 1);
    check_text(job_row(cx, "tests.look").state, "dead");
    check_int(number(cx, "SELECT count(*) FROM items"), 2);
}

static void test_again_when_it_says(void **state)
{
    (void)state;
    start(again);
}

/* Its first run asks to run again and is in somebody's way; its second one asks for nothing. */
static sl_status ask_once(sl_context *cx, void *data)
{
    (void)data;
    if (seen.runs++ > 0)
        return SL_OK;
    sl_job_again(cx, 100);
    return SL_E_CONFLICT;
}

static sl_status waver(sl_context *cx, const sl_job_view *job)
{
    (void)job;
    return sl_retry(cx, ask_once, NULL);
}

static const sl_job_type waver_type = { .name = "tests.waver", .handler = waver };
static const sl_job_request waver_request = { .struct_size = sizeof(sl_job_request),
                                              .name = "tests.waver" };

static void again_forgotten(sl_context *cx)
{
    declare(&waver_type);
    enqueue(cx, &waver_request);
    run_due(cx, 1);
    check_int(seen.runs, 2);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
}

static void test_a_step_that_runs_again_forgets_what_it_asked_for(void **state)
{
    (void)state;
    start(again_forgotten);
}

/* ---- types ---- */

static void unknown(sl_context *cx)
{
    enqueue(cx, &look_request);
    all_due(cx);
    run_due(cx, 0);
    check_status(sl_jobs_put_off(cx, bench_host.jobs), SL_OK);
    sl_job_row row = job_row(cx, "tests.look");
    check_int(row.attempt, 0);
    check_text(row.state, "ready");
    check(row.run_at > sl_clock_unix_ms());
    declare(&look_type);
    all_due(cx);
    check_status(sl_jobs_put_off(cx, bench_host.jobs), SL_OK);
    check_int(job_row(cx, "tests.look").run_at, 0);
    run_due(cx, 1);
}

static void test_waits_for_its_plugin(void **state)
{
    (void)state;
    start(unknown);
}

static void refused(sl_context *cx)
{
    sl_jobs *jobs = cx->host->jobs;
    sl_job_type type = look_type;
    check_text(sl_jobs_add(jobs, "one", &inactive, &look_type), NULL);
    check_text(sl_jobs_add(jobs, "two", &active, &look_type), NULL);
    check_text(sl_jobs_add(jobs, "three", &active, &type),
               "its job \"tests.look\" is there already, of plugin \"two\"");
    type.name = "tests.none";
    type.handler = NULL;
    check_text(sl_jobs_add(jobs, "three", &active, &type), "its job \"tests.none\" has no handler");
    type.handler = look;
    type.every = -1;
    check_text(sl_jobs_add(jobs, "three", &active, &type),
               "its job \"tests.none\" has negative seconds");
    enqueue(cx, &look_request);
    run_due(cx, 1);
    check_text(seen.text, "tests.look k b acct_1 test req_1 two");
}

static void test_one_active_plugin_a_name(void **state)
{
    (void)state;
    start(refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOBS_ON_BOTH(test_runs_once_and_is_gone),
        JOBS_ON_BOTH(test_dropped_with_its_write_set),
        JOBS_ON_BOTH(test_not_before_its_time),
        JOBS_ON_BOTH(test_key_is_unique_while_not_done),
        JOBS_ON_BOTH(test_repeated_with_backoff_then_dead),
        JOBS_ON_BOTH(test_dead_one_stays_and_frees_its_key),
        JOBS_ON_BOTH(test_done_at_the_second_attempt),
        JOBS_ON_BOTH(test_kept_writes_of_a_failure),
        JOBS_ON_BOTH(test_cancelled_by_nobody_is_a_failure),
        JOBS_ON_BOTH(test_again_when_it_says),
        JOBS_ON_BOTH(test_a_step_that_runs_again_forgets_what_it_asked_for),
        JOBS_ON_BOTH(test_waits_for_its_plugin),
        JOBS_ON_BOTH(test_one_active_plugin_a_name),
    };
    return cmocka_run_group_tests_name("queue", tests, jobs_up, jobs_down);
}
