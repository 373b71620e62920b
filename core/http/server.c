/*
 * server.c: the server of one worker: its routes, its start, its drain.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <string.h>

#include <openssl/ssl.h>

#include "core/event/event.h"
#include "core/http/idempotency.h"
#include "core/http/tls.h"
#include "core/plugin/registry.h"
#include "core/resource/resource.h"

#define SWEEP_MS 500
#define DRAIN_GRACE_MS 1000
#define PURGE_FIRST_MS (60 * 1000)
#define PURGE_MS (3600 * 1000)

static const char *kept(sl_arena *arena, const char *text)
{
    return text ? sl_arena_copy(arena, text, strlen(text)) : NULL;
}

static void options_fill(sl_server *server, const sl_server_options *given)
{
    sl_server_options *options = &server->options;
    *options = *given;
    options->public_url = kept(server->arena, given->public_url);
    options->assets = kept(server->arena, given->assets);
    options->environment =
        kept(server->arena, given->environment ? given->environment : "development");
    options->max_connections = given->max_connections ? given->max_connections : 10000;
    options->in_flight = given->in_flight ? given->in_flight : 1024;
    options->body_limit = given->body_limit ? given->body_limit : 1024 * 1024;
    options->raw_body_limit = given->raw_body_limit ? given->raw_body_limit : 512 * 1024;
    options->head_limit = given->head_limit ? given->head_limit : SL_HEAD_LIMIT;
    options->url_limit = given->url_limit ? given->url_limit : SL_URL_LIMIT;
    options->header_ms = given->header_ms ? given->header_ms : 15000;
    options->body_ms = given->body_ms ? given->body_ms : 30000;
    options->idle_ms = given->idle_ms ? given->idle_ms : 75000;
    options->request_ms = given->request_ms ? given->request_ms : 60000;
    sl_admission_init(&server->admission, options->in_flight, options->queue_ms);
    uint32_t count = given->cors_origin_count;
    const char **origins = sl_arena_alloc(server->arena, (count + 1) * sizeof(char *));
    for (uint32_t i = 0; i < count; i++) {
        origins[i] = kept(server->arena, given->cors_origins[i]);
    }
    options->cors_origins = origins;
}

static const char *routes_add(sl_server *server, const sl_route *routes,
                              const sl_resource *resource, const char *plugin)
{
    bool production = strcmp(server->options.environment, "production") == 0;
    for (; routes && routes->pattern; routes++) {
        if (production && (routes->flags & SL_ROUTE_TEST_ONLY)) {
            continue;
        }
        const char *refusal = sl_router_add(server->router, routes, resource, plugin);
        if (refusal) {
            return refusal;
        }
    }
    return NULL;
}

static const char *resource_add(sl_server *server, const sl_resource *source, const char *plugin)
{
    struct sl_resources *known = server->host->resources;
    const sl_resource *resource = known ? sl_resources_find(known, source) : NULL;
    return resource ? routes_add(server, sl_resources_routes(known, resource), resource, plugin)
                    : NULL;
}

static const char *plugin_add(sl_server *server, const sl_plugin_descriptor *descriptor)
{
    const char *refusal = routes_add(server, descriptor->routes, NULL, descriptor->name);
    const sl_resource *const *resources = descriptor->resources;
    for (; refusal == NULL && resources && *resources; resources++) {
        refusal = resource_add(server, *resources, descriptor->name);
    }
    return refusal;
}

static const char *server_build(sl_server *server)
{
    const char *refusal = routes_add(server, sl_own_routes, NULL, "core");
    if (refusal == NULL) {
        refusal = resource_add(server, &sl_event_resource, "core");
    }
    const sl_registry *registry = server->host->registry;
    for (uint32_t i = 0; registry && refusal == NULL && i < registry->count; i++) {
        if (registry->plugins[i].refusal == NULL) {
            refusal = plugin_add(server, &registry->plugins[i].descriptor);
        }
    }
    if (refusal == NULL && server->options.tls_certificate) {
        const char *key = server->options.tls_key;
        server->tls =
            sl_tls_new(server->arena, server->options.tls_certificate, key ? key : "", &refusal);
    }
    return refusal;
}

static bool drain_over(const sl_server *server)
{
    return server->draining && server->in_flight == 0 && server->connection_count == 0;
}

static void purge_fiber(void *data)
{
    const sl_host *host = data;
    sl_context *cx = sl_context_new(host, "system", true, "");
    sl_status status = sl_idempotency_purge(cx);
    if (status != SL_OK) {
        sl_log(cx, SL_LOG_WARNING, "idempotency keys not purged", "status", sl_status_name(status));
    }
    sl_context_free(cx);
}

/* One worker of a node forgets old keys; several nodes may do so at once. */
static void purge_when_due(sl_server *server, int64_t now)
{
    if (server->purge_at == 0) {
        server->purge_at = now + PURGE_FIRST_MS;
    }
    if (now < server->purge_at || server->draining || server->host->slot != 0 ||
        server->host->database == NULL) {
        return;
    }
    server->purge_at = now + PURGE_MS;
    void *host = (void *)(uintptr_t)server->host;
    if (sl_fiber_start(server->host->loop, purge_fiber, host, NULL) != SL_OK) {
        server->purge_at = now + PURGE_FIRST_MS;
    }
}

