/*
 * cors.c: which other origins' pages may read answers.
 *
 * Off unless origins are configured. Credentials in cookies are never allowed: keys travel in a header that the page must set.
 * Source: the Fetch standard, "CORS protocol".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <string.h>
#include <strings.h>

static bool origin_listed(const sl_server *server, const char *origin)
{
    for (uint32_t i = 0; i < server->options.cors_origin_count; i++) {
        const char *listed = server->options.cors_origins[i];
        if (strcmp(listed, "*") == 0 || strcasecmp(listed, origin) == 0) {
            return true;
        }
    }
    return false;
}

void sl_cors_headers(sl_request *request)
{
    sl_context *cx = request->cx;
    if (request->server->options.cors_origin_count == 0) {
        return;
    }
    sl_reply_header(cx, "Vary", "Origin");
    const char *origin = sl_head_find(&request->head, "Origin");
    if (origin && origin_listed(request->server, origin)) {
        sl_reply_header(cx, "Access-Control-Allow-Origin", origin);
        sl_reply_header(cx, "Access-Control-Expose-Headers",
                        "Request-Id, Idempotent-Replayed, Retry-After, Stripe-Version");
    }
}

void sl_cors_preflight(sl_request *request, const char *allow)
{
    sl_context *cx = request->cx;
    const char *origin = sl_head_find(&request->head, "Origin");
    (void)!sl_reply_body(cx, 204, NULL, NULL, 0);
    sl_reply_header(cx, "Allow", allow);
    if (origin && origin_listed(request->server, origin) &&
        sl_head_find(&request->head, "Access-Control-Request-Method")) {
        sl_reply_header(cx, "Access-Control-Allow-Methods", allow);
        sl_reply_header(cx, "Access-Control-Allow-Headers",
                        "Authorization, Content-Type, Idempotency-Key, Stripe-Account, "
                        "Stripe-Version, X-Requested-With, X-Stripe-Client-User-Agent");
        sl_reply_header(cx, "Access-Control-Max-Age", "600");
    }
}
