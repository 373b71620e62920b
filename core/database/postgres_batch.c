/*
 * postgres_batch.c: write sets on one connection: what has queued up is committed as one transaction.
 *
 * The fiber at the head of the queue leads: it takes who waits, commits them together, answers them and hands the lead on.
 * Nothing waits for company: a group is what came while the last one was committed, and is like who waits longest. Sets of
 * another kind wait for the next group: it costs the server less to do each kind for twice as many than both for some.
 *
 * When the connection is lost before COMMIT was sent, nothing was written and the group goes once more. After that moment a
 * new connection finds out what happened.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/postgres_batch.h"

#include "core/base/clock.h"
#include "core/fiber/fiber.h"

#define QUEUE_AT_MOST 4096
#define STATEMENTS_AT_MOST 4096
/* Milliseconds. */
#define QUEUE_PATIENCE 10000
#define QUEUE_PATIENCE_LEAST 1000
#define CONNECT_PATIENCE 5000

/* ---- a group to its end ---- */

static void group_fail(sl_pg_group *group, const char *reason)
{
    for (uint32_t i = 0; i < group->count; i++)
        group->members[i]->status =
            sl_pg_fail_wait(group->members[i]->cx, SL_E_UNAVAILABLE, i == 0 ? reason : NULL);
    group->count = 0;
}

static void connection_drop(sl_pg_batch *batch)
{
    sl_pg_forms_clear(batch);
    sl_pg_close(batch->connection);
    batch->connection = NULL;
}

static void tables_count(sl_pg_batch *batch, const sl_pg_group *group)
{
    for (uint32_t i = 0; i < group->piece_count; i++) {
        const sl_pg_piece *piece = &group->pieces[i];
        const sl_pg_placed *placed = &group->placed[piece->first];
        const char *table = placed->statement->table;
        uintptr_t count = (uintptr_t)sl_textmap_get(&batch->written, table);
        if (count >= SL_PG_GROWN)
            continue;
        count += piece->count;
        sl_textmap_set(&batch->written, table, (void *)count);
        if (count >= SL_PG_GROWN)
            batch->grown(batch->owner, placed->member->cx->host, table);
    }
}

static void group_committed(sl_pg_batch *batch, sl_pg_group *group)
{
    tables_count(batch, group);
    for (uint32_t i = 0; i < group->count; i++)
        group->members[i]->status = SL_OK;
    group->count = 0;
}

static bool connection_have(sl_pg_batch *batch)
{
    if (batch->connection && !sl_pg_alive(batch->connection))
        connection_drop(batch);
    return batch->connection ||
           sl_pg_connect(batch->server, SL_PG_BATCH, sl_clock_monotonic_ms() + CONNECT_PATIENCE,
                         &batch->connection) == SL_OK;
}

static void group_run(sl_pg_batch *batch, sl_pg_group *group)
{
    int losses = 0;
    bool apart = false;
    while (group->count > 0) {
        if (!connection_have(batch)) {
            group_fail(group, batch->server->reason);
            break;
        }
        sl_pg_outcome outcome = sl_pg_transaction(batch, group, apart);
        apart = outcome == SL_PG_APART;
        if (outcome == SL_PG_COMMITTED) {
            group_committed(batch, group);
        } else if (outcome == SL_PG_UNCLEAR) {
            int64_t lock = batch->connection->lock;
            connection_drop(batch);
            sl_pg_verdict(batch, group, lock);
            group->count = 0;
        } else if (outcome == SL_PG_LOST) {
            connection_drop(batch);
            if (++losses > 1)
                group_fail(group, "the connection was lost twice");
        }
    }
}

/* ---- the queue ---- */

static void queue_push(sl_pg_batch *batch, sl_pg_member *member)
{
    if (batch->last)
        batch->last->next = member;
    else
        batch->first = member;
    batch->last = member;
    batch->queued++;
}

static void queue_push_first(sl_pg_batch *batch, sl_pg_member *member)
{
    member->next = batch->first;
    batch->first = member;
    if (!batch->last)
        batch->last = member;
    batch->queued++;
}

/* `previous` stands in front of it; NULL: nobody does. */
static void queue_cut(sl_pg_batch *batch, sl_pg_member *previous, sl_pg_member *member)
{
    if (previous)
        previous->next = member->next;
    else
        batch->first = member->next;
    if (batch->last == member)
        batch->last = previous;
    member->next = NULL;
    batch->queued--;
}

static void queue_remove(sl_pg_batch *batch, sl_pg_member *member)
{
    sl_pg_member *previous = NULL;
    for (sl_pg_member *at = batch->first; at != member; at = at->next)
        previous = at;
    queue_cut(batch, previous, member);
}

