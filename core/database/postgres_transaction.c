/*
 * postgres_transaction.c: one attempt to commit a group: BEGIN and all statements in one round trip, a look at the counts,
 * COMMIT in a second one.
 *
 * What neighbours of one shape change goes as one statement on many rows. When such a statement is refused, or changes fewer
 * rows than it should, it does not say whose row it was: the group goes once more, apart, one statement a row, and then every
 * answer belongs to a member. A member that cannot be written leaves, and the others go again together.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/fault.h>

#include "core/base/clock.h"
#include "core/database/postgres_batch.h"

/* Milliseconds. */
#define REPLAN_EVERY 5000
static const char discard_sql[] = "DISCARD PLANS";

/* What is sent and what the answers said. */
struct attempt {
    sl_pg_batch *batch;
    sl_pg_connection *connection;
    sl_pg_group *group;
    sl_pg_member *failed; /* its statement broke the transaction */
    bool conflict;        /* some member's */
    bool apart;           /* rows that are nobody's in particular are in the way */
    bool changed;         /* some table, since its form was made */
    bool begun;           /* by those who draw numbers */
    bool begin_prepares;
    bool replans;
    bool discard_prepares;
    bool tables_prepare;
    uint32_t tables;
};

static int64_t patience(void)
{
    return sl_clock_monotonic_ms() + SL_PG_ANSWER_PATIENCE;
}

/* ---- sending ---- */

static sl_status forms_find(struct attempt *attempt)
{
    sl_pg_group *group = attempt->group;
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < group->piece_count && status == SL_OK; i++) {
        sl_pg_piece *piece = &group->pieces[i];
        if (piece->count > 1)
            status = sl_pg_form_find(attempt->batch, group->placed[piece->first].statement,
                                     patience(), &piece->form);
    }
    return status;
}

static bool piece_send_apart(sl_pg_connection *connection, sl_pg_placed *placed, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const sl_statement *statement = placed[i].statement;
        if (!sl_pg_send(connection, statement->shape->key, statement->sql,
                        sl_pg_placed_arguments(&placed[i]), statement->count, false,
                        &placed[i].prepares))
            return false;
    }
    return true;
}

/* Plans are kept, and made for tables as they are: those for a table that was small then may read all of it now. */
static bool discard_send(struct attempt *attempt)
{
    int64_t now = sl_clock_monotonic_ms();
    attempt->replans = now >= attempt->batch->replan_at;
    if (!attempt->replans)
        return true;
    attempt->batch->replan_at = now + REPLAN_EVERY;
    return sl_pg_send(attempt->connection, NULL, discard_sql, NULL, 0, false,
                      &attempt->discard_prepares);
}

static sl_status statements_send(struct attempt *attempt)
{
    sl_pg_connection *connection = attempt->connection;
    sl_pg_group *group = attempt->group;
    sl_buffer *rows = sl_pg_rows_buffer(attempt->batch);
    bool sent = attempt->begun ||
                sl_pg_send(connection, NULL, "BEGIN", NULL, 0, false, &attempt->begin_prepares);
    sent = sent && discard_send(attempt);
    for (uint32_t i = 0; sent && i < group->piece_count; i++) {
        sl_pg_piece *piece = &group->pieces[i];
        sl_pg_placed *placed = group->placed + piece->first;
        if (piece->form && !sl_pg_rows_write(rows, placed, piece))
            piece->form = NULL;
        sent = piece->form ? sl_pg_rows_send(connection, rows, piece)
                           : piece_send_apart(connection, placed, piece->count);
    }
    sl_pg_rows_done(attempt->batch);
    if (!sent ||
        !sl_pg_tables_send(connection, group, &attempt->tables_prepare, &attempt->tables) ||
        !PQpipelineSync(connection->conn))
        return SL_E_UNAVAILABLE;
    return sl_pg_flush(connection, patience());
}

/* ---- answers ---- */

bool sl_pg_is_lost(const PGresult *result)
{
    return sl_pg_is_farewell(result) || strcmp(sl_pg_state(result), "26000") == 0;
}

static void answer_weigh(struct attempt *attempt, sl_pg_placed *placed, const PGresult *result)
{
    if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
        return;
    if (sl_pg_is_error(result)) {
        sl_status status = sl_pg_fail(placed->member->cx, result);
        /* The server gave up on it: nothing is written. */
        placed->member->status = status == SL_E_TIMEOUT ? SL_E_UNAVAILABLE : status;
        attempt->failed = placed->member;
    } else if (placed->statement->one_row && strcmp(PQcmdTuples((PGresult *)result), "0") == 0) {
        placed->member->conflict = true;
        attempt->conflict = true;
    }
}

static void rows_weigh(struct attempt *attempt, const sl_pg_piece *piece, const PGresult *result)
{
    if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
        return;
    const sl_statement *statement = attempt->group->placed[piece->first].statement;
    bool refused = sl_pg_is_error(result);
    if (refused ||
        (statement->one_row && strtoul(PQcmdTuples((PGresult *)result), NULL, 10) != piece->rows))
        attempt->apart = true;
    /* A table that has changed is the one reason that lasts. */
    if (refused && strncmp(sl_pg_state(result), "42", 2) == 0)
        attempt->changed = true;
}

