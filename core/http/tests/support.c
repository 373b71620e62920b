/*
 * support.c: a server in a thread of its own, and a client that says every byte itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/tests/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/database/database.h"
#include "core/fiber/fiber.h"
#include "core/plugin/registry.h"

#define ANSWER_ROOM (4u * 1024 * 1024)

struct test_server {
    pthread_t thread;
    sem_t ready;
    const sl_route *routes;
    const sl_server_options *options;
    bool with_database;
    bool migrated;
    sl_host host;
    sl_registry registry;
    sl_plugin plugin;
    uint16_t port;
    int64_t drain_ms;
    char folder[64];
};

static char answer_room[ANSWER_ROOM];

static void migrate_fiber(void *data)
{
    test_server *server = data;
    sl_context *cx = sl_context_new(&server->host, "acct_1", false, "req_migrate");
    const char *source = getenv("STRIPE_LITE_SOURCE");
    const sl_migration_folder folder = { "core", sl_format(cx, "%s/migrations/core",
                                                           source ? source : ".") };
    uint32_t count = 0;
    server->migrated = sl_migrate(cx, &folder, 1, &count) == SL_OK;
    if (!server->migrated) {
        fprintf(stderr, "migration: %s\n", sl_error_message(cx));
    }
    sl_context_free(cx);
    sem_post(&server->ready);
}

static void serve_begin(test_server *server)
{
    const char *message = NULL;
    sl_context *cx = sl_context_new(&server->host, "acct_1", false, "req_start");
    int descriptor = -1;
    if (sl_server_new(cx, &server->host, server->options, &server->host.server, &message) !=
        SL_OK) {
        fprintf(stderr, "server: %s\n", message);
        abort();
    }
    if (sl_listener_bind("127.0.0.1", 0, &descriptor) != SL_OK ||
        sl_server_listen(server->host.server, descriptor, false) != SL_OK) {
        abort();
    }
    server->port = sl_listener_port(descriptor);
    sl_context_free(cx);
}

static void *server_thread(void *data)
{
    test_server *server = data;
    server->host.loop = sl_loop_new(1000);
    server->host.registry = &server->registry;
    if (server->with_database) {
        char url[128];
        char *message = NULL;
        snprintf(url, sizeof url, "sqlite:%s/test.db", server->folder);
        if (sl_database_open(server->host.loop, url, &server->host.database, &message) != SL_OK ||
            sl_fiber_start(server->host.loop, migrate_fiber, server, NULL) != SL_OK) {
            fprintf(stderr, "database: %s\n", message);
            abort();
        }
    }
    serve_begin(server);
    if (!server->with_database) {
        sem_post(&server->ready);
    }
    sl_loop_run(server->host.loop);
    sl_server_free(server->host.server);
    if (server->host.database) {
        sl_database_close(server->host.database);
    }
    sl_loop_free(server->host.loop);
    return NULL;
}

test_server *test_server_start(const sl_route *routes, const sl_server_options *options,
                               bool database)
{
    static const sl_server_options none;
    test_server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    sl_log_configure(SL_LOG_ERROR + 1, SL_LOG_TEXT);
    server->options = options ? options : &none;
    server->with_database = database;
    server->plugin.descriptor.struct_size = sizeof server->plugin.descriptor;
    server->plugin.descriptor.name = "test";
    server->plugin.descriptor.version = "1.0.0";
    server->plugin.descriptor.routes = routes;
    server->plugin.started = true;
    server->registry.plugins = &server->plugin;
    server->registry.count = 1;
    snprintf(server->folder, sizeof server->folder, "/tmp/http_test.XXXXXX");
    assert_non_null(mkdtemp(server->folder));
    assert_int_equal(sem_init(&server->ready, 0, 0), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, server_thread, server), 0);
    sem_wait(&server->ready);
    assert_true(!database || server->migrated);
    return server;
}

typedef struct run_request {
    test_server *server;
    const char *request_id;
    void (*function)(sl_context *cx, void *data);
    void *data;
} run_request;

static void run_fiber(void *data)
{
    run_request *run = data;
    sl_context *cx = sl_context_new(&run->server->host, "acct_1", false, run->request_id);
    run->function(cx, run->data);
    sl_context_free(cx);
    sem_post(&run->server->ready);
}

static void run_begin(void *data)
{
    run_request *run = data;
    if (sl_fiber_start(run->server->host.loop, run_fiber, run, NULL) != SL_OK) {
        abort();
    }
}

void test_server_run(test_server *server, const char *request_id,
                     void (*function)(sl_context *cx, void *data), void *data)
{
    run_request run = { server, request_id, function, data };
    sl_loop_post(server->host.loop, run_begin, &run);
    sem_wait(&server->ready);
}

static void drained(void *data)
{
    test_server *server = data;
    sl_loop_stop(server->host.loop);
}

static void drain_begin(void *data)
{
    test_server *server = data;
    sl_server_drain(server->host.server, server->drain_ms, drained, server);
}

static void folder_remove(const char *folder)
{
    static const char *const names[] = { "test.db", "test.db-wal", "test.db-shm" };
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

int64_t test_server_stop(test_server *server, int64_t milliseconds)
{
    int64_t before = sl_clock_monotonic_ms();
    server->drain_ms = milliseconds;
    sl_loop_post(server->host.loop, drain_begin, server);
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    folder_remove(server->folder);
    sem_destroy(&server->ready);
    free(server);
    return sl_clock_monotonic_ms() - before;
}

uint16_t test_server_port(const test_server *server)
{
    return server->port;
}

int test_connect(const test_server *server)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(server->port) };
    struct timeval wait = { .tv_sec = 5 };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(descriptor >= 0);
    assert_int_equal(setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
    assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    return descriptor;
}

void test_send(int descriptor, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t sent = send(descriptor, at, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        at += sent;
        length -= (size_t)sent;
    }
}

size_t test_receive_all(int descriptor, char *ret, size_t room)
{
    size_t length = 0;
    while (length + 1 < room) {
        ssize_t got = recv(descriptor, ret + length, room - length - 1, 0);
        if (got <= 0) {
            break;
        }
        length += (size_t)got;
    }
    ret[length] = '\0';
    return length;
}

/* Byte by byte to the empty line, then what Content-Length says: nothing of the next answer is taken. */
bool test_receive_one(int descriptor, bool bodiless, char *ret, size_t room)
{
    size_t length = 0;
    ret[0] = '\0';
    while (length + 1 < room && (length < 4 || memcmp(ret + length - 4, "\r\n\r\n", 4) != 0)) {
        if (recv(descriptor, ret + length, 1, 0) != 1) {
            return false;
        }
        ret[++length] = '\0';
    }
    const char *stated = test_header(ret, "Content-Length");
    size_t body = stated && !bodiless ? strtoul(stated, NULL, 10) : 0;
    while (body > 0 && length + 1 < room) {
        ssize_t got =
            recv(descriptor, ret + length, body < room - length - 1 ? body : room - length - 1, 0);
        if (got <= 0) {
            return false;
        }
        length += (size_t)got;
        body -= (size_t)got;
    }
    ret[length] = '\0';
    return body == 0;
}

const char *test_ask(const test_server *server, const char *text)
{
    int descriptor = test_connect(server);
    test_send(descriptor, text, strlen(text));
    if (!test_receive_one(descriptor, strncmp(text, "HEAD ", 5) == 0, answer_room,
                          sizeof answer_room)) {
        fail_msg("no whole answer to %.60s: %.200s", text, answer_room);
    }
    close(descriptor);
    return answer_room;
}

int test_status(const char *answer)
{
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

const char *test_body(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    return end ? end + 4 : "";
}

const char *test_header(const char *answer, const char *name)
{
    static char value[1024];
    size_t length = strlen(name);
    const char *end = strstr(answer, "\r\n\r\n");
    for (const char *line = strstr(answer, "\r\n"); line && line < end;
         line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':') {
            const char *from = line + 2 + length + 1;
            from += strspn(from, " ");
            snprintf(value, sizeof value, "%.*s", (int)strcspn(from, "\r"), from);
            return value;
        }
    }
    return NULL;
}
