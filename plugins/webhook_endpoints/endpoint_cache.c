/*
 * endpoint_cache.c: enabled endpoints by account, in the memory of one worker.
 *
 * An entry is good as long as nothing was told since its reading began. Accounts are found by their text in a table of chains.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "endpoint_cache.h"

#include "event_names.h"

#define CHAINS 1024u
#define ENTRIES_MOST 16384u

struct entry {
    char *account;
    bool livemode;
    bool loading;
    uint64_t generation; /* of the news before its reading; 0: never read */
    struct known_endpoints known;
    struct entry *next;
};

static struct {
    struct entry *chains[CHAINS];
    uint32_t count;
    uint64_t generation;
    sl_shelf *shelf; /* holds the entries */
} cache = { .generation = 1 };

static void news_heard(void *data)
{
    (void)data;
    cache.generation++;
}

void endpoint_cache_start(sl_context *cx)
{
    cache.shelf = sl_shelf_new();
    sl_news_listen(cx, ENDPOINTS_NEWS, news_heard, NULL);
}

void endpoint_cache_stop(void)
{
    for (uint32_t i = 0; i < CHAINS; i++) {
        for (const struct entry *one = cache.chains[i]; one; one = one->next)
            sl_shelf_free(one->known.shelf);
        cache.chains[i] = NULL;
    }
    sl_shelf_free(cache.shelf);
    cache.shelf = NULL;
    cache.count = 0;
}

/* ---- accounts ---- */

static struct entry **chain_of(const char *account, bool livemode)
{
    uint32_t hash = livemode;
    for (const char *at = account; *at; at++)
        hash = hash * 31u + (unsigned char)*at;
    return &cache.chains[hash % CHAINS];
}

static struct entry *entry_find(const sl_context *cx)
{
    const char *account = sl_account(cx);
    struct entry *one = *chain_of(account, sl_livemode(cx));
    while (one && (one->livemode != sl_livemode(cx) || strcmp(one->account, account) != 0))
        one = one->next;
    return one;
}

/* NULL past the most that are kept: those accounts are left to jobs. */
static struct entry *entry_of(const sl_context *cx)
{
    struct entry *one = entry_find(cx);
    if (one || cache.count >= ENTRIES_MOST)
        return one;
    struct entry **chain = chain_of(sl_account(cx), sl_livemode(cx));
    one = sl_shelf_alloc(cache.shelf, sizeof(*one));
    one->account = sl_shelf_copy(cache.shelf, sl_account(cx));
    one->livemode = sl_livemode(cx);
    one->next = *chain;
    *chain = one;
    cache.count++;
    return one;
}

/* ---- reading ---- */

static struct known_endpoint endpoint_copy(sl_shelf *shelf, const char *id, const sl_value *events)
{
    uint32_t count = sl_value_count(events);
    const char **patterns = sl_shelf_alloc(shelf, (count + 1u) * sizeof(*patterns));
    for (uint32_t i = 0; i < count; i++)
        patterns[i] = sl_shelf_copy(shelf, sl_value_string(sl_value_item(events, i, NULL), ""));
    return (struct known_endpoint){ .id = sl_shelf_copy(shelf, id), .patterns = patterns };
}

static sl_status endpoints_read(sl_context *cx, struct known_endpoints *ret)
{
    sl_rows *rows = NULL;
    sl_status status = sl_query(cx,
                                "SELECT id, enabled_events FROM webhook_endpoints "
                                "WHERE account_id = $1 AND status = 'enabled' ORDER BY id",
                                SL_NO_ARGS, &rows);
    uint32_t count = status == SL_OK ? sl_rows_count(rows) : 0;
    *ret = (struct known_endpoints){ .shelf = sl_shelf_new() };
    ret->items = sl_shelf_alloc(ret->shelf, (count + 1u) * sizeof(*ret->items));
    for (uint32_t i = 0; i < count && status == SL_OK; i++) {
        const char *text = sl_rows_text(rows, i, 1);
        const sl_value *events = NULL;
        status = sl_json_parse(cx, text, strlen(text), &events);
        if (status == SL_OK)
            ret->items[ret->count++] = endpoint_copy(ret->shelf, sl_rows_text(rows, i, 0), events);
    }
    return status;
}

/* Both are in the order of ids. */
static void standing_keep(const struct known_endpoints *before, struct known_endpoints *now)
{
    for (uint32_t i = 0, j = 0; i < now->count && j < before->count;) {
        int order = strcmp(now->items[i].id, before->items[j].id);
        if (order == 0)
            now->items[i].works = before->items[j].works;
        i += order <= 0;
        j += order >= 0;
    }
}

static void entry_load(sl_context *cx, void *data)
{
    struct entry *one = data;
    struct known_endpoints known;
    uint64_t generation = cache.generation;
    sl_status status = endpoints_read(cx, &known);
    if (status == SL_OK) {
        standing_keep(&one->known, &known);
        sl_shelf_free(one->known.shelf);
        one->known = known;
        one->generation = generation;
    } else {
        sl_shelf_free(known.shelf);
        sl_log(cx, SL_LOG_WARNING, "webhook endpoints could not be read", "status",
               sl_status_name(status));
    }
    one->loading = false;
}

struct known_endpoints *endpoints_known(sl_context *cx)
{
    struct entry *one = entry_of(cx);
    if (!one)
        return NULL;
    if (one->generation == cache.generation && sl_news_heard(cx))
        return &one->known;
    if (!one->loading) {
        one->loading = true;
        if (sl_spawn(cx, entry_load, one) != SL_OK)
            one->loading = false;
    }
    return NULL;
}

bool endpoint_wants(const struct known_endpoint *endpoint, const char *type)
{
    for (const char *const *pattern = endpoint->patterns; *pattern; pattern++) {
        if (event_name_matches(*pattern, type))
            return true;
    }
    return false;
}

/* They are in the order of ids. */
void endpoint_worked(sl_context *cx, const char *id, bool works)
{
    const struct entry *one = entry_find(cx);
    uint32_t low = 0;
    uint32_t high = one ? one->known.count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(id, one->known.items[middle].id);
        if (order == 0) {
            one->known.items[middle].works = works;
            return;
        }
        low = order > 0 ? middle + 1 : low;
        high = order < 0 ? middle : high;
    }
}
