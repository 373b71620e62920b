/*
 * connection.c: one client's connection: reading requests one after another, writing their answers in order.
 *
 * While a request runs, what the client sends next waits in the input buffer, up to a bound; the request itself lies elsewhere
 * (request.c) and only points here. A refused or last request closes gracefully: the answer is flushed, our side is shut, and
 * what still comes in is thrown away for a moment, so that no reset eats the answer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/ssl.h>

#define EVICT_IDLE_MS 1000 /* no connection is closed for others before */
#define EVICT_MOST 64
#define INPUT_BOUND ((size_t)64 * 1024)
#define HEAD_SLACK 1024u
#define OUTPUT_BOUND ((size_t)256 * 1024) /* unsent, past which nothing new is begun */
#define TRANSFER_PATIENCE 4
#define TRANSFER_BYTES_PER_MS 16
#define LINGER_MS 2000
#define LINGER_BYTES (4u * 1024 * 1024)

typedef enum { READING_HEAD, READING_BODY, RUNNING, FLUSHING, LINGERING } connection_state;

struct sl_connection {
    sl_server *server;
    struct bufferevent *channel;
    sl_connection *previous, *next;
    sl_request *request;
    sl_parser parser;
    sl_head_scan scan;
    connection_state state;
    bool metrics;
    bool half_closed; /* the client will send no more */
    bool processing;
    size_t discarded;
    size_t output_left; /* at the last sweep */
    int64_t deadline;   /* monotonic ms; 0: none */
    int64_t idle_since; /* when it was accepted, or its last answer left */
    int64_t
        whole_by; /* a body, or the answers in the output: past it progress does not count any more */
};

static void deadline_set(sl_connection *connection, int64_t milliseconds)
{
    connection->deadline = milliseconds ? sl_clock_monotonic_ms() + milliseconds : 0;
}

/* How long `bytes` may take in all, either way: a few times as long as without progress, and longer for many. */
static int64_t transfer_end(const sl_connection *connection, size_t bytes)
{
    return sl_clock_monotonic_ms() + connection->server->options.body_ms * TRANSFER_PATIENCE +
           (int64_t)(bytes / TRANSFER_BYTES_PER_MS);
}

static bool output_is_full(const sl_connection *connection)
{
    return evbuffer_get_length(bufferevent_get_output(connection->channel)) > OUTPUT_BOUND;
}

void sl_connection_free(sl_connection *connection)
{
    sl_server *server = connection->server;
    if (connection->request) {
        connection->request->connection = NULL;
        if (connection->state == RUNNING) {
            /* Reading may stop when nobody waits for it; what writes goes on to its end. */
            if (connection->request->fiber &&
                strcmp(connection->request->head.method, "GET") == 0) {
                sl_fiber_cancel(connection->request->fiber);
            }
        } else {
            sl_context_free(connection->request->cx);
        }
    }
    if (connection->previous) {
        connection->previous->next = connection->next;
    } else {
        server->connections = connection->next;
    }
    if (connection->next) {
        connection->next->previous = connection->previous;
    }
    bufferevent_free(connection->channel);
    free(connection);
    if (server->connection_count-- == server->options.max_connections) {
        sl_listeners_wake(server);
    }
}

static void idle_begin(sl_connection *connection)
{
    connection->whole_by = 0;
    connection->idle_since = sl_clock_monotonic_ms();
    deadline_set(connection, connection->server->options.idle_ms);
}

static sl_head_limits head_limits(const sl_connection *connection)
{
    const sl_server_options *options = &connection->server->options;
    return (sl_head_limits){ .lines = options->head_limit, .url = options->url_limit };
}

/* How much may wait unread: never less than a head that is within its limits, or one would be waited for in vain. */
static size_t input_bound(const sl_connection *connection)
{
    sl_head_limits limits = head_limits(connection);
    size_t head = limits.lines + limits.url + HEAD_SLACK;
    return head > INPUT_BOUND ? head : INPUT_BOUND;
}

