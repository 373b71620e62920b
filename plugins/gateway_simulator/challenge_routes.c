/*
 * challenge_routes.c: the page on which a customer completes or fails an authentication.
 *
 * Plain HTML: no script, no style, nothing from elsewhere. The form may lead on to the shop's own address.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "challenge_routes.h"

#include <string.h>

#include <stripe_lite/money.h>

#include "challenge_service.h"
#include "outcome.h"

#define AMOUNT_TEXT 32

const sl_field challenge_page_fields[] = {
    SL_STRING(struct challenge_params, secret, .max = 200,
              .doc = "The challenge, from its address"),
    SL_FIELDS_END,
};

const sl_field challenge_answer_fields[] = {
    SL_STRING(struct challenge_params, secret, .max = 200,
              .doc = "The challenge, from its address"),
    SL_STRING(struct challenge_params, outcome, .max = 20, .doc = "`complete` or `fail`"),
    SL_FIELDS_END,
};

static sl_status page_reply(sl_context *cx, int32_t http_status, const char *title,
                            const char *inside)
{
    const char *page =
        sl_format(cx,
                  "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n"
                  "<meta name=\"robots\" content=\"noindex\">\n"
                  "<title>%s</title>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n%s</main>\n"
                  "</body>\n</html>\n",
                  title, title, inside);
    sl_reply_header(
        cx, "Content-Security-Policy",
        "default-src 'none'; base-uri 'none'; frame-ancestors *; form-action 'self' https: http:");
    sl_reply_header(cx, "Cache-Control", "no-store");
    sl_reply_header(cx, "Referrer-Policy", "no-referrer");
    return sl_reply_body(cx, http_status, "text/html; charset=utf-8", page, strlen(page));
}

static sl_status missing_page(sl_context *cx)
{
    return page_reply(
        cx, 404, "No such authentication",
        "<p>This authentication does not exist. Go back to the shop and try again.</p>\n");
}

static const char *amount_line(sl_context *cx, const struct simulator_challenge *challenge)
{
    if (challenge->setup || !challenge->currency)
        return "<p>A shop asks to keep your test card for later payments.</p>\n";
    char amount[AMOUNT_TEXT];
    sl_money_to_major(challenge->amount, challenge->currency, amount);
    return sl_format(cx, "<p>A shop asks for <strong>%s %s</strong> from your test card.</p>\n",
                     amount, sl_html(cx, challenge->currency));
}

static sl_status form_page(sl_context *cx, int32_t http_status,
                           const struct simulator_challenge *challenge)
{
    const char *inside = sl_format(
        cx,
        "%s<p>No money moves here. Choose how the authentication ends.</p>\n"
        "<form method=\"post\" action=\"%s%s\">\n"
        "<button type=\"submit\" name=\"outcome\" value=\"complete\">Complete</button>\n"
        "<button type=\"submit\" name=\"outcome\" value=\"fail\">Fail</button>\n</form>\n",
        amount_line(cx, challenge), CHALLENGE_PATH, sl_html(cx, challenge->id));
    return page_reply(cx, http_status, "Test authentication", inside);
}

static sl_status done_page(sl_context *cx, const struct simulator_challenge *challenge)
{
    const char *address = challenge_return(cx, challenge);
    const char *back = "<p>You may close this page.</p>\n";
    if (address)
        back = sl_format(cx, "<p><a href=\"%s\">Back to the shop</a></p>\n", sl_html(cx, address));
    const char *title =
        strcmp(challenge->outcome, CHALLENGE_COMPLETE) == 0 ? "Authentication complete"
        : strcmp(challenge->outcome, CHALLENGE_FAILED) == 0 ? "Authentication failed"
                                                            : "Authentication canceled";
    return page_reply(cx, 200, title, back);
}

static bool is_open(const struct simulator_challenge *challenge)
{
    return strcmp(challenge->outcome, CHALLENGE_OPEN) == 0;
}

sl_status challenge_page(sl_context *cx, const void *params)
{
    const struct challenge_params *in = params;
    struct simulator_challenge challenge;
    sl_status status = challenge_open(cx, in->secret, &challenge);
    if (status == SL_E_NOT_FOUND)
        return missing_page(cx);
    if (status != SL_OK)
        return status;
    return is_open(&challenge) ? form_page(cx, 200, &challenge) : done_page(cx, &challenge);
}

static const char *outcome_read(const char *text)
{
    static const char *const outcomes[] = { CHALLENGE_COMPLETE, CHALLENGE_FAILED };
    for (size_t i = 0; text && i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        if (strcmp(outcomes[i], text) == 0)
            return outcomes[i];
    }
    return NULL;
}

sl_status challenge_answer(sl_context *cx, const void *params)
{
    const struct challenge_params *in = params;
    struct simulator_challenge challenge;
    sl_status status = challenge_open(cx, in->secret, &challenge);
    if (status == SL_E_NOT_FOUND)
        return missing_page(cx);
    if (status != SL_OK)
        return status;
    const char *outcome = outcome_read(in->outcome);
    if (!outcome && is_open(&challenge))
        return form_page(cx, 400, &challenge);
    bool settled = false;
    if (outcome)
        status = challenge_settle(cx, &challenge, outcome, &settled);
    if (status != SL_OK)
        return status;
    const char *address = settled ? challenge_return(cx, &challenge) : NULL;
    return address ? sl_reply_redirect(cx, address) : done_page(cx, &challenge);
}
