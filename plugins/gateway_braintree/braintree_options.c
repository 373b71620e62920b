/*
 * braintree_options.c: the settings braintree.*.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_options.h"

#include <string.h>
#include <strings.h>

#define LIVE "https://payments.braintree-api.com"
#define SANDBOX "https://payments.sandbox.braintree-api.com"
#define CODE_LENGTH 3

const sl_field braintree_option_fields[] = {
    SL_STRING(struct braintree_options, merchant_id, .doc = "Id of the merchant at Braintree"),
    SL_STRING(struct braintree_options, public_key, .doc = "Public key of its API keys"),
    SL_STRING(struct braintree_options, private_key, .secret = true,
              .doc = "Private key to it; without it this gateway takes no payments"),
    SL_STRING(
        struct braintree_options, merchant_accounts, .initial = "usd",
        .doc =
            "Merchant account of each currency, \"usd=books_us,eur=books_eu\"; a currency alone is the default account's"),
    SL_STRING(struct braintree_options, api_version, .initial = "2019-01-01",
              .doc = "Version of Braintree's API that is asked for"),
    SL_STRING(struct braintree_options, api_base, .initial = SANDBOX,
              .doc = "Address of Braintree's API; for real money " LIVE),
    SL_FIELDS_END,
};

static const struct braintree_options none;
static const struct braintree_options *found = &none;

const struct braintree_options *braintree_options(void)
{
    return found;
}

static bool given(const char *text)
{
    return text && text[0] != '\0';
}

/* The item at `at`, "usd" or "usd=account": its account in `ret`, "" for the default one; false when it is none. */
static bool item_read(sl_context *cx, const char *at, size_t length, const char **ret)
{
    bool alone = length == CODE_LENGTH;
    if (length < CODE_LENGTH || (!alone && (at[CODE_LENGTH] != '=' || length == CODE_LENGTH + 1)) ||
        sl_currency_exponent(sl_copy(cx, at, CODE_LENGTH)) < 0)
        return false;
    *ret = alone ? "" : sl_copy(cx, at + CODE_LENGTH + 1, length - CODE_LENGTH - 1);
    return true;
}

/* Goes through the list: the account of `currency`, or with NULL only whether all can be read. */
static bool list_read(sl_context *cx, const char *list, const char *currency, const char **ret)
{
    static const char between[] = ", ";
    for (const char *at = list + strspn(list, between); *at; at += strspn(at, between)) {
        size_t length = strcspn(at, between);
        const char *account = NULL;
        if (!item_read(cx, at, length, &account))
            return false;
        if (currency && strncasecmp(at, currency, CODE_LENGTH) == 0)
            *ret = account;
        at += length;
    }
    return true;
}

const char *braintree_account(sl_context *cx, const char *currency)
{
    const char *account = NULL;
    const char *list = found->merchant_accounts;
    return list && currency && list_read(cx, list, currency, &account) ? account : NULL;
}

sl_status braintree_start(sl_context *cx, sl_plugin *self)
{
    found = sl_options(self);
    const char *list = found->merchant_accounts;
    if (list && !list_read(cx, list, NULL, NULL))
        return sl_fail(cx, SL_E_INVALID, NULL,
                       "braintree.merchant_accounts is \"%s\"; it must be a list such as "
                       "\"usd=books_us,eur=books_eu\".",
                       list);
    if (given(found->private_key) && (!given(found->public_key) || !given(found->merchant_id)))
        return sl_fail(cx, SL_E_INVALID, NULL,
                       "braintree.private_key needs braintree.public_key and "
                       "braintree.merchant_id beside it.");
    return SL_OK;
}

bool braintree_ready(const void *options, bool livemode, bool production)
{
    const struct braintree_options *of = options;
    if (!of || !given(of->private_key) || !given(of->public_key))
        return false;
    bool live = of->api_base && strncasecmp(of->api_base, LIVE, strlen(LIVE)) == 0;
    return live ? livemode : !livemode || !production;
}
