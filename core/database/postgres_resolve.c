/*
 * postgres_resolve.c: a host's name to its addresses, without blocking the loop.
 *
 * getaddrinfo knows all that a machine says about names (hosts file, search domains, caches) and blocks: each look-up is a short
 * thread. A fiber that waits no longer leaves its thread alone, which then posts nothing and frees what is left.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/postgres.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ADDRESSES_SIZE 512

struct lookup {
    pthread_mutex_t mutex;
    sl_loop *loop;
    bool waited_for; /* by the fiber; guarded by the mutex */
    bool told;       /* on the loop */
    sl_condition done;
    char addresses[ADDRESSES_SIZE];
    char name[];
};

static void lookup_free(struct lookup *lookup)
{
    pthread_mutex_destroy(&lookup->mutex);
    free(lookup);
}

static void addresses_add(char *addresses, const struct addrinfo *info)
{
    char text[64];
    size_t length = strlen(addresses);
    if (getnameinfo(info->ai_addr, info->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) !=
            0 ||
        length + strlen(text) + 2 > ADDRESSES_SIZE)
        return;
    if (length > 0)
        addresses[length++] = ',';
    memcpy(addresses + length, text, strlen(text) + 1);
}

/* On the loop. Whoever waited may have gone since: then this was the last to need it. */
static void lookup_told(void *data)
{
    struct lookup *lookup = data;
    lookup->told = true;
    if (lookup->waited_for)
        sl_condition_signal(&lookup->done);
    else
        lookup_free(lookup);
}

static void *lookup_main(void *data)
{
    struct lookup *lookup = data;
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    if (getaddrinfo(lookup->name, NULL, &hints, &found) == 0) {
        for (const struct addrinfo *info = found; info; info = info->ai_next)
            addresses_add(lookup->addresses, info);
        freeaddrinfo(found);
    }
    pthread_mutex_lock(&lookup->mutex);
    bool wanted = lookup->waited_for;
    if (wanted)
        sl_loop_post(lookup->loop, lookup_told, lookup);
    pthread_mutex_unlock(&lookup->mutex);
    if (!wanted)
        lookup_free(lookup);
    return NULL;
}

static struct lookup *lookup_begin(const char *name)
{
    struct lookup *lookup = calloc(1, sizeof(*lookup) + strlen(name) + 1);
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all;
    sigset_t before;
    if (!lookup)
        abort();
    memcpy(lookup->name, name, strlen(name) + 1);
    lookup->loop = sl_loop_current();
    lookup->waited_for = true;
    pthread_mutex_init(&lookup->mutex, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    /* Signals are the loop's. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool begun = pthread_create(&thread, &attributes, lookup_main, lookup) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (begun)
        return lookup;
    lookup_free(lookup);
    return NULL;
}

/* The fiber needs it no more. The last of fiber, thread and post frees it. */
static void lookup_leave(struct lookup *lookup)
{
    pthread_mutex_lock(&lookup->mutex);
    lookup->waited_for = false;
    pthread_mutex_unlock(&lookup->mutex);
    if (lookup->told)
        lookup_free(lookup);
}

sl_status sl_pg_resolve(const char *name, int64_t deadline, char **ret_addresses)
{
    struct lookup *lookup = lookup_begin(name);
    if (!lookup)
        return SL_E_UNAVAILABLE;
    sl_status status = sl_wait_condition(&lookup->done, deadline);
    if (status == SL_OK && !lookup->addresses[0])
        status = SL_E_UNAVAILABLE;
    else if (status == SL_OK && !(*ret_addresses = strdup(lookup->addresses)))
        abort();
    lookup_leave(lookup);
    return status;
}
