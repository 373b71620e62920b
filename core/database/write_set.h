/*
 * write_set.h: what a context wants to change, as data.
 *
 * An operation holds its own copy of the row struct; what that points to lives in the context's arena. Two operations on one
 * row become one where they can: update into update, update into insert, delete of an insert into nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_WRITE_SET_H
#define STRIPE_LITE_CORE_DATABASE_WRITE_SET_H

#include "core/base/buffer.h"
#include "core/database/driver.h"
#include "core/database/rows.h"

typedef enum sl_operation_kind {
    SL_OPERATION_NONE, /* it went up in another one */
    SL_OPERATION_INSERT,
    SL_OPERATION_IGNORE, /* an insert that gives way */
    SL_OPERATION_UPDATE,
    SL_OPERATION_DELETE,
    SL_OPERATION_ADD,
} sl_operation_kind;

/* Its statement has all columns. */
static inline bool sl_operation_is_whole(sl_operation_kind kind)
{
    return kind != SL_OPERATION_UPDATE && kind != SL_OPERATION_DELETE;
}

typedef struct sl_columns {
    uint64_t bits[SL_COLUMNS_MAX / 64];
} sl_columns;

static inline bool sl_columns_has(const sl_columns *columns, uint32_t column)
{
    return columns->bits[column / 64] >> (column % 64) & 1;
}

struct sl_operation {
    sl_operation_kind kind;
    const sl_table *table;
    const char *scope;
    void *row;
    sl_columns columns; /* updates and adds: which */
    int64_t guard;      /* the version the row was read with; SL_NONE: its table has none */
};

/* What statements of one text share. */
struct sl_shape {
    sl_operation_kind kind; /* SL_OPERATION_INSERT also for those that give way */
    const sl_table *table;
    sl_columns columns; /* updates and adds */
    bool guarded;
    uint32_t count; /* of arguments */
    char key[16];   /* short and its own, within a database */
    char sql[];     /* for one row */
};

struct sl_write_set {
    sl_operation *operations;
    uint32_t count;
    uint32_t capacity;
    uint32_t live;     /* without SL_OPERATION_NONE */
    uint32_t commits;  /* how many sets this context has committed */
    bool stale;        /* two readings of one row were mixed: cannot succeed */
    const char *fault; /* a sentence about a mistake of the caller, or NULL */
    sl_draw *draws;    /* what the set draws, in that order */
    sl_draw *drawn;    /* what this context was given so far */
};

/* since 1.0 [no-suspend], all of these */
struct sl_write_set *sl_write_set_of(sl_context *cx);
void sl_write_set_reset(struct sl_write_set *set);
/* The last operation on the row that decides what it is; NULL when there is none. Adds are not counted. */
const sl_operation *sl_write_set_find(const struct sl_write_set *set, const sl_table *table,
                                      const char *scope, const char *id);
/* What pending sl_add's of the row add, on top of `row` or, when that is not `found`, of nothing; whether there are any. */
bool sl_write_set_add_to(const struct sl_write_set *set, const sl_table *table, const char *scope,
                         const char *id, bool found, void *row);

/* The set as statements for the driver, in that order. */
void sl_write_set_compile(sl_context *cx, const struct sl_write_set *set, sl_write *ret_write);

/* The arguments of the operation's statement, `count` of them: account, id unless the statement is whole, columns, guard. */
const sl_argument *sl_operation_arguments(sl_context *cx, const sl_operation *operation,
                                          uint32_t count);

/* ---- statements.c: texts, built once a worker ---- */

const char *sl_statement_columns(sl_database *database, const sl_table *table);
const char *sl_statement_find(sl_database *database, const sl_table *table);
const char *sl_statement_probe(sl_database *database, const sl_operation *operation);
const sl_shape *sl_statement_write(sl_database *database, const sl_operation *operation);
/* PostgreSQL's for many rows: $1 is an array of the table's row type; an update's or delete's `version` is the one that is there.
 * `gives_way`: an insert that is neither conflict nor change where a row is. */
void sl_statement_rows(sl_buffer *out, const sl_shape *shape, bool gives_way);
/* NULL when the parentheses or quotes of `where` do not match. */
const char *sl_statement_select(sl_context *cx, const sl_table *table, const char *where);

#endif
