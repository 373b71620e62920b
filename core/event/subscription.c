/*
 * subscription.c: matching events with subscriptions, and running the handlers from the job queue.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/event/event.h"

#include <stdlib.h>
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/arena.h"
#include "core/database/database.h"

typedef struct subscriber {
    const char *plugin;
    const bool *active;
    const sl_subscription *subscription;
    uint32_t number; /* among the plugin's own */
    struct subscriber *next;
} subscriber;

typedef struct plugin_jobs {
    const char *plugin;
    sl_job_type type;
    struct plugin_jobs *next;
} plugin_jobs;

struct sl_events {
    sl_arena *arena;
    subscriber *first;
    subscriber *last;
    plugin_jobs *jobs;
    const char *outlet_plugin;
    const bool *outlet_active;
    const sl_event_outlet *outlet;
};

sl_events *sl_events_new(void)
{
    sl_arena *arena = sl_arena_new();
    sl_events *events = sl_arena_alloc(arena, sizeof(*events));
    events->arena = arena;
    return events;
}

void sl_events_free(sl_events *events)
{
    if (events)
        sl_arena_free(events->arena);
}

static sl_status event_job(sl_context *cx, const sl_job_view *job);

static plugin_jobs *jobs_of(const sl_events *events, const char *plugin)
{
    for (plugin_jobs *one = events->jobs; one; one = one->next) {
        if (strcmp(one->plugin, plugin) == 0)
            return one;
    }
    return NULL;
}

/* One "*" at most, at the end of the pattern, alone or behind a dot. */
static bool pattern_good(const char *pattern)
{
    size_t length = strlen(pattern);
    const char *star = strchr(pattern, '*');
    if (length == 0)
        return false;
    return !star || (star == pattern + length - 1 && (length == 1 || star[-1] == '.'));
}

const char *sl_events_add(sl_events *events, const char *plugin, const bool *active,
                          const sl_subscription *subscription)
{
    const char *pattern = subscription->pattern;
    if (!pattern || !pattern_good(pattern))
        return sl_arena_format(events->arena,
                               "\"%s\" is no pattern of events: expected \"charge.succeeded\", "
                               "\"invoice.*\" or \"*\"",
                               pattern ? pattern : "");
    if (!subscription->handler)
        return sl_arena_format(events->arena, "its subscription to \"%s\" has no handler", pattern);
    uint32_t number = 0;
    for (const subscriber *one = events->first; one; one = one->next)
        number += strcmp(one->plugin, plugin) == 0;
    subscriber *fresh = sl_arena_alloc(events->arena, sizeof(*fresh));
    *fresh = (subscriber){
        .plugin = plugin, .active = active, .subscription = subscription, .number = number
    };
    if (events->last)
        events->last->next = fresh;
    else
        events->first = fresh;
    events->last = fresh;
    if (jobs_of(events, plugin))
        return NULL;
    plugin_jobs *jobs = sl_arena_alloc(events->arena, sizeof(*jobs));
    jobs->plugin = plugin;
    jobs->type.name = sl_arena_format(events->arena, "event.%s", plugin);
    jobs->type.handler = event_job;
    jobs->next = events->jobs;
    events->jobs = jobs;
    return NULL;
}

const sl_job_type *sl_events_job_type(sl_events *events, const char *plugin)
{
    plugin_jobs *jobs = jobs_of(events, plugin);
    return jobs ? &jobs->type : NULL;
}

bool sl_event_matches(const char *pattern, const char *type)
{
    size_t length = strlen(pattern);
    if (length > 0 && pattern[length - 1] == '*')
        return strncmp(pattern, type, length - 1) == 0;
    return strcmp(pattern, type) == 0;
}

/* Most snapshots do not even hold the member's name: only the others are read. */
static bool snapshot_has(sl_context *cx, const char *data, const char *member)
{
    const sl_value *object = NULL;
    const char *dot = strrchr(member, '.');
    const char *name = sl_format(cx, "\"%s\"", dot ? dot + 1 : member);
    if (!data || !strstr(data, name) || sl_json_parse(cx, data, strlen(data), &object) != SL_OK)
        return false;
    return sl_value_type(sl_value_at(object, member)) != SL_VALUE_NULL;
}

/* The number tells two subscriptions of one pattern apart; the pattern keeps a later release of the plugin, with its table in
 * another order, from calling the wrong handler. */
