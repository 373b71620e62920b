/*
 * delivery_fanout.c: in the commit of an event, rows for the endpoints that want it; the rest by a job.
 *
 * A worker that knows the account's endpoints adds the rows itself, up to DIRECT_MOST, those that work first. Where there are
 * more, or nothing is known, the event leaves a job that reads the endpoints. An endpoint and an event have one row at most, by
 * a unique index, so that the job may come upon rows that are there.
 *
 * A worker may commit an event with what it knew just before a new endpoint was told of. So a new endpoint leaves a job too, which
 * looks for what it missed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "delivery_fanout.h"

#include "endpoint_cache.h"
#include "endpoint_model.h"
#include "event_names.h"

#define DIRECT_MOST 16
#define PAGE 500
#define CATCH_UP_SECONDS 2

void delivery_add(sl_context *cx, const char *endpoint, const char *event, const char *type,
                  int64_t pending)
{
    struct delivery *row = sl_alloc(cx, sizeof(*row));
    *row = (struct delivery){
        .id = sl_id(cx, "whd"),
        .created = real_now(),
        .lane = sl_copy(cx, endpoint, strlen(endpoint)),
        .event = event,
        .type = type,
        .status = DELIVERY_PENDING,
        .due = sl_real_ms(),
        .pending = pending,
        .code = SL_NONE,
        .latency_ms = SL_NONE,
    };
    sl_insert(cx, &deliveries_table, row);
    sl_queue_due(cx, deliveries_queue, row->lane);
}

/* ---- in the event's commit ---- */

static void fan_out_enqueue(sl_context *cx, const char *event, const char *type, const char *after,
                            int64_t pending)
{
    const sl_job_request request = {
        .struct_size = sizeof(request),
        .name = "webhook_endpoints.fan_out",
        .payload =
            sl_json_text(sl_json_object(cx, "event", event, "type", type, "after", after, "pending",
                                        sl_format(cx, "%lld", (long long)pending)),
                         NULL),
    };
    sl_job_enqueue(cx, &request);
}

static uint32_t direct_add(sl_context *cx, const struct known_endpoints *known, bool works,
                           uint32_t room, const char *event, const char *type, int64_t pending)
{
    uint32_t added = 0;
    for (uint32_t i = 0; i < known->count && added < room; i++) {
        const struct known_endpoint *one = &known->items[i];
        if (one->works != works || !endpoint_wants(one, type))
            continue;
        delivery_add(cx, one->id, event, type, pending);
        added++;
    }
    return added;
}

static void event_committing(sl_context *cx, const char *event, const char *type)
{
    const struct known_endpoints *known = endpoints_known(cx);
    if (!known) {
        fan_out_enqueue(cx, event, type, "", 0);
        return;
    }
    int64_t wanted = 0;
    for (uint32_t i = 0; i < known->count; i++)
        wanted += endpoint_wants(&known->items[i], type);
    if (wanted == 0)
        return;
    uint32_t added = direct_add(cx, known, true, DIRECT_MOST, event, type, wanted);
    if (wanted <= DIRECT_MOST)
        direct_add(cx, known, false, DIRECT_MOST - added, event, type, wanted);
    else
        fan_out_enqueue(cx, event, type, "", wanted);
}

static sl_status events_pending(sl_context *cx, const sl_list *events, int64_t *ret_counts)
{
    sl_rows *rows = NULL;
    sl_status status = sl_query(cx,
                                "SELECT event, COUNT(*) FROM webhook_deliveries "
                                "WHERE account_id = $1 AND event IN ($2) AND due IS NOT NULL "
                                "GROUP BY event",
                                SL_ARGS(sl_texts(events)), &rows);
    for (uint32_t i = 0; status == SL_OK && i < sl_rows_count(rows); i++) {
        for (uint32_t j = 0; j < events->count; j++) {
            if (same(sl_rows_text(rows, i, 0), *SL_ITEM(*events, const char *, j)))
                ret_counts[j] = sl_rows_int(rows, i, 1);
        }
    }
    return status;
}

const sl_event_outlet event_outlet = {
    .struct_size = sizeof(sl_event_outlet),
    .committing = event_committing,
    .pending = events_pending,
    .delivered =
        "NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.account_id = events.account_id "
        "AND d.event = events.id AND d.status IN ('pending', 'failed'))",
};

/* ---- the job of an event ---- */

static sl_status there_already(sl_context *cx, const char *event, const char *from, const char *to,
                               sl_rows **ret_rows)
{
    return sl_query(cx,
                    "SELECT lane FROM webhook_deliveries WHERE account_id = $1 AND event = $2 "
                    "AND lane >= $3 AND lane <= $4",
                    SL_ARGS(sl_text(event), sl_text(from), sl_text(to)), ret_rows);
}

