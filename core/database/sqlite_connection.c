/*
 * sqlite_connection.c: one connection: opening, prepared statements, binding, rows, result codes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/log.h>

#include "core/database/rows.h"
#include "core/database/sql_log.h"
#include "core/database/sqlite.h"

/* Milliseconds that the writer thread waits for another process (the command line beside the server). */
#define WRITER_PATIENCE 5000

struct prepared {
    sqlite3_stmt *statement;
    int parameters;
    uint16_t numbers[]; /* which argument each parameter takes: 3 of "$3" */
};

/* ---- opening ---- */

/* Changing the journal needs the file alone and never waits by itself. */
static int journal_open(sqlite3 *db)
{
    int code = SQLITE_BUSY;
    for (int waited = 0; code == SQLITE_BUSY && waited < WRITER_PATIENCE; waited += 10) {
        code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if (code == SQLITE_BUSY)
            sqlite3_sleep(10);
    }
    return code;
}

/* What savepoints keep stays in memory. A page that many commits change is written back from the journal once: 4,000 pages, 16
 * MiB, let many come together, and what they touch finds room in 16 MiB of cache. */
static const char writer_settings[] =
    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY; "
    "PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384";

static int connection_set_up(sqlite3 *db, bool writer)
{
    sqlite3_extended_result_codes(db, 1);
    if (!writer)
        return sqlite3_exec(db, "PRAGMA query_only = ON", NULL, NULL, NULL);
    sqlite3_busy_timeout(db, WRITER_PATIENCE);
    int code = journal_open(db);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, writer_settings, NULL, NULL, NULL);
    return code;
}

