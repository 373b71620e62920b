/*
 * connection.c: one client's connection: reading requests one after another, writing their answers in order.
 *
 * While a request runs, what the client sends next waits in the channel, up to a bound; the request itself lies elsewhere
 * (request.c) and only points here. A refused or last request closes gracefully: the answer is flushed, our side is shut, and
 * what still comes in is thrown away for a moment, so that no reset eats the answer. Only connection_rest and what stands at
 * the end of connection_ready free a connection that is at work.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/connection.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_BOUND ((size_t)64 * 1024)
#define HEAD_SLACK 1024u
#define OUTPUT_BOUND ((size_t)256 * 1024) /* unsent, past which nothing new is begun */
#define TRANSFER_PATIENCE 4
#define TRANSFER_BYTES_PER_MS 16
#define LINGER_MS 2000
#define LINGER_BYTES (4u * 1024 * 1024)

static void deadline_set(sl_connection *connection, int64_t milliseconds)
{
    connection->deadline = sl_clock_monotonic_ms() + milliseconds;
}

/* How long `bytes` may take in all, either way: a few times as long as without progress, and longer for many. */
static int64_t transfer_end(const sl_connection *connection, size_t bytes)
{
    return sl_clock_monotonic_ms() + connection->server->options.body_ms * TRANSFER_PATIENCE +
           (int64_t)(bytes / TRANSFER_BYTES_PER_MS);
}

static bool output_is_full(const sl_connection *connection)
{
    return sl_channel_unsent(&connection->channel) > OUTPUT_BOUND;
}

/* A request that has not come whole. */
static void request_drop(sl_connection *connection)
{
    if (connection->request) {
        sl_context_free(connection->request->cx);
        connection->request = NULL;
    }
}

void sl_connection_free(sl_connection *connection)
{
    sl_server *server = connection->server;
    sl_request *request = connection->request;
    if (request && connection->state == SL_RUNNING) {
        request->connection = NULL;
        /* Reading may stop when nobody waits for it; what writes goes on to its end. */
        if (request->fiber && strcmp(request->head.method, "GET") == 0) {
            sl_fiber_cancel(request->fiber);
        }
    } else {
        request_drop(connection);
    }
    sl_connection_dequeue(connection);
    sl_channel_close(&connection->channel);
    free(connection);
    if (server->connection_count-- == server->options.max_connections) {
        sl_listeners_wake(server);
    }
}

bool sl_connection_is_idle(const sl_connection *connection)
{
    return connection->state == SL_READING_HEAD && connection->scan.seen == 0 &&
           sl_channel_unsent(&connection->channel) == 0;
}

static void idle_begin(sl_connection *connection)
{
    connection->whole_by = 0;
    connection->idle_since = sl_clock_monotonic_ms();
    connection->deadline = connection->idle_since + connection->server->options.idle_ms;
    sl_connection_enqueue(connection, &connection->server->idle[SL_IDLE_KEPT]);
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
    size_t bound = head > INPUT_BOUND ? head : INPUT_BOUND;
    if (connection->state == SL_READING_BODY && connection->request->head.content_length > 0) {
        bound += (size_t)connection->request->head.content_length;
    }
    return bound;
}

static bool wants_input(const sl_connection *connection)
{
    return !connection->half_closed && connection->channel.input_length < input_bound(connection);
}

/* An answer on its way: each look that finds less of it left gives it more time, until it has had enough. */
void sl_connection_output_look(sl_connection *connection, size_t left, int64_t now)
{
    if (left == 0 && connection->output_left > 0) {
        connection->output_left = 0;
        if (sl_connection_is_idle(connection)) {
            idle_begin(connection);
        }
    } else if (left > 0 && left != connection->output_left) {
        connection->output_left = left;
        connection->deadline = now + connection->server->options.body_ms;
    }
}

/* The last answer is in the output: nothing more is read. */
static void closing_begin(sl_connection *connection)
{
    sl_channel *channel = &connection->channel;
    connection->state = SL_FLUSHING;
    deadline_set(connection, connection->server->options.body_ms);
    connection->whole_by = transfer_end(connection, sl_channel_unsent(channel));
    sl_channel_take(channel, channel->input_length);
}

