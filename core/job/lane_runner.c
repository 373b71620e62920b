/*
 * lane_runner.c: the fibers of each queue: two claim rows, one looks over the lanes, and one runs each row.
 *
 * Lanes that work are claimed from apart, and the look is apart, which takes longer the more lanes there are: what works waits for
 * nothing that is done for others.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/fault.h>
#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/database/database.h"
#include "core/job/inside.h"
#include "core/job/lanes.h"

#define LOOK_MS 1000  /* between two looks over all lanes */
#define COUNT_MS 5000 /* between two counts of what waits */
#define HOUSEKEEPING_MS 10000
#define RUN_MS 20000
#define LEASE_BEYOND_MS 30000

/* A claimed row and its fiber; `cx->queue_run` points here while it runs. */
struct queue_run {
    queue_worker *worker;
    lane *lane;
    int32_t slot;
    sl_context *cx;
    void *row;
    sl_fiber *fiber;
    queue_run *next;
};

/* ---- queues ---- */

sl_queues *sl_queues_new(const sl_host *host)
{
    sl_arena *arena = sl_arena_new();
    sl_queues *queues = sl_arena_alloc(arena, sizeof(*queues));
    queues->arena = arena;
    queues->host = host;
    return queues;
}

void sl_queues_free(sl_queues *queues)
{
    if (!queues)
        return;
    for (queue_worker *one = queues->workers; one; one = one->next)
        lanes_end(one);
    sl_arena_free(queues->arena);
}

static bool has_column(const sl_table *table, const char *name)
{
    const sl_field *field = table->fields;
    while (field->type != SL_TYPE_END && strcmp(field->name, name) != 0)
        field++;
    return field->type != SL_TYPE_END;
}

const char *sl_queues_add(sl_queues *queues, const char *plugin, const bool *active,
                          const sl_queue *queue)
{
    static const char *const columns[] = {
        "lane", "due", "holder", "attempt", "created", "version"
    };
    if (!queue->table || !queue->run)
        return sl_arena_format(queues->arena, "its queue \"%s\" has no table or nothing to run",
                               queue->name);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        if (!has_column(queue->table, columns[i]))
            return sl_arena_format(queues->arena,
                                   "the table of its queue \"%s\" has no column \"%s\"",
                                   queue->name, columns[i]);
    }
    queue_worker *worker = sl_arena_alloc(queues->arena, sizeof(*worker));
    *worker = (queue_worker){
        .owner = queues, .queue = queue, .plugin = plugin, .active = active, .next = queues->workers
    };
    worker->claimers[0] = (lane_claimer){ .worker = worker, .claims = { [LANE_WORKS] = true } };
    worker->claimers[1] =
        (lane_claimer){ .worker = worker, .claims = { [LANE_NEW] = true, [LANE_FAILS] = true } };
    lanes_begin(worker);
    queues->workers = worker;
    return NULL;
}

static queue_worker *worker_of(const sl_queues *queues, const sl_queue *queue)
{
    queue_worker *one = queues ? queues->workers : NULL;
    while (one && one->queue != queue)
        one = one->next;
    return one;
}

static void news_tell(queue_worker *worker, uint32_t before)
{
    if (worker->news != before || worker->owner->stopping)
        sl_condition_broadcast(&worker->wake);
}

/* ---- rows that join a write set ---- */

typedef struct told_lane {
    const char *name;
    struct told_lane *next;
} told_lane;

typedef struct told {
    sl_commit_hook hook;
    queue_worker *worker;
    told_lane *lanes;
} told;

static void told_after(sl_context *cx, void *data, sl_status result)
{
    (void)cx;
    told *of = data;
    uint32_t before = of->worker->news;
    for (const told_lane *one = result == SL_OK ? of->lanes : NULL; one; one = one->next) {
        lane_tell(lane_of(of->worker, one->name), 0);
        of->worker->news++;
    }
    news_tell(of->worker, before);
    of->lanes = NULL;
}

static void told_restart(sl_context *cx, void *data)
{
    (void)cx;
    told *of = data;
    of->lanes = NULL;
}

static told *told_of(sl_context *cx, queue_worker *worker)
{
    for (const sl_commit_hook *hook = cx->hooks; hook; hook = hook->next) {
        told *of = hook->after == told_after ? hook->data : NULL;
        if (of && of->worker == worker)
            return of;
    }
    told *of = sl_alloc(cx, sizeof(*of));
    *of = (told){ .worker = worker };
    of->hook = (sl_commit_hook){ .after = told_after, .restart = told_restart, .data = of };
    sl_context_hook(cx, &of->hook);
    return of;
}

