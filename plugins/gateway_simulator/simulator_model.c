/*
 * simulator_model.c: the simulator's tables and their reading.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "simulator_model.h"

static const sl_field settings_fields[] = {
    SL_STRING(struct simulator_settings, id),
    SL_TIMESTAMP(struct simulator_settings, created),
    SL_INT64(struct simulator_settings, version),
    SL_INT64(struct simulator_settings, latency_ms),
    SL_INT64(struct simulator_settings, error_rate),
    SL_INT64(struct simulator_settings, drop_answer_rate),
    SL_INT64(struct simulator_settings, webhook_delay_ms),
    SL_INT64(struct simulator_settings, webhook_duplicate_rate),
    SL_INT64(struct simulator_settings, webhook_reorder_rate),
    SL_FIELDS_END,
};

static const sl_field challenge_fields[] = {
    SL_STRING(struct simulator_challenge, id),
    SL_TIMESTAMP(struct simulator_challenge, created),
    SL_INT64(struct simulator_challenge, version),
    SL_STRING(struct simulator_challenge, attempt),
    SL_STRING(struct simulator_challenge, outcome),
    SL_STRING(struct simulator_challenge, reference),
    SL_CURRENCY(struct simulator_challenge, currency),
    SL_STRING(struct simulator_challenge, return_url),
    SL_MONEY(struct simulator_challenge, amount),
    SL_BOOL(struct simulator_challenge, setup),
    SL_BOOL(struct simulator_challenge, capture),
    SL_FIELDS_END,
};

static const sl_field mark_fields[] = {
    SL_STRING(struct simulator_mark, id),
    SL_TIMESTAMP(struct simulator_mark, created),
    SL_INT64(struct simulator_mark, version),
    SL_FIELDS_END,
};

const sl_table simulator_settings_table =
    SL_TABLE("simulator_settings", struct simulator_settings, settings_fields);
const sl_table simulator_challenges_table =
    SL_TABLE("simulator_challenges", struct simulator_challenge, challenge_fields);
const sl_table simulator_marks_table =
    SL_TABLE("simulator_marks", struct simulator_mark, mark_fields);

sl_status settings_load(sl_context *cx, struct simulator_settings *ret)
{
    *ret = (struct simulator_settings){ .id = SETTINGS_ID };
    if (sl_environment_is(cx, "production"))
        return SL_OK;
    struct simulator_settings row;
    sl_status status = sl_find(cx, &simulator_settings_table, SETTINGS_ID, &row);
    if (status == SL_E_NOT_FOUND)
        return SL_OK;
    if (status == SL_OK)
        *ret = row;
    return status;
}

sl_status challenge_of_attempt(sl_context *cx, const char *attempt, struct simulator_challenge *ret)
{
    return sl_select_one(cx, &simulator_challenges_table, "attempt = $2", SL_ARGS(sl_text(attempt)),
                         ret);
}

static const char *mark_id(sl_context *cx, const char *kind, const char *subject)
{
    return sl_format(cx, "%s:%s", kind, subject);
}

sl_status mark_find(sl_context *cx, const char *kind, const char *subject, bool *ret_found)
{
    struct simulator_mark mark;
    sl_status status = sl_find(cx, &simulator_marks_table, mark_id(cx, kind, subject), &mark);
    *ret_found = status == SL_OK;
    return status == SL_E_NOT_FOUND ? SL_OK : status;
}

void mark_add(sl_context *cx, const char *kind, const char *subject)
{
    struct simulator_mark mark = { .id = mark_id(cx, kind, subject), .created = sl_now(cx) };
    sl_insert(cx, &simulator_marks_table, &mark);
}
