/*
 * client.c: libcurl's multi interface on the loop: its sockets are watches, its time-out is a timer.
 *
 * libcurl's callbacks run on the loop and never suspend. A call that is done is taken out of the pool and its fiber signalled; the
 * fiber goes on after curl_multi_socket_action has returned, because the ready queue runs after the loop's callbacks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/http_client/inside.h"

/* Idle connections kept in each pool. */
#define KEPT_CONNECTIONS 128L

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static bool global_ready;

static void global_start(void)
{
    global_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    struct sigaction now;
    if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
        struct sigaction ignore = { .sa_handler = SIG_IGN };
        sigaction(SIGPIPE, &ignore, NULL);
    }
}

static void calls_finish(http_pool *pool)
{
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(pool->multi, &left));) {
        if (message->msg != CURLMSG_DONE)
            continue;
        /* The message goes with the handle's removal. */
        CURL *handle = message->easy_handle;
        CURLcode result = message->data.result;
        void *owner = NULL;
        curl_easy_getinfo(handle, CURLINFO_PRIVATE, &owner);
        curl_multi_remove_handle(pool->multi, handle);
        http_call *call = owner;
        call->done = true;
        call->result = result;
        sl_condition_broadcast(&call->done_condition);
    }
}

static void pool_act(http_pool *pool, curl_socket_t descriptor, int events)
{
    int running = 0;
    curl_multi_socket_action(pool->multi, descriptor, events, &running);
    calls_finish(pool);
}

static void timer_fired(void *data)
{
    http_pool *pool = data;
    pool->timer = NULL;
    pool_act(pool, CURL_SOCKET_TIMEOUT, 0);
}

static int timer_wanted(CURLM *multi, long milliseconds, void *data)
{
    (void)multi;
    http_pool *pool = data;
    if (pool->timer)
        sl_timer_free(pool->timer);
    pool->timer = milliseconds < 0
                      ? NULL
                      : sl_loop_after(pool->client->loop, milliseconds, timer_fired, pool);
    return 0;
}

typedef struct http_socket {
    http_pool *pool;
    curl_socket_t descriptor;
    sl_watch *watch;
} http_socket;

static void socket_ready(void *data, int events)
{
    const http_socket *at = data;
    /* The record may be gone when libcurl returns. */
    pool_act(at->pool, at->descriptor,
             ((events & SL_WAIT_READ) ? CURL_CSELECT_IN : 0) |
                 ((events & SL_WAIT_WRITE) ? CURL_CSELECT_OUT : 0));
}

static int socket_wanted(CURL *handle, curl_socket_t descriptor, int what, void *data,
                         void *socket_data)
{
    (void)handle;
    http_pool *pool = data;
    http_socket *at = socket_data;
    if (what == CURL_POLL_REMOVE) {
        if (at) {
            sl_watch_free(at->watch);
            free(at);
            curl_multi_assign(pool->multi, descriptor, NULL);
        }
        return 0;
    }
    if (!at) {
        at = calloc(1, sizeof(*at));
        if (!at)
            return -1;
        at->pool = pool;
        at->descriptor = descriptor;
        at->watch = sl_watch_new(pool->client->loop, descriptor, socket_ready, at);
        curl_multi_assign(pool->multi, descriptor, at);
    }
    int events = what == CURL_POLL_IN    ? SL_WAIT_READ
                 : what == CURL_POLL_OUT ? SL_WAIT_WRITE
                                         : SL_WAIT_READ | SL_WAIT_WRITE;
    return sl_watch_set(at->watch, events) == SL_OK ? 0 : -1;
}

static bool pool_init(http_pool *pool, sl_http_client *client)
{
    pool->client = client;
    pool->multi = curl_multi_init();
    if (!pool->multi)
        return false;
    curl_multi_setopt(pool->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted);
    curl_multi_setopt(pool->multi, CURLMOPT_SOCKETDATA, pool);
    curl_multi_setopt(pool->multi, CURLMOPT_TIMERFUNCTION, timer_wanted);
    curl_multi_setopt(pool->multi, CURLMOPT_TIMERDATA, pool);
    curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS);
    return true;
}

sl_http_client *sl_http_client_new(sl_loop *loop)
{
    pthread_once(&global_once, global_start);
    /* Without it a slow name server would stop the whole worker. */
    bool asynchronous =
        (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS) != 0;
    if (!global_ready || !asynchronous)
        return NULL;
    sl_arena *arena = sl_arena_new();
    sl_http_client *client = sl_arena_alloc(arena, sizeof(*client));
    client->arena = arena;
    client->loop = loop;
    for (int i = 0; i < HTTP_POOLS; i++) {
        if (!pool_init(&client->pools[i], client)) {
            sl_http_client_free(client);
            return NULL;
        }
    }
    return client;
}

bool sl_http_client_allow(sl_http_client *client, const char *network)
{
    return sl_networks_add(client->arena, &client->allowed, network);
}

void sl_http_client_trust(sl_http_client *client, const char *file)
{
    client->authorities = sl_arena_copy(client->arena, file, strlen(file));
}

void sl_http_client_free(sl_http_client *client)
{
    if (!client)
        return;
    for (uint32_t i = 0; i < client->spare_count; i++)
        curl_easy_cleanup(client->spare[i]);
    for (int i = 0; i < HTTP_POOLS; i++) {
        if (client->pools[i].multi)
            curl_multi_cleanup(client->pools[i].multi);
        sl_timer_free(client->pools[i].timer);
    }
    sl_arena_free(client->arena);
}

CURL *http_handle_take(sl_http_client *client)
{
    return client->spare_count > 0 ? client->spare[--client->spare_count] : curl_easy_init();
}

void http_handle_give(sl_http_client *client, CURL *handle)
{
    if (client->spare_count == HTTP_SPARE) {
        curl_easy_cleanup(handle);
        return;
    }
    curl_easy_reset(handle);
    client->spare[client->spare_count++] = handle;
}

bool http_call_begin(http_call *call)
{
    return curl_multi_add_handle(call->pool->multi, call->handle) == CURLM_OK;
}

void http_call_end(http_call *call)
{
    if (!call->done)
        curl_multi_remove_handle(call->pool->multi, call->handle);
}
