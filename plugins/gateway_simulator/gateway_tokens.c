/*
 * gateway_tokens.c: cards and names as tokens.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gateway_tokens.h"

#include <string.h>

#include <stripe_lite/crypto.h>

#include "card_table.h"

#define FINGERPRINT_LENGTH 16
#define SECONDS_PER_DAY 86400
/* A card made from a name is good until the end of the year after next. */
#define NAMED_EXP_MONTH 12
#define NAMED_EXP_YEARS 2

static int32_t year_now(sl_context *cx)
{
    int64_t days = sl_now(cx) / SECONDS_PER_DAY;
    int32_t year = 1970;
    for (;; year++) {
        int64_t length = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365;
        if (days < length)
            return year;
        days -= length;
    }
}

static void token_fill(sl_context *cx, const struct test_card *card, sl_gateway_token *ret)
{
    const char *token = sl_format(cx, "sim_%s", card->name);
    ret->token = token;
    ret->brand = card->brand;
    ret->last4 = card_last4(card);
    ret->fingerprint = sl_copy(cx, sl_sha256_hex(cx, token, strlen(token)), FINGERPRINT_LENGTH);
    ret->funding = card->funding;
    ret->country = card->country;
}

sl_status gateway_tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret)
{
    const struct test_card *known = card_by_number(card->number);
    if (!known) {
        sl_status status =
            sl_fail(cx, SL_E_CARD, "card_declined",
                    "Your card was declined. The simulator takes test cards only, and "
                    "this is none of them.");
        sl_error_decline(cx, "test_mode_live_card", "do_not_try_again");
        return status;
    }
    token_fill(cx, known, ret);
    ret->exp_month = card->exp_month;
    ret->exp_year = card->exp_year;
    ret->cvc_check = !card->cvc ? "unchecked" : known->cvc_check ? known->cvc_check : "pass";
    return SL_OK;
}

sl_status gateway_resolve_name(sl_context *cx, const char *name, sl_gateway_token *ret)
{
    const struct test_card *known = card_by_name(name);
    if (!known)
        return SL_E_NOT_FOUND;
    token_fill(cx, known, ret);
    ret->exp_month = NAMED_EXP_MONTH;
    ret->exp_year = year_now(cx) + NAMED_EXP_YEARS;
    ret->cvc_check = known->cvc_check ? known->cvc_check : "pass";
    return SL_OK;
}

sl_status gateway_attach(sl_context *cx, const char *token, const char *customer)
{
    (void)customer;
    const struct test_card *card = card_by_token(token);
    if (card && card->behaviour != CARD_DECLINES)
        return SL_OK;
    const char *code = card ? card->code : "card_declined";
    const char *decline_code = card ? card->decline_code : "invalid_account";
    sl_status status = sl_fail(cx, SL_E_CARD, code, "%s", decline_message(code, decline_code));
    sl_error_decline(cx, decline_code, card ? card->advice : NULL);
    return status;
}
