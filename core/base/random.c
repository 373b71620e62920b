/*
 * random.c: bytes from the system's random source, drawn in small batches.
 *
 * Bytes are wiped once handed out: what leaves the process cannot be found again in its memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/random.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/context.h"

#define BATCH 1024

struct batch {
    unsigned char bytes[BATCH];
    size_t left;
    uint64_t generation;
};

const char sl_base62[63] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static _Thread_local struct batch batch;
static _Atomic uint64_t generation = 1;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void fork_happened(void)
{
    atomic_fetch_add(&generation, 1);
}

static void fork_watch(void)
{
    if (pthread_atfork(NULL, NULL, fork_happened) != 0)
        abort();
}

static void source_read(unsigned char *ret, size_t length)
{
    while (length > 0) {
        ssize_t got = getrandom(ret, length, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            static const char text[] = "stripe-lite: the system has no random source\n";
            ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);
            (void)written;
            abort();
        }
        ret += got;
        length -= (size_t)got;
    }
}

void sl_random_bytes(void *ret, size_t length)
{
    (void)pthread_once(&fork_once, fork_watch);
    if (length > BATCH) {
        source_read(ret, length);
        return;
    }
    uint64_t now = atomic_load(&generation);
    if (batch.generation != now || batch.left < length) {
        source_read(batch.bytes, BATCH);
        batch.left = BATCH;
        batch.generation = now;
    }
    unsigned char *from = batch.bytes + BATCH - batch.left;
    memcpy(ret, from, length);
    explicit_bzero(from, length);
    batch.left -= length;
}

uint64_t sl_random_below(uint64_t limit)
{
    if (limit < 2)
        return 0;
    /* Numbers past the last whole multiple of `limit` would favour small results. */
    uint64_t end = UINT64_MAX - UINT64_MAX % limit;
    uint64_t number = 0;
    do {
        sl_random_bytes(&number, sizeof(number));
    } while (number >= end);
    return number % limit;
}

void sl_random_letters(char *ret, size_t length)
{
    size_t made = 0;
    while (made < length) {
        unsigned char bytes[32];
        size_t wanted = length - made < sizeof(bytes) ? length - made : sizeof(bytes);
        sl_random_bytes(bytes, wanted);
        for (size_t i = 0; i < wanted; i++) {
            /* 248 is the last multiple of 62 in a byte. */
            if (bytes[i] < 248)
                ret[made++] = sl_base62[bytes[i] % 62];
        }
    }
}

const char *sl_random_text(sl_context *cx, size_t length)
{
    char *text = sl_arena_alloc(cx->arena, length + 1);
    sl_random_letters(text, length);
    return text;
}
