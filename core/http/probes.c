/*
 * probes.c: /live, /ready, /health and /metrics.
 *
 * Alive is a process that answers. Ready is one whose database answers and whose required plugins run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include "core/base/metrics.h"
#include "core/base/version.h"
#include "core/database/database.h"
#include "core/plugin/gateways.h"
#include "core/plugin/registry.h"

/* Milliseconds; who probes usually waits for a second or more. */
#define PING_PATIENCE 900

sl_status sl_probe_live(sl_context *cx, const void *params)
{
    static const char body[] = "{\"status\":\"ok\"}";
    (void)params;
    cx->reply->http_status = 200;
    cx->reply->content_type = "application/json";
    cx->reply->body = body;
    cx->reply->length = sizeof body - 1;
    cx->reply->lasting = true;
    return SL_OK;
}

/* Why this worker is not ready, or NULL. */
static const char *unready_reason(sl_context *cx)
{
    const sl_host *host = cx->host;
    if (cx->request->server->draining) {
        return "the server is stopping";
    }
    for (uint32_t i = 0; host->registry && i < host->registry->count; i++) {
        const sl_plugin *plugin = &host->registry->plugins[i];
        if (plugin->required && (plugin->refusal || !plugin->started)) {
            return sl_format(cx, "plugin %s is not running", plugin->descriptor.name);
        }
    }
    if (host->database) {
        cx->deadline = sl_clock_monotonic_ms() + PING_PATIENCE;
        if (sl_database_ping(cx) != SL_OK) {
            const char *message = sl_error_message(cx);
            const char *reason = sl_format(cx, "database: %s", message ? message : "unavailable");
            sl_error_clear(cx);
            return reason;
        }
    }
    return NULL;
}

static sl_json *readiness_open(sl_context *cx, const char *reason)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "status", reason ? "unavailable" : "ok");
    if (reason) {
        sl_json_string(out, "detail", reason);
        sl_json_open(out, "error");
        sl_json_string(out, "type", "api_error");
        sl_json_string(out, "message", reason);
        sl_json_close(out);
        sl_reply_header(cx, "Retry-After", "1");
    }
    return out;
}

sl_status sl_probe_ready(sl_context *cx, const void *params)
{
    (void)params;
    const char *reason = unready_reason(cx);
    sl_json *out = readiness_open(cx, reason);
    sl_json_close(out);
    return sl_reply_json(cx, reason ? 503 : 200, out);
}

sl_status sl_probe_health(sl_context *cx, const void *params)
{
    const sl_host *host = cx->host;
    (void)params;
    const char *reason = unready_reason(cx);
    sl_json *out = readiness_open(cx, reason);
    sl_json_string(out, "version", sl_version());
    sl_json_string(out, "sdk", sl_format(cx, "%u.%u", SL_ABI_MAJOR, SL_ABI_MINOR));
    if (host->database) {
        sl_json_string(out, "database",
                       sl_database_is_sqlite(host->database) ? "sqlite" : "postgresql");
    }
    sl_json_open_array(out, "plugins");
    for (uint32_t i = 0; host->registry && i < host->registry->count; i++) {
        const sl_plugin *plugin = &host->registry->plugins[i];
        sl_json_open(out, NULL);
        sl_json_string(out, "name", plugin->descriptor.name);
        sl_json_string(out, "version", plugin->descriptor.version);
        sl_json_string(out, "status", plugin->refusal ? "refused" : "running");
        sl_json_close(out);
    }
    sl_json_close_array(out);
    sl_gateways_health_write(out, host->gateways);
    sl_json_close(out);
    return sl_reply_json(cx, reason ? 503 : 200, out);
}

sl_status sl_probe_metrics(sl_context *cx, const void *params)
{
    size_t length = 0;
    (void)params;
    if (cx->host->database)
        sl_gauges_read(cx);
    const char *text = sl_metrics_text(cx->arena, &length);
    return sl_reply_body(cx, 200, "text/plain; version=0.0.4; charset=utf-8", text, length);
}
