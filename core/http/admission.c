/*
 * admission.c: fitting the number of requests at once to what gets done.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/admission.h"

#define INTERVAL_MS 100
#define FEW 64u /* so many at once are no queue worth refusing */

void sl_admission_init(sl_admission *admission, uint32_t most, int64_t patience_ms)
{
    uint32_t few = most < FEW ? most : FEW;
    *admission = (sl_admission){ .most = most,
                                 .least = most / 4 < few ? few : most / 4,
                                 .limit = most,
                                 .patience_us = patience_ms * 1000,
                                 .quickest_us = -1 };
}

/* Also an interval in which many worked and none came to an end is one of long waits. A few that take long are no queue. */
static void interval_end(sl_admission *admission, int64_t now_ms)
{
    bool many = admission->working >= admission->least;
    bool stalled = admission->quickest_us < 0 && now_ms - admission->interval_ends < INTERVAL_MS;
    uint32_t limit = admission->limit;
    if (many && (admission->quickest_us > admission->patience_us || stalled)) {
        limit = admission->working < limit ? admission->working : limit;
        limit -= limit / 4;
    } else if (admission->quickest_us <= admission->patience_us * 3 / 4) {
        limit += limit / 8 + 1;
    }
    admission->limit = limit < admission->least  ? admission->least
                       : limit > admission->most ? admission->most
                                                 : limit;
    admission->quickest_us = -1;
    admission->working = 0;
    admission->interval_ends = now_ms + INTERVAL_MS;
}

bool sl_admission_take(sl_admission *admission, uint32_t working, int64_t now_ms)
{
    if (admission->patience_us == 0)
        return working < admission->most;
    if (now_ms >= admission->interval_ends)
        interval_end(admission, now_ms);
    if (working >= admission->limit)
        return false;
    if (working + 1 > admission->working)
        admission->working = working + 1;
    return true;
}

void sl_admission_done(sl_admission *admission, int64_t microseconds)
{
    if (admission->quickest_us < 0 || microseconds < admission->quickest_us)
        admission->quickest_us = microseconds;
}
