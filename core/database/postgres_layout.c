/*
 * postgres_layout.c: many rows of a table as one parameter: an array of the table's own row type, in binary.
 *
 * One array of rows costs the server a quarter of what an array for each column costs it, and nothing has to be quoted. The
 * price is that values stand in the order of the table's columns, which is asked once a connection. It could change under a
 * running server: a column more or less is an error of the server's, and pg_class.relnatts, which only grows, tells the rest
 * before COMMIT. After any failure the layouts are forgotten.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/text.h"
#include "core/database/postgres_batch.h"

#define COLUMNS_AT_MOST 256
#define NO_ARGUMENT UINT16_MAX
/* What is no field of the row. */
#define FIELD_SCOPE UINT16_MAX
#define FIELD_ID (UINT16_MAX - 1)
#define FIELD_GUARD (UINT16_MAX - 2)
/* Bytes. */
#define ROWS_ROOM 65536
#define ROWS_ROOM_AT_MOST (1 << 20)

/* pg_type.oid */
#define OID_BOOL 16
#define OID_INT8 20
#define OID_INT2 21
#define OID_INT4 23
#define OID_TEXT 25
#define OID_JSON 114
#define OID_BPCHAR 1042
#define OID_VARCHAR 1043
#define OID_JSONB 3802

struct column {
    char name[64];
    uint32_t type;
};

struct layout {
    uint32_t table;
    uint32_t row_type;
    int32_t attributes; /* with the dropped ones */
    uint32_t count;
    struct column columns[];
};

/* What a column takes: which of the statement's arguments, which of the operation's fields. */
struct source {
    uint16_t argument;
    uint16_t field;
};

/* One shape's rows on one connection. */
struct sl_pg_form {
    const struct layout *layout; /* NULL: such rows cannot be sent */
    char key[20];
    char *sql;
    struct source sources[]; /* one a column */
};

/* ---- what a table looks like ---- */

static const char layout_sql[] =
    "SELECT c.oid, t.oid, c.relnatts, a.attname, a.atttypid FROM pg_class c "
    "JOIN pg_type t ON t.oid = c.reltype "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "WHERE c.oid = to_regclass($1) ORDER BY a.attnum";

static int64_t cell(const PGresult *result, int row, int column)
{
    int64_t number = 0;
    const char *text = PQgetvalue(result, row, column);
    return sl_text_int64(text, strlen(text), &number) == 0 ? number : 0;
}

static struct layout *layout_read(const PGresult *result)
{
    int count = PQresultStatus(result) == PGRES_TUPLES_OK ? PQntuples(result) : 0;
    if (count > COLUMNS_AT_MOST)
        count = 0;
    struct layout *made = calloc(1, sizeof(*made) + (size_t)count * sizeof(made->columns[0]));
    if (!made)
        abort();
    made->count = (uint32_t)count;
    for (int i = 0; i < count; i++) {
        made->table = (uint32_t)cell(result, i, 0);
        made->row_type = (uint32_t)cell(result, i, 1);
        made->attributes = (int32_t)cell(result, i, 2);
        made->columns[i].type = (uint32_t)cell(result, i, 4);
        snprintf(made->columns[i].name, sizeof(made->columns[i].name), "%s",
                 PQgetvalue(result, i, 3));
    }
    return made;
}

static sl_status layout_find(sl_pg_batch *batch, const char *table, int64_t deadline,
                             const struct layout **ret_layout)
{
    *ret_layout = sl_textmap_get(&batch->layouts, table);
    if (*ret_layout)
        return SL_OK;
    const sl_argument name = sl_text(table);
    PGresult *result = NULL;
    sl_status status =
        sl_pg_run(batch->connection, NULL, layout_sql, &name, 1, false, deadline, &result);
    if (status == SL_OK && sl_pg_is_farewell(result))
        status = SL_E_UNAVAILABLE;
    if (status == SL_OK) {
        struct layout *made = layout_read(result);
        sl_textmap_set(&batch->layouts, table, made);
        *ret_layout = made;
    }
    PQclear(result);
    return status;
}

/* ---- forms ---- */

