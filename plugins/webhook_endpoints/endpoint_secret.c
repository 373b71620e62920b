/*
 * endpoint_secret.c: making, sealing and using secrets.
 *
 * The signature is Stripe's (https://docs.stripe.com/webhooks/signature): HMAC-SHA256 of "t.body" in hex.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "endpoint_secret.h"

#define SECRET_RANDOM 32

static const char *context_of(sl_context *cx, const struct endpoint *endpoint)
{
    return sl_format(cx, "webhook_endpoints.secret %s", endpoint->id);
}

sl_status endpoint_secret_new(sl_context *cx, struct endpoint *endpoint, int64_t old_until)
{
    const char *before = endpoint->secret;
    endpoint->shown_secret = sl_format(cx, "whsec_%s", sl_random_text(cx, SECRET_RANDOM));
    sl_status status =
        sl_seal(cx, context_of(cx, endpoint), endpoint->shown_secret, &endpoint->secret);
    endpoint->old_secret = old_until > 0 ? before : NULL;
    endpoint->old_secret_expires = old_until;
    return status;
}

static sl_status signature_add(sl_context *cx, const struct endpoint *endpoint, const char *sealed,
                               const char *payload, const char **header)
{
    const char *secret = NULL;
    sl_status status = sl_unseal(cx, context_of(cx, endpoint), sealed, &secret);
    if (status == SL_OK)
        *header = sl_format(cx, "%s,v1=%s", *header,
                            sl_hmac_sha256_hex(cx, secret, payload, strlen(payload)));
    return status;
}

sl_status endpoint_sign(sl_context *cx, const struct endpoint *endpoint, int64_t now,
                        const char *body, const char **ret_header)
{
    const char *payload = sl_format(cx, "%lld.%s", (long long)now, body);
    *ret_header = sl_format(cx, "t=%lld", (long long)now);
    sl_status status = signature_add(cx, endpoint, endpoint->secret, payload, ret_header);
    if (status == SL_OK && endpoint->old_secret && now < endpoint->old_secret_expires)
        status = signature_add(cx, endpoint, endpoint->old_secret, payload, ret_header);
    return status;
}
