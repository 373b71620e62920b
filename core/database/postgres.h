/*
 * postgres.h: what the files of the PostgreSQL driver share: a connection, its settings, its prepared statements.
 *
 * Connections for reads and writes stay in pipeline mode: a statement that is new to a connection is prepared and run in one
 * round trip. All waiting is done by the fiber that uses the connection.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_POSTGRES_H
#define STRIPE_LITE_CORE_DATABASE_POSTGRES_H

#include <libpq-fe.h>

#include "core/base/buffer.h"
#include "core/database/driver.h"
#include "core/database/rows.h"

#define SL_PG_ARGUMENTS (SL_COLUMNS_MAX + 8)
#define SL_PG_REASON 256

typedef enum sl_pg_use { SL_PG_GENERAL, SL_PG_BATCH, SL_PG_SCRIPT, SL_PG_WATCH } sl_pg_use;

typedef struct sl_pg_connection {
    PGconn *conn;
    struct sl_pg_server *server;
    sl_pg_use use;
    struct sl_pg_connection *next_open; /* of the server's */
    sl_textmap prepared;                /* text and types: number of the statement */
    uintptr_t next_number;
    int64_t lock; /* an advisory lock the session holds as long as it lives, 0: none */
    struct sl_pg_connection *next;
    const char *values[SL_PG_ARGUMENTS];
    char numbers[SL_PG_ARGUMENTS][24];
} sl_pg_connection;

/* Where the server is, and when it may be asked again after it was not there. */
typedef struct sl_pg_server {
    PQconninfoOption *options; /* of the URL */
    uint32_t hosts;
    uint32_t preferred; /* the host that was there last */
    int64_t again_at;   /* monotonic milliseconds */
    int64_t pause;
    char reason[SL_PG_REASON];
    char state[6]; /* the SQLSTATE of the reason; "": none, nobody answered */
    bool away;     /* the watch says so: nobody else need try */
    sl_pg_connection *open;
} sl_pg_server;

/* ---- postgres_server.c and postgres_connection.c; SL_E_UNAVAILABLE: the connection is lost; SL_E_TIMEOUT, SL_E_CANCELLED: it is in an unknown
 * state and must be closed. None of these fills an error ---- */

sl_status sl_pg_server_init(sl_pg_server *server, const char *url);
void sl_pg_server_done(sl_pg_server *server);
/* Tries the hosts one after the other, the one that was there last first. Fails at once for a moment after a failure, and while
 * the server is away, but for scripts and the watch; `server->reason` says why. */
sl_status sl_pg_connect(sl_pg_server *server, sl_pg_use use, int64_t deadline,
                        sl_pg_connection **ret);
void sl_pg_close(sl_pg_connection *connection);
/* Cuts the lines of all connections but those for scripts: whoever waits for an answer there waits no more. */
void sl_pg_sever(sl_pg_server *server);
/* Whether an idle connection still is one, as far as can be told without asking. */
bool sl_pg_alive(sl_pg_connection *connection);

/* Puts one statement into the pipeline; *ret_prepares: its preparation comes before it. `hints` gives numbers their type, for
 * statements where nothing else does. `key` NULL: the text. */
bool sl_pg_send(sl_pg_connection *connection, const char *key, const char *sql,
                const sl_argument *arguments, uint32_t count, bool hints, bool *ret_prepares);
/* The same with one argument in its type's binary form. */
bool sl_pg_send_binary(sl_pg_connection *connection, const char *key, const char *sql,
                       const char *value, int length, bool *ret_prepares);
/* For its socket; `ret_events` as sl_wait_descriptor, may be NULL. */
sl_status sl_pg_wait(const sl_pg_connection *connection, int events, int64_t deadline,
                     int *ret_events);
sl_status sl_pg_flush(sl_pg_connection *connection, int64_t deadline);
/* The answer of one statement put in by sl_pg_send; the caller clears it. */
sl_status sl_pg_receive(sl_pg_connection *connection, const char *key, bool prepares,
                        int64_t deadline, PGresult **ret_result);
/* The end of a pipeline, put in by PQpipelineSync. */
sl_status sl_pg_receive_sync(sl_pg_connection *connection, int64_t deadline);
/* One statement there and back. */
sl_status sl_pg_run(sl_pg_connection *connection, const char *key, const char *sql,
                    const sl_argument *arguments, uint32_t count, bool hints, int64_t deadline,
                    PGresult **ret_result);
/* On a connection for scripts: any number of statements, or one with arguments; the last answer or the first error. */
sl_status sl_pg_run_plain(sl_pg_connection *connection, const char *sql,
                          const sl_argument *arguments, uint32_t count, int64_t deadline,
                          PGresult **ret_result);

/* ---- postgres_answer.c ---- */

