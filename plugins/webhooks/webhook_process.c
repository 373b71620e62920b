/*
 * webhook_process.c: one event from its row to its end.
 *
 * What the owner of the object writes, the mark of the object's last event and the end of the event are one commit. Before, a notice
 * about a payment of ours is recorded by the plugin that made the payment, which asks the gateway and may be told twice.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "webhook_process.h"

#include <stripe_lite/fault.h>

#define BACKOFF_MOST 3600
#define ERROR_MOST 500

struct work {
    const char *id;
    int64_t version;
    struct webhook_event *row; /* NULL: it is somebody else's by now */
    const char *outcome;
};

static sl_status event_find(sl_context *cx, struct work *work)
{
    work->row = NULL;
    struct webhook_event *row = sl_alloc(cx, sizeof(*row));
    sl_status status = sl_find(cx, &webhook_events, work->id, row);
    if (status == SL_E_NOT_FOUND)
        return SL_OK;
    if (status == SL_OK && row->version == work->version && row->run_at != 0)
        work->row = row;
    return status;
}

/* ---- the effect ---- */

static void object_keep(sl_context *cx, struct webhook_object *object, bool there,
                        const sl_gateway_event *event)
{
    object->event = event->id;
    object->event_type = event->type;
    object->event_created = event->created;
    if (there) {
        sl_update(cx, &webhook_objects, object, "event, event_type, event_created");
        return;
    }
    object->created = sl_now(cx);
    sl_insert(cx, &webhook_objects, object);
}

static sl_status object_tell(sl_context *cx, const sl_gateway_event *event,
                             const char **ret_outcome)
{
    struct webhook_object *object = sl_alloc(cx, sizeof(*object));
    const char *id = sl_format(cx, "%s:%s", event->gateway, event->object_id);
    sl_status status = sl_find(cx, &webhook_objects, id, object);
    bool there = status == SL_OK;
    if (status != SL_OK && status != SL_E_NOT_FOUND)
        return status;
    object->id = id;
    *ret_outcome = OUTCOME_SUPERSEDED;
    if (there && webhook_is_older(event, object))
        return SL_OK;
    status = sl_gateway_tell(cx, event);
    bool unclaimed = status == SL_E_NOT_FOUND && !sl_error_message(cx);
    *ret_outcome = unclaimed ? OUTCOME_UNCLAIMED : OUTCOME_APPLIED;
    if (status == SL_OK)
        object_keep(cx, object, there, event);
    return unclaimed ? SL_OK : status;
}

static sl_status effect(sl_context *cx, const sl_gateway_event *event, const char **ret_outcome)
{
    sl_status status = event->notice.kind ? sl_gateway_notify(cx, &event->notice) : SL_OK;
    if (status != SL_OK)
        return status;
    *ret_outcome = OUTCOME_FOREIGN;
    if (event->account && strcmp(event->account, sl_account(cx)) != 0)
        return SL_OK;
    *ret_outcome = OUTCOME_UNCLAIMED;
    if (event->object_id && event->object_type)
        status = object_tell(cx, event, ret_outcome);
    if (event->notice.kind && same(*ret_outcome, OUTCOME_UNCLAIMED))
        *ret_outcome = OUTCOME_APPLIED;
    return status;
}

static sl_status process_step(sl_context *cx, void *data)
{
    struct work *work = data;
    sl_status status = event_find(cx, work);
    if (status != SL_OK || !work->row)
        return status;
    struct webhook_event *row = work->row;
    if (SL_FAULT_OF("webhook.before_effect", row->type))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The event could not be begun.");
    sl_gateway_event event;
    status = webhook_event_read(cx, row, &event);
    if (status == SL_OK)
        status = effect(cx, &event, &work->outcome);
    if (status == SL_OK && SL_FAULT_OF("webhook.before_mark", row->type))
        status = sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The event could not be ended.");
    if (status != SL_OK)
        return status;
    row->status = EVENT_PROCESSED;
    row->outcome = work->outcome;
    row->processed = sl_now(cx);
    row->run_at = 0;
    row->last_error = NULL;
    sl_update(cx, &webhook_events, row, "status, outcome, processed, run_at, last_error");
    return SL_OK;
}

/* ---- failures ---- */

static int64_t backoff_of(int64_t attempts)
{
    int64_t seconds = webhooks_options()->backoff;
    for (int64_t i = 1; i < attempts && seconds < BACKOFF_MOST; i++)
        seconds *= 2;
    return seconds < BACKOFF_MOST ? seconds : BACKOFF_MOST;
}

static void row_fail(sl_context *cx, const sl_table *table, struct webhook_event *row,
                     const char *error)
{
    bool dead = row->attempts >= webhooks_options()->attempts;
    row->status = dead ? EVENT_DEAD : EVENT_FAILED;
    row->run_at = dead ? 0 : sl_now(cx) + backoff_of(row->attempts);
    row->last_error = error;
    sl_update(cx, table, row, "status, run_at, last_error");
}

static void failure_tell(sl_context *cx, const struct webhook_event *row)
{
    bool dead = same(row->status, EVENT_DEAD);
    sl_metric_add("stripe_lite_webhook_events_total", "outcome", row->status, 1);
    sl_log(cx, dead ? SL_LOG_ERROR : SL_LOG_WARNING,
           dead ? "webhook event dead" : "webhook event failed", "event", row->id, "type",
           row->type, "attempt", sl_format(cx, "%lld", (long long)row->attempts), "error",
           row->last_error);
}

static sl_status fail_step(sl_context *cx, void *data)
{
    struct work *work = data;
    const char *error = work->outcome;
    sl_status status = event_find(cx, work);
    if (status == SL_OK && work->row)
        row_fail(cx, &webhook_events, work->row, error);
    return status;
}

