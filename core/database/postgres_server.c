/*
 * postgres_server.c: where the server is, and opening a connection to it without blocking the loop.
 *
 * libpq would block while it resolves a host's name, so it gets addresses. It skips to the next of several hosts only when one
 * refuses, so we try them one by one, each with a limit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/postgres.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/clock.h"
#include "core/base/random.h"

/* Milliseconds. */
#define HOST_PATIENCE 3000
#define SETUP_PATIENCE 5000
#define PAUSE_FIRST 50
#define PAUSE_LIMIT 500

#define OPTIONS_AT_MOST 64
#define OPTIONS_OWN 12

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

/* ---- opening ---- */

static void notice_ignore(void *data, const PGresult *result)
{
    (void)data;
    (void)result;
}

struct begun_options {
    const char *keywords[OPTIONS_AT_MOST + OPTIONS_OWN];
    const char *values[OPTIONS_AT_MOST + OPTIONS_OWN];
    int count;
};

static void option_add(struct begun_options *begun, const char *keyword, const char *value)
{
    begun->keywords[begun->count] = keyword;
    begun->values[begun->count++] = value;
}

/* What counts unless the URL says otherwise. */
static void options_own_add(struct begun_options *begun, const sl_pg_server *server)
{
    /* A server whose machine is gone never answers: the system gives up after ten seconds. */
    static const char *const own[][2] = {
        { "client_encoding", "UTF8" },   { "keepalives_idle", "10" },
        { "keepalives_interval", "3" },  { "keepalives_count", "3" },
        { "tcp_user_timeout", "10000" },
    };
    option_add(begun, "fallback_application_name", "stripe_lite");
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (!option_value(server, own[i][0]))
            option_add(begun, own[i][0], own[i][1]);
    }
    /* Of several hosts only one takes writes. */
    if (server->hosts > 1 && !option_value(server, "target_session_attrs"))
        option_add(begun, "target_session_attrs", "read-write");
}

/* `address`: of the host, where its name was looked up; else NULL. */
static PGconn *connection_begin(const sl_pg_server *server, uint32_t host, const char *address)
{
    struct begun_options begun = { .count = 0 };
    char parts[3][512];
    static const char *const lists[3] = { "host", "hostaddr", "port" };
    for (const PQconninfoOption *option = server->options;
         option->keyword && begun.count < OPTIONS_AT_MOST; option++) {
        if (!option->val || !option->val[0])
            continue;
        const char *value = option->val;
        for (int i = 0; i < 3; i++) {
            if (strcmp(option->keyword, lists[i]) == 0)
                value = list_part(option->val, host, parts[i], sizeof(parts[i]));
        }
        option_add(&begun, option->keyword, value);
    }
    if (address)
        option_add(&begun, "hostaddr", address);
    options_own_add(&begun, server);
    option_add(&begun, NULL, NULL);
    return PQconnectStartParams(begun.keywords, begun.values, 0);
}

/* libpq's sentence, and the SQLSTATE that it names before the server's words: "FATAL:  57P03: the database ...". */
static void reason_keep(sl_pg_server *server, const char *sentence)
{
    size_t length = strcspn(sentence, "\n");
    server->state[0] = '\0';
    for (size_t i = 0; i + 10 < length && !server->state[0]; i++) {
        size_t digits = 0;
        while (digits < 5 && (isdigit((unsigned char)sentence[i + 3 + digits]) ||
                              isupper((unsigned char)sentence[i + 3 + digits])))
            digits++;
        if (strncmp(sentence + i, ":  ", 3) == 0 && digits == 5 && sentence[i + 8] == ':')
            snprintf(server->state, sizeof(server->state), "%.5s", sentence + i + 3);
    }
    snprintf(server->reason, sizeof(server->reason), "%.*s", (int)length, sentence);
}

