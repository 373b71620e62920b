/*
 * textmap.c: numbers by text: which prepared statement a text has.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/textmap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The texts are ours, nobody outside chooses them. */
static uint64_t text_hash(const char *text)
{
    size_t left = strlen(text);
    uint64_t hash = left;
    uint64_t word = 0;
    for (; left >= sizeof(word); left -= sizeof(word), text += sizeof(word)) {
        memcpy(&word, text, sizeof(word));
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, text, left);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 32;
    return hash;
}

static void *checked(void *pointer)
{
    if (!pointer) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return pointer;
}

/* The entry of the text, or the free one where it belongs. */
static sl_textmap_entry *map_slot(const sl_textmap *map, const char *text, uint64_t hash)
{
    uint32_t mask = map->capacity - 1;
    uint32_t at = (uint32_t)hash & mask;
    while (map->entries[at].text &&
           (map->entries[at].hash != hash || strcmp(map->entries[at].text, text) != 0))
        at = (at + 1) & mask;
    return &map->entries[at];
}

void *sl_textmap_get(const sl_textmap *map, const char *text)
{
    if (map->count == 0)
        return NULL;
    return map_slot(map, text, text_hash(text))->value;
}

static void map_grow(sl_textmap *map)
{
    sl_textmap larger = { .capacity = map->capacity ? map->capacity * 2 : 64, .count = map->count };
    larger.entries = checked(calloc(larger.capacity, sizeof(sl_textmap_entry)));
    for (uint32_t i = 0; i < map->capacity; i++) {
        const sl_textmap_entry *entry = &map->entries[i];
        if (entry->text)
            *map_slot(&larger, entry->text, entry->hash) = *entry;
    }
    free(map->entries);
    *map = larger;
}

void sl_textmap_set(sl_textmap *map, const char *text, void *value)
{
    if ((map->count + 1) * 4 > map->capacity * 3)
        map_grow(map);
    uint64_t hash = text_hash(text);
    sl_textmap_entry *entry = map_slot(map, text, hash);
    if (entry->text) {
        entry->value = value;
        return;
    }
    *entry = (sl_textmap_entry){ .text = checked(strdup(text)), .hash = hash, .value = value };
    map->count++;
}

void sl_textmap_clear(sl_textmap *map, void (*release)(void *value))
{
    for (uint32_t i = 0; i < map->capacity; i++) {
        if (!map->entries[i].text)
            continue;
        free(map->entries[i].text);
        if (release)
            release(map->entries[i].value);
    }
    free(map->entries);
    *map = (sl_textmap){ 0 };
}