bool sl_pg_is_error(const PGresult *result);
/* "23505"; "" when there is none. */
const char *sl_pg_state(const PGresult *result);
/* The server is ending this session, and what it did last is not told; or it takes no changes (any more), and another host does. */
bool sl_pg_is_farewell(const PGresult *result);
/* What was prepared does not fit any more: the schema has changed, or a pooler has put another session behind us. */
bool sl_pg_is_outdated(const PGresult *result);
/* The second of the two: nothing was done. */
bool sl_pg_is_read_only(const PGresult *result);
/* Fills the error for an answer that is one; SL_OK for others, SL_E_CONFLICT without an error. */
sl_status sl_pg_fail(sl_context *cx, const PGresult *result);
/* Fills the error for a wait that failed. */
sl_status sl_pg_fail_wait(sl_context *cx, sl_status status, const char *reason);
sl_rows *sl_pg_rows(sl_context *cx, const PGresult *result);

/* ---- postgres_pool.c ---- */

typedef struct sl_pg_pool {
    sl_pg_server *server;
    sl_pg_connection *idle;
    struct pool_waiter *first;
    struct pool_waiter *last;
    uint32_t open;
    uint32_t waiting;
} sl_pg_pool;

/* A connection of one's own until it is given back. Fills the error. */
sl_status sl_pg_pool_take(sl_pg_pool *pool, sl_context *cx, int64_t deadline,
                          sl_pg_connection **ret);
/* `connection` NULL: a place has become free. */
void sl_pg_pool_give(sl_pg_pool *pool, sl_pg_connection *connection, bool healthy);
/* Whether the next to take one would have to open it. */
bool sl_pg_pool_opens(const sl_pg_pool *pool);
void sl_pg_pool_done(sl_pg_pool *pool);

/* ---- postgres_reads.c ---- */

/* On the stack of the fiber that asks. */
typedef struct sl_pg_read {
    sl_context *cx;
    const char *key;
    const char *sql;
    const sl_argument *arguments;
    uint32_t count;
    bool alone; /* in no company: it has failed in some */
    int64_t deadline;
    PGresult *result;
    bool refused; /* the error is filled: it was not asked */
    /* For the queue. */
    struct sl_pg_read *next;
    sl_condition condition;
    int state;
    bool prepares;
    sl_status status;
} sl_pg_read;

typedef struct sl_pg_reads {
    sl_pg_pool *pool;
    sl_pg_read *first; /* not yet taken */
    sl_pg_read *last;
    uint32_t queued;
    bool led;
} sl_pg_reads;

/* SL_OK with a result, which the caller clears; SL_E_UNAVAILABLE: it may be asked again, alone. */
sl_status sl_pg_reads_run(sl_pg_reads *reads, sl_pg_read *read);

/* ---- postgres_batch.c ---- */

typedef struct sl_pg_batch {
    sl_pg_server *server;
    sl_pg_connection *connection;
    struct sl_pg_member *first; /* not yet taken */
    struct sl_pg_member *last;
    uint32_t queued;
    bool led;
    sl_textmap layouts; /* of tables, see postgres_layout.c: as long as the connection */
    sl_textmap forms;
    sl_buffer rows;     /* where they are written, see sl_pg_rows_buffer */
    size_t rows_room;   /* what it had from the start */
    int64_t replan_at;  /* monotonic milliseconds */
    sl_textmap written; /* rows by table, up to SL_PG_GROWN */
    /* Called once a table, when so many of its rows were written here. */
    void (*grown)(void *owner, const sl_host *host, const char *table);
    void *owner;
} sl_pg_batch;

#define SL_PG_GROWN 100

void sl_pg_batch_done(sl_pg_batch *batch);
sl_status sl_pg_batch_write(sl_pg_batch *batch, sl_context *cx, const sl_write *write);

/* ---- postgres_resolve.c ---- */

/* The addresses of a host's name, at least one, as a comma list; looked up in a thread of its own. The caller frees it.
 * SL_E_UNAVAILABLE: it has none. SL_E_TIMEOUT, SL_E_CANCELLED. [suspends] */
sl_status sl_pg_resolve(const char *name, int64_t deadline, char **ret_addresses);

/* ---- postgres_watch.c ---- */

/* One connection a worker that hears the others' news and asks once a second whether the server is there. */
typedef struct sl_pg_watch {
    sl_pg_server *server;
    const sl_database *database;
    sl_pg_connection *connection;
    sl_fiber *fiber;
    bool deaf; /* this server knows no LISTEN */
    char me[24];
} sl_pg_watch;

void sl_pg_watch_init(sl_pg_watch *watch, sl_pg_server *server);
sl_status sl_pg_watch_begin(sl_pg_watch *watch, const sl_database *database);
void sl_pg_watch_end(sl_pg_watch *watch);
bool sl_pg_watch_listens(const sl_pg_watch *watch);

#define SL_PG_CHANNEL "stripe_lite"

#endif