static sl_status address_connect(sl_pg_server *server, uint32_t host, const char *address,
                                 int64_t deadline, sl_pg_connection *connection)
{
    PQfinish(connection->conn);
    connection->conn = connection_begin(server, host, address);
    if (!connection->conn)
        return SL_E_UNAVAILABLE;
    PQsetErrorVerbosity(connection->conn, PQERRORS_VERBOSE);
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    if (PQstatus(connection->conn) == CONNECTION_BAD)
        state = PGRES_POLLING_FAILED;
    while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
        int events = state == PGRES_POLLING_READING ? SL_WAIT_READ : SL_WAIT_WRITE;
        sl_status status = sl_pg_wait(connection, events, deadline, NULL);
        if (status == SL_E_TIMEOUT)
            reason_keep(server, "it does not answer");
        if (status != SL_OK)
            return status;
        state = PQconnectPoll(connection->conn);
    }
    if (state == PGRES_POLLING_OK)
        return SL_OK;
    reason_keep(server, PQerrorMessage(connection->conn));
    return SL_E_UNAVAILABLE;
}

/* A name that has to be looked up; NULL for addresses, sockets, and what the URL gives an address for. */
static const char *host_name(const sl_pg_server *server, uint32_t host, char *buffer, size_t size)
{
    const char *names = option_value(server, "host");
    unsigned char bytes[16];
    if (!names || option_value(server, "hostaddr"))
        return NULL;
    const char *name = list_part(names, host, buffer, size);
    bool plain = !name[0] || name[0] == '/' || name[0] == '@' ||
                 inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
    return plain ? NULL : name;
}

static sl_status host_connect(sl_pg_server *server, uint32_t host, int64_t deadline,
                              sl_pg_connection *connection)
{
    char buffer[512];
    int64_t limit = sl_clock_monotonic_ms() + HOST_PATIENCE;
    if (deadline == 0 || deadline > limit)
        deadline = limit;
    const char *name = host_name(server, host, buffer, sizeof(buffer));
    if (!name)
        return address_connect(server, host, NULL, deadline, connection);
    char *addresses = NULL;
    char address[64];
    sl_status status = sl_pg_resolve(name, deadline, &addresses);
    if (status != SL_OK) {
        reason_keep(server, "its name cannot be resolved");
        return status;
    }
    status = SL_E_UNAVAILABLE;
    for (uint32_t i = 0; i < list_length(addresses) && status == SL_E_UNAVAILABLE; i++)
        status = address_connect(server, host, list_part(addresses, i, address, sizeof(address)),
                                 deadline, connection);
    free(addresses);
    return status;
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
    [SL_PG_WATCH] = "SET statement_timeout = 5000; SET client_min_messages = error",
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
        snprintf(server->state, sizeof(server->state), "%s", sl_pg_state(result));
        status = SL_E_UNAVAILABLE;
    }
    PQclear(result);
    return status;
}

/* Whoever gets this lock later knows that this session has ended, and its transaction with it. A server without such locks leaves
 * a lost COMMIT unknown more often. What a standby does not have, the primary may have: it must not be asked. */
static sl_status batch_set_up(sl_pg_server *server, sl_pg_connection *connection)
{
    char sql[96];
    PGresult *result = NULL;
    sl_random_bytes(&connection->lock, sizeof(connection->lock));
    snprintf(sql, sizeof(sql), "SELECT pg_advisory_lock(%lld), pg_is_in_recovery()",
             (long long)connection->lock);
    sl_status status = sl_pg_run_plain(connection, sql, NULL, 0,
                                       sl_clock_monotonic_ms() + SETUP_PATIENCE, &result);
    if (status == SL_OK && PQresultStatus(result) != PGRES_TUPLES_OK) {
        connection->lock = 0;
    } else if (status == SL_OK && *PQgetvalue(result, 0, 1) == 't') {
        reason_keep(server, "it is a standby");
        status = SL_E_UNAVAILABLE;
    }
    PQclear(result);
    return status;
}

