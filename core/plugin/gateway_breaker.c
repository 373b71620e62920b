/*
 * gateway_breaker.c: a gateway that does not answer is left alone for a while, and never has more calls waiting than it may.
 *
 * The breakers of a node's workers lie in memory that they share. Closed until calls in a row had no answer (not sent, or
 * unknown; a decline is an answer), then open: nothing is sent until the pause is over. Then half open: one call is let through
 * at a time, and its answer closes the breaker, its failure begins another pause. A probe whose process died is forgotten.
 * While all is well a call costs two relaxed loads.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/base/metrics.h"
#include "core/base/shared.h"
#include "core/plugin/gateways_inside.h"

#define BREAKERS 64u
#define PATIENCE 1000
#define PROBE_GRACE_MS 5000 /* after the call's own time */

struct sl_breaker {
    _Atomic uint32_t named; /* claimed by the first that opens it */
    char name[60];
    _Atomic uint32_t failures;    /* in a row */
    _Atomic int64_t open_until;   /* monotonic milliseconds; 0: closed. Past it: half open */
    _Atomic int64_t probed_until; /* until then a probe counts as under way; 0: none */
};

static struct sl_breaker *breakers;

bool sl_breakers_share(void)
{
    if (!breakers)
        breakers = sl_shared_new(BREAKERS * sizeof(*breakers));
    return breakers != NULL;
}

/* Workers that start at once name the same breakers: the first to claim a free one writes the name, the others find it. */
static struct sl_breaker *breaker_open(const char *name)
{
    enum { FREE, CLAIMED, NAMED };
    if (strlen(name) >= sizeof(breakers->name) || !sl_breakers_share())
        return NULL;
    for (uint32_t i = 0; i < BREAKERS; i++) {
        struct sl_breaker *one = &breakers[i];
        uint32_t state = FREE;
        if (atomic_compare_exchange_strong(&one->named, &state, CLAIMED)) {
            memcpy(one->name, name, strlen(name) + 1);
            atomic_store(&one->named, NAMED);
            return one;
        }
        for (int k = 0; k < PATIENCE && atomic_load(&one->named) == CLAIMED; k++)
            (void)sched_yield();
        if (strncmp(one->name, name, sizeof(one->name)) == 0)
            return one;
    }
    return NULL;
}

/* ---- asking ---- */

static const char *state_of(const struct sl_breaker *breaker, int64_t now)
{
    int64_t open = breaker ? atomic_load_explicit(&breaker->open_until, memory_order_relaxed) : 0;
    return open == 0 ? "closed" : now < open ? "open" : "half_open";
}

static void state_tell(const sl_gateway *gateway, int64_t value)
{
    sl_metric_set("stripe_lite_gateway_breaker_state", "gateway", gateway->type.name, value);
}

void sl_gateway_breaker_set(const sl_gateways *gateways, sl_gateway *gateway)
{
    /* A simulator's faults are played for one account and say nothing to the others. */
    if (gateways->breaker_failures > 0 && !sl_gateway_can(gateway, SL_GATEWAY_TEST_ONLY))
        gateway->load->breaker = breaker_open(gateway->type.name);
    if (!gateway->load->breaker || atomic_load(&gateway->load->breaker->open_until) == 0)
        state_tell(gateway, 0);
}

int64_t sl_gateway_pause(const sl_context *cx, const sl_gateway *gateway)
{
    struct sl_breaker *breaker = gateway->load->breaker;
    if (gateway->load->calls >= cx->host->gateways->concurrency)
        return 1;
    int64_t open = breaker ? atomic_load_explicit(&breaker->open_until, memory_order_relaxed) : 0;
    if (open == 0)
        return 0;
    int64_t now = sl_clock_monotonic_ms();
    if (now < open)
        return (open - now + 999) / 1000;
    return now < atomic_load(&breaker->probed_until) ? 1 : 0;
}