/* Whether two sets change the same tables in the same way, so that together they are no more statements than one of them. */
static bool is_alike(const sl_write *a, const sl_write *b)
{
    bool alike = a->count == b->count;
    for (uint32_t i = 0; alike && i < a->count; i++)
        alike = a->statements[i].shape == b->statements[i].shape;
    return alike;
}

/* Takes who waits longest and all that are like it, as many as go into one transaction; who was taken. */
static uint32_t group_take(sl_pg_batch *batch, sl_pg_group *group, sl_pg_member **taken)
{
    const sl_write *first = batch->first->write;
    sl_pg_member *previous = NULL;
    sl_pg_member *next = NULL;
    for (sl_pg_member *member = batch->first; member; member = next) {
        next = member->next;
        if (group->count == SL_PG_GROUP ||
            (group->count > 0 && (group->count + 1) * first->count > STATEMENTS_AT_MOST))
            break;
        if (!is_alike(first, member->write)) {
            previous = member;
            continue;
        }
        queue_cut(batch, previous, member);
        member->state = SL_PG_TAKEN;
        taken[group->count] = member;
        group->members[group->count++] = member;
    }
    return group->count;
}

/* Those that could not go with the others wait again, before all that came later; but for a while not those whose fate hangs
 * on a rival. Who is left. */
static uint32_t away_return(sl_pg_batch *batch, sl_pg_member **taken, uint32_t count, bool rivals)
{
    uint32_t kept = 0;
    for (uint32_t i = count; i > 0; i--) {
        sl_pg_member *member = taken[i - 1];
        if (!member->away || (member->rival && !rivals))
            continue;
        member->away = false;
        member->rival = NULL;
        member->state = SL_PG_WAITS;
        queue_push_first(batch, member);
        taken[i - 1] = NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (taken[i])
            taken[kept++] = taken[i];
    }
    return kept;
}

static void rivals_settle(sl_pg_member **taken, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sl_pg_member *member = taken[i];
        if (!member->away || member->rival->status != SL_OK)
            continue;
        member->away = false;
        member->status = SL_E_CONFLICT;
    }
}

static void lead(sl_pg_batch *batch)
{
    sl_pg_group group = { .arena = sl_arena_new() };
    sl_pg_member *taken[SL_PG_GROUP];
    uint32_t count = group_take(batch, &group, taken);
    sl_pg_group_place(&group);
    count = away_return(batch, taken, count, false);
    group_run(batch, &group);
    rivals_settle(taken, count);
    count = away_return(batch, taken, count, true);
    for (uint32_t i = 0; i < count; i++) {
        taken[i]->state = SL_PG_DONE;
        sl_condition_signal(&taken[i]->condition);
    }
    batch->led = batch->first != NULL;
    if (batch->first) {
        batch->first->state = SL_PG_LEADS;
        sl_condition_signal(&batch->first->condition);
    }
    sl_arena_free(group.arena);
}

void sl_pg_batch_refuse(sl_pg_batch *batch)
{
    while (batch->first && batch->first->state == SL_PG_WAITS) {
        sl_pg_member *member = batch->first;
        queue_remove(batch, member);
        member->status = sl_pg_fail_wait(member->cx, SL_E_UNAVAILABLE, NULL);
        member->state = SL_PG_DONE;
        sl_condition_signal(&member->condition);
    }
}

sl_status sl_pg_batch_write(sl_pg_batch *batch, sl_context *cx, const sl_write *write)
{
    if (batch->server->away)
        return sl_pg_fail_wait(cx, SL_E_UNAVAILABLE, NULL);
    int64_t now = sl_clock_monotonic_ms();
    int64_t deadline = sl_database_deadline(cx, QUEUE_PATIENCE);
    if (deadline > now + QUEUE_PATIENCE)
        deadline = now + QUEUE_PATIENCE;
    if (deadline < now + QUEUE_PATIENCE_LEAST)
        deadline = now + QUEUE_PATIENCE_LEAST;
    sl_pg_member member = { .cx = cx, .write = write };
    bool full = batch->queued >= QUEUE_AT_MOST;
    if (!full)
        queue_push(batch, &member);
    if (!full && !batch->led) {
        batch->led = true;
        member.state = SL_PG_LEADS;
    }
    while (!full && member.state != SL_PG_DONE) {
        if (member.state == SL_PG_LEADS) {
            lead(batch);
        } else if (sl_wait_condition(&member.condition, deadline) != SL_OK) {
            /* Once somebody carries it, only the outcome counts. */
            if (member.state == SL_PG_WAITS) {
                queue_remove(batch, &member);
                full = true;
            }
            deadline = 0;
        }
    }
    if (full)
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The database is busy. Please try again.");
    return member.status;
}

void sl_pg_batch_done(sl_pg_batch *batch)
{
    connection_drop(batch);
    sl_arena_free(batch->rows.arena);
    sl_textmap_clear(&batch->written, NULL);
}
