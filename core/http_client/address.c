/*
 * address.c: private, loopback, link-local and other addresses that no stranger's URL may lead to.
 *
 * Asked for each address that a name resolves to, at the moment of connecting: a name that is checked earlier may resolve
 * otherwise later. The tables follow the IANA registries of special-purpose addresses (RFC 6890 and its successors).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include <stripe_lite/http_client.h>

#include "core/base/text.h"
#include "core/http_client/address.h"

/* An IPv4 address stands behind ::ffff:0:0/96, so that one comparison serves both. */
struct sl_network {
    unsigned char bytes[16];
    unsigned bits;
};

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

/* Reached by no rule that forbids strangers' addresses: the machine's own link and the clouds' metadata services. */
static const char *const link_local[] = { "169.254.0.0/16",    "fe80::/10",
                                          "fd00:ec2::254/128", "100.100.100.200/32",
                                          "0.0.0.0/8",         "::/128",
                                          "224.0.0.0/4",       "255.255.255.255/32",
                                          "ff00::/8" };
static const char *const private_networks[] = {
    "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "172.16.0.0/12",
    "192.0.0.0/24",    "192.0.2.0/24",   "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",    "::1/128",
    "fc00::/7",        "fec0::/10",      "100::/64",       "2001:db8::/32"
};

static bool network_read(const char *text, struct sl_network *ret)
{
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    if (length >= sizeof(address))
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    struct sl_network network = { .bits = 128 };
    unsigned least = 0;
    if (inet_pton(AF_INET, address, network.bytes + 12) == 1) {
        memcpy(network.bytes, mapped, sizeof(mapped));
        least = 96;
    } else if (inet_pton(AF_INET6, address, network.bytes) != 1) {
        return false;
    }
    int64_t bits = 0;
    if (slash) {
        if (sl_text_int64(slash + 1, strlen(slash + 1), &bits) != 0 || bits < 0 ||
            bits > 128 - (int64_t)least)
            return false;
        network.bits = least + (unsigned)bits;
    }
    *ret = network;
    return true;
}

bool sl_networks_add(sl_arena *arena, sl_networks *networks, const char *text)
{
    struct sl_network network;
    if (!network_read(text, &network))
        return false;
    size_t size = sizeof(network);
    networks->items =
        sl_arena_grow(arena, networks->items, networks->count * size, (networks->count + 1) * size);
    networks->items[networks->count++] = network;
    return true;
}

static bool network_holds(const struct sl_network *network, const unsigned char *bytes)
{
    unsigned whole = network->bits / 8;
    unsigned rest = network->bits % 8;
    if (memcmp(network->bytes, bytes, whole) != 0)
        return false;
    unsigned mask = rest ? 0xffu << (8 - rest) & 0xffu : 0;
    return rest == 0 || (network->bytes[whole] & mask) == (bytes[whole] & mask);
}

static bool any_holds(const char *const *networks, size_t count, const unsigned char *bytes)
{
    for (size_t i = 0; i < count; i++) {
        struct sl_network network;
        if (network_read(networks[i], &network) && network_holds(&network, bytes))
            return true;
    }
    return false;
}

/* The IPv4 address that an IPv6 one leads to, as a mapped one; others stay. */
static void unwrap(unsigned char *bytes)
{
    static const unsigned char nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
    static const unsigned char compatible[12] = { 0 };
    unsigned char inner[4];
    bool at_end = memcmp(bytes, nat64, 12) == 0 ||
                  (memcmp(bytes, compatible, 12) == 0 && (bytes[12] || bytes[13] || bytes[14]));
    bool six_to_four = bytes[0] == 0x20 && bytes[1] == 0x02;
    if (!at_end && !six_to_four)
        return;
    memcpy(inner, bytes + (at_end ? 12 : 2), 4);
    memcpy(bytes, mapped, sizeof(mapped));
    memcpy(bytes + 12, inner, 4);
}

bool sl_address_read(const char *text, struct sockaddr_storage *ret_address)
{
    char plain[INET6_ADDRSTRLEN];
    size_t length = strlen(text);
    bool brackets = length > 1 && text[0] == '[' && text[length - 1] == ']';
    if (brackets)
        length -= 2;
    if (length >= sizeof(plain))
        return false;
    memcpy(plain, text + (brackets ? 1 : 0), length);
    plain[length] = '\0';
    struct sockaddr_in four = { .sin_family = AF_INET };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
    if (inet_pton(AF_INET, plain, &four.sin_addr) == 1)
        memcpy(ret_address, &four, sizeof(four));
    else if (inet_pton(AF_INET6, plain, &six.sin6_addr) == 1)
        memcpy(ret_address, &six, sizeof(six));
    else
        return false;
    return true;
}

bool sl_address_refused(const struct sockaddr *address, uint32_t flags, const sl_networks *allowed)
{
    unsigned char bytes[16];
    if ((flags & (SL_HTTP_NO_PRIVATE | SL_HTTP_NO_LINK_LOCAL)) == 0)
        return false;
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof(four));
        memcpy(bytes, mapped, sizeof(mapped));
        memcpy(bytes + 12, &four.sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, address, sizeof(six));
        memcpy(bytes, &six.sin6_addr, 16);
        unwrap(bytes);
    } else {
        return true;
    }
    for (uint32_t i = 0; allowed && i < allowed->count; i++)
        if (network_holds(&allowed->items[i], bytes))
            return false;
    if (any_holds(link_local, sizeof(link_local) / sizeof(link_local[0]), bytes))
        return true;
    return (flags & SL_HTTP_NO_PRIVATE) &&
           any_holds(private_networks, sizeof(private_networks) / sizeof(private_networks[0]),
                     bytes);
}
