/*
 * address.h: which addresses may be connected to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_CLIENT_ADDRESS_H
#define STRIPE_LITE_CORE_HTTP_CLIENT_ADDRESS_H

#include <sys/socket.h>

#include <stripe_lite/status.h>

#include "core/base/arena.h"

typedef struct sl_networks {
    struct sl_network *items;
    uint32_t count;
} sl_networks;

/* Reads "10.1.0.0/16" or "fd00::1"; false leaves the set as it was. since 1.0 [no-suspend] */
bool sl_networks_add(sl_arena *arena, sl_networks *networks, const char *text);

/* An address written as one: "10.1.2.3", "::1", "[::1]". False for a name. since 1.0 [no-suspend] */
bool sl_address_read(const char *text, struct sockaddr_storage *ret_address);

/* Whether a rule (SL_HTTP_NO_PRIVATE, SL_HTTP_NO_LINK_LOCAL) refuses the address and no allowed network holds it. An IPv4 address
 * inside IPv6 (mapped, 6to4, NAT64) counts as itself. since 1.0 [no-suspend] */
bool sl_address_refused(const struct sockaddr *address, uint32_t flags, const sl_networks *allowed);

#endif
