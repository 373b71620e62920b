/*
 * holders.c: who holds a job, and what becomes of it when its holder's process is dead.
 *
 * A worker's name says where its process is: this boot of this machine, the namespace of its number, the number. What a dead one
 * here had claimed need not wait for the end of its lease: a worker that starts, as one does in the place of each that died, frees
 * it. Whoever cannot be looked for, on another machine or before a reboot, keeps its lease; so does a job that was tried often, for
 * it may be what kills.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/database/database.h"
#include "core/job/inside.h"

#define TRIES_AT_MOST 5

/* Where process numbers mean what they mean here: "BOOT.NAMESPACE.", or NULL when that cannot be said. */
static const char *place(sl_context *cx)
{
    char boot[40] = "";
    struct stat namespace;
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, boot, sizeof boot - 1) : -1;
    if (file >= 0)
        close(file);
    if (length <= 0 || stat("/proc/self/ns/pid", &namespace) != 0)
        return NULL;
    boot[strcspn(boot, "\n")] = '\0';
    return sl_format(cx, "%s.%llu.", boot, (unsigned long long)namespace.st_ino);
}

const char *sl_job_holder_name(sl_context *cx)
{
    const char *where = place(cx);
    return sl_format(cx, "%s%d.%s", where ? where : "", (int)getpid(), sl_id(cx, "wrk"));
}

/* Whether a name's process was here and is no more. A number that somebody else has by now keeps the lease. */
static bool holder_is_dead(const char *where, const char *name)
{
    size_t length = strlen(where);
    if (strncmp(name, where, length) != 0)
        return false;
    long process = strtol(name + length, NULL, 10);
    return process > 0 && kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

sl_list sl_holders_dead(sl_context *cx, const sl_rows *rows)
{
    sl_list dead = { .item_size = sizeof(char *) };
    const char **items = sl_alloc(cx, (sl_rows_count(rows) + 1u) * sizeof(*items));
    const char *where = place(cx);
    for (uint32_t i = 0; where && i < sl_rows_count(rows); i++) {
        const char *name = sl_rows_text(rows, i, 0);
        if (name && holder_is_dead(where, name))
            items[dead.count++] = name;
    }
    dead.items = items;
    return dead;
}

sl_status sl_jobs_free_dead(sl_context *cx)
{
    sl_rows *rows = NULL;
    sl_status status = sl_query_all(
        cx, "SELECT DISTINCT locked_by FROM jobs WHERE state = 'running'", SL_NO_ARGS, &rows);
    if (status != SL_OK)
        return status;
    sl_list dead = sl_holders_dead(cx, rows);
    if (dead.count == 0)
        return SL_OK;
    const char *sql =
        sl_format(cx,
                  "WITH held AS MATERIALIZED (SELECT account_id, id FROM jobs "
                  "WHERE state = 'running' AND locked_by IN ($1) AND attempt <= $3%s) "
                  "UPDATE jobs SET run_at = $2 WHERE (account_id, id) IN "
                  "(SELECT account_id, id FROM held) RETURNING id",
                  sl_jobs_lock_free_only(cx));
    status = sl_execute(cx, sql,
                        SL_ARGS(sl_texts(&dead), sl_int(sl_clock_unix_ms()), sl_int(TRIES_AT_MOST)),
                        &rows);
    if (status == SL_OK)
        sl_log(NULL, SL_LOG_WARNING, "jobs of dead workers are free", "jobs",
               sl_format(cx, "%u", sl_rows_count(rows)));
    return status;
}
