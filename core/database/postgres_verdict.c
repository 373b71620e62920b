/*
 * postgres_verdict.c: what became of a COMMIT whose answer was lost.
 *
 * A new connection waits for the end of the old session, which held an advisory lock, and looks for what the sets would have
 * left. Rows that are there tell at once.
 *
 * After a failover the new primary knows no such session, and what it does not have then it never will: it takes no more from the
 * old one. That the old one stays down, or comes back only as a standby, is for who promotes to see to. A standby is never asked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/fault.h>

#include "core/base/clock.h"
#include "core/database/postgres_batch.h"
#include "core/fiber/fiber.h"

/* Milliseconds. */
#define VERDICT_PATIENCE 15000
#define VERDICT_PAUSE 20

enum verdict { WRITTEN, NOT_WRITTEN, NO_VERDICT };

/* One row with one value: 't', 'f', or ' ' for NULL; 0 when the connection fails. */
static char question_ask(sl_pg_connection *connection, const sl_statement *question,
                         int64_t deadline)
{
    PGresult *result = NULL;
    char answer = 0;
    if (sl_pg_run(connection, NULL, question->sql, question->arguments, question->count, false,
                  deadline, &result) == SL_OK &&
        PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
        answer = *(PQgetisnull(result, 0, 0) ? " " : PQgetvalue(result, 0, 0));
    PQclear(result);
    return answer;
}

/* True once the session that held the lock is over. */
static bool session_is_over(sl_pg_connection *connection, int64_t lock, int64_t deadline)
{
    const sl_argument argument = { .type = SL_TYPE_INT64, .number = lock };
    const sl_statement question = { .sql = "SELECT pg_try_advisory_lock($1)",
                                    .arguments = &argument,
                                    .count = 1 };
    for (;;) {
        char answer = question_ask(connection, &question, deadline);
        if (answer == 't')
            return true;
        int64_t next = sl_clock_monotonic_ms() + VERDICT_PAUSE;
        if (answer != 'f' || next >= deadline || sl_wait_until(next) != SL_OK)
            return false;
    }
}

/* All or none of the group was written: the first set that can tell, tells for all. */
static enum verdict members_ask(sl_pg_connection *connection, const sl_pg_group *group,
                                int64_t deadline)
{
    for (uint32_t i = 0; i < group->count; i++) {
        const sl_pg_member *member = group->members[i];
        const sl_statement *probes = NULL;
        uint32_t count = sl_write_probes(member->cx, member->write, &probes);
        bool there = false;
        for (uint32_t p = 0; p < count; p++) {
            char answer = question_ask(connection, &probes[p], deadline);
            if (answer == 'f')
                return NOT_WRITTEN;
            if (answer == 0)
                return NO_VERDICT;
            there = there || answer == 't';
        }
        if (there)
            return WRITTEN;
    }
    return NO_VERDICT;
}

static enum verdict verdict_find(sl_pg_batch *batch, const sl_pg_group *group, int64_t lock)
{
    int64_t deadline = sl_clock_monotonic_ms() + VERDICT_PATIENCE;
    enum verdict verdict = NO_VERDICT;
    while (verdict == NO_VERDICT && sl_clock_monotonic_ms() < deadline) {
        sl_status status = SL_OK;
        if (!batch->connection)
            status = sl_pg_connect(batch->server, SL_PG_BATCH, deadline, &batch->connection);
        if (status != SL_OK) {
            if (batch->server->away)
                sl_pg_batch_refuse(batch);
            if (sl_wait_until(sl_clock_monotonic_ms() + VERDICT_PAUSE) != SL_OK)
                break;
            continue;
        }
        /* Rows that are there tell at once; that they are not only when nobody can bring them any more. */
        bool over = lock != 0 && session_is_over(batch->connection, lock, deadline);
        verdict = members_ask(batch->connection, group, deadline);
        if (verdict == NOT_WRITTEN && !over)
            verdict = NO_VERDICT;
        if (verdict == NO_VERDICT) {
            /* It may stand in the middle of an answer. */
            bool told = sl_pg_alive(batch->connection);
            sl_pg_close(batch->connection);
            batch->connection = NULL;
            if (told)
                break;
        }
    }
    return verdict;
}

void sl_pg_verdict(sl_pg_batch *batch, const sl_pg_group *group, int64_t lock)
{
    enum verdict verdict =
        SL_FAULT("postgres.before_verdict") ? NO_VERDICT : verdict_find(batch, group, lock);
    for (uint32_t i = 0; i < group->count; i++) {
        sl_pg_member *member = group->members[i];
        if (verdict == WRITTEN)
            member->status = SL_OK;
        else if (verdict == NOT_WRITTEN)
            member->status = sl_fail(member->cx, SL_E_UNAVAILABLE, NULL,
                                     "The connection to the database was lost.");
        else
            member->status = sl_fail(
                member->cx, SL_E_UNKNOWN, NULL,
                "Whether this was carried out is not known: the database's answer was lost.");
    }
}
