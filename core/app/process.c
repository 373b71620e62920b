/*
 * process.c: opening the host of one process, running its function in a fiber, closing everything in reverse.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include <stripe_lite/stripe_lite.h>

#include "core/app/app.h"
#include "core/app/crash.h"
#include "core/auth/auth.h"
#include "core/base/context.h"
#include "core/base/crypto.h"
#include "core/base/currencies.h"
#include "core/config/settings.h"
#include "core/database/database.h"
#include "core/event/event.h"
#include "core/fiber/fiber.h"
#include "core/http_client/http_client.h"
#include "core/job/job.h"
#include "core/job/queues.h"
#include "core/plugin/gateways.h"
#include "core/plugin/loader.h"
#include "core/resource/resource.h"

/* Fibers beside those of requests: jobs, the runner, deliveries. */
#define FIBERS_BESIDE 2048

typedef struct running {
    sl_process process;
    sl_process_function function;
    void *data;
    int exit_code;
} running;

static int say(const char *message, int exit_code)
{
    fprintf(stderr, "stripe-lite: %s\n", message ? message : "the start failed");
    return exit_code;
}

/* 64 hex digits, or any other text, or in development the secret key: the key is the text's SHA-256, so that each is fine. */
static void encryption_key_set(const sl_settings *settings)
{
    const char *text =
        settings->auth_encryption_key ? settings->auth_encryption_key : settings->auth_secret_key;
    unsigned char key[32];
    if (!text)
        return;
    sl_sha256(text, strlen(text), key);
    sl_crypto_key_set(key);
    explicit_bzero(key, sizeof key);
}

static int auth_open(sl_host *host, const sl_settings *settings)
{
    const char *message = NULL;
    sl_auth_options options = { .secret_key = settings->auth_secret_key,
                                .publishable_key = settings->auth_publishable_key,
                                .jwt_secret = settings->auth_jwt_secret,
                                .jwt_public_key = settings->auth_jwt_public_key,
                                .jwt_issuer = settings->auth_jwt_issuer,
                                .jwt_audience = settings->auth_jwt_audience,
                                .production = strcmp(settings->environment, "production") == 0 };
    host->auth = sl_auth_new(&options, &message);
    return host->auth ? SL_EXIT_OK : say(message, SL_EXIT_CONFIG);
}

static int client_open(sl_host *host, const sl_settings *settings)
{
    host->http_client = sl_http_client_new(host->loop);
    if (!host->http_client)
        return say("the HTTP client cannot be made", SL_EXIT_NO);
    for (uint32_t i = 0; i < settings->webhooks_allow_networks.count; i++)
        if (!sl_http_client_allow(host->http_client, settings->webhooks_allow_networks.items[i]))
            return say("webhooks.allow_networks: this is no network", SL_EXIT_CONFIG);
    return SL_EXIT_OK;
}

static int plugins_open(sl_process *process)
{
    const sl_paths *paths = &process->invocation->paths;
    sl_plugin_places places = { .folder = paths->plugins, .migrations = paths->migrations };
    sl_host *host = &process->host;
    const char *message = NULL;
    host->resources = sl_resources_new();
    host->events = sl_events_new();
    host->jobs = sl_jobs_new(host);
    host->queues = sl_queues_new(host);
    if (sl_resources_add(host->resources, &sl_event_resource))
        return say("the resource 'event' is refused", SL_EXIT_NO);
    const sl_settings *settings = host->settings;
    host->gateways = sl_gateways_new(&(sl_gateways_options){
        .timeout_ms = settings->gateway_timeout * 1000,
        .breaker_failures = settings->gateway_breaker_failures,
        .breaker_pause_ms = settings->gateway_breaker_pause * 1000,
        .concurrency = (uint32_t)settings->gateway_concurrency,
        .production = strcmp(settings->environment, "production") == 0,
    });
    if (sl_plugins_load(host, &places, &message) == SL_OK)
        message = sl_gateways_route(host->gateways, &settings->gateway_routes);
    return message ? say(message, SL_EXIT_CONFIG) : SL_EXIT_OK;
}

static int host_open(sl_process *process, sl_context *cx)
{
    sl_host *host = &process->host;
    const sl_settings *settings = process->invocation->settings;
    char *message = NULL;
    encryption_key_set(settings);
    sl_currency_default_set(settings->stripe_currency);
    if (sl_database_open(host->loop, settings->database_url, &host->database, &message) != SL_OK)
        return say(message, SL_EXIT_CONFIG);
    int code = auth_open(host, settings);
    if (code == SL_EXIT_OK)
        code = client_open(host, settings);
    if (code == SL_EXIT_OK && process->depth >= SL_HOST_PLUGINS)
        code = plugins_open(process);
    sl_crash_learn(host->registry);
    if (code == SL_EXIT_OK && process->depth >= SL_HOST_STARTED && sl_plugins_start(cx) != SL_OK)
        code = say(sl_error_message(cx), SL_EXIT_NO);
    return code;
}

static void host_close(sl_process *process)
{
    sl_host *host = &process->host;
    if (process->depth >= SL_HOST_STARTED && host->registry)
        sl_plugins_stop(host);
    if (host->http_client)
        sl_http_client_free(host->http_client);
    if (host->database)
        sl_database_close(host->database);
    sl_auth_free(host->auth);
    if (host->jobs)
        sl_jobs_free(host->jobs);
    sl_queues_free(host->queues);
    if (host->gateways)
        sl_gateways_free(host->gateways);
    if (host->events)
        sl_events_free(host->events);
    sl_resources_free(host->resources);
    if (host->registry)
        sl_plugins_unload(host);
}

static void process_fiber(void *data)
{
    running *r = data;
    sl_context *cx = sl_context_new(&r->process.host, SL_FIRST_ACCOUNT, false, NULL);
    r->exit_code = host_open(&r->process, cx);
    if (r->exit_code == SL_EXIT_OK) {
        sl_context_bind(cx, SL_FIRST_ACCOUNT, sl_auth_livemode(r->process.host.auth));
        r->exit_code = r->function(cx, &r->process, r->data);
    }
    sl_context_free(cx);
    sl_loop_stop(r->process.host.loop);
}

int sl_process_run(const sl_invocation *invocation, int depth, int32_t slot,
                   sl_process_function function, void *data)
{
    running r = { .process = { .invocation = invocation, .depth = depth },
                  .function = function,
                  .data = data,
                  .exit_code = SL_EXIT_NO };
    uint32_t fibers = (uint32_t)invocation->settings->limits_in_flight + FIBERS_BESIDE;
    r.process.host.settings = invocation->settings;
    r.process.host.slot = slot;
    r.process.host.loop = sl_loop_new(fibers);
    if (!r.process.host.loop)
        return say("the system refuses an event loop", SL_EXIT_NO);
    if (depth >= SL_HOST_PLUGINS)
        sl_crash_watch(r.process.host.loop, invocation->entry);
    if (sl_fiber_start(r.process.host.loop, process_fiber, &r, NULL) == SL_OK)
        sl_loop_run(r.process.host.loop);
    host_close(&r.process);
    sl_loop_free(r.process.host.loop);
    return r.exit_code;
}