static bool type_is_known(uint32_t type)
{
    return type == OID_TEXT || type == OID_INT8 || type == OID_BOOL || type == OID_JSONB ||
           type == OID_INT4 || type == OID_INT2 || type == OID_VARCHAR || type == OID_BPCHAR ||
           type == OID_JSON;
}

/* Where the value of a column stands. */
static struct source source_find(const sl_shape *shape, const char *column)
{
    bool whole = sl_operation_is_whole(shape->kind);
    uint16_t next = whole ? 1 : 2;
    if (strcmp(column, "account_id") == 0)
        return (struct source){ 0, FIELD_SCOPE };
    if (!whole && strcmp(column, "id") == 0)
        return (struct source){ 1, FIELD_ID };
    for (uint16_t i = 0; shape->table->fields[i].type != SL_TYPE_END; i++) {
        if (!whole && (shape->kind != SL_OPERATION_UPDATE || !sl_columns_has(&shape->columns, i)))
            continue;
        if (strcmp(shape->table->fields[i].name, column) == 0)
            return (struct source){ next, i };
        next++;
    }
    if (shape->guarded && strcmp(column, "version") == 0)
        return (struct source){ next, FIELD_GUARD };
    return (struct source){ NO_ARGUMENT, 0 };
}

/* Every argument has its column, and every such column a type that we can write. */
static bool sources_fill(sl_pg_form *form, const struct layout *layout,
                         const sl_statement *statement)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < layout->count; i++) {
        const struct column *column = &layout->columns[i];
        form->sources[i] = source_find(statement->shape, column->name);
        if (form->sources[i].argument == NO_ARGUMENT)
            continue;
        used++;
        if (!type_is_known(column->type))
            return false;
    }
    return used == statement->count;
}

static void form_free(void *pointer)
{
    sl_pg_form *form = pointer;
    free(form->sql);
    free(form);
}

sl_status sl_pg_form_find(sl_pg_batch *batch, const sl_statement *statement, int64_t deadline,
                          sl_pg_form **ret_form)
{
    bool gives_way = !statement->one_row;
    char key[20];
    const struct layout *layout = NULL;
    snprintf(key, sizeof(key), "r%s%s", statement->shape->key, gives_way ? "i" : "");
    sl_pg_form *form = sl_textmap_get(&batch->forms, key);
    sl_status status = form ? SL_OK : layout_find(batch, statement->table, deadline, &layout);
    if (status != SL_OK)
        return status;
    if (!form) {
        form = calloc(1, sizeof(*form) + layout->count * sizeof(form->sources[0]));
        if (!form)
            abort();
        sl_arena *arena = sl_arena_new();
        sl_buffer sql = SL_BUFFER_INIT(arena);
        sl_statement_rows(&sql, statement->shape, gives_way);
        snprintf(form->key, sizeof(form->key), "%s", key);
        form->sql = strdup(sl_buffer_text(&sql));
        form->layout = sources_fill(form, layout, statement) ? layout : NULL;
        sl_arena_free(arena);
        sl_textmap_set(&batch->forms, key, form);
    }
    *ret_form = form->layout ? form : NULL;
    return SL_OK;
}

void sl_pg_forms_clear(sl_pg_batch *batch)
{
    sl_textmap_clear(&batch->forms, form_free);
    sl_textmap_clear(&batch->layouts, free);
}

/* ---- rows as bytes ---- */

static char *u32_put(char *at, uint32_t number)
{
    uint32_t big = htobe32(number);
    return mempcpy(at, &big, sizeof(big));
}

static void u32_add(sl_buffer *out, uint32_t number)
{
    char bytes[4];
    u32_put(bytes, number);
    sl_buffer_add(out, bytes, sizeof(bytes));
}

static void null_add(sl_buffer *out, uint32_t type)
{
    u32_add(out, type);
    u32_add(out, UINT32_MAX);
}

/* The type of a value, its length and its bytes, of which `head` stand in front. */
static void bytes_add(sl_buffer *out, uint32_t type, const char *before, size_t head,
                      const char *bytes, size_t length)
{
    char *at = sl_buffer_reserve(out, 8 + head + length);
    at = u32_put(at, type);
    at = u32_put(at, (uint32_t)(head + length));
    at = mempcpy(at, before, head);
    at = mempcpy(at, bytes, length);
    *at = '\0';
    out->length += 8 + head + length;
}

