/*
 * command_serve.c: `stripe-lite serve`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <sys/resource.h>

#include <stripe_lite/log.h>

#include "core/app/cli.h"
#include "core/app/flags.h"
#include "core/base/metrics.h"
#include "core/plugin/gateways.h"
#include "core/http/ratelimit.h"

#define SERVE_FLAGS 3

/* Kept for SIGHUP, which reads everything anew with the same flags on top. */
static sl_setting_flag serve_flags[SERVE_FLAGS + 1];

static int settings_again(sl_invocation *invocation)
{
    return sl_cli_settings(invocation, serve_flags);
}

/* What alarms look at is there from the start: a first increase is only seen as one from zero. */
static const struct {
    const char *name;
    const char *label;
    const char *value;
} counters[] = {
    { "stripe_lite_http_requests_total", "status", "2xx" },
    { "stripe_lite_http_requests_total", "status", "5xx" },
    { "stripe_lite_http_overload_total", NULL, NULL },
    { "stripe_lite_http_unavailable_total", NULL, NULL },
    { "stripe_lite_http_evicted_total", NULL, NULL },
    { "stripe_lite_gateway_outcomes_total", "outcome", "unknown" },
    { "stripe_lite_jobs_total", "outcome", "dead" },
    { "stripe_lite_worker_restarts_total", "reason", "signal" },
    { "stripe_lite_worker_restarts_total", "reason", "stuck" },
    { "stripe_lite_worker_restarts_total", "reason", "exit" },
};

static void counters_begin(void)
{
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
        sl_metric_add(counters[i].name, counters[i].label, counters[i].value, 0);
}

/* What the node's workers share has to be there before they are forked. */
static bool shared_open(sl_invocation *invocation)
{
    const sl_settings *s = invocation->settings;
    struct rlimit files;
    /* As many descriptors as we may have: the soft limit is low for programs that use select(). */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    if (!sl_metrics_share() || !sl_breakers_share()) {
        fprintf(stderr, "stripe-lite: the system refuses shared memory\n");
        return false;
    }
    counters_begin();
    if (s->limits_rate == 0)
        return true;
    invocation->rates = sl_rate_table_new((uint32_t)s->limits_rate, (uint32_t)s->limits_rate_burst);
    return invocation->rates != NULL;
}

int sl_command_serve(sl_invocation *invocation)
{
    static const char *const paths[SERVE_FLAGS] = { "server.host", "server.port",
                                                    "server.workers" };
    static const char *const labels[SERVE_FLAGS] = { "--host", "--port", "--workers" };
    const char *values[SERVE_FLAGS] = { NULL };
    const char *rest[1] = { NULL };
    const sl_flag_row flags[] = { { .name = "--host", .text = &values[0] },
                                  { .name = "--port", .text = &values[1] },
                                  { .name = "--workers", .text = &values[2] },
                                  { .name = "--reload", .on = &invocation->watch },
                                  { .name = NULL } };
    if (!sl_flags_read(invocation, flags, rest, 0))
        return sl_cli_usage("serve");
    size_t count = 0;
    for (size_t i = 0; i < SERVE_FLAGS; i++)
        if (values[i])
            serve_flags[count++] = (sl_setting_flag){ labels[i], paths[i], values[i] };
    int code = sl_cli_settings(invocation, serve_flags);
    if (code != SL_EXIT_OK)
        return code;
    return shared_open(invocation) ? sl_master_run(invocation, settings_again) : SL_EXIT_NO;
}
