/*
 * settings.c: reads the layers, weakest first, and settles what depends on several settings.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/config/inside.h"

static void give_defaults(sl_settings *settings)
{
    settings->metrics_port = -1;
    for (uint32_t i = 0; i < setting_key_count; i++) {
        settings->inside->values[i].label = setting_keys[i].path;
        setting_value value = { .text = setting_keys[i].initial,
                                .layer = LAYER_DEFAULT,
                                .label = setting_keys[i].path };
        setting_give(settings, &setting_keys[i], &value);
    }
}

static void give_flags(sl_settings *settings, const sl_setting_flag *flags)
{
    for (; flags && flags->path; flags++) {
        const setting_key *key = setting_key_find(flags->path);
        setting_value value = { .text = flags->value, .layer = LAYER_FLAG, .label = flags->label };
        if (!key)
            setting_fault(settings, "%s is for %s, which is no setting", flags->label, flags->path);
        else if (!flags->value || !*flags->value)
            setting_fault(settings, "%s is empty; it must be %s", flags->label,
                          setting_allowed(settings->inside->arena, key));
        else
            setting_give(settings, key, &value);
    }
}

static const setting_value *value_at(const sl_settings *settings, const char *path)
{
    return &settings->inside->values[setting_key_find(path) - setting_keys];
}

static void settle_workers(sl_settings *settings)
{
    enum { MOST = 64 };
    if (settings->database_sqlite && settings->server_workers > 1)
        setting_warn(
            settings, "%s is %lld, but SQLite is served by one worker, so it is taken as 1",
            value_at(settings, "server.workers")->label, (long long)settings->server_workers);
    if (settings->database_sqlite) {
        settings->server_workers = 1;
    } else if (settings->server_workers == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        settings->server_workers = cores < 1 ? 1 : cores > MOST ? MOST : cores;
    }
}

static void settle(sl_settings *settings)
{
    sl_arena *arena = settings->inside->arena;
    if (!value_at(settings, "webhooks.allow_private_addresses")->text)
        settings->webhooks_allow_private_addresses =
            strcmp(settings->environment, "production") != 0;
    if (settings->stripe_currency)
        settings->stripe_currency = sl_text_lower(arena, settings->stripe_currency);
    if (settings->server_public_url) {
        size_t length = strlen(settings->server_public_url);
        while (length > 0 && settings->server_public_url[length - 1] == '/')
            length--;
        settings->server_public_url = sl_arena_copy(arena, settings->server_public_url, length);
    }
    const setting_value *certificate = value_at(settings, "server.tls.certificate");
    const setting_value *key = value_at(settings, "server.tls.key");
    if (!certificate->text != !key->text) {
        const setting_value *given = certificate->text ? certificate : key;
        setting_fault(settings, "%s%s%s is given without %s; TLS needs both",
                      given->origin ? given->origin : "", given->origin ? ": " : "", given->label,
                      certificate->text ? "server.tls.key" : "server.tls.certificate");
    }
    settings_resolve_database(settings);
    settle_workers(settings);
}

static bool any_fault(const sl_settings *settings, uint32_t from)
{
    for (uint32_t i = from; i < settings->message_count; i++)
        if (!settings->messages[i].warning)
            return true;
    return false;
}

sl_status sl_settings_load(const sl_setting_sources *sources, sl_settings **ret_settings)
{
    sl_arena *arena = sl_arena_new();
    sl_settings *settings = sl_arena_alloc(arena, sizeof(*settings));
    settings->inside = sl_arena_alloc(arena, sizeof(*settings->inside));
    settings->inside->arena = arena;
    give_defaults(settings);
    if (sources->file)
        settings_read_yaml(settings, sources->file);
    if (sources->dotenv)
        settings_read_dotenv(settings, sources->dotenv);
    settings_read_environment(settings, sources->environment);
    give_flags(settings, sources->flags);
    settle(settings);
    settings_list_plugins(settings, sources->bundled);
    settings_warn_variables(settings, sources->bundled);
    *ret_settings = settings;
    return any_fault(settings, 0) ? SL_E_INVALID : SL_OK;
}

void sl_settings_free(sl_settings *settings)
{
    if (settings)
        sl_arena_free(settings->inside->arena);
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           sl_text_starts(host, "127.");
}

/* Keys out of examples and documents, and of no more than one character. */
static bool is_example_key(const char *key)
{
    static const char *const words[] = { "default", "example",    "changeme", "change_me",
                                         "secret",  "1234567890", "your_key" };
    const char *tail = strrchr(key, '_');
    tail = tail ? tail + 1 : key;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strstr(key, words[i]))
            return true;
    return strlen(tail) < 16 || tail[strspn(tail, (const char[]){ tail[0], '\0' })] == '\0';
}

static void check_key(sl_settings *settings, const char *path, const char *value)
{
    const char *variable = setting_key_find(path)->variable;
    if (!value)
        setting_fault(settings, "%s (%s) is not set; environment production needs one of its own",
                      path, variable);
    else if (is_example_key(value))
        setting_fault(
            settings,
            "%s (%s) is a default or too short to be secret; environment production needs one of its own",
            path, variable);
}

sl_status sl_settings_check_environment(sl_settings *settings, bool live_gateway_simulated)
{
    uint32_t from = settings->message_count;
    if (!settings->environment || strcmp(settings->environment, "production") != 0)
        return SL_OK;
    check_key(settings, "auth.secret_key", settings->auth_secret_key);
    check_key(settings, "auth.publishable_key", settings->auth_publishable_key);
    check_key(settings, "auth.encryption_key", settings->auth_encryption_key);
    if (!settings->server_tls_certificate && !is_loopback(settings->server_host))
        setting_fault(
            settings,
            "server.host is %s without TLS; environment production needs server.tls.certificate and server.tls.key, or a "
            "loopback address behind a proxy",
            settings->server_host);
    if (live_gateway_simulated)
        setting_fault(
            settings,
            "the gateway for live payments is a simulator; environment production needs a real one (stripe.secret_key, "
            "STRIPE_SECRET_KEY, or another gateway's plugin)");
    return any_fault(settings, from) ? SL_E_INVALID : SL_OK;
}
