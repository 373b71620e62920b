/*
 * postgres_answer.c: what an answer of the server means: rows, or an error by its SQLSTATE.
 *
 * Messages of the server can quote values; only those about faulty statements are logged, and none reaches a client.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/log.h>

#include "core/database/postgres.h"

bool sl_pg_is_error(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY;
}

const char *sl_pg_state(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state ? state : "";
}

bool sl_pg_is_farewell(const PGresult *result)
{
    if (!sl_pg_is_error(result) || PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
        return false;
    const char *state = sl_pg_state(result);
    /* Without a code it is libpq that speaks, and then of the connection. */
    return state[0] == '\0' || strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0 ||
           sl_pg_is_read_only(result);
}

bool sl_pg_is_read_only(const PGresult *result)
{
    return sl_pg_is_error(result) && strcmp(sl_pg_state(result), "25006") == 0;
}

bool sl_pg_is_outdated(const PGresult *result)
{
    return sl_pg_is_error(result) &&
           (strcmp(sl_pg_state(result), "26000") == 0 || strcmp(sl_pg_state(result), "0A000") == 0);
}

/* By the longest beginning that fits: PostgreSQL's appendix of error codes. */
static const struct {
    const char *state;
    sl_status status;
    const char *sentence;
} meanings[] = {
    { "23505", SL_E_CONFLICT, NULL },
    { "40001", SL_E_CONFLICT, NULL },
    { "40P01", SL_E_CONFLICT, NULL },
    { "55P03", SL_E_CONFLICT, NULL },
    { "57014", SL_E_TIMEOUT, "The database took too long." },
    { "25006", SL_E_UNAVAILABLE, "The database cannot be written to." },
    { "25P03", SL_E_UNAVAILABLE, "The database ended the session." },
    { "53100", SL_E_UNAVAILABLE, "The disk of the database is full." },
    { "53", SL_E_UNAVAILABLE, "The database has no room left." },
    { "57", SL_E_UNAVAILABLE, "The database is shutting down or starting up." },
    { "58", SL_E_UNAVAILABLE, "The database's system answered with an error." },
    { "08", SL_E_UNAVAILABLE, "The connection to the database was lost." },
    { "22", SL_E_INVALID,
      "A value cannot be stored: it is too large, or holds a character that the database does not take." },
};

sl_status sl_pg_fail(sl_context *cx, const PGresult *result)
{
    if (!sl_pg_is_error(result))
        return SL_OK;
    const char *state = sl_pg_state(result);
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) != 0)
            continue;
        if (meanings[i].status == SL_E_CONFLICT)
            return SL_E_CONFLICT;
        return sl_fail(cx, meanings[i].status, NULL, "%s", meanings[i].sentence);
    }
    if (state[0] == '\0')
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The connection to the database was lost.");
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    sl_log(cx, SL_LOG_ERROR, "database refused a statement", "sqlstate", state, "reason",
           message ? message : "");
    return sl_fail(cx, SL_E_INTERNAL, NULL, "The database refused a statement.");
}

sl_status sl_pg_fail_wait(sl_context *cx, sl_status status, const char *reason)
{
    if (status == SL_E_CANCELLED)
        return sl_fail(cx, status, NULL, "The server is shutting down.");
    if (status == SL_E_TIMEOUT)
        return sl_fail(cx, status, NULL, "The database did not answer in time.");
    if (reason && reason[0])
        sl_log(cx, SL_LOG_WARNING, "database cannot be reached", "reason", reason);
    return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The database cannot be reached.");
}

sl_rows *sl_pg_rows(sl_context *cx, const PGresult *result)
{
    int count = PQntuples(result);
    int columns = PQnfields(result);
    sl_rows *rows = sl_rows_new(cx, (uint32_t)count, (uint32_t)columns);
    sl_cell *cell = rows->cells;
    for (int row = 0; row < count; row++) {
        for (int column = 0; column < columns; column++, cell++) {
            if (PQgetisnull(result, row, column))
                continue;
            cell->kind = SL_CELL_TEXT;
            cell->text = sl_arena_copy(cx->arena, PQgetvalue(result, row, column),
                                       (size_t)PQgetlength(result, row, column));
        }
    }
    return rows;
}