void sl_queue_due(sl_context *cx, const sl_queue *queue, const char *name)
{
    queue_worker *worker = worker_of(cx->host->queues, queue);
    if (!worker)
        return;
    told *of = told_of(cx, worker);
    told_lane *one = sl_alloc(cx, sizeof(*one));
    *one = (told_lane){ .name = name, .next = of->lanes };
    of->lanes = one;
}

/* ---- one row in its fiber ---- */

void sl_queue_lane_works(sl_context *cx)
{
    if (!cx->queue_run)
        return;
    queue_worker *worker = cx->queue_run->worker;
    uint32_t before = worker->news;
    lane_works(worker, cx->queue_run->lane);
    news_tell(worker, before);
}

/* Runs that were under way when the lane began to fail are part of that failure. */
void sl_queue_lane_fails(sl_context *cx, int64_t pause_ms)
{
    const queue_run *run = cx->queue_run;
    if (run && (run->slot == LANE_FAILS || run->lane->standing != LANE_FAILS))
        lane_fails(run->lane, pause_ms);
}

int32_t sl_queue_lane_failures(const sl_context *cx)
{
    return cx->queue_run ? cx->queue_run->lane->failures : 0;
}

static int64_t run_ms(const sl_queue *queue)
{
    return queue->timeout > 0 ? queue->timeout : RUN_MS;
}

static void run_row(queue_run *one)
{
    const queue_worker *worker = one->worker;
    sl_context *cx = one->cx;
    sl_fiber_work work = { "queue", worker->queue->name, cx->request_id, worker->plugin };
    cx->plugin = worker->plugin;
    cx->queue_run = one;
    cx->deadline = sl_clock_monotonic_ms() + run_ms(worker->queue);
    sl_fiber_works_on(&work);
    sl_status status = worker->queue->run(cx, one->row);
    if (status == SL_OK)
        status = sl_commit(cx);
    sl_fiber_works_on(NULL);
    cx->queue_run = NULL;
    /* Whoever has it by now writes what becomes of it. */
    if (status != SL_OK && status != SL_E_CONFLICT && status != SL_E_CANCELLED)
        sl_log(cx, SL_LOG_WARNING, "queued row not done, it comes again", "queue",
               worker->queue->name, "status", sl_status_name(status), "error",
               sl_error_message(cx) ? sl_error_message(cx) : "");
}

static void run_free(queue_run *one)
{
    queue_worker *worker = one->worker;
    queue_run **at = &worker->runs;
    while (*at != one)
        at = &(*at)->next;
    *at = one->next;
    uint32_t before = worker->news;
    lane_ended(worker, one->lane, one->slot);
    sl_context_free(one->cx);
    news_tell(worker, before);
}

static void run_fiber(void *data)
{
    run_row(data);
    run_free(data);
}

static const char *column_text(const sl_table *table, const void *row, const char *name)
{
    const sl_field *field = table->fields;
    const char *text = NULL;
    while (field->type != SL_TYPE_END && strcmp(field->name, name) != 0)
        field++;
    memcpy(&text, (const char *)row + field->offset, sizeof(text));
    return text;
}

static bool is_text(int32_t type)
{
    return type == SL_TYPE_STRING || type == SL_TYPE_ID || type == SL_TYPE_ENUM ||
           type == SL_TYPE_EMAIL || type == SL_TYPE_CURRENCY || type == SL_TYPE_JSON;
}

/* The rows' texts live in the context of the claim, which ends before the run does. */
static void texts_own(sl_context *cx, const sl_table *table, void *row)
{
    for (const sl_field *field = table->fields; field->type != SL_TYPE_END; field++) {
        const char *text = NULL;
        if (!is_text(field->type))
            continue;
        memcpy(&text, (const char *)row + field->offset, sizeof(text));
        text = text ? sl_copy(cx, text, strlen(text)) : NULL;
        memcpy((char *)row + field->offset, &text, sizeof(text));
    }
}

