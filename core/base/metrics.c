/*
 * metrics.c: counters, gauges and histograms in memory that the node's workers share.
 *
 * A table of fixed size, open addressing by the hash of kind, name and label. A free slot is claimed by compare-and-swap, filled
 * and published; from then on only its numbers change, each by one atomic operation. A full table counts what it had no room
 * for. Should a worker die between claiming and publishing, the slot is lost and its series may get a second one: series that
 * are the same are added up when they are written.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/metrics.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/buffer.h"
#include "core/base/shared.h"
#include "core/base/text.h"

#define SLOTS 1024u
#define PATIENCE 1000
#define BUCKETS 15

enum { SLOT_FREE, SLOT_CLAIMED, SLOT_READY };
enum { KIND_COUNTER = 1, KIND_GAUGE, KIND_HISTOGRAM };

struct key {
    uint32_t kind;
    char name[76];
    char label[32];
    char value[96];
};

struct slot {
    _Atomic uint32_t state;
    struct key key;
    _Atomic int64_t sum; /* counters and gauges: the value; histograms: microseconds */
    _Atomic int64_t counts[BUCKETS + 1];
};

struct table {
    _Atomic int64_t dropped;
    struct slot slots[SLOTS];
};

/* Upper bounds in microseconds. */
static const int64_t bounds[BUCKETS] = {
    500,    1000,   2500,    5000,    10000,   25000,    50000,    100000,
    250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000,
};

static const char *const kind_names[] = { "untyped", "counter", "gauge", "histogram" };

static const struct {
    const char *name;
    const char *text;
} helps[] = {
    { "stripe_lite_http_requests_total", "Requests answered, by status class." },
    { "stripe_lite_http_request_seconds", "Time from a complete request to its answer." },
    { "stripe_lite_http_overload_total", "Requests refused because too many were running." },
    { "stripe_lite_http_unavailable_total",
      "Requests answered 503 because the database or another service was away." },
    { "stripe_lite_http_evicted_total", "Idle connections closed to make room for others." },
    { "stripe_lite_worker_restarts_total", "Workers that ended unasked, by reason." },
    { "stripe_lite_plugin_crashes_total", "Workers that a plugin's code crashed, by plugin." },
    { "stripe_lite_gateway_seconds", "Time a gateway took to answer." },
    { "stripe_lite_gateway_outcomes_total", "Answers of gateways, by outcome." },
    { "stripe_lite_gateway_breaker_state",
      "0: the gateway is asked; 1: one call tries it; 2: it is left alone." },
    { "stripe_lite_gateway_breaker_opened_total",
      "How often a gateway did not answer and was left alone." },
    { "stripe_lite_gateway_failovers_total", "Payments that went on from a gateway to the next." },
    { "stripe_lite_gateway_refused_total",
      "Calls that were not made: the breaker is open, or too many wait." },
    { "stripe_lite_events_total", "Events recorded, by type." },
    { "stripe_lite_webhook_events_total", "Events received from gateways, by what came of them." },
    { "stripe_lite_jobs_total", "Runs of jobs, by how they ended." },
    { "stripe_lite_attempts_open",
      "Attempts whose outcome is not known yet, in the whole database." },
    { "stripe_lite_attempts_oldest_seconds",
      "How long ago the oldest of these began, in the whole database." },
    { "stripe_lite_payments_total", "Payments, by their outcome." },
    { "stripe_lite_job_seconds", "Time a job took." },
    { "stripe_lite_metrics_dropped_total", "Observations there was no room for." },
};

static _Atomic(struct table *) shared;

bool sl_metrics_share(void)
{
    if (atomic_load(&shared) != NULL)
        return true;
    struct table *made = sl_shared_new(sizeof(*made));
    struct table *none = NULL;
    if (made == NULL)
        return false;
    if (!atomic_compare_exchange_strong(&shared, &none, made))
        sl_shared_free(made, sizeof(*made));
    return true;
}

static struct table *table_open(void)
{
    struct table *table = atomic_load_explicit(&shared, memory_order_acquire);
    if (table == NULL && sl_metrics_share())
        table = atomic_load(&shared);
    return table;
}

/* ---- finding ---- */

static void text_fit(char *to, size_t size, const char *from)
{
    size_t length = from ? strnlen(from, size - 1) : 0;
    memset(to, 0, size);
    if (length > 0)
        memcpy(to, from, length);
}