void sl_events_enqueue(sl_context *cx, const char *id, const char *type, const char *data)
{
    const sl_events *events = cx->host->events;
    for (const subscriber *one = events ? events->first : NULL; one; one = one->next) {
        if (!*one->active || !sl_event_matches(one->subscription->pattern, type))
            continue;
        const char *member = one->subscription->member;
        if (member && !snapshot_has(cx, data, member))
            continue;
        sl_json *payload = sl_json_new(cx);
        sl_json_open(payload, NULL);
        sl_json_string(payload, "event", id);
        sl_json_string(payload, "pattern", one->subscription->pattern);
        sl_json_int(payload, "number", one->number);
        sl_json_close(payload);
        const sl_job_request request = {
            .struct_size = sizeof(request),
            .name = sl_format(cx, "event.%s", one->plugin),
            .key = sl_format(cx, "%s:%u", id, one->number),
            .payload = sl_json_text(payload, NULL),
        };
        sl_job_enqueue(cx, &request);
    }
}

/* ---- the outlet ---- */

void sl_events_let_out(sl_events *events, const char *plugin, const bool *active,
                       const sl_event_outlet *outlet)
{
    events->outlet_plugin = plugin;
    events->outlet_active = active;
    events->outlet = outlet;
    if (outlet->struct_size > offsetof(sl_event_outlet, delivered) && outlet->delivered)
        sl_event_filter_delivered(outlet->delivered);
}

static const sl_event_outlet *outlet_of(const sl_context *cx)
{
    const sl_events *events = cx->host->events;
    return events && events->outlet && *events->outlet_active ? events->outlet : NULL;
}

void sl_events_leave(sl_context *cx, const char *id, const char *type)
{
    const sl_event_outlet *outlet = outlet_of(cx);
    if (!outlet || !outlet->committing)
        return;
    const char *before = cx->plugin;
    cx->plugin = cx->host->events->outlet_plugin;
    outlet->committing(cx, id, type);
    cx->plugin = before;
}

sl_status sl_events_pending(sl_context *cx, const sl_list *ids, int64_t *ret_counts)
{
    const sl_event_outlet *outlet = outlet_of(cx);
    memset(ret_counts, 0, ids->count * sizeof(*ret_counts));
    if (!outlet || !outlet->pending || ids->count == 0)
        return SL_OK;
    const char *before = cx->plugin;
    cx->plugin = cx->host->events->outlet_plugin;
    sl_status status = outlet->pending(cx, ids, ret_counts);
    cx->plugin = before;
    return status;
}

/* ---- the job ---- */

static const subscriber *subscriber_of(const sl_events *events, const sl_job_view *job)
{
    const char *pattern = sl_value_string(sl_value_member(job->payload, "pattern"), "");
    int64_t number = sl_value_int(sl_value_member(job->payload, "number"), -1);
    const subscriber *fits = NULL;
    for (const subscriber *one = events->first; one; one = one->next) {
        if (!*one->active || strcmp(one->plugin, job->name + strlen("event.")) != 0 ||
            strcmp(one->subscription->pattern, pattern) != 0)
            continue;
        if (one->number == number || !fits)
            fits = one;
        if (one->number == number)
            break;
    }
    return fits;
}

static sl_status view_of(sl_context *cx, const sl_event_row *row, sl_event_view *ret_view)
{
    *ret_view = (sl_event_view){ .struct_size = sizeof(*ret_view),
                                 .id = row->id,
                                 .type = row->type,
                                 .object_id = row->object_id,
                                 .created = row->created };
    sl_status status = sl_json_parse(cx, row->data, strlen(row->data), &ret_view->object);
    if (status == SL_OK && row->previous)
        status = sl_json_parse(cx, row->previous, strlen(row->previous), &ret_view->previous);
    return status;
}

static sl_status event_job(sl_context *cx, const sl_job_view *job)
{
    const subscriber *who = subscriber_of(cx->host->events, job);
    const char *id = sl_value_string(sl_value_member(job->payload, "event"), "");
    if (!who) {
        sl_log(cx, SL_LOG_WARNING, "event not handled: its subscription is gone", "event", id,
               "job", job->name);
        return SL_OK;
    }
    sl_event_row row;
    sl_status status = sl_find(cx, &sl_event_table, id, &row);
    if (status == SL_E_NOT_FOUND) {
        sl_log(cx, SL_LOG_WARNING, "event not handled: it is gone", "event", id, "job", job->name);
        return SL_OK;
    }
    sl_event_view view;
    if (status == SL_OK)
        status = view_of(cx, &row, &view);
    return status == SL_OK ? who->subscription->handler(cx, &view) : status;
}
