/*
 * postgres_watch.c: one connection a worker that hears what others tell and asks whether the server is still there.
 *
 * A connection that was cut tells so by itself; a server that is stopped, or whose machine or network is gone, says nothing for
 * minutes. So once a second of quiet it is asked, and when it is silent for too long all lines to it are cut: whoever waits for
 * an answer is told at once, and nobody but the watch tries to come back until the watch has. Many workers therefore knock once
 * each, with pauses that differ, however many requests come.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/postgres.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/base/random.h"

/* Milliseconds. */
#define QUIET 1000
#define SILENCE 3000
#define PAUSE 250

void sl_pg_watch_init(sl_pg_watch *watch, sl_pg_server *server)
{
    uint64_t number = 0;
    sl_random_bytes(&number, sizeof(number));
    *watch = (sl_pg_watch){ .server = server };
    snprintf(watch->me, sizeof(watch->me), "%016llx", (unsigned long long)number);
}

bool sl_pg_watch_listens(const sl_pg_watch *watch)
{
    return watch->connection && !watch->deaf;
}

/* ---- being away ---- */

static void away_begin(sl_pg_watch *watch, const char *reason)
{
    if (!watch->server->away)
        sl_log(NULL, SL_LOG_ERROR, "database is away", "reason", reason);
    watch->server->away = true;
}

static void away_end(sl_pg_watch *watch)
{
    if (watch->server->away)
        sl_log(NULL, SL_LOG_INFO, "database is back");
    watch->server->away = false;
}

static void watch_close(sl_pg_watch *watch)
{
    sl_pg_close(watch->connection);
    watch->connection = NULL;
}

/* ---- news ---- */

/* "topic who": what this process told itself is no news to it. */
static void notification_take(const sl_pg_watch *watch, const PGnotify *notification)
{
    char topic[32];
    size_t length = strcspn(notification->extra, " ");
    const char *who = notification->extra + length + (notification->extra[length] == ' ');
    if (length >= sizeof(topic) || strcmp(who, watch->me) == 0)
        return;
    memcpy(topic, notification->extra, length);
    topic[length] = '\0';
    sl_news_arrived(watch->database, topic);
}

static void notifications_take(const sl_pg_watch *watch)
{
    PGnotify *notification;
    while ((notification = PQnotifies(watch->connection->conn)) != NULL) {
        notification_take(watch, notification);
        PQfreemem(notification);
    }
}

/* ---- one connection ---- */

static sl_status watch_listen(sl_pg_watch *watch)
{
    PGresult *result = NULL;
    sl_status status = sl_pg_run_plain(watch->connection, "LISTEN " SL_PG_CHANNEL, NULL, 0,
                                       sl_clock_monotonic_ms() + SILENCE, &result);
    if (status == SL_OK && sl_pg_is_farewell(result))
        status = SL_E_UNAVAILABLE;
    watch->deaf = status == SL_OK && sl_pg_is_error(result);
    PQclear(result);
    return status;
}

/* The server has answered, though not with a connection: it has no room, or takes our password no more. Others may still have
 * good connections. */
static bool server_refuses(const sl_pg_server *server)
{
    static const char *const there[] = { "53", "28", "3D", "42" };
    bool refuses = false;
    for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
        refuses = refuses || strncmp(server->state, there[i], strlen(there[i])) == 0;
    return refuses;
}

static sl_status watch_open(sl_pg_watch *watch)
{
    sl_pg_server *server = watch->server;
    int64_t now = sl_clock_monotonic_ms();
    sl_status status = SL_OK;
    if (server->pause > 0 && server->again_at > now)
        status = sl_wait_until(server->again_at);
    if (status == SL_OK)
        status = sl_pg_connect(server, SL_PG_WATCH, 0, &watch->connection);
    if (status == SL_OK)
        status = watch_listen(watch);
    if (status == SL_OK) {
        away_end(watch);
        sl_news_arrived(watch->database, NULL);
        return SL_OK;
    }
    watch_close(watch);
    if (status == SL_E_CANCELLED)
        return status;
    if (!server_refuses(server))
        away_begin(watch, server->reason);
    return sl_wait_until(sl_clock_monotonic_ms() + PAUSE / 2 + (int64_t)sl_random_below(PAUSE));
}

/* SL_OK: it is there, and no standby. */
static sl_status server_ask(const sl_pg_watch *watch)
{
    PGresult *result = NULL;
    sl_status status = sl_pg_run_plain(watch->connection, "SELECT pg_is_in_recovery()", NULL, 0,
                                       sl_clock_monotonic_ms() + SILENCE, &result);
    /* This process may have been the one that stood still: an answer that is there now is no silence. */
    struct pollfd ready = { .fd = PQsocket(watch->connection->conn), .events = POLLIN };
    if (status == SL_E_TIMEOUT && poll(&ready, 1, 0) > 0)
        status = SL_E_UNAVAILABLE;
    if (status == SL_OK && PQresultStatus(result) == PGRES_TUPLES_OK &&
        *PQgetvalue(result, 0, 0) == 't')
        status = SL_E_TIMEOUT;
    if (status == SL_OK && result && sl_pg_is_farewell(result))
        status = SL_E_UNAVAILABLE;
    PQclear(result);
    return status;
}

/* Waits for news, or asks after a second without; a connection that is lost is closed. */
static sl_status watch_turn(sl_pg_watch *watch)
{
    PGconn *conn = watch->connection->conn;
    sl_status status =
        sl_wait_descriptor(PQsocket(conn), SL_WAIT_READ, sl_clock_monotonic_ms() + QUIET, NULL);
    bool silent = false;
    if (status == SL_OK) {
        bool lost = !PQconsumeInput(conn) || PQstatus(conn) != CONNECTION_OK;
        status = lost ? SL_E_UNAVAILABLE : SL_OK;
    } else if (status == SL_E_TIMEOUT) {
        status = server_ask(watch);
        silent = status == SL_E_TIMEOUT;
    }
    if (status == SL_E_CANCELLED)
        return status;
    if (status == SL_OK) {
        notifications_take(watch);
        return SL_OK;
    }
    if (silent) {
        away_begin(watch, "it does not answer, or became a standby");
        sl_pg_sever(watch->server);
    }
    watch_close(watch);
    return SL_OK;
}

/* ---- the fiber ---- */

static void watch_fiber(void *data)
{
    sl_pg_watch *watch = data;
    sl_status status = SL_OK;
    while (status == SL_OK)
        status = watch->connection ? watch_turn(watch) : watch_open(watch);
    watch_close(watch);
    watch->server->away = false;
    watch->fiber = NULL;
}

sl_status sl_pg_watch_begin(sl_pg_watch *watch, const sl_database *database)
{
    watch->database = database;
    return sl_fiber_start(database->loop, watch_fiber, watch, &watch->fiber);
}

void sl_pg_watch_end(sl_pg_watch *watch)
{
    if (watch->fiber)
        sl_fiber_cancel(watch->fiber);
}
