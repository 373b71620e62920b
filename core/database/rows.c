/*
 * rows.c: what a statement answered, and how rows become structs and structs become arguments.
 *
 * A column is a field: texts as they are, numbers with SL_NONE as NULL, times with 0 as NULL, everything nested as JSON text,
 * which core/json/columns.h reads and writes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/json/columns.h"

sl_rows *sl_rows_new(sl_context *cx, uint32_t count, uint32_t columns)
{
    sl_rows *rows = sl_alloc(cx, sizeof(*rows));
    rows->count = count;
    rows->columns = columns;
    rows->arena = cx->arena;
    rows->cells = sl_alloc(cx, (size_t)count * columns * sizeof(sl_cell));
    return rows;
}

static sl_cell *rows_cell(const sl_rows *rows, uint32_t row, uint32_t column)
{
    if (!rows || row >= rows->count || column >= rows->columns)
        return NULL;
    return &rows->cells[(size_t)row * rows->columns + column];
}

uint32_t sl_rows_count(const sl_rows *rows)
{
    return rows ? rows->count : 0;
}

const char *sl_rows_text(const sl_rows *rows, uint32_t row, uint32_t column)
{
    sl_cell *cell = rows_cell(rows, row, column);
    if (!cell || cell->kind == SL_CELL_NULL)
        return NULL;
    if (!cell->text)
        cell->text = sl_arena_format(rows->arena, "%lld", (long long)cell->number);
    return cell->text;
}

int64_t sl_rows_int(const sl_rows *rows, uint32_t row, uint32_t column)
{
    const sl_cell *cell = rows_cell(rows, row, column);
    if (!cell || cell->kind == SL_CELL_NULL)
        return SL_NONE;
    if (cell->kind == SL_CELL_INT)
        return cell->number;
    int64_t number = SL_NONE;
    if (sl_text_int64(cell->text, strlen(cell->text), &number) == 0)
        return number;
    /* A boolean read as a number. */
    if (strcmp(cell->text, "t") == 0 || strcmp(cell->text, "f") == 0)
        return cell->text[0] == 't';
    return SL_NONE;
}

bool sl_rows_bool(const sl_rows *rows, uint32_t row, uint32_t column)
{
    const sl_cell *cell = rows_cell(rows, row, column);
    if (!cell || cell->kind == SL_CELL_NULL)
        return false;
    if (cell->kind == SL_CELL_INT)
        return cell->number != 0;
    return cell->text[0] == 't' || strcmp(cell->text, "1") == 0;
}

uint32_t sl_table_width(const sl_table *table)
{
    uint32_t width = 0;
    while (table->fields[width].type != SL_TYPE_END)
        width++;
    if (width > SL_COLUMNS_MAX) {
        fprintf(stderr, "table %s has %u columns, more than %d\n", table->name, width,
                SL_COLUMNS_MAX);
        abort();
    }
    return width;
}

int32_t sl_table_field(const sl_table *table, const char *name, size_t length)
{
    for (int32_t i = 0; table->fields[i].type != SL_TYPE_END; i++) {
        const char *own = table->fields[i].name;
        if (own[0] == name[0] && strncmp(own, name, length) == 0 && own[length] == '\0')
            return i;
    }
    return -1;
}

int64_t *sl_row_version(const sl_table *table, void *row)
{
    int32_t field = sl_table_field(table, "version", 7);
    if (field < 0 || table->fields[field].type != SL_TYPE_INT64)
        return NULL;
    return (int64_t *)(void *)((char *)row + table->fields[field].offset);
}

/* ---- structs to arguments ---- */

sl_argument sl_row_argument(sl_context *cx, const sl_field *field, const void *row)
{
    const char *member = (const char *)row + field->offset;
    int64_t number;
    const char *text;
    switch (field->type) {
    case SL_TYPE_BOOL:
        return sl_flag(*(const bool *)member);
    case SL_TYPE_INT64:
    case SL_TYPE_MONEY:
        memcpy(&number, member, sizeof(number));
        return sl_int(number);
    case SL_TYPE_TIMESTAMP:
        memcpy(&number, member, sizeof(number));
        return sl_int(number == 0 ? SL_NONE : number);
    case SL_TYPE_METADATA:
    case SL_TYPE_OBJECT:
    case SL_TYPE_LIST:
        return sl_text(sl_field_column_text(cx, field, row));
    default:
        memcpy(&text, member, sizeof(text));
        return sl_text(text);
    }
}

/* ---- rows to structs ---- */

static sl_status member_read(sl_context *cx, const sl_rows *rows, uint32_t row, uint32_t column,
                             const sl_field *field, void *record)
{
    char *member = (char *)record + field->offset;
    int64_t number;
    const char *text;
    switch (field->type) {
    case SL_TYPE_BOOL:
        *(bool *)member = sl_rows_bool(rows, row, column);
        return SL_OK;
    case SL_TYPE_INT64:
    case SL_TYPE_MONEY:
    case SL_TYPE_TIMESTAMP:
        number = sl_rows_int(rows, row, column);
        if (number == SL_NONE && (!field->nullable || field->type == SL_TYPE_TIMESTAMP))
            number = 0;
        memcpy(member, &number, sizeof(number));
        return SL_OK;
    case SL_TYPE_METADATA:
    case SL_TYPE_OBJECT:
    case SL_TYPE_LIST:
        return sl_field_column_read(cx, field, record, sl_rows_text(rows, row, column));
    default:
        text = sl_rows_text(rows, row, column);
        memcpy(member, &text, sizeof(text));
        return SL_OK;
    }
}

sl_status sl_rows_read(sl_context *cx, const sl_rows *rows, uint32_t row, uint32_t first_column,
                       const sl_table *table, void *ret_row)
{
    for (uint32_t i = 0; table->fields[i].type != SL_TYPE_END; i++) {
        sl_status status = member_read(cx, rows, row, first_column + i, &table->fields[i], ret_row);
        if (status != SL_OK)
            return status;
    }
    return SL_OK;
}
