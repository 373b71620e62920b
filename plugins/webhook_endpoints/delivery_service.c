/*
 * delivery_service.c: deliveries that are made again, and those whose time is over.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "delivery_service.h"

#include "delivery_fanout.h"
#include "endpoint_model.h"
#include "event_names.h"

#define ENDPOINTS_MOST 1000
#define CLEAN_PAGE 1000
#define CLEAN_AGAIN 1

static void delivery_again(sl_context *cx, struct delivery *row)
{
    row->status = DELIVERY_PENDING;
    row->created = real_now();
    row->due = sl_real_ms();
    row->holder = NULL;
    row->attempt = 0;
    sl_update(cx, &deliveries_table, row, "status, created, due, holder, attempt");
    sl_queue_due(cx, deliveries_queue, row->lane);
}

sl_status delivery_resend(sl_context *cx, const char *id, struct delivery *ret)
{
    sl_status status = sl_resource_load(cx, &delivery_resource, id, "id", ret);
    if (status == SL_OK)
        delivery_again(cx, ret);
    return status;
}

static bool is_wanted(const struct endpoint *endpoint, const char *type)
{
    for (uint32_t i = 0; i < endpoint->enabled_events.count; i++) {
        if (event_name_matches(*SL_ITEM(endpoint->enabled_events, const char *, i), type))
            return true;
    }
    return false;
}

/* The endpoints that are meant; one that is named gets the event whatever it wants. */
static sl_status endpoints_meant(sl_context *cx, const char *named, sl_list *ret)
{
    if (!named)
        return sl_select(cx, &endpoints_table, "status = 'enabled' ORDER BY id LIMIT $2",
                         SL_ARGS(sl_int(ENDPOINTS_MOST)), ret);
    struct endpoint *one = sl_alloc(cx, sizeof(*one));
    sl_status status = sl_resource_load(cx, &endpoint_resource, named, "webhook_endpoint", one);
    if (status == SL_OK && !same(one->status, ENDPOINT_ENABLED))
        return sl_fail_param(cx, SL_E_INVALID, NULL, "webhook_endpoint",
                             "The webhook endpoint %s is disabled.", named);
    *ret = (sl_list){ .count = 1, .item_size = sizeof(*one), .items = one };
    return status;
}

static struct delivery *delivery_to(sl_list deliveries, const char *endpoint)
{
    for (uint32_t i = 0; i < deliveries.count; i++) {
        struct delivery *one = SL_ITEM(deliveries, struct delivery, i);
        if (same(one->lane, endpoint))
            return one;
    }
    return NULL;
}

sl_status event_resend(sl_context *cx, const char *event, const char *endpoint, uint32_t *ret_count)
{
    const char *type = NULL;
    const char *text = NULL;
    size_t length = 0;
    sl_list endpoints = { 0 };
    sl_list there = { 0 };
    sl_status status = sl_event_json(cx, event, 0, &type, &text, &length);
    if (status == SL_E_NOT_FOUND)
        return sl_fail_param(cx, status, "resource_missing", "id", "No such event: '%s'", event);
    if (status == SL_OK)
        status = endpoints_meant(cx, endpoint, &endpoints);
    if (status == SL_OK)
        status = sl_select(cx, &deliveries_table, "event = $2", SL_ARGS(sl_text(event)), &there);
    *ret_count = 0;
    for (uint32_t i = 0; status == SL_OK && i < endpoints.count; i++) {
        const struct endpoint *one = SL_ITEM(endpoints, struct endpoint, i);
        if (!endpoint && !is_wanted(one, type))
            continue;
        struct delivery *row = delivery_to(there, one->id);
        if (row)
            delivery_again(cx, row);
        else
            delivery_add(cx, one->id, event, type, 1);
        ++*ret_count;
    }
    return status;
}

/* ---- cleaning ---- */

/* An endpoint that stood still has rows that were never tried, or seldom. */
static sl_status overdue_give_up(sl_context *cx, uint32_t *ret_count)
{
    const struct webhook_rules *rules = webhook_rules();
    sl_list rows = { 0 };
    sl_status status =
        sl_select(cx, &deliveries_table,
                  "status = 'pending' AND created < $2 AND holder IS NULL "
                  "ORDER BY created, id LIMIT $3",
                  SL_ARGS(sl_int(real_now() - rules->patience - 3600), sl_int(CLEAN_PAGE)), &rows);
    for (uint32_t i = 0; status == SL_OK && i < rows.count; i++) {
        struct delivery *row = SL_ITEM(rows, struct delivery, i);
        row->status = DELIVERY_FAILED;
        row->due = SL_NONE;
        sl_update(cx, &deliveries_table, row, "status, due");
    }
    *ret_count = status == SL_OK ? rows.count : 0;
    if (*ret_count > 0)
        sl_metric_add(DELIVERIES_METRIC, "outcome", OUTCOME_GIVEN_UP, *ret_count);
    return status;
}

static sl_status old_delete(sl_context *cx, uint32_t *ret_count)
{
    sl_list rows = { 0 };
    sl_status status = sl_select(
        cx, &deliveries_table, "created < $2 AND due IS NULL ORDER BY created, id LIMIT $3",
        SL_ARGS(sl_int(real_now() - webhook_rules()->keep), sl_int(CLEAN_PAGE)), &rows);
    for (uint32_t i = 0; status == SL_OK && i < rows.count; i++)
        sl_delete(cx, &deliveries_table, SL_ITEM(rows, struct delivery, i));
    *ret_count = status == SL_OK ? rows.count : 0;
    return status;
}

sl_status deliveries_clean_job(sl_context *cx, const sl_job_view *job)
{
    uint32_t overdue = 0;
    uint32_t old = 0;
    (void)job;
    sl_status status = overdue_give_up(cx, &overdue);
    if (status == SL_OK)
        status = old_delete(cx, &old);
    if (status == SL_OK && (overdue == CLEAN_PAGE || old == CLEAN_PAGE))
        sl_job_again(cx, CLEAN_AGAIN);
    return status;
}