/* The last answer has left. */
static void linger_begin(sl_connection *connection)
{
    sl_channel_shut(&connection->channel);
    connection->state = SL_LINGERING;
    deadline_set(connection, LINGER_MS);
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
    connection->state = SL_RUNNING;
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
    if (request->head.content_length > (int64_t)limit) {
        connection_refuse(connection, 413);
        return false;
    }
    if (request->head.expects_continue && connection->channel.input_length == 0) {
        static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
        const struct iovec pieces[2] = { { .iov_base = text, .iov_len = sizeof text - 1 } };
        sl_channel_write(&connection->channel, pieces, false);
    }
    connection->state = SL_READING_BODY;
    connection->whole_by = transfer_end(
        connection, request->head.chunked ? limit : (size_t)request->head.content_length);
    deadline_set(connection, connection->server->options.body_ms);
    return true;
}

static void request_run(sl_connection *connection)
{
    connection->state = SL_RUNNING;
    connection->deadline = 0;
    connection->whole_by = 0;
    sl_dispatch(connection->request);
}

/* False: more bytes are needed. */
static bool head_read(sl_connection *connection)
{
    sl_channel *channel = &connection->channel;
    bool begins = connection->scan.seen == 0;
    while (begins && channel->input_length >= 2 && memcmp(channel->input, "\r\n", 2) == 0) {
        sl_channel_take(channel, 2);
    }
    const char *data = channel->input;
    size_t length = channel->input_length;
    if (length == 0 || (begins && length == 1 && *data == '\r')) {
        return false;
    }
    sl_head_limits limits = head_limits(connection);
    int result = sl_head_scan_run(&connection->scan, &limits, data, length);
    if (result == SL_PARSE_MORE) {
        if (begins) {
            deadline_set(connection, connection->server->options.header_ms);
        }
        return false;
    }
    if (result != SL_PARSE_COMPLETE) {
        head_refuse(connection, result, data, length);
        return true;
    }
    sl_request *request = request_begin(connection);
    size_t size = connection->scan.end;
    char *text = sl_arena_copy(request->cx->arena, data, size);
    memset(&connection->scan, 0, sizeof connection->scan);
    result =
        sl_parser_head(&request->parser, &limits, request->cx->arena, text, size, &request->head);
    if (result != SL_PARSE_COMPLETE) {
        head_refuse(connection, result, data, size);
        return true;
    }
    sl_channel_take(channel, size);
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
    request_run(connection);
}

static bool body_read(sl_connection *connection)
{
    sl_request *request = connection->request;
    sl_channel *channel = &connection->channel;
    deadline_set(connection, connection->server->options.body_ms);
    if (!request->head.chunked) {
        size_t wanted = (size_t)request->head.content_length;
        if (channel->input_length < wanted) {
            return false;
        }
        const char *body = sl_arena_copy(request->cx->arena, channel->input, wanted);
        sl_channel_take(channel, wanted);
        body_complete(connection, body, wanted);
        return true;
    }
    if (channel->input_length == 0) {
        return false;
    }
    sl_parser *parser = &request->parser;
    size_t used = 0;
    int result = sl_parser_chunks(parser, channel->input, channel->input_length,
                                  connection->server->options.body_limit, &used);
    sl_channel_take(channel, used);
    if (result == SL_PARSE_MORE) {
        return false;
    }
    if (result == SL_PARSE_COMPLETE) {
        body_complete(connection, parser->body ? parser->body : "", parser->body_length);
    } else {
        connection_refuse(connection, result);
    }
    return true;
}