static sl_status run_begin(sl_context *claim, queue_worker *worker, const sl_rows *rows,
                           uint32_t index)
{
    const sl_table *table = worker->queue->table;
    const sl_host *host = worker->owner->host;
    bool livemode = true;
    const char *account = sl_scope_account(claim, sl_rows_text(rows, index, 0), &livemode);
    sl_context *cx = sl_context_new(host, account, livemode, "req_queue");
    queue_run *one = sl_alloc(cx, sizeof(*one));
    *one = (queue_run){ .worker = worker, .cx = cx, .row = sl_alloc(cx, table->row_size) };
    sl_status status = sl_rows_read(cx, rows, index, 1, table, one->row);
    texts_own(cx, table, one->row);
    if (status == SL_OK)
        status = sl_fiber_start(host->loop, run_fiber, one, &one->fiber);
    if (status != SL_OK) {
        sl_context_free(cx);
        return status;
    }
    one->lane = lane_of(worker, column_text(table, one->row, "lane"));
    cx->request_id = column_text(table, one->row, "id");
    lane_begins(worker, one->lane, &one->slot);
    one->next = worker->runs;
    worker->runs = one;
    return SL_OK;
}

/* ---- claiming ---- */

/* A lane that gave fewer rows than it might has no more that are due, unless it was told of one meanwhile. */
static void lanes_settle(queue_worker *worker, lane *const *lanes, const uint32_t *told_before,
                         uint32_t count, int32_t each, const sl_rows *rows)
{
    int32_t given[LANES_A_CLAIM] = { 0 };
    const sl_table *table = worker->queue->table;
    uint32_t column = 1;
    while (strcmp(table->fields[column - 1].name, "lane") != 0)
        column++;
    for (uint32_t i = 0; i < sl_rows_count(rows); i++) {
        const char *name = sl_rows_text(rows, i, column);
        uint32_t at = 0;
        while (at < count && strcmp(lanes[at]->name, name) != 0)
            at++;
        if (at < count)
            given[at]++;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (given[i] < each && lanes[i]->told == told_before[i])
            lanes[i]->due_at = NEVER;
    }
}

static sl_status standing_claim(sl_context *cx, queue_worker *worker, int32_t standing,
                                bool *ret_more)
{
    lane *lanes[LANES_A_CLAIM];
    uint32_t told_before[LANES_A_CLAIM];
    int32_t each = 0;
    uint32_t count = lanes_open(worker, standing, lanes, &each);
    if (count == 0 || each <= 0)
        return SL_OK;
    for (uint32_t i = 0; i < count; i++)
        told_before[i] = lanes[i]->told;
    sl_rows *rows = NULL;
    int64_t lease = run_ms(worker->queue) + LEASE_BEYOND_MS;
    sl_status status = lanes_claim(cx, worker, lanes, count, each, lease, &rows);
    if (status != SL_OK)
        return status;
    SL_FAULT("queue.claimed");
    lanes_settle(worker, lanes, told_before, count, each, rows);
    for (uint32_t i = 0; i < sl_rows_count(rows) && status == SL_OK; i++)
        status = run_begin(cx, worker, rows, i);
    *ret_more = *ret_more || sl_rows_count(rows) > 0;
    return status;
}

static void failing_tell(const queue_worker *worker, bool *said, sl_context *cx, sl_status status)
{
    bool failing = status != SL_OK && status != SL_E_CANCELLED;
    if (failing && !*said)
        sl_log(NULL, SL_LOG_ERROR, "a queue cannot be served", "queue", worker->queue->name,
               "status", sl_status_name(status), "error",
               sl_error_message(cx) ? sl_error_message(cx) : "");
    if (!failing && *said)
        sl_log(NULL, SL_LOG_INFO, "a queue can be served again", "queue", worker->queue->name);
    *said = failing;
}

static sl_status housekeeping(sl_context *cx, queue_worker *worker)
{
    int64_t now = sl_clock_monotonic_ms();
    sl_status status = worker->freed ? SL_OK : lanes_free_dead(cx, worker);
    worker->freed = worker->freed || status == SL_OK;
    if (status == SL_OK)
        status = lanes_look(cx, worker);
    if (status == SL_OK && (worker->counted == 0 || now - worker->counted >= COUNT_MS)) {
        status = lanes_count(cx, worker);
        worker->counted = now;
    }
    return status;
}

static void keeper_fiber(void *data)
{
    queue_worker *worker = data;
    const sl_queues *queues = worker->owner;
    sl_status status = SL_OK;
    while (!queues->stopping && status != SL_E_CANCELLED) {
        sl_context *cx = sl_context_new(queues->host, "system", true, "req_queue");
        int64_t now = sl_clock_monotonic_ms();
        cx->deadline = now + HOUSEKEEPING_MS;
        failing_tell(worker, &worker->blind, cx, housekeeping(cx, worker));
        sl_context_free(cx);
        news_tell(worker, worker->news++);
        if (!queues->stopping)
            status = sl_wait_condition(&worker->rest, now + LOOK_MS);
    }
}

