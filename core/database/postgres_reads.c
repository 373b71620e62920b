/*
 * postgres_reads.c: reads that are asked for in one turn of the loop, or while no connection is free, go together.
 *
 * The fiber at the head of the queue leads: it lets the others of this turn come, takes a connection and sends what waits as
 * one pipeline, so that eight reads cost the two sides hardly more system calls and wake-ups than one. A read whose company
 * failed is asked again alone, so nobody answers for another's statement.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/clock.h"
#include "core/database/postgres.h"
#include "core/fiber/fiber.h"

#define GROUP_AT_MOST 16
#define QUEUE_AT_MOST 1024

enum { WAITS, LEADS, TAKEN, DONE };

/* ---- the queue ---- */

static void queue_push(sl_pg_reads *reads, sl_pg_read *read)
{
    if (reads->last)
        reads->last->next = read;
    else
        reads->first = read;
    reads->last = read;
    reads->queued++;
}

static void queue_remove(sl_pg_reads *reads, sl_pg_read *read)
{
    sl_pg_read *previous = NULL;
    for (sl_pg_read *at = reads->first; at != read; at = at->next)
        previous = at;
    if (previous)
        previous->next = read->next;
    else
        reads->first = read->next;
    if (reads->last == read)
        reads->last = previous;
    reads->queued--;
}

/* The head of the queue and its company; the next one leads from here on. */
static uint32_t group_take(sl_pg_reads *reads, uint32_t most, sl_pg_read **group)
{
    uint32_t count = 0;
    while (reads->first && count < most &&
           (count == 0 || (!group[0]->alone && !reads->first->alone))) {
        sl_pg_read *read = reads->first;
        queue_remove(reads, read);
        read->state = TAKEN;
        group[count++] = read;
    }
    reads->led = reads->first != NULL;
    if (reads->first) {
        reads->first->state = LEADS;
        sl_condition_signal(&reads->first->condition);
    }
    return count;
}

/* ---- a group ---- */

static sl_status group_send(sl_pg_connection *connection, sl_pg_read *const *group, uint32_t count,
                            int64_t deadline)
{
    for (uint32_t i = 0; i < count; i++) {
        sl_pg_read *read = group[i];
        if (!sl_pg_send(connection, read->key, read->sql, read->arguments, read->count, true,
                        &read->prepares))
            return SL_E_UNAVAILABLE;
    }
    return PQpipelineSync(connection->conn) ? sl_pg_flush(connection, deadline) : SL_E_UNAVAILABLE;
}

/* Sets the status of those that were answered, and of those whose time is over. True when the connection is as it was. */
static bool group_run(sl_pg_connection *connection, sl_pg_read *const *group, uint32_t count)
{
    bool healthy = true;
    int64_t deadline = group[0]->deadline;
    for (uint32_t i = 1; i < count; i++) {
        if (group[i]->deadline < deadline)
            deadline = group[i]->deadline;
    }
    sl_status status = group_send(connection, group, count, deadline);
    for (uint32_t i = 0; status == SL_OK && i < count; i++) {
        sl_pg_read *read = group[i];
        status = sl_pg_receive(connection, read->key, read->prepares, deadline, &read->result);
        if (status != SL_OK)
            break;
        if (PQresultStatus(read->result) != PGRES_PIPELINE_ABORTED)
            read->status = SL_OK;
        healthy = healthy && !sl_pg_is_outdated(read->result);
        if (sl_pg_is_farewell(read->result))
            return false;
    }
    if (status == SL_OK)
        return sl_pg_receive_sync(connection, deadline) == SL_OK && healthy;
    int64_t now = sl_clock_monotonic_ms();
    for (uint32_t i = 0; i < count; i++) {
        if (group[i]->status != SL_OK && (status != SL_E_TIMEOUT || now >= group[i]->deadline))
            group[i]->status = status;
    }
    return false;
}

static void lead(sl_pg_reads *reads, sl_pg_read *leader)
{
    sl_pg_read *group[GROUP_AT_MOST] = { leader };
    sl_pg_connection *connection = NULL;
    uint32_t count = 0;
    sl_status status = sl_wait_turn();
    /* Opening a connection may take long: whoever comes meanwhile does not wait for it. */
    if (status == SL_OK && sl_pg_pool_opens(reads->pool))
        count = group_take(reads, GROUP_AT_MOST, group);
    if (status == SL_OK)
        status = sl_pg_pool_take(reads->pool, leader->cx, leader->deadline, &connection);
    else
        status = sl_pg_fail_wait(leader->cx, status, NULL);
    if (count == 0)
        count = group_take(reads, connection ? GROUP_AT_MOST : 1, group);
    if (connection) {
        /* One that is given up must not end what the others wait for. */
        if (count > 1)
            sl_fiber_shield(true);
        bool healthy = group_run(connection, group, count);
        if (count > 1)
            sl_fiber_shield(false);
        sl_pg_pool_give(reads->pool, connection, healthy);
    } else {
        leader->refused = true;
        leader->status = status;
    }
    for (uint32_t i = 0; i < count; i++) {
        group[i]->state = DONE;
        if (group[i] != leader)
            sl_condition_signal(&group[i]->condition);
    }
}

sl_status sl_pg_reads_run(sl_pg_reads *reads, sl_pg_read *read)
{
    if (reads->queued >= QUEUE_AT_MOST) {
        read->refused = true;
        return sl_fail(read->cx, SL_E_UNAVAILABLE, NULL, "The database is busy. Please try again.");
    }
    read->status = SL_E_UNAVAILABLE;
    read->state = reads->led ? WAITS : LEADS;
    reads->led = true;
    queue_push(reads, read);
    while (read->state != DONE) {
        if (read->state == LEADS) {
            lead(reads, read);
            continue;
        }
        /* Once somebody asks for it, only the answer counts. */
        bool taken = read->state == TAKEN;
        if (taken)
            sl_fiber_shield(true);
        sl_status status = sl_wait_condition(&read->condition, taken ? 0 : read->deadline);
        if (taken)
            sl_fiber_shield(false);
        if (status != SL_OK && read->state == WAITS) {
            queue_remove(reads, read);
            read->refused = true;
            return sl_pg_fail_wait(read->cx, status, NULL);
        }
    }
    return read->status;
}