/* What is left to do when no request can be read: the one place where a connection that was at work ends or begins to wait. */
static void connection_rest(sl_connection *connection)
{
    sl_channel *channel = &connection->channel;
    if (channel->held) {
        /* Whatever goes wrong shows again when the loop writes. */
        (void)sl_channel_flush(channel);
    }
    size_t unsent = sl_channel_unsent(channel);
    if (unsent == 0) {
        sl_connection_output_look(connection, 0, 0);
    }
    bool waiting = connection->state == SL_READING_HEAD || connection->state == SL_READING_BODY;
    bool over = connection->half_closed && !output_is_full(connection) &&
                (waiting || connection->state == SL_FLUSHING);
    if (over && waiting && unsent > 0) {
        request_drop(connection);
        closing_begin(connection);
    } else if (connection->state == SL_FLUSHING && unsent == 0) {
        linger_begin(connection);
    }
    if ((over && unsent == 0) || !sl_channel_keep(channel) ||
        !sl_channel_watch(channel, wants_input(connection))) {
        sl_connection_free(connection);
        return;
    }
    if (!sl_connection_is_idle(connection) && connection->queue != &connection->server->busy) {
        sl_connection_enqueue(connection, &connection->server->busy);
    }
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
        if (connection->state == SL_READING_HEAD) {
            if (output_is_full(connection)) {
                (void)sl_channel_flush(&connection->channel);
            }
            more = !output_is_full(connection) && head_read(connection);
        } else if (connection->state == SL_READING_BODY) {
            more = body_read(connection);
        } else {
            more = false;
        }
    }
    connection->processing = false;
    connection_rest(connection);
}

/* False: there is nobody any more. */
static bool connection_receive(sl_connection *connection)
{
    sl_channel *channel = &connection->channel;
    sl_channel_event event = sl_channel_read(channel);
    bool lingering = connection->state == SL_LINGERING;
    bool ended = event == SL_CHANNEL_ENDED;
    if (event == SL_CHANNEL_BROKEN || (ended && (lingering || channel->tls))) {
        return false;
    }
    connection->half_closed = connection->half_closed || ended;
    if (lingering || connection->state == SL_FLUSHING) {
        connection->discarded += channel->input_length;
        sl_channel_take(channel, channel->input_length);
    }
    return !lingering || connection->discarded <= LINGER_BYTES;
}

static void connection_ready(void *data, int events)
{
    sl_connection *connection = data;
    (void)events;
    bool alive = sl_channel_flush(&connection->channel) &&
                 (!wants_input(connection) || connection_receive(connection));
    if (alive) {
        connection_process(connection);
    } else {
        sl_connection_free(connection);
    }
}

void sl_connection_new(sl_server *server, int descriptor, bool metrics)
{
    sl_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        close(descriptor);
        return;
    }
    connection->server = server;
    connection->metrics = metrics;
    if (sl_channel_open(&connection->channel, server->host->loop, &server->room, descriptor,
                        metrics ? NULL : server->tls, connection_ready, connection) != SL_OK) {
        free(connection);
        return;
    }
    connection->idle_since = sl_clock_monotonic_ms();
    connection->deadline = connection->idle_since + server->options.header_ms;
    sl_connection_enqueue(connection, &server->idle[SL_IDLE_NEW]);
    server->connection_count++;
}

void sl_connection_answer(sl_connection *connection, sl_request *request)
{
    sl_channel *channel = &connection->channel;
    /* What a client asked before it closed its half is answered to the end. */
    bool last = connection->half_closed && channel->input_length == 0;
    bool close = !request->head.keep_alive || connection->server->draining || last;
    channel->held = channel->held || (channel->input_length > 0 && !close);
    sl_response_write(channel, request, close);
    request->connection = NULL;
    connection->request = NULL;
    connection->output_left = sl_channel_unsent(channel);
    connection->state = SL_READING_HEAD;
    if (close) {
        closing_begin(connection);
    } else if (connection->output_left > 0) {
        connection->whole_by = transfer_end(connection, connection->output_left);
        deadline_set(connection, connection->server->options.body_ms);
    } else {
        idle_begin(connection);
    }
    connection_process(connection);
}

/* A head or body that took too long is told so when that can still be said; what is idle is closed without a word. */
void sl_connection_expire(sl_connection *connection)
{
    if (connection->state == SL_READING_BODY ||
        (connection->state == SL_READING_HEAD && connection->scan.seen > 0)) {
        connection_refuse(connection, 408);
    } else {
        sl_connection_free(connection);
    }
}
