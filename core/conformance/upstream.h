/*
 * upstream.h: the gateway that the check plays: a small HTTP server on a loopback port, as a thread of this process.
 *
 * It serves one connection after the other, one request on each, and keeps what it heard. Between two plays nothing of the
 * former is used any more, so that a script may live in a context.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_CONFORMANCE_UPSTREAM_H
#define STRIPE_LITE_CORE_CONFORMANCE_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"

typedef struct sl_upstream sl_upstream;

/* What it does with the requests that its answers know as more than harmless. */
#define SL_UPSTREAM_ANSWERS 0
#define SL_UPSTREAM_SILENT 1 /* reads them and says nothing */
#define SL_UPSTREAM_DROPS 2  /* closes the connection */
#define SL_UPSTREAM_HALF 3   /* closes it in the middle of the answer */
#define SL_UPSTREAM_SAYS 4   /* the script's `says` instead */

typedef struct sl_upstream_answer {
    const char *request; /* "POST /charges": method and how the target begins; NULL: any */
    const char *text;    /* the whole answer, head and body */
    bool harmless;
    bool served;
} sl_upstream_answer;

typedef struct sl_upstream_script {
    int32_t fault; /* SL_UPSTREAM_... */
    const char *says;
    sl_upstream_answer *answers; /* in order; the last that fits serves again */
    uint32_t count;
} sl_upstream_script;

typedef struct sl_upstream_request {
    const char *text; /* head and body as they came */
    int32_t answer;   /* index of the script's answer, -1: none fits */
    bool harmless;
} sl_upstream_request;

#define SL_UPSTREAM_HEARD 32 /* requests of one play that are kept */

/* NULL when the system refuses. since 1.0 [start-up only] */
sl_upstream *sl_upstream_new(void);
void sl_upstream_free(sl_upstream *upstream);

/* since 1.0 [no-suspend], all of these */
int32_t sl_upstream_port(const sl_upstream *upstream);
/* From here on as this script says, NULL: no answers; what was heard is forgotten, who is being served is let go. Takes at most
 * the moment that a thread needs to wake. */
void sl_upstream_play(sl_upstream *upstream, sl_upstream_script *script);
/* Whether connections are taken; the port stays ours. */
void sl_upstream_open(sl_upstream *upstream, bool open);
/* Copies of what was heard since the last play; how many. */
uint32_t sl_upstream_heard(sl_upstream *upstream, sl_arena *arena,
                           const sl_upstream_request **ret_requests);

#endif
