/*
 * worker.c: one worker's life: open the host, start jobs, accept, and drain when told to.
 *
 * SIGTERM and SIGINT drain up to server.drain; SIGQUIT ends at once. When the master is gone the drain is short: nobody would
 * start another worker in our place.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <stripe_lite/fault.h>
#include <stripe_lite/log.h>

#include "core/app/app.h"
#include "core/app/board.h"
#include "core/auth/auth.h"
#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/config/settings.h"
#include "core/database/database.h"
#include "core/fiber/fiber.h"
#include "core/http/server.h"
#include "core/job/job.h"
#include "core/job/queues.h"

#define ORPHAN_DRAIN_MS 500
#define WATCHED 4
#define BEAT_MS 500
/* Of a worker: its database connections, calls to gateways and receivers, files. */
#define DESCRIPTORS_BESIDE 1536

typedef struct working {
    const sl_worker_start *start;
    sl_process *process;
    sl_server *server;
    sl_condition ended;
    int64_t drained_by; /* monotonic milliseconds */
    bool draining;
    bool done;
} working;

static void drained(void *data)
{
    working *w = data;
    w->done = true;
    sl_condition_broadcast(&w->ended);
}

static void drain_begin(working *w, int64_t milliseconds)
{
    if (w->draining)
        return;
    w->draining = true;
    SL_FAULT("worker.drains");
    w->drained_by = sl_clock_monotonic_ms() + milliseconds;
    sl_jobs_stop(w->process->host.jobs);
    sl_queues_stop(w->process->host.queues);
    sl_server_drain(w->server, milliseconds, drained, w);
}

static void on_signal(evutil_socket_t number, short events, void *data)
{
    working *w = data;
    (void)number, (void)events;
    drain_begin(w, w->process->invocation->settings->server_drain * 1000);
}

static void on_rotate(evutil_socket_t number, short events, void *data)
{
    working *w = data;
    (void)number, (void)events;
    (void)sl_log_file_open(w->process->invocation->settings);
}

static void on_master_gone(evutil_socket_t descriptor, short events, void *data)
{
    working *w = data;
    (void)descriptor, (void)events;
    sl_log(NULL, SL_LOG_ERROR, "the master is gone, ending");
    drain_begin(w, ORPHAN_DRAIN_MS);
}

/* That the loop turns is all that it says. */
static void on_beat(void *data)
{
    sl_board_entry *entry = data;
    atomic_store(&entry->beat, sl_clock_monotonic_ms());
}

/* Connections never take the descriptors that the database and gateways need. */
static uint32_t connections_most(const sl_process *process)
{
    struct rlimit files;
    int64_t wanted = process->invocation->settings->limits_connections;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
        return (uint32_t)wanted;
    int64_t all = (int64_t)files.rlim_cur;
    int64_t others = all / 2 < DESCRIPTORS_BESIDE ? all / 2 : DESCRIPTORS_BESIDE;
    return (uint32_t)(wanted < all - others ? wanted : all - others);
}

static sl_server_options server_options(const sl_process *process)
{
    const sl_settings *s = process->invocation->settings;
    return (sl_server_options){ .public_url = s->server_public_url,
                                .cors_origins = s->http_cors_origins.items,
                                .cors_origin_count = s->http_cors_origins.count,
                                .assets = process->invocation->paths.assets,
                                .tls_certificate = s->server_tls_certificate,
                                .tls_key = s->server_tls_key,
                                .environment = s->environment,
                                .rates = process->invocation->rates,
                                .max_connections = connections_most(process),
                                .in_flight = (uint32_t)s->limits_in_flight,
                                .body_limit = (size_t)s->limits_body,
                                .raw_body_limit = (size_t)s->limits_webhook_body,
                                .head_limit = (size_t)s->limits_headers,
                                .url_limit = (size_t)s->limits_url,
                                .header_ms = s->http_header_timeout * 1000,
                                .body_ms = s->http_body_timeout * 1000,
                                .idle_ms = s->http_idle_timeout * 1000,
                                .queue_ms = s->limits_queue_time };
}

int sl_worker_check(sl_context *cx, const sl_process *process)
{
    const char *message = NULL;
    sl_server_options options = server_options(process);
    sl_server *server = NULL;
    if (sl_server_new(cx, &process->host, &options, &server, &message) != SL_OK) {
        fprintf(stderr, "stripe-lite: %s\n", message);
        return SL_EXIT_CONFIG;
    }
    sl_server_free(server);
    return SL_EXIT_OK;
}

static sl_status server_start(sl_context *cx, working *w)
{
    const char *message = "the system refuses to listen";
    sl_server_options options = server_options(w->process);
    sl_status status = sl_server_new(cx, &w->process->host, &options, &w->server, &message);
    if (status == SL_OK) {
        w->process->host.server = w->server;
        for (uint32_t i = 0; i < w->start->listener_count && status == SL_OK; i++)
            status = sl_server_listen(w->server, w->start->listeners[i], false);
    }
    if (status == SL_OK && w->start->metrics_listener >= 0)
        status = sl_server_listen(w->server, w->start->metrics_listener, true);
    if (status != SL_OK)
        fprintf(stderr, "stripe-lite: %s\n", message);
    return status;
}

static int serve_until_told(sl_context *cx, sl_process *process, void *data)
{
    working w = { .start = data, .process = process };
    if (SL_FAULT("worker.before_listen"))
        return SL_EXIT_NO;
    struct event_base *base = sl_loop_base(process->host.loop);
    if (server_start(cx, &w) != SL_OK)
        return SL_EXIT_CONFIG;
    SL_FAULT("worker.listens");
    sl_jobs_start(process->host.jobs);
    sl_queues_start(process->host.queues);
    sl_auth_hear(process->host.auth, process->host.database);
    if (sl_database_watch(process->host.database) != SL_OK)
        sl_log(NULL, SL_LOG_WARNING, "no fiber to watch the database");
    struct event *watched[WATCHED] = {
        evsignal_new(base, SIGTERM, on_signal, &w), evsignal_new(base, SIGINT, on_signal, &w),
        evsignal_new(base, SIGUSR1, on_rotate, &w),
        event_new(base, w.start->alive, EV_READ, on_master_gone, &w)
    };
    for (size_t i = 0; i < WATCHED; i++)
        event_add(watched[i], NULL);
    sl_timer *beat =
        sl_loop_every(process->host.loop, BEAT_MS, on_beat, process->invocation->entry);
    on_beat(process->invocation->entry);
    if (write(w.start->ready, "R", 1) != 1)
        drain_begin(&w, 0);
    close(w.start->ready);
    while (!w.done)
        if (sl_wait_condition(&w.ended, 0) == SL_E_CANCELLED)
            break;
    for (size_t i = 0; i < WATCHED; i++)
        event_free(watched[i]);
    SL_FAULT("worker.drained");
    int64_t left = w.drained_by - sl_clock_monotonic_ms();
    sl_jobs_drain(process->host.jobs, left > 0 ? left : 0);
    left = w.drained_by - sl_clock_monotonic_ms();
    sl_queues_drain(process->host.queues, left > 0 ? left : 0);
    sl_database_unwatch(process->host.database);
    sl_server_free(w.server);
    process->host.server = NULL;
    sl_timer_free(beat);
    return SL_EXIT_OK;
}

int sl_worker_run(const sl_invocation *invocation, const sl_worker_start *start)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    /* Until the loop takes it. */
    signal(SIGUSR1, SIG_IGN);
    return sl_process_run(invocation, SL_HOST_STARTED, start->slot, serve_until_told,
                          (void *)start);
}
