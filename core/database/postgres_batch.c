/*
 * postgres_batch.c: write sets on one connection: what has queued up is committed as one transaction.
 *
 * The fiber at the head of the queue leads: it takes who waits, sends BEGIN and all statements in one round trip, looks at the
 * counts, commits in a second one, and hands the lead on. Statements of all sets run in the one order of rows, so two workers
 * never wait for each other in a circle. A set whose guard failed, or whose statement is refused, leaves; the transaction is
 * rolled back and the others go again without it. A set is answered when its transaction is committed.
 *
 * When the connection is lost before COMMIT was sent, nothing was written and the group goes once more. After that moment a new
 * connection waits for the end of the old session (its lock) and looks for what the sets would have left.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/database/postgres.h"
#include "core/fiber/fiber.h"

#define QUEUE_AT_MOST 4096
#define GROUP_AT_MOST 64
#define STATEMENTS_AT_MOST 1024
/* Milliseconds. */
#define QUEUE_PATIENCE 10000
#define QUEUE_PATIENCE_LEAST 1000
#define CONNECT_PATIENCE 5000
#define ANSWER_PATIENCE 15000
#define VERDICT_PATIENCE 15000
#define VERDICT_PAUSE 20

enum { WAITS, LEADS, TAKEN, DONE };

/* On the stack of the fiber that commits. */
typedef struct sl_pg_member {
    struct sl_pg_member *next;
    sl_context *cx;
    const sl_write *write;
    sl_condition condition;
    int state;
    bool conflict;
    sl_status status;
} sl_pg_member;

struct placed {
    const sl_statement *statement;
    sl_pg_member *member;
    uint32_t number;
    bool prepares;
};

struct group {
    sl_pg_member *members[GROUP_AT_MOST];
    uint32_t count;
    struct placed *statements;
    uint32_t statement_count;
};

enum outcome {
    COMMITTED,
    THINNED, /* nothing was written; members have left, the others may go again */
    LOST,    /* the connection went before COMMIT was sent */
    UNCLEAR, /* it went afterwards */
};

/* ---- the group's statements ---- */

static int placed_order(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;
    int order = sl_statement_order(x->statement, y->statement);
    return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static void group_place(struct group *group)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < group->count; i++)
        count += group->members[i]->write->count;
    struct placed *statements = malloc(count * sizeof(*statements));
    if (!statements)
        abort();
    uint32_t number = 0;
    for (uint32_t i = 0; i < group->count; i++) {
        const sl_write *write = group->members[i]->write;
        for (uint32_t s = 0; s < write->count; s++, number++)
            statements[number] = (struct placed){ .statement = &write->statements[s],
                                                  .member = group->members[i],
                                                  .number = number };
    }
    qsort(statements, count, sizeof(*statements), placed_order);
    free(group->statements);
    group->statements = statements;
    group->statement_count = count;
}

static void member_leave(struct group *group, sl_pg_member *member, sl_status status)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < group->count; i++) {
        if (group->members[i] != member)
            group->members[kept++] = group->members[i];
    }
    group->count = kept;
    member->status = status;
}

/* ---- one transaction ---- */

static sl_status statements_send(sl_pg_connection *connection, struct group *group,
                                 bool *ret_begin_prepares)
{
    bool sent = sl_pg_send(connection, NULL, "BEGIN", NULL, 0, false, ret_begin_prepares);
    for (uint32_t i = 0; sent && i < group->statement_count; i++) {
        struct placed *placed = &group->statements[i];
        const sl_statement *statement = placed->statement;
        sent = sl_pg_send(connection, NULL, statement->sql, statement->arguments, statement->count,
                          false, &placed->prepares);
    }
    if (!sent || !PQpipelineSync(connection->conn))
        return SL_E_UNAVAILABLE;
    return sl_pg_flush(connection, sl_clock_monotonic_ms() + ANSWER_PATIENCE);
}

/* What one answer says of its set; *ret_failed is the set that broke the transaction. */
static sl_status answer_weigh(const struct placed *placed, const PGresult *result,
                              sl_pg_member **ret_failed)
{
    if (sl_pg_is_farewell(result))
        return SL_E_UNAVAILABLE;
    if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
        return SL_OK;
    if (sl_pg_is_error(result)) {
        sl_status status = sl_pg_fail(placed->member->cx, result);
        /* The server gave up on it: nothing is written. */
        placed->member->status = status == SL_E_TIMEOUT ? SL_E_UNAVAILABLE : status;
        *ret_failed = placed->member;
    } else if (placed->statement->one_row && strcmp(PQcmdTuples((PGresult *)result), "0") == 0) {
        placed->member->conflict = true;
    }
    return SL_OK;
}

