/*
 * sqlite_writer.c: the one thread that writes: it takes what has queued up and commits it together.
 *
 * A group is one transaction. When a member fails, nothing of it is committed and it runs once more, apart: a savepoint for
 * each member, to which one that fails is rolled back and hurts nobody. Savepoints cost a copy of each page that a member
 * touches, so only those pay that need them. When that transaction is lost too, the members run one by one. Nothing waits for
 * company: a group is what came while the last one was committed. A request lives on the stack of the fiber that waits for it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/fault.h>

#include "core/base/clock.h"
#include "core/database/numbers.h"
#include "core/database/sqlite.h"
#include "core/fiber/fiber.h"

#define QUEUE_AT_MOST 4096
#define GROUP_AT_MOST 256
/* Milliseconds that a request may stand in the queue when its context has no deadline, or a near one. */
#define QUEUE_PATIENCE 10000
#define QUEUE_PATIENCE_LEAST 1000

enum { QUEUED, TAKEN };

struct request {
    struct request *next;
    struct sl_sqlite_writer *writer;
    const sl_write *write;
    const sl_statement *statement;
    const sl_script *script;
    int place; /* under the lock */
    /* Written by the thread, read by the fiber afterwards. */
    int code;
    bool conflict;
    bool applied;
    sl_sqlite_rows rows;
    char detail[160];
    /* The loop's. */
    sl_condition done_condition;
    bool done;
};

struct sl_sqlite_writer {
    sl_loop *loop;
    char *path;
    sl_sqlite_connection connection; /* the thread's alone */
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct request *first;
    struct request *last;
    uint32_t queued;
    bool stopping;
};

/* ---- the thread ---- */

static int writer_do(struct sl_sqlite_writer *writer, const char *sql)
{
    return sl_sqlite_run(&writer->connection, sql, NULL, 0, NULL);
}

static void request_failed(struct request *request, int code)
{
    sqlite3 *db = request->writer->connection.db;
    request->code = code;
    snprintf(request->detail, sizeof(request->detail), "%s", db ? sqlite3_errmsg(db) : "");
}

static bool statement_one(struct request *request, const sl_statement *statement,
                          const sl_argument *arguments)
{
    sl_sqlite_connection *connection = &request->writer->connection;
    int code =
        sl_sqlite_run(connection, statement->sql, arguments, statement->count, &request->rows);
    if (code != SQLITE_OK)
        request_failed(request, code);
    else if (statement->one_row && sqlite3_changes(connection->db) == 0)
        request->conflict = true;
    return request->code == SQLITE_OK && !request->conflict;
}

static bool numbers_draw(struct request *request)
{
    for (sl_draw *draw = request->write->draws; draw; draw = draw->next) {
        const sl_argument arguments[] = { sl_text(draw->scope), sl_text(draw->series), sl_int(1) };
        sl_sqlite_rows_reset(&request->rows);
        int code =
            sl_sqlite_run(&request->writer->connection, sl_draw_sql, arguments, 3, &request->rows);
        if (code == SQLITE_OK && request->rows.cell_count != 1)
            code = SQLITE_INTERNAL;
        if (code != SQLITE_OK) {
            request_failed(request, code);
            return false;
        }
        draw->number = request->rows.cells[0].number;
    }
    return true;
}

static bool write_statements(struct request *request)
{
    const sl_write *write = request->write;
    if (!numbers_draw(request))
        return false;
    bool good = true;
    sl_arena *arena = write->draws ? sl_arena_new() : NULL;
    for (uint32_t i = 0; good && i < write->count; i++) {
        const sl_statement *statement = &write->statements[i];
        good = statement_one(request, statement, sl_draws_fill(arena, write->draws, statement));
    }
    sl_arena_free(arena);
    return good;
}

static bool request_statements(struct request *request)
{
    request->code = SQLITE_OK;
    request->conflict = false;
    sl_sqlite_rows_reset(&request->rows);
    if (request->statement)
        return statement_one(request, request->statement, request->statement->arguments);
    return write_statements(request);
}

/* False when the whole transaction is gone or has to go; its reason is in `request` then. */
static bool member_run(struct sl_sqlite_writer *writer, struct request *request, bool apart)
{
    int code = SL_FAULT("sqlite.before_statements") ? SQLITE_IOERR : SQLITE_OK;
    if (code == SQLITE_OK && apart)
        code = writer_do(writer, "SAVEPOINT member");
    if (code == SQLITE_OK && !request_statements(request)) {
        if (!apart || sqlite3_get_autocommit(writer->connection.db))
            return false;
        code = writer_do(writer, "ROLLBACK TO member");
    }
    if (code == SQLITE_OK)
        code = SL_FAULT("sqlite.after_statements") ? SQLITE_IOERR : SQLITE_OK;
    if (code == SQLITE_OK && apart)
        code = writer_do(writer, "RELEASE member");
    if (code != SQLITE_OK)
        request_failed(request, code);
    return code == SQLITE_OK && !sqlite3_get_autocommit(writer->connection.db);
}

