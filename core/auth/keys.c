/*
 * keys.c: the table of API keys, finding one by its text, and a short memory of those just seen.
 *
 * The lookup is by the hash of the whole text, so that nothing about a stored key can be learnt from how long a wrong one takes.
 * Unknown keys are never remembered: a flood of guesses must not push the good ones out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/auth/keys.h"

#include <stdlib.h>
#include <string.h>

#include <stripe_lite/crypto.h>

#include "core/base/clock.h"
#include "core/database/database.h"

#define CACHE_SLOTS 256

static const sl_field key_fields[] = {
    SL_STRING(sl_key, id),
    SL_STRING(sl_key, kind),
    SL_STRING(sl_key, hash, .secret = true),
    SL_STRING(sl_key, shown),
    SL_STRING(sl_key, name),
    SL_STRING(sl_key, role),
    SL_STRING(sl_key, scopes),
    SL_STRING(sl_key, app_id),
    SL_TIMESTAMP(sl_key, expires),
    SL_TIMESTAMP(sl_key, revoked),
    SL_TIMESTAMP(sl_key, created),
    SL_INT64(sl_key, version),
    SL_FIELDS_END,
};
const sl_table sl_key_table = SL_TABLE("api_keys", sl_key, key_fields);

static const struct {
    const char *prefix;
    const char *kind;
} key_kinds[] = {
    { "sk_", "secret" },
    { "pk_", "publishable" },
    { "rk_", "restricted" },
    { "app_", "app" },
};

const char *sl_key_kind(const char *text)
{
    for (size_t i = 0; i < sizeof(key_kinds) / sizeof(key_kinds[0]); i++) {
        if (strncmp(text, key_kinds[i].prefix, strlen(key_kinds[i].prefix)) == 0)
            return key_kinds[i].kind;
    }
    return NULL;
}

bool sl_key_livemode(const char *text)
{
    const char *mode = strchr(text, '_');
    return sl_key_kind(text) && mode && strncmp(mode, "_live_", 6) == 0;
}

const char *sl_key_mask(sl_context *cx, const char *text)
{
    size_t length = strlen(text);
    size_t head = 0;
    if (sl_key_kind(text)) {
        const char *first = strchr(text, '_') + 1;
        bool has_mode = strncmp(first, "live_", 5) == 0 || strncmp(first, "test_", 5) == 0;
        head = (size_t)(first - text) + (has_mode ? 5 : 0);
    }
    /* The last four of a short text would be most of it; those of a binary one would be noise in a log. */
    bool tail = length >= head + 12;
    for (size_t i = 0; tail && i < 4; i++) {
        char c = text[length - 1 - i];
        tail = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_' || c == '-';
    }
    return sl_format(cx, "%.*s****%s", (int)head, text, tail ? text + length - 4 : "");
}

/* ---- the cache ---- */

struct cache_slot {
    sl_arena *arena; /* NULL: empty */
    sl_key key;
    int64_t until; /* monotonic milliseconds */
};

struct sl_key_cache {
    struct cache_slot slots[CACHE_SLOTS];
    uint64_t generation;
};

struct sl_key_cache *sl_key_cache_new(void)
{
    return calloc(1, sizeof(struct sl_key_cache));
}

void sl_key_cache_free(struct sl_key_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        if (cache->slots[i].arena)
            sl_arena_free(cache->slots[i].arena);
    }
    free(cache);
}

void sl_key_cache_forget(struct sl_key_cache *cache)
{
    cache->generation++;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        cache->slots[i].until = 0;
}

static struct cache_slot *cache_slot_of(struct sl_key_cache *cache, const char *hash)
{
    const char pair[3] = { hash[0], hash[1], 0 };
    return &cache->slots[strtoul(pair, NULL, 16) % CACHE_SLOTS];
}

static const char *copy_into(sl_arena *arena, const char *text)
{
    return text ? sl_arena_copy(arena, text, strlen(text)) : NULL;
}

static void key_copy(sl_arena *arena, const sl_key *key, sl_key *ret_key)
{
    *ret_key = *key;
    const char **const texts[] = { &ret_key->id,     &ret_key->kind,   &ret_key->hash,
                                   &ret_key->shown,  &ret_key->name,   &ret_key->role,
                                   &ret_key->scopes, &ret_key->app_id, &ret_key->account };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = copy_into(arena, *texts[i]);
}

static bool cache_get(struct sl_key_cache *cache, sl_context *cx, const char *hash, sl_key *ret_key)
{
    struct cache_slot *slot = cache_slot_of(cache, hash);
    if (!slot->arena || slot->until <= sl_clock_monotonic_ms() || strcmp(slot->key.hash, hash) != 0)
        return false;
    key_copy(cx->arena, &slot->key, ret_key);
    return true;
}

static void cache_put(struct sl_key_cache *cache, const sl_key *key, int64_t until)
{
    struct cache_slot *slot = cache_slot_of(cache, key->hash);
    if (slot->arena)
        sl_arena_free(slot->arena);
    slot->arena = sl_arena_new();
    key_copy(slot->arena, key, &slot->key);
    slot->until = until;
}

/* ---- reading ---- */

sl_status sl_keys_where(sl_context *cx, const char *where, const sl_argument *arguments,
                        uint32_t count, sl_list *ret_keys)
{
    sl_rows *rows = NULL;
    const char *sql = sl_format(cx, "SELECT account_id, %s FROM api_keys %s",
                                sl_table_columns(cx, &sl_key_table), where);
    sl_status status = sl_query_all(cx, sql, arguments, count, &rows);
    if (status != SL_OK)
        return status;
    sl_list keys = { .count = sl_rows_count(rows), .item_size = sizeof(sl_key) };
    keys.items = sl_alloc(cx, (keys.count + 1u) * sizeof(sl_key));
    for (uint32_t i = 0; i < keys.count; i++) {
        sl_key *key = SL_ITEM(keys, sl_key, i);
        status = sl_rows_read(cx, rows, i, 1, &sl_key_table, key);
        if (status != SL_OK)
            return status;
        key->account = sl_scope_account(cx, sl_rows_text(rows, i, 0), &key->livemode);
    }
    *ret_keys = keys;
    return SL_OK;
}

static sl_status key_usable(const sl_key *key)
{
    int64_t now = sl_clock_unix();
    if (key->revoked > 0 && key->revoked <= now)
        return SL_E_NOT_FOUND;
    return key->expires > 0 && key->expires <= now ? SL_E_INVALID : SL_OK;
}

sl_status sl_key_find(sl_context *cx, struct sl_key_cache *cache, const char *text, sl_key *ret_key)
{
    const char *hash = sl_sha256_hex(cx, text, strlen(text));
    sl_key found;
    if (!cache_get(cache, cx, hash, &found)) {
        uint64_t generation = cache->generation;
        int64_t until =
            sl_clock_monotonic_ms() +
            (sl_news_is_heard(cx->host->database) ? SL_KEY_CACHE_HEARD_MS : SL_KEY_CACHE_MS);
        sl_list keys;
        sl_status status = sl_keys_where(cx, "WHERE hash = $1", SL_ARGS(sl_text(hash)), &keys);
        if (status != SL_OK)
            return status;
        if (keys.count == 0)
            return SL_E_NOT_FOUND;
        found = *SL_ITEM(keys, sl_key, 0);
        if (generation == cache->generation)
            cache_put(cache, &found, until);
    }
    sl_status status = key_usable(&found);
    if (status == SL_OK)
        *ret_key = found;
    return status;
}
