/*
 * plugin.h: the one thing a plugin exports: its descriptor, which is data.
 *
 *   SL_PLUGIN(.name = "hello", .version = "1.0.0", .summary = "The smallest plugin", .routes = routes)
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_PLUGIN_H
#define STRIPE_LITE_PLUGIN_H

#include <stripe_lite/event.h>
#include <stripe_lite/gateway.h>
#include <stripe_lite/job.h>
#include <stripe_lite/queue.h>

SL_BEGIN_DECLS

typedef struct sl_plugin sl_plugin; /* the host's handle of a loaded plugin */

/* A table of functions offered to other plugins. `functions` begins with its uint32_t struct_size. */
typedef struct sl_service_offer {
    const char *name; /* "customers/1" */
    const void *functions;
    uint64_t reserved[2];
} sl_service_offer;
#define SL_SERVICES_END \
    {                   \
        .name = NULL    \
    }

/* A rule about stored data that `stripe-lite verify` checks: a statement that returns one text per violation, all accounts. */
typedef struct sl_invariant {
    const char *name; /* "refunded is at most captured" */
    const char *sql;
    uint64_t reserved[2];
} sl_invariant;
#define SL_INVARIANTS_END \
    {                     \
        .name = NULL      \
    }

/* A number about stored data that /metrics shows, asked for whenever somebody looks: a statement without arguments over all
 * accounts, with a row of (value of the label, number) for each value that there are rows of. */
typedef struct sl_gauge {
    const char *name;          /* "stripe_lite_attempts_open" */
    const char *label;         /* "state" */
    const char *const *values; /* of the label, ended by NULL: 0 where the statement has no row */
    const char *sql;
    uint32_t flags; /* SL_GAUGE_... */
    uint32_t reserved_flags;
    uint64_t reserved[3];
} sl_gauge;
#define SL_GAUGE_AGE 1u /* the number is a unix time; shown are the seconds since then */
#define SL_GAUGES_END \
    {                 \
        .name = NULL  \
    }

/* A command: `stripe-lite NAME [arguments]`. Returns the exit code. */
typedef struct sl_command {
    const char *name;
    const char *summary;
    int32_t (*run)(sl_context *cx, int32_t argument_count,
                   const char *const *arguments); /* [suspends] */
    uint64_t reserved[2];
} sl_command;
#define SL_COMMANDS_END \
    {                   \
        .name = NULL    \
    }

/* A command's results, on standard output, and a line of what it has to say besides, on standard error behind the program's
 * name. since 1.0 [no-suspend] */
SL_API void sl_print(const char *format, ...) SL_PRINTF(1, 2);
SL_API void sl_complain(const char *format, ...) SL_PRINTF(1, 2);

typedef struct sl_plugin_descriptor {
    uint32_t struct_size;
    uint32_t abi_version;
    const char *name;    /* folder, .so, YAML key, migration folder */
    const char *version; /* "1.0.0" */
    const char *summary;
    const sl_field
        *options; /* of struct at options_size bytes, filled before start; see sl_options */
    uint32_t options_size;
    uint32_t reserved;
    const sl_route *routes;
    const sl_resource *const *resources; /* ended by NULL */
    const sl_subscription *subscriptions;
    const sl_job_type *jobs;
    const sl_service_offer *provides;
    const char *const *needs; /* service names, ended by NULL: these plugins start first */
    const sl_gateway_type *gateways;
    const sl_command *commands;
    const sl_invariant *invariants;
    const char *
        migrations; /* folder, absolute or relative to the .so's; NULL: <data>/migrations/<name>, if there */
    sl_status (*start)(sl_context *cx,
                       sl_plugin *self); /* once in every worker, after what it needs */
    void (*stop)(sl_plugin *self);
    sl_status (*gateway_listener)(sl_context *cx,
                                  const sl_gateway_notice *notice); /* one plugin at most has it */
    const sl_gateway_object_type *gateway_objects; /* types of objects that it owns */
    const sl_gauge *gauges;
    const sl_queue *queues;
    const sl_event_outlet *event_outlet; /* one plugin at most has it */
} sl_plugin_descriptor;

/* The exported function's name and type. */
#define SL_PLUGIN_ENTRY "sl_plugin_descriptor_v1"
typedef const sl_plugin_descriptor *(*sl_plugin_entry)(void);

#define SL_PLUGIN(...)                                                                     \
    SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void);                      \
    SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void)                       \
    {                                                                                      \
        static const sl_plugin_descriptor descriptor = { .struct_size =                    \
                                                             sizeof(sl_plugin_descriptor), \
                                                         .abi_version = SL_ABI_VERSION,    \
                                                         __VA_ARGS__ };                    \
        return &descriptor;                                                                \
    }

/* The plugin's options as its field table describes them; constant after start. since 1.0 [no-suspend] */
SL_API const void *sl_options(const sl_plugin *self);

/* The function table of a service this plugin declared in `needs`; NULL with an error when it is smaller than `min_size`.
 * since 1.0 [start-up only] */
SL_API const void *sl_service(sl_context *cx, sl_plugin *self, const char *name, size_t min_size);

/* since 1.0 [no-suspend] */
SL_API const char *sl_default_currency(const sl_context *cx);
/* The key by which a browser confirms this account's payments: Stripe's where one is configured, else the first account's
 * own; NULL for other accounts, whose keys only they know. since 1.0 [no-suspend] */
SL_API const char *sl_publishable_key(const sl_context *cx);
SL_API bool sl_environment_is(const sl_context *cx, const char *environment); /* "production" */

/* For commands that use the server as its clients do: where the server of these settings is reached ("http://127.0.0.1:8000"),
 * and the first account's secret key, NULL when there is none. since 1.0 [no-suspend] */
SL_API const char *sl_server_address(sl_context *cx);
SL_API const char *sl_server_key(const sl_context *cx);

SL_END_DECLS
#endif
