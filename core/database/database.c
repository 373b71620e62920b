/*
 * database.c: opening and closing, which driver an address means, and whether the database answers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/database/driver.h"

/* Milliseconds. */
#define AWAIT_PATIENCE 5000
#define AWAIT_PAUSE 250
#define AWAIT_WORD 10000

sl_status sl_database_open(struct sl_loop *loop, const char *url, sl_database **ret_database,
                           char **ret_message)
{
    sl_database *database = calloc(1, sizeof(*database));
    if (!database)
        abort();
    database->loop = loop;
    sl_status status;
    *ret_message = NULL;
    if (strncmp(url, "sqlite:", 7) == 0) {
        database->driver = &sl_sqlite_driver;
        status = sl_sqlite_open(loop, url + 7, &database->self, ret_message);
    } else if (sl_text_starts(url, "postgresql://") || sl_text_starts(url, "postgres://")) {
        database->driver = &sl_postgres_driver;
        status = sl_postgres_open(loop, url, &database->self, ret_message);
    } else {
        status = SL_E_INVALID;
        *ret_message = strdup("The database's URL begins with neither sqlite: nor postgresql://.");
    }
    if (status != SL_OK) {
        free(database);
        return status;
    }
    *ret_database = database;
    return SL_OK;
}

void sl_database_close(sl_database *database)
{
    if (!database)
        return;
    database->driver->close(database->self);
    sl_textmap_clear(&database->statements, free);
    free(database);
}

bool sl_database_is_sqlite(const sl_database *database)
{
    return database->driver->sqlite;
}

sl_status sl_database_ping(sl_context *cx)
{
    sl_rows *rows = NULL;
    /* SQLite answers a bare number without looking at the file. */
    const char *question =
        cx->host->database->driver->sqlite ? "SELECT count(*) FROM sqlite_master" : "SELECT 1";
    return sl_query_all(cx, question, SL_NO_ARGS, &rows);
}

sl_status sl_database_await(sl_context *cx, int64_t milliseconds)
{
    const sl_database *database = cx->host->database;
    int64_t begun = sl_clock_monotonic_ms();
    int64_t told = 0;
    for (;;) {
        cx->deadline = sl_clock_monotonic_ms() + AWAIT_PATIENCE;
        sl_status status = sl_database_ping(cx);
        cx->deadline = 0;
        int64_t now = sl_clock_monotonic_ms();
        bool hopeless = !database->driver->may_come || !database->driver->may_come(database->self);
        if (status == SL_OK || status == SL_E_CANCELLED || hopeless || now - begun >= milliseconds)
            return status;
        if (told == 0 || now - told >= AWAIT_WORD) {
            told = now;
            sl_log(NULL, SL_LOG_WARNING, "waiting for the database", "seconds",
                   sl_format(cx, "%lld", (long long)((now - begun) / 1000)));
        }
        sl_error_clear(cx);
        status = sl_wait_until(now + AWAIT_PAUSE);
        if (status != SL_OK)
            return sl_fail(cx, status, NULL, "The server is shutting down.");
    }
}

int32_t sl_worker_slot(const sl_context *cx)
{
    return cx->host->slot;
}

int64_t sl_database_deadline(const sl_context *cx, int64_t otherwise)
{
    return cx->deadline ? cx->deadline : sl_clock_monotonic_ms() + otherwise;
}
