/*
 * postgres_numbers.c: the numbers that a group draws, before anything of it is written.
 *
 * One statement a series for the whole group, in the order of series, in one round trip with BEGIN. From then on whoever draws from
 * the same series waits for this transaction, and so has nothing else locked: nobody waits in a circle.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/database/postgres_batch.h"

struct drawing {
    sl_draw *draw;
    sl_pg_member *member;
    uint32_t place;
};

/* Those of one series, neighbours after sorting. */
struct stretch {
    uint32_t first;
    uint32_t count;
    bool prepares;
};

struct drawings {
    struct drawing *all;
    uint32_t count;
    struct stretch *stretches;
    uint32_t stretch_count;
};

static int drawing_order(const void *a, const void *b)
{
    const struct drawing *x = a;
    const struct drawing *y = b;
    int order = sl_draw_order(x->draw, y->draw);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static void drawings_collect(sl_pg_group *group, struct drawings *ret)
{
    *ret = (struct drawings){ NULL, 0, NULL, 0 };
    uint32_t count = 0;
    for (uint32_t i = 0; i < group->count; i++) {
        for (sl_draw *draw = group->members[i]->write->draws; draw; draw = draw->next)
            count++;
    }
    if (count == 0)
        return;
    ret->all = sl_arena_alloc(group->arena, count * sizeof(*ret->all));
    ret->stretches = sl_arena_alloc(group->arena, count * sizeof(*ret->stretches));
    for (uint32_t i = 0; i < group->count; i++) {
        sl_pg_member *member = group->members[i];
        for (sl_draw *draw = member->write->draws; draw; draw = draw->next) {
            ret->all[ret->count] = (struct drawing){ draw, member, ret->count };
            ret->count++;
        }
    }
    qsort(ret->all, ret->count, sizeof(*ret->all), drawing_order);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || sl_draw_order(ret->all[i - 1].draw, ret->all[i].draw) != 0)
            ret->stretches[ret->stretch_count++] = (struct stretch){ .first = i };
        ret->stretches[ret->stretch_count - 1].count++;
    }
}

static sl_status drawings_send(sl_pg_connection *connection, struct drawings *drawings,
                               bool *ret_begin_prepares, int64_t deadline)
{
    bool sent = sl_pg_send(connection, NULL, "BEGIN", NULL, 0, false, ret_begin_prepares);
    for (uint32_t i = 0; sent && i < drawings->stretch_count; i++) {
        struct stretch *stretch = &drawings->stretches[i];
        const sl_draw *draw = drawings->all[stretch->first].draw;
        const sl_argument arguments[] = { sl_text(draw->scope), sl_text(draw->series),
                                          sl_int(stretch->count) };
        sent = sl_pg_send(connection, NULL, sl_draw_sql, arguments, 3, false, &stretch->prepares);
    }
    if (!sent || !PQpipelineSync(connection->conn))
        return SL_E_UNAVAILABLE;
    return sl_pg_flush(connection, deadline);
}

static void stretch_number(const struct drawings *drawings, const struct stretch *stretch,
                           int64_t last)
{
    for (uint32_t i = 0; i < stretch->count; i++)
        drawings->all[stretch->first + i].draw->number = last - stretch->count + 1 + i;
}

/* Who draws from a series that cannot be drawn from leaves the group. */
static void stretch_refuse(const struct drawings *drawings, const struct stretch *stretch,
                           const PGresult *result)
{
    for (uint32_t i = 0; i < stretch->count; i++) {
        sl_pg_member *member = drawings->all[stretch->first + i].member;
        sl_status status = sl_pg_fail(member->cx, result);
        member->left = true;
        member->status = status == SL_E_TIMEOUT || status == SL_OK ? SL_E_UNAVAILABLE : status;
    }
}

static sl_status stretch_receive(sl_pg_connection *connection, const struct drawings *drawings,
                                 const struct stretch *stretch, int64_t deadline, bool *ret_refused)
{
    PGresult *result = NULL;
    int64_t last = 0;
    sl_status status = sl_pg_receive(connection, sl_draw_sql, stretch->prepares, deadline, &result);
    if (status == SL_OK && sl_pg_is_lost(result))
        status = SL_E_UNAVAILABLE;
    if (status == SL_OK && PQresultStatus(result) != PGRES_PIPELINE_ABORTED) {
        const char *text = PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "";
        if (sl_pg_is_error(result) || sl_text_int64(text, strlen(text), &last) != 0) {
            stretch_refuse(drawings, stretch, result);
            *ret_refused = true;
        } else {
            stretch_number(drawings, stretch, last);
        }
    }
    PQclear(result);
    return status;
}

sl_status sl_pg_numbers_draw(sl_pg_batch *batch, sl_pg_group *group, bool *ret_begun,
                             bool *ret_refused)
{
    struct drawings drawings;
    drawings_collect(group, &drawings);
    *ret_begun = drawings.count > 0;
    *ret_refused = false;
    if (drawings.count == 0)
        return SL_OK;
    sl_pg_connection *connection = batch->connection;
    int64_t deadline = sl_clock_monotonic_ms() + SL_PG_ANSWER_PATIENCE;
    bool begin_prepares;
    sl_status status = drawings_send(connection, &drawings, &begin_prepares, deadline);
    PGresult *result = NULL;
    if (status == SL_OK)
        status = sl_pg_receive(connection, "BEGIN", begin_prepares, deadline, &result);
    if (status == SL_OK && sl_pg_is_error(result))
        status = SL_E_UNAVAILABLE;
    PQclear(result);
    for (uint32_t i = 0; status == SL_OK && i < drawings.stretch_count; i++)
        status =
            stretch_receive(connection, &drawings, &drawings.stretches[i], deadline, ret_refused);
    if (status == SL_OK)
        status = sl_pg_receive_sync(connection, deadline);
    for (uint32_t i = 0; status == SL_OK && i < group->placed_count; i++) {
        sl_pg_placed *placed = &group->placed[i];
        placed->arguments =
            sl_draws_fill(group->arena, placed->member->write->draws, placed->statement);
    }
    return status;
}
