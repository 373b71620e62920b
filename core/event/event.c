/*
 * event.c: events of one context, from sl_event to the rows in its commit.
 *
 * A draft keeps a copy of the row struct. At the commit the columns that the write set changes are laid over it, so that the
 * snapshot is the state that is committed, in whatever order a handler writes and tells.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/fault.h>
#include <stripe_lite/log.h>
#include <stripe_lite/route.h>

#include "core/base/context.h"
#include "core/database/database.h"
#include "core/event/event.h"
#include "core/json/writer.h"
#include "core/resource/resource.h"

struct sl_event_draft {
    const char *type;
    const sl_resource *resource;
    void *row;
    const char *previous;
    struct sl_event_draft *next;
};

static const char *row_id(const void *row)
{
    const char *id = NULL;
    memcpy(&id, row, sizeof(id));
    return id;
}

/* What is pending for the row's columns; members that are no columns keep what the plugin put there. */
static void columns_overlay(const sl_context *cx, const struct sl_event_draft *draft)
{
    const sl_table *table = draft->resource->table;
    const void *pending = sl_pending(cx, table, row_id(draft->row));
    if (!pending)
        return;
    for (const sl_field *field = table->fields; field->type != SL_TYPE_END; field++) {
        uint32_t size = field->type == SL_TYPE_OBJECT ? (uint32_t)sizeof(void *) : field->size;
        memcpy((char *)draft->row + field->offset, (const char *)pending + field->offset, size);
    }
}

static const char *snapshot(sl_context *cx, const struct sl_event_draft *draft)
{
    columns_overlay(cx, draft);
    int32_t face = cx->face;
    cx->face = SL_FACE_STRIPE;
    sl_json *out = sl_json_document(cx);
    (draft->resource->render ? draft->resource->render : draft->resource->render_lite)(out,
                                                                                       draft->row);
    const char *text = sl_json_text(out, NULL);
    cx->face = face;
    return text;
}

static void event_insert(sl_context *cx, const struct sl_event_draft *draft)
{
    sl_event_row *row = sl_alloc(cx, sizeof(*row));
    row->id = sl_id(cx, "evt");
    row->type = draft->type;
    row->object_id = row_id(draft->row);
    row->object_type = draft->resource->type;
    row->created = sl_now(cx);
    row->data = snapshot(cx, draft);
    row->previous = draft->previous;
    row->request_id = cx->request_id;
    row->idempotency_key = sl_idempotency_key(cx);
    row->api_version = SL_STRIPE_API_VERSION;
    sl_insert(cx, &sl_event_table, row);
    SL_FAULT_OF("event.before_enqueue", row->type);
    sl_events_enqueue(cx, row->id, row->type, row->data);
    sl_events_leave(cx, row->id, row->type);
}

/* `data` is where the drafts of the commit under way are kept, to be counted when it is done. */
static sl_status events_before(sl_context *cx, void *data)
{
    struct sl_event_draft **committing = data;
    *committing = cx->events;
    cx->events = NULL;
    if (*committing && SL_FAULT("event.before_render"))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The events could not be rendered.");
    for (const struct sl_event_draft *draft = *committing; draft; draft = draft->next)
        event_insert(cx, draft);
    if (*committing)
        SL_FAULT("event.after_render");
    return SL_OK;
}

static void events_after(sl_context *cx, void *data, sl_status result)
{
    (void)cx;
    struct sl_event_draft **committing = data;
    const struct sl_event_draft *draft = result == SL_OK ? *committing : NULL;
    for (; draft; draft = draft->next)
        sl_metric_add("stripe_lite_events_total", "type", draft->type, 1);
    *committing = NULL;
}

static void hook_once(sl_context *cx)
{
    for (const sl_commit_hook *hook = cx->hooks; hook; hook = hook->next) {
        if (hook->before == events_before)
            return;
    }
    sl_commit_hook *hook = sl_alloc(cx, sizeof(*hook));
    hook->before = events_before;
    hook->after = events_after;
    hook->data = sl_alloc(cx, sizeof(struct sl_event_draft *));
    sl_context_hook(cx, hook);
}

void sl_event(sl_context *cx, const char *type, const sl_resource *resource, const void *row,
              const sl_json *previous)
{
    const sl_resource *known =
        cx->host->resources ? sl_resources_find(cx->host->resources, resource) : NULL;
    struct sl_event_draft **at = &cx->events;
    while (*at && (strcmp((*at)->type, type) != 0 || strcmp(row_id((*at)->row), row_id(row)) != 0))
        at = &(*at)->next;
    struct sl_event_draft *draft = *at;
    if (!draft) {
        draft = sl_alloc(cx, sizeof(*draft));
        *at = draft;
        draft->type = sl_copy(cx, type, strlen(type));
    }
    draft->resource = known ? known : resource;
    draft->row = sl_alloc(cx, draft->resource->table->row_size);
    memcpy(draft->row, row, draft->resource->table->row_size);
    size_t length = 0;
    const char *text = previous ? sl_json_text(previous, &length) : NULL;
    draft->previous = sl_copy(cx, text, length);
    hook_once(cx);
}
