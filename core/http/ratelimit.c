/*
 * ratelimit.c: how often one key may call, counted over all workers of the node.
 *
 * A key's whole state is one number: the time at which its bucket would be full again. A request moves it by the price of one
 * request; one that would move it further than a full bucket's worth beyond now is refused. So a slot is two words, changed
 * without a lock, and a slot whose time has passed is free for another key.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/ratelimit.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SLOTS 65536u /* a power of two */
#define PROBES 16u
#define MICROSECONDS 1000000

typedef struct rate_slot {
    _Atomic uint64_t key;
    _Atomic int64_t full_at;
} rate_slot;

struct sl_rate_table {
    int64_t price;  /* microseconds that one request costs */
    int64_t credit; /* microseconds a full bucket is worth */
    rate_slot slots[SLOTS];
};

sl_rate_table *sl_rate_table_new(uint32_t rate, uint32_t burst)
{
    if (rate == 0) {
        return NULL;
    }
    sl_rate_table *table =
        mmap(NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (table == MAP_FAILED) {
        return NULL;
    }
    table->price = rate > MICROSECONDS ? 1 : MICROSECONDS / (int64_t)rate;
    table->credit = table->price * (int64_t)(burst ? burst : 1);
    return table;
}

void sl_rate_table_free(sl_rate_table *table)
{
    if (table) {
        munmap(table, sizeof *table);
    }
}

bool sl_rate_parse(const char *text, uint32_t *ret_rate, uint32_t *ret_burst)
{
    char *end = NULL;
    if (text == NULL || *text < '0' || *text > '9') {
        return false;
    }
    unsigned long rate = strtoul(text, &end, 10);
    unsigned long burst = rate * 2;
    if (*end == ':') {
        const char *second = end + 1;
        if (*second < '0' || *second > '9') {
            return false;
        }
        burst = strtoul(second, &end, 10);
        if (burst == 0 && rate != 0) {
            return false;
        }
    }
    if (*end != '\0' || rate > MICROSECONDS || burst > MICROSECONDS) {
        return false;
    }
    *ret_rate = (uint32_t)rate;
    *ret_burst = rate ? (uint32_t)burst : 0;
    return true;
}

/* FNV-1a, its bits mixed once more, since keys differ mostly at their ends; never 0, which marks a slot nobody has used. */
static uint64_t key_hash(const char *key)
{
    uint64_t hash = 14695981039346656037u;
    for (; *key; key++) {
        hash = (hash ^ (unsigned char)*key) * 1099511628211u;
    }
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
    hash ^= hash >> 33;
    return hash ? hash : 1;
}

/* The key's slot, else one whose time has passed, else the first of its row: then two keys share a bucket for a while. */
static rate_slot *slot_of(sl_rate_table *table, uint64_t hash, int64_t now)
{
    uint32_t first = (uint32_t)(hash >> 32) & (SLOTS - 1);
    rate_slot *idle = NULL;
    for (uint32_t i = 0; i < PROBES; i++) {
        rate_slot *slot = &table->slots[(first + i) & (SLOTS - 1)];
        uint64_t owner = atomic_load_explicit(&slot->key, memory_order_relaxed);
        if (owner == hash) {
            return slot;
        }
        if (idle == NULL && (owner == 0 || atomic_load(&slot->full_at) <= now)) {
            idle = slot;
        }
        if (owner == 0) {
            break;
        }
    }
    if (idle == NULL) {
        return &table->slots[first];
    }
    uint64_t owner = atomic_load(&idle->key);
    if (!atomic_compare_exchange_strong(&idle->key, &owner, hash) && owner != hash) {
        return &table->slots[first];
    }
    return idle;
}

uint32_t sl_rate_take(sl_rate_table *table, const char *key, int64_t now)
{
    if (table == NULL) {
        return 0;
    }
    rate_slot *slot = slot_of(table, key_hash(key), now);
    int64_t full_at = atomic_load(&slot->full_at);
    for (;;) {
        int64_t next = (full_at > now ? full_at : now) + table->price;
        int64_t over = next - now - table->credit;
        if (over > 0) {
            return (uint32_t)((over + MICROSECONDS - 1) / MICROSECONDS);
        }
        if (atomic_compare_exchange_weak(&slot->full_at, &full_at, next)) {
            return 0;
        }
    }
}