/* An answer on its way: each sweep that finds less of it left gives it more time, until it has had enough. */
static void output_look(sl_connection *connection, size_t left, int64_t now)
{
    if (left == 0 && connection->output_left > 0) {
        connection->output_left = 0;
        if (connection->state == READING_HEAD && connection->scan.seen == 0) {
            idle_begin(connection);
        }
    } else if (left > 0 && left != connection->output_left) {
        connection->output_left = left;
        connection->deadline = now + connection->server->options.body_ms;
    }
}

/* From now on the loop writes what is in the output, and tells when all of it has gone. */
static void output_leave(sl_connection *connection)
{
    bufferevent_enable(connection->channel, EV_WRITE);
}

/* An answer mostly fits the socket's buffer: written at once, it costs no turn of the loop and no change of what is polled.
 * Whatever goes wrong shows again when the loop writes. */
static void output_flush(sl_connection *connection)
{
    struct evbuffer *output = bufferevent_get_output(connection->channel);
    if (evbuffer_get_length(output) == 0 ||
        bufferevent_get_enabled(connection->channel) & EV_WRITE) {
        return;
    }
    evbuffer_unfreeze(output, 1);
    (void)evbuffer_write(output, bufferevent_getfd(connection->channel));
    evbuffer_freeze(output, 1);
    size_t left = evbuffer_get_length(output);
    if (left == 0) {
        output_look(connection, 0, 0);
    } else {
        connection->output_left = left;
        output_leave(connection);
    }
}

/* The last answer is in the output: nothing more is read. */
static void closing_begin(sl_connection *connection)
{
    connection->state = FLUSHING;
    output_leave(connection);
    connection->request = NULL;
    deadline_set(connection, connection->server->options.body_ms);
    connection->whole_by =
        transfer_end(connection, evbuffer_get_length(bufferevent_get_output(connection->channel)));
    struct evbuffer *input = bufferevent_get_input(connection->channel);
    evbuffer_drain(input, evbuffer_get_length(input));
    bufferevent_setwatermark(connection->channel, EV_READ, 0, input_bound(connection));
}

static sl_request *request_begin(sl_connection *connection)
{
    if (connection->request == NULL) {
        connection->request = sl_request_new(connection->server, connection);
        connection->request->metrics_port = connection->metrics;
    }
    return connection->request;
}

/* Answers with a status and ends the connection: the bytes that follow have no known meaning. */
static void connection_refuse(sl_connection *connection, int http_status)
{
    sl_request *request = request_begin(connection);
    connection->state = RUNNING;
    request->head.keep_alive = false;
    sl_request_refuse(request, http_status);
}

/* A head that was refused before or while it was parsed still tells the answer which path, and so which face, was meant. */
static void request_line_guess(sl_request *request, const char *data, size_t length)
{
    const char *path = memchr(data, '/', length < 16 ? length : 16);
    size_t size = 0;
    if (request->head.path || path == NULL) {
        return;
    }
    while (path + size < data + length && size < 256 && path[size] > ' ' && path[size] != '?') {
        size++;
    }
    request->head.path = sl_arena_copy(request->cx->arena, path, size);
}

static void head_refuse(sl_connection *connection, int http_status, const char *data, size_t length)
{
    request_line_guess(request_begin(connection), data, length);
    connection_refuse(connection, http_status);
}

/* The body begins: how much may come, and whether the client waits to be asked for it. */
static bool body_begin(sl_connection *connection)
{
    sl_request *request = connection->request;
    size_t limit = connection->server->options.body_limit;
    struct evbuffer *input = bufferevent_get_input(connection->channel);
    if (request->head.content_length > (int64_t)limit) {
        connection_refuse(connection, 413);
        return false;
    }
    if (request->head.expects_continue && evbuffer_get_length(input) == 0) {
        bufferevent_write(connection->channel, "HTTP/1.1 100 Continue\r\n\r\n", 25);
        output_flush(connection);
    }
    size_t bound = input_bound(connection);
    if (request->head.content_length > 0) {
        bound += (size_t)request->head.content_length;
    }
    bufferevent_setwatermark(connection->channel, EV_READ, 0, bound);
    connection->state = READING_BODY;
    connection->whole_by = transfer_end(
        connection, request->head.chunked ? limit : (size_t)request->head.content_length);
    deadline_set(connection, connection->server->options.body_ms);
    return true;
}

