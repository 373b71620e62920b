/*
 * queue.c: the rows of jobs: enqueueing, claiming, prolonging.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/database/database.h"
#include "core/job/inside.h"

static const sl_field job_fields[] = {
    SL_STRING(sl_job_row, id),         SL_STRING(sl_job_row, name),
    SL_STRING(sl_job_row, unique_key), SL_STRING(sl_job_row, state),
    SL_INT64(sl_job_row, run_at),      SL_STRING(sl_job_row, locked_by),
    SL_INT64(sl_job_row, attempt),     SL_INT64(sl_job_row, attempts),
    SL_STRING(sl_job_row, payload),    SL_STRING(sl_job_row, last_error),
    SL_STRING(sl_job_row, request_id), SL_TIMESTAMP(sl_job_row, created),
    SL_INT64(sl_job_row, version),     SL_FIELDS_END,
};
const sl_table sl_job_table = SL_TABLE("jobs", sl_job_row, job_fields);

sl_jobs *sl_jobs_new(const sl_host *host)
{
    sl_arena *arena = sl_arena_new();
    sl_jobs *jobs = sl_arena_alloc(arena, sizeof(*jobs));
    jobs->arena = arena;
    jobs->host = host;
    return jobs;
}

void sl_jobs_free(sl_jobs *jobs)
{
    if (!jobs)
        return;
    sl_soon_drop(jobs);
    free(jobs->entries);
    sl_arena_free(jobs->arena);
}

const char *sl_jobs_add(sl_jobs *jobs, const char *plugin, const bool *active,
                        const sl_job_type *type)
{
    if (!type->name || !*type->name)
        return "it has a job without a name";
    if (!type->handler)
        return sl_arena_format(jobs->arena, "its job \"%s\" has no handler", type->name);
    if (type->every < 0 || type->backoff < 0 || type->backoff_limit < 0 || type->timeout < 0)
        return sl_arena_format(jobs->arena, "its job \"%s\" has negative seconds", type->name);
    const sl_job_entry *other = sl_jobs_entry(jobs, type->name);
    if (other)
        return sl_arena_format(jobs->arena, "its job \"%s\" is there already, of plugin \"%s\"",
                               type->name, other->plugin);
    sl_job_entry *entries = realloc(jobs->entries, (jobs->count + 1u) * sizeof(*entries));
    if (!entries)
        abort();
    jobs->entries = entries;
    jobs->entries[jobs->count++] =
        (sl_job_entry){ .type = type, .plugin = plugin, .active = active };
    return NULL;
}

sl_job_entry *sl_jobs_entry(sl_jobs *jobs, const char *name)
{
    for (uint32_t i = 0; i < jobs->count; i++) {
        if (*jobs->entries[i].active && strcmp(jobs->entries[i].type->name, name) == 0)
            return &jobs->entries[i];
    }
    return NULL;
}

uint32_t sl_jobs_running(const sl_jobs *jobs)
{
    return jobs->running;
}

/* ---- enqueueing ---- */

static void wake_after(sl_context *cx, void *data, sl_status result)
{
    (void)cx;
    sl_jobs *jobs = data;
    if (result != SL_OK)
        return;
    jobs->due = true;
    sl_condition_broadcast(&jobs->wake);
}

static void wake_on_commit(sl_context *cx, sl_jobs *jobs)
{
    for (const sl_commit_hook *hook = cx->hooks; hook; hook = hook->next) {
        if (hook->after == wake_after)
            return;
    }
    sl_commit_hook *hook = sl_alloc(cx, sizeof(*hook));
    hook->after = wake_after;
    hook->data = jobs;
    sl_context_hook(cx, hook);
}

static const char *keep(sl_context *cx, const char *text)
{
    return text ? sl_copy(cx, text, strlen(text)) : NULL;
}

void sl_job_enqueue(sl_context *cx, const sl_job_request *request)
{
    int64_t now = sl_clock_unix_ms();
    sl_job_row *row = sl_alloc(cx, sizeof(*row));
    row->id = sl_id(cx, "job");
    row->name = keep(cx, request->name);
    row->unique_key = keep(cx, request->key);
    row->state = "ready";
    row->run_at = request->run_at > 0 ? request->run_at * 1000 : now;
    row->attempts = request->attempts > 0 ? request->attempts : SL_JOB_ATTEMPTS;
    row->payload = keep(cx, request->payload);
    row->request_id = cx->request_id;
    row->created = now / 1000;
    sl_insert_or_ignore_in(cx, cx->scope, &sl_job_table, row);
    if (cx->host->jobs && row->run_at <= now)
        wake_on_commit(cx, cx->host->jobs);
}

void sl_job_again(sl_context *cx, int64_t seconds)
{
    if (cx->job)
        cx->job->again = seconds > 0 ? seconds : 0;
}

/* ---- claiming ---- */

static sl_list known_names(sl_context *cx, const sl_jobs *jobs)
{
    sl_list names = { .item_size = sizeof(char *) };
    const char **items = sl_alloc(cx, (jobs->count + 1u) * sizeof(*items));
    for (uint32_t i = 0; i < jobs->count; i++) {
        if (*jobs->entries[i].active)
            items[names.count++] = jobs->entries[i].type->name;
    }
    names.items = items;
    return names;
}

