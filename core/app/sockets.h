/*
 * sockets.h: the listening sockets, one a worker slot, all on one address (SO_REUSEPORT).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_SOCKETS_H
#define STRIPE_LITE_CORE_APP_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#define SL_SLOTS 64

struct sl_settings;

typedef struct sl_sockets {
    int descriptors[SL_SLOTS];
    uint32_t count;
    int metrics;   /* -1: none */
    char url[160]; /* "http://127.0.0.1:8000" */
    char host[100];
    uint16_t port;
} sl_sockets;

/* Opens one socket a worker; false after saying why on stderr (an address in use by another server is a refusal, although
 * SO_REUSEPORT would share it). since 1.0 [start-up only] */
bool sl_sockets_open(sl_sockets *sockets, const struct sl_settings *settings);

/* Fits the number of sockets to new settings; a changed host or port is refused with a sentence. since 1.0 [start-up only] */
bool sl_sockets_resize(sl_sockets *sockets, const struct sl_settings *settings);

void sl_sockets_close(sl_sockets *sockets);

#endif