static void request_run(sl_connection *connection)
{
    connection->state = RUNNING;
    connection->deadline = 0;
    connection->whole_by = 0;
    sl_dispatch(connection->request);
}

/* False: more bytes are needed. */
static bool head_read(sl_connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->channel);
    char line_end[2] = { 0 };
    while (connection->scan.seen == 0 && evbuffer_copyout(input, line_end, 2) == 2 &&
           memcmp(line_end, "\r\n", 2) == 0) {
        evbuffer_drain(input, 2);
    }
    size_t length = evbuffer_get_length(input);
    if (length == 0 || (length == 1 && line_end[0] == '\r')) {
        return false;
    }
    if (connection->scan.seen == 0) {
        deadline_set(connection, connection->server->options.header_ms);
    }
    const char *data = (const char *)evbuffer_pullup(input, -1);
    sl_head_limits limits = head_limits(connection);
    int result = sl_head_scan_run(&connection->scan, &limits, data, length);
    if (result == SL_PARSE_MORE) {
        return false;
    }
    if (result != SL_PARSE_COMPLETE) {
        head_refuse(connection, result, data, length);
        return true;
    }
    sl_request *request = request_begin(connection);
    size_t size = connection->scan.end;
    char *text = sl_arena_alloc(request->cx->arena, size + 1);
    memcpy(text, data, size);
    memset(&connection->scan, 0, sizeof connection->scan);
    result = sl_parser_head(&connection->parser, &limits, request->cx->arena, text, size,
                            &request->head);
    if (result != SL_PARSE_COMPLETE) {
        head_refuse(connection, result, data, size);
        return true;
    }
    evbuffer_drain(input, size);
    if (request->head.chunked || request->head.content_length > 0) {
        return body_begin(connection);
    }
    request_run(connection);
    return true;
}

static void body_complete(sl_connection *connection, const char *body, size_t length)
{
    connection->request->body = body;
    connection->request->body_length = length;
    bufferevent_setwatermark(connection->channel, EV_READ, 0, input_bound(connection));
    request_run(connection);
}

static bool body_read(sl_connection *connection)
{
    sl_request *request = connection->request;
    struct evbuffer *input = bufferevent_get_input(connection->channel);
    size_t length = evbuffer_get_length(input);
    deadline_set(connection, connection->server->options.body_ms);
    if (!request->head.chunked) {
        size_t wanted = (size_t)request->head.content_length;
        if (length < wanted) {
            return false;
        }
        char *body = sl_arena_alloc(request->cx->arena, wanted + 1);
        evbuffer_remove(input, body, wanted);
        body_complete(connection, body, wanted);
        return true;
    }
    while (length > 0) {
        size_t part = evbuffer_get_contiguous_space(input);
        size_t used = 0;
        const char *data = (const char *)evbuffer_pullup(input, (ssize_t)part);
        int result = sl_parser_chunks(&connection->parser, data, part,
                                      connection->server->options.body_limit, &used);
        evbuffer_drain(input, used);
        length = evbuffer_get_length(input);
        if (result == SL_PARSE_COMPLETE) {
            body_complete(connection, connection->parser.body ? connection->parser.body : "",
                          connection->parser.body_length);
            return true;
        }
        if (result != SL_PARSE_MORE) {
            connection_refuse(connection, result);
            return true;
        }
    }
    return false;
}

/* Reads requests until bytes are missing or one of them takes its time. Answers given on the loop come back here through
 * sl_connection_answer, which is why this is a loop and not a recursion. */
