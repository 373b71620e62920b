/*
 * bench.c: what the tests of jobs and events share: core's tables, two workers on one database, jobs looked at and moved in time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/job/tests/bench.h"

sl_host other_host;
const bool active = true;
const bool inactive = false;

static void change(sl_context *cx, const char *sql)
{
    sl_rows *rows = NULL;
    check_status(sl_execute(cx, sql, SL_NO_ARGS, &rows), SL_OK);
}

static void core_migrate(sl_context *cx)
{
    const char *source = getenv("STRIPE_LITE_SOURCE");
    const sl_migration_folder folder = {
        .owner = "core", .path = sl_format(cx, "%s/migrations/core", source ? source : ".")
    };
    uint32_t count = 0;
    sl_status status = sl_migrate(cx, &folder, 1, &count);
    if (status != SL_OK)
        fprintf(stderr, "# %s\n", sl_error_message(cx));
    check_status(status, SL_OK);
}

int jobs_up(void **state)
{
    if (bench_up(state) != 0 || bench_use_sqlite(state) != 0)
        return -1;
    bench_run(core_migrate);
    if (bench_use_postgres(state) == 0)
        bench_run(core_migrate);
    return 0;
}

int jobs_down(void **state)
{
    return bench_down(state);
}

static void core_clear(sl_context *cx)
{
    change(cx, "DELETE FROM jobs");
    change(cx, "DELETE FROM job_schedules");
    change(cx, "DELETE FROM events");
    change(cx, "DELETE FROM api_keys");
}

static int workers_open(void)
{
    bench_run(core_clear);
    bench_host.jobs = sl_jobs_new(&bench_host);
    other_host = bench_host;
    other_host.database = bench_open_again();
    other_host.jobs = sl_jobs_new(&other_host);
    return 0;
}

int jobs_use_sqlite(void **state)
{
    return bench_use_sqlite(state) == 0 ? workers_open() : -1;
}

int jobs_use_postgres(void **state)
{
    return bench_use_postgres(state) == 0 ? workers_open() : -1;
}

int jobs_done(void **state)
{
    (void)state;
    sl_jobs_free(bench_host.jobs);
    sl_jobs_free(other_host.jobs);
    sl_database_close(other_host.database);
    bench_host.jobs = NULL;
    return 0;
}

void declare(const sl_job_type *type)
{
    check_text(sl_jobs_add(bench_host.jobs, "tests", &active, type), NULL);
    check_text(sl_jobs_add(other_host.jobs, "tests", &active, type), NULL);
}

void enqueue(sl_context *cx, const sl_job_request *request)
{
    sl_job_enqueue(cx, request);
    bench_commit(cx);
}

void run_due(sl_context *cx, uint32_t wanted)
{
    uint32_t count = 0;
    check_status(sl_jobs_run_due(cx, &count), SL_OK);
    check_int(count, wanted);
}

void all_due(sl_context *cx)
{
    change(cx, "UPDATE jobs SET run_at = 0");
}

void steal(sl_context *cx)
{
    change(cx, "UPDATE jobs SET locked_by = 'somebody else', version = version + 1");
}

int64_t number(sl_context *cx, const char *sql)
{
    sl_rows *rows = NULL;
    check_status(sl_query_all(cx, sql, SL_NO_ARGS, &rows), SL_OK);
    return sl_rows_count(rows) > 0 ? sl_rows_int(rows, 0, 0) : SL_NONE;
}

sl_job_row job_row(sl_context *cx, const char *name)
{
    sl_job_row row = { .id = NULL };
    sl_rows *rows = NULL;
    const char *sql =
        sl_format(cx, "SELECT %s FROM jobs WHERE name = $1", sl_table_columns(cx, &sl_job_table));
    check_status(sl_query_all(cx, sql, SL_ARGS(sl_text(name)), &rows), SL_OK);
    check_int(sl_rows_count(rows), 1);
    if (sl_rows_count(rows) == 1)
        check_status(sl_rows_read(cx, rows, 0, 0, &sl_job_table, &row), SL_OK);
    return row;
}
