/*
 * sqlite.h: what the files of the SQLite driver share: a connection with its prepared statements, and rows outside an arena.
 *
 * The loop reads with one connection, the writer thread writes with another; neither touches the other's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_SQLITE_H
#define STRIPE_LITE_CORE_DATABASE_SQLITE_H

#include <sqlite3.h>

#include "core/database/driver.h"

/* Statements a connection keeps prepared; past it, it begins anew. */
#define SL_SQLITE_PREPARED 512

typedef struct sl_sqlite_connection {
    sqlite3 *db; /* NULL: not open */
    sl_textmap prepared;
} sl_sqlite_connection;

typedef struct sl_sqlite_cell {
    int32_t kind;
    int64_t number; /* of a text: where it begins in `bytes` */
} sl_sqlite_cell;

/* Rows in plain memory: the writer thread must not use a context's arena. */
typedef struct sl_sqlite_rows {
    sl_sqlite_cell *cells;
    size_t cell_count;
    size_t cell_room;
    char *bytes;
    size_t length;
    size_t room;
    uint32_t count;
    uint32_t columns;
} sl_sqlite_rows;

/* ---- sqlite_connection.c; each of these returns a result code of SQLite ---- */

int sl_sqlite_connect(sl_sqlite_connection *connection, const char *path, bool writer);
void sl_sqlite_disconnect(sl_sqlite_connection *connection);
/* Runs one statement to its end; rows go to `rows` unless it is NULL. */
int sl_sqlite_run(sl_sqlite_connection *connection, const char *sql, const sl_argument *arguments,
                  uint32_t count, sl_sqlite_rows *rows);

void sl_sqlite_rows_reset(sl_sqlite_rows *rows);
void sl_sqlite_rows_free(sl_sqlite_rows *rows);
sl_rows *sl_sqlite_rows_take(sl_context *cx, const sl_sqlite_rows *rows);

/* What a result code means for the caller; SL_E_INTERNAL for a faulty statement. */
sl_status sl_sqlite_status(int code);
/* Fills the error for a code; `detail` goes into the log of faults of ours. */
sl_status sl_sqlite_fail(sl_context *cx, int code, const char *detail);

/* ---- sqlite_writer.c ---- */

typedef struct sl_sqlite_writer sl_sqlite_writer;

sl_sqlite_writer *sl_sqlite_writer_new(sl_loop *loop, const char *path);
/* Ends the thread; nothing may be waiting any more. */
void sl_sqlite_writer_free(sl_sqlite_writer *writer);
sl_status sl_sqlite_writer_write(sl_sqlite_writer *writer, sl_context *cx, const sl_write *write);
sl_status sl_sqlite_writer_execute(sl_sqlite_writer *writer, sl_context *cx, const char *sql,
                                   const sl_argument *arguments, uint32_t count,
                                   sl_rows **ret_rows);
sl_status sl_sqlite_writer_script(sl_sqlite_writer *writer, sl_context *cx, const sl_script *script,
                                  bool *ret_applied);

#endif
