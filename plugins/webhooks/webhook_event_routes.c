/*
 * webhook_event_routes.c: processing stored events again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "webhook_event_routes.h"

#include "webhook_event_service.h"
#include "webhook_process.h"

const sl_field replay_params_fields[] = {
    SL_STRING(struct replay_params, id, .doc = "The event"),
    SL_FIELDS_END,
};

sl_status event_replay(sl_context *cx, const void *params)
{
    const struct replay_params *in = params;
    struct webhook_event *row = sl_alloc(cx, sizeof(*row));
    sl_status status = sl_resource_load(cx, &webhook_event_resource, in->id, "id", row);
    if (status != SL_OK)
        return status;
    int64_t version = row->version;
    webhook_event_replay(cx, row, webhook_process_room(cx));
    status = sl_resource_reply(cx, 200, &webhook_event_resource, row);
    if (status == SL_OK)
        status = sl_commit(cx);
    if (status == SL_OK && row->version != version && row->attempts > 0)
        webhook_process_soon(cx, row);
    return status;
}

/* ---- the command ---- */

struct replays {
    sl_list ids; /* texts */
    const char *missing;
    uint32_t count;
};

#define COMMAND_BATCH 200u

static sl_status replays_step(sl_context *cx, void *data)
{
    struct replays *replays = data;
    replays->count = 0;
    replays->missing = NULL;
    for (uint32_t i = 0; i < replays->ids.count; i++) {
        const char *id = *SL_ITEM(replays->ids, const char *, i);
        struct webhook_event *row = sl_alloc(cx, sizeof(*row));
        sl_status status = sl_find(cx, &webhook_events, id, row);
        if (status == SL_E_NOT_FOUND)
            replays->missing = id;
        else if (status != SL_OK)
            return status;
        if (status != SL_OK)
            continue;
        webhook_event_replay(cx, row, false);
        replays->count++;
    }
    return SL_OK;
}

static void failure_tell(sl_context *cx, sl_status status)
{
    sl_complain("%s", sl_error_message(cx) ? sl_error_message(cx) : sl_status_name(status));
}

static int32_t replay_ids(sl_context *cx, sl_list ids, uint32_t *ret_count)
{
    struct replays replays = { .ids = ids };
    sl_status status = sl_retry(cx, replays_step, &replays);
    if (status != SL_OK) {
        failure_tell(cx, status);
        return 1;
    }
    *ret_count += replays.count;
    if (replays.missing)
        sl_complain("there is no webhook event '%s'", replays.missing);
    return replays.missing ? 1 : 0;
}

/* Batch by batch in the order of their ids, so that none is met twice. */
static int32_t replay_status(sl_context *cx, const char *wanted, uint32_t *ret_count)
{
    const char *after = "";
    for (;;) {
        sl_list rows;
        sl_status status =
            sl_select(cx, &webhook_queue, "status = $2 AND id > $3 ORDER BY id LIMIT $4",
                      SL_ARGS(sl_text(wanted), sl_text(after), sl_int(COMMAND_BATCH)), &rows);
        if (status != SL_OK)
            failure_tell(cx, status);
        if (status != SL_OK || rows.count == 0)
            return status == SL_OK ? 0 : 1;
        const char **ids = sl_alloc(cx, rows.count * sizeof(*ids));
        for (uint32_t i = 0; i < rows.count; i++)
            ids[i] = SL_ITEM(rows, struct webhook_event, i)->id;
        const sl_list list = { .count = rows.count, .item_size = sizeof(*ids), .items = ids };
        if (replay_ids(cx, list, ret_count) != 0)
            return 1;
        after = ids[rows.count - 1];
    }
}

int32_t replay_command(sl_context *cx, int32_t argument_count, const char *const *arguments)
{
    bool by_status = argument_count == 2 && strcmp(arguments[0], "--status") == 0;
    bool flagged = argument_count > 0 && arguments[0][0] == '-';
    if (argument_count == 0 || (flagged && !by_status) ||
        (by_status && strcmp(arguments[1], EVENT_DEAD) != 0 &&
         strcmp(arguments[1], EVENT_FAILED) != 0)) {
        sl_complain("usage: stripe-lite replay ID... | --status dead|failed");
        return 2;
    }
    const char **ids = sl_alloc(cx, ((size_t)argument_count + 1) * sizeof(*ids));
    for (int32_t i = 0; i < argument_count; i++)
        ids[i] = arguments[i];
    const sl_list list = { .count = (uint32_t)argument_count,
                           .item_size = sizeof(*ids),
                           .items = ids };
    uint32_t count = 0;
    int32_t code =
        by_status ? replay_status(cx, arguments[1], &count) : replay_ids(cx, list, &count);
    sl_print("%u events are processed again\n", count);
    return code;
}