/* Whether the breaker lets a call through; half open, to one caller at a time. */
static bool breaker_lets(const sl_gateways *gateways, const sl_gateway *gateway)
{
    struct sl_breaker *breaker = gateway->load->breaker;
    int64_t open = breaker ? atomic_load_explicit(&breaker->open_until, memory_order_relaxed) : 0;
    if (open == 0)
        return true;
    int64_t now = sl_clock_monotonic_ms();
    int64_t probed = atomic_load(&breaker->probed_until);
    if (now < open || now < probed ||
        !atomic_compare_exchange_strong(&breaker->probed_until, &probed,
                                        now + gateways->timeout_ms + PROBE_GRACE_MS))
        return false;
    state_tell(gateway, 1);
    return true;
}

const char *sl_gateway_enter(sl_context *cx, const sl_gateway *gateway, bool moves_money)
{
    const char *why = NULL;
    if (gateway->load->calls >= cx->host->gateways->concurrency)
        why = "As many calls wait for the gateway as may.";
    else if (moves_money && !breaker_lets(cx->host->gateways, gateway))
        why = "The gateway did not answer; it is left alone for a while.";
    if (!why)
        gateway->load->calls++;
    else
        sl_metric_add("stripe_lite_gateway_refused_total", "gateway", gateway->type.name, 1);
    return why;
}

void sl_gateway_leave(const sl_gateway *gateway)
{
    gateway->load->calls--;
}

/* ---- learning ---- */

static void breaker_close(sl_context *cx, const sl_gateway *gateway)
{
    struct sl_breaker *breaker = gateway->load->breaker;
    atomic_store(&breaker->failures, 0);
    atomic_store(&breaker->probed_until, 0);
    if (atomic_exchange(&breaker->open_until, 0) == 0)
        return;
    state_tell(gateway, 0);
    sl_log(cx, SL_LOG_INFO, "gateway answers again", "gateway", gateway->type.name);
}

static void breaker_trip(sl_context *cx, const sl_gateway *gateway, int64_t open)
{
    const sl_gateways *gateways = cx->host->gateways;
    struct sl_breaker *breaker = gateway->load->breaker;
    int64_t until = sl_clock_monotonic_ms() + gateways->breaker_pause_ms;
    if (!atomic_compare_exchange_strong(&breaker->open_until, &open, until))
        return;
    atomic_store(&breaker->probed_until, 0);
    state_tell(gateway, 2);
    sl_metric_add("stripe_lite_gateway_breaker_opened_total", "gateway", gateway->type.name, 1);
    sl_log(cx, SL_LOG_WARNING, "gateway does not answer, leaving it alone", "gateway",
           gateway->type.name, "seconds",
           sl_format(cx, "%lld", (long long)(gateways->breaker_pause_ms / 1000)));
}

void sl_gateway_learn(sl_context *cx, const sl_gateway *gateway, bool answered)
{
    struct sl_breaker *breaker = gateway->load->breaker;
    if (!breaker)
        return;
    int64_t open = atomic_load_explicit(&breaker->open_until, memory_order_relaxed);
    /* What was sent before the breaker opened says nothing about now. */
    bool waits = open != 0 && sl_clock_monotonic_ms() < open;
    if (waits)
        return;
    if (answered) {
        if (open != 0 || atomic_load_explicit(&breaker->failures, memory_order_relaxed) != 0)
            breaker_close(cx, gateway);
        return;
    }
    uint32_t failures = atomic_fetch_add(&breaker->failures, 1) + 1;
    if (open != 0 || failures >= (uint64_t)cx->host->gateways->breaker_failures)
        breaker_trip(cx, gateway, open);
}

/* ---- telling ---- */

void sl_gateways_health_write(sl_json *out, const sl_gateways *gateways)
{
    int64_t now = sl_clock_monotonic_ms();
    sl_json_open(out, "gateways");
    for (const sl_gateway *one = gateways ? gateways->first : NULL; one; one = one->next) {
        if (!*one->active)
            continue;
        const struct sl_breaker *breaker = one->load->breaker;
        int64_t open = breaker ? atomic_load(&breaker->open_until) : 0;
        sl_json_open(out, one->type.name);
        sl_json_string(out, "state", state_of(breaker, now));
        sl_json_int(out, "failures", breaker ? (int64_t)atomic_load(&breaker->failures) : 0);
        sl_json_int(out, "retry_in", open > now ? (open - now + 999) / 1000 : 0);
        sl_json_close(out);
    }
    sl_json_close(out);
}
