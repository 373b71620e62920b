/*
 * request.c: the record of one request, from its head to its access log line.
 *
 * It lies in the arena of its own context and is gone with it. See <stripe_lite/route.h> for what handlers may ask.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <stdio.h>
#include <string.h>

#include <stripe_lite/gateway.h>

#include "core/auth/auth.h"
#include "core/base/log.h"
#include "core/base/mask.h"

sl_request *sl_request_new(sl_server *server, sl_connection *connection)
{
    sl_context *cx = sl_context_new(server->host, SL_FIRST_ACCOUNT, false, "");
    sl_request *request = sl_arena_alloc(cx->arena, sizeof *request);
    request->cx = cx;
    request->server = server;
    request->connection = connection;
    request->started_us = sl_clock_monotonic_us();
    request->body = "";
    request->head.method = "GET";
    request->head.content_length = -1;
    cx->request_id = sl_id(cx, "req");
    cx->request = request;
    cx->reply = &request->reply;
    cx->face = SL_FACE_LITE;
    return request;
}

const char *sl_request_shown_path(const sl_request *request)
{
    return sl_mask(request->cx->arena, request->head.path ? request->head.path : "");
}

static const char *status_class(int32_t http_status)
{
    static const char *const classes[] = { "1xx", "2xx", "3xx", "4xx", "5xx" };
    int32_t index = http_status / 100 - 1;
    return classes[index < 0 || index > 4 ? 4 : index];
}

static void request_log(const sl_request *request, int64_t microseconds)
{
    sl_context *cx = request->cx;
    char status[16];
    char duration[32];
    int32_t level = request->reply.http_status >= 500 ? SL_LOG_WARNING : SL_LOG_INFO;
    if (!sl_log_on(level)) {
        return;
    }
    snprintf(status, sizeof status, "%d", (int)request->reply.http_status);
    snprintf(duration, sizeof duration, "%lld.%03lld", (long long)(microseconds / 1000),
             (long long)(microseconds % 1000));
    const char *key = cx->caller.key_id ? cx->caller.key_id : "";
    if (request->head.query && *request->head.query) {
        sl_log(cx, level, "request", "method", request->head.method, "path",
               sl_request_shown_path(request), "query", sl_mask(cx->arena, request->head.query),
               "status", status, "ms", duration, "key", key);
    } else {
        sl_log(cx, level, "request", "method", request->head.method, "path",
               sl_request_shown_path(request), "status", status, "ms", duration, "key", key);
    }
}

void sl_request_end(sl_request *request)
{
    int64_t microseconds = sl_clock_monotonic_us() - request->started_us;
    const sl_route_entry *entry = request->match.entry;
    sl_cors_headers(request);
    request_log(request, microseconds);
    sl_metric_add("stripe_lite_http_requests_total", "status",
                  status_class(request->reply.http_status), 1);
    sl_metric_observe("stripe_lite_http_request_seconds", "face",
                      entry && entry->face == SL_FACE_STRIPE ? "stripe" : "lite", microseconds);
    if (request->work.kind && request->reply.http_status < 400) {
        sl_admission_done(&request->server->admission, microseconds - request->cx->away_us);
    }
    sl_connection *connection = request->connection;
    if (connection) {
        sl_connection_answer(connection, request);
    }
    sl_context_free(request->cx);
}

static const struct {
    int32_t http_status;
    sl_status status;
    const char *code;
    const char *message;
} refusals[] = {
    { 400, SL_E_INVALID, NULL, "The request is not well-formed HTTP." },
    { 408, SL_E_INVALID, NULL, "The request took too long to arrive." },
    { 413, SL_E_TOO_LARGE, NULL, "The body is larger than this server takes." },
    { 414, SL_E_INVALID, NULL, "The URL is longer than this server takes." },
    { 417, SL_E_INVALID, NULL, "This expectation cannot be met." },
    { 431, SL_E_INVALID, NULL, "The headers are larger than this server takes." },
    { 501, SL_E_INVALID, NULL, "This method is not known here." },
    { 503, SL_E_UNAVAILABLE, NULL, "The server is busy. Try again in a moment." },
    { 505, SL_E_INVALID, NULL, "Only HTTP/1.0 and HTTP/1.1 are spoken here." },
};

void sl_request_refuse(sl_request *request, int32_t http_status)
{
    size_t i = 0;
    while (i + 1 < sizeof refusals / sizeof refusals[0] && refusals[i].http_status != http_status) {
        i++;
    }
    const char *path = request->head.path;
    request->cx->face = path && strncmp(path, "/v1/", 4) == 0 ? SL_FACE_STRIPE : SL_FACE_LITE;
    (void)sl_fail(request->cx, refusals[i].status, refusals[i].code, "%s", refusals[i].message);
    request->cx->error.http_status = http_status;
    request->refused = true;
    if (http_status == 503) {
        sl_reply_header(request->cx, "Retry-After", "1");
    }
    sl_error_reply(request->cx);
    sl_request_end(request);
}

/* ---- what handlers may ask ---- */

const char *sl_request_header(const sl_context *cx, const char *name)
{
    return cx->request ? sl_head_find(&cx->request->head, name) : NULL;
}

const char *sl_request_body(const sl_context *cx, size_t *ret_length)
{
    if (cx->request == NULL) {
        return NULL;
    }
    if (ret_length) {
        *ret_length = cx->request->body_length;
    }
    return cx->request->body;
}

const char *sl_request_method(const sl_context *cx)
{
    return cx->request ? cx->request->head.method : NULL;
}

const char *sl_request_path(const sl_context *cx)
{
    return cx->request ? cx->request->head.path : NULL;
}

const sl_gateway_webhook *sl_request_webhook(sl_context *cx)
{
    const sl_request *request = cx->request;
    if (request == NULL) {
        return NULL;
    }
    const sl_head *head = &request->head;
    sl_pair *headers = sl_alloc(cx, (head->header_count + 1u) * sizeof *headers);
    for (uint32_t i = 0; i < head->header_count; i++) {
        headers[i] = (sl_pair){ .name = head->headers[i].name, .value = head->headers[i].value };
    }
    sl_gateway_webhook *webhook = sl_alloc(cx, sizeof *webhook);
    *webhook = (sl_gateway_webhook){ .struct_size = sizeof *webhook,
                                     .method = head->method,
                                     .path = head->path,
                                     .query = head->query ? head->query : "",
                                     .headers = headers,
                                     .body = request->body ? request->body : "",
                                     .body_length = request->body_length };
    return webhook;
}

/* A Host that could not stand in a link is not believed. */
static bool host_sound(const char *host)
{
    size_t length =
        strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]");
    return length > 0 && length < 256 && host[length] == '\0';
}

const char *sl_request_base_url(const sl_context *cx)
{
    if (cx->host == NULL || cx->host->server == NULL) {
        return NULL;
    }
    const sl_server *server = cx->host->server;
    if (server->options.public_url) {
        return server->options.public_url;
    }
    const char *host = sl_request_header(cx, "Host");
    return sl_arena_format(cx->arena, "%s://%s", server->tls ? "https" : "http",
                           host && host_sound(host) ? host : "localhost");
}
