/*
 * id.c: unique ids in the order of time.
 *
 * A clock that is set back does not turn the order around: the last millisecond is then counted on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/id.h"

#include <pthread.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/base/random.h"

#define TIME_LETTERS 8
#define COUNTER_LETTERS 3
#define COUNTER_END (62 * 62 * 62)

static pthread_mutex_t last_lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t last_ms;
static int64_t last_counter;

static void letters_put(char *at, int64_t number, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = sl_base62[number % 62];
        number /= 62;
    }
}

static void moment_take(int64_t *ret_ms, int64_t *ret_counter)
{
    int64_t now = sl_clock_unix_ms();
    (void)pthread_mutex_lock(&last_lock);
    if (now > last_ms) {
        last_ms = now;
        last_counter = 0;
    } else if (++last_counter == COUNTER_END) {
        last_ms++;
        last_counter = 0;
    }
    *ret_ms = last_ms;
    *ret_counter = last_counter;
    (void)pthread_mutex_unlock(&last_lock);
}

char *sl_id_new(sl_arena *arena, const char *prefix)
{
    size_t length = strlen(prefix);
    char *id = sl_arena_alloc(arena, length + 1 + SL_ID_LETTERS + 1);
    char *at = mempcpy(id, prefix, length);
    *at++ = '_';
    int64_t ms = 0;
    int64_t counter = 0;
    moment_take(&ms, &counter);
    letters_put(at, ms, TIME_LETTERS);
    letters_put(at + TIME_LETTERS, counter, COUNTER_LETTERS);
    sl_random_letters(at + TIME_LETTERS + COUNTER_LETTERS,
                      SL_ID_LETTERS - TIME_LETTERS - COUNTER_LETTERS);
    return id;
}

const char *sl_id(sl_context *cx, const char *prefix)
{
    return sl_id_new(cx->arena, prefix);
}
