/*
 * support.h: a server in a thread of its own, and a client that says every byte itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_TESTS_SUPPORT_H
#define STRIPE_LITE_CORE_HTTP_TESTS_SUPPORT_H

#include "core/http/server.h"

typedef struct test_server test_server;

/* Starts a server with these routes; `options` as sl_server_new takes them. With `database`, an SQLite file with the migrations
 * of core applied. The test fails when it does not start. */
test_server *test_server_start(const sl_route *routes, const sl_server_options *options,
                               bool database);
/* Drains within `milliseconds` and waits for its end; the milliseconds that took. */
int64_t test_server_stop(test_server *server, int64_t milliseconds);
/* Runs `function` in a fiber of the server, with a context that has this request id, and waits for it. */
void test_server_run(test_server *server, const char *request_id,
                     void (*function)(sl_context *cx, void *data), void *data);
uint16_t test_server_port(const test_server *server);

/* A connected socket with a receive time-out of five seconds. */
int test_connect(const test_server *server);
void test_send(int descriptor, const void *bytes, size_t length);
/* Reads to the end of the stream or the time-out. */
size_t test_receive_all(int descriptor, char *ret, size_t room);
/* One answer: its head and the body that Content-Length says; `bodiless` answers to HEAD. False when the stream ends before. */
bool test_receive_one(int descriptor, bool bodiless, char *ret, size_t room);

/* Sends `text`, reads one answer, closes. The answer is good until the next call. */
const char *test_ask(const test_server *server, const char *text);
/* The number behind "HTTP/1.1 ". */
int test_status(const char *answer);
/* Behind the empty line. */
const char *test_body(const char *answer);
/* The value of a header in a buffer that is good until the next call, or NULL. */
const char *test_header(const char *answer, const char *name);

#endif
