/*
 * postgres.c: the PostgreSQL driver: reads, single statements and scripts.
 *
 * A read whose connection turns out to be dead is asked again; a write never is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/fault.h>
#include <stripe_lite/log.h>

#include "core/base/buffer.h"
#include "core/base/clock.h"
#include "core/database/dialect.h"
#include "core/fiber/fiber.h"

/* Milliseconds. */
#define READ_PATIENCE 30000
#define EXECUTE_PATIENCE 35000
/* Every connection of the pool may have prepared what a migration has made outdated, or end with the others. */
#define READ_ATTEMPTS 8
/* "stripel" as bytes: everyone who migrates this database takes it. */
#define MIGRATION_LOCK 32497712083559788

struct postgres {
    sl_loop *loop;
    sl_pg_server server;
    sl_pg_pool pool;
    sl_pg_reads reads;
    sl_pg_batch batch;
    sl_pg_watch watch;
};

/* ---- single statements ---- */

/* Lists as array literals. */
static const sl_argument *arguments_plain(sl_context *cx, const sl_argument *arguments,
                                          uint32_t count)
{
    sl_argument *plain = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (arguments[i].type != SL_TYPE_LIST)
            continue;
        if (!plain) {
            plain = sl_arena_alloc(cx->arena, count * sizeof(*plain));
            memcpy(plain, arguments, count * sizeof(*plain));
        }
        plain[i] = sl_text(sl_list_array(cx, arguments[i].list));
    }
    return plain ? plain : arguments;
}

/* A prepared statement has its types for good: the same text with a NULL for a number is another one. */
static const char *statement_key(sl_context *cx, const char *sql, const sl_argument *arguments,
                                 uint32_t count)
{
    sl_buffer key = SL_BUFFER_INIT(cx->arena);
    sl_buffer_text_add(&key, sql);
    sl_buffer_text_add(&key, " --");
    for (uint32_t i = 0; i < count; i++) {
        int32_t type = arguments[i].type;
        sl_buffer_text_add(&key, type == SL_TYPE_INT64 ? "i" : type == SL_TYPE_BOOL ? "b" : "t");
    }
    return sl_buffer_text(&key);
}

static sl_status arguments_check(sl_context *cx, uint32_t count)
{
    if (count > SL_PG_ARGUMENTS)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "A statement has more than %d arguments.",
                       SL_PG_ARGUMENTS);
    return SL_OK;
}

static sl_status result_take(sl_context *cx, PGresult *result, sl_rows **ret_rows)
{
    sl_status status = sl_pg_fail(cx, result);
    if (status == SL_OK)
        *ret_rows = sl_pg_rows(cx, result);
    PQclear(result);
    return status;
}

static sl_status read_run(struct postgres *self, sl_context *cx, const char *sql,
                          const sl_argument *arguments, uint32_t count, bool alone,
                          sl_rows **ret_rows)
{
    int64_t deadline = sl_database_deadline(cx, READ_PATIENCE);
    sl_status status = arguments_check(cx, count);
    if (status != SL_OK)
        return status;
    arguments = arguments_plain(cx, arguments, count);
    const char *key = statement_key(cx, sql, arguments, count);
    for (int attempt = 0;; attempt++) {
        sl_pg_read read = { .cx = cx,
                            .key = key,
                            .sql = sql,
                            .arguments = arguments,
                            .count = count,
                            .deadline = deadline,
                            .alone = alone || attempt > 0 };
        status = sl_pg_reads_run(&self->reads, &read);
        if (read.refused)
            return status;
        bool lost =
            status == SL_E_UNAVAILABLE || (status == SL_OK && sl_pg_is_farewell(read.result));
        bool outdated = status == SL_OK && sl_pg_is_outdated(read.result);
        bool last = attempt + 1 == READ_ATTEMPTS;
        if (status == SL_OK && (last || (!lost && !outdated)))
            return result_take(cx, read.result, ret_rows);
        PQclear(read.result);
        if (last || (status != SL_OK && !lost))
            return sl_pg_fail_wait(cx, status, NULL);
    }
}

/* It may take long: nobody's row waits for it. */
static sl_status postgres_query(void *data, sl_context *cx, const char *sql,
                                const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    return read_run(data, cx, sql, arguments, count, true, ret_rows);
}

static sl_status postgres_find(void *data, sl_context *cx, const char *sql,
                               const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    return read_run(data, cx, sql, arguments, count, false, ret_rows);
}