static sl_status answers_read(sl_pg_connection *connection, struct group *group,
                              bool begin_prepares, sl_pg_member **ret_failed)
{
    int64_t deadline = sl_clock_monotonic_ms() + ANSWER_PATIENCE;
    PGresult *result = NULL;
    sl_status status = sl_pg_receive(connection, "BEGIN", begin_prepares, deadline, &result);
    if (status == SL_OK && sl_pg_is_error(result))
        status = SL_E_UNAVAILABLE;
    PQclear(result);
    for (uint32_t i = 0; status == SL_OK && i < group->statement_count; i++) {
        const struct placed *placed = &group->statements[i];
        status =
            sl_pg_receive(connection, placed->statement->sql, placed->prepares, deadline, &result);
        if (status == SL_OK)
            status = answer_weigh(placed, result, ret_failed);
        PQclear(result);
    }
    return status == SL_OK ? sl_pg_receive_sync(connection, deadline) : status;
}

static enum outcome transaction_drop(sl_pg_connection *connection)
{
    PGresult *result = NULL;
    sl_status status = sl_pg_run(connection, NULL, "ROLLBACK", NULL, 0, false,
                                 sl_clock_monotonic_ms() + ANSWER_PATIENCE, &result);
    bool good = status == SL_OK && !sl_pg_is_error(result);
    PQclear(result);
    return good ? THINNED : LOST;
}

static enum outcome transaction_commit(sl_pg_connection *connection, struct group *group)
{
    PGresult *result = NULL;
    sl_status status = sl_pg_run(connection, NULL, "COMMIT", NULL, 0, false,
                                 sl_clock_monotonic_ms() + ANSWER_PATIENCE, &result);
    enum outcome outcome = COMMITTED;
    if (status != SL_OK || sl_pg_is_farewell(result)) {
        outcome = UNCLEAR;
    } else if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        for (uint32_t i = 0; i < group->count; i++) {
            sl_status told = sl_pg_fail(group->members[i]->cx, result);
            group->members[i]->status = told == SL_OK ? SL_E_CONFLICT : told;
        }
        group->count = 0;
        outcome = THINNED;
    }
    PQclear(result);
    return outcome;
}

static enum outcome group_try(sl_pg_connection *connection, struct group *group)
{
    bool begin_prepares = false;
    sl_pg_member *failed = NULL;
    group_place(group);
    for (uint32_t i = 0; i < group->count; i++)
        group->members[i]->conflict = false;
    if (statements_send(connection, group, &begin_prepares) != SL_OK ||
        answers_read(connection, group, begin_prepares, &failed) != SL_OK)
        return LOST;
    bool conflict = false;
    for (uint32_t i = 0; i < group->count; i++)
        conflict = conflict || group->members[i]->conflict;
    if (!failed && !conflict)
        return transaction_commit(connection, group);
    if (transaction_drop(connection) == LOST)
        return LOST;
    if (failed)
        member_leave(group, failed, failed->status);
    for (uint32_t i = group->count; i > 0; i--) {
        if (group->members[i - 1]->conflict)
            member_leave(group, group->members[i - 1], SL_E_CONFLICT);
    }
    return THINNED;
}