static uint32_t key_hash(const struct key *key)
{
    const char *bytes = (const char *)key;
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof(*key); i += sizeof(hash)) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof(word));
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return (uint32_t)hash;
}

/* The slot's state once nobody is filling it, or SLOT_CLAIMED when that takes too long. */
static uint32_t slot_state(const struct slot *slot)
{
    uint32_t state = atomic_load_explicit(&slot->state, memory_order_acquire);
    for (int i = 0; state == SLOT_CLAIMED && i < PATIENCE; i++) {
        (void)sched_yield();
        state = atomic_load_explicit(&slot->state, memory_order_acquire);
    }
    return state;
}

_Static_assert(sizeof(struct key) % sizeof(uint64_t) == 0, "key_hash takes whole words");

static struct slot *slot_find(uint32_t kind, const char *name, const char *label, const char *value)
{
    struct table *table = table_open();
    if (table == NULL)
        return NULL;
    struct key key;
    memset(&key, 0, sizeof(key));
    key.kind = kind;
    text_fit(key.name, sizeof(key.name), name);
    text_fit(key.label, sizeof(key.label), label);
    text_fit(key.value, sizeof(key.value), label ? value : NULL);
    uint32_t start = key_hash(&key);
    for (uint32_t i = 0; i < SLOTS; i++) {
        struct slot *slot = &table->slots[(start + i) % SLOTS];
        uint32_t state = slot_state(slot);
        if (state == SLOT_FREE) {
            uint32_t expected = SLOT_FREE;
            if (atomic_compare_exchange_strong(&slot->state, &expected, SLOT_CLAIMED)) {
                slot->key = key;
                atomic_store_explicit(&slot->state, SLOT_READY, memory_order_release);
                return slot;
            }
            state = slot_state(slot);
        }
        if (state == SLOT_READY && memcmp(&slot->key, &key, sizeof(key)) == 0)
            return slot;
    }
    atomic_fetch_add_explicit(&table->dropped, 1, memory_order_relaxed);
    return NULL;
}

/* ---- counting ---- */

void sl_metric_add(const char *name, const char *label, const char *label_value, int64_t amount)
{
    struct slot *slot = slot_find(KIND_COUNTER, name, label, label_value);
    if (slot != NULL)
        atomic_fetch_add_explicit(&slot->sum, amount, memory_order_relaxed);
}

void sl_metric_set(const char *name, const char *label, const char *label_value, int64_t value)
{
    struct slot *slot = slot_find(KIND_GAUGE, name, label, label_value);
    if (slot != NULL)
        atomic_store_explicit(&slot->sum, value, memory_order_relaxed);
}

void sl_metric_observe(const char *name, const char *label, const char *label_value,
                       int64_t microseconds)
{
    struct slot *slot = slot_find(KIND_HISTOGRAM, name, label, label_value);
    if (slot == NULL)
        return;
    size_t bucket = 0;
    while (bucket < BUCKETS && microseconds > bounds[bucket])
        bucket++;
    atomic_fetch_add_explicit(&slot->counts[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&slot->sum, microseconds, memory_order_relaxed);
}

/* ---- writing ---- */

struct series {
    const struct key *key;
    int64_t sum;
    int64_t counts[BUCKETS + 1];
};

static int series_compare(const void *a, const void *b)
{
    const struct key *left = ((const struct series *)a)->key;
    const struct key *right = ((const struct series *)b)->key;
    int order = strcmp(left->name, right->name);
    if (order == 0)
        order = (left->kind > right->kind) - (left->kind < right->kind);
    if (order == 0)
        order = strcmp(left->label, right->label);
    return order != 0 ? order : strcmp(left->value, right->value);
}

/* A copy of all that is published, in order, the same series added up. */
static size_t series_collect(struct table *table, struct series *ret)
{
    size_t count = 0;
    for (uint32_t i = 0; table != NULL && i < SLOTS; i++) {
        struct slot *slot = &table->slots[i];
        if (atomic_load_explicit(&slot->state, memory_order_acquire) != SLOT_READY)
            continue;
        struct series *series = &ret[count++];
        series->key = &slot->key;
        series->sum = atomic_load_explicit(&slot->sum, memory_order_relaxed);
        for (size_t k = 0; k <= BUCKETS; k++)
            series->counts[k] = atomic_load_explicit(&slot->counts[k], memory_order_relaxed);
    }
    qsort(ret, count, sizeof(*ret), series_compare);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || series_compare(&ret[kept - 1], &ret[i]) != 0) {
            ret[kept++] = ret[i];
            continue;
        }
        ret[kept - 1].sum += ret[i].sum;
        for (size_t k = 0; k <= BUCKETS; k++)
            ret[kept - 1].counts[k] += ret[i].counts[k];
    }
    return kept;
}