static sl_status postgres_execute(void *data, sl_context *cx, const char *sql,
                                  const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    struct postgres *self = data;
    sl_pg_connection *connection = NULL;
    PGresult *result = NULL;
    sl_status status = arguments_check(cx, count);
    if (status == SL_OK)
        status =
            sl_pg_pool_take(&self->pool, cx, sl_database_deadline(cx, READ_PATIENCE), &connection);
    if (status != SL_OK)
        return status;
    arguments = arguments_plain(cx, arguments, count);
    const char *key = statement_key(cx, sql, arguments, count);
    /* From here on it may happen; the server's own limit ends it. */
    sl_fiber_shield(true);
    status = sl_pg_run(connection, key, sql, arguments, count, true,
                       sl_clock_monotonic_ms() + EXECUTE_PATIENCE, &result);
    sl_fiber_shield(false);
    bool lost = status != SL_OK || sl_pg_is_farewell(result);
    bool refused = status == SL_OK && sl_pg_is_read_only(result);
    sl_pg_pool_give(&self->pool, connection, !lost && !sl_pg_is_outdated(result));
    if (!lost || refused)
        return result_take(cx, result, ret_rows);
    PQclear(result);
    return sl_fail(cx, SL_E_UNKNOWN, NULL,
                   "Whether this was carried out is not known: the database's answer was lost.");
}

static sl_status postgres_write(void *data, sl_context *cx, const sl_write *write)
{
    struct postgres *self = data;
    return sl_pg_batch_write(&self->batch, cx, write);
}

/* Small tables are always scanned; the plan wanted is that of a large one, whatever the arguments: what a connection for write
 * sets is told to make. */
static sl_status postgres_explain(void *data, sl_context *cx, const char *sql,
                                  const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    struct postgres *self = data;
    int64_t deadline = sl_database_deadline(cx, READ_PATIENCE);
    sl_pg_connection *connection = NULL;
    PGresult *result = NULL;
    sl_status status = sl_pg_connect(&self->server, SL_PG_BATCH, deadline, &connection);
    if (status != SL_OK)
        return sl_pg_fail_wait(cx, status, self->server.reason);
    status = sl_pg_run(connection, NULL, sl_format(cx, "EXPLAIN %s", sql),
                       arguments_plain(cx, arguments, count), count, true, deadline, &result);
    sl_pg_close(connection);
    if (status == SL_OK)
        return result_take(cx, result, ret_rows);
    PQclear(result);
    return sl_pg_fail_wait(cx, status, NULL);
}

/* ---- others on the same database ---- */

static sl_status postgres_watch(void *data, const sl_database *database)
{
    struct postgres *self = data;
    return sl_pg_watch_begin(&self->watch, database);
}

static void postgres_unwatch(void *data)
{
    struct postgres *self = data;
    sl_pg_watch_end(&self->watch);
}

static bool postgres_listens(const void *data)
{
    const struct postgres *self = data;
    return sl_pg_watch_listens(&self->watch);
}

/* Nobody has to wait for it to be durable, here or on a standby. */
static void postgres_tell(void *data, sl_context *cx, const char *topic)
{
    struct postgres *self = data;
    const sl_argument word = sl_text(sl_format(cx, "%s %s", topic, self->watch.me));
    sl_rows *rows = NULL;
    if (postgres_execute(data, cx,
                         "SELECT set_config('synchronous_commit', 'off', true), "
                         "pg_notify('" SL_PG_CHANNEL "', $1)",
                         &word, 1, &rows) != SL_OK)
        sl_error_clear(cx);
}

/* A server that nobody hears, that starts, stops, has no room or is a standby may be there in a moment; one that knows us not,
 * never. */
static bool postgres_may_come(const void *data)
{
    const struct postgres *self = data;
    static const char *const passing[] = { "57P", "53", "08", "25006", "55" };
    const char *state = self->server.state;
    bool may = state[0] == '\0';
    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
        may = may || strncmp(state, passing[i], strlen(passing[i])) == 0;
    return may;
}

/* ---- young tables ---- */

/* Plans made while a table was empty take any index that begins with the account for as good as its key, and keep reading all
 * of the account's rows. Autovacuum would look in a minute or so; a young server is not left alone with that for so long. */
struct young_table {
    struct postgres *self;
    const sl_host *host;
    const char *name;
};

static void table_analyze(void *data)
{
    struct young_table table = *(struct young_table *)data;
    free(data);
    sl_context *cx = sl_context_new(table.host, "system", true, NULL);
    cx->deadline = sl_clock_monotonic_ms() + READ_PATIENCE;
    const sl_argument name = sl_text(table.name);
    sl_rows *rows = NULL;
    sl_status status = postgres_query(
        table.self, cx, "SELECT 1 FROM pg_class WHERE oid = to_regclass($1) AND reltuples <= 0",
        &name, 1, &rows);
    if (status == SL_OK && sl_rows_count(rows) > 0)
        status = postgres_execute(table.self, cx, sl_format(cx, "ANALYZE %s", table.name), NULL, 0,
                                  &rows);
    if (status != SL_OK)
        sl_log(cx, SL_LOG_WARNING, "table not analyzed", "table", table.name);
    sl_context_free(cx);
}

