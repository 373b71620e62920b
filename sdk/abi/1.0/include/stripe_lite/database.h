/*
 * database.h: read, decide, commit one write set.
 *
 * Reads are single statements. Writes are collected in the context as data (inserts, and updates guarded by the row's
 * version) and committed together, with their events, jobs and idempotency record: all of it or none. The host commits what
 * is pending when a handler returns SL_OK, and runs the handler again on fresh data when a guard failed (SL_E_CONFLICT) and
 * nothing was committed yet. A handler that must be durable before it goes on (before a gateway call) calls `sl_commit`.
 * No transaction is ever open while a fiber waits for anything but the database.
 *
 * Every table has `account_id TEXT` first in its primary key, then `id TEXT`, and every read and write here is bound to the
 * context's account and mode: $1 is always that. A row struct begins with `const char *id` and has an `int64_t version`
 * (a field of its table) when it is ever updated.
 *
 * SQL is the part that SQLite and PostgreSQL share; arguments are bound, never pasted.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_DATABASE_H
#define STRIPE_LITE_DATABASE_H

#include <stripe_lite/field.h>

SL_BEGIN_DECLS

typedef struct sl_table {
    uint32_t struct_size; /* sizeof(sl_table) */
    uint32_t row_size;    /* sizeof the row struct */
    const char *name;
    const sl_field *fields; /* the columns, without account_id */
} sl_table;

#define SL_TABLE(NAME, S, FIELDS)                                                                  \
    {                                                                                              \
        .struct_size = sizeof(sl_table), .row_size = sizeof(S), .name = (NAME), .fields = (FIELDS) \
    }

typedef struct sl_argument {
    int32_t type; /* 0 NULL, SL_TYPE_STRING, SL_TYPE_INT64, SL_TYPE_BOOL, SL_TYPE_LIST */
    int32_t reserved;
    int64_t number;
    const char *text;
    const sl_list *list;
} sl_argument;

/* since 1.0 [no-suspend], all of these */
static inline sl_argument sl_text(const char *text)
{
    sl_argument a = { text ? SL_TYPE_STRING : 0, 0, 0, text, NULL };
    return a;
}
static inline sl_argument sl_int(int64_t number)
{
    sl_argument a = { number == SL_NONE ? 0 : SL_TYPE_INT64, 0, number, NULL, NULL };
    return a;
}
static inline sl_argument sl_flag(bool flag)
{
    sl_argument a = { SL_TYPE_BOOL, 0, flag, NULL, NULL };
    return a;
}
/* A list of texts, for "charge_id IN ($2)": the host writes what the dialect needs. At most 1000. */
static inline sl_argument sl_texts(const sl_list *texts)
{
    sl_argument a = { SL_TYPE_LIST, 0, 0, NULL, texts };
    return a;
}
/* SL_ARGS(sl_text(id), sl_int(now)): two arguments, an array and its length. SL_NO_ARGS for none. */
#define SL_ARGS(...)                      \
    (const sl_argument[]){ __VA_ARGS__ }, \
        (uint32_t)(sizeof((const sl_argument[]){ __VA_ARGS__ }) / sizeof(sl_argument))
#define SL_NO_ARGS NULL, 0u

/* ---- reading ---- */

/* The row of this id into `ret_row` (row_size bytes), also when it is only pending in this context. SL_E_NOT_FOUND without
 * filling an error; SL_E_UNAVAILABLE, SL_E_TIMEOUT. since 1.0 [suspends] */
SL_API sl_status sl_find(sl_context *cx, const sl_table *table, const char *id,
                         void *ret_row) SL_MUST_CHECK;

/* Rows by "where ... order by ... limit ..." text; arguments start at $2. `ret_rows` is a list of row structs, empty when
 * there are none. Pending writes are not seen. since 1.0 [suspends] */
SL_API sl_status sl_select(sl_context *cx, const sl_table *table, const char *where,
                           const sl_argument *arguments, uint32_t count,
                           sl_list *ret_rows) SL_MUST_CHECK;

/* As sl_select, exactly one or SL_E_NOT_FOUND (no error filled). since 1.0 [suspends] */
SL_API sl_status sl_select_one(sl_context *cx, const sl_table *table, const char *where,
                               const sl_argument *arguments, uint32_t count,
                               void *ret_row) SL_MUST_CHECK;

typedef struct sl_rows sl_rows;

