/*
 * database_url.h: an address of a database in all the spellings people have, and in the two we use.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_CONFIG_DATABASE_URL_H
#define STRIPE_LITE_CORE_CONFIG_DATABASE_URL_H

#include <stripe_lite/status.h>

#include "core/base/arena.h"

#define SL_DATABASE_HOSTS 16
#define SL_DATABASE_OPTIONS 32

/* Everything decoded; NULL where not given. */
typedef struct sl_database_address {
    bool sqlite;
    const char *name; /* the database; SQLite: the file, as written */
    const char *user;
    const char *password;
    struct {
        const char *host; /* a name, an address without brackets, or a folder of a socket */
        const char *port;
    } hosts[SL_DATABASE_HOSTS];
    uint32_t host_count;
    struct {
        const char *name;
        const char *value;
    } options[SL_DATABASE_OPTIONS];
    uint32_t option_count;
    const char *left_out; /* options that are SQLAlchemy's own, "a, b", or NULL */
} sl_database_address;

/* NULL, or a sentence that completes "database.url ..." and holds nothing of the URL but option names. since 1.0 [no-suspend] */
const char *sl_database_url_read(sl_arena *arena, const char *url,
                                 sl_database_address *ret_address);

/* "sqlite:PATH" or a libpq URI; `masked`: passwords as ***. since 1.0 [no-suspend] */
const char *sl_database_url_write(sl_arena *arena, const sl_database_address *address, bool masked);

/* "postgresql", "sqlite" with or without a driver behind "+": whether we speak it; NULL or what is wrong. since 1.0 [no-suspend] */
const char *sl_database_dialect_read(sl_arena *arena, const char *text, bool *ret_sqlite);

#endif
