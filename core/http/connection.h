/*
 * connection.h: what connection.c and connections.c share: a connection, and the queues of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_CONNECTION_H
#define STRIPE_LITE_CORE_HTTP_CONNECTION_H

#include "core/http/channel.h"
#include "core/http/http.h"

typedef enum {
    SL_READING_HEAD,
    SL_READING_BODY,
    SL_RUNNING,
    SL_FLUSHING,
    SL_LINGERING
} sl_connection_state;

struct sl_connection {
    sl_server *server;
    sl_connection *previous, *next; /* in `queue` */
    sl_connection_queue *queue;
    sl_channel channel;
    sl_request *request;
    sl_head_scan scan;
    sl_connection_state state;
    bool metrics;
    bool half_closed; /* the client will send no more */
    bool processing;
    size_t discarded;
    size_t output_left; /* when it was last looked at */
    int64_t deadline;   /* monotonic ms; 0: none */
    int64_t idle_since; /* when it was accepted, or its last answer left */
    int64_t
        whole_by; /* a body, or the answers in the output: past it progress does not count any more */
};

/* ---- connections.c ---- */

/* Moves it to the end of a queue of its server. */
void sl_connection_enqueue(sl_connection *connection, sl_connection_queue *queue);
void sl_connection_dequeue(sl_connection *connection);

/* ---- connection.c ---- */

/* Nothing of a request has come, nothing of an answer is left. */
bool sl_connection_is_idle(const sl_connection *connection);
/* Its deadline has passed: it is answered when that can still be, and ends. */
void sl_connection_expire(sl_connection *connection);
/* So much of the output is left: progress gives it more time. */
void sl_connection_output_look(sl_connection *connection, size_t left, int64_t now);

#endif