static void writer_rollback(struct sl_sqlite_writer *writer)
{
    if (writer->connection.db && !sqlite3_get_autocommit(writer->connection.db) &&
        writer_do(writer, "ROLLBACK") != SQLITE_OK)
        sl_sqlite_disconnect(&writer->connection);
}

static int writer_begin(struct sl_sqlite_writer *writer)
{
    int code = SQLITE_OK;
    if (!writer->connection.db)
        code = sl_sqlite_connect(&writer->connection, writer->path, true);
    return code == SQLITE_OK ? writer_do(writer, "BEGIN IMMEDIATE") : code;
}

/* One transaction. When it cannot begin or is lost, false and the reason in *ret_code: SQLITE_ABORT when that is a conflict. */
static bool group_try(struct sl_sqlite_writer *writer, struct request *first, struct request *end,
                      bool apart, int *ret_code)
{
    *ret_code = writer_begin(writer);
    if (*ret_code != SQLITE_OK)
        return false;
    for (struct request *request = first; request != end; request = request->next) {
        if (!member_run(writer, request, apart)) {
            *ret_code = request->code != SQLITE_OK ? request->code : SQLITE_ABORT;
            writer_rollback(writer);
            return false;
        }
    }
    *ret_code = SL_FAULT("sqlite.before_commit") ? SQLITE_IOERR : writer_do(writer, "COMMIT");
    if (*ret_code == SQLITE_OK) {
        SL_FAULT("sqlite.after_commit");
        return true;
    }
    writer_rollback(writer);
    return false;
}

/* Who cannot begin once cannot the next time: they would wait one after the other. */
static bool is_locked(int code)
{
    return (code & 0xff) == SQLITE_BUSY;
}

static void group_run(struct sl_sqlite_writer *writer, struct request *first)
{
    int code;
    if (group_try(writer, first, NULL, false, &code))
        return;
    if (!is_locked(code) && SL_FAULT("sqlite.before_apart"))
        code = SQLITE_IOERR;
    else if (!is_locked(code) && group_try(writer, first, NULL, true, &code))
        return;
    for (struct request *request = first; request; request = request->next) {
        if (!is_locked(code) && first->next &&
            group_try(writer, request, request->next, true, &code))
            continue;
        request->conflict = false;
        request_failed(request, code);
    }
}

static void script_run(struct sl_sqlite_writer *writer, struct request *request)
{
    const sl_script *script = request->script;
    int code = writer_begin(writer);
    bool there = false;
    if (code == SQLITE_OK && script->unless.sql) {
        code = sl_sqlite_run(&writer->connection, script->unless.sql, script->unless.arguments,
                             script->unless.count, &request->rows);
        there = request->rows.count > 0;
    }
    if (code == SQLITE_OK && !there)
        code = sqlite3_exec(writer->connection.db, script->body, NULL, NULL, NULL);
    if (code == SQLITE_OK && !there && sqlite3_get_autocommit(writer->connection.db))
        code = SQLITE_MISUSE;
    bool records = !there && script->record.sql;
    if (code == SQLITE_OK && records && SL_FAULT("migration.before_record"))
        code = SQLITE_IOERR;
    if (code == SQLITE_OK && records)
        code = sl_sqlite_run(&writer->connection, script->record.sql, script->record.arguments,
                             script->record.count, NULL);
    if (code == SQLITE_OK && records && SL_FAULT("migration.before_commit"))
        code = SQLITE_IOERR;
    if (code == SQLITE_OK)
        code = writer_do(writer, "COMMIT");
    request->applied = !there;
    if (code != SQLITE_OK)
        request_failed(request, code);
    writer_rollback(writer);
}

/* A script is alone; everything else goes together. */
static struct request *group_take(struct sl_sqlite_writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    while (!writer->first && !writer->stopping)
        pthread_cond_wait(&writer->wanted, &writer->lock);
    struct request *first = writer->first;
    struct request *last = NULL;
    uint32_t count = 0;
    for (struct request *at = first; at && count < GROUP_AT_MOST; at = at->next) {
        if (at->script && count > 0)
            break;
        at->place = TAKEN;
        last = at;
        count++;
        if (at->script)
            break;
    }
    if (last) {
        writer->first = last->next;
        if (!writer->first)
            writer->last = NULL;
        last->next = NULL;
        writer->queued -= count;
    }
    pthread_mutex_unlock(&writer->lock);
    return first;
}

static void group_done(void *data)
{
    struct request *request = data;
    while (request) {
        struct request *next = request->next;
        request->done = true;
        sl_condition_signal(&request->done_condition);
        request = next;
    }
}

static void *writer_main(void *data)
{
    struct sl_sqlite_writer *writer = data;
    struct request *group;
    while ((group = group_take(writer)) != NULL) {
        if (group->script)
            script_run(writer, group);
        else
            group_run(writer, group);
        sl_loop_post(writer->loop, group_done, group);
    }
    sl_sqlite_disconnect(&writer->connection);
    return NULL;
}

