/*
 * server.h: a server to call in tests: answers, and misbehaves as its paths say.
 *
 * /ok answers with the method and body; /status/NNN; /slow never answers; /drop closes within the body; /silent closes without
 * one; /big has 100,000 bytes; /redirect; /interim has a 103 before its answer; /head shows the request's own headers;
 * /fickle answers the first request of a connection and closes on the second.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_CLIENT_TESTS_SERVER_H
#define STRIPE_LITE_CORE_HTTP_CLIENT_TESTS_SERVER_H

#include <stdbool.h>

typedef struct test_server test_server;

/* `certificate`: NULL for plain HTTP; else TLS with a fresh self-signed certificate for localhost, written to that path. */
test_server *test_server_new(const char *certificate);
void test_server_free(test_server *server);
int test_server_port(const test_server *server);
int test_server_connections(test_server *server);
int test_server_requests(test_server *server);

#endif
