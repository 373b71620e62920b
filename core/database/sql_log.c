/*
 * sql_log.c: telling a test which statements the server asks the database.
 *
 * In builds with assertions, STRIPE_LITE_SQL_LOG names a file: each distinct statement is appended to it once a process, a line
 * of JSON each. tests/integration/scans.test.js asks the database for their plans. Texts only, never arguments.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/sql_log.h"

#ifndef NDEBUG

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buffer.h"
#include "core/database/textmap.h"

/* SQLite's writer prepares in a thread of its own. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sl_textmap seen;
static int file = -1;

static void line_append(const char *sql, const uint32_t *types, uint32_t count)
{
    sl_arena *arena = sl_arena_new();
    sl_buffer line = SL_BUFFER_INIT(arena);
    sl_buffer_text_add(&line, "{\"sql\":");
    sl_buffer_json_string(&line, sql, strlen(sql));
    sl_buffer_text_add(&line, ",\"types\":[");
    for (uint32_t i = 0; types && i < count; i++)
        sl_buffer_format(&line, "%s%u", i ? "," : "", types[i]);
    sl_buffer_text_add(&line, "]}\n");
    /* In one piece: other workers append to the same file. */
    ssize_t written = write(file, sl_buffer_text(&line), line.length);
    if (written != (ssize_t)line.length)
        abort();
    sl_arena_free(arena);
}

void sl_sql_log(const char *sql, const uint32_t *types, uint32_t count)
{
    static bool off;
    pthread_mutex_lock(&lock);
    if (file < 0 && !off) {
        const char *path = getenv("STRIPE_LITE_SQL_LOG");
        file = path && *path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
        off = file < 0;
    }
    if (!off && !sl_textmap_get(&seen, sql)) {
        sl_textmap_set(&seen, sql, &seen);
        line_append(sql, types, count);
    }
    pthread_mutex_unlock(&lock);
}

#endif
