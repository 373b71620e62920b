/*
 * keys.c: the table of settings.
 *
 * The order is the order of the documents. A new setting is a row here and a member in settings.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "core/base/text.h"
#include "core/config/inside.h"

static bool is_word(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    return *text != '\0';
}

static bool is_host(const char *text)
{
    unsigned char address[16];
    return strcmp(text, "localhost") == 0 || inet_pton(AF_INET, text, address) == 1 ||
           inet_pton(AF_INET6, text, address) == 1;
}

/* scheme://host[:port] and nothing behind it but, with `path`, a path. */
static bool is_web_address(const char *text, bool path)
{
    const char *host = sl_text_starts(text, "https://")  ? text + 8
                       : sl_text_starts(text, "http://") ? text + 7
                                                         : NULL;
    if (!host || !is_word(text) || strpbrk(host, "?#@\\\""))
        return false;
    size_t length = strcspn(host, "/");
    return length > 0 && host[0] != ':' && (path || host[length] == '\0');
}

static bool is_url(const char *text)
{
    return is_web_address(text, true);
}

static bool is_origin(const char *text)
{
    return strcmp(text, "*") == 0 || is_web_address(text, false);
}

static bool is_network(const char *text)
{
    char address[64];
    const char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    if (length >= sizeof(address))
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    unsigned char bytes[16];
    int64_t most = inet_pton(AF_INET, address, bytes) == 1    ? 32
                   : inet_pton(AF_INET6, address, bytes) == 1 ? 128
                                                              : -1;
    int64_t bits = 0;
    if (most < 0)
        return false;
    return !slash ||
           (sl_text_int64(slash + 1, strlen(slash + 1), &bits) == 0 && bits >= 0 && bits <= most);
}

static bool is_key_with(const char *text, const char *prefix)
{
    return is_word(text) && sl_text_starts(text, prefix) && strlen(text) >= strlen(prefix) + 8;
}

static bool is_secret_key(const char *text)
{
    return is_key_with(text, "sk_");
}

static bool is_publishable_key(const char *text)
{
    return is_key_with(text, "pk_");
}

static bool is_stripe_secret_key(const char *text)
{
    return is_word(text) && (sl_text_starts(text, "sk_") || sl_text_starts(text, "rk_"));
}

static bool is_long_secret(const char *text)
{
    return strlen(text) >= 16;
}