static void number_add(sl_buffer *out, uint32_t type, int64_t number, uint32_t size)
{
    uint64_t big = htobe64((uint64_t)number);
    bytes_add(out, type, "", 0, (const char *)&big + sizeof(big) - size, size);
}

static bool text_add(sl_buffer *out, uint32_t type, const char *text)
{
    /* jsonb's binary form is its text behind a version. */
    size_t head = type == OID_JSONB ? 1 : 0;
    size_t length = strlen(text);
    if (length + head > INT32_MAX)
        return false;
    bytes_add(out, type, "\1", head, text, length);
    return true;
}

/* False: the server would have to convert, or refuse, the value. */
static bool value_add(sl_buffer *out, uint32_t type, const sl_argument *argument)
{
    int64_t number = argument->number;
    switch (type) {
    case OID_BOOL:
        number_add(out, type, number != 0, 1);
        return argument->type == SL_TYPE_BOOL;
    case OID_INT2:
        number_add(out, type, number, 2);
        return argument->type == SL_TYPE_INT64 && number >= INT16_MIN && number <= INT16_MAX;
    case OID_INT4:
        number_add(out, type, number, 4);
        return argument->type == SL_TYPE_INT64 && number >= INT32_MIN && number <= INT32_MAX;
    case OID_INT8:
        number_add(out, type, number, 8);
        return argument->type == SL_TYPE_INT64;
    default:
        return argument->type == SL_TYPE_STRING && text_add(out, type, argument->text);
    }
}

static sl_argument source_value(const sl_pg_placed *placed, struct source source)
{
    const sl_operation *operation = placed->statement->operation;
    switch (source.field) {
    case FIELD_SCOPE:
        return sl_text(operation->scope);
    case FIELD_ID:
        return sl_text(placed->statement->id);
    case FIELD_GUARD:
        return sl_int(operation->guard);
    default:
        return sl_row_argument(placed->member->cx, &operation->table->fields[source.field],
                               operation->row);
    }
}

/* `arguments`: what stands for those of the statement, NULL when nobody made any. */
static bool row_add(sl_buffer *out, const sl_pg_form *form, const sl_pg_placed *placed,
                    const sl_argument *arguments)
{
    const struct layout *layout = form->layout;
    size_t start = out->length;
    u32_add(out, 0);
    u32_add(out, layout->count);
    for (uint32_t i = 0; i < layout->count; i++) {
        struct source source = form->sources[i];
        uint32_t type = layout->columns[i].type;
        sl_argument value = { 0 };
        if (source.argument != NO_ARGUMENT)
            value = arguments ? arguments[source.argument] : source_value(placed, source);
        if (value.type == 0)
            null_add(out, type);
        else if (!value_add(out, type, &value))
            return false;
    }
    u32_put(out->data + start, (uint32_t)(out->length - start - 4));
    return true;
}

/* How many of the statements are additions to the first one's row; their sum in `sum` when they are several. */
static uint32_t sum_of(sl_pg_placed *placed, uint32_t count, sl_argument *sum, bool *ret_fits)
{
    const sl_statement *first = placed[0].statement;
    uint32_t many = 1;
    *ret_fits = true;
    while (many < count && sl_statement_order(first, placed[many].statement) == 0)
        many++;
    if (many == 1)
        return 1;
    memcpy(sum, sl_pg_placed_arguments(&placed[0]), first->count * sizeof(*sum));
    for (uint32_t i = 0; i + 1 < first->count; i++) {
        if (!sl_columns_has(&first->shape->columns, i))
            continue;
        sl_argument *total = &sum[i + 1];
        for (uint32_t s = 1; s < many; s++) {
            const sl_argument *more = &sl_pg_placed_arguments(&placed[s])[i + 1];
            *ret_fits = *ret_fits && total->type == SL_TYPE_INT64 && more->type == SL_TYPE_INT64 &&
                        !__builtin_add_overflow(total->number, more->number, &total->number);
        }
    }
    return many;
}

