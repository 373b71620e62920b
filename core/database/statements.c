/*
 * statements.c: the texts of what the layer itself asks the database, each built once a worker.
 *
 * A text is known by its table and by what it is about. Plugins may build conditions of many shapes: past a bound texts are
 * built afresh in the context's arena instead of being kept.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buffer.h"
#include "core/database/dialect.h"
#include "core/database/sql_log.h"
#include "core/database/write_set.h"

#define KEPT_AT_MOST 4096

/* A key that names the table by its address: two plugins may have tables of one name with other columns. */
struct key {
    char text[40];
};

/* Six bits a letter, so that no byte is the text's end. */
static char *number_put(char *at, uint64_t number)
{
    do {
        *at++ = (char)('0' + number % 64);
        number /= 64;
    } while (number > 0);
    *at++ = ' ';
    return at;
}

static struct key key_of(char what, const sl_table *table, const sl_columns *columns, bool guarded)
{
    struct key key = { { what, guarded ? 'g' : '-' } };
    char *at = number_put(key.text + 2, (uintptr_t)table);
    for (size_t i = 0; columns && i < SL_COLUMNS_MAX / 64; i++)
        at = number_put(at, columns->bits[i]);
    *at = '\0';
    return key;
}

static const char *text_keep(sl_database *database, const char *key, const char *text)
{
    char *kept = strdup(text);
    if (!kept)
        abort();
    sl_textmap_set(&database->statements, key, kept);
    return kept;
}

static void columns_write(sl_buffer *out, const sl_table *table)
{
    for (uint32_t i = 0; table->fields[i].type != SL_TYPE_END; i++)
        sl_buffer_format(out, "%s\"%s\"", i > 0 ? ", " : "", table->fields[i].name);
}

/* ---- what is written ---- */

static void insert_write(sl_buffer *out, const sl_table *table)
{
    sl_buffer_format(out, "INSERT INTO %s (account_id, ", table->name);
    columns_write(out, table);
    sl_buffer_text_add(out, ") VALUES ($1");
    uint32_t width = sl_table_width(table);
    for (uint32_t i = 0; i < width; i++)
        sl_buffer_format(out, ", $%u", i + 2);
    sl_buffer_text_add(out, ") ON CONFLICT ");
}

static void add_write(sl_buffer *out, const sl_operation *operation)
{
    const sl_table *table = operation->table;
    const char *separator = "";
    insert_write(out, table);
    sl_buffer_text_add(out, "(account_id, id) DO UPDATE SET ");
    for (uint32_t i = 0; table->fields[i].type != SL_TYPE_END; i++) {
        const char *name = table->fields[i].name;
        if (!sl_columns_has(&operation->columns, i))
            continue;
        sl_buffer_format(out, "%s\"%s\" = %s.\"%s\" + excluded.\"%s\"", separator, name,
                         table->name, name, name);
        separator = ", ";
    }
}

static void update_write(sl_buffer *out, const sl_operation *operation)
{
    const sl_table *table = operation->table;
    const char *separator = "";
    uint32_t next = 3;
    sl_buffer_format(out, "UPDATE %s SET ", table->name);
    for (uint32_t i = 0; table->fields[i].type != SL_TYPE_END; i++) {
        if (!sl_columns_has(&operation->columns, i))
            continue;
        sl_buffer_format(out, "%s\"%s\" = $%u", separator, table->fields[i].name, next++);
        separator = ", ";
    }
    if (operation->guard != SL_NONE)
        sl_buffer_format(out, "%sversion = version + 1", separator);
    sl_buffer_text_add(out, " WHERE account_id = $1 AND id = $2");
    if (operation->guard != SL_NONE)
        sl_buffer_format(out, " AND version = $%u", next);
}

static void plain_write(sl_buffer *out, const sl_operation *operation)
{
    const sl_table *table = operation->table;
    if (operation->kind == SL_OPERATION_UPDATE) {
        update_write(out, operation);
    } else if (operation->kind == SL_OPERATION_DELETE) {
        sl_buffer_format(out, "DELETE FROM %s WHERE account_id = $1 AND id = $2%s", table->name,
                         operation->guard != SL_NONE ? " AND version = $3" : "");
    } else if (operation->kind == SL_OPERATION_ADD) {
        add_write(out, operation);
    } else {
        insert_write(out, table);
        sl_buffer_text_add(out, "DO NOTHING");
    }
}

