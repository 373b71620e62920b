/*
 * payments.c: what every room of this plugin shares.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payments.h"

bool text_given(const sl_context *cx, const char *param, const char *value, const char **member)
{
    if (!sl_given(cx, param))
        return false;
    *member = text_or_null(value);
    return true;
}

const char *return_url_of(sl_context *cx, const char *url, const char *noun, const char *id,
                          const char *client_secret)
{
    if (!url)
        return NULL;
    size_t length = strcspn(url, "#");
    const char *joint = memchr(url, '?', length) ? "&" : "?";
    return sl_format(cx, "%s%s%s=%s&%s_client_secret=%s%s", sl_copy(cx, url, length), joint, noun,
                     id, noun, client_secret, url + length);
}

const char *money_text(sl_context *cx, int64_t amount, const char *currency)
{
    char text[32];
    sl_money_to_major(amount, currency, text);
    if (same(currency, "usd")) {
        /* Cents are always shown: "$0.50", where JSON writes 0.5. */
        return sl_format(cx, "%s$%lld.%02lld", amount < 0 ? "-" : "",
                         (long long)(amount < 0 ? -(amount / 100) : amount / 100),
                         (long long)(amount < 0 ? -(amount % 100) : amount % 100));
    }
    return sl_format(cx, "%s %s", text, currency);
}

sl_status failure_of(sl_context *cx, const sl_context *aside, sl_status status)
{
    const char *message = sl_error_message(aside);
    if (status == SL_OK || !message)
        return status;
    return sl_fail(cx, status, sl_error_code(aside), "%s", message);
}
