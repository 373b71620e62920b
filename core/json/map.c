/*
 * map.c: flat maps of texts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/json.h>

#include <string.h>

#include "core/base/context.h"

const char *sl_map_get(const sl_map *map, const char *name)
{
    for (uint32_t i = 0; map != NULL && i < map->count; i++) {
        if (strcmp(map->pairs[i].name, name) == 0)
            return map->pairs[i].value;
    }
    return NULL;
}

static void pair_put(sl_pair *pairs, uint32_t *count, const sl_pair *change)
{
    bool remove = change->value == NULL || *change->value == '\0';
    for (uint32_t i = 0; i < *count; i++) {
        if (strcmp(pairs[i].name, change->name) != 0)
            continue;
        if (remove) {
            memmove(&pairs[i], &pairs[i + 1], (*count - i - 1) * sizeof(*pairs));
            (*count)--;
        } else {
            pairs[i].value = change->value;
        }
        return;
    }
    if (!remove)
        pairs[(*count)++] = *change;
}

const sl_map *sl_map_merge(sl_context *cx, const sl_map *base, const sl_map *changes)
{
    uint32_t most = (base ? base->count : 0) + (changes ? changes->count : 0);
    sl_map *merged = sl_arena_alloc(cx->arena, sizeof(*merged));
    sl_pair *pairs = sl_arena_alloc(cx->arena, most * sizeof(*pairs));
    uint32_t count = 0;
    for (uint32_t i = 0; base != NULL && i < base->count; i++)
        pairs[count++] = base->pairs[i];
    for (uint32_t i = 0; changes != NULL && i < changes->count; i++)
        pair_put(pairs, &count, &changes->pairs[i]);
    merged->count = count;
    merged->pairs = pairs;
    return merged;
}
