/*
 * upstream.c: see upstream.h.
 *
 * The thread holds the lock whenever it looks at the script, and gives it away while it waits for the network. `play` lets the
 * served connection go and waits until the thread is idle.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/conformance/upstream.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX ((size_t)256 * 1024)
#define TURN_MS 20

struct heard {
    char *text;
    int32_t answer;
    bool harmless;
};

struct sl_upstream {
    int finder;
    int listener;
    int32_t port;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop;
    bool open;
    int serving; /* the connection's descriptor, or -1 */
    bool let_go;
    sl_upstream_script script;
    struct heard heard[SL_UPSTREAM_HEARD];
    uint32_t heard_count;
};

/* ---- one connection ---- */

/* Until there is something to read, the other side is gone, or the connection is let go. */
static bool readable(sl_upstream *upstream, int socket)
{
    for (;;) {
        struct pollfd wait = { .fd = socket, .events = POLLIN };
        int ready = poll(&wait, 1, TURN_MS);
        pthread_mutex_lock(&upstream->lock);
        bool over = upstream->let_go || upstream->stop;
        pthread_mutex_unlock(&upstream->lock);
        if (over || ready < 0)
            return false;
        if (ready > 0)
            return true;
    }
}

static size_t body_length(const char *head, const char *end)
{
    for (const char *line = head; line && line < end; line = strstr(line, "\r\n")) {
        line += line == head ? 0 : 2;
        if (strncasecmp(line, "Content-Length:", 15) == 0)
            return strtoul(line + 15, NULL, 10);
    }
    return 0;
}

/* A whole request, NUL-terminated, to be freed; NULL when none came. */
static char *request_read(sl_upstream *upstream, int socket)
{
    size_t length = 0;
    char *text = calloc(1, REQUEST_MAX + 1);
    while (text && length < REQUEST_MAX && readable(upstream, socket)) {
        ssize_t got = recv(socket, text + length, REQUEST_MAX - length, 0);
        if (got <= 0)
            break;
        length += (size_t)got;
        text[length] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        if (end && length >= (size_t)(end + 4 - text) + body_length(text, end))
            return text;
    }
    free(text);
    return NULL;
}

static void put(int socket, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(socket, text, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        length -= (size_t)sent;
    }
}

static bool fits(const sl_upstream_answer *answer, const char *request)
{
    return !answer->request || strncmp(request, answer->request, strlen(answer->request)) == 0;
}

/* The first that was not served yet, else the last that was; -1. */
static int32_t answer_choose(sl_upstream_script *script, const char *request)
{
    int32_t found = -1;
    for (uint32_t i = 0; i < script->count; i++) {
        if (!fits(&script->answers[i], request))
            continue;
        found = (int32_t)i;
        if (!script->answers[i].served)
            break;
    }
    if (found >= 0)
        script->answers[found].served = true;
    return found;
}

static void heard_add(sl_upstream *upstream, char *text, int32_t answer, bool harmless)
{
    if (upstream->heard_count == SL_UPSTREAM_HEARD) {
        free(text);
        return;
    }
    upstream->heard[upstream->heard_count++] =
        (struct heard){ .text = text, .answer = answer, .harmless = harmless };
}

/* A copy of what to send, to be freed, and how much of it; NULL: nothing. */
static char *answer_take(sl_upstream *upstream, char *request, int32_t *ret_fault,
                         size_t *ret_length)
{
    static const char none[] = "HTTP/1.1 599 Not Played\r\nConnection: close\r\n"
                               "Content-Length: 0\r\n\r\n";
    sl_upstream_script *script = &upstream->script;
    int32_t chosen = answer_choose(script, request);
    bool harmless = chosen >= 0 && script->answers[chosen].harmless;
    *ret_fault = harmless || chosen < 0 ? SL_UPSTREAM_ANSWERS : script->fault;
    heard_add(upstream, request, chosen, harmless);
    const char *text = chosen < 0                          ? none
                       : *ret_fault == SL_UPSTREAM_SAYS    ? script->says
                       : *ret_fault == SL_UPSTREAM_ANSWERS ? script->answers[chosen].text
                       : *ret_fault == SL_UPSTREAM_HALF    ? script->answers[chosen].text
                                                           : NULL;
    *ret_length = text ? strlen(text) : 0;
    return text ? strdup(text) : NULL;
}

/* Until the other side has what was sent. */
static void linger(sl_upstream *upstream, int socket)
{
    char bytes[256];
    shutdown(socket, SHUT_WR);
    while (readable(upstream, socket) && recv(socket, bytes, sizeof(bytes), 0) > 0)
        ;
}

static void connection_serve(sl_upstream *upstream, int socket)
{
    char *request = request_read(upstream, socket);
    if (!request)
        return;
    int32_t fault = SL_UPSTREAM_ANSWERS;
    size_t length = 0;
    pthread_mutex_lock(&upstream->lock);
    char *text = answer_take(upstream, request, &fault, &length);
    pthread_mutex_unlock(&upstream->lock);
    /* All but the last byte: no answer is whole without it. */
    if (text)
        put(socket, text, fault == SL_UPSTREAM_HALF ? length - 1 : length);
    free(text);
    if (fault == SL_UPSTREAM_SILENT || fault == SL_UPSTREAM_ANSWERS || fault == SL_UPSTREAM_SAYS) {
        if (fault == SL_UPSTREAM_SILENT)
            (void)readable(upstream, socket);
        linger(upstream, socket);
    }
}

