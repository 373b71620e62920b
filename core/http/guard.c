/*
 * guard.c: who calls, how often, and whether they may.
 *
 * In this order: a missing or bad credential is 401, too many calls 429, a missing permission 403; all of it before the body is
 * looked at. The port for metrics alone needs no credential.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include "core/auth/auth.h"

static sl_status rate_check(sl_request *request)
{
    sl_context *cx = request->cx;
    if (cx->caller.key_id == NULL) {
        return SL_OK;
    }
    uint32_t wait =
        sl_rate_take(request->server->options.rates, cx->caller.key_id, sl_clock_monotonic_us());
    if (wait == 0) {
        return SL_OK;
    }
    sl_reply_header(cx, "Retry-After", sl_format(cx, "%u", (unsigned)wait));
    return sl_fail(cx, SL_E_RATE, "rate_limit",
                   "Too many requests with this key. Try again in %u s.", (unsigned)wait);
}

static sl_status guard_run(sl_request *request)
{
    sl_context *cx = request->cx;
    const sl_route *route = request->match.entry->route;
    const char *authorization = sl_head_find(&request->head, "Authorization");
    const char *account = sl_head_find(&request->head, "Stripe-Account");
    if (cx->host->auth == NULL) {
        cx->caller.kind = SL_CALLER_NONE;
        return route->access == SL_ACCESS_OPEN
                   ? SL_OK
                   : sl_fail(cx, SL_E_UNAUTHENTICATED, NULL, "This server takes no credentials.");
    }
    if (route->access == SL_ACCESS_OPEN) {
        return sl_auth_guard(cx, route, authorization, account);
    }
    sl_status status = sl_auth_identify(cx, authorization, account);
    if (status == SL_OK) {
        status = rate_check(request);
    }
    return status == SL_OK ? sl_auth_permit(cx, route) : status;
}

sl_status sl_guard(sl_request *request)
{
    const sl_route *route = request->match.entry->route;
    bool probe = route->flags & SL_ROUTE_PROBE;
    if (probe && (request->metrics_port || route->access == SL_ACCESS_OPEN)) {
        return SL_OK;
    }
    sl_status status = guard_run(request);
    if (status == SL_E_UNAUTHENTICATED) {
        sl_reply_header(request->cx, "WWW-Authenticate", "Bearer realm=\"Stripe_lite\"");
    }
    return status;
}
