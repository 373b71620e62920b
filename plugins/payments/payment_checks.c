/*
 * payment_checks.c: checks that payment intents, setup intents and plain charges share.
 *
 * Source of the names of types: the enumerations of excluded_payment_method_types and allowed_payment_method_types in
 * Stripe's OpenAPI document. This account takes cards; the others are known by name only.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "payment_intent_params.h"

/* clang-format off */
#define TYPES_EXCLUDABLE \
    "acss_debit", "affirm", "afterpay_clearpay", "alipay", "alma", "amazon_pay", \
    "au_becs_debit", "bacs_debit", "bancontact", "billie", "bizum", "blik", "boleto", "card", \
    "cashapp", "crypto", "customer_balance", "eps", "fpx", "giropay", "grabpay", "ideal", \
    "kakao_pay", "klarna", "konbini", "kr_card", "mb_way", "mobilepay", "multibanco", \
    "naver_pay", "nz_bank_account", "oxxo", "p24", "pay_by_bank", "payco", "paynow", "paypal", \
    "paypay", "payto", "pix", "promptpay", "revolut_pay", "samsung_pay", "satispay", \
    "scalapay", "sepa_debit", "sequra", "sofort", "sunbit", "swish", "twint", "upi", \
    "us_bank_account", "wechat_pay", "zip"

const char *const excludable_types[] = { TYPES_EXCLUDABLE, NULL };

const char *const allowable_types[] = {
    TYPES_EXCLUDABLE,
    "boku_promptpay", "capchase_pay", "card_present", "check_scan", "click_to_pay", "demo_pay",
    "duitnow", "dummy_auth_push", "dummy_passthrough_card", "edenred", "gcash", "getbalance",
    "gift_card", "gopay", "id_bank_transfer", "interac_present", "knet", "kr_market", "kriya",
    "link", "momo", "mondu", "netbanking", "ng_bank", "ng_bank_transfer", "ng_card",
    "ng_market", "ng_ussd", "ng_wallet", "octopus", "paper_check", "qris", "rechnung",
    "shop_pay", "shopeepay", "south_korea_market", "stripe_balance", "tamara", "test_pay",
    "touch_n_go", "truemoney", "us_cash_voucher", "vipps", "wero", NULL,
};
/* clang-format on */

static bool list_has(sl_list texts, const char *wanted)
{
    for (uint32_t i = 0; i < texts.count; i++) {
        if (same(*SL_ITEM(texts, const char *, i), wanted))
            return true;
    }
    return false;
}

sl_status method_types_check(sl_context *cx, sl_list types, sl_list allowed, sl_list excluded)
{
    const struct {
        const char *param;
        sl_list list;
    } lists[] = { { "payment_method_types", types }, { "allowed_payment_method_types", allowed } };
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (lists[i].list.count > 0 && !list_has(lists[i].list, "card"))
            return sl_fail_param(
                cx, SL_E_INVALID, "payment_intent_invalid_parameter", lists[i].param,
                "The payment method type provided: %s is invalid. This account takes: card.",
                *SL_ITEM(lists[i].list, const char *, 0));
    }
    if (list_has(excluded, "card"))
        return sl_fail_param(
            cx, SL_E_INVALID, "payment_intent_invalid_parameter", "excluded_payment_method_types",
            "No valid payment method types for this intent: this account takes cards only.");
    return SL_OK;
}

/* A scheme and what follows it; blanks, controls and schemes that run code lead nowhere a customer should go. */
static bool url_leads(const char *url)
{
    size_t scheme =
        strspn(url, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
    if (scheme == 0 || !isalpha((unsigned char)url[0]) || url[scheme] != ':' || !url[scheme + 1])
        return false;
    for (const char *at = url; *at; at++) {
        if ((unsigned char)*at <= ' ' || *at == 127)
            return false;
    }
    const char *const running[] = { "javascript:", "vbscript:", "data:" };
    for (size_t i = 0; i < sizeof(running) / sizeof(running[0]); i++) {
        if (strncasecmp(url, running[i], strlen(running[i])) == 0)
            return false;
    }
    bool web = strncasecmp(url, "http:", 5) == 0 || strncasecmp(url, "https:", 6) == 0;
    return !web || (strncmp(url + scheme, "://", 3) == 0 && url[scheme + 3] != '\0' &&
                    strchr("/?#:", url[scheme + 3]) == NULL);
}

sl_status return_url_check(sl_context *cx, const char *url)
{
    if (!url || !*url || url_leads(url))
        return SL_OK;
    return sl_fail_param(cx, SL_E_INVALID, "url_invalid", "return_url", "Not a valid URL: %s", url);
}
