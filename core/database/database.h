/*
 * database.h: what core needs of the database beyond the SDK: opening, statements without an account, migrations, hooks.
 *
 * Two drivers stand behind one table of functions (driver.h): PostgreSQL over libpq, SQLite with one writer thread. Statements
 * are written for PostgreSQL's numbering ($1); the drivers cache prepared ones by text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_DATABASE_H
#define STRIPE_LITE_CORE_DATABASE_DATABASE_H

#include <stripe_lite/database.h>

#include "core/base/context.h"

typedef struct sl_database sl_database;

/* Opens the database of a URL as core/config normalizes it ("sqlite:/path" or a libpq URI) in this worker. Connections are made
 * lazily. The message says what is wrong, without the password. since 1.0 [no-suspend] */
sl_status sl_database_open(struct sl_loop *loop, const char *url, sl_database **ret_database,
                           char **ret_message) SL_MUST_CHECK;
void sl_database_close(sl_database *database); /* [no-suspend], no fiber may use it any more */

bool sl_database_is_sqlite(const sl_database *database);

/* Asks the database a trivial question: SL_OK or SL_E_UNAVAILABLE with the reason as error. since 1.0 [suspends] */
sl_status sl_database_ping(sl_context *cx) SL_MUST_CHECK;

/* Waits until the database can be reached, at most so long, with a word in the log now and then. At once when waiting would not
 * help: a wrong password, no such database. SL_E_UNAVAILABLE with the reason as error. since 1.0 [suspends] */
sl_status sl_database_await(sl_context *cx, int64_t milliseconds) SL_MUST_CHECK;

/* ---- other workers and nodes on the same database; SQLite has none ---- */

/* Starts to listen to the others, and to look whether the database answers: while it does not, statements fail at once.
 * SL_E_UNAVAILABLE when no fiber can be had. Ends with _unwatch, after which its fiber ends soon. since 1.0 [start-up only] */
sl_status sl_database_watch(sl_database *database) SL_MUST_CHECK;
void sl_database_unwatch(sl_database *database); /* since 1.0 [no-suspend] */

/* `heard(data)` runs on the loop after another process has told `topic` (a word that lives as long as the database), and each
 * time that something may have been missed. It must not suspend. A topic has one hearer, the last. since 1.0 [start-up only] */
void sl_news_hear(sl_database *database, const char *topic, void (*heard)(void *data), void *data);

/* Whether what others tell now is heard here at once. since 1.0 [no-suspend] */
bool sl_news_is_heard(const sl_database *database);

/* Tells the other workers and nodes. After the commit it is about: a transaction that tells something holds a lock over the whole
 * server while it commits. What cannot be told is not; others find out when they next look. since 1.0 [suspends] */
void sl_news_tell(sl_context *cx, const char *topic);

/* A read over all accounts: arguments start at $1. since 1.0 [suspends] */
sl_status sl_query_all(sl_context *cx, const char *sql, const sl_argument *arguments,
                       uint32_t count, sl_rows **ret_rows) SL_MUST_CHECK;

/* One writing statement, at once and outside any write set (claiming jobs, keys' last use): arguments start at $1; rows from
 * RETURNING. SL_E_UNKNOWN when its answer was lost. since 1.0 [suspends] */
sl_status sl_execute(sl_context *cx, const char *sql, const sl_argument *arguments, uint32_t count,
                     sl_rows **ret_rows) SL_MUST_CHECK;

/* As sl_insert and sl_update with another value of account_id than the context's: keys, accounts, jobs. since 1.0 [no-suspend] */
void sl_insert_in(sl_context *cx, const char *scope, const sl_table *table, void *row);
void sl_update_in(sl_context *cx, const char *scope, const sl_table *table, void *row,
                  const char *columns);
void sl_delete_in(sl_context *cx, const char *scope, const sl_table *table, const void *row);
/* An insert that gives way to a row that collides: neither conflict nor change. since 1.0 [no-suspend] */
void sl_insert_or_ignore_in(sl_context *cx, const char *scope, const sl_table *table, void *row);

/* The row of this id that is pending in the context, or NULL. since 1.0 [no-suspend] */
const void *sl_pending(const sl_context *cx, const sl_table *table, const char *id);
bool sl_has_pending(const sl_context *cx);

/* The column list of a table as a statement needs it, cached by table; and reading one result row by a table.
 * since 1.0 [no-suspend] */
const char *sl_table_columns(sl_context *cx, const sl_table *table);
sl_status sl_rows_read(sl_context *cx, const sl_rows *rows, uint32_t row, uint32_t first_column,
                       const sl_table *table, void *ret_row) SL_MUST_CHECK;

/* The plan of a statement as the database explains it, for the test that forbids scans. since 1.0 [suspends] */
sl_status sl_explain(sl_context *cx, const char *sql, const sl_argument *arguments, uint32_t count,
                     const char **ret_plan) SL_MUST_CHECK;

/* ---- migrations: NNNN_name.sql, NNNN_name.postgres.sql, NNNN_name.sqlite.sql, forward only, each in a transaction, under a
 * lock that two servers starting at once share ---- */

typedef struct sl_migration_folder {
    const char *owner; /* "core", "payments" */
    const char *path;
} sl_migration_folder;

/* Applies what is missing, in order of folders and numbers; `ret_count` how many. A file that was applied and has changed since is
 * an error. since 1.0 [suspends] */
sl_status sl_migrate(sl_context *cx, const sl_migration_folder *folders, uint32_t count,
                     uint32_t *ret_count) SL_MUST_CHECK;
/* How many are missing. since 1.0 [suspends] */
sl_status sl_migrate_check(sl_context *cx, const sl_migration_folder *folders, uint32_t count,
                           uint32_t *ret_missing) SL_MUST_CHECK;

#endif
