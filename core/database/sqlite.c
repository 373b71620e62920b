/*
 * sqlite.c: the SQLite driver: reads on the loop, everything that writes through the writer thread.
 *
 * In WAL mode a reader waits for nobody; should it ever find the file locked (another process recovers or closes it), it tries
 * again between turns of the loop. No statement is stepped across a suspension.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/sqlite.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/database/dialect.h"
#include "core/fiber/fiber.h"

/* Milliseconds. */
#define READ_PATIENCE 10000
#define READ_PAUSE 3

struct sqlite {
    char *path;
    sl_sqlite_connection reader;
    sl_sqlite_rows rows; /* one read at a time: it does not suspend */
    sl_sqlite_writer *writer;
};

/* Every folder above the file. */
static int folders_make(const char *path)
{
    char *folder = strdup(path);
    if (!folder)
        abort();
    int result = 0;
    for (char *slash = strchr(folder + 1, '/'); slash && result == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            result = errno;
        *slash = '/';
    }
    free(folder);
    return result;
}

static sl_status open_refuse(char **ret_message, const char *path, const char *why)
{
    if (asprintf(ret_message, "The database's file %s cannot be used: %s.", path, why) < 0)
        abort();
    return SL_E_UNAVAILABLE;
}

static sqlite3_mem_methods library_memory;

static void memory_free(void *pointer)
{
    explicit_bzero(pointer, (size_t)library_memory.xSize(pointer));
    library_memory.xFree(pointer);
}

/* A text that is asked for may be a card number, which functions such as LOWER copy. */
static void memory_set(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &library_memory) != SQLITE_OK)
        return;
    sqlite3_mem_methods wiping = library_memory;
    wiping.xFree = memory_free;
    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &wiping);
    /* Nobody asks how much it is, and each allocation would be counted under one lock for all threads. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

sl_status sl_sqlite_open(sl_loop *loop, const char *path, void **ret_self, char **ret_message)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, memory_set);
    if (path[0] == '\0' || strncmp(path, ":memory:", 8) == 0)
        return open_refuse(ret_message, path, "SQLite needs the path of a file");
    int error = path[strlen(path) - 1] == '/' ? EISDIR : folders_make(path);
    if (error != 0)
        return open_refuse(ret_message, path, strerror(error));
    struct sqlite *self = calloc(1, sizeof(*self));
    if (!self)
        abort();
    self->path = strdup(path);
    self->writer = sl_sqlite_writer_new(loop, path);
    *ret_self = self;
    return SL_OK;
}

static void sqlite_close(void *data)
{
    struct sqlite *self = data;
    sl_sqlite_disconnect(&self->reader);
    sl_sqlite_writer_free(self->writer);
    sl_sqlite_rows_free(&self->rows);
    free(self->path);
    free(self);
}

/* The writer knows no lists: they become the JSON text that json_each reads. */
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
        plain[i] = sl_text(sl_list_json(cx, arguments[i].list));
    }
    return plain ? plain : arguments;
}

static int read_once(struct sqlite *self, const char *sql, const sl_argument *arguments,
                     uint32_t count)
{
    sl_sqlite_rows_reset(&self->rows);
    int code = SQLITE_OK;
    if (!self->reader.db)
        code = sl_sqlite_connect(&self->reader, self->path, false);
    if (code == SQLITE_OK)
        code = sl_sqlite_run(&self->reader, sql, arguments, count, &self->rows);
    return code;
}

static sl_status sqlite_query(void *data, sl_context *cx, const char *sql,
                              const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    struct sqlite *self = data;
    int64_t deadline = sl_database_deadline(cx, READ_PATIENCE);
    arguments = arguments_plain(cx, arguments, count);
    int code = read_once(self, sql, arguments, count);
    while ((code & 0xff) == SQLITE_BUSY && sl_clock_monotonic_ms() < deadline) {
        sl_status status = sl_wait_until(sl_clock_monotonic_ms() + READ_PAUSE);
        if (status != SL_OK)
            return sl_fail(cx, status, NULL, "The server is shutting down.");
        code = read_once(self, sql, arguments, count);
    }
    if (code != SQLITE_OK)
        return sl_sqlite_fail(cx, code, self->reader.db ? sqlite3_errmsg(self->reader.db) : "");
    *ret_rows = sl_sqlite_rows_take(cx, &self->rows);
    return SL_OK;
}

static sl_status sqlite_execute(void *data, sl_context *cx, const char *sql,
                                const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    struct sqlite *self = data;
    arguments = arguments_plain(cx, arguments, count);
    return sl_sqlite_writer_execute(self->writer, cx, sql, arguments, count, ret_rows);
}

static sl_status sqlite_write(void *data, sl_context *cx, const sl_write *write)
{
    struct sqlite *self = data;
    return sl_sqlite_writer_write(self->writer, cx, write);
}

static sl_status sqlite_script(void *data, sl_context *cx, const sl_script *script,
                               bool *ret_applied)
{
    struct sqlite *self = data;
    sl_script portable = *script;
    portable.body = sl_sql_for_sqlite(cx, script->body);
    return sl_sqlite_writer_script(self->writer, cx, &portable, ret_applied);
}

static sl_status sqlite_explain(void *data, sl_context *cx, const char *sql,
                                const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    return sqlite_query(data, cx, sl_format(cx, "EXPLAIN QUERY PLAN %s", sql), arguments, count,
                        ret_rows);
}

const sl_driver sl_sqlite_driver = {
    .query = sqlite_query,
    .find = sqlite_query,
    .execute = sqlite_execute,
    .write = sqlite_write,
    .script = sqlite_script,
    .explain = sqlite_explain,
    .close = sqlite_close,
    .sqlite = true,
};
