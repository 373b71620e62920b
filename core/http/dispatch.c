/*
 * dispatch.c: what happens to a request that has come in whole.
 *
 * On the loop: which route; preflight, 404 and 405; the server's own pages, which never wait; overload. In a fiber: who calls,
 * with what parameters, seen before?, the handler and its commit. The answer leaves when all of that is over.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <stdio.h>
#include <string.h>

#include <stripe_lite/fault.h>

#include "core/database/numbers.h"
#include "core/http/idempotency.h"

static sl_status step_run(sl_context *cx, void *data)
{
    sl_request *request = data;
    request->answered = false;
    if (request->idempotency) {
        bool replayed = false;
        sl_status status = sl_idempotency_look(cx, request->idempotency, &replayed);
        if (status != SL_OK || replayed) {
            return status;
        }
    }
    sl_status status = request->match.entry->route->handler(cx, request->params);
    request->answered = true;
    if (status == SL_OK && request->reply.http_status == 0) {
        status = sl_fail(cx, SL_E_INTERNAL, NULL, "The handler gave no answer.");
    }
    return status;
}

/* Also of a step inside the handler's own: what its last run answered is no longer so. */
static void reply_forget(sl_context *cx, void *data)
{
    sl_request *request = data;
    (void)cx;
    memset(&request->reply, 0, sizeof request->reply);
}

static sl_status request_serve(sl_request *request)
{
    sl_context *cx = request->cx;
    request->restart = (sl_commit_hook){ .restart = reply_forget, .data = request };
    sl_context_hook(cx, &request->restart);
    SL_FAULT_OF("request.begun", request->head.method);
    sl_status status = sl_guard(request);
    if (status == SL_OK) {
        status = sl_parameters_read(request);
    }
    if (status == SL_OK) {
        status = sl_idempotency_begin(request);
    }
    if (status != SL_OK) {
        return status;
    }
    if (cx->host->database == NULL) {
        return step_run(cx, request);
    }
    status = sl_retry(cx, step_run, request);
    request->reply.body = sl_numbers_settled(cx, request->reply.body, &request->reply.length);
    if (request->idempotency) {
        status = sl_idempotency_end(request, status);
    }
    return status;
}

static void request_unlink(sl_request *request)
{
    sl_server *server = request->server;
    if (request->previous) {
        request->previous->next = request->next;
    } else {
        server->requests = request->next;
    }
    if (request->next) {
        request->next->previous = request->previous;
    }
    server->in_flight--;
    server->waiters -= request->waiter;
    *request->match.entry->waits_outside =
        *request->match.entry->waits_outside || request->cx->away_us > 0;
}

static void request_fiber(void *data)
{
    sl_request *request = data;
    sl_context *cx = request->cx;
    const sl_route_entry *entry = request->match.entry;
    request->work =
        (sl_fiber_work){ "request", entry->route->pattern, cx->request_id, entry->plugin };
    sl_fiber_works_on(&request->work);
    cx->deadline = sl_clock_monotonic_ms() + request->server->options.request_ms;
    sl_status status = request_serve(request);
    if (status != SL_OK) {
        if (cx->error.status != status) {
            cx->error = (sl_error){ .status = status };
        }
        sl_error_reply(cx);
    }
    SL_FAULT_OF("request.before_answer", request->head.method);
    request_unlink(request);
    request->fiber = NULL;
    sl_fiber_works_on(NULL);
    sl_request_end(request);
}

static bool is_probe(const sl_route_entry *entry)
{
    return entry->route->flags & SL_ROUTE_PROBE;
}

/* A gateway that does not answer holds the requests that wait for it: a quarter of the places is kept for the others. */
static bool may_start(const sl_request *request, int64_t now)
{
    sl_server *server = request->server;
    uint32_t most = server->options.in_flight;
    if (server->in_flight >= most ||
        (*request->match.entry->waits_outside && server->waiters >= most - most / 4)) {
        return false;
    }
    return sl_admission_take(&server->admission, server->in_flight - sl_requests_away(), now);
}

/* Each refusal is counted; the log is told once a second. */
static void overload_refuse(sl_request *request, int64_t now)
{
    sl_server *server = request->server;
    sl_metric_add("stripe_lite_http_overload_total", NULL, NULL, 1);
    server->overloads++;
    if (now - server->overload_told >= 1000) {
        char count[16];
        snprintf(count, sizeof count, "%u", server->overloads);
        sl_log(NULL, SL_LOG_WARNING, "too many requests at once, refusing some", "refused", count);
        server->overloads = 0;
        server->overload_told = now;
    }
    sl_request_refuse(request, 503);
}

static void request_start(sl_request *request)
{
    sl_server *server = request->server;
    int64_t now = sl_clock_monotonic_ms();
    if ((!is_probe(request->match.entry) && !may_start(request, now)) ||
        sl_fiber_start(server->host->loop, request_fiber, request, &request->fiber) != SL_OK) {
        overload_refuse(request, now);
        return;
    }
    request->next = server->requests;
    if (request->next) {
        request->next->previous = request;
    }
    server->requests = request;
    server->in_flight++;
    request->waiter = *request->match.entry->waits_outside;
    server->waiters += request->waiter;
}

static void refuse_unknown(sl_request *request, int refusal)
{
    sl_context *cx = request->cx;
    if (refusal == 405) {
        (void)sl_fail(cx, SL_E_METHOD, NULL, "%s is not a method of this path.",
                      request->head.method);
        sl_reply_header(cx, "Allow", sl_router_allow(cx->arena, request->match.allowed));
    } else if (refusal == 400) {
        (void)sl_fail(cx, SL_E_INVALID, NULL, "The path is not percent-encoded UTF-8.");
    } else {
        (void)sl_fail(cx, SL_E_NOT_FOUND, NULL, "Unrecognized request URL (%s: %s).",
                      request->head.method, sl_request_shown_path(request));
        cx->error.code = "url_invalid";
    }
    sl_error_reply(cx);
    sl_request_end(request);
}

void sl_dispatch(sl_request *request)
{
    sl_context *cx = request->cx;
    sl_server *server = request->server;
    const char *path = request->head.path;
    cx->face = strncmp(path, "/v1/", 4) == 0 ? SL_FACE_STRIPE : SL_FACE_LITE;
    int refusal =
        sl_router_match(server->router, cx->arena, request->head.method, path, &request->match);
    const sl_route_entry *entry = request->match.entry;
    if (strcmp(request->head.method, "OPTIONS") == 0 && request->match.allowed) {
        sl_cors_preflight(request, sl_router_allow(cx->arena, request->match.allowed));
        sl_request_end(request);
        return;
    }
    if (refusal == 0 && request->metrics_port && !is_probe(entry)) {
        refusal = 404;
    }
    if (refusal) {
        refuse_unknown(request, refusal);
        return;
    }
    cx->face = entry->face;
    cx->plugin = entry->plugin;
    cx->resource = entry->resource;
    if ((entry->route->flags & SL_ROUTE_ON_LOOP) == 0) {
        request_start(request);
        return;
    }
    if (entry->route->handler(cx, &request->match) != SL_OK) {
        sl_error_reply(cx);
    }
    sl_request_end(request);
}