static sl_status claimed_read(sl_context *cx, const sl_rows *rows, sl_list *ret_rows)
{
    sl_list found = { .count = sl_rows_count(rows), .item_size = sizeof(sl_job_row) };
    found.items = sl_alloc(cx, (found.count + 1u) * sizeof(sl_job_row));
    for (uint32_t i = 0; i < found.count; i++) {
        sl_job_row *row = SL_ITEM(found, sl_job_row, i);
        sl_status status = sl_rows_read(cx, rows, i, 1, &sl_job_table, row);
        if (status != SL_OK)
            return status;
        row->scope = sl_rows_text(rows, i, 0);
    }
    *ret_rows = found;
    return SL_OK;
}

const char *sl_jobs_lock_free_only(const sl_context *cx)
{
    return sl_database_is_sqlite(cx->host->database) ? "" : " FOR UPDATE SKIP LOCKED";
}

sl_status sl_jobs_claim(sl_context *cx, sl_jobs *jobs, uint32_t limit, int64_t lease_ms,
                        sl_list *ret_rows)
{
    sl_list names = known_names(cx, jobs);
    *ret_rows = (sl_list){ .item_size = sizeof(sl_job_row) };
    if (names.count == 0 || limit == 0)
        return SL_OK;
    const char *sql =
        sl_format(cx,
                  "WITH due AS MATERIALIZED (SELECT account_id, id FROM jobs WHERE state <> 'dead' "
                  "AND run_at <= $1 AND name IN ($2) ORDER BY run_at, id LIMIT $3%s) "
                  "UPDATE jobs SET state = 'running', locked_by = $4, run_at = $5, "
                  "attempt = attempt + 1, version = version + 1 "
                  "WHERE (account_id, id) IN (SELECT account_id, id FROM due) "
                  "RETURNING account_id, %s",
                  sl_jobs_lock_free_only(cx), sl_table_columns(cx, &sl_job_table));
    int64_t now = sl_clock_unix_ms();
    sl_rows *rows = NULL;
    sl_status status = sl_execute(cx, sql,
                                  SL_ARGS(sl_int(now), sl_texts(&names), sl_int(limit),
                                          sl_text(jobs->worker), sl_int(now + lease_ms)),
                                  &rows);
    return status == SL_OK ? claimed_read(cx, rows, ret_rows) : status;
}

/* A row that is locked is in a commit that ends or prolongs it; waiting for it here, in another order than a group of commits
 * takes its rows, could be a deadlock. */
sl_status sl_jobs_renew(sl_context *cx, const sl_jobs *jobs)
{
    sl_list ids = { .item_size = sizeof(char *) };
    const char **items = sl_alloc(cx, (jobs->running + 1u) * sizeof(*items));
    for (const sl_job_fiber *one = jobs->fibers; one; one = one->next)
        items[ids.count++] = one->row.id;
    ids.items = items;
    const char *sql = sl_format(cx,
                                "WITH held AS MATERIALIZED (SELECT account_id, id FROM jobs "
                                "WHERE locked_by = $1 AND state = 'running' AND id IN ($2)%s) "
                                "UPDATE jobs SET run_at = $3 "
                                "WHERE (account_id, id) IN (SELECT account_id, id FROM held)",
                                sl_jobs_lock_free_only(cx));
    sl_rows *rows = NULL;
    return sl_execute(cx, sql,
                      SL_ARGS(sl_text(jobs->worker), sl_texts(&ids),
                              sl_int(sl_clock_unix_ms() + SL_JOB_LEASE_MS)),
                      &rows);
}

/* ---- jobs that nobody here knows ---- */

static bool name_before(const sl_rows *rows, uint32_t row)
{
    for (uint32_t i = 0; i < row; i++) {
        if (strcmp(sl_rows_text(rows, i, 0), sl_rows_text(rows, row, 0)) == 0)
            return true;
    }
    return false;
}

sl_status sl_jobs_put_off(sl_context *cx, const sl_jobs *jobs)
{
    sl_list names = known_names(cx, jobs);
    int64_t now = sl_clock_unix_ms();
    const char *sql = sl_format(
        cx,
        "WITH strange AS MATERIALIZED (SELECT account_id, id FROM jobs WHERE state <> 'dead' "
        "AND run_at <= $1 AND name NOT IN ($2) ORDER BY run_at, id LIMIT 1000%s) "
        "UPDATE jobs SET run_at = $3 "
        "WHERE (account_id, id) IN (SELECT account_id, id FROM strange) RETURNING name",
        sl_jobs_lock_free_only(cx));
    sl_rows *rows = NULL;
    sl_status status = sl_execute(cx, sql,
                                  SL_ARGS(sl_int(now - SL_JOB_STRANGE_MS), sl_texts(&names),
                                          sl_int(now + SL_JOB_STRANGE_AGAIN_MS)),
                                  &rows);
    for (uint32_t i = 0; status == SL_OK && i < sl_rows_count(rows); i++) {
        if (!name_before(rows, i))
            sl_log(NULL, SL_LOG_WARNING, "job waits: no plugin here declares it", "job",
                   sl_rows_text(rows, i, 0));
    }
    return status;
}

sl_status sl_jobs_count(sl_context *cx, int64_t *ret_live, int64_t *ret_dead)
{
    sl_rows *rows = NULL;
    sl_status status = sl_query_all(cx,
                                    "SELECT SUM(CASE WHEN state = 'dead' THEN 0 ELSE 1 END), "
                                    "SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END) FROM jobs",
                                    SL_NO_ARGS, &rows);
    if (status != SL_OK)
        return status;
    int64_t live = sl_rows_int(rows, 0, 0);
    int64_t dead = sl_rows_int(rows, 0, 1);
    *ret_live = live == SL_NONE ? 0 : live;
    *ret_dead = dead == SL_NONE ? 0 : dead;
    return SL_OK;
}