/* In a context of its own: the failed one may have committed something, or have no time left. */
static sl_status process_failed(sl_context *cx, struct work *work, sl_status status)
{
    const char *why = sl_error_message(cx);
    work->outcome = sl_masked(cx, sl_format(cx, "%s: %.*s", sl_status_name(status), ERROR_MOST,
                                            why ? why : "no reason given"));
    sl_context *aside = sl_context_aside(cx);
    sl_status recorded = sl_retry(aside, fail_step, work);
    if (recorded == SL_OK && work->row)
        failure_tell(cx, work->row);
    return recorded;
}

sl_status webhook_process(sl_context *cx, const char *id, int64_t version)
{
    struct work work = { .id = id, .version = version };
    (void)sl_face_set(cx, SL_FACE_STRIPE); /* gateways tell in Stripe's shapes, whoever is served */
    sl_status status = sl_retry(cx, process_step, &work);
    if (status == SL_E_CANCELLED)
        return status;
    if (status != SL_OK)
        return process_failed(cx, &work, status);
    if (!work.row)
        return SL_OK;
    SL_FAULT_OF("webhook.after_mark", work.row->type);
    sl_metric_add("stripe_lite_webhook_events_total", "outcome", work.outcome, 1);
    return SL_OK;
}

/* ---- at once, and later ---- */

static sl_status process_word(sl_context *cx, const char *data)
{
    const char *space = strchr(data, ' ');
    int64_t version = 0;
    for (const char *at = data; at < space; at++)
        version = version * 10 + (*at - '0');
    return space ? webhook_process(cx, space + 1, version) : SL_OK;
}

bool webhook_process_room(const sl_context *cx)
{
    return sl_soon_room(cx) > 0;
}

void webhook_process_soon(sl_context *cx, const struct webhook_event *row)
{
    const char *word = sl_format(cx, "%lld %s", (long long)row->version, row->id);
    /* When there is no room after all, the sweep finds it at the end of the lease. */
    (void)sl_soon(cx, "webhooks.process", process_word, word);
}

#define SWEEP_BATCH 200u
#define SWEEP_BATCHES 50u
#define SWEEP_PAUSE_MS 20
#define SWEEP_TEXT "run_at <= $2 ORDER BY run_at LIMIT $3"

/* One whose worker died in its last attempt may be what kills: it is not tried again. */
static void row_claim(sl_context *cx, struct webhook_event *row, bool *ret_mine)
{
    *ret_mine = row->attempts < webhooks_options()->attempts;
    if (!*ret_mine) {
        row_fail(cx, &webhook_queue, row, "Its worker ended during its last attempt.");
        return;
    }
    row->status = EVENT_PROCESSING;
    row->attempts++;
    row->run_at = sl_now(cx) + LEASE;
    sl_update(cx, &webhook_queue, row, "status, attempts, run_at");
}

/* Takes what is due as far as there is room for it. A conflict means that another worker was faster. */
static sl_status batch_claim(sl_context *cx, uint32_t *ret_count)
{
    uint32_t room = sl_soon_room(cx);
    uint32_t most = room < SWEEP_BATCH ? room : SWEEP_BATCH;
    *ret_count = 0;
    if (most == 0)
        return SL_OK;
    sl_list due;
    sl_status status =
        sl_select(cx, &webhook_queue, SWEEP_TEXT, SL_ARGS(sl_int(sl_now(cx)), sl_int(most)), &due);
    if (status != SL_OK || due.count == 0)
        return status;
    bool *mine = sl_alloc(cx, due.count * sizeof(*mine));
    for (uint32_t i = 0; i < due.count; i++)
        row_claim(cx, SL_ITEM(due, struct webhook_event, i), &mine[i]);
    if (SL_FAULT("webhook.before_claim"))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The events could not be taken.");
    status = sl_commit(cx);
    for (uint32_t i = 0; status == SL_OK && i < due.count; i++) {
        const struct webhook_event *row = SL_ITEM(due, struct webhook_event, i);
        if (mine[i])
            webhook_process_soon(cx, row);
        else
            failure_tell(cx, row);
    }
    *ret_count = due.count;
    return status;
}

sl_status webhook_sweep(sl_context *cx, const sl_job_view *job)
{
    sl_status status = SL_OK;
    uint32_t count = 1;
    for (uint32_t i = 0; status == SL_OK && count > 0 && i < SWEEP_BATCHES; i++) {
        status = batch_claim(sl_context_aside(cx), &count);
        if (status == SL_E_CONFLICT)
            return SL_OK;
        if (status == SL_OK && count > 0)
            status = sl_sleep(cx, SWEEP_PAUSE_MS);
    }
    if (status == SL_OK && count > 0 && job->attempt < job->attempts)
        sl_job_again(cx, 0);
    return status;
}

#define PURGE_BATCH 1000u
#define DAY 86400

sl_status webhook_purge(sl_context *cx, const sl_job_view *job)
{
    int64_t before = sl_now(cx) - webhooks_options()->keep_days * DAY;
    sl_list old;
    sl_status status =
        sl_select(cx, &webhook_queue, "status = $2 AND created < $3 ORDER BY created LIMIT $4",
                  SL_ARGS(sl_text(EVENT_PROCESSED), sl_int(before), sl_int(PURGE_BATCH)), &old);
    for (uint32_t i = 0; status == SL_OK && i < old.count; i++)
        sl_delete(cx, &webhook_queue, SL_ITEM(old, struct webhook_event, i));
    if (status == SL_OK && old.count == PURGE_BATCH && job->attempt < job->attempts)
        sl_job_again(cx, 0);
    return status;
}
