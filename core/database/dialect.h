/*
 * dialect.h: reading SQL as far as we must: words outside of quotes, parentheses and comments.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_DIALECT_H
#define STRIPE_LITE_CORE_DATABASE_DIALECT_H

#include "core/database/database.h"

/* since 1.0 [no-suspend], all of these */

/* The end of what begins at `sql`: a quoted text or name, a comment, a $tag$ text, a word, or one character. */
const char *sl_sql_next(const char *sql);
bool sl_sql_is_word(const char *sql, const char *end, const char *word);

/* Where "ORDER BY", "GROUP BY", "LIMIT" or "FOR" begin outside of parentheses, or the end; NULL when parentheses or quotes do
 * not match. */
const char *sl_sql_tail(const char *where);

/* The text with every `IN ($n)` whose argument is a list in the dialect's own form; `first` is the number of the first
 * argument. `sql` itself when there is no list. */
const char *sl_sql_lists(sl_context *cx, bool sqlite, const char *sql, const sl_argument *arguments,
                         uint32_t count, uint32_t first);

/* Whether the text says `account_id = $1`. */
bool sl_sql_is_scoped(const char *sql);

/* A portable script for SQLite: JSONB columns become TEXT, so that no number in them is ever rounded. */
const char *sl_sql_for_sqlite(sl_context *cx, const char *script);

/* The list of an argument as a JSON array or as an array literal of PostgreSQL. */
const char *sl_list_json(sl_context *cx, const sl_list *texts);
const char *sl_list_array(sl_context *cx, const sl_list *texts);

#endif
