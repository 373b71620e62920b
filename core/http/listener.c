/*
 * listener.c: listening sockets of a worker, and when not to accept.
 *
 * Each worker has a socket of its own on the same port (SO_REUSEPORT), so the kernel deals connections out evenly. At the
 * connection cap, and out of descriptors, connections that are long idle make room; where there are none the worker stops
 * accepting for a moment instead of being woken forever.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#define BACKLOG 4096
#define ACCEPTS 64 /* a turn, so that running requests are not starved */
#define RETRY_MS 100
#define DESCRIPTORS_TELL_MS 10000

struct sl_listener {
    sl_server *server;
    struct sl_listener *next;
    struct event *event;
    int descriptor;
    bool metrics;
    bool resting;
};

/* A numeric address; names that need no resolver are known here. */
static bool address_of(const char *host, uint16_t port, struct sockaddr_storage *ret,
                       socklen_t *ret_length)
{
    struct sockaddr_in *four = (struct sockaddr_in *)ret;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret;
    memset(ret, 0, sizeof *ret);
    if (host == NULL || strcasecmp(host, "localhost") == 0) {
        host = "127.0.0.1";
    } else if (*host == '\0' || strcmp(host, "*") == 0) {
        host = "0.0.0.0";
    }
    if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        *ret_length = sizeof *four;
        return true;
    }
    if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        *ret_length = sizeof *six;
        return true;
    }
    return false;
}

sl_status sl_listener_bind(const char *host, uint16_t port, int *ret_descriptor)
{
    struct sockaddr_storage address;
    socklen_t length = 0;
    if (!address_of(host, port, &address, &length)) {
        return SL_E_INVALID;
    }
    int descriptor = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return SL_E_UNAVAILABLE;
    }
    int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0 ||
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        bind(descriptor, (struct sockaddr *)&address, length) != 0) {
        int reason = errno;
        close(descriptor);
        errno = reason;
        return SL_E_UNAVAILABLE;
    }
    *ret_descriptor = descriptor;
    return SL_OK;
}

uint16_t sl_listener_port(int descriptor)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) {
        return 0;
    }
    if (address.ss_family == AF_INET) {
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    }
    return address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port) : 0;
}

/* The event has no timeout of its own while it accepts; with one, it only waits to accept again. */
static void listener_rest(sl_listener *listener)
{
    struct timeval wait = { .tv_usec = RETRY_MS * 1000 };
    listener->resting = true;
    event_del(listener->event);
    event_assign(listener->event, event_get_base(listener->event), -1, 0,
                 event_get_callback(listener->event), listener);
    event_add(listener->event, &wait);
}

static void listener_watch(sl_listener *listener)
{
    struct event_base *base = event_get_base(listener->event);
    event_callback_fn callback = event_get_callback(listener->event);
    event_del(listener->event);
    event_assign(listener->event, base, listener->descriptor, EV_READ | EV_PERSIST, callback,
                 listener);
    event_add(listener->event, NULL);
    listener->resting = false;
}

static void descriptors_tell(sl_server *server)
{
    int64_t now = sl_clock_monotonic_ms();
    if (now - server->descriptors_told >= DESCRIPTORS_TELL_MS) {
        sl_log(NULL, SL_LOG_WARNING, "out of descriptors, accepting later");
        server->descriptors_told = now;
    }
}

static void listener_ready(evutil_socket_t descriptor, short what, void *data)
{
    sl_listener *listener = data;
    sl_server *server = listener->server;
    (void)descriptor;
    if (what & EV_TIMEOUT) {
        listener_watch(listener);
        return;
    }
    for (int i = 0; i < ACCEPTS; i++) {
        if (server->connection_count >= server->options.max_connections && !listener->metrics &&
            sl_connections_evict(server) == 0) {
            listener_rest(listener);
            return;
        }
        int accepted = accept4(listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted >= 0) {
            sl_connection_new(server, accepted, listener->metrics);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            descriptors_tell(server);
            /* What is closed now is there on the loop's next turn. */
            if (sl_connections_evict(server) == 0) {
                listener_rest(listener);
            }
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

sl_status sl_server_listen(sl_server *server, int descriptor, bool metrics)
{
    sl_listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        close(descriptor);
        return SL_E_UNAVAILABLE;
    }
    listener->server = server;
    listener->descriptor = descriptor;
    listener->metrics = metrics;
    listener->event = event_new(sl_loop_base(server->host->loop), descriptor, EV_READ | EV_PERSIST,
                                listener_ready, listener);
    if (listener->event == NULL || listen(descriptor, BACKLOG) != 0 ||
        event_add(listener->event, NULL) != 0) {
        if (listener->event) {
            event_free(listener->event);
        }
        close(descriptor);
        free(listener);
        return SL_E_UNAVAILABLE;
    }
    listener->next = server->listeners;
    server->listeners = listener;
    return SL_OK;
}

void sl_listeners_wake(sl_server *server)
{
    for (sl_listener *listener = server->listeners; listener; listener = listener->next) {
        if (listener->resting) {
            listener_watch(listener);
        }
    }
}

void sl_listeners_close(sl_server *server)
{
    while (server->listeners) {
        sl_listener *listener = server->listeners;
        server->listeners = listener->next;
        /* Connections that the kernel has already given to this socket would be reset with it. */
        for (int i = 0; i < BACKLOG && !listener->resting; i++) {
            int accepted = accept4(listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (accepted < 0) {
                break;
            }
            sl_connection_new(server, accepted, listener->metrics);
        }
        event_free(listener->event);
        close(listener->descriptor);
        free(listener);
    }
}
