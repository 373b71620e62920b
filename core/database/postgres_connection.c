/*
 * postgres_connection.c: one connection: opening without blocking the loop, sending, receiving.
 *
 * libpq resolves host names itself and blocks while it does: only when a connection is opened, and not at all with hostaddr or
 * a numeric host. libpq skips to the next of several hosts only when one refuses, so we try them one by one, each with a limit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/postgres.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/fault.h>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/database/sql_log.h"

/* Milliseconds. */
#define HOST_PATIENCE 3000
#define SETUP_PATIENCE 10000
#define PAUSE_FIRST 50
#define PAUSE_LIMIT 2000

#define OPTIONS_AT_MOST 64
#define PREPARED_AT_MOST 512

/* ---- where the server is ---- */

static const char *option_value(const sl_pg_server *server, const char *keyword)
{
    for (const PQconninfoOption *option = server->options; option->keyword; option++) {
        if (strcmp(option->keyword, keyword) == 0)
            return option->val && option->val[0] ? option->val : NULL;
    }
    return NULL;
}

static uint32_t list_length(const char *list)
{
    uint32_t length = 1;
    for (; list && *list; list++)
        length += *list == ',';
    return length;
}

/* The part of a comma list; of a list of one, that one. */
static const char *list_part(const char *list, uint32_t part, char *buffer, size_t size)
{
    if (list_length(list) == 1)
        part = 0;
    for (; part > 0; part--)
        list = strchr(list, ',') + 1;
    snprintf(buffer, size, "%.*s", (int)strcspn(list, ","), list);
    return buffer;
}

sl_status sl_pg_server_init(sl_pg_server *server, const char *url)
{
    char *error = NULL;
    *server = (sl_pg_server){ .options = PQconninfoParse(url, &error) };
    /* libpq's sentence may quote the password. */
    PQfreemem(error);
    if (!server->options)
        return SL_E_INVALID;
    const char *hosts = option_value(server, "hostaddr");
    server->hosts = list_length(hosts ? hosts : option_value(server, "host"));
    return SL_OK;
}

void sl_pg_server_done(sl_pg_server *server)
{
    PQconninfoFree(server->options);
}

/* ---- waiting ---- */

static sl_status connection_wait(const sl_pg_connection *connection, int events, int64_t deadline,
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
        sl_status status =
            connection_wait(connection, SL_WAIT_READ | SL_WAIT_WRITE, deadline, &events);
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
        sl_status status = connection_wait(connection, SL_WAIT_READ, deadline, NULL);
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

/* ---- opening ---- */

static void notice_ignore(void *data, const PGresult *result)
{
    (void)data;
    (void)result;
}

static PGconn *connection_begin(const sl_pg_server *server, uint32_t host)
{
    const char *keywords[OPTIONS_AT_MOST + 4];
    const char *values[OPTIONS_AT_MOST + 4];
    char parts[3][512];
    static const char *const lists[3] = { "host", "hostaddr", "port" };
    int count = 0;
    for (const PQconninfoOption *option = server->options;
         option->keyword && count < OPTIONS_AT_MOST; option++) {
        if (!option->val || !option->val[0])
            continue;
        keywords[count] = option->keyword;
        values[count] = option->val;
        for (int i = 0; i < 3; i++) {
            if (strcmp(option->keyword, lists[i]) == 0)
                values[count] = list_part(option->val, host, parts[i], sizeof(parts[i]));
        }
        count++;
    }
    keywords[count] = "fallback_application_name";
    values[count++] = "stripe_lite";
    if (!option_value(server, "client_encoding")) {
        keywords[count] = "client_encoding";
        values[count++] = "UTF8";
    }
    /* Of several hosts only one takes writes. */
    if (server->hosts > 1 && !option_value(server, "target_session_attrs")) {
        keywords[count] = "target_session_attrs";
        values[count++] = "read-write";
    }
    keywords[count] = NULL;
    values[count] = NULL;
    return PQconnectStartParams(keywords, values, 0);
}

static sl_status host_connect(sl_pg_server *server, uint32_t host, int64_t deadline,
                              sl_pg_connection *connection)
{
    int64_t limit = sl_clock_monotonic_ms() + HOST_PATIENCE;
    if (deadline == 0 || deadline > limit)
        deadline = limit;
    connection->conn = connection_begin(server, host);
    if (!connection->conn)
        return SL_E_UNAVAILABLE;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    if (PQstatus(connection->conn) == CONNECTION_BAD)
        state = PGRES_POLLING_FAILED;
    while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
        int events = state == PGRES_POLLING_READING ? SL_WAIT_READ : SL_WAIT_WRITE;
        sl_status status = connection_wait(connection, events, deadline, NULL);
        if (status == SL_E_TIMEOUT)
            snprintf(server->reason, sizeof(server->reason), "it did not answer");
        if (status != SL_OK)
            return status;
        state = PQconnectPoll(connection->conn);
    }
    if (state == PGRES_POLLING_OK)
        return SL_OK;
    snprintf(server->reason, sizeof(server->reason), "%s", PQerrorMessage(connection->conn));
    server->reason[strcspn(server->reason, "\n")] = '\0';
    return SL_E_UNAVAILABLE;
}

