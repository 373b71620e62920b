/*
 * settings.h: the server's settings, read once at start (and again at SIGHUP), constant afterwards.
 *
 * Strongest first: flags, environment, `.env`, the YAML file, defaults. One table of keys (keys.c) names each setting's YAML path,
 * environment variable, type, default, bounds and one line of documentation; loading, `config show`, docs/configuration.md and
 * config/stripe_lite.yaml all read it. Every fault is told, with its place and what is allowed, never with a secret.
 * A member is named as its key: server.tls.key is `server_tls_key`. Texts are NULL while unset.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_CONFIG_SETTINGS_H
#define STRIPE_LITE_CORE_CONFIG_SETTINGS_H

#include <stdio.h>

#include <stripe_lite/status.h>

#include "core/base/arena.h"

typedef struct sl_settings sl_settings;

typedef struct sl_setting_texts {
    uint32_t count;
    const char *const *items;
} sl_setting_texts;

typedef struct sl_setting_numbers {
    uint32_t count;
    const int64_t *items;
} sl_setting_numbers;

/* A plugin to load. Its options are asked for with sl_settings_plugin_option. */
typedef struct sl_plugin_setting {
    const char *name;
    const char *
        path; /* absolute or relative to the YAML file's folder and made whole; NULL: the bundled one */
    const char *
        origin; /* where it is named: "file:line:column", "STRIPE_LITE_PLUGINS"; NULL: bundled by default */
    bool required;
} sl_plugin_setting;

/* A routing rule. A list that is empty says nothing; a payment fits when all others hold what it is. */
typedef struct sl_gateway_rule {
    const char *origin;          /* "file:line:column" */
    sl_setting_texts currencies; /* lower case, as the next two */
    sl_setting_texts methods;
    sl_setting_texts brands;
    sl_setting_texts countries; /* of the card; upper case */
    const int64_t *min;         /* minor units, one a currency of `currencies`; NULL: no bound */
    const int64_t *max;
    sl_setting_texts use; /* gateways, in the order in which they are tried; never empty */
    sl_setting_numbers
        weights; /* one a gateway: how often it comes first; empty: the order says it */
} sl_gateway_rule;

typedef struct sl_gateway_rules {
    uint32_t count;
    const sl_gateway_rule *items;
} sl_gateway_rules;

typedef struct sl_setting_message {
    const char *text; /* one sentence with its place, nothing secret */
    bool warning;     /* else a fault */
} sl_setting_message;

struct sl_settings {
    const char *environment; /* "development", "test", "production" */

    const char *server_host;
    int64_t server_port;           /* 0: the system chooses */
    int64_t server_workers;        /* resolved: never 0; 1 on SQLite */
    int64_t server_drain;          /* seconds */
    int64_t server_watchdog;       /* seconds, 0: off */
    const char *server_public_url; /* without a slash at its end */
    const char *server_tls_certificate;
    const char *server_tls_key;

    const char *
        database_url; /* "sqlite:/absolute", "sqlite:relative" or a libpq URI; holds the password */
    int64_t database_wait;          /* seconds */
    const char *database_url_shown; /* the same, password masked: for logs */
    bool database_sqlite;

    const char *auth_secret_key;
    const char *auth_publishable_key;
    const char *auth_encryption_key;
    const char *auth_jwt_secret;
    const char *auth_jwt_public_key; /* PEM text or a path */
    const char *auth_jwt_issuer;
    const char *auth_jwt_audience;

    sl_setting_texts http_cors_origins;
    int64_t http_header_timeout; /* seconds, these three */
    int64_t http_body_timeout;
    int64_t http_idle_timeout;

    int64_t metrics_port; /* -1: on the main port */

    const char *webhooks_lite_secret;
    bool webhooks_allow_private_addresses;
    sl_setting_texts webhooks_allow_networks;   /* "10.1.0.0/16" */
    sl_setting_numbers webhooks_retry_schedule; /* seconds after the try before */

    const char *stripe_secret_key;
    const char *stripe_publishable_key;
    const char *stripe_webhook_secret;
    const char *stripe_api_version;
    const char *stripe_currency; /* lower case; the default currency of everything */
    const char *stripe_api_base;

    const char *paypal_client_id;
    const char *paypal_client_secret;
    const char *paypal_webhook_id;
    const char *paypal_api_base;

    const char *braintree_merchant_id;
    const char *braintree_public_key;
    const char *braintree_private_key;
    const char *braintree_merchant_accounts;
    const char *braintree_api_base;

    const char *log_level;  /* "debug", "info", "warning", "error" */
    const char *log_format; /* "text", "json", "auto" */
    const char *log_file;   /* NULL: stderr */

