/*
 * connections.c: all connections of a worker: whose time is over, and who has to make room.
 *
 * Those that are idle stand in queues in the order in which their time ends, so that ten thousand of them cost nothing while they
 * are: the sweep looks at the first ones, and at every one that is busy.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/connection.h"

#define EVICT_IDLE_MS 1000 /* no connection is closed for others before */
#define EVICT_MOST 64u

void sl_connection_dequeue(sl_connection *connection)
{
    sl_connection_queue *queue = connection->queue;
    if (queue == NULL) {
        return;
    }
    if (connection->previous) {
        connection->previous->next = connection->next;
    } else {
        queue->first = connection->next;
    }
    if (connection->next) {
        connection->next->previous = connection->previous;
    } else {
        queue->last = connection->previous;
    }
    connection->queue = NULL;
}

void sl_connection_enqueue(sl_connection *connection, sl_connection_queue *queue)
{
    sl_connection_dequeue(connection);
    connection->queue = queue;
    connection->next = NULL;
    connection->previous = queue->last;
    if (queue->last) {
        queue->last->next = connection;
    } else {
        queue->first = connection;
    }
    queue->last = connection;
}

static void idle_end(sl_connection_queue *queue)
{
    sl_connection *next = NULL;
    for (sl_connection *connection = queue->first; connection; connection = next) {
        next = connection->next;
        if (!sl_channel_is_sending(&connection->channel)) {
            sl_connection_free(connection);
        }
    }
}

static void idle_sweep(sl_connection_queue *queue, int64_t now)
{
    while (queue->first && now >= queue->first->deadline) {
        sl_connection_expire(queue->first);
    }
}

static void busy_sweep(sl_connection_queue *queue, int64_t now)
{
    sl_connection *next = NULL;
    for (sl_connection *connection = queue->first; connection; connection = next) {
        next = connection->next;
        if (connection->state != SL_RUNNING && connection->state != SL_READING_BODY) {
            sl_connection_output_look(connection, sl_channel_unsent(&connection->channel), now);
        }
        bool late = connection->whole_by && now >= connection->whole_by;
        if (late || (connection->deadline && now >= connection->deadline)) {
            sl_connection_expire(connection);
        }
    }
}

void sl_connections_sweep(sl_server *server, int64_t now)
{
    busy_sweep(&server->busy, now);
    for (size_t i = 0; i < SL_IDLE_QUEUES; i++) {
        idle_sweep(&server->idle[i], now);
        if (server->draining && now >= server->drain_grace) {
            idle_end(&server->idle[i]);
        }
    }
}

static uint32_t queue_evict(sl_connection_queue *queue, int64_t before, uint32_t most)
{
    uint32_t evicted = 0;
    sl_connection *next = NULL;
    for (sl_connection *connection = queue->first;
         connection && connection->idle_since <= before && evicted < most; connection = next) {
        next = connection->next;
        if (!sl_channel_is_sending(&connection->channel)) {
            sl_connection_free(connection);
            evicted++;
        }
    }
    return evicted;
}

uint32_t sl_connections_evict(sl_server *server)
{
    int64_t now = sl_clock_monotonic_ms();
    int64_t oldest = now;
    uint32_t evicted = 0;
    for (size_t i = 0; i < SL_IDLE_QUEUES; i++) {
        const sl_connection *first = server->idle[i].first;
        oldest = first && first->idle_since < oldest ? first->idle_since : oldest;
    }
    if (now - oldest < EVICT_IDLE_MS) {
        return 0;
    }
    int64_t before = oldest + (now - EVICT_IDLE_MS - oldest) / 2;
    for (size_t i = 0; i < SL_IDLE_QUEUES; i++) {
        evicted += queue_evict(&server->idle[i], before, EVICT_MOST - evicted);
    }
    sl_metric_add("stripe_lite_http_evicted_total", NULL, NULL, evicted);
    return evicted;
}

void sl_connections_cut(sl_server *server)
{
    for (size_t i = 0; i < SL_IDLE_QUEUES; i++) {
        while (server->idle[i].first) {
            sl_connection_free(server->idle[i].first);
        }
    }
    while (server->busy.first) {
        sl_connection_free(server->busy.first);
    }
}