/* ---- the loop's side ---- */

static bool writer_start(struct sl_sqlite_writer *writer)
{
    if (writer->started)
        return true;
    /* Signals are the main thread's. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    writer->started = pthread_create(&writer->thread, NULL, writer_main, writer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return writer->started;
}

static bool request_push(struct sl_sqlite_writer *writer, struct request *request)
{
    pthread_mutex_lock(&writer->lock);
    bool room = writer->queued < QUEUE_AT_MOST;
    if (room) {
        if (writer->last)
            writer->last->next = request;
        else
            writer->first = request;
        writer->last = request;
        writer->queued++;
        pthread_cond_signal(&writer->wanted);
    }
    pthread_mutex_unlock(&writer->lock);
    return room;
}

/* Takes the request back if the thread has not begun with it. */
static bool request_withdraw(struct sl_sqlite_writer *writer, struct request *request)
{
    pthread_mutex_lock(&writer->lock);
    bool mine = request->place == QUEUED;
    if (mine) {
        struct request *previous = NULL;
        for (struct request *at = writer->first; at != request; at = at->next)
            previous = at;
        if (previous)
            previous->next = request->next;
        else
            writer->first = request->next;
        if (writer->last == request)
            writer->last = previous;
        writer->queued--;
    }
    pthread_mutex_unlock(&writer->lock);
    return mine;
}

static sl_status busy(sl_context *cx)
{
    return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The database is busy. Please try again.");
}

static int64_t queue_deadline(const sl_context *cx)
{
    int64_t least = sl_clock_monotonic_ms() + QUEUE_PATIENCE_LEAST;
    int64_t deadline = sl_database_deadline(cx, QUEUE_PATIENCE);
    return deadline > least ? deadline : least;
}

/* Waits until the thread is through with it; what it then holds is the result. */
static sl_status request_submit(struct sl_sqlite_writer *writer, sl_context *cx,
                                struct request *request)
{
    request->writer = writer;
    if (!writer_start(writer))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The database's thread cannot be started.");
    if (!request_push(writer, request))
        return busy(cx);
    int64_t deadline = queue_deadline(cx);
    sl_fiber_shield(true);
    sl_status status = SL_OK;
    while (!request->done && status == SL_OK) {
        if (sl_wait_condition(&request->done_condition, deadline) == SL_OK || request->done)
            continue;
        if (request_withdraw(writer, request))
            status = busy(cx);
        deadline = 0;
    }
    sl_fiber_shield(false);
    if (status != SL_OK)
        return status;
    if (request->conflict)
        return SL_E_CONFLICT;
    return sl_sqlite_fail(cx, request->code, request->detail);
}

sl_status sl_sqlite_writer_write(sl_sqlite_writer *writer, sl_context *cx, const sl_write *write)
{
    struct request request = { .write = write };
    sl_status status = request_submit(writer, cx, &request);
    sl_sqlite_rows_free(&request.rows);
    return status;
}

sl_status sl_sqlite_writer_execute(sl_sqlite_writer *writer, sl_context *cx, const char *sql,
                                   const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    const sl_statement statement = { .sql = sql, .arguments = arguments, .count = count };
    struct request request = { .statement = &statement };
    sl_status status = request_submit(writer, cx, &request);
    if (status == SL_OK)
        *ret_rows = sl_sqlite_rows_take(cx, &request.rows);
    sl_sqlite_rows_free(&request.rows);
    return status;
}

sl_status sl_sqlite_writer_script(sl_sqlite_writer *writer, sl_context *cx, const sl_script *script,
                                  bool *ret_applied)
{
    struct request request = { .script = script };
    sl_status status = request_submit(writer, cx, &request);
    sl_sqlite_rows_free(&request.rows);
    if (status == SL_OK)
        *ret_applied = request.applied;
    else if (status == SL_E_INTERNAL || status == SL_E_CONFLICT)
        status = sl_fail(cx, SL_E_INTERNAL, NULL, "%s", request.detail);
    return status;
}

sl_sqlite_writer *sl_sqlite_writer_new(sl_loop *loop, const char *path)
{
    sl_sqlite_writer *writer = calloc(1, sizeof(*writer));
    if (!writer || !(writer->path = strdup(path)))
        abort();
    writer->loop = loop;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->wanted, NULL);
    return writer;
}

void sl_sqlite_writer_free(sl_sqlite_writer *writer)
{
    if (writer->started) {
        pthread_mutex_lock(&writer->lock);
        writer->stopping = true;
        pthread_cond_signal(&writer->wanted);
        pthread_mutex_unlock(&writer->lock);
        pthread_join(writer->thread, NULL);
    }
    pthread_cond_destroy(&writer->wanted);
    pthread_mutex_destroy(&writer->lock);
    free(writer->path);
    free(writer);
}