    int64_t gateway_timeout;          /* seconds */
    int64_t gateway_concurrency;      /* calls of a worker to one gateway */
    int64_t gateway_breaker_failures; /* in a row; 0: no breaker */
    int64_t gateway_breaker_pause;    /* seconds */
    sl_gateway_rules gateway_routes;

    int64_t limits_rate; /* requests a second and key, 0: off */
    int64_t limits_rate_burst;
    int64_t limits_body; /* bytes, these four */
    int64_t limits_webhook_body;
    int64_t limits_headers;
    int64_t limits_url;
    int64_t limits_connections; /* a worker */
    int64_t limits_queue_time;  /* milliseconds, 0: off */
    int64_t limits_in_flight;   /* requests a worker */

    const sl_plugin_setting *plugins;
    uint32_t plugin_count;

    const sl_setting_message *messages; /* in the order they were found */
    uint32_t message_count;

    struct sl_settings_inside *inside;
};

/* A setting from the command line: `label` as the user wrote it ("--port"), `path` the key ("server.port"). */
typedef struct sl_setting_flag {
    const char *label;
    const char *path;
    const char *value;
} sl_setting_flag;

typedef struct sl_setting_sources {
    const char *file;   /* the YAML file; NULL: none. One that is not there is a fault */
    const char *dotenv; /* usually ".env"; NULL: none. One that is not there is none */
    const char *const *environment; /* "NAME=value", NULL-ended: `environ`; NULL: none */
    const sl_setting_flag *flags;   /* ended by a NULL path; NULL: none */
    const char *const *bundled;     /* names of the bundled plugins, NULL-ended; NULL: none */
} sl_setting_sources;

/* Reads them all. `ret_settings` is always set, with its messages; SL_E_INVALID when one of them is a fault, and then the
 * settings are good for their messages only. Freed with sl_settings_free. since 1.0 [start-up only] */
sl_status sl_settings_load(const sl_setting_sources *sources,
                           sl_settings **ret_settings) SL_MUST_CHECK;
void sl_settings_free(sl_settings *settings);

/* What the environment "production" refuses: default or missing keys, plain HTTP off loopback, a simulator as the live gateway
 * (`live_gateway_simulated`, which the caller knows once plugins are loaded). Adds faults to the messages and returns
 * SL_E_INVALID; other environments are always SL_OK. since 1.0 [start-up only] */
sl_status sl_settings_check_environment(sl_settings *settings,
                                        bool live_gateway_simulated) SL_MUST_CHECK;

/* A plugin's own option, raw, for the plugin room to read by its field table. */
typedef struct sl_option_text {
    const char *text; /* a list's items joined with commas */
    const char *
        origin; /* "file:line:column", "STRIPE_LITE_CUSTOMERS_UNIQUE_EMAIL", ".env:3:1 STRIPE_LITE_..." */
    bool quoted; /* a quoted YAML scalar: surely a text */
} sl_option_text;

/* STRIPE_LITE_<PLUGIN>_<OPTION>, else plugins[].settings.OPTION, else the setting of the table of keys that is given to this
 * plugin under this name (webhooks.<option>, for gateway_stripe stripe.<option>) when it has a value. A plugin never gets another's
 * or the server's. since 1.0 [no-suspend] */
bool sl_settings_plugin_option(const sl_settings *settings, const char *plugin, const char *option,
                               sl_option_text *ret_option);

/* The names that plugins[].settings gives for a plugin, to find those it does not have: the i-th, or NULL past the last.
 * since 1.0 [no-suspend] */
const char *sl_settings_plugin_option_name(const sl_settings *settings, const char *plugin,
                                           uint32_t index, const char **ret_origin);

/* A plugin's own options, for `config show`: the name of the i-th and whether it is a secret; NULL past the last. */
typedef const char *(*sl_option_name)(const char *plugin, uint32_t index, bool *ret_secret,
                                      void *data);

/* Every setting with its value (secrets masked) and its source, as YAML or JSON; of a plugin's options those that were given.
 * One that `option_name` does not know (all without it) is masked. since 1.0 [no-suspend] */
const char *sl_settings_show(const sl_settings *settings, sl_arena *arena, bool json,
                             sl_option_name option_name, void *data);

/* docs/configuration.md and config/stripe_lite.yaml as the table says them. since 1.0 [no-suspend] */
const char *sl_settings_reference(sl_arena *arena);
const char *sl_settings_example(sl_arena *arena);

/* The nearest of `names` (NULL-ended) to a misspelt one, or NULL when none is near. since 1.0 [no-suspend] */
const char *sl_settings_nearest(const char *name, const char *const *names);

#endif