/* ---- a lost COMMIT ---- */

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
static enum verdict members_ask(sl_pg_connection *connection, const struct group *group,
                                int64_t deadline)
{
    for (uint32_t i = 0; i < group->count; i++) {
        const sl_write *write = group->members[i]->write;
        bool there = false;
        for (uint32_t p = 0; p < write->probe_count; p++) {
            char answer = question_ask(connection, &write->probes[p], deadline);
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

static enum verdict verdict_find(sl_pg_batch *batch, const struct group *group, int64_t lock)
{
    int64_t deadline = sl_clock_monotonic_ms() + VERDICT_PATIENCE;
    enum verdict verdict = NO_VERDICT;
    while (verdict == NO_VERDICT && sl_clock_monotonic_ms() < deadline) {
        sl_status status = SL_OK;
        if (!batch->connection)
            status = sl_pg_connect(batch->server, SL_PG_BATCH, deadline, &batch->connection);
        if (status != SL_OK) {
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

/* ---- a group to its end ---- */

static void group_fail(struct group *group, const char *reason)
{
    for (uint32_t i = 0; i < group->count; i++)
        group->members[i]->status =
            sl_pg_fail_wait(group->members[i]->cx, SL_E_UNAVAILABLE, i == 0 ? reason : NULL);
    group->count = 0;
}

static void group_settle(sl_pg_batch *batch, struct group *group, int64_t lock)
{
    enum verdict verdict = verdict_find(batch, group, lock);
    for (uint32_t i = 0; i < group->count; i++) {
        sl_pg_member *member = group->members[i];
        if (verdict == WRITTEN)
            member->status = SL_OK;
        else if (verdict == NOT_WRITTEN)
            member->status = sl_fail(member->cx, SL_E_UNAVAILABLE, NULL,
                                     "The connection to the database was lost.");
        else
            member->status = sl_fail(member->cx, SL_E_UNKNOWN, NULL,
                                     "The database's answer to a commit was lost.");
    }
    group->count = 0;
}

static void connection_drop(sl_pg_batch *batch)
{
    sl_pg_close(batch->connection);
    batch->connection = NULL;
}

static void tables_count(sl_pg_batch *batch, const struct group *group)
{
    for (uint32_t i = 0; i < group->statement_count; i++) {
        const char *table = group->statements[i].statement->table;
        uintptr_t count = (uintptr_t)sl_textmap_get(&batch->written, table);
        if (count >= SL_PG_GROWN)
            continue;
        sl_textmap_set(&batch->written, table, (void *)(count + 1));
        if (count + 1 == SL_PG_GROWN)
            batch->grown(batch->owner, group->statements[i].member->cx->host, table);
    }
}

static void group_run(sl_pg_batch *batch, struct group *group)
{
    int losses = 0;
    while (group->count > 0) {
        if (batch->connection && !sl_pg_alive(batch->connection))
            connection_drop(batch);
        if (!batch->connection &&
            sl_pg_connect(batch->server, SL_PG_BATCH, sl_clock_monotonic_ms() + CONNECT_PATIENCE,
                          &batch->connection) != SL_OK) {
            group_fail(group, batch->server->reason);
            break;
        }
        enum outcome outcome = group_try(batch->connection, group);
        if (outcome == COMMITTED) {
            tables_count(batch, group);
            for (uint32_t i = 0; i < group->count; i++)
                group->members[i]->status = SL_OK;
            group->count = 0;
        } else if (outcome == UNCLEAR) {
            int64_t lock = batch->connection->lock;
            connection_drop(batch);
            group_settle(batch, group, lock);
        } else if (outcome == LOST) {
            connection_drop(batch);
            if (++losses > 1)
                group_fail(group, "the connection was lost twice");
        }
    }
    free(group->statements);
}

/* ---- the queue ---- */

static void queue_push(sl_pg_batch *batch, sl_pg_member *member)
{
    if (batch->last)
        batch->last->next = member;
    else
        batch->first = member;
    batch->last = member;
    batch->queued++;
}

static void queue_remove(sl_pg_batch *batch, sl_pg_member *member)
{
    sl_pg_member *previous = NULL;
    for (sl_pg_member *at = batch->first; at != member; at = at->next)
        previous = at;
    if (previous)
        previous->next = member->next;
    else
        batch->first = member->next;
    if (batch->last == member)
        batch->last = previous;
    batch->queued--;
}

static void lead(sl_pg_batch *batch)
{
    struct group group = { .count = 0 };
    sl_pg_member *taken[GROUP_AT_MOST];
    uint32_t statements = 0;
    while (batch->first && group.count < GROUP_AT_MOST &&
           (group.count == 0 || statements + batch->first->write->count <= STATEMENTS_AT_MOST)) {
        sl_pg_member *member = batch->first;
        queue_remove(batch, member);
        member->state = TAKEN;
        statements += member->write->count;
        taken[group.count] = member;
        group.members[group.count++] = member;
    }
    uint32_t count = group.count;
    group_run(batch, &group);
    for (uint32_t i = 0; i < count; i++) {
        taken[i]->state = DONE;
        sl_condition_signal(&taken[i]->condition);
    }
    batch->led = batch->first != NULL;
    if (batch->first) {
        batch->first->state = LEADS;
        sl_condition_signal(&batch->first->condition);
    }
}

sl_status sl_pg_batch_write(sl_pg_batch *batch, sl_context *cx, const sl_write *write)
{
    int64_t now = sl_clock_monotonic_ms();
    int64_t deadline = sl_database_deadline(cx, QUEUE_PATIENCE);
    if (deadline < now + QUEUE_PATIENCE_LEAST)
        deadline = now + QUEUE_PATIENCE_LEAST;
    sl_pg_member member = { .cx = cx, .write = write };
    bool full = batch->queued >= QUEUE_AT_MOST;
    if (!full)
        queue_push(batch, &member);
    if (!full && !batch->led) {
        batch->led = true;
        member.state = LEADS;
    }
    while (!full && member.state != DONE) {
        if (member.state == LEADS) {
            lead(batch);
        } else if (sl_wait_condition(&member.condition, deadline) != SL_OK) {
            /* Once somebody carries it, only the outcome counts. */
            if (member.state == WAITS) {
                queue_remove(batch, &member);
                full = true;
            }
            deadline = 0;
        }
    }
    if (full)
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The database is busy. Please try again.");
    return member.status;
}

void sl_pg_batch_done(sl_pg_batch *batch)
{
    connection_drop(batch);
    sl_textmap_clear(&batch->written, NULL);
}
