/*
 * channel.h: the bytes of one client's socket, plain or TLS, in both directions.
 *
 * Nothing here blocks or calls back. What is read lies in a room that all channels of a worker share until the connection has
 * taken it, and what it leaves is kept by the channel; what is written goes to the socket at once, and what that does not take
 * waits. So an idle channel holds no buffer, and a request that comes and goes whole costs one read and one write. Memory that
 * held bytes of either direction is wiped.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_CHANNEL_H
#define STRIPE_LITE_CORE_HTTP_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#include "core/fiber/fiber.h"

struct evbuffer;
struct ssl_ctx_st;
struct ssl_st;

typedef struct sl_channel sl_channel;

typedef struct sl_channel_room {
    sl_channel *user; /* NULL: nothing is in it */
    size_t used;
    /* No less than a TLS record, so that none is left where no descriptor tells of it. */
    char bytes[64 * 1024];
} sl_channel_room;

struct sl_channel {
    sl_watch *watch;
    struct ssl_st *tls; /* NULL: plain */
    sl_channel_room *room;
    const char *input; /* what has been read and not taken: in the room, or in `kept` */
    size_t input_length;
    char *kept;
    size_t kept_room;
    struct evbuffer *output; /* what waits to be written; NULL: nothing ever did */
    int descriptor;
    bool held; /* what is written waits for sl_channel_flush */
};

typedef enum sl_channel_event {
    SL_CHANNEL_READ,
    SL_CHANNEL_NOTHING, /* not yet */
    SL_CHANNEL_ENDED,   /* the client will send no more */
    SL_CHANNEL_BROKEN,
} sl_channel_event;

/* Takes over a non-blocking socket; with `tls`, to be the server of it. `ready` is called as by sl_watch_new, for input at first;
 * with TLS either event may be what reading or writing waited for. SL_E_UNAVAILABLE: the socket is closed.
 * [no-suspend], all of these */
sl_status sl_channel_open(sl_channel *channel, sl_loop *loop, sl_channel_room *room, int descriptor,
                          struct ssl_ctx_st *tls, void (*ready)(void *data, int events),
                          void *data) SL_MUST_CHECK;
void sl_channel_close(sl_channel *channel);

/* Reads once; the bytes are added to `input`. */
sl_channel_event sl_channel_read(sl_channel *channel);
/* Bytes from the front of `input` that are done with. */
void sl_channel_take(sl_channel *channel, size_t length);
/* Empties the room for the next channel; what `input` still has is kept elsewhere. False: out of memory. */
bool sl_channel_keep(sl_channel *channel) SL_MUST_CHECK;

/* Two pieces, of which the second may be empty. `lasting`: it lives as long as the channel and is only referred to. What cannot
 * be written now, because of a fault too, waits: the watch tells when sl_channel_flush is worth while. */
void sl_channel_write(sl_channel *channel, const struct iovec pieces[2], bool lasting);
/* Writes what waits. False when that can no longer be. */
bool sl_channel_flush(sl_channel *channel);
size_t sl_channel_unsent(const sl_channel *channel);
/* No more will be written: tells the client. */
void sl_channel_shut(sl_channel *channel);

/* Watches for input when `reading`, and for room when there is something to write. False: the system refuses. */
bool sl_channel_watch(sl_channel *channel, bool reading) SL_MUST_CHECK;
/* Whether bytes have come that nobody has read yet. */
bool sl_channel_is_sending(const sl_channel *channel);

#endif
