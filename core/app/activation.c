/*
 * activation.c: taking over sockets from the service manager.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/app/activation.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/text.h"

#define FIRST 3

static int64_t variable_number(const char *name)
{
    const char *text = getenv(name);
    int64_t number = 0;
    return text && sl_text_int64(text, strlen(text), &number) == 0 ? number : 0;
}

static bool refuse(int descriptor, const char *why)
{
    fprintf(stderr, "stripe-lite: the socket passed as descriptor %d is refused: %s\n", descriptor,
            why);
    return false;
}

static bool socket_take(int descriptor)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof address;
    int type = 0;
    int listens = 0;
    int on = 1;
    socklen_t size = sizeof type;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM)
        return refuse(descriptor, "it is no stream socket (ListenStream=)");
    size = sizeof listens;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens)
        return refuse(descriptor, "it does not listen (Accept=no)");
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0 ||
        (address.ss_family != AF_INET && address.ss_family != AF_INET6))
        return refuse(descriptor, "it has no IPv4 or IPv6 address");
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 ||
        fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0 ||
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        return refuse(descriptor, "the system does not let it be set up");
    return true;
}

/* Whether the name at `index` of a list with colons is this one. */
static bool name_is(const char *names, int64_t index, const char *wanted)
{
    for (; names && index > 0; index--) {
        names = strchr(names, ':');
        names = names ? names + 1 : NULL;
    }
    size_t length = names ? strcspn(names, ":") : 0;
    return names && length == strlen(wanted) && strncmp(names, wanted, length) == 0;
}

bool sl_passed_sockets_take(sl_passed_sockets *ret_sockets)
{
    sl_passed_sockets taken = { .metrics = -1 };
    const char *names = getenv("LISTEN_FDNAMES");
    int64_t count = variable_number("LISTEN_PID") == getpid() ? variable_number("LISTEN_FDS") : 0;
    for (int64_t i = 0; i < count; i++) {
        int descriptor = FIRST + (int)i;
        if (i > SL_PASSED || (taken.count == SL_PASSED && !name_is(names, i, "metrics")))
            return refuse(descriptor, "there are too many");
        if (!socket_take(descriptor))
            return false;
        if (name_is(names, i, "metrics") && taken.metrics < 0)
            taken.metrics = descriptor;
        else
            taken.descriptors[taken.count++] = descriptor;
    }
    if (count > 0 && taken.count == 0)
        return refuse(taken.metrics, "there is none for the API beside the one for metrics");
    /* What we start is not meant by them. */
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    *ret_sockets = taken;
    return true;
}
