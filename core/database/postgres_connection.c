/*
 * postgres_connection.c: one connection: waiting, sending, receiving.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/postgres.h"

#include <string.h>

#include <stripe_lite/fault.h>

#include "core/base/text.h"
#include "core/database/sql_log.h"

#define PREPARED_AT_MOST 512

/* ---- waiting ---- */

sl_status sl_pg_wait(const sl_pg_connection *connection, int events, int64_t deadline,
                     int *ret_events)
{
    int descriptor = PQsocket(connection->conn);
    if (descriptor < 0)
        return SL_E_UNAVAILABLE;
    return sl_wait_descriptor(descriptor, events, deadline, ret_events);
}

sl_status sl_pg_flush(sl_pg_connection *connection, int64_t deadline)
{
    int left;
    while ((left = PQflush(connection->conn)) == 1) {
        int events = 0;
        sl_status status = sl_pg_wait(connection, SL_WAIT_READ | SL_WAIT_WRITE, deadline, &events);
        if (status != SL_OK)
            return status;
        /* A server that waits for us to read would never read from us. */
        if ((events & SL_WAIT_READ) && !PQconsumeInput(connection->conn))
            return SL_E_UNAVAILABLE;
    }
    return left == 0 ? SL_OK : SL_E_UNAVAILABLE;
}

static sl_status result_next(sl_pg_connection *connection, int64_t deadline, PGresult **ret_result)
{
    while (PQisBusy(connection->conn)) {
        sl_status status = sl_pg_wait(connection, SL_WAIT_READ, deadline, NULL);
        if (status != SL_OK)
            return status;
        if (!PQconsumeInput(connection->conn))
            return SL_E_UNAVAILABLE;
    }
    *ret_result = PQgetResult(connection->conn);
    if (!*ret_result && PQstatus(connection->conn) == CONNECTION_BAD)
        return SL_E_UNAVAILABLE;
    return SL_OK;
}

/* ---- sending and receiving ---- */

#define OID_BOOL 16
#define OID_INT8 20

static void arguments_fill(sl_pg_connection *connection, const sl_argument *arguments,
                           uint32_t count, bool hints, Oid *types)
{
    for (uint32_t i = 0; i < count; i++) {
        types[i] = 0;
        switch (arguments[i].type) {
        case SL_TYPE_STRING:
            connection->values[i] = arguments[i].text;
            break;
        case SL_TYPE_INT64:
            connection->values[i] = sl_int64_text(arguments[i].number, connection->numbers[i]);
            types[i] = hints ? OID_INT8 : 0;
            break;
        case SL_TYPE_BOOL:
            connection->values[i] = arguments[i].number ? "t" : "f";
            types[i] = hints ? OID_BOOL : 0;
            break;
        default:
            connection->values[i] = NULL;
        }
    }
}

/* What a prepared statement is called. */
static const char *statement_name(uintptr_t number, char buffer[24])
{
    char *name = sl_int64_text((int64_t)number, buffer) - 1;
    *name = 's';
    return name;
}

/* The number of the statement's preparation, which is put into the pipeline when there is none. 0 in *ret_number: there are too
 * many already. */
static bool statement_prepare(sl_pg_connection *connection, const char *key, const char *sql,
                              const Oid *types, uint32_t count, uintptr_t *ret_number,
                              bool *ret_prepares)
{
    char name[24];
    *ret_prepares = false;
    *ret_number = (uintptr_t)sl_textmap_get(&connection->prepared, key);
    if (*ret_number != 0)
        return true;
    sl_sql_log(sql, types, count);
    if (connection->prepared.count >= PREPARED_AT_MOST)
        return true;
    *ret_number = ++connection->next_number;
    sl_textmap_set(&connection->prepared, key, (void *)*ret_number);
    *ret_prepares = true;
    return PQsendPrepare(connection->conn, statement_name(*ret_number, name), sql, (int)count,
                         types) == 1;
}

static bool statement_send(sl_pg_connection *connection, uintptr_t number, const char *sql,
                           const Oid *types, uint32_t count, const int *lengths, const int *formats)
{
    char name[24];
    if (number == 0)
        return PQsendQueryParams(connection->conn, sql, (int)count, types, connection->values,
                                 lengths, formats, 0);
    return PQsendQueryPrepared(connection->conn, statement_name(number, name), (int)count,
                               connection->values, lengths, formats, 0);
}

bool sl_pg_send(sl_pg_connection *connection, const char *key, const char *sql,
                const sl_argument *arguments, uint32_t count, bool hints, bool *ret_prepares)
{
    Oid types[SL_PG_ARGUMENTS];
    uintptr_t number = 0;
    if (count > SL_PG_ARGUMENTS)
        return false;
    arguments_fill(connection, arguments, count, hints, types);
    return statement_prepare(connection, key ? key : sql, sql, types, count, &number,
                             ret_prepares) &&
           statement_send(connection, number, sql, types, count, NULL, NULL);
}

