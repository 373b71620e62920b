/*
 * lane_book.c: what a worker knows of the lanes of a queue, and which of them may have rows claimed.
 *
 * A lane that works has many runs at once, any other has one. Lanes are taken in turn: one from which rows were claimed goes to
 * the end of the book.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/job/lanes.h"

#define LANE_MOST 32
#define CLAIM_MOST 16
#define FORGOTTEN_MS 600000

/* Of those that failed few are tried at once, for each may take a run's whole time. */
static const int32_t slots[LANE_STANDINGS] = {
    [LANE_NEW] = 1536, [LANE_WORKS] = 256, [LANE_FAILS] = 64
};

void lanes_begin(queue_worker *worker)
{
    worker->last = &worker->first;
}

void lanes_end(queue_worker *worker)
{
    sl_textmap_clear(&worker->by_name, NULL);
    for (lane *one = worker->first, *next; one; one = next) {
        next = one->next;
        free((char *)one->name);
        free(one);
    }
    worker->first = NULL;
}

/* The map keeps its texts, so that it is made anew when it holds many names of lanes that are gone. */
static void lanes_forget(queue_worker *worker, int64_t now)
{
    lane **at = &worker->first;
    sl_textmap_clear(&worker->by_name, NULL);
    worker->lane_count = 0;
    while (*at) {
        lane *one = *at;
        if (one->running == 0 && one->due_at == NEVER && now - one->used_at > FORGOTTEN_MS) {
            *at = one->next;
            free((char *)one->name);
            free(one);
            continue;
        }
        sl_textmap_set(&worker->by_name, one->name, one);
        worker->lane_count++;
        at = &one->next;
    }
    worker->last = at;
}

lane *lane_of(queue_worker *worker, const char *name)
{
    int64_t now = sl_clock_monotonic_ms();
    lane *one = sl_textmap_get(&worker->by_name, name);
    if (!one) {
        if (worker->lane_count >= 1024 && (worker->lane_count & (worker->lane_count - 1)) == 0)
            lanes_forget(worker, now);
        one = calloc(1, sizeof(*one));
        char *copy = strdup(name);
        if (!one || !copy)
            abort();
        *one = (lane){ .name = copy, .due_at = NEVER };
        sl_textmap_set(&worker->by_name, one->name, one);
        *worker->last = one;
        worker->last = &one->next;
        worker->lane_count++;
    }
    one->used_at = now;
    return one;
}

void lane_tell(lane *one, int64_t due_at)
{
    one->told++;
    if (due_at < one->due_at)
        one->due_at = due_at;
}

void lane_works(queue_worker *worker, lane *one)
{
    if (one->standing != LANE_WORKS)
        worker->news++;
    one->standing = LANE_WORKS;
    one->failures = 0;
    one->open_at = 0;
}

void lane_fails(lane *one, int64_t pause_ms)
{
    one->standing = LANE_FAILS;
    one->failures++;
    one->open_at = sl_clock_monotonic_ms() + pause_ms;
}

/* A run keeps the slot of the standing it began with. */
void lane_begins(queue_worker *worker, lane *one, int32_t *ret_slot)
{
    *ret_slot = one->standing;
    one->running++;
    worker->running[one->standing]++;
    worker->running_all++;
}

void lane_ended(queue_worker *worker, lane *one, int32_t slot)
{
    bool full = worker->running[slot] >= slots[slot];
    one->running--;
    worker->running[slot]--;
    worker->running_all--;
    /* Half of its room is free again, or its one run is over. */
    bool room = one->standing != LANE_WORKS || one->running == LANE_MOST / 2;
    if (full || (room && one->due_at != NEVER))
        worker->news++;
}

static int32_t lane_most(const queue_worker *worker)
{
    return worker->queue->lane_most > 0 ? worker->queue->lane_most : LANE_MOST;
}

/* Rows that may be claimed. A lane that works waits until half of its room is free, so that claims are not for single rows. */
static int32_t lane_room(const queue_worker *worker, const lane *one)
{
    int32_t most = one->standing == LANE_WORKS ? lane_most(worker) : 1;
    int32_t room = most - one->running;
    return room * 2 >= most ? room : 0;
}

static bool lane_is_open(const queue_worker *worker, const lane *one, int64_t now, int64_t unix_ms)
{
    return one->due_at <= unix_ms && one->open_at <= now && lane_room(worker, one) > 0;
}

uint32_t lanes_open(queue_worker *worker, int32_t standing, lane **ret_lanes, int32_t *ret_each)
{
    int64_t now = sl_clock_monotonic_ms();
    int64_t unix_ms = sl_clock_unix_ms();
    int32_t left = slots[standing] - worker->running[standing];
    int32_t each = CLAIM_MOST;
    uint32_t count = 0;
    lane *taken = NULL;
    lane **taken_last = &taken;
    for (lane **at = &worker->first; *at && (int32_t)count < left && count < LANES_A_CLAIM;) {
        lane *one = *at;
        if (one->standing != standing || !lane_is_open(worker, one, now, unix_ms)) {
            at = &one->next;
            continue;
        }
        int32_t room = lane_room(worker, one);
        each = room < each ? room : each;
        ret_lanes[count++] = one;
        *at = one->next;
        if (!*at)
            worker->last = at;
        one->next = NULL;
        *taken_last = one;
        taken_last = &one->next;
    }
    if (taken) {
        *worker->last = taken;
        worker->last = taken_last;
    }
    int32_t share = count > 0 ? left / (int32_t)count : 0;
    *ret_each = share < each ? share : each;
    return count;
}

int64_t lanes_next(const queue_worker *worker, const bool standings[LANE_STANDINGS])
{
    int64_t now = sl_clock_monotonic_ms();
    int64_t unix_ms = sl_clock_unix_ms();
    int64_t next = NEVER;
    for (const lane *one = worker->first; one; one = one->next) {
        if (!standings[one->standing] || worker->running[one->standing] >= slots[one->standing] ||
            one->due_at == NEVER || lane_room(worker, one) == 0)
            continue;
        int64_t at = now + (one->due_at > unix_ms ? one->due_at - unix_ms : 0);
        at = one->open_at > at ? one->open_at : at;
        next = at < next ? at : next;
    }
    return next;
}