bool sl_pg_rows_write(sl_buffer *out, sl_pg_placed *placed, sl_pg_piece *piece)
{
    const sl_pg_form *form = piece->form;
    sl_argument sum[SL_PG_ARGUMENTS];
    bool adds = placed[0].statement->shape->kind == SL_OPERATION_ADD;
    out->length = 0;
    u32_add(out, 1); /* dimensions */
    u32_add(out, 0); /* no row is NULL */
    u32_add(out, form->layout->row_type);
    u32_add(out, 0);
    u32_add(out, 1); /* the first index */
    piece->rows = 0;
    for (uint32_t i = 0; i < piece->count; piece->rows++) {
        uint32_t many = 1;
        bool fits = true;
        if (adds)
            many = sum_of(placed + i, piece->count - i, sum, &fits);
        if (!fits || !row_add(out, form, &placed[i], many > 1 ? sum : placed[i].arguments))
            return false;
        i += many;
    }
    u32_put(out->data + 12, piece->rows);
    return out->length <= INT32_MAX;
}

/* ---- sending ---- */

sl_buffer *sl_pg_rows_buffer(sl_pg_batch *batch)
{
    if (!batch->rows.arena) {
        batch->rows.arena = sl_arena_new();
        sl_buffer_reserve(&batch->rows, batch->rows_room ? batch->rows_room : ROWS_ROOM);
        batch->rows_room = batch->rows.capacity;
    }
    return &batch->rows;
}

void sl_pg_rows_done(sl_pg_batch *batch)
{
    if (!batch->rows.arena || batch->rows.capacity == batch->rows_room)
        return;
    /* It has grown, and left copies behind. */
    batch->rows_room =
        batch->rows.capacity < ROWS_ROOM_AT_MOST ? batch->rows.capacity : ROWS_ROOM_AT_MOST;
    sl_arena_free(batch->rows.arena);
    batch->rows = (sl_buffer){ 0 };
}

bool sl_pg_rows_send(sl_pg_connection *connection, const sl_buffer *rows, sl_pg_piece *piece)
{
    bool sent = sl_pg_send_binary(connection, piece->form->key, piece->form->sql, rows->data,
                                  (int)rows->length, &piece->prepares);
    explicit_bzero(rows->data, rows->length);
    return sent;
}

sl_status sl_pg_rows_receive(sl_pg_connection *connection, const sl_pg_piece *piece,
                             int64_t deadline, PGresult **ret_result)
{
    return sl_pg_receive(connection, piece->form->key, piece->prepares, deadline, ret_result);
}

static const char tables_sql[] =
    "SELECT count(*) FROM unnest($1::oid[], $2::bigint[]) w (table_oid, attributes) "
    "JOIN pg_class c ON c.oid = w.table_oid AND c.relnatts = w.attributes";

bool sl_pg_tables_send(sl_pg_connection *connection, const sl_pg_group *group, bool *ret_prepares,
                       uint32_t *ret_tables)
{
    sl_buffer tables = SL_BUFFER_INIT(group->arena);
    sl_buffer attributes = SL_BUFFER_INIT(group->arena);
    const struct layout *last = NULL;
    *ret_tables = 0;
    for (uint32_t i = 0; i < group->piece_count; i++) {
        const sl_pg_form *form = group->pieces[i].form;
        if (!form || form->layout == last)
            continue;
        last = form->layout;
        sl_buffer_format(&tables, "%c%u", *ret_tables == 0 ? '{' : ',', last->table);
        sl_buffer_format(&attributes, "%c%d", *ret_tables == 0 ? '{' : ',', last->attributes);
        ++*ret_tables;
    }
    if (*ret_tables == 0)
        return true;
    sl_buffer_char(&tables, '}');
    sl_buffer_char(&attributes, '}');
    const sl_argument arguments[] = { sl_text(sl_buffer_text(&tables)),
                                      sl_text(sl_buffer_text(&attributes)) };
    return sl_pg_send(connection, NULL, tables_sql, arguments, 2, false, ret_prepares);
}

sl_status sl_pg_tables_receive(sl_pg_connection *connection, bool prepares, int64_t deadline,
                               PGresult **ret_result)
{
    return sl_pg_receive(connection, tables_sql, prepares, deadline, ret_result);
}