static uint32_t arguments_count(const sl_operation *operation)
{
    if (sl_operation_is_whole(operation->kind))
        return 1 + sl_table_width(operation->table);
    uint32_t count = operation->guard != SL_NONE ? 3 : 2;
    for (uint32_t i = 0; operation->kind == SL_OPERATION_UPDATE && i < SL_COLUMNS_MAX; i++)
        count += sl_columns_has(&operation->columns, i);
    return count;
}

static const sl_shape *shape_keep(sl_database *database, const char *key,
                                  const sl_operation *operation)
{
    sl_arena *arena = sl_arena_new();
    sl_buffer sql = SL_BUFFER_INIT(arena);
    plain_write(&sql, operation);
    sl_shape *shape = calloc(1, sizeof(*shape) + sql.length + 1);
    if (!shape)
        abort();
    *shape = (sl_shape){ .kind = operation->kind == SL_OPERATION_IGNORE ? SL_OPERATION_INSERT
                                                                        : operation->kind,
                         .table = operation->table,
                         .columns = operation->columns,
                         .guarded = operation->guard != SL_NONE,
                         .count = arguments_count(operation) };
    snprintf(shape->key, sizeof(shape->key), "w%u", database->statements.count);
    memcpy(shape->sql, sl_buffer_text(&sql), sql.length + 1);
    sl_textmap_set(&database->statements, key, shape);
    if (!database->driver->sqlite) {
        /* Whether there is ever company for it is chance; its plan is looked at in any case. */
        sl_buffer rows = SL_BUFFER_INIT(arena);
        sl_statement_rows(&rows, shape, false);
        sl_sql_log(sl_buffer_text(&rows), NULL, 0);
    }
    sl_arena_free(arena);
    return shape;
}

const sl_shape *sl_statement_write(sl_database *database, const sl_operation *operation)
{
    bool whole = operation->kind == SL_OPERATION_INSERT || operation->kind == SL_OPERATION_IGNORE;
    struct key key = key_of("-iiuda"[operation->kind], operation -> table,
                            whole ? NULL : &operation -> columns, operation -> guard != SL_NONE);
    const sl_shape *shape = sl_textmap_get(&database->statements, key.text);
    return shape ? shape : shape_keep(database, key.text, operation);
}

/* ---- the same for many rows: an array of the table's own row type ---- */

static void rows_insert_write(sl_buffer *out, const sl_shape *shape, bool gives_way)
{
    const sl_table *table = shape->table;
    const char *separator = "";
    sl_buffer_format(out, "INSERT INTO %s (account_id, ", table->name);
    columns_write(out, table);
    sl_buffer_text_add(out, ") SELECT r.account_id");
    for (uint32_t i = 0; table->fields[i].type != SL_TYPE_END; i++)
        sl_buffer_format(out, ", r.\"%s\"", table->fields[i].name);
    sl_buffer_format(out, " FROM unnest($1::%s[]) r", table->name);
    if (gives_way)
        sl_buffer_text_add(out, " ON CONFLICT DO NOTHING");
    if (shape->kind != SL_OPERATION_ADD)
        return;
    sl_buffer_text_add(out, " ON CONFLICT (account_id, id) DO UPDATE SET ");
    for (uint32_t i = 0; table->fields[i].type != SL_TYPE_END; i++) {
        const char *name = table->fields[i].name;
        if (!sl_columns_has(&shape->columns, i))
            continue;
        sl_buffer_format(out, "%s\"%s\" = %s.\"%s\" + excluded.\"%s\"", separator, name,
                         table->name, name, name);
        separator = ", ";
    }
}

static void rows_set_write(sl_buffer *out, const sl_shape *shape)
{
    const char *separator = "";
    for (uint32_t i = 0; shape->table->fields[i].type != SL_TYPE_END; i++) {
        const char *name = shape->table->fields[i].name;
        if (!sl_columns_has(&shape->columns, i))
            continue;
        sl_buffer_format(out, "%s\"%s\" = r.\"%s\"", separator, name, name);
        separator = ", ";
    }
    if (shape->guarded)
        sl_buffer_format(out, "%sversion = t.version + 1", separator);
}

