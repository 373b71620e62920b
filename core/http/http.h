/*
 * http.h: the inside of core/http: server, connection, request, reply.
 *
 * A connection reads one request at a time and owns nothing of it but a pointer; the request lies in its context's arena and
 * lives until its fiber ends. Whoever goes first cuts the pointer of the other: a client that leaves does not end a request.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_HTTP_H
#define STRIPE_LITE_CORE_HTTP_HTTP_H

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/fiber/fiber.h"
#include "core/http/admission.h"
#include "core/http/channel.h"
#include "core/http/parser.h"
#include "core/http/router.h"
#include "core/http/server.h"
#include "core/http/static.h"

#define SL_REPLY_HEADERS 24
#define SL_STRIPE_VERSION "2026-10-28.endive"

typedef struct sl_connection sl_connection;
typedef struct sl_connection_queue {
    sl_connection *first, *last;
} sl_connection_queue;

/* Idle connections by how long they may be so. */
enum { SL_IDLE_NEW, SL_IDLE_KEPT, SL_IDLE_QUEUES };

typedef struct sl_listener sl_listener;
struct ssl_ctx_st;
struct sl_idempotency;

typedef struct sl_reply {
    int32_t http_status; /* 0: none yet */
    bool lasting;        /* the body outlives the request: it is referred to, not copied */
    bool secret;         /* the body is stored sealed */
    uint32_t header_count;
    const char *content_type;
    const char *body;
    size_t length;
    sl_header headers[SL_REPLY_HEADERS];
} sl_reply;

typedef struct sl_request {
    sl_context *cx;
    sl_server *server;
    sl_connection *connection; /* NULL once the client has gone */
    sl_fiber *fiber;           /* NULL: answered on the loop */
    struct sl_request *previous, *next;
    sl_parser parser;
    sl_head head;
    sl_match match;
    const char *body; /* NUL-terminated, "" when there is none */
    size_t body_length;
    int64_t started_us;
    bool metrics_port;
    bool waiter;   /* counted among those that may wait for a gateway */
    bool refused;  /* without having begun */
    bool answered; /* the handler has ended: what stands in `reply` is the answer */
    sl_reply reply;
    const void *params;
    struct sl_idempotency *idempotency;
    sl_commit_hook restart; /* a step that begins again starts without an answer */
    sl_fiber_work work;
} sl_request;

struct sl_server {
    const sl_host *host;
    sl_arena *arena;
    sl_server_options options;
    sl_router *router;
    sl_static *statics;
    struct ssl_ctx_st *tls;
    sl_listener *listeners;
    sl_channel_room room;
    sl_connection_queue idle[SL_IDLE_QUEUES];
    sl_connection_queue busy;
    sl_request *requests;
    uint32_t connection_count;
    uint32_t in_flight;
    uint32_t waiters; /* of them, on routes that have been seen to wait for a gateway */
    sl_admission admission;
    uint32_t overloads; /* refused since `overload_told` */
    int64_t overload_told;
    int64_t descriptors_told;
    sl_timer *sweep;
    bool draining;
    int64_t drain_until; /* monotonic ms */
    int64_t drain_grace;
    int64_t purge_at; /* monotonic ms */
    void (*drained)(void *data);
    void *drained_data;
    const char *openapi;
    size_t openapi_length;
    int64_t date_second;
    char date[32];
};

/* ---- listener.c ---- */

/* There is room again: those that rest accept at once. */
void sl_listeners_wake(sl_server *server);
void sl_listeners_close(sl_server *server);

/* ---- connection.c ---- */

/* Takes over an accepted, non-blocking socket. */
void sl_connection_new(sl_server *server, int descriptor, bool metrics);
/* Writes the request's answer and goes on with what the client sent meanwhile. */
void sl_connection_answer(sl_connection *connection, sl_request *request);
/* Cuts it at once. */
void sl_connection_free(sl_connection *connection);

/* ---- connections.c ---- */

/* Cuts every one. */
void sl_connections_cut(sl_server *server);
/* Closes connections that have been idle for longest, to make room; how many. */
uint32_t sl_connections_evict(sl_server *server);
/* Looks at deadlines; runs every second. */
void sl_connections_sweep(sl_server *server, int64_t now);

/* ---- response.c ---- */

/* Head and body of the reply into the channel. `close`: say that the connection ends. */
void sl_response_write(sl_channel *channel, sl_request *request, bool close);
const char *sl_reason_phrase(int32_t http_status);

/* ---- request.c ---- */

sl_request *sl_request_new(sl_server *server, sl_connection *connection);
/* Logs, counts, sends when the client is still there, and frees. */
void sl_request_end(sl_request *request);
/* Refuses before there is anything to run: parser, limits, overload. */
void sl_request_refuse(sl_request *request, int32_t http_status);
/* The path with digits that could be a card's masked. */
const char *sl_request_shown_path(const sl_request *request);

/* ---- dispatch.c ---- */

/* A whole request has come in: answers at once, or starts its fiber. */
void sl_dispatch(sl_request *request);

/* ---- errors.c ---- */

/* The context's error as its reply, in its face. */
void sl_error_reply(sl_context *cx);

/* ---- cors.c ---- */

void sl_cors_headers(sl_request *request);
/* Answers OPTIONS. */
void sl_cors_preflight(sl_request *request, const char *allow);

/* ---- parameters.c ---- */

/* Reads query, body and path into cx->params and the route's struct. */
sl_status sl_parameters_read(sl_request *request) SL_MUST_CHECK;

/* ---- guard.c ---- */

sl_status sl_guard(sl_request *request) SL_MUST_CHECK; /* [suspends] */

/* Flags of the server's own routes, beyond the SDK's. */
#define SL_ROUTE_ON_LOOP \
    (1u << 30) /* never waits: answered without a fiber, open, its parameter is the sl_match */
#define SL_ROUTE_PROBE (1u << 31) /* exempt from overload; open on the metrics port */

/* ---- own.c, probes.c, docs.c, openapi.c: the server's own routes ---- */

extern const sl_route sl_own_routes[];
sl_status sl_probe_live(sl_context *cx, const void *params) SL_MUST_CHECK;
sl_status sl_probe_ready(sl_context *cx, const void *params) SL_MUST_CHECK;  /* [suspends] */
sl_status sl_probe_health(sl_context *cx, const void *params) SL_MUST_CHECK; /* [suspends] */
sl_status sl_probe_metrics(sl_context *cx, const void *params) SL_MUST_CHECK;
sl_status sl_docs_swagger(sl_context *cx, const void *params) SL_MUST_CHECK;
sl_status sl_docs_redoc(sl_context *cx, const void *params) SL_MUST_CHECK;
sl_status sl_openapi_serve(sl_context *cx, const void *params) SL_MUST_CHECK;

#endif