static sl_status connection_set_up(sl_pg_server *server, sl_pg_use use,
                                   sl_pg_connection *connection)
{
    PQsetErrorVerbosity(connection->conn, PQERRORS_DEFAULT);
    PQsetNoticeReceiver(connection->conn, notice_ignore, NULL);
    if (PQsetnonblocking(connection->conn, 1) != 0)
        return SL_E_UNAVAILABLE;
    sl_status status = setting_run(server, connection, settings[use]);
    if (status == SL_OK && use == SL_PG_BATCH)
        status = setting_run(server, connection, compression);
    if (status == SL_OK && use == SL_PG_BATCH)
        status = batch_set_up(server, connection);
    if (status == SL_OK && (use == SL_PG_GENERAL || use == SL_PG_BATCH) &&
        !PQenterPipelineMode(connection->conn))
        status = SL_E_UNAVAILABLE;
    return status;
}

static void connection_enlist(sl_pg_server *server, sl_pg_connection *connection)
{
    connection->next_open = server->open;
    server->open = connection;
}

static sl_status server_try(sl_pg_server *server, sl_pg_use use, int64_t deadline,
                            sl_pg_connection **ret)
{
    sl_status status = SL_E_UNAVAILABLE;
    for (uint32_t i = 0; i < server->hosts; i++) {
        uint32_t host = (server->preferred + i) % server->hosts;
        sl_pg_connection *connection = calloc(1, sizeof(*connection));
        if (!connection)
            abort();
        connection->server = server;
        connection->use = use;
        connection_enlist(server, connection);
        status = host_connect(server, host, deadline, connection);
        if (status == SL_OK)
            status = connection_set_up(server, use, connection);
        if (status == SL_OK) {
            server->preferred = host;
            *ret = connection;
            return SL_OK;
        }
        sl_pg_close(connection);
        if (status == SL_E_CANCELLED)
            break;
    }
    return status;
}

/* Many servers wait for the same database: they must not come back at the same moment. */
static void server_pause(sl_pg_server *server)
{
    server->pause = server->pause ? server->pause * 2 : PAUSE_FIRST;
    if (server->pause > PAUSE_LIMIT)
        server->pause = PAUSE_LIMIT;
    server->again_at = sl_clock_monotonic_ms() + server->pause / 2 +
                       (int64_t)sl_random_below((uint64_t)server->pause);
}

sl_status sl_pg_connect(sl_pg_server *server, sl_pg_use use, int64_t deadline,
                        sl_pg_connection **ret)
{
    bool waits = server->pause > 0 && sl_clock_monotonic_ms() < server->again_at;
    if (waits || (server->away && (use == SL_PG_GENERAL || use == SL_PG_BATCH)))
        return SL_E_UNAVAILABLE;
    sl_status status = server_try(server, use, deadline, ret);
    if (status == SL_OK) {
        server->pause = 0;
    } else if (status == SL_E_TIMEOUT && deadline && sl_clock_monotonic_ms() >= deadline) {
        /* A caller in a hurry proves nothing about the server. */
        return status;
    } else if (status != SL_E_CANCELLED) {
        server_pause(server);
        status = SL_E_UNAVAILABLE;
    }
    return status;
}

void sl_pg_close(sl_pg_connection *connection)
{
    if (!connection)
        return;
    sl_pg_connection **at = &connection->server->open;
    while (*at != connection)
        at = &(*at)->next_open;
    *at = connection->next_open;
    PQfinish(connection->conn);
    sl_textmap_clear(&connection->prepared, NULL);
    free(connection);
}

void sl_pg_sever(sl_pg_server *server)
{
    for (const sl_pg_connection *at = server->open; at; at = at->next_open) {
        if (at->use != SL_PG_SCRIPT && at->conn && PQsocket(at->conn) >= 0)
            shutdown(PQsocket(at->conn), SHUT_RDWR);
    }
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
