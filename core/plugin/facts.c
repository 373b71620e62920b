/*
 * facts.c: what plugins may know of the settings.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/plugin.h>

#include "core/base/context.h"
#include "core/config/settings.h"

const char *sl_default_currency(const sl_context *cx)
{
    const char *currency = cx->host->settings->stripe_currency;
    return currency ? currency : "usd";
}

bool sl_environment_is(const sl_context *cx, const char *environment)
{
    return strcmp(cx->host->settings->environment, environment) == 0;
}
