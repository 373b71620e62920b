/*
 * textmap.h: numbers by text: which prepared statement a text has.
 *
 * Open addressing over copies of the texts. Not for sharing between threads.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_TEXTMAP_H
#define STRIPE_LITE_CORE_DATABASE_TEXTMAP_H

#include <stdint.h>

typedef struct sl_textmap_entry {
    char *text; /* NULL: free */
    uint64_t hash;
    void *value;
} sl_textmap_entry;

/* All zeros is an empty map. */
typedef struct sl_textmap {
    sl_textmap_entry *entries;
    uint32_t capacity; /* a power of two */
    uint32_t count;
} sl_textmap;

/* since 1.0 [no-suspend], all of these */
void *sl_textmap_get(const sl_textmap *map, const char *text);
/* NULL forgets the value. */
void sl_textmap_set(sl_textmap *map, const char *text, void *value);
/* Calls `release` for each value, unless it is NULL, and empties the map. */
void sl_textmap_clear(sl_textmap *map, void (*release)(void *value));

#endif
