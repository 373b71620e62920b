/*
 * lane_claim.c: the statements of a queue: looking over its lanes, claiming, freeing what dead workers held, counting.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/database/database.h"
#include "core/job/inside.h"
#include "core/job/lanes.h"

/* From lane to lane by the index, a probe each. Of a lane whose last row was tried before, nothing good is known. */
static const char look_sql[] =
    "WITH RECURSIVE lanes(lane) AS (SELECT MIN(q.lane) FROM %1$s q WHERE q.due IS NOT NULL UNION ALL "
    "SELECT (SELECT MIN(q.lane) FROM %1$s q WHERE q.due IS NOT NULL AND q.lane > lanes.lane) "
    "FROM lanes WHERE lanes.lane IS NOT NULL) "
    "SELECT lane, (SELECT MIN(q.due) FROM %1$s q WHERE q.due IS NOT NULL AND q.lane = lanes.lane), "
    "(SELECT q.attempt FROM %1$s q WHERE q.due IS NOT NULL AND q.lane = lanes.lane "
    "ORDER BY q.due DESC LIMIT 1) FROM lanes WHERE lane IS NOT NULL";

sl_status lanes_look(sl_context *cx, queue_worker *worker)
{
    sl_rows *rows = NULL;
    const char *sql = sl_format(cx, look_sql, worker->queue->table->name);
    sl_status status = sl_query_all(cx, sql, SL_NO_ARGS, &rows);
    for (uint32_t i = 0; status == SL_OK && i < sl_rows_count(rows); i++) {
        uint32_t known = worker->lane_count;
        lane *one = lane_of(worker, sl_rows_text(rows, i, 0));
        if (worker->lane_count > known && sl_rows_int(rows, i, 2) > 0)
            one->standing = LANE_FAILS;
        int64_t due_at = sl_rows_int(rows, i, 1);
        if (due_at != SL_NONE)
            lane_tell(one, due_at);
    }
    return status;
}

/* Only PostgreSQL has other workers, and only it has LATERAL. SQLite finds the rows by their rowid. */
static const char claim_postgres[] =
    "WITH free AS MATERIALIZED (SELECT c.account_id, c.id FROM jsonb_array_elements_text($2::jsonb) "
    "AS l(lane) CROSS JOIN LATERAL (SELECT q.account_id, q.id FROM %1$s q WHERE q.lane = l.lane "
    "AND q.due <= $1 ORDER BY q.due LIMIT $3 FOR UPDATE SKIP LOCKED) c) "
    "UPDATE %1$s SET holder = $4, due = $5, version = version + 1 "
    "WHERE (account_id, id) IN (SELECT account_id, id FROM free) RETURNING account_id, %2$s";
static const char claim_sqlite[] =
    "UPDATE %1$s SET holder = $4, due = $5, version = version + 1 WHERE rowid IN "
    "(SELECT d.rowid FROM json_each($2) l JOIN %1$s d ON d.rowid IN (SELECT q.rowid FROM %1$s q "
    "WHERE q.lane = l.value AND q.due IS NOT NULL AND q.due <= $1 ORDER BY q.due LIMIT $3)) "
    "RETURNING account_id, %2$s";

static const char *names_of(sl_context *cx, lane *const *lanes, uint32_t count)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open_array(out, NULL);
    for (uint32_t i = 0; i < count; i++)
        sl_json_string(out, NULL, lanes[i]->name);
    sl_json_close_array(out);
    return sl_json_text(out, NULL);
}

sl_status lanes_claim(sl_context *cx, queue_worker *worker, lane *const *lanes, uint32_t count,
                      int32_t each, int64_t lease_ms, sl_rows **ret_rows)
{
    const sl_table *table = worker->queue->table;
    bool sqlite = sl_database_is_sqlite(cx->host->database);
    const char *sql = sl_format(cx, sqlite ? claim_sqlite : claim_postgres, table->name,
                                sl_table_columns(cx, table));
    int64_t now = sl_clock_unix_ms();
    return sl_execute(cx, sql,
                      SL_ARGS(sl_int(now), sl_text(names_of(cx, lanes, count)), sl_int(each),
                              sl_text(worker->owner->holder), sl_int(now + lease_ms)),
                      ret_rows);
}

sl_status lanes_free_dead(sl_context *cx, const queue_worker *worker)
{
    const char *table = worker->queue->table->name;
    sl_rows *rows = NULL;
    sl_status status = sl_query_all(
        cx, sl_format(cx, "SELECT DISTINCT holder FROM %s WHERE holder IS NOT NULL", table),
        SL_NO_ARGS, &rows);
    if (status != SL_OK)
        return status;
    sl_list dead = sl_holders_dead(cx, rows);
    if (dead.count == 0)
        return SL_OK;
    const char *sql = sl_format(
        cx,
        "WITH held AS MATERIALIZED (SELECT account_id, id FROM %1$s WHERE holder IN ($1)%2$s) "
        "UPDATE %1$s SET due = $2, holder = NULL, version = version + 1 "
        "WHERE (account_id, id) IN (SELECT account_id, id FROM held) RETURNING id",
        table, sl_jobs_lock_free_only(cx));
    status = sl_execute(cx, sql, SL_ARGS(sl_texts(&dead), sl_int(sl_clock_unix_ms())), &rows);
    if (status == SL_OK && sl_rows_count(rows) > 0)
        sl_log(NULL, SL_LOG_WARNING, "rows of dead workers are free", "queue", worker->queue->name,
               "rows", sl_format(cx, "%u", sl_rows_count(rows)));
    return status;
}

sl_status lanes_count(sl_context *cx, const queue_worker *worker)
{
    const sl_queue *queue = worker->queue;
    sl_rows *rows = NULL;
    const char *sql = sl_format(cx, "SELECT COUNT(*), MIN(created) FROM %s WHERE due IS NOT NULL",
                                queue->table->name);
    sl_status status = sl_query_all(cx, sql, SL_NO_ARGS, &rows);
    if (status != SL_OK)
        return status;
    int64_t since = sl_rows_int(rows, 0, 1);
    int64_t age = since == SL_NONE ? 0 : sl_clock_unix() - since;
    sl_metric_set("stripe_lite_queue_waiting", "queue", queue->name, sl_rows_int(rows, 0, 0));
    sl_metric_set("stripe_lite_queue_oldest_seconds", "queue", queue->name, age > 0 ? age : 0);
    return SL_OK;
}
