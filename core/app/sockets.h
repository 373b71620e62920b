/*
 * sockets.h: the listening sockets: one a worker slot, all on one address (SO_REUSEPORT), or those that the service manager passed,
 * which all workers share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_SOCKETS_H
#define STRIPE_LITE_CORE_APP_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/app/activation.h"

#define SL_SLOTS 64

struct sl_settings;

typedef struct sl_sockets {
    int descriptors[SL_SLOTS]; /* our own, one a slot */
    uint32_t count;            /* slots */
    sl_passed_sockets passed;  /* when there are any, none is our own */
    int metrics;               /* -1: none */
    char url[160];             /* "http://127.0.0.1:8000" */
    char host[100];
    uint16_t port;
} sl_sockets;

/* Opens one socket a worker; false after saying why on stderr (an address in use by another server is a refusal, although
 * SO_REUSEPORT would share it). since 1.0 [start-up only] */
bool sl_sockets_open(sl_sockets *sockets, const struct sl_settings *settings);

/* Fits the number of sockets to new settings; a changed host or port is refused with a sentence. since 1.0 [start-up only] */
bool sl_sockets_resize(sl_sockets *sockets, const struct sl_settings *settings);

/* What the worker of a slot accepts on; how many. since 1.0 [no-suspend] */
uint32_t sl_sockets_of(const sl_sockets *sockets, int32_t slot, const int **ret_descriptors);

void sl_sockets_close(sl_sockets *sockets);

#endif
