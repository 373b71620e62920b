/*
 * server.c: the server of the tests, a thread a connection.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "server.h"

struct test_server {
    int listener;
    int port;
    SSL_CTX *tls;
    pthread_t thread;
    atomic_bool stop;
    atomic_int connections;
    atomic_int requests;
    atomic_int running;
};

typedef struct connection {
    test_server *server;
    int socket;
    SSL *tls;
    char bytes[65536];
    size_t length;
} connection;

static ssize_t receive(connection *c, void *bytes, size_t length)
{
    return c->tls ? SSL_read(c->tls, bytes, (int)length) : recv(c->socket, bytes, length, 0);
}

static void put(connection *c, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = c->tls ? SSL_write(c->tls, text, (int)length)
                              : send(c->socket, text, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        length -= (size_t)sent;
    }
}

static void answer(connection *c, const char *status, const char *headers, const char *body,
                   size_t length)
{
    char head[512];
    int size = snprintf(head, sizeof(head), "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status,
                        headers, length);
    put(c, head, (size_t)size);
    put(c, body, length);
}

/* Until the other side goes away or the server stops. */
static void hang(connection *c)
{
    while (!atomic_load(&c->server->stop)) {
        struct pollfd wait = { .fd = c->socket, .events = POLLIN };
        char byte;
        if (poll(&wait, 1, 20) > 0 && recv(c->socket, &byte, 1, MSG_PEEK) <= 0)
            return;
    }
}

/* Reads one request; its body's start, or NULL when the connection ended. */
static char *request_read(connection *c, size_t *ret_body_length)
{
    c->length = 0;
    for (;;) {
        c->bytes[c->length] = '\0';
        char *end = strstr(c->bytes, "\r\n\r\n");
        if (end) {
            const char *field = strstr(c->bytes, "Content-Length: ");
            size_t body = field && field < end ? strtoul(field + 16, NULL, 10) : 0;
            if (c->length >= (size_t)(end + 4 - c->bytes) + body) {
                *ret_body_length = body;
                return end + 4;
            }
        }
        if (c->length + 1 >= sizeof(c->bytes))
            return NULL;
        ssize_t got = receive(c, c->bytes + c->length, sizeof(c->bytes) - 1 - c->length);
        if (got <= 0)
            return NULL;
        c->length += (size_t)got;
    }
}

static bool request_serve(connection *c, int number, const char *body, size_t body_length)
{
    char method[16] = "";
    char path[64] = "";
    if (sscanf(c->bytes, "%15s %63s", method, path) != 2)
        return false;
    char text[4096];
    if (strcmp(path, "/slow") == 0) {
        hang(c);
        return false;
    }
    if (strcmp(path, "/silent") == 0 || (strcmp(path, "/fickle") == 0 && number > 1))
        return false;
    if (strcmp(path, "/drop") == 0) {
        static const char part[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this";
        put(c, part, sizeof(part) - 1);
        return false;
    }
    if (strcmp(path, "/big") == 0) {
        char *big = calloc(1, 100000);
        answer(c, "200 OK", "", big, 100000);
        free(big);
    } else if (strcmp(path, "/redirect") == 0) {
        answer(c, "302 Found", "Location: /ok\r\n", "", 0);
    } else if (strcmp(path, "/interim") == 0) {
        static const char interim[] = "HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n";
        put(c, interim, sizeof(interim) - 1);
        answer(c, "200 OK", "X-Late:  spaced  \r\n", "done", 4);
    } else if (strcmp(path, "/head") == 0) {
        answer(c, "200 OK", "", c->bytes, (size_t)(body - c->bytes));
    } else if (strncmp(path, "/status/", 8) == 0) {
        snprintf(text, sizeof(text), "%s Any", path + 8);
        answer(c, text, "", "no", 2);
    } else {
        int length = snprintf(text, sizeof(text), "%s %.*s", method, (int)body_length, body);
        answer(c, "200 OK", "X-Answer: 42\r\n", text, (size_t)length);
    }
    return true;
}

static void *connection_run(void *data)
{
    connection *c = data;
    test_server *server = c->server;
    bool up = true;
    if (server->tls) {
        c->tls = SSL_new(server->tls);
        SSL_set_fd(c->tls, c->socket);
        up = SSL_accept(c->tls) == 1;
    }
    size_t body_length = 0;
    char *body;
    int number = 0;
    while (up && (body = request_read(c, &body_length))) {
        atomic_fetch_add(&server->requests, 1);
        up = request_serve(c, ++number, body, body_length);
    }
    if (c->tls)
        SSL_free(c->tls);
    close(c->socket);
    free(c);
    atomic_fetch_sub(&server->running, 1);
    return NULL;
}

static void *server_run(void *data)
{
    test_server *server = data;
    while (!atomic_load(&server->stop)) {
        struct pollfd wait = { .fd = server->listener, .events = POLLIN };
        if (poll(&wait, 1, 20) <= 0)
            continue;
        int socket = accept(server->listener, NULL, NULL);
        connection *c = socket >= 0 ? calloc(1, sizeof(*c)) : NULL;
        if (!c)
            continue;
        /* A thread that waits for a request that never comes goes on with the others. */
        struct timeval patience = { .tv_sec = 3 };
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        c->server = server;
        c->socket = socket;
        atomic_fetch_add(&server->connections, 1);
        atomic_fetch_add(&server->running, 1);
        pthread_t thread;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        if (pthread_create(&thread, &attributes, connection_run, c) != 0) {
            close(socket);
            free(c);
            atomic_fetch_sub(&server->running, 1);
        }
        pthread_attr_destroy(&attributes);
    }
    return NULL;
}

static SSL_CTX *tls_new(const char *certificate)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key);
    X509_NAME *name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                               0);
    X509_set_issuer_name(x509, name);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(x509, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(x509, key, EVP_sha256());
    FILE *file = fopen(certificate, "w");
    if (file) {
        PEM_write_X509(file, x509);
        fclose(file);
    }
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(tls, x509);
    SSL_CTX_use_PrivateKey(tls, key);
    X509_free(x509);
    EVP_PKEY_free(key);
    return tls;
}

test_server *test_server_new(const char *certificate)
{
    test_server *server = calloc(1, sizeof(*server));
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    server->tls = certificate ? tls_new(certificate) : NULL;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(server->listener, 512) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) != 0 ||
        pthread_create(&server->thread, NULL, server_run, server) != 0) {
        perror("test server");
        abort();
    }
    server->port = ntohs(address.sin_port);
    return server;
}

void test_server_free(test_server *server)
{
    atomic_store(&server->stop, true);
    pthread_join(server->thread, NULL);
    close(server->listener);
    while (atomic_load(&server->running) > 0)
        poll(NULL, 0, 5);
    SSL_CTX_free(server->tls);
    free(server);
}

int test_server_port(const test_server *server)
{
    return server->port;
}

int test_server_connections(test_server *server)
{
    return atomic_load(&server->connections);
}

int test_server_requests(test_server *server)
{
    return atomic_load(&server->requests);
}