/* A whole statement, for sums and joins; $1 is the account and must be used, arguments start at $2. since 1.0 [suspends] */
SL_API sl_status sl_query(sl_context *cx, const char *sql, const sl_argument *arguments,
                          uint32_t count, sl_rows **ret_rows) SL_MUST_CHECK;

/* since 1.0 [no-suspend]; columns count from 0; NULL reads as NULL, SL_NONE, false */
SL_API uint32_t sl_rows_count(const sl_rows *rows);
SL_API const char *sl_rows_text(const sl_rows *rows, uint32_t row, uint32_t column);
SL_API int64_t sl_rows_int(const sl_rows *rows, uint32_t row, uint32_t column);
SL_API bool sl_rows_bool(const sl_rows *rows, uint32_t row, uint32_t column);

/* ---- writing: into the context's write set; nothing happens before the commit ---- */

/* Inserts `row`; its version becomes 1. An id or unique key that exists is SL_E_CONFLICT at the commit. The row is copied
 * (what it points to must live as long as the context). since 1.0 [no-suspend] */
SL_API void sl_insert(sl_context *cx, const sl_table *table, void *row);

/* Updates the named columns ("status, amount_refunded") of `row`, guarded by the version it was read with, which then goes up
 * by one, in `row` too. Two updates of one row in a set merge. since 1.0 [no-suspend] */
SL_API void sl_update(sl_context *cx, const sl_table *table, void *row, const char *columns);

/* Deletes the row, guarded by its version. since 1.0 [no-suspend] */
SL_API void sl_delete(sl_context *cx, const sl_table *table, const void *row);

/* Adds to counters without a guard: inserts `row`, or adds its named columns to the row that is there. For totals that many
 * write at once. since 1.0 [no-suspend] */
SL_API void sl_add(sl_context *cx, const sl_table *table, const void *row, const char *columns);

/* The next number of a series that has no gaps: `prefix` and at least `digits` digits, "ORD-2026-001". The database gives it out
 * while it commits the write set, to one set after the other and to any number of requests at once; a set that is not committed
 * has drawn none. Until then the text is a stand-in: put it into rows, events, jobs and the reply as it is, where the commit
 * puts the number in its place, and look at it only afterwards, when the same text is the number. `series` and `prefix` live as
 * long as the context. since 1.0 [no-suspend] */
SL_API const char *sl_number(sl_context *cx, const char *series, const char *prefix,
                             int32_t digits);

/* Number of this process among the node's workers, 0 .. 63: to spread a hot counter over several rows. since 1.0 [no-suspend] */
SL_API int32_t sl_worker_slot(const sl_context *cx);

/* Commits what is pending. SL_E_CONFLICT: nothing was written, read afresh. SL_E_UNAVAILABLE: surely not written.
 * SL_E_UNKNOWN: the commit's answer was lost and could not be found out. The write set is empty afterwards in every case.
 * since 1.0 [suspends] */
SL_API sl_status sl_commit(sl_context *cx) SL_MUST_CHECK;

/* Once what is pending is committed, the other workers and nodes hear of `topic`, a word that lives as long as the process.
 * since 1.0 [no-suspend] */
SL_API void sl_news_after_commit(sl_context *cx, const char *topic);

/* `heard(data)` runs when another worker or node has told `topic`, and each time that something may have been missed. It must
 * not suspend. For a plugin's start. since 1.0 [start-up only] */
SL_API void sl_news_listen(sl_context *cx, const char *topic, void (*heard)(void *data),
                           void *data);

/* Whether what others tell now is heard here at once: always where there are no others. since 1.0 [no-suspend] */
SL_API bool sl_news_heard(const sl_context *cx);

/* Drops what is pending. since 1.0 [no-suspend] */
SL_API void sl_discard(sl_context *cx);

/* Runs `step` and commits, again on fresh data while that is SL_E_CONFLICT, until the context's deadline; `step` sees no
 * pending writes and no reply at each start. What `step` fails with is returned, its writes dropped, unless it called
 * `sl_keep`. since 1.0 [suspends] */
typedef sl_status (*sl_step)(sl_context *cx, void *data);
SL_API sl_status sl_retry(sl_context *cx, sl_step step, void *data) SL_MUST_CHECK;

/* What is pending is to be committed although this handler or step will return an error: a decline is recorded and answered
 * with 402. The error is then stored as the idempotent answer. since 1.0 [no-suspend] */
SL_API void sl_keep(sl_context *cx);

SL_END_DECLS
#endif