/* A label's value as the text format wants it: backslash, quote and line feed escaped. */
static void label_value_add(sl_buffer *out, const char *value)
{
    size_t length = strlen(value);
    for (size_t i = 0; i < length;) {
        size_t size = sl_utf8_sequence(value + i, length - i);
        if (value[i] == '\n')
            sl_buffer_text_add(out, "\\n");
        else if (value[i] == '"' || value[i] == '\\')
            sl_buffer_format(out, "\\%c", value[i]);
        else if (size == 0)
            sl_buffer_char(out, '?');
        else
            sl_buffer_add(out, value + i, size);
        i += size ? size : 1;
    }
}

/* name, ending and labels of a line; `bound`: the "le" of a bucket, or NULL. */
static void line_start(sl_buffer *out, const struct key *key, const char *ending, const char *bound)
{
    bool labelled = key->label[0] != '\0';
    sl_buffer_format(out, "%s%s", key->name, ending);
    if (labelled || bound != NULL)
        sl_buffer_char(out, '{');
    if (labelled) {
        sl_buffer_format(out, "%s=\"", key->label);
        label_value_add(out, key->value);
        sl_buffer_text_add(out, bound ? "\"," : "\"");
    }
    if (bound != NULL)
        sl_buffer_format(out, "le=\"%s\"", bound);
    if (labelled || bound != NULL)
        sl_buffer_char(out, '}');
    sl_buffer_char(out, ' ');
}

/* Microseconds as seconds, without zeros at the end. */
static const char *seconds_text(sl_arena *arena, int64_t microseconds)
{
    char *text = sl_arena_format(arena, "%lld.%06lld", (long long)(microseconds / 1000000),
                                 (long long)(microseconds % 1000000));
    size_t length = strlen(text);
    while (text[length - 1] == '0')
        text[--length] = '\0';
    if (text[length - 1] == '.')
        text[--length] = '\0';
    return text;
}

static void histogram_add(sl_buffer *out, const struct series *series)
{
    int64_t count = 0;
    for (size_t k = 0; k <= BUCKETS; k++) {
        count += series->counts[k];
        line_start(out, series->key, "_bucket",
                   k < BUCKETS ? seconds_text(out->arena, bounds[k]) : "+Inf");
        sl_buffer_format(out, "%lld\n", (long long)count);
    }
    line_start(out, series->key, "_sum", NULL);
    sl_buffer_format(out, "%s\n", seconds_text(out->arena, series->sum));
    line_start(out, series->key, "_count", NULL);
    sl_buffer_format(out, "%lld\n", (long long)count);
}

static void head_add(sl_buffer *out, const struct key *key)
{
    const char *help = key->name;
    for (size_t i = 0; i < sizeof(helps) / sizeof(helps[0]); i++) {
        if (strcmp(helps[i].name, key->name) == 0)
            help = helps[i].text;
    }
    sl_buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", key->name, help, key->name,
                     kind_names[key->kind]);
}

const char *sl_metrics_text(sl_arena *arena, size_t *ret_length)
{
    struct table *table = table_open();
    sl_buffer out = SL_BUFFER_INIT(arena);
    struct series *all = sl_arena_alloc(arena, SLOTS * sizeof(*all));
    size_t count = series_collect(table, all);
    for (size_t i = 0; i < count; i++) {
        const struct key *key = all[i].key;
        if (i == 0 || strcmp(all[i - 1].key->name, key->name) != 0)
            head_add(&out, key);
        if (key->kind == KIND_HISTOGRAM) {
            histogram_add(&out, &all[i]);
            continue;
        }
        line_start(&out, key, "", NULL);
        sl_buffer_format(&out, "%lld\n", (long long)all[i].sum);
    }
    struct key dropped = { .kind = KIND_COUNTER, .name = "stripe_lite_metrics_dropped_total" };
    head_add(&out, &dropped);
    sl_buffer_format(&out, "%s %lld\n", dropped.name,
                     (long long)(table ? atomic_load(&table->dropped) : 0));
    if (ret_length != NULL)
        *ret_length = out.length;
    return sl_buffer_text(&out);
}