/* ---- the thread ---- */

static void *upstream_run(void *data)
{
    sl_upstream *upstream = data;
    pthread_mutex_lock(&upstream->lock);
    while (!upstream->stop) {
        if (!upstream->open) {
            pthread_cond_wait(&upstream->changed, &upstream->lock);
            continue;
        }
        pthread_mutex_unlock(&upstream->lock);
        struct pollfd wait = { .fd = upstream->listener, .events = POLLIN };
        int ready = poll(&wait, 1, TURN_MS);
        pthread_mutex_lock(&upstream->lock);
        int socket = ready > 0 && upstream->open ? accept(upstream->listener, NULL, NULL) : -1;
        if (socket < 0)
            continue;
        upstream->serving = socket;
        upstream->let_go = false;
        pthread_mutex_unlock(&upstream->lock);
        connection_serve(upstream, socket);
        close(socket);
        pthread_mutex_lock(&upstream->lock);
        upstream->serving = -1;
        pthread_cond_broadcast(&upstream->changed);
    }
    pthread_mutex_unlock(&upstream->lock);
    return NULL;
}

/* A socket on the address's port, which is chosen when it is 0. */
static int socket_bind(struct sockaddr_in *address)
{
    int on = 1;
    socklen_t size = sizeof(*address);
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made >= 0 && setsockopt(made, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
        bind(made, (struct sockaddr *)address, size) == 0 &&
        getsockname(made, (struct sockaddr *)address, &size) == 0)
        return made;
    if (made >= 0)
        close(made);
    return -1;
}

/* The first socket finds a port, the second asks for it by its number: only so does it keep it while it does not listen. */
static bool listener_make(sl_upstream *upstream)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    upstream->finder = socket_bind(&address);
    upstream->listener = upstream->finder < 0 ? -1 : socket_bind(&address);
    upstream->port = ntohs(address.sin_port);
    return upstream->listener >= 0 && listen(upstream->listener, 16) == 0;
}

sl_upstream *sl_upstream_new(void)
{
    sl_upstream *upstream = calloc(1, sizeof(*upstream));
    if (!upstream)
        return NULL;
    upstream->serving = -1;
    upstream->open = true;
    pthread_mutex_init(&upstream->lock, NULL);
    pthread_cond_init(&upstream->changed, NULL);
    if (listener_make(upstream) &&
        pthread_create(&upstream->thread, NULL, upstream_run, upstream) == 0)
        return upstream;
    if (upstream->finder >= 0)
        close(upstream->finder);
    if (upstream->listener >= 0)
        close(upstream->listener);
    free(upstream);
    return NULL;
}

static void heard_forget(sl_upstream *upstream)
{
    for (uint32_t i = 0; i < upstream->heard_count; i++)
        free(upstream->heard[i].text);
    upstream->heard_count = 0;
}

void sl_upstream_free(sl_upstream *upstream)
{
    pthread_mutex_lock(&upstream->lock);
    upstream->stop = true;
    pthread_cond_broadcast(&upstream->changed);
    pthread_mutex_unlock(&upstream->lock);
    pthread_join(upstream->thread, NULL);
    close(upstream->listener);
    close(upstream->finder);
    heard_forget(upstream);
    pthread_cond_destroy(&upstream->changed);
    pthread_mutex_destroy(&upstream->lock);
    free(upstream);
}

int32_t sl_upstream_port(const sl_upstream *upstream)
{
    return upstream->port;
}

/* ---- what it is told and asked ---- */

/* Also those who came for the former play and were not served yet. */
static void served_end(sl_upstream *upstream)
{
    int late;
    while (upstream->open && (late = accept(upstream->listener, NULL, NULL)) >= 0)
        close(late);
    while (upstream->serving >= 0) {
        upstream->let_go = true;
        shutdown(upstream->serving, SHUT_RDWR);
        pthread_cond_wait(&upstream->changed, &upstream->lock);
    }
}

void sl_upstream_play(sl_upstream *upstream, sl_upstream_script *script)
{
    pthread_mutex_lock(&upstream->lock);
    served_end(upstream);
    heard_forget(upstream);
    upstream->script = script ? *script : (sl_upstream_script){ .count = 0 };
    pthread_mutex_unlock(&upstream->lock);
}

void sl_upstream_open(sl_upstream *upstream, bool open)
{
    pthread_mutex_lock(&upstream->lock);
    if (open != upstream->open) {
        /* A listening socket that is shut down refuses connections and stays bound. */
        if (open)
            (void)listen(upstream->listener, 16);
        else
            shutdown(upstream->listener, SHUT_RDWR);
        upstream->open = open;
        pthread_cond_broadcast(&upstream->changed);
    }
    pthread_mutex_unlock(&upstream->lock);
}

uint32_t sl_upstream_heard(sl_upstream *upstream, sl_arena *arena,
                           const sl_upstream_request **ret_requests)
{
    pthread_mutex_lock(&upstream->lock);
    uint32_t count = upstream->heard_count;
    sl_upstream_request *copies = sl_arena_alloc(arena, (count + 1) * sizeof(*copies));
    for (uint32_t i = 0; i < count; i++) {
        const struct heard *one = &upstream->heard[i];
        copies[i] =
            (sl_upstream_request){ .text = sl_arena_copy(arena, one->text, strlen(one->text)),
                                   .answer = one->answer,
                                   .harmless = one->harmless };
    }
    pthread_mutex_unlock(&upstream->lock);
    *ret_requests = copies;
    return count;
}