static void table_grown(void *owner, const sl_host *host, const char *name)
{
    struct postgres *self = owner;
    struct young_table *table = malloc(sizeof(*table));
    if (!table)
        abort();
    *table = (struct young_table){ .self = self, .host = host, .name = name };
    if (sl_fiber_start(self->loop, table_analyze, table, NULL) != SL_OK)
        free(table);
}

/* ---- scripts ---- */

static sl_status step_run(sl_context *cx, sl_pg_connection *connection, const char *sql,
                          const sl_argument *arguments, uint32_t count, int *ret_rows)
{
    PGresult *result = NULL;
    sl_status status = sl_pg_run_plain(connection, sql, arguments, count, cx->deadline, &result);
    if (status != SL_OK) {
        status = sl_pg_fail_wait(cx, status, PQerrorMessage(connection->conn));
    } else if (sl_pg_is_error(result)) {
        const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        status =
            sl_fail(cx, SL_E_INTERNAL, NULL, "%s", message ? message : "the connection was lost");
    } else if (ret_rows) {
        *ret_rows = PQntuples(result);
    }
    PQclear(result);
    return status;
}

static sl_status script_lost(sl_context *cx, bool lost)
{
    return lost ? sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The connection was lost.") : SL_OK;
}

static sl_status script_statements(sl_context *cx, sl_pg_connection *connection,
                                   const sl_script *script, bool *ret_applied)
{
    const sl_argument lock = sl_int(MIGRATION_LOCK);
    int there = 0;
    sl_status status = step_run(cx, connection, "BEGIN", NULL, 0, NULL);
    if (status == SL_OK)
        status = step_run(cx, connection, "SELECT pg_advisory_xact_lock($1)", &lock, 1, NULL);
    if (status == SL_OK && script->unless.sql)
        status = step_run(cx, connection, script->unless.sql, script->unless.arguments,
                          script->unless.count, &there);
    *ret_applied = there == 0;
    if (status == SL_OK && there == 0)
        status = step_run(cx, connection, script->body, NULL, 0, NULL);
    if (status == SL_OK && PQtransactionStatus(connection->conn) != PQTRANS_INTRANS)
        status = sl_fail(cx, SL_E_INTERNAL, NULL, "it ends the transaction it runs in");
    bool records = there == 0 && script->record.sql;
    if (status == SL_OK && records)
        status = script_lost(cx, SL_FAULT("migration.before_record"));
    if (status == SL_OK && records)
        status = step_run(cx, connection, script->record.sql, script->record.arguments,
                          script->record.count, NULL);
    if (status == SL_OK && records)
        status = script_lost(cx, SL_FAULT("migration.before_commit"));
    if (status == SL_OK)
        status = step_run(cx, connection, "COMMIT", NULL, 0, NULL);
    return status;
}

static sl_status postgres_script(void *data, sl_context *cx, const sl_script *script,
                                 bool *ret_applied)
{
    struct postgres *self = data;
    sl_pg_connection *connection = NULL;
    bool applied = false;
    sl_status status = sl_pg_connect(&self->server, SL_PG_SCRIPT, cx->deadline, &connection);
    if (status != SL_OK)
        return sl_pg_fail_wait(cx, status, self->server.reason);
    status = script_statements(cx, connection, script, &applied);
    sl_pg_close(connection);
    if (status == SL_OK)
        *ret_applied = applied;
    return status;
}

/* ---- opening and closing ---- */

sl_status sl_postgres_open(sl_loop *loop, const char *url, void **ret_self, char **ret_message)
{
    struct postgres *self = calloc(1, sizeof(*self));
    if (!self)
        abort();
    if (sl_pg_server_init(&self->server, url) != SL_OK) {
        *ret_message = strdup("The database's URL is not one that PostgreSQL's library can read.");
        free(self);
        return SL_E_INVALID;
    }
    self->loop = loop;
    self->pool.server = &self->server;
    self->reads.pool = &self->pool;
    self->batch.server = &self->server;
    self->batch.owner = self;
    self->batch.grown = table_grown;
    sl_pg_watch_init(&self->watch, &self->server);
    *ret_self = self;
    return SL_OK;
}

static void postgres_close(void *data)
{
    struct postgres *self = data;
    sl_pg_pool_done(&self->pool);
    sl_pg_batch_done(&self->batch);
    sl_pg_server_done(&self->server);
    free(self);
}

const sl_driver sl_postgres_driver = {
    .query = postgres_query,
    .find = postgres_find,
    .execute = postgres_execute,
    .write = postgres_write,
    .script = postgres_script,
    .explain = postgres_explain,
    .watch = postgres_watch,
    .unwatch = postgres_unwatch,
    .listens = postgres_listens,
    .tell = postgres_tell,
    .may_come = postgres_may_come,
    .close = postgres_close,
    .sqlite = false,
};