static void server_sweep(void *data)
{
    sl_server *server = data;
    int64_t now = sl_clock_monotonic_ms();
    sl_connections_sweep(server, now);
    purge_when_due(server, now);
    if (server->draining && now >= server->drain_until) {
        for (sl_request *request = server->requests; request; request = request->next) {
            sl_fiber_cancel(request->fiber);
        }
        sl_connections_cut(server);
    }
    if (drain_over(server) && server->drained) {
        void (*done)(void *) = server->drained;
        server->drained = NULL;
        done(server->drained_data);
    }
}

sl_status sl_server_new(sl_context *cx, const sl_host *host, const sl_server_options *options,
                        sl_server **ret_server, const char **ret_message)
{
    sl_arena *arena = sl_arena_new();
    sl_server *server = sl_arena_alloc(arena, sizeof *server);
    server->arena = arena;
    server->host = host;
    options_fill(server, options);
    server->router = sl_router_new(arena);
    if (server->options.assets) {
        server->statics = sl_static_new(arena, server->options.assets);
    }
    const char *refusal = server_build(server);
    if (refusal) {
        *ret_message = sl_copy(cx, refusal, strlen(refusal));
        sl_server_free(server);
        return SL_E_INVALID;
    }
    server->sweep = sl_loop_every(host->loop, SWEEP_MS, server_sweep, server);
    *ret_server = server;
    return SL_OK;
}

void sl_server_drain(sl_server *server, int64_t milliseconds, void (*done)(void *data), void *data)
{
    int64_t now = sl_clock_monotonic_ms();
    server->drain_until = now + milliseconds;
    server->drain_grace = now + (milliseconds < DRAIN_GRACE_MS ? milliseconds : DRAIN_GRACE_MS);
    server->drained = done;
    server->drained_data = data;
    server->draining = true;
    sl_listeners_close(server);
}

void sl_server_free(sl_server *server)
{
    if (server == NULL) {
        return;
    }
    sl_listeners_close(server);
    sl_connections_cut(server);
    if (server->sweep) {
        sl_timer_free(server->sweep);
    }
    SSL_CTX_free(server->tls);
    sl_arena_free(server->arena);
}

uint32_t sl_server_in_flight(const sl_server *server)
{
    return server->in_flight;
}

uint32_t sl_server_connections(const sl_server *server)
{
    return server->connection_count;
}

const sl_route *sl_server_route(const sl_server *server, uint32_t index, const char **ret_plugin)
{
    const sl_route_entry *entry = sl_router_at(server->router, index);
    if (entry == NULL) {
        return NULL;
    }
    if (ret_plugin) {
        *ret_plugin = entry->plugin;
    }
    return entry->route;
}
