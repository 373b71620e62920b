/*
 * schedule.c: job types with a period become jobs, once a period over all nodes.
 *
 * The row of a schedule holds the last period that was enqueued. Whoever first commits the next period's number enqueues its
 * jobs in that commit; the others find the row changed and leave it. A worker asks once a period.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/auth/auth.h"
#include "core/base/clock.h"
#include "core/database/database.h"
#include "core/job/inside.h"

typedef struct schedule_row {
    const char *id; /* the job type's name */
    int64_t slot;
    int64_t version;
} schedule_row;

static const sl_field schedule_fields[] = {
    SL_STRING(schedule_row, id),
    SL_INT64(schedule_row, slot),
    SL_INT64(schedule_row, version),
    SL_FIELDS_END,
};
static const sl_table schedule_table = SL_TABLE("job_schedules", schedule_row, schedule_fields);

#define SYSTEM_SCOPE "system"

/* The scopes in use: those with keys, connected accounts in their owner's mode, and the first account's for tokens. */
static sl_status scopes_in_use(sl_context *cx, sl_list *ret_scopes)
{
    const char *first = cx->host->auth && sl_auth_livemode(cx->host->auth) ? SL_FIRST_ACCOUNT
                                                                           : SL_FIRST_ACCOUNT
                            ":test";
    sl_rows *rows = NULL;
    sl_status status = sl_query_all(
        cx,
        "SELECT account_id FROM api_keys UNION "
        "SELECT id || CASE WHEN account_id LIKE '%:test' THEN ':test' ELSE '' END FROM accounts "
        "WHERE account_id <> 'system'",
        SL_NO_ARGS, &rows);
    if (status != SL_OK)
        return status;
    sl_list scopes = { .item_size = sizeof(char *) };
    const char **items = sl_alloc(cx, (sl_rows_count(rows) + 1u) * sizeof(*items));
    items[scopes.count++] = first;
    for (uint32_t i = 0; i < sl_rows_count(rows); i++) {
        const char *scope = sl_rows_text(rows, i, 0);
        if (strcmp(scope, first) != 0)
            items[scopes.count++] = scope;
    }
    scopes.items = items;
    *ret_scopes = scopes;
    return SL_OK;
}

static void slot_enqueue(sl_context *cx, const sl_job_type *type, sl_list scopes)
{
    int64_t now = sl_clock_unix_ms();
    for (uint32_t i = 0; i < scopes.count; i++) {
        sl_job_row *row = sl_alloc(cx, sizeof(*row));
        row->id = sl_id(cx, "job");
        row->name = type->name;
        row->unique_key = "every";
        row->state = "ready";
        row->run_at = now;
        row->attempts = SL_JOB_ATTEMPTS;
        row->created = now / 1000;
        sl_insert_or_ignore_in(cx, *SL_ITEM(scopes, const char *, i), &sl_job_table, row);
    }
}

static sl_status schedule_enqueue(sl_context *cx, const sl_job_type *type, int64_t slot)
{
    sl_rows *rows = NULL;
    sl_status status = sl_query_all(
        cx, "SELECT slot, version FROM job_schedules WHERE account_id = 'system' AND id = $1",
        SL_ARGS(sl_text(type->name)), &rows);
    if (status != SL_OK)
        return status;
    bool there = sl_rows_count(rows) > 0;
    if (there && sl_rows_int(rows, 0, 0) >= slot)
        return SL_OK;
    sl_list scopes;
    status = scopes_in_use(cx, &scopes);
    if (status != SL_OK)
        return status;
    schedule_row *row = sl_alloc(cx, sizeof(*row));
    row->id = type->name;
    row->slot = slot;
    row->version = there ? sl_rows_int(rows, 0, 1) : 0;
    if (there)
        sl_update_in(cx, SYSTEM_SCOPE, &schedule_table, row, "slot");
    else
        sl_insert_in(cx, SYSTEM_SCOPE, &schedule_table, row);
    slot_enqueue(cx, type, scopes);
    status = sl_commit(cx);
    if (status != SL_E_CONFLICT)
        return status;
    sl_error_clear(cx);
    return SL_OK;
}

sl_status sl_schedules_enqueue(sl_context *cx, sl_jobs *jobs)
{
    int64_t now = sl_clock_unix();
    for (uint32_t i = 0; i < jobs->count; i++) {
        sl_job_entry *entry = &jobs->entries[i];
        if (entry->type->every <= 0 || !*entry->active)
            continue;
        int64_t slot = now / entry->type->every;
        if (slot == entry->slot)
            continue;
        sl_status status = schedule_enqueue(cx, entry->type, slot);
        if (status != SL_OK)
            return status;
        entry->slot = slot;
    }
    return SL_OK;
}
