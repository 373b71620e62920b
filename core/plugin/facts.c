/*
 * facts.c: what plugins may know of the settings.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/plugin.h>

#include "core/auth/auth.h"
#include "core/auth/keys.h"
#include "core/base/context.h"
#include "core/config/settings.h"

const char *sl_default_currency(const sl_context *cx)
{
    const char *currency = cx->host->settings->stripe_currency;
    return currency ? currency : "usd";
}

const char *sl_publishable_key(const sl_context *cx)
{
    const struct sl_settings *settings = cx->host->settings;
    if (settings->stripe_publishable_key)
        return settings->stripe_publishable_key;
    const char *own = settings->auth_publishable_key;
    bool first = strcmp(sl_account(cx), SL_FIRST_ACCOUNT) == 0;
    return own && first && sl_key_livemode(own) == sl_livemode(cx) ? own : NULL;
}

bool sl_environment_is(const sl_context *cx, const char *environment)
{
    return strcmp(cx->host->settings->environment, environment) == 0;
}

const char *sl_server_address(sl_context *cx)
{
    const sl_settings *settings = cx->host->settings;
    const char *host = settings->server_host;
    bool six = strchr(host, ':') != NULL;
    /* Whoever listens everywhere is also here. */
    if (strcmp(host, "0.0.0.0") == 0)
        host = "127.0.0.1";
    else if (strcmp(host, "::") == 0)
        host = "::1";
    return sl_format(cx, "%s://%s%s%s:%lld", settings->server_tls_certificate ? "https" : "http",
                     six ? "[" : "", host, six ? "]" : "", (long long)settings->server_port);
}

const char *sl_server_key(const sl_context *cx)
{
    return cx->host->settings->auth_secret_key;
}
