/*
 * connection_fuzz.c: what a client sends on one connection, cut into pieces in different ways: the same answers each time.
 *
 * The first byte seeds the cuts and says whether the client closes its half at the end; the rest is what it sends. A whole
 * server answers: connection, parser, router, a handler in a fiber. What of an answer is never the same is left out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/fiber/fiber.h"
#include "core/http/http.h"
#include "core/plugin/registry.h"

#define LONGEST 1500
#define HEARD_MOST (256 * 1024)
#define TURNS_MOST 5000

typedef struct talk {
    const char *data;
    size_t size;
    uint32_t random; /* 0: all at once */
    bool half_close;
    char *heard;
    size_t heard_length;
} talk;

static sl_host host;

/* Says what it was asked. */
static sl_status echo(sl_context *cx, const void *params)
{
    (void)params;
    size_t length = 0;
    const char *body = sl_request_body(cx, &length);
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i++) {
        sum = sum * 31 + (unsigned char)body[i];
    }
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "method", sl_request_method(cx));
    sl_json_string(out, "path", sl_request_path(cx));
    sl_json_int(out, "length", (int64_t)length);
    sl_json_int(out, "sum", sum);
    sl_json_string(out, "header", sl_request_header(cx, "X-Header"));
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}

#define OPEN .access = SL_ACCESS_OPEN, .flags = SL_ROUTE_RAW_BODY | SL_ROUTE_PAGE
static const sl_route routes[] = {
    { .pattern = "GET /e", .handler = echo, OPEN },
    { .pattern = "POST /e", .handler = echo, OPEN },
    { .pattern = "POST /e/{rest...}", .handler = echo, OPEN },
    SL_ROUTES_END,
};

static void server_begin(void)
{
    static sl_plugin plugin;
    static sl_registry registry = { .plugins = &plugin, .count = 1 };
    static const sl_server_options options = { .head_limit = 2048,
                                               .url_limit = 512,
                                               .body_limit = 4096 };
    const char *message = NULL;
    plugin.descriptor.struct_size = sizeof plugin.descriptor;
    plugin.descriptor.name = "fuzz";
    plugin.descriptor.version = "1.0.0";
    plugin.descriptor.routes = routes;
    plugin.started = true;
    sl_log_configure(SL_LOG_ERROR + 1, SL_LOG_TEXT);
    host.loop = sl_loop_new(100);
    host.registry = &registry;
    sl_context *cx = sl_context_new(&host, "acct_1", false, "req_start");
    FUZZ_CHECK(sl_server_new(cx, &host, &options, &host.server, &message) == SL_OK);
    sl_context_free(cx);
}

/* Lets the server do what it can, and takes what it says. */
static void hear(talk *t, int descriptor)
{
    for (int quiet = 0; quiet < 3; quiet++) {
        (void)sl_wait_turn();
        ssize_t got = 1;
        while (got > 0 && t->heard_length < HEARD_MOST) {
            got = recv(descriptor, t->heard + t->heard_length, HEARD_MOST - t->heard_length,
                       MSG_DONTWAIT);
            t->heard_length += got > 0 ? (size_t)got : 0;
            quiet = got > 0 ? 0 : quiet;
        }
    }
}

static void talk_fiber(void *data)
{
    talk *t = data;
    int ends[2];
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    sl_connection_new(host.server, ends[1], false);
    for (size_t at = 0; at < t->size;) {
        size_t part = t->size - at;
        if (t->random) {
            t->random = t->random * 1664525u + 1013904223u;
            size_t some = 1 + (t->random >> 16) % 60;
            part = some < part ? some : part;
        }
        if (send(ends[0], t->data + at, part, MSG_NOSIGNAL) <= 0) {
            break;
        }
        at += part;
        hear(t, ends[0]);
    }
    if (t->half_close) {
        shutdown(ends[0], SHUT_WR);
    }
    hear(t, ends[0]);
    close(ends[0]);
    for (int turns = 0; sl_server_connections(host.server) > 0; turns++) {
        FUZZ_CHECK(turns < TURNS_MOST);
        (void)sl_wait_turn();
    }
    sl_loop_stop(host.loop);
}

/* Takes `what` and all up to one of `end`'s, or nothing more when that is NULL, out of a text. */
static void leave_out(char *text, const char *what, const char *end)
{
    for (char *at = strstr(text, what); at; at = strstr(at, what)) {
        size_t length = strlen(what) + (end ? strcspn(at + strlen(what), end) : 0);
        memmove(at, at + length, strlen(at + length) + 1);
    }
}

/* The answers, without ids, dates, and whether one was asked to go on, which depends on how much was there already. */
static const char *answers_to(talk *t)
{
    t->heard = malloc(HEARD_MOST + 1);
    t->heard_length = 0;
    FUZZ_CHECK(t->heard != NULL);
    FUZZ_CHECK(sl_fiber_start(host.loop, talk_fiber, t, NULL) == SL_OK);
    sl_loop_run(host.loop);
    FUZZ_CHECK(sl_server_in_flight(host.server) == 0);
    t->heard[t->heard_length] = '\0';
    FUZZ_CHECK(strlen(t->heard) == t->heard_length);
    leave_out(t->heard, "req_", "\r\n\"");
    leave_out(t->heard, "Date: ", "\r\n");
    leave_out(t->heard, "HTTP/1.1 100 Continue\r\n\r\n", NULL);
    return t->heard;
}

/* Where limits and faults meet, which of them is told may depend on how much had come. */
static bool is_refusal(const char *answer)
{
    static const char *const statuses[] = { "400", "413", "414", "417", "431", "501", "505" };
    const char *next = strstr(answer + 1, "HTTP/1.1 ");
    for (size_t i = 0; next == NULL && i < sizeof statuses / sizeof *statuses; i++) {
        if (strncmp(answer + strlen("HTTP/1.1 "), statuses[i], 3) == 0) {
            return true;
        }
    }
    return false;
}

static void check_same(const char *whole, const char *cut)
{
    size_t same = 0;
    while (whole[same] && whole[same] == cut[same]) {
        same++;
    }
    if (whole[same] == cut[same]) {
        return;
    }
    while (same > 0 && strncmp(whole + same, "HTTP/1.1 ", 9) != 0) {
        same--;
    }
    bool refused = strncmp(cut + same, "HTTP/1.1 ", 9) == 0 && is_refusal(whole + same) &&
                   is_refusal(cut + same);
    if (!refused) {
        fuzz_broken(__FILE__, __LINE__, "the answers do not depend on the cuts", whole, cut);
    }
}

void fuzz_one(const uint8_t *data, size_t size)
{
    if (size < 2 || size > LONGEST) {
        return;
    }
    if (host.loop == NULL) {
        server_begin();
    }
    talk whole = { .data = (const char *)data + 1, .size = size - 1, .half_close = data[0] & 1 };
    talk cut = whole;
    cut.random = 1u + data[0];
    check_same(answers_to(&whole), answers_to(&cut));
    free(whole.heard);
    free(cut.heard);
}