void sl_statement_rows(sl_buffer *out, const sl_shape *shape, bool gives_way)
{
    const char *table = shape->table->name;
    if (shape->kind == SL_OPERATION_INSERT || shape->kind == SL_OPERATION_ADD) {
        rows_insert_write(out, shape, gives_way);
        return;
    }
    if (shape->kind == SL_OPERATION_UPDATE) {
        sl_buffer_format(out, "UPDATE %s t SET ", table);
        rows_set_write(out, shape);
        sl_buffer_text_add(out, " FROM");
    } else {
        sl_buffer_format(out, "DELETE FROM %s t USING", table);
    }
    /* ANY over one account is an equality that no join by sorted order can use: else a table of a few rows would be read whole
     * for each row of the array, and go on being read so when it has grown. */
    sl_buffer_format(
        out, " unnest($1::%s[]) r WHERE t.account_id = ANY (ARRAY[r.account_id]) AND t.id = r.id%s",
        table, shape->guarded ? " AND t.version = r.version" : "");
}

/* For an insert: is the row there? For an update: is the version still the one it was guarded by? `f`, or NULL when a higher
 * one may be ours or another's. */
const char *sl_statement_probe(sl_database *database, const sl_operation *operation)
{
    const sl_table *table = operation->table;
    bool insert = operation->kind == SL_OPERATION_INSERT;
    struct key key = key_of(insert ? 'p' : 'v', table, NULL, false);
    const char *text = sl_textmap_get(&database->statements, key.text);
    if (!text) {
        sl_arena *arena = sl_arena_new();
        sl_buffer out = SL_BUFFER_INIT(arena);
        sl_buffer_format(&out, "SELECT %s FROM %s WHERE account_id = $1 AND id = $2",
                         insert ? "count(*) > 0" : "CASE WHEN max(version) = $3 THEN FALSE END",
                         table->name);
        text = text_keep(database, key.text, sl_buffer_text(&out));
        sl_arena_free(arena);
    }
    return text;
}

/* ---- what is read ---- */

const char *sl_statement_columns(sl_database *database, const sl_table *table)
{
    struct key key = key_of('c', table, NULL, false);
    const char *text = sl_textmap_get(&database->statements, key.text);
    if (!text) {
        sl_arena *arena = sl_arena_new();
        sl_buffer out = SL_BUFFER_INIT(arena);
        columns_write(&out, table);
        text = text_keep(database, key.text, sl_buffer_text(&out));
        sl_arena_free(arena);
    }
    return text;
}

const char *sl_statement_find(sl_database *database, const sl_table *table)
{
    struct key key = key_of('f', table, NULL, false);
    const char *text = sl_textmap_get(&database->statements, key.text);
    if (!text) {
        sl_arena *arena = sl_arena_new();
        sl_buffer out = SL_BUFFER_INIT(arena);
        sl_buffer_text_add(&out, "SELECT ");
        columns_write(&out, table);
        sl_buffer_format(&out, " FROM %s WHERE account_id = $1 AND id = $2", table->name);
        text = text_keep(database, key.text, sl_buffer_text(&out));
        sl_arena_free(arena);
    }
    return text;
}

const char *sl_statement_select(sl_context *cx, const sl_table *table, const char *where)
{
    sl_database *database = cx->host->database;
    where = where ? where + strspn(where, " \t\n") : "";
    const char *key = sl_format(cx, "s %p %s", (const void *)table, where);
    const char *text = sl_textmap_get(&database->statements, key);
    if (text)
        return text;
    if (sl_sql_is_word(where, sl_sql_next(where), "where"))
        where += strlen("where");
    const char *tail = sl_sql_tail(where);
    if (!tail)
        return NULL;
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    sl_buffer_text_add(&out, "SELECT ");
    columns_write(&out, table);
    sl_buffer_format(&out, " FROM %s WHERE account_id = $1", table->name);
    /* In parentheses: an OR in the condition must not reach beyond the account. */
    if (tail > where + strspn(where, " \t\n"))
        sl_buffer_format(&out, " AND (%.*s)", (int)(tail - where), where);
    sl_buffer_format(&out, " %s", tail);
    if (database->statements.count < KEPT_AT_MOST)
        return text_keep(database, key, sl_buffer_text(&out));
    return sl_buffer_text(&out);
}
