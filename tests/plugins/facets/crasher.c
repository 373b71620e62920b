/*
 * crasher.c: a plugin whose routes end their worker, each in a way of its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/stripe_lite.h>

static volatile int nothing; /* zero, though no compiler may think so */
static char *volatile nowhere;

static sl_status crash_null(sl_context *cx, const void *params)
{
    (void)params;
    nowhere[16] = 1;
    return sl_reply_json(cx, 200, sl_json_object(cx, "fine", "no"));
}

/* The crash itself happens in the system's library. */
static sl_status crash_library(sl_context *cx, const void *params)
{
    (void)params;
    memset(nowhere + 16, nothing, 4096);
    return sl_reply_json(cx, 200, sl_json_object(cx, "fine", "no"));
}

static int crash_deeper(int depth)
{
    volatile char room[512];
    room[depth % 512] = (char)depth;
    return depth < 0 ? 0 : crash_deeper(depth + 1) + room[depth % 512];
}

static sl_status crash_overflow(sl_context *cx, const void *params)
{
    (void)params;
    return sl_reply_json(cx, 200,
                         sl_json_object(cx, "depth", sl_format(cx, "%d", crash_deeper(1))));
}

static sl_status crash_abort(sl_context *cx, const void *params)
{
    (void)cx;
    (void)params;
    abort();
}

static sl_status crash_division(sl_context *cx, const void *params)
{
    (void)params;
    return sl_reply_json(cx, 200, sl_json_object(cx, "result", sl_format(cx, "%d", 7 / nothing)));
}

/* Never gives the loop back. */
static sl_status crash_hang(sl_context *cx, const void *params)
{
    (void)params;
    while (nothing == 0)
        ;
    return sl_reply_json(cx, 200, sl_json_object(cx, "fine", "no"));
}

static const sl_route routes[] = {
    { .pattern = "GET /crash/null", .handler = crash_null, .access = SL_ACCESS_OPEN },
    { .pattern = "GET /crash/library", .handler = crash_library, .access = SL_ACCESS_OPEN },
    { .pattern = "GET /crash/overflow", .handler = crash_overflow, .access = SL_ACCESS_OPEN },
    { .pattern = "GET /crash/abort", .handler = crash_abort, .access = SL_ACCESS_OPEN },
    { .pattern = "GET /crash/division", .handler = crash_division, .access = SL_ACCESS_OPEN },
    { .pattern = "GET /crash/hang", .handler = crash_hang, .access = SL_ACCESS_OPEN },
    SL_ROUTES_END,
};

SL_PLUGIN(.name = "crasher", .version = "1.0.0", .summary = "Crashes", .routes = routes)
