/*
 * inside.h: what the files of this room share: the client, its pools, a request under way.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_CLIENT_INSIDE_H
#define STRIPE_LITE_CORE_HTTP_CLIENT_INSIDE_H

#include <curl/curl.h>

#include "core/base/buffer.h"
#include "core/http_client/address.h"
#include "core/http_client/http_client.h"

/* Plain, without link-local addresses, without private ones. */
#define HTTP_POOLS 3

/* libcurl's multi handle with the connections of one rule about addresses. */
typedef struct http_pool {
    sl_http_client *client;
    CURLM *multi;
    sl_timer *timer;
} http_pool;

#define HTTP_SPARE 64

struct sl_http_client {
    sl_loop *loop;
    sl_arena *arena;
    http_pool pools[HTTP_POOLS];
    sl_networks allowed;
    const char *authorities;
    CURL *spare[HTTP_SPARE]; /* handles to use again */
    uint32_t spare_count;
};

/* A request under way; lives on its fiber's stack, which takes it out of the pool before it leaves. */
typedef struct http_call {
    sl_http_client *client;
    http_pool *pool;
    CURL *handle;
    struct curl_slist *headers;
    sl_condition done_condition;
    bool done;
    CURLcode result;
    uint32_t flags;
    bool may_repeat; /* sending it twice does no harm */
    bool started;    /* its bytes may have left */
    bool refused;    /* an address was refused */
    bool too_large;
    bool cut; /* too large, and what came of it is the answer */
    size_t body_limit;
    sl_buffer body;
    sl_buffer head;
} http_call;

/* client.c: puts the call's handle into its pool, takes it out. False when libcurl refuses. */
bool http_call_begin(http_call *call);
void http_call_end(http_call *call);
CURL *http_handle_take(sl_http_client *client);
void http_handle_give(sl_http_client *client, CURL *handle);

/* setup.c: fills the handle from the request; a sentence when it cannot be sent. */
const char *http_call_setup(sl_context *cx, http_call *call, const sl_http_request *request,
                            const char **ret_host);

#endif