/* True when something was claimed, so that there may be more. */
static bool claimer_turn(lane_claimer *claimer)
{
    queue_worker *worker = claimer->worker;
    sl_queues *queues = worker->owner;
    sl_context *cx = sl_context_new(queues->host, "system", true, "req_queue");
    bool more = false;
    cx->deadline = sl_clock_monotonic_ms() + HOUSEKEEPING_MS;
    if (!queues->holder) {
        const char *name = sl_job_holder_name(cx);
        queues->holder = sl_arena_copy(queues->arena, name, strlen(name));
    }
    sl_status status = SL_OK;
    for (int32_t i = 0; i < LANE_STANDINGS && status == SL_OK && !queues->stopping; i++) {
        if (claimer->claims[i])
            status = standing_claim(cx, worker, i, &more);
    }
    failing_tell(worker, &claimer->failing, cx, status);
    sl_context_free(cx);
    return status == SL_OK && more;
}

static void claimer_fiber(void *data)
{
    lane_claimer *claimer = data;
    queue_worker *worker = claimer->worker;
    const sl_queues *queues = worker->owner;
    sl_status status = SL_OK;
    while (!queues->stopping && status != SL_E_CANCELLED) {
        uint32_t news = worker->news;
        bool more = claimer_turn(claimer);
        int64_t now = sl_clock_monotonic_ms();
        int64_t next = lanes_next(worker, claimer->claims);
        int64_t at = now + LOOK_MS;
        if (!claimer->failing && next < at)
            at = next;
        if (queues->stopping)
            break;
        if (worker->news == news && (!more || at > now))
            status = sl_wait_condition(&worker->wake, at > now ? at : now + 1);
        else
            status = sl_wait_turn();
    }
}

static void claimer_start(void *data)
{
    lane_claimer *claimer = data;
    const sl_queues *queues = claimer->worker->owner;
    if (queues->stopping ||
        sl_fiber_start(queues->host->loop, claimer_fiber, claimer, NULL) == SL_OK)
        return;
    sl_log(NULL, SL_LOG_ERROR, "no fiber to claim rows of a queue, trying again");
    sl_loop_after(queues->host->loop, LOOK_MS, claimer_start, claimer);
}

static void keeper_start(void *data)
{
    queue_worker *worker = data;
    const sl_host *host = worker->owner->host;
    if (worker->owner->stopping || sl_fiber_start(host->loop, keeper_fiber, worker, NULL) == SL_OK)
        return;
    sl_log(NULL, SL_LOG_ERROR, "no fiber to look over the lanes of a queue, trying again");
    sl_loop_after(host->loop, LOOK_MS, keeper_start, worker);
}

void sl_queues_start(sl_queues *queues)
{
    queues->stopping = false;
    for (queue_worker *one = queues->workers; one; one = one->next) {
        if (!*one->active)
            continue;
        for (int i = 0; i < LANE_CLAIMERS; i++)
            claimer_start(&one->claimers[i]);
        keeper_start(one);
    }
}

void sl_queues_stop(sl_queues *queues)
{
    queues->stopping = true;
    for (queue_worker *one = queues->workers; one; one = one->next) {
        sl_condition_broadcast(&one->wake);
        sl_condition_broadcast(&one->rest);
    }
}

static sl_status wait_none_runs(queue_worker *worker, int64_t deadline)
{
    sl_status status = SL_OK;
    while (worker->running_all > 0 && status == SL_OK)
        status = sl_wait_condition(&worker->wake, deadline);
    return status;
}

void sl_queues_drain(sl_queues *queues, int64_t milliseconds)
{
    int64_t deadline = sl_clock_monotonic_ms() + milliseconds;
    sl_queues_stop(queues);
    for (queue_worker *one = queues->workers; one; one = one->next) {
        if (wait_none_runs(one, deadline) == SL_OK)
            continue;
        for (const queue_run *run = one->runs; run; run = run->next)
            sl_fiber_cancel(run->fiber);
        if (wait_none_runs(one, 0) != SL_OK)
            sl_log(NULL, SL_LOG_WARNING, "queued rows are ending without being waited for");
    }
}