bool sl_pg_send_binary(sl_pg_connection *connection, const char *key, const char *sql,
                       const char *value, int length, bool *ret_prepares)
{
    const Oid type = 0;
    const int binary = 1;
    uintptr_t number = 0;
    connection->values[0] = value;
    return statement_prepare(connection, key, sql, &type, 1, &number, ret_prepares) &&
           statement_send(connection, number, sql, &type, 1, &length, &binary);
}

/* One answer and the NULL that ends it. */
static sl_status answer_receive(sl_pg_connection *connection, int64_t deadline,
                                PGresult **ret_result)
{
    PGresult *end = NULL;
    *ret_result = NULL;
    sl_status status = result_next(connection, deadline, ret_result);
    if (status == SL_OK && !*ret_result)
        return SL_E_UNAVAILABLE;
    if (status == SL_OK)
        status = result_next(connection, deadline, &end);
    PQclear(end);
    /* An error that came with the end of the connection is still an answer. */
    if (status == SL_E_UNAVAILABLE && *ret_result && sl_pg_is_error(*ret_result))
        return SL_OK;
    return status;
}

sl_status sl_pg_receive(sl_pg_connection *connection, const char *key, bool prepares,
                        int64_t deadline, PGresult **ret_result)
{
    PGresult *prepared = NULL;
    *ret_result = NULL;
    if (prepares) {
        sl_status status = answer_receive(connection, deadline, &prepared);
        bool good = status == SL_OK && !sl_pg_is_error(prepared);
        if (!good)
            sl_textmap_set(&connection->prepared, key, NULL);
        if (status != SL_OK) {
            PQclear(prepared);
            return status;
        }
    }
    sl_status status = answer_receive(connection, deadline, ret_result);
    /* Why a statement could not be prepared says more than that it was then skipped. */
    if (prepared && sl_pg_is_error(prepared) &&
        PQresultStatus(prepared) != PGRES_PIPELINE_ABORTED) {
        PQclear(*ret_result);
        *ret_result = prepared;
    } else {
        PQclear(prepared);
    }
    return status;
}

sl_status sl_pg_receive_sync(sl_pg_connection *connection, int64_t deadline)
{
    PGresult *result = NULL;
    sl_status status = result_next(connection, deadline, &result);
    if (status == SL_OK && PQresultStatus(result) != PGRES_PIPELINE_SYNC)
        status = SL_E_UNAVAILABLE;
    PQclear(result);
    return status;
}

sl_status sl_pg_run(sl_pg_connection *connection, const char *key, const char *sql,
                    const sl_argument *arguments, uint32_t count, bool hints, int64_t deadline,
                    PGresult **ret_result)
{
    bool prepares;
    *ret_result = NULL;
    if (!sl_pg_send(connection, key, sql, arguments, count, hints, &prepares) ||
        !PQpipelineSync(connection->conn))
        return SL_E_UNAVAILABLE;
    sl_status status = sl_pg_flush(connection, deadline);
    if (status == SL_OK && SL_FAULT_OF("postgres.sent", sql))
        status = SL_E_UNAVAILABLE;
    if (status == SL_OK)
        status = sl_pg_receive(connection, key ? key : sql, prepares, deadline, ret_result);
    if (status == SL_OK && !sl_pg_is_farewell(*ret_result))
        status = sl_pg_receive_sync(connection, deadline);
    return status;
}

sl_status sl_pg_run_plain(sl_pg_connection *connection, const char *sql,
                          const sl_argument *arguments, uint32_t count, int64_t deadline,
                          PGresult **ret_result)
{
    Oid types[SL_PG_ARGUMENTS];
    *ret_result = NULL;
    arguments_fill(connection, arguments, count, false, types);
    int sent = count == 0 ? PQsendQuery(connection->conn, sql)
                          : PQsendQueryParams(connection->conn, sql, (int)count, types,
                                              connection->values, NULL, NULL, 0);
    if (!sent)
        return SL_E_UNAVAILABLE;
    sl_status status = sl_pg_flush(connection, deadline);
    PGresult *result = NULL;
    while (status == SL_OK && (status = result_next(connection, deadline, &result)) == SL_OK &&
           result) {
        if (*ret_result && sl_pg_is_error(*ret_result)) {
            PQclear(result);
        } else {
            PQclear(*ret_result);
            *ret_result = result;
        }
    }
    if (status == SL_OK && !*ret_result)
        status = SL_E_UNAVAILABLE;
    return status;
}
