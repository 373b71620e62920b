/*
 * server.h: the HTTP server of one worker.
 *
 * The app makes one after fork, when the plugins are loaded, gives it listening sockets and runs the loop. A request becomes a
 * record with an arena of its own and runs in a fiber; probes, documents and static files are answered on the loop itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_SERVER_H
#define STRIPE_LITE_CORE_HTTP_SERVER_H

#include <stripe_lite/route.h>

#include "core/base/context.h"
#include "core/http/ratelimit.h"

typedef struct sl_server sl_server;

/* Texts are copied. A zero stands for the default in brackets; so a zeroed struct is a sound server. */
typedef struct sl_server_options {
    const char *public_url; /* "https://pay.example.com"; NULL: what the client's Host says */
    const char *const *cors_origins; /* that may read answers; none: no CORS */
    uint32_t cors_origin_count;
    const char *assets;          /* folder served below /assets/; NULL: none */
    const char *tls_certificate; /* PEM files; NULL: plain HTTP */
    const char *tls_key;
    const char *environment;  /* "production" leaves SL_ROUTE_TEST_ONLY routes out [development] */
    sl_rate_table *rates;     /* shared by the node's workers; NULL: no limit */
    uint32_t max_connections; /* [10000] */
    uint32_t in_flight;       /* requests at once, then 503 [1024] */
    size_t body_limit;        /* bytes [1 MiB] */
    size_t raw_body_limit;    /* bytes of SL_ROUTE_RAW_BODY routes [512 KiB] */
    size_t head_limit;        /* bytes of all header lines [32 KiB] */
    size_t url_limit;         /* bytes of a URL [8 KiB] */
    int64_t header_ms;        /* for a whole head [15 s] */
    int64_t
        body_ms; /* without progress of a body, either way [30 s]; four times that and 16 KB/s in all */
    int64_t idle_ms;    /* between requests [75 s] */
    int64_t request_ms; /* a handler's deadline [60 s] */
    int64_t queue_ms;   /* see admission.h; none */
} sl_server_options;

/* Builds the routes of the host's registry and resources. SL_E_INVALID with a sentence for the administrator in `ret_message`
 * (static or owned by the caller's arena of `cx`): a bad or doubled pattern, an unreadable certificate. since 1.0 [start-up only] */
sl_status sl_server_new(sl_context *cx, const sl_host *host, const sl_server_options *options,
                        sl_server **ret_server, const char **ret_message) SL_MUST_CHECK;

/* Begins to accept on a bound socket, which is the server's from then on. `metrics`: it answers /metrics to anyone, and the
 * probes, and nothing else. SL_E_UNAVAILABLE when the system refuses. since 1.0 [start-up only] */
sl_status sl_server_listen(sl_server *server, int descriptor, bool metrics) SL_MUST_CHECK;

/* Stops accepting, lets running requests end with `Connection: close`, closes idle connections after a short grace; past
 * `milliseconds` what is left is cancelled and cut. `done(data)` runs on the loop when nothing is left. since 1.0 [no-suspend] */
void sl_server_drain(sl_server *server, int64_t milliseconds, void (*done)(void *data), void *data);

/* Cuts every connection; requests that still run end without a client. The loop must have run out of fibers before the host's
 * rooms go. since 1.0 [no-suspend] */
void sl_server_free(sl_server *server);

/* Requests being handled, and open connections. since 1.0 [no-suspend] */
uint32_t sl_server_in_flight(const sl_server *server);
uint32_t sl_server_connections(const sl_server *server);

/* Every route that is served, sorted by path and method; NULL past the last. `ret_plugin` whose it is, "core" for the server's own.
 * since 1.0 [no-suspend] */
const sl_route *sl_server_route(const sl_server *server, uint32_t index, const char **ret_plugin);

/* The text of /openapi.json. since 1.0 [no-suspend] */
const char *sl_server_openapi(sl_server *server, size_t *ret_length);

/* A socket bound to `host` ("127.0.0.1", "::1", "localhost", "*") and `port` (0: chosen), with SO_REUSEPORT: every worker binds
 * its own, and one that is bound but does not listen only keeps the port. SL_E_INVALID: no address; SL_E_UNAVAILABLE: errno says.
 * since 1.0 [start-up only] */
sl_status sl_listener_bind(const char *host, uint16_t port, int *ret_descriptor) SL_MUST_CHECK;
/* The port a socket is bound to; 0 when it is none. since 1.0 [no-suspend] */
uint16_t sl_listener_port(int descriptor);

#endif
