/*
 * sql_log.h: telling a test which statements the server asks the database.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_SQL_LOG_H
#define STRIPE_LITE_CORE_DATABASE_SQL_LOG_H

#include <stdint.h>

#ifdef NDEBUG
static inline void sl_sql_log(const char *sql, const uint32_t *types, uint32_t count)
{
    (void)sql;
    (void)types;
    (void)count;
}
#else
/* Notes a statement that is about to be prepared, with the types given to its parameters (PostgreSQL's numbers, 0: its own
 * choice; NULL: none are). Does nothing unless the environment names a file. From any thread. since 1.0 [no-suspend] */
void sl_sql_log(const char *sql, const uint32_t *types, uint32_t count);
#endif

#endif