int sl_sqlite_connect(sl_sqlite_connection *connection, const char *path, bool writer)
{
    /* Made by us first: only its owner may read what customers paid. The descriptor stays open: closing any one of a file
     * drops the POSIX locks that SQLite's connections in this process hold on it, and then another process may take itself
     * for the last one and remove the journal under us. */
    int made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    (void)made;
    int code =
        sqlite3_open_v2(path, &connection->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = connection_set_up(connection->db, writer);
    if (code != SQLITE_OK)
        sl_sqlite_disconnect(connection);
    return code;
}

static void statement_release(void *data)
{
    struct prepared *prepared = data;
    sqlite3_finalize(prepared->statement);
    free(prepared);
}

void sl_sqlite_disconnect(sl_sqlite_connection *connection)
{
    sl_textmap_clear(&connection->prepared, statement_release);
    sqlite3_close(connection->db);
    connection->db = NULL;
}

/* ---- statements ---- */

/* SQLite numbers "$3" by appearance and keeps it as a name: which argument each parameter takes. */
static bool numbers_fill(struct prepared *prepared)
{
    for (int i = 0; i < prepared->parameters; i++) {
        const char *name = sqlite3_bind_parameter_name(prepared->statement, i + 1);
        unsigned long number = name && name[0] == '$' ? strtoul(name + 1, NULL, 10) : 0;
        if (number == 0 || number > UINT16_MAX)
            return false;
        prepared->numbers[i] = (uint16_t)number;
    }
    return true;
}

static int statement_prepare(sl_sqlite_connection *connection, const char *sql,
                             struct prepared **ret)
{
    *ret = sl_textmap_get(&connection->prepared, sql);
    if (*ret)
        return SQLITE_OK;
    sl_sql_log(sql, NULL, 0);
    sqlite3_stmt *statement = NULL;
    const char *rest = NULL;
    int code =
        sqlite3_prepare_v3(connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, &rest);
    if (code != SQLITE_OK)
        return code;
    int parameters = sqlite3_bind_parameter_count(statement);
    struct prepared *made = calloc(1, sizeof(*made) + (size_t)parameters * sizeof(uint16_t));
    if (!made)
        abort();
    made->statement = statement;
    made->parameters = parameters;
    if (!statement || rest[strspn(rest, " \t\n;")] != '\0' || !numbers_fill(made)) {
        statement_release(made);
        return SQLITE_ERROR;
    }
    if (connection->prepared.count >= SL_SQLITE_PREPARED)
        sl_textmap_clear(&connection->prepared, statement_release);
    sl_textmap_set(&connection->prepared, sql, made);
    *ret = made;
    return SQLITE_OK;
}

static int argument_bind(sqlite3_stmt *statement, int index, const sl_argument *argument)
{
    switch (argument->type) {
    case SL_TYPE_STRING:
        return sqlite3_bind_text(statement, index, argument->text, -1, SQLITE_STATIC);
    case SL_TYPE_INT64:
    case SL_TYPE_BOOL:
        return sqlite3_bind_int64(statement, index, argument->number);
    default:
        return sqlite3_bind_null(statement, index);
    }
}

static int statement_bind(const struct prepared *prepared, const sl_argument *arguments,
                          uint32_t count)
{
    for (int i = 0; i < prepared->parameters; i++) {
        uint32_t number = prepared->numbers[i];
        if (number > count)
            return SQLITE_RANGE;
        int code = argument_bind(prepared->statement, i + 1, &arguments[number - 1]);
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}

static void *room_for(void *memory, size_t needed, size_t *room, size_t size)
{
    if (needed <= *room)
        return memory;
    size_t larger = *room ? *room * 2 : 256;
    while (larger < needed)
        larger *= 2;
    void *moved = realloc(memory, larger * size);
    if (!moved) {
        fputs("out of memory\n", stderr);
        abort();
    }
    *room = larger;
    return moved;
}

static void row_collect(sqlite3_stmt *statement, sl_sqlite_rows *rows)
{
    int columns = sqlite3_column_count(statement);
    rows->columns = (uint32_t)columns;
    rows->count++;
    rows->cells = room_for(rows->cells, rows->cell_count + (size_t)columns, &rows->cell_room,
                           sizeof(sl_sqlite_cell));
    for (int i = 0; i < columns; i++) {
        sl_sqlite_cell *cell = &rows->cells[rows->cell_count++];
        int type = sqlite3_column_type(statement, i);
        if (type == SQLITE_NULL) {
            *cell = (sl_sqlite_cell){ .kind = SL_CELL_NULL };
        } else if (type == SQLITE_INTEGER) {
            *cell = (sl_sqlite_cell){ .kind = SL_CELL_INT,
                                      .number = sqlite3_column_int64(statement, i) };
        } else {
            const void *text = sqlite3_column_text(statement, i);
            size_t length = (size_t)sqlite3_column_bytes(statement, i);
            *cell = (sl_sqlite_cell){ .kind = SL_CELL_TEXT, .number = (int64_t)rows->length };
            rows->bytes = room_for(rows->bytes, rows->length + length + 1, &rows->room, 1);
            if (length > 0)
                memcpy(rows->bytes + rows->length, text, length);
            rows->length += length;
            rows->bytes[rows->length++] = '\0';
        }
    }
}

int sl_sqlite_run(sl_sqlite_connection *connection, const char *sql, const sl_argument *arguments,
                  uint32_t count, sl_sqlite_rows *rows)
{
    struct prepared *prepared = NULL;
    int code = statement_prepare(connection, sql, &prepared);
    if (code != SQLITE_OK)
        return code;
    sqlite3_stmt *statement = prepared->statement;
    code = statement_bind(prepared, arguments, count);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW && rows)
            row_collect(statement, rows);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* ---- rows ---- */

void sl_sqlite_rows_reset(sl_sqlite_rows *rows)
{
    rows->cell_count = 0;
    rows->length = 0;
    rows->count = 0;
    rows->columns = 0;
}

void sl_sqlite_rows_free(sl_sqlite_rows *rows)
{
    free(rows->cells);
    free(rows->bytes);
    *rows = (sl_sqlite_rows){ 0 };
}

sl_rows *sl_sqlite_rows_take(sl_context *cx, const sl_sqlite_rows *rows)
{
    sl_rows *taken = sl_rows_new(cx, rows->count, rows->columns);
    const char *bytes = sl_arena_copy(cx->arena, rows->bytes ? rows->bytes : "", rows->length);
    for (size_t i = 0; i < rows->cell_count; i++) {
        const sl_sqlite_cell *cell = &rows->cells[i];
        taken->cells[i].kind = cell->kind;
        if (cell->kind == SL_CELL_TEXT)
            taken->cells[i].text = bytes + cell->number;
        else
            taken->cells[i].number = cell->number;
    }
    return taken;
}

/* ---- result codes ---- */

static const struct {
    int code;
    sl_status status;
    const char *sentence;
} meanings[] = {
    { SQLITE_BUSY, SL_E_UNAVAILABLE, "The database is locked by another process." },
    { SQLITE_LOCKED, SL_E_UNAVAILABLE, "The database is locked by another process." },
    { SQLITE_FULL, SL_E_UNAVAILABLE, "The disk of the database is full." },
    { SQLITE_READONLY, SL_E_UNAVAILABLE, "The database cannot be written to." },
    { SQLITE_PERM, SL_E_UNAVAILABLE, "The database may not be opened." },
    { SQLITE_CANTOPEN, SL_E_UNAVAILABLE, "The database cannot be opened." },
    { SQLITE_IOERR, SL_E_UNAVAILABLE, "The disk of the database answered with an error." },
    { SQLITE_NOMEM, SL_E_UNAVAILABLE, "The database has no memory left." },
    { SQLITE_PROTOCOL, SL_E_UNAVAILABLE, "The database is locked by another process." },
    { SQLITE_CORRUPT, SL_E_UNAVAILABLE, "The database's file is damaged." },
    { SQLITE_NOTADB, SL_E_UNAVAILABLE, "The database's file is no SQLite database." },
    { SQLITE_TOOBIG, SL_E_INVALID, "A value is too large for the database." },
};

static int meaning_of(int code)
{
    for (int i = 0; i < (int)(sizeof(meanings) / sizeof(meanings[0])); i++) {
        if (meanings[i].code == (code & 0xff))
            return i;
    }
    return -1;
}

sl_status sl_sqlite_status(int code)
{
    if (code == SQLITE_OK)
        return SL_OK;
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        return SL_E_CONFLICT;
    int meaning = meaning_of(code);
    return meaning < 0 ? SL_E_INTERNAL : meanings[meaning].status;
}

sl_status sl_sqlite_fail(sl_context *cx, int code, const char *detail)
{
    sl_status status = sl_sqlite_status(code);
    int meaning = meaning_of(code);
    if (status == SL_OK || status == SL_E_CONFLICT)
        return status;
    if (meaning >= 0)
        return sl_fail(cx, status, NULL, "%s", meanings[meaning].sentence);
    sl_log(cx, SL_LOG_ERROR, "database refused a statement", "reason", detail);
    return sl_fail(cx, SL_E_INTERNAL, NULL, "The database refused a statement.");
}
