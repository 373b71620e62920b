/*
 * activation.h: listening sockets that the service manager opened for us, as systemd's sd_listen_fds(3) describes it.
 *
 * LISTEN_FDS says how many, from descriptor 3 on; LISTEN_PID for whom; LISTEN_FDNAMES how they are called. One called "metrics"
 * serves metrics, the others the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_ACTIVATION_H
#define STRIPE_LITE_CORE_APP_ACTIVATION_H

#include <stdbool.h>
#include <stdint.h>

#define SL_PASSED 16

typedef struct sl_passed_sockets {
    int descriptors[SL_PASSED];
    uint32_t count; /* 0: none were passed */
    int metrics;    /* -1: none */
} sl_passed_sockets;

/* Takes what was passed to this process, and the variables out of the environment; false after saying on stderr what cannot be
 * listened on. since 1.0 [start-up only] */
bool sl_passed_sockets_take(sl_passed_sockets *ret_sockets);

#endif