static void connection_process(sl_connection *connection)
{
    if (connection->processing) {
        return;
    }
    connection->processing = true;
    bool more = true;
    while (more) {
        if (connection->state == READING_HEAD) {
            if (output_is_full(connection)) {
                output_flush(connection);
            }
            more = !output_is_full(connection) && head_read(connection);
        } else if (connection->state == READING_BODY) {
            more = body_read(connection);
        } else {
            more = false;
        }
    }
    connection->processing = false;
    if (!connection->half_closed) {
        output_flush(connection);
    }
    bool waiting = connection->state == READING_HEAD || connection->state == READING_BODY;
    if (connection->half_closed && waiting && !output_is_full(connection)) {
        if (evbuffer_get_length(bufferevent_get_output(connection->channel)) > 0) {
            closing_begin(connection);
        } else {
            sl_connection_free(connection);
        }
    }
}

static void channel_readable(struct bufferevent *channel, void *data)
{
    sl_connection *connection = data;
    if (connection->state == FLUSHING || connection->state == LINGERING) {
        struct evbuffer *input = bufferevent_get_input(channel);
        connection->discarded += evbuffer_get_length(input);
        evbuffer_drain(input, evbuffer_get_length(input));
        if (connection->discarded > LINGER_BYTES && connection->state == LINGERING) {
            sl_connection_free(connection);
        }
        return;
    }
    connection_process(connection);
}

static void channel_written(struct bufferevent *channel, void *data)
{
    sl_connection *connection = data;
    SSL *tls = bufferevent_openssl_get_ssl(channel);
    if (evbuffer_get_length(bufferevent_get_output(channel)) > 0) {
        return;
    }
    if (connection->state != FLUSHING) {
        if (tls == NULL) {
            bufferevent_disable(channel, EV_WRITE);
        }
        output_look(connection, 0, 0);
        connection_process(connection);
        return;
    }
    if (connection->half_closed) {
        sl_connection_free(connection);
        return;
    }
    if (tls) {
        SSL_shutdown(tls);
    }
    shutdown(bufferevent_getfd(channel), SHUT_WR);
    connection->state = LINGERING;
    deadline_set(connection, LINGER_MS);
}

static void channel_event(struct bufferevent *channel, short what, void *data)
{
    sl_connection *connection = data;
    if (what & BEV_EVENT_CONNECTED) {
        return;
    }
    bool half = (what & BEV_EVENT_EOF) && connection->state != LINGERING &&
                bufferevent_openssl_get_ssl(channel) == NULL;
    if (!half) {
        sl_connection_free(connection);
        return;
    }
    connection->half_closed = true;
    if (connection->state == FLUSHING) {
        channel_written(channel, connection);
        return;
    }
    connection_process(connection);
}

void sl_connection_new(sl_server *server, int descriptor, bool metrics)
{
    struct event_base *base = sl_loop_base(server->host->loop);
    struct bufferevent *channel = NULL;
    if (server->tls && !metrics) {
        SSL *tls = SSL_new(server->tls);
        channel = tls ? bufferevent_openssl_socket_new(
                            base, descriptor, tls, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE)
                      : NULL;
        if (channel) {
            bufferevent_openssl_set_allow_dirty_shutdown(channel, 1);
        } else if (tls) {
            SSL_free(tls);
        }
    } else {
        channel = bufferevent_socket_new(base, descriptor, BEV_OPT_CLOSE_ON_FREE);
    }
    sl_connection *connection = channel ? calloc(1, sizeof *connection) : NULL;
    if (connection == NULL) {
        if (channel) {
            bufferevent_free(channel);
        } else {
            close(descriptor);
        }
        return;
    }
    connection->server = server;
    connection->channel = channel;
    connection->metrics = metrics;
    connection->idle_since = sl_clock_monotonic_ms();
    connection->next = server->connections;
    if (connection->next) {
        connection->next->previous = connection;
    }
    server->connections = connection;
    server->connection_count++;
    deadline_set(connection, server->options.header_ms);
    bufferevent_setcb(channel, channel_readable, channel_written, channel_event, connection);
    bufferevent_setwatermark(channel, EV_READ, 0, input_bound(connection));
    bufferevent_enable(channel, EV_READ);
    if (bufferevent_openssl_get_ssl(channel) == NULL) {
        bufferevent_disable(channel, EV_WRITE);
    }
}