static bool is_api_version(const char *text)
{
    static const char pattern[] = "dddd-dd-dd";
    for (size_t i = 0; pattern[i]; i++)
        if (pattern[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != pattern[i])
            return false;
    const char *name = text + sizeof(pattern) - 1;
    if (*name == '\0')
        return true;
    if (*name != '.' || name[1] == '\0')
        return false;
    for (name++; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

static bool is_currency(const char *text)
{
    return strlen(text) == 3 && isalpha((unsigned char)text[0]) &&
           isalpha((unsigned char)text[1]) && isalpha((unsigned char)text[2]);
}

static const char *const environments[] = { "development", "test", "production", NULL };
static const char *const levels[] = { "debug", "info", "warning", "error", NULL };
static const char *const formats[] = { "auto", "text", "json", NULL };

#define AT(member) .offset = offsetof(sl_settings, member)
#define TEXT SETTING_TEXT
#define INT SETTING_INT
#define DAY 86400

/* Who reads the settings of a section as options; no other plugin ever sees them. */
static const char *const webhooks[] = { "webhooks", NULL };
static const char *const deliveries[] = { "webhook_endpoints", NULL };
static const char *const stripe[] = { "gateway_stripe", NULL };
static const char *const paypal[] = { "gateway_paypal", NULL };
static const char *const braintree[] = { "gateway_braintree", NULL };
static const char *const stripe_and_webhooks[] = { "gateway_stripe", "webhooks", NULL };

const setting_key setting_keys[] = {
    { "environment", "STRIPE_LITE_ENVIRONMENT", SETTING_ENUM, "development", .values = environments,
      AT(environment),
      .doc =
          "`production` refuses missing or default keys, a simulator as live gateway and plain HTTP off loopback" },

    { "server.host", "STRIPE_LITE_HOST", TEXT, "127.0.0.1", .check = is_host,
      .allowed = "an IPv4 or IPv6 address or localhost", AT(server_host),
      .doc = "Address to listen on" },
    { "server.port", "STRIPE_LITE_PORT", INT, "8000", .max = 65535, AT(server_port),
      .doc = "Port to listen on; 0 lets the system choose, and it is printed" },
    { "server.workers", "STRIPE_LITE_WORKERS", SETTING_WORKERS, "auto", .min = 1, .max = 64,
      AT(server_workers), .doc = "Worker processes; `auto` is one a core, and one on SQLite" },
    { "server.drain", "STRIPE_LITE_DRAIN", INT, "30", .max = 3600, AT(server_drain),
      .doc = "Seconds that running requests have to end after SIGTERM" },
    { "server.watchdog", "STRIPE_LITE_WATCHDOG", INT, "30", .max = 3600, AT(server_watchdog),
      .doc = "Seconds after which a worker whose loop stands still is replaced; `0` is never" },
    { "server.public_url", "STRIPE_LITE_PUBLIC_URL", TEXT, NULL, "as the request says",
      .check = is_url, .allowed = "an http:// or https:// address without a query",
      AT(server_public_url),
      .doc = "Address by which clients reach the server, for links in answers" },
    { "server.tls.certificate", "STRIPE_LITE_TLS_CERTIFICATE", TEXT, NULL,
      AT(server_tls_certificate),
      .doc = "PEM file with the certificate and its chain; together with the key it turns TLS on" },
    { "server.tls.key", "STRIPE_LITE_TLS_KEY", TEXT, NULL, AT(server_tls_key),
      .doc = "PEM file with the private key" },

    { "database.url", "STRIPE_LITE_DATABASE_URL", SETTING_DATABASE, "sqlite:///var/stripe_lite.db",
      .secret = true, AT(database_url),
      .doc =
          "`sqlite:///relative`, `sqlite:////absolute` or `postgresql://user:password@host/name`; SQLAlchemy's spellings are "
          "understood; `DATABASE_URL` is taken when this is not set. Or the parts below" },
    { "database.dialect", "STRIPE_LITE_DATABASE_DIALECT", SETTING_PART, NULL,
      .doc = "`postgresql` or `sqlite`" },
    { "database.driver", "STRIPE_LITE_DATABASE_DRIVER", SETTING_PART, NULL,
      .doc = "A driver's name of SQLAlchemy's, accepted and not needed" },
    { "database.user", "STRIPE_LITE_DATABASE_USER", SETTING_PART, NULL, .doc = "User" },
    { "database.password", "STRIPE_LITE_DATABASE_PASSWORD", SETTING_PART, NULL, .secret = true,
      .doc = "Password" },
    { "database.host", "STRIPE_LITE_DATABASE_HOST", SETTING_PART, NULL,
      .doc = "Host, or the folder of a Unix socket" },
    { "database.port", "STRIPE_LITE_DATABASE_PORT", SETTING_PART, NULL, .min = 1, .max = 65535,
      .doc = "Port" },
    { "database.name", "STRIPE_LITE_DATABASE_NAME", SETTING_PART, NULL,
      .doc = "Name of the database; SQLite: the file" },
    { "database.wait", "STRIPE_LITE_DATABASE_WAIT", INT, "60", .max = 3600, AT(database_wait),
      .doc =
          "Seconds that `serve` and `migrate` wait for a PostgreSQL that does not answer yet; 0: not at all" },

    { "auth.secret_key", "STRIPE_LITE_SECRET_KEY", TEXT, NULL, .check = is_secret_key,
      .allowed = "at least 8 characters behind sk_, without spaces", .secret = true,
      AT(auth_secret_key), .doc = "The first account's secret key; `./dev run` makes one" },
    { "auth.publishable_key", "STRIPE_LITE_PUBLISHABLE_KEY", TEXT, NULL,
      .check = is_publishable_key, .allowed = "at least 8 characters behind pk_, without spaces",
      .secret = true, AT(auth_publishable_key), .doc = "The first account's publishable key" },
    { "auth.encryption_key", "STRIPE_LITE_ENCRYPTION_KEY", TEXT, NULL,
      "derived from the secret key; required in production", .check = is_long_secret,
      .allowed = "at least 16 characters", .secret = true, AT(auth_encryption_key),
      .doc = "Encrypts the secrets that must be read back" },
    { "auth.jwt.secret", "STRIPE_LITE_JWT_SECRET", TEXT, NULL, .check = is_long_secret,
      .allowed = "at least 16 characters", .secret = true, AT(auth_jwt_secret),
      .doc = "Accepts JSON Web Tokens signed with it (HS256)" },
    { "auth.jwt.public_key", "STRIPE_LITE_JWT_PUBLIC_KEY", TEXT, NULL, AT(auth_jwt_public_key),
      .doc = "Accepts JSON Web Tokens signed by its private key (RS256): PEM text or a file" },
    { "auth.jwt.issuer", "STRIPE_LITE_JWT_ISSUER", TEXT, NULL, AT(auth_jwt_issuer),
      .doc = "What a token's `iss` must be" },
    { "auth.jwt.audience", "STRIPE_LITE_JWT_AUDIENCE", TEXT, NULL, AT(auth_jwt_audience),
      .doc = "What a token's `aud` must hold" },

    { "http.cors.origins", "STRIPE_LITE_CORS_ORIGINS", SETTING_TEXTS, NULL, "none",
      .check = is_origin, .allowed = "a list of origins such as https://shop.example.com, or *",
      AT(http_cors_origins), .doc = "Origins whose pages may call the server" },
    { "http.header_timeout", "STRIPE_LITE_HEADER_TIMEOUT", INT, "15", .min = 1, .max = 3600,
      AT(http_header_timeout), .doc = "Seconds for all headers of a request" },
    { "http.body_timeout", "STRIPE_LITE_BODY_TIMEOUT", INT, "30", .min = 1, .max = 3600,
      AT(http_body_timeout),
      .doc =
          "Seconds without progress of a body or an answer; four times that, and 16 KB/s, in all" },
    { "http.idle_timeout", "STRIPE_LITE_IDLE_TIMEOUT", INT, "75", .min = 1, .max = DAY,
      AT(http_idle_timeout), .doc = "Seconds that an idle connection is kept" },

    { "metrics.port", "STRIPE_LITE_METRICS_PORT", INT, NULL,
      "on the main port, for admin credentials", .max = 65535, AT(metrics_port),
      .doc = "Port of its own for `/metrics`, open to whoever reaches it" },

    { "webhooks.lite_secret", "STRIPE_LITE_WEBHOOK_SECRET", TEXT, NULL, .check = is_word,
      .allowed = "a text without spaces", .secret = true, AT(webhooks_lite_secret),
      .readers = webhooks,
      .doc =
          "Signs what comes in at the Stripe_lite webhook route; without it the route answers 503" },
    { "webhooks.allow_private_addresses", "STRIPE_LITE_WEBHOOK_ALLOW_PRIVATE", SETTING_BOOL, NULL,
      "true; in production false", AT(webhooks_allow_private_addresses), .readers = deliveries,
      .doc = "Deliver to private and loopback addresses" },
    { "webhooks.allow_networks", "STRIPE_LITE_WEBHOOK_ALLOW_NETWORKS", SETTING_TEXTS, NULL, "none",
      .check = is_network, .allowed = "a list of networks such as 10.1.0.0/16",
      AT(webhooks_allow_networks), .readers = deliveries,
      .doc = "Networks that are delivered to although they would be refused" },
    { "webhooks.retry_schedule", "STRIPE_LITE_WEBHOOK_RETRY_SCHEDULE", SETTING_NUMBERS,
      "5,60,300,1800,7200,18000,36000,36000,36000,36000,36000,36000", .max = 7 * DAY,
      AT(webhooks_retry_schedule), .readers = deliveries,
      .doc = "Seconds before each further try of a delivery" },

    { "stripe.secret_key", "STRIPE_SECRET_KEY", TEXT, NULL, .check = is_stripe_secret_key,
      .allowed = "a key that begins with sk_ or rk_", .secret = true, AT(stripe_secret_key),
      .readers = stripe, .doc = "Key of a Stripe account; makes Stripe the default gateway" },
    { "stripe.publishable_key", "STRIPE_PUBLISHABLE_KEY", TEXT, NULL, .check = is_word,
      .allowed = "a text without spaces", .secret = true, AT(stripe_publishable_key),
      .readers = stripe, .doc = "Its publishable key" },
    { "stripe.webhook_secret", "STRIPE_WEBHOOK_SECRET", TEXT, NULL, .check = is_word,
      .allowed = "a text without spaces", .secret = true, AT(stripe_webhook_secret),
      .readers = stripe_and_webhooks, .doc = "Secret of its webhook endpoint" },
    { "stripe.api_version", "STRIPE_API_VERSION", TEXT, NULL, .check = is_api_version,
      .allowed = "a version such as \"2024-06-20\" or \"2025-03-31.basil\"", AT(stripe_api_version),
      .readers = stripe, .doc = "Version of Stripe's API that is asked for" },
    { "stripe.currency", "STRIPE_CURRENCY", TEXT, "usd", .check = is_currency,
      .allowed = "an ISO 4217 code of three letters", AT(stripe_currency), .readers = stripe,
      .doc = "The default currency" },
    { "stripe.api_base", "STRIPE_API_BASE", TEXT, NULL, "Stripe's", .check = is_url,
      .allowed = "an http:// or https:// address without a query", AT(stripe_api_base),
      .readers = stripe, .doc = "Address of Stripe's API" },

    { "paypal.client_id", "PAYPAL_CLIENT_ID", TEXT, NULL, .check = is_word,
      .allowed = "a text without spaces", AT(paypal_client_id), .readers = paypal,
      .doc = "Client id of a PayPal app; with its secret PayPal takes payments" },
    { "paypal.client_secret", "PAYPAL_CLIENT_SECRET", TEXT, NULL, .check = is_word,
      .allowed = "a text without spaces", .secret = true, AT(paypal_client_secret),
      .readers = paypal, .doc = "Its secret" },
    { "paypal.webhook_id", "PAYPAL_WEBHOOK_ID", TEXT, NULL, .check = is_word,
      .allowed = "a text without spaces", AT(paypal_webhook_id), .readers = paypal,
      .doc = "Id of its webhook, as PayPal shows it" },
    { "paypal.api_base", "PAYPAL_API_BASE", TEXT, NULL, "PayPal's live one", .check = is_url,
      .allowed = "an http:// or https:// address without a query", AT(paypal_api_base),
      .readers = paypal,
      .doc = "Address of PayPal's API; https://api-m.sandbox.paypal.com for tests" },

    { "braintree.merchant_id", "BRAINTREE_MERCHANT_ID", TEXT, NULL, .check = is_word,
      .allowed = "a text without spaces", AT(braintree_merchant_id), .readers = braintree,
      .doc = "Id of the merchant at Braintree" },
    { "braintree.public_key", "BRAINTREE_PUBLIC_KEY", TEXT, NULL, .check = is_word,
      .allowed = "a text without spaces", AT(braintree_public_key), .readers = braintree,
      .doc = "Public key of the merchant's API keys" },
    { "braintree.private_key", "BRAINTREE_PRIVATE_KEY", TEXT, NULL, .check = is_word,
      .allowed = "a text without spaces", .secret = true, AT(braintree_private_key),
      .readers = braintree, .doc = "Private key to it; makes Braintree a gateway" },
    { "braintree.merchant_accounts", "BRAINTREE_MERCHANT_ACCOUNTS", TEXT, NULL, "usd",
      .check = is_word, .allowed = "a list such as usd=books_us,eur=books_eu without spaces",
      AT(braintree_merchant_accounts), .readers = braintree,
      .doc =
          "Merchant account of each currency, `usd=books_us,eur=books_eu`; a currency alone is the default account's" },
    { "braintree.api_base", "BRAINTREE_API_BASE", TEXT, NULL, "Braintree's sandbox",
      .check = is_url, .allowed = "an http:// or https:// address without a query",
      AT(braintree_api_base), .readers = braintree,
      .doc = "Address of Braintree's API; for real money https://payments.braintree-api.com" },

    { "log.level", "STRIPE_LITE_LOG_LEVEL", SETTING_ENUM, "info", .values = levels, AT(log_level),
      .doc = "Least weight of a line that is written" },
    { "log.format", "STRIPE_LITE_LOG_FORMAT", SETTING_ENUM, "auto", .values = formats,
      AT(log_format), .doc = "`auto` is `text` on a terminal, else `json`; one line an entry" },
    { "log.file", "STRIPE_LITE_LOG_FILE", TEXT, NULL, "stderr", AT(log_file),
      .doc = "File for the log, opened anew at SIGUSR1" },

    { "gateway.timeout", "STRIPE_LITE_GATEWAY_TIMEOUT", INT, "10", .min = 1, .max = 300,
      AT(gateway_timeout),
      .doc = "Seconds a gateway has to answer; then the outcome is unknown and asked for later" },
    { "gateway.concurrency", "STRIPE_LITE_GATEWAY_CONCURRENCY", INT, "400", .min = 1, .max = 15000,
      AT(gateway_concurrency),
      .doc =
          "Calls of a worker to one gateway at once; one more is not sent, and the next gateway of the rule is tried" },
    { "gateway.breaker.failures", "STRIPE_LITE_GATEWAY_BREAKER_FAILURES", INT, "5", .max = 1000,
      AT(gateway_breaker_failures),
      .doc =
          "Calls in a row without an answer after which a gateway is left alone; `0` is never. See docs/gateways.md" },
    { "gateway.breaker.pause", "STRIPE_LITE_GATEWAY_BREAKER_PAUSE", INT, "10", .min = 1,
      .max = 3600, AT(gateway_breaker_pause),
      .doc = "Seconds for which it is left alone before one call tries it again" },
    { "gateway.routes", "STRIPE_LITE_GATEWAY_ROUTES", SETTING_ROUTES, NULL,
      "none: the gateway of highest priority", .allowed = "a list of rules, each with `use`",
      AT(gateway_routes),
      .doc =
          "Rules of which the first that fits a payment says which gateways it is tried at. See docs/gateways.md" },

    { "limits.rate", "STRIPE_LITE_RATE_LIMIT", SETTING_RATE, "100:200", .max = 1000000,
      AT(limits_rate), .doc = "Requests a second and burst of each key; `0` is off" },
    { "limits.body", "STRIPE_LITE_BODY_LIMIT", SETTING_BYTES, "1MiB", .min = 1024, .max = 67108864,
      AT(limits_body), .doc = "Bytes of a request's body" },
    { "limits.webhook_body", "STRIPE_LITE_WEBHOOK_BODY_LIMIT", SETTING_BYTES, "512KiB", .min = 1024,
      .max = 67108864, AT(limits_webhook_body), .doc = "Bytes of an incoming webhook's body" },
    { "limits.headers", "STRIPE_LITE_HEADER_LIMIT", SETTING_BYTES, "32KiB", .min = 1024,
      .max = 1048576, AT(limits_headers), .doc = "Bytes of all headers" },
    { "limits.url", "STRIPE_LITE_URL_LIMIT", SETTING_BYTES, "8KiB", .min = 256, .max = 65536,
      AT(limits_url), .doc = "Bytes of a request's URL" },
    { "limits.connections", "STRIPE_LITE_CONNECTION_LIMIT", INT, "10000", .min = 1, .max = 1000000,
      AT(limits_connections), .doc = "Connections a worker" },
    { "limits.queue_time", "STRIPE_LITE_QUEUE_TIME_LIMIT", INT, "250", .max = 60000,
      AT(limits_queue_time),
      .doc =
          "Milliseconds after which a worker that keeps every request waiting takes on fewer at once, down to a quarter of "
          "`limits.in_flight`; `0` is never" },
    { "limits.in_flight", "STRIPE_LITE_IN_FLIGHT_LIMIT", INT, "1000", .min = 1, .max = 15000,
      AT(limits_in_flight),
      .doc = "Requests that a worker serves at once; past them 503 with `Retry-After`" },
};

const uint32_t setting_key_count = sizeof(setting_keys) / sizeof(setting_keys[0]);
_Static_assert(sizeof(setting_keys) / sizeof(setting_keys[0]) <= SETTING_COUNT_MAX,
               "room for every value");

const setting_key *setting_key_find(const char *path)
{
    for (uint32_t i = 0; i < setting_key_count; i++)
        if (strcmp(setting_keys[i].path, path) == 0)
            return &setting_keys[i];
    return NULL;
}

const setting_key *setting_key_by_variable(const char *variable)
{
    for (uint32_t i = 0; i < setting_key_count; i++)
        if (strcmp(setting_keys[i].variable, variable) == 0)
            return &setting_keys[i];
    return NULL;
}