static sl_status piece_receive(struct attempt *attempt, const sl_pg_piece *piece, int64_t deadline)
{
    PGresult *result = NULL;
    sl_status status = SL_OK;
    if (piece->form) {
        status = sl_pg_rows_receive(attempt->connection, piece, deadline, &result);
        if (status == SL_OK && sl_pg_is_lost(result))
            status = SL_E_UNAVAILABLE;
        if (status == SL_OK)
            rows_weigh(attempt, piece, result);
        PQclear(result);
        return status;
    }
    for (uint32_t i = 0; i < piece->count && status == SL_OK; i++) {
        sl_pg_placed *placed = &attempt->group->placed[piece->first + i];
        status = sl_pg_receive(attempt->connection, placed->statement->shape->key, placed->prepares,
                               deadline, &result);
        if (status == SL_OK && sl_pg_is_lost(result))
            status = SL_E_UNAVAILABLE;
        if (status == SL_OK)
            answer_weigh(attempt, placed, result);
        PQclear(result);
    }
    return status;
}

static sl_status tables_receive(struct attempt *attempt, int64_t deadline)
{
    PGresult *result = NULL;
    if (attempt->tables == 0)
        return SL_OK;
    sl_status status =
        sl_pg_tables_receive(attempt->connection, attempt->tables_prepare, deadline, &result);
    if (status == SL_OK && sl_pg_is_lost(result))
        status = SL_E_UNAVAILABLE;
    bool skipped = status != SL_OK || PQresultStatus(result) == PGRES_PIPELINE_ABORTED;
    if (!skipped && (PQresultStatus(result) != PGRES_TUPLES_OK ||
                     strtoul(PQgetvalue(result, 0, 0), NULL, 10) != attempt->tables)) {
        attempt->apart = true;
        attempt->changed = true;
    }
    PQclear(result);
    return status;
}

/* Of what is nobody's: an error means that the connection is not what it should be. */
static sl_status own_receive(sl_pg_connection *connection, const char *sql, bool prepares,
                             int64_t deadline)
{
    PGresult *result = NULL;
    sl_status status = sl_pg_receive(connection, sql, prepares, deadline, &result);
    if (status == SL_OK && sl_pg_is_error(result))
        status = SL_E_UNAVAILABLE;
    PQclear(result);
    return status;
}

static sl_status answers_read(struct attempt *attempt)
{
    int64_t deadline = patience();
    sl_status status = SL_OK;
    if (!attempt->begun)
        status = own_receive(attempt->connection, "BEGIN", attempt->begin_prepares, deadline);
    if (status == SL_OK && attempt->replans)
        status = own_receive(attempt->connection, discard_sql, attempt->discard_prepares, deadline);
    for (uint32_t i = 0; status == SL_OK && i < attempt->group->piece_count; i++)
        status = piece_receive(attempt, &attempt->group->pieces[i], deadline);
    if (status == SL_OK)
        status = tables_receive(attempt, deadline);
    return status == SL_OK ? sl_pg_receive_sync(attempt->connection, deadline) : status;
}

/* ---- the end ---- */

static bool transaction_drop(sl_pg_connection *connection)
{
    PGresult *result = NULL;
    sl_status status = sl_pg_run(connection, NULL, "ROLLBACK", NULL, 0, false, patience(), &result);
    bool good = status == SL_OK && !sl_pg_is_error(result);
    PQclear(result);
    return good;
}

static void member_leave(sl_pg_member *member, sl_status status)
{
    member->left = true;
    member->status = status;
}

static sl_pg_outcome transaction_commit(struct attempt *attempt)
{
    sl_pg_group *group = attempt->group;
    PGresult *result = NULL;
    sl_status status =
        sl_pg_run(attempt->connection, NULL, "COMMIT", NULL, 0, false, patience(), &result);
    sl_pg_outcome outcome = SL_PG_COMMITTED;
    if (status != SL_OK || sl_pg_is_farewell(result)) {
        outcome = SL_PG_UNCLEAR;
    } else if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        for (uint32_t i = 0; i < group->count; i++) {
            sl_status told = sl_pg_fail(group->members[i]->cx, result);
            member_leave(group->members[i], told == SL_OK ? SL_E_CONFLICT : told);
        }
        sl_pg_group_thin(group);
        outcome = SL_PG_THINNED;
    }
    PQclear(result);
    SL_FAULT("postgres.after_commit");
    return outcome;
}

/* Members have left before anything was written. */
static sl_pg_outcome group_refused(struct attempt *attempt)
{
    if (!transaction_drop(attempt->connection))
        return SL_PG_LOST;
    sl_pg_group_thin(attempt->group);
    return SL_PG_THINNED;
}

sl_pg_outcome sl_pg_transaction(sl_pg_batch *batch, sl_pg_group *group, bool apart)
{
    struct attempt attempt = { .batch = batch, .connection = batch->connection, .group = group };
    sl_pg_group_cut(group);
    for (uint32_t i = 0; i < group->count; i++)
        group->members[i]->conflict = false;
    if (SL_FAULT("postgres.before_statements"))
        return SL_PG_LOST;
    if (!apart && forms_find(&attempt) != SL_OK)
        return SL_PG_LOST;
    bool refused;
    if (sl_pg_numbers_draw(batch, group, &attempt.begun, &refused) != SL_OK)
        return SL_PG_LOST;
    if (refused)
        return group_refused(&attempt);
    if (statements_send(&attempt) != SL_OK || answers_read(&attempt) != SL_OK)
        return SL_PG_LOST;
    if (!attempt.failed && !attempt.conflict && !attempt.apart)
        return SL_FAULT("postgres.before_commit") ? SL_PG_LOST : transaction_commit(&attempt);
    if (!transaction_drop(batch->connection))
        return SL_PG_LOST;
    if (attempt.changed)
        sl_pg_forms_clear(batch);
    if (attempt.failed)
        member_leave(attempt.failed, attempt.failed->status);
    for (uint32_t i = 0; i < group->count; i++) {
        if (group->members[i]->conflict && !group->members[i]->left)
            member_leave(group->members[i], SL_E_CONFLICT);
    }
    sl_pg_group_thin(group);
    return attempt.apart ? SL_PG_APART : SL_PG_THINNED;
}