static bool rows_have(const sl_rows *rows, const char *text)
{
    for (uint32_t i = 0; i < sl_rows_count(rows); i++) {
        if (same(sl_rows_text(rows, i, 0), text))
            return true;
    }
    return false;
}

static bool is_wanted(const struct endpoint *endpoint, const char *type)
{
    for (uint32_t i = 0; i < endpoint->enabled_events.count; i++) {
        if (event_name_matches(*SL_ITEM(endpoint->enabled_events, const char *, i), type))
            return true;
    }
    return false;
}

static int64_t wanted_count(sl_list page, const char *type)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < page.count; i++)
        count += is_wanted(SL_ITEM(page, struct endpoint, i), type);
    return count;
}

/* A page of endpoints a run; the next one is the next job's. */
sl_status fan_out_job(sl_context *cx, const sl_job_view *job)
{
    const char *event = sl_value_string(sl_value_member(job->payload, "event"), "");
    const char *type = sl_value_string(sl_value_member(job->payload, "type"), "");
    const char *after = sl_value_string(sl_value_member(job->payload, "after"), "");
    int64_t pending = number_of(sl_value_string(sl_value_member(job->payload, "pending"), "0"));
    sl_list page;
    sl_rows *there = NULL;
    sl_status status =
        sl_select(cx, &endpoints_table, "status = 'enabled' AND id > $2 ORDER BY id LIMIT $3",
                  SL_ARGS(sl_text(after), sl_int(PAGE)), &page);
    if (status != SL_OK || page.count == 0)
        return status;
    const char *last = SL_ITEM(page, struct endpoint, page.count - 1)->id;
    status = there_already(cx, event, SL_ITEM(page, struct endpoint, 0)->id, last, &there);
    if (status != SL_OK)
        return status;
    if (pending == 0)
        pending = wanted_count(page, type);
    for (uint32_t i = 0; i < page.count; i++) {
        const struct endpoint *one = SL_ITEM(page, struct endpoint, i);
        if (is_wanted(one, type) && !rows_have(there, one->id))
            delivery_add(cx, one->id, event, type, pending);
    }
    if (page.count == PAGE)
        fan_out_enqueue(cx, event, type, last, pending);
    return SL_OK;
}

/* ---- the job of an endpoint ---- */

static void catch_up_from(sl_context *cx, const char *endpoint, const char *from, int64_t run_at)
{
    const sl_job_request request = {
        .struct_size = sizeof(request),
        .name = "webhook_endpoints.catch_up",
        .run_at = run_at,
        .payload = sl_json_text(sl_json_object(cx, "endpoint", endpoint, "from", from), NULL),
    };
    sl_job_enqueue(cx, &request);
}

/* Ids are ordered by the time of their making: those of later events are greater than one that is made now. */
void catch_up_enqueue(sl_context *cx, const char *endpoint)
{
    catch_up_from(cx, endpoint, sl_id(cx, "evt"), real_now() + CATCH_UP_SECONDS);
}

sl_status catch_up_job(sl_context *cx, const sl_job_view *job)
{
    const char *id = sl_value_string(sl_value_member(job->payload, "endpoint"), "");
    const char *from = sl_value_string(sl_value_member(job->payload, "from"), "");
    struct endpoint endpoint = { 0 };
    sl_status status = sl_find(cx, &endpoints_table, id, &endpoint);
    if (status != SL_OK || !same(endpoint.status, ENDPOINT_ENABLED))
        return status == SL_E_NOT_FOUND ? SL_OK : status;
    sl_rows *rows = NULL;
    status = sl_query(cx,
                      "SELECT e.id, e.type, d.id FROM events e LEFT JOIN webhook_deliveries d "
                      "ON d.account_id = e.account_id AND d.event = e.id AND d.lane = $3 "
                      "WHERE e.account_id = $1 AND e.id > $2 ORDER BY e.id LIMIT $4",
                      SL_ARGS(sl_text(from), sl_text(id), sl_int(PAGE)), &rows);
    uint32_t count = status == SL_OK ? sl_rows_count(rows) : 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!sl_rows_text(rows, i, 2) && is_wanted(&endpoint, sl_rows_text(rows, i, 1)))
            delivery_add(cx, id, sl_rows_text(rows, i, 0), sl_rows_text(rows, i, 1), 1);
    }
    if (count == PAGE)
        catch_up_from(cx, id, sl_rows_text(rows, count - 1, 0), 0);
    return status;
}
