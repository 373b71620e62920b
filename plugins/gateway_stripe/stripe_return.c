/*
 * stripe_return.c: coming back from Stripe.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_return.h"

#include <string.h>

#include "stripe_options.h"

#define RETURN_PATH "/gateway_stripe/return/"
#define MODE_LIVE "live"
#define MODE_TEST "test"

/* What Stripe adds to the address; ours are in the shop's address already. */
static const char *const theirs[] = { "payment_intent",   "payment_intent_client_secret",
                                      "setup_intent",     "setup_intent_client_secret",
                                      "redirect_pm_type", "source_redirect_slug",
                                      "source_type",      NULL };

const sl_field return_fields[] = {
    SL_STRING(struct return_params, ticket, .max = 300, .doc = "The payment, from its address"),
    SL_STRING(struct return_params, to, .query = true, .doc = "Where the shop is"),
    SL_STRING(struct return_params, redirect_status, .query = true, .max = 40,
              .doc = "How it ended, as Stripe says"),
    SL_UNUSED(theirs),
    SL_FIELDS_END,
};

static const char *signature_of(sl_context *cx, const char *account, const char *mode,
                                const char *attempt, const char *to)
{
    const char *text = sl_format(cx, "%s.%s.%s %s", account, mode, attempt, to ? to : "");
    const char *key = stripe_options()->secret_key;
    return sl_hmac_sha256_hex(cx, key ? key : "", text, strlen(text));
}

const char *return_address(sl_context *cx, const sl_gateway_payment *payment)
{
    const char *to = payment->return_url;
    if (!payment->base_url)
        return to;
    const char *mode = sl_livemode(cx) ? MODE_LIVE : MODE_TEST;
    return sl_format(cx, "%s" RETURN_PATH "%s.%s.%s.%s%s%s", payment->base_url, sl_account(cx),
                     mode, payment->attempt,
                     signature_of(cx, sl_account(cx), mode, payment->attempt, to), to ? "?to=" : "",
                     to ? sl_url_encode(cx, to) : "");
}

/* The ticket's part up to the next point; NULL when there is none. */
static const char *part(sl_context *cx, const char **at)
{
    const char *point = *at ? strchr(*at, '.') : NULL;
    if (!point)
        return NULL;
    const char *text = sl_copy(cx, *at, (size_t)(point - *at));
    *at = point + 1;
    return text;
}

static sl_status page(sl_context *cx, int32_t http_status, const char *title, const char *text)
{
    const char *html =
        sl_format(cx,
                  "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n"
                  "<meta name=\"robots\" content=\"noindex\">\n<title>%s</title>\n</head>\n<body>\n"
                  "<main>\n<h1>%s</h1>\n<p>%s</p>\n</main>\n</body>\n</html>\n",
                  title, title, text);
    sl_reply_header(cx, "Content-Security-Policy", "default-src 'none'; base-uri 'none'");
    sl_reply_header(cx, "Cache-Control", "no-store");
    sl_reply_header(cx, "Referrer-Policy", "no-referrer");
    return sl_reply_body(cx, http_status, "text/html; charset=utf-8", html, strlen(html));
}

static sl_status missing(sl_context *cx)
{
    sl_error_clear(cx);
    return page(cx, 404, "No such payment",
                "This payment does not exist. Go back to the shop and try again.");
}

/* The attempt that the ticket names, once it is sure that this server wrote it; NULL when it did not. */
static const char *attempt_of(sl_context *cx, const struct return_params *in)
{
    const char *at = in->ticket;
    const char *account = part(cx, &at);
    const char *mode = part(cx, &at);
    const char *attempt = part(cx, &at);
    if (!attempt || !stripe_options()->secret_key ||
        !sl_equal_constant_time(at, signature_of(cx, account, mode, attempt, in->to)) ||
        sl_account_bind(cx, account, strcmp(mode, MODE_LIVE) == 0) != SL_OK)
        return NULL;
    return attempt;
}

static const char *onwards(sl_context *cx, const struct return_params *in)
{
    if (!in->redirect_status || in->redirect_status[0] == '\0')
        return in->to;
    size_t length = strcspn(in->to, "#");
    return sl_format(cx, "%s%sredirect_status=%s%s", sl_copy(cx, in->to, length),
                     memchr(in->to, '?', length) ? "&" : "?",
                     sl_url_encode(cx, in->redirect_status), in->to + length);
}

sl_status return_page(sl_context *cx, const void *params)
{
    const struct return_params *in = params;
    const char *attempt = attempt_of(cx, in);
    if (!attempt)
        return missing(cx);
    const sl_gateway_notice notice = { .struct_size = sizeof(notice),
                                       .kind = "attempt",
                                       .attempt = attempt };
    /* Whatever comes of it now, the customer goes on; the recovery and Stripe's event ask again. */
    if (sl_gateway_notify(cx, &notice) != SL_OK) {
        sl_discard(cx);
        sl_error_clear(cx);
    }
    return in->to && in->to[0] ? sl_reply_redirect(cx, onwards(cx, in))
                               : page(cx, 200, "Thank you", "You may close this page.");
}
