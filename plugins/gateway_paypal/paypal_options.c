/*
 * paypal_options.c: the settings paypal.*.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_options.h"

#include <string.h>

const sl_field paypal_option_fields[] = {
    SL_STRING(struct paypal_options, client_id,
              .doc = "Client id of a PayPal app; without it this gateway takes no payments"),
    SL_STRING(struct paypal_options, client_secret, .secret = true, .doc = "Its secret"),
    SL_STRING(struct paypal_options, webhook_id, .doc = "Id of its webhook at PayPal"),
    SL_STRING(struct paypal_options, api_base, .initial = "https://api-m.paypal.com",
              .doc = "Address of PayPal's API; https://api-m.sandbox.paypal.com for tests"),
    SL_FIELDS_END,
};

static const struct paypal_options none;
static const struct paypal_options *found = &none;

const struct paypal_options *paypal_options(void)
{
    return found;
}

sl_status paypal_start(sl_context *cx, sl_plugin *self)
{
    (void)cx;
    found = sl_options(self);
    return SL_OK;
}

static bool is_set(const char *text)
{
    return text && text[0] != '\0';
}

bool paypal_is_live(const struct paypal_options *options)
{
    static const char *const live[] = { "https://api-m.paypal.com", "https://api.paypal.com" };
    for (size_t i = 0; options->api_base && i < sizeof(live) / sizeof(live[0]); i++) {
        size_t length = strlen(live[i]);
        const char *rest = options->api_base + length;
        if (strncmp(options->api_base, live[i], length) == 0 && strchr("/:", *rest))
            return true;
    }
    return false;
}

bool paypal_ready(const void *options, bool livemode, bool production)
{
    const struct paypal_options *of = options;
    if (!of || !is_set(of->client_id) || !is_set(of->client_secret))
        return false;
    return paypal_is_live(of) ? livemode : !livemode || !production;
}