/* Milliseconds: a general statement, one of a write set, and a migration. */
static const char *const settings[] = {
    [SL_PG_GENERAL] =
        "SET lock_timeout = 5000; SET statement_timeout = 30000; "
        "SET idle_in_transaction_session_timeout = 30000; SET client_min_messages = error",
    [SL_PG_BATCH] =
        /* A plan for many rows that was made while a table was small would read all of it later. */
    "SET lock_timeout = 2000; SET statement_timeout = 10000; "
    "SET idle_in_transaction_session_timeout = 10000; SET client_min_messages = error; "
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; "
    "SET enable_hashjoin = off; SET enable_mergejoin = off",
    [SL_PG_SCRIPT] =
        "SET lock_timeout = 600000; SET statement_timeout = 0; SET client_min_messages = error",
};

/* Events and answers are texts of some thousand bytes: lz4 costs a fifth of PostgreSQL's own compression. Servers before 14, and those
 * built without it, know no such value. */
static const char compression[] =
    "SELECT set_config(name, 'lz4', FALSE) FROM pg_settings"
    " WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)";

static sl_status setting_run(sl_pg_server *server, sl_pg_connection *connection, const char *sql)
{
    PGresult *result = NULL;
    sl_status status = sl_pg_run_plain(connection, sql, NULL, 0,
                                       sl_clock_monotonic_ms() + SETUP_PATIENCE, &result);
    if (status == SL_OK && sl_pg_is_error(result)) {
        snprintf(server->reason, sizeof(server->reason), "%s",
                 PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
        status = SL_E_UNAVAILABLE;
    }
    PQclear(result);
    return status;
}

static sl_status connection_set_up(sl_pg_server *server, sl_pg_use use,
                                   sl_pg_connection *connection)
{
    PQsetNoticeReceiver(connection->conn, notice_ignore, NULL);
    if (PQsetnonblocking(connection->conn, 1) != 0)
        return SL_E_UNAVAILABLE;
    sl_status status = setting_run(server, connection, settings[use]);
    if (status == SL_OK && use == SL_PG_BATCH)
        status = setting_run(server, connection, compression);
    if (status == SL_OK && use == SL_PG_BATCH) {
        /* Whoever gets this lock later knows that this session has ended, and its transaction with it. A server without such
         * locks leaves a lost COMMIT unknown more often. */
        char sql[64];
        sl_random_bytes(&connection->lock, sizeof(connection->lock));
        snprintf(sql, sizeof(sql), "SELECT pg_advisory_lock(%lld)", (long long)connection->lock);
        if (setting_run(server, connection, sql) != SL_OK)
            connection->lock = 0;
    }
    if (status == SL_OK && use != SL_PG_SCRIPT && !PQenterPipelineMode(connection->conn))
        status = SL_E_UNAVAILABLE;
    return status;
}

static sl_status server_try(sl_pg_server *server, sl_pg_use use, int64_t deadline,
                            sl_pg_connection **ret)
{
    sl_status status = SL_E_UNAVAILABLE;
    for (uint32_t host = 0; host < server->hosts; host++) {
        sl_pg_connection *connection = calloc(1, sizeof(*connection));
        if (!connection)
            abort();
        status = host_connect(server, host, deadline, connection);
        if (status == SL_OK)
            status = connection_set_up(server, use, connection);
        if (status == SL_OK) {
            *ret = connection;
            return SL_OK;
        }
        sl_pg_close(connection);
        if (status == SL_E_CANCELLED)
            break;
    }
    return status;
}

sl_status sl_pg_connect(sl_pg_server *server, sl_pg_use use, int64_t deadline,
                        sl_pg_connection **ret)
{
    if (server->pause > 0 && sl_clock_monotonic_ms() < server->again_at)
        return SL_E_UNAVAILABLE;
    sl_status status = server_try(server, use, deadline, ret);
    if (status == SL_OK) {
        server->pause = 0;
    } else if (status == SL_E_TIMEOUT && deadline && sl_clock_monotonic_ms() >= deadline) {
        /* A caller in a hurry proves nothing about the server. */
        return status;
    } else if (status != SL_E_CANCELLED) {
        server->pause = server->pause ? server->pause * 2 : PAUSE_FIRST;
        if (server->pause > PAUSE_LIMIT)
            server->pause = PAUSE_LIMIT;
        server->again_at = sl_clock_monotonic_ms() + server->pause;
        status = SL_E_UNAVAILABLE;
    }
    return status;
}

void sl_pg_close(sl_pg_connection *connection)
{
    if (!connection)
        return;
    PQfinish(connection->conn);
    sl_textmap_clear(&connection->prepared, NULL);
    free(connection);
}

bool sl_pg_alive(sl_pg_connection *connection)
{
    /* An end of file shows only after what came before it has been read: a farewell, a changed setting. */
    for (int round = 0; round < 4; round++) {
        struct pollfd ready = { .fd = PQsocket(connection->conn), .events = POLLIN };
        if (ready.fd < 0 || PQstatus(connection->conn) != CONNECTION_OK)
            return false;
        if (poll(&ready, 1, 0) == 0)
            return true;
        if (!PQconsumeInput(connection->conn))
            return false;
        (void)PQisBusy(connection->conn);
    }
    return false;
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
