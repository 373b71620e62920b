/*
 * sockets.c: binding the address once for each worker slot.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/app/sockets.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/config/settings.h"
#include "core/http/server.h"

#define BACKLOG 4096

static bool refuse(const char *host, uint16_t port, const char *why)
{
    fprintf(stderr, "stripe-lite: cannot listen on %s:%u: %s\n", host, port, why);
    return false;
}

/* SO_REUSEPORT would let a second server of the same user share the port in silence. A bind without it tells. */
static bool port_is_taken(const char *host, uint16_t port)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof address;
    int descriptor = -1;
    int on = 1;
    if (port == 0 || sl_listener_bind(host, port, &descriptor) != SL_OK)
        return false;
    bool known = getsockname(descriptor, (struct sockaddr *)&address, &length) == 0;
    close(descriptor);
    descriptor = known ? socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    if (descriptor < 0)
        return false;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool taken = bind(descriptor, (struct sockaddr *)&address, length) != 0 && errno == EADDRINUSE;
    close(descriptor);
    return taken;
}

static bool socket_open(const char *host, uint16_t port, int *ret_descriptor)
{
    int descriptor = -1;
    sl_status status = sl_listener_bind(host, port, &descriptor);
    if (status != SL_OK)
        return refuse(host, port,
                      status == SL_E_INVALID ? "no such address on this machine" : strerror(errno));
    if (listen(descriptor, BACKLOG) != 0) {
        int reason = errno;
        close(descriptor);
        return refuse(host, port, strerror(reason));
    }
    *ret_descriptor = descriptor;
    return true;
}

static bool metrics_open(sl_sockets *sockets, const struct sl_settings *settings)
{
    sockets->metrics = sockets->passed.metrics;
    if (settings->metrics_port < 0 || sockets->metrics >= 0)
        return true;
    uint16_t port = (uint16_t)settings->metrics_port;
    if (port_is_taken(sockets->host, port))
        return refuse(sockets->host, port, "the port is in use");
    return socket_open(sockets->host, port, &sockets->metrics);
}

/* The address of the first socket that was passed. */
static bool passed_address(sl_sockets *sockets, const struct sl_settings *settings)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof address;
    int descriptor = sockets->passed.descriptors[0];
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0 ||
        getnameinfo((struct sockaddr *)&address, length, sockets->host, sizeof sockets->host, NULL,
                    0, NI_NUMERICHOST) != 0)
        return refuse("a socket that was passed", 0, "it has no address");
    sockets->port = sl_listener_port(descriptor);
    bool loopback = strncmp(sockets->host, "127.", 4) == 0 || strcmp(sockets->host, "::1") == 0;
    if (!loopback && !settings->server_tls_certificate &&
        strcmp(settings->environment, "production") == 0)
        return refuse(sockets->host, sockets->port,
                      "the socket that was passed is not on a loopback address; environment "
                      "production needs server.tls.certificate and server.tls.key for that");
    return true;
}

static bool own_address(sl_sockets *sockets, const struct sl_settings *settings)
{
    snprintf(sockets->host, sizeof sockets->host, "%s", settings->server_host);
    sockets->port = (uint16_t)settings->server_port;
    return !port_is_taken(sockets->host, sockets->port) ||
           refuse(sockets->host, sockets->port, "the port is in use");
}

bool sl_sockets_open(sl_sockets *sockets, const struct sl_settings *settings)
{
    sockets->metrics = -1;
    if (!sl_passed_sockets_take(&sockets->passed))
        return false;
    if (!(sockets->passed.count ? passed_address : own_address)(sockets, settings) ||
        !sl_sockets_resize(sockets, settings) || !metrics_open(sockets, settings))
        return false;
    bool colon = strchr(sockets->host, ':') != NULL;
    snprintf(sockets->url, sizeof sockets->url, "%s://%s%s%s:%u",
             settings->server_tls_certificate ? "https" : "http", colon ? "[" : "", sockets->host,
             colon ? "]" : "", sockets->port);
    return true;
}

bool sl_sockets_resize(sl_sockets *sockets, const struct sl_settings *settings)
{
    uint32_t wanted = (uint32_t)settings->server_workers;
    if (wanted > SL_SLOTS)
        wanted = SL_SLOTS;
    if (sockets->passed.count) {
        sockets->count = wanted;
        return true;
    }
    if (strcmp(sockets->host, settings->server_host) != 0 ||
        (settings->server_port && settings->server_port != sockets->port))
        return refuse(settings->server_host, (uint16_t)settings->server_port,
                      "another address needs a restart");
    while (sockets->count < wanted) {
        if (!socket_open(sockets->host, sockets->port, &sockets->descriptors[sockets->count]))
            return false;
        sockets->port = sl_listener_port(sockets->descriptors[sockets->count++]);
    }
    while (sockets->count > wanted)
        close(sockets->descriptors[--sockets->count]);
    return true;
}

uint32_t sl_sockets_of(const sl_sockets *sockets, int32_t slot, const int **ret_descriptors)
{
    *ret_descriptors =
        sockets->passed.count ? sockets->passed.descriptors : &sockets->descriptors[slot];
    return sockets->passed.count ? sockets->passed.count : 1;
}

void sl_sockets_close(sl_sockets *sockets)
{
    for (uint32_t i = 0; i < sockets->count && !sockets->passed.count; i++)
        close(sockets->descriptors[i]);
    while (sockets->passed.count)
        close(sockets->passed.descriptors[--sockets->passed.count]);
    sockets->count = 0;
    if (sockets->metrics >= 0)
        close(sockets->metrics);
    sockets->metrics = -1;
}