void sl_connection_answer(sl_connection *connection, sl_request *request)
{
    struct evbuffer *output = bufferevent_get_output(connection->channel);
    /* What a client asked before it closed its half is answered to the end. */
    bool last = connection->half_closed &&
                evbuffer_get_length(bufferevent_get_input(connection->channel)) == 0;
    bool close = !request->head.keep_alive || connection->server->draining || last;
    sl_response_write(output, request, close);
    request->connection = NULL;
    connection->request = NULL;
    connection->output_left = evbuffer_get_length(output);
    if (close) {
        closing_begin(connection);
        if (connection->output_left == 0) {
            channel_written(connection->channel, connection);
        }
        return;
    }
    connection->state = READING_HEAD;
    if (connection->output_left > 0) {
        connection->whole_by = transfer_end(connection, connection->output_left);
        deadline_set(connection, connection->server->options.body_ms);
    } else {
        idle_begin(connection);
    }
    connection_process(connection);
}

/* Whether bytes have come that the loop has not read yet: a request that must not be cut. */
static bool is_sending(const sl_connection *connection)
{
    int waiting = 0;
    return ioctl(bufferevent_getfd(connection->channel), FIONREAD, &waiting) == 0 && waiting > 0;
}

/* A head or body that took too long is told so when that can still be said; what is idle is closed without a word. */
static void connection_expire(sl_connection *connection)
{
    if (connection->state == READING_BODY ||
        (connection->state == READING_HEAD && connection->scan.seen > 0)) {
        connection_refuse(connection, 408);
    } else {
        sl_connection_free(connection);
    }
}

static bool is_idle(const sl_connection *connection)
{
    return connection->state == READING_HEAD && connection->scan.seen == 0 &&
           evbuffer_get_length(bufferevent_get_output(connection->channel)) == 0;
}

void sl_connections_sweep(sl_server *server, int64_t now)
{
    sl_connection *next = NULL;
    for (sl_connection *connection = server->connections; connection; connection = next) {
        next = connection->next;
        size_t left = evbuffer_get_length(bufferevent_get_output(connection->channel));
        if (connection->state != RUNNING && connection->state != READING_BODY) {
            output_look(connection, left, now);
        }
        bool late = connection->whole_by && now >= connection->whole_by;
        if (late || (connection->deadline && now >= connection->deadline)) {
            connection_expire(connection);
        } else if (server->draining && now >= server->drain_grace && is_idle(connection) &&
                   !is_sending(connection)) {
            sl_connection_free(connection);
        }
    }
}

uint32_t sl_connections_evict(sl_server *server)
{
    int64_t now = sl_clock_monotonic_ms();
    int64_t oldest = now;
    uint32_t evicted = 0;
    sl_connection *next = NULL;
    for (sl_connection *at = server->connections; at; at = at->next) {
        if (is_idle(at) && at->idle_since < oldest) {
            oldest = at->idle_since;
        }
    }
    int64_t before = oldest + (now - EVICT_IDLE_MS - oldest) / 2;
    if (now - oldest < EVICT_IDLE_MS) {
        return 0;
    }
    for (sl_connection *at = server->connections; at && evicted < EVICT_MOST; at = next) {
        next = at->next;
        if (is_idle(at) && at->idle_since <= before && !is_sending(at)) {
            sl_connection_free(at);
            evicted++;
        }
    }
    sl_metric_add("stripe_lite_http_evicted_total", NULL, NULL, evicted);
    return evicted;
}
