/*
 * bench.h: what the tests of jobs and events share: core's tables, two workers on one database, jobs looked at and moved in time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JOB_TESTS_BENCH_H
#define STRIPE_LITE_CORE_JOB_TESTS_BENCH_H

#include "core/database/tests/bench.h"
#include "core/job/inside.h"

/* Two workers: `bench_host` and this one have a database and jobs of their own. */
extern sl_host other_host;
extern const bool active;
extern const bool inactive;

/* cmocka's setup and teardown of a group and of a test. */
int jobs_up(void **state);
int jobs_down(void **state);
int jobs_use_sqlite(void **state);
int jobs_use_postgres(void **state);
int jobs_done(void **state);
#define JOBS_ON_BOTH(TEST)                                           \
    { "sqlite: " #TEST, TEST, jobs_use_sqlite, jobs_done, NULL },    \
    {                                                                \
        "postgres: " #TEST, TEST, jobs_use_postgres, jobs_done, NULL \
    }

/* A type that both workers have. */
void declare(const sl_job_type *type);
/* Enqueues and commits. */
void enqueue(sl_context *cx, const sl_job_request *request);
/* Runs what is due in the context's worker; how many ran must be `wanted`. */
void run_due(sl_context *cx, uint32_t wanted);
/* Everything becomes due, also what is running: its lease has ended. */
void all_due(sl_context *cx);
/* As if another worker had claimed every job. */
void steal(sl_context *cx);
/* The first number that a statement over all accounts yields. */
int64_t number(sl_context *cx, const char *sql);
/* The job of this name, which must be the only one. */
sl_job_row job_row(sl_context *cx, const char *name);

#endif
