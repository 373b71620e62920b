/*
 * own.c: the routes that the server itself has: probes, documents, files.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <string.h>

/* Source of the rules: RFC 9110 13.1.2 (If-None-Match). */
static bool tag_named(const char *header, const char *etag)
{
    size_t length = strlen(etag);
    for (const char *at = header; at && (at = strstr(at, etag)); at += length) {
        bool before = at == header || at[-1] == ' ' || at[-1] == ',' || at[-1] == '/';
        if (before && (at[length] == '\0' || at[length] == ',' || at[length] == ' ')) {
            return true;
        }
    }
    return header && strcmp(header, "*") == 0;
}

static sl_status asset_serve(sl_context *cx, const void *params)
{
    const sl_match *match = params;
    sl_reply *reply = cx->reply;
    const sl_static_file *file = sl_static_find(cx->request->server->statics, match->values[0]);
    if (file == NULL) {
        return sl_fail(cx, SL_E_NOT_FOUND, "url_invalid", "There is no such file.");
    }
    sl_reply_header(cx, "ETag", file->etag);
    sl_reply_header(cx, "Cache-Control", "no-cache");
    sl_reply_header(cx, "Content-Security-Policy", "default-src 'self'");
    if (tag_named(sl_request_header(cx, "If-None-Match"), file->etag)) {
        return sl_reply_body(cx, 304, NULL, NULL, 0);
    }
    reply->http_status = 200;
    reply->content_type = file->content_type;
    reply->body = file->data;
    reply->length = file->length;
    reply->lasting = true;
    return SL_OK;
}

#define ON_LOOP (SL_ROUTE_ON_LOOP)
#define PAGE (SL_ROUTE_ON_LOOP | SL_ROUTE_PAGE)

const sl_route sl_own_routes[] = {
    { "GET /live", sl_probe_live, .access = SL_ACCESS_OPEN, .flags = ON_LOOP | SL_ROUTE_PROBE,
      .summary = "Whether the process is up" },
    { "GET /ready", sl_probe_ready, .access = SL_ACCESS_OPEN, .flags = SL_ROUTE_PROBE,
      .summary = "Whether database and plugins are ready" },
    { "GET /health", sl_probe_health, .access = SL_ACCESS_OPEN, .flags = SL_ROUTE_PROBE,
      .summary = "Readiness with versions" },
    { "GET /metrics", sl_probe_metrics, .access = SL_ACCESS_ADMIN, .flags = SL_ROUTE_PROBE,
      .summary = "Counters and histograms as Prometheus text" },
    { "GET /openapi.json", sl_openapi_serve, .access = SL_ACCESS_OPEN, .flags = ON_LOOP,
      .summary = "This document" },
    { "GET /docs", sl_docs_swagger, .access = SL_ACCESS_OPEN, .flags = PAGE,
      .summary = "The API to try out" },
    { "GET /redoc", sl_docs_redoc, .access = SL_ACCESS_OPEN, .flags = PAGE,
      .summary = "The API to read" },
    { "GET /assets/{path...}", asset_serve, .access = SL_ACCESS_OPEN,
      .flags = ON_LOOP | SL_ROUTE_HIDDEN, .summary = "Files of the pages" },
    SL_ROUTES_END,
};
