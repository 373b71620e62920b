/*
 * rows.h: what a statement answered, and how rows become structs and structs become arguments.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_ROWS_H
#define STRIPE_LITE_CORE_DATABASE_ROWS_H

#include "core/database/database.h"

#define SL_CELL_NULL 0
#define SL_CELL_TEXT 1
#define SL_CELL_INT 2

typedef struct sl_cell {
    int32_t kind;
    int64_t number;
    const char *text; /* of a number: made when it is first asked for */
} sl_cell;

struct sl_rows {
    uint32_t count;
    uint32_t columns;
    sl_cell *cells; /* row by row */
    sl_arena *arena;
};

/* Cells are NULL until they are filled. since 1.0 [no-suspend], all of these */
sl_rows *sl_rows_new(sl_context *cx, uint32_t count, uint32_t columns);

/* How many fields a table has; more than SL_COLUMNS_MAX end the process with a sentence. */
#define SL_COLUMNS_MAX 128
uint32_t sl_table_width(const sl_table *table);
/* The index of a field, -1 when there is none of that name. */
int32_t sl_table_field(const sl_table *table, const char *name, size_t length);
/* The version's member in a row, NULL when the table has none. */
int64_t *sl_row_version(const sl_table *table, void *row);

sl_argument sl_row_argument(sl_context *cx, const sl_field *field, const void *row);

#endif
