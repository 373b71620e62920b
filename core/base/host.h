/*
 * host.h: what one worker process has, by pointer; each room fills and uses its own.
 *
 * One instance a worker, made by core/app after fork and constant once the worker serves. Lower rooms know the higher ones
 * only as names here and never call through them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_HOST_H
#define STRIPE_LITE_CORE_BASE_HOST_H

#include <stdint.h>

struct sl_loop;        /* core/fiber: event loop and fibers */
struct sl_settings;    /* core/config */
struct sl_database;    /* core/database */
struct sl_http_client; /* core/http_client */
struct sl_auth;        /* core/auth */
struct sl_resources;   /* core/resource: every resource by type */
struct sl_events;      /* core/event: subscriptions */
struct sl_jobs;        /* core/job: job types, the queue's runner */
struct sl_queues;      /* core/job: queues of plugins' tables */
struct sl_gateways;    /* core/plugin: gateways by priority */
struct sl_registry;    /* core/plugin: loaded plugins and all their tables */
struct sl_server;      /* core/http */

typedef struct sl_host {
    struct sl_loop *loop;
    const struct sl_settings *settings;
    struct sl_database *database;
    struct sl_http_client *http_client;
    struct sl_auth *auth;
    struct sl_resources *resources;
    struct sl_events *events;
    struct sl_jobs *jobs;
    struct sl_queues *queues;
    struct sl_gateways *gateways;
    struct sl_registry *registry;
    struct sl_server *server;
    int32_t slot; /* number among the node's workers, 0 .. 63 */
} sl_host;

#endif
