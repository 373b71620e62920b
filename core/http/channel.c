/*
 * channel.c: the bytes of one client's socket, plain or TLS, in both directions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>

#include "core/base/wipe.h"
#include "core/http/tls.h"

#define KEPT_LEAST 512
#define PIECES 16 /* written at once */

sl_status sl_channel_open(sl_channel *channel, sl_loop *loop, sl_channel_room *room, int descriptor,
                          struct ssl_ctx_st *tls, void (*ready)(void *data, int events), void *data)
{
    *channel = (sl_channel){ .room = room, .descriptor = descriptor };
    channel->tls = tls ? sl_tls_accept(tls, descriptor) : NULL;
    if (tls && channel->tls == NULL) {
        close(descriptor);
        return SL_E_UNAVAILABLE;
    }
    channel->watch = sl_watch_new(loop, descriptor, ready, data);
    if (!sl_channel_watch(channel, true)) {
        sl_channel_close(channel);
        return SL_E_UNAVAILABLE;
    }
    return SL_OK;
}

static void room_clear(sl_channel_room *room)
{
    explicit_bzero(room->bytes, room->used);
    room->used = 0;
    room->user = NULL;
}

static void kept_free(sl_channel *channel)
{
    sl_wipe_free(channel->kept);
    channel->kept = NULL;
    channel->kept_room = 0;
}

void sl_channel_close(sl_channel *channel)
{
    if (channel->room->user == channel) {
        room_clear(channel->room);
    }
    kept_free(channel);
    if (channel->output) {
        evbuffer_free(channel->output);
    }
    sl_watch_free(channel->watch);
    sl_tls_free(channel->tls);
    close(channel->descriptor);
}

/* ---- reading ---- */

/* Behind what is kept; the input then lies there. */
static bool input_keep(sl_channel *channel, const char *data, size_t length)
{
    size_t had = channel->kept ? channel->input_length : 0;
    if (channel->kept == NULL || had + length > channel->kept_room) {
        size_t room = channel->kept_room ? channel->kept_room : KEPT_LEAST;
        while (room < had + length) {
            room *= 2;
        }
        char *kept = malloc(room);
        if (kept == NULL) {
            return false;
        }
        if (had > 0) {
            memcpy(kept, channel->input, had);
        }
        kept_free(channel);
        channel->kept = kept;
        channel->kept_room = room;
    } else if (channel->input != channel->kept) {
        memmove(channel->kept, channel->input, had);
    }
    memcpy(channel->kept + had, data, length);
    channel->input = channel->kept;
    channel->input_length = had + length;
    return true;
}

sl_channel_event sl_channel_read(sl_channel *channel)
{
    sl_channel_room *room = channel->room;
    ssize_t got = channel->tls ? sl_tls_read(channel->tls, room->bytes, sizeof room->bytes)
                               : recv(channel->descriptor, room->bytes, sizeof room->bytes, 0);
    if (got == 0) {
        return SL_CHANNEL_ENDED;
    }
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR ? SL_CHANNEL_NOTHING : SL_CHANNEL_BROKEN;
    }
    room->user = channel;
    room->used = (size_t)got;
    if (channel->kept) {
        bool kept = input_keep(channel, room->bytes, room->used);
        room_clear(room);
        return kept ? SL_CHANNEL_READ : SL_CHANNEL_BROKEN;
    }
    channel->input = room->bytes;
    channel->input_length = room->used;
    return SL_CHANNEL_READ;
}

void sl_channel_take(sl_channel *channel, size_t length)
{
    channel->input += length;
    channel->input_length -= length;
    if (channel->input_length == 0) {
        kept_free(channel);
    }
}

bool sl_channel_keep(sl_channel *channel)
{
    if (channel->room->user != channel) {
        return true;
    }
    bool kept =
        channel->input_length == 0 || input_keep(channel, channel->input, channel->input_length);
    room_clear(channel->room);
    return kept;
}

bool sl_channel_is_sending(const sl_channel *channel)
{
    int waiting = 0;
    return ioctl(channel->descriptor, FIONREAD, &waiting) == 0 && waiting > 0;
}

/* ---- writing ---- */

/* As a socket does, as much as it takes: a single write may end with a record. */
static ssize_t pieces_encrypt(struct ssl_st *tls, const struct iovec *pieces, int count)
{
    ssize_t sent = 0;
    for (int i = 0; i < count; i++) {
        const char *data = pieces[i].iov_base;
        for (size_t left = pieces[i].iov_len; left > 0;) {
            ssize_t result = sl_tls_write(tls, data, left);
            if (result <= 0) {
                return sent > 0 ? sent : result;
            }
            sent += result;
            data += result;
            left -= (size_t)result;
        }
    }
    return sent;
}

static ssize_t pieces_send(sl_channel *channel, const struct iovec *pieces, int count)
{
    if (channel->tls) {
        return pieces_encrypt(channel->tls, pieces, count);
    }
    if (count == 1) {
        return send(channel->descriptor, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
    }
    struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)pieces,
                              .msg_iovlen = (size_t)count };
    return sendmsg(channel->descriptor, &message, MSG_NOSIGNAL);
}

static void output_add(sl_channel *channel, const struct iovec *piece, size_t sent, bool lasting)
{
    size_t length = piece->iov_len - sent;
    if (length == 0) {
        return;
    }
    const char *data = (const char *)piece->iov_base + sent;
    if (channel->output == NULL) {
        channel->output = evbuffer_new();
    }
    int result = channel->output == NULL ? -1
                 : lasting ? evbuffer_add_reference(channel->output, data, length, NULL, NULL)
                           : evbuffer_add(channel->output, data, length);
    /* Out of memory: an answer with a gap must not be followed by others. */
    if (result != 0) {
        shutdown(channel->descriptor, SHUT_RDWR);
    }
}

void sl_channel_write(sl_channel *channel, const struct iovec pieces[2], bool lasting)
{
    size_t sent = 0;
    if (!channel->held && sl_channel_unsent(channel) == 0) {
        ssize_t result = pieces_send(channel, pieces, pieces[1].iov_len ? 2 : 1);
        sent = result > 0 ? (size_t)result : 0;
    }
    size_t first = sent < pieces[0].iov_len ? sent : pieces[0].iov_len;
    output_add(channel, &pieces[0], first, false);
    output_add(channel, &pieces[1], sent - first, lasting);
}

bool sl_channel_flush(sl_channel *channel)
{
    channel->held = false;
    while (sl_channel_unsent(channel) > 0) {
        struct iovec pieces[PIECES];
        int count = evbuffer_peek(channel->output, -1, NULL, pieces, PIECES);
        ssize_t sent = pieces_send(channel, pieces, count < PIECES ? count : PIECES);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return sent < 0 && errno == EAGAIN;
        }
        evbuffer_drain(channel->output, (size_t)sent);
    }
    if (channel->output) {
        evbuffer_free(channel->output);
        channel->output = NULL;
    }
    return true;
}

size_t sl_channel_unsent(const sl_channel *channel)
{
    return channel->output ? evbuffer_get_length(channel->output) : 0;
}

void sl_channel_shut(sl_channel *channel)
{
    if (channel->tls) {
        sl_tls_shut(channel->tls);
    }
    shutdown(channel->descriptor, SHUT_WR);
}

bool sl_channel_watch(sl_channel *channel, bool reading)
{
    bool writing =
        sl_channel_unsent(channel) > 0 || (channel->tls && sl_tls_wants_write(channel->tls));
    int events = (reading ? SL_WAIT_READ : 0) | (writing ? SL_WAIT_WRITE : 0);
    return sl_watch_set(channel->watch, events) == SL_OK;
}
