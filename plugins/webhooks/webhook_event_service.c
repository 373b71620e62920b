/*
 * webhook_event_service.c: storing events and replaying them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "webhook_event_service.h"

#include <stripe_lite/fault.h>

#include "webhook_process.h"

/* A connected account that is known here has its events itself; of any other they are kept, and nothing is done. */
static sl_status account_bind(sl_context *cx, const sl_gateway_event *event)
{
    bool livemode = event->livemode_given ? event->livemode : sl_livemode(cx);
    sl_status status = sl_account_bind(cx, sl_account(cx), livemode);
    if (status != SL_OK || !event->account || same(event->account, sl_account(cx)))
        return status;
    sl_rows *rows = NULL;
    status = sl_query(cx, "SELECT id FROM accounts WHERE account_id = $1 AND id = $2",
                      SL_ARGS(sl_text(event->account)), &rows);
    return status == SL_OK && sl_rows_count(rows) > 0
               ? sl_account_bind(cx, event->account, livemode)
               : status;
}

static const char *row_id(sl_context *cx, const sl_gateway_event *event)
{
    return same(event->gateway, STRIPE) ? event->id
                                        : sl_format(cx, "%s:%s", event->gateway, event->id);
}

/* Nearly every event is new: only one that collides is looked for. */
static sl_status stored_already(sl_context *cx, const char *id, sl_status conflict)
{
    struct webhook_event there;
    sl_status status = sl_find(cx, &webhook_events, id, &there);
    if (status == SL_E_NOT_FOUND)
        return conflict;
    if (status == SL_OK)
        sl_metric_add("stripe_lite_webhook_events_total", "outcome", "duplicate", 1);
    return status;
}

sl_status webhook_event_accept(sl_context *cx, const sl_gateway_event *event, bool now)
{
    sl_status status = account_bind(cx, event);
    if (status != SL_OK)
        return status;
    struct webhook_event *row = sl_alloc(cx, sizeof(*row));
    bool mine = now || webhook_process_room(cx);
    row->id = row_id(cx, event);
    row->created = sl_now(cx);
    row->status = EVENT_PENDING;
    row->attempts = mine ? 1 : 0;
    row->run_at = row->created + (mine ? LEASE : 0);
    webhook_event_write(cx, event, row);
    sl_insert(cx, &webhook_events, row);
    if (SL_FAULT_OF("webhook.before_store", event->type))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The event could not be stored.");
    status = sl_commit(cx);
    if (status == SL_E_CONFLICT)
        return stored_already(cx, row->id, status);
    if (status != SL_OK)
        return status;
    SL_FAULT_OF("webhook.after_store", event->type);
    sl_metric_add("stripe_lite_webhooks_received_total", "gateway", event->gateway, 1);
    if (!now) {
        if (mine)
            webhook_process_soon(cx, row);
        return SL_OK;
    }
    /* What is stored is acknowledged, whatever becomes of it now. */
    if (webhook_process(sl_context_aside(cx), row->id, row->version) != SL_OK)
        sl_log(cx, SL_LOG_WARNING, "webhook event waits for its next try", "event", row->id);
    return SL_OK;
}

void webhook_event_replay(sl_context *cx, struct webhook_event *row, bool leased)
{
    bool busy = (same(row->status, EVENT_PENDING) || same(row->status, EVENT_PROCESSING)) &&
                row->run_at > sl_now(cx);
    if (busy)
        return;
    row->status = EVENT_PENDING;
    row->attempts = leased ? 1 : 0;
    row->run_at = sl_now(cx) + (leased ? LEASE : 0);
    row->outcome = NULL;
    row->processed = 0;
    row->last_error = NULL;
    sl_update(cx, &webhook_events, row, "status, attempts, run_at, outcome, processed, last_error");
}
