/*
 * http_client.h: the HTTP client of one worker: libcurl's multi interface on the worker's loop.
 *
 * One a worker, made after fork. Requests are sent with sl_http_send of the SDK, which finds the client in the context's host.
 * Connections are kept and used again, apart for each rule about addresses, so that one made without a rule never serves a
 * request that has it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_CLIENT_HTTP_CLIENT_H
#define STRIPE_LITE_CORE_HTTP_CLIENT_HTTP_CLIENT_H

#include <stripe_lite/http_client.h>

#include "core/fiber/fiber.h"

typedef struct sl_http_client sl_http_client;

/* NULL when libcurl is built without a resolver that runs beside the loop, or memory is out. Sets SIGPIPE to be ignored when it
 * has its default action, because OpenSSL writes to sockets whose other side may be gone. since 1.0 [start-up only] */
sl_http_client *sl_http_client_new(sl_loop *loop);

/* A network ("10.1.0.0/16", "::1") that no rule about addresses refuses; false when the text is none. since 1.0 [start-up only] */
bool sl_http_client_allow(sl_http_client *client, const char *network);

/* A PEM file of authorities to trust instead of the system's. since 1.0 [start-up only] */
void sl_http_client_trust(sl_http_client *client, const char *file);

/* Closes all connections; no request may be under way. since 1.0 [no-suspend] */
void sl_http_client_free(sl_http_client *client);

#endif
