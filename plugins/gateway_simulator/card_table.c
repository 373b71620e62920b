/*
 * card_table.c: the test cards and how they are found.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "card_table.h"

#include <string.h>

#define TOKEN_PREFIX "sim_"
#define US_CREDIT(NUMBER, NAME, ALIAS, BRAND) NUMBER, NAME, ALIAS, BRAND, "credit", "US"
#define VISA(NUMBER, NAME, ALIAS) US_CREDIT(NUMBER, NAME, ALIAS, "visa")
#define COUNTRY(NUMBER, NAME, CODE)                               \
    {                                                             \
        NUMBER, NAME, NULL, "visa", "credit", CODE, CARD_APPROVES \
    }
#define DECLINE(NUMBER, NAME, CODE, DECLINE_CODE, ADVICE)                \
    {                                                                    \
        VISA(NUMBER, NAME, "visa_" NAME), CARD_DECLINES,                 \
            .code = CODE, .decline_code = DECLINE_CODE, .advice = ADVICE \
    }

static const struct test_card cards[] = {
    /* by brand */
    { VISA("4242424242424242", "visa", "us") },
    { "4000056655665556", "visa_debit", NULL, "visa", "debit", "US" },
    { US_CREDIT("5555555555554444", "mastercard", NULL, "mastercard") },
    { US_CREDIT("2223003122003222", "mastercard_2_series", NULL, "mastercard") },
    { "5200828282828210", "mastercard_debit", NULL, "mastercard", "debit", "US" },
    { "5105105105105100", "mastercard_prepaid", NULL, "mastercard", "prepaid", "US" },
    { US_CREDIT("378282246310005", "amex", NULL, "amex") },
    { US_CREDIT("371449635398431", "amex_8431", NULL, "amex") },
    { US_CREDIT("6011111111111117", "discover", NULL, "discover") },
    { US_CREDIT("6011000990139424", "discover_9424", NULL, "discover") },
    { "6011981111111113", "discover_debit", NULL, "discover", "debit", "US" },
    { US_CREDIT("3056930009020004", "diners", NULL, "diners") },
    { US_CREDIT("36227206271667", "diners_1667", NULL, "diners") },
    { US_CREDIT("3566002020360505", "jcb", NULL, "jcb") },
    { US_CREDIT("6200000000000005", "unionpay", NULL, "unionpay") },
    { "6200000000000047", "unionpay_debit", NULL, "unionpay", "debit", "US" },

    /* declines */
    DECLINE("4000000000000002", "chargeDeclined", "card_declined", "generic_decline",
            "try_again_later"),
    DECLINE("4000000000009995", "chargeDeclinedInsufficientFunds", "card_declined",
            "insufficient_funds", "try_again_later"),
    DECLINE("4000000000009987", "chargeDeclinedLostCard", "card_declined", "lost_card",
            "do_not_try_again"),
    DECLINE("4000000000009979", "chargeDeclinedStolenCard", "card_declined", "stolen_card",
            "do_not_try_again"),
    DECLINE("4000000000000069", "chargeDeclinedExpiredCard", "expired_card", "expired_card",
            "do_not_try_again"),
    DECLINE("4000000000000127", "chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc",
            "confirm_card_data"),
    DECLINE("4000000000000119", "chargeDeclinedProcessingError", "processing_error",
            "processing_error", "try_again_later"),
    DECLINE("4000000000006975", "chargeDeclinedVelocityLimitExceeded", "card_declined",
            "card_velocity_exceeded", "try_again_later"),
    { VISA("4000000000000341", "chargeCustomerFail", NULL), CARD_DECLINES_CHARGES,
      .code = "card_declined", .decline_code = "generic_decline", .advice = "try_again_later" },
    { VISA("4100000000000019", "radarBlock", NULL), CARD_DECLINES_CHARGES, .code = "card_declined",
      .decline_code = "fraudulent", .advice = "do_not_try_again" },
    { VISA("4000000000000101", "cvcCheckFail", NULL), CARD_APPROVES, .cvc_check = "fail" },

    /* 3-D Secure */
    { VISA("4000002500003155", "authenticationRequiredOnSetup", NULL), CARD_AUTHENTICATES_PRESENT },
    { VISA("4000002760003184", "authenticationRequired", NULL), CARD_AUTHENTICATES },
    { VISA("4000003800000446", "authenticationRequiredSetupForOffSession", NULL),
      CARD_AUTHENTICATES_PRESENT },
    { VISA("4000008260003178", "authenticationRequiredChargeDeclinedInsufficientFunds", NULL),
      CARD_AUTHENTICATES, .code = "card_declined", .decline_code = "insufficient_funds",
      .advice = "try_again_later" },
    { VISA("4000000000003220", "threeDSecure2Required", NULL), CARD_AUTHENTICATES },
    { VISA("4000000000003063", "threeDSecureRequired", NULL), CARD_AUTHENTICATES },
    { VISA("4000008400001629", "threeDSecureRequiredChargeDeclined", NULL), CARD_AUTHENTICATES,
      .code = "card_declined", .decline_code = "generic_decline", .advice = "try_again_later" },
    { VISA("4000008400001280", "threeDSecureRequiredProcessingError", NULL), CARD_DECLINES_CHARGES,
      .code = "card_declined", .decline_code = "processing_error", .advice = "try_again_later" },
    { VISA("4000000000003055", "threeDSecureOptional", NULL) },
    { VISA("4000000000003097", "threeDSecureOptionalProcessingError", NULL) },

    /* disputes, refunds, balance */
    { VISA("4000000000000259", "createDispute", NULL), CARD_DISPUTED, .reason = "fraudulent",
      .dispute = "needs_response" },
    { VISA("4000000000002685", "createDisputeProductNotReceived", NULL), CARD_DISPUTED,
      .reason = "product_not_received", .dispute = "needs_response" },
    { VISA("4000000000001976", "createDisputeInquiry", NULL), CARD_DISPUTED, .reason = "fraudulent",
      .dispute = "warning_needs_response" },
    { VISA("4000000000007726", "pendingRefund", NULL), CARD_REFUND_PENDS },
    { VISA("4000000000005126", "refundFail", NULL), CARD_REFUND_FAILS },
    { VISA("4000000000000077", "bypassPending", NULL), CARD_AVAILABLE },
    { "4000003720000278", "bypassPendingInternational", NULL, "visa", "credit", "IE",
      CARD_AVAILABLE },

    /* by country; last, so that `card_0002` is the one that declines */
    COUNTRY("4000000320000021", "ar", "AR"),
    COUNTRY("4000000760000002", "br", "BR"),
    COUNTRY("4000001240000000", "ca", "CA"),
    COUNTRY("4000004840008001", "mx", "MX"),
    COUNTRY("4000007840000001", "ae", "AE"),
    COUNTRY("4000000400000008", "at", "AT"),
    COUNTRY("4000000560000004", "be", "BE"),
    COUNTRY("4000002080000001", "dk", "DK"),
    COUNTRY("4000002460000001", "fi", "FI"),
    COUNTRY("4000002500000003", "fr", "FR"),
    COUNTRY("4000002760000016", "de", "DE"),
    COUNTRY("4000003720000005", "ie", "IE"),
    COUNTRY("4000003800000008", "it", "IT"),
    COUNTRY("4000004420000006", "lu", "LU"),
    COUNTRY("4000005280000002", "nl", "NL"),
    COUNTRY("4000005780000007", "no", "NO"),
    COUNTRY("4000006160000005", "pl", "PL"),
    COUNTRY("4000006200000007", "pt", "PT"),
    COUNTRY("4000007240000007", "es", "ES"),
    COUNTRY("4000007520000008", "se", "SE"),
    COUNTRY("4000007560000009", "ch", "CH"),
    COUNTRY("4000008260000000", "gb", "GB"),
    { "4000058260000005", "gb_debit", NULL, "visa", "debit", "GB" },
    COUNTRY("4000000360000006", "au", "AU"),
    COUNTRY("4000001560000002", "cn", "CN"),
    COUNTRY("4000003440000004", "hk", "HK"),
    COUNTRY("4000003560000008", "in", "IN"),
    COUNTRY("4000003920000003", "jp", "JP"),
    COUNTRY("4000004580000002", "my", "MY"),
    COUNTRY("4000005540000008", "nz", "NZ"),
    COUNTRY("4000007020000003", "sg", "SG"),
};

static const struct {
    const char *code;
    const char *message;
} messages[] = {
    { "insufficient_funds", "Your card has insufficient funds." },
    { "expired_card", "Your card has expired." },
    { "incorrect_cvc", "Your card's security code is incorrect." },
    { "processing_error",
      "An error occurred while processing your card. Try again in a little bit." },
    { "card_velocity_exceeded",
      "Your card was declined for making repeated attempts too frequently or "
      "exceeding its amount limit." },
    { "authentication_required",
      "Your card was declined. This transaction requires authentication." },
};

const struct test_card *card_at(uint32_t index)
{
    return index < sizeof(cards) / sizeof(cards[0]) ? &cards[index] : NULL;
}

const struct test_card *card_by_number(const char *digits)
{
    const struct test_card *card = NULL;
    for (uint32_t i = 0; digits && (card = card_at(i)); i++) {
        if (strcmp(card->number, digits) == 0)
            return card;
    }
    return NULL;
}

const char *card_last4(const struct test_card *card)
{
    return card->number + strlen(card->number) - 4;
}

static const char *without_prefix(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return text && strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static const struct test_card *card_by_stem(const char *stem)
{
    const struct test_card *card;
    for (uint32_t i = 0; (card = card_at(i)); i++) {
        if (strcmp(card->name, stem) == 0 || (card->alias && strcmp(card->alias, stem) == 0))
            return card;
    }
    return NULL;
}

static const struct test_card *card_by_last4(const char *last4)
{
    const struct test_card *card;
    for (uint32_t i = 0; (card = card_at(i)); i++) {
        if (strcmp(card_last4(card), last4) == 0)
            return card;
    }
    return NULL;
}

const struct test_card *card_by_name(const char *name)
{
    const char *stem = without_prefix(name, "pm_card_");
    if (!stem)
        stem = without_prefix(name, "tok_");
    if (stem)
        return card_by_stem(stem);
    stem = without_prefix(name, "card_");
    return stem ? card_by_last4(stem) : NULL;
}

const struct test_card *card_by_token(const char *token)
{
    const char *name = without_prefix(token, TOKEN_PREFIX);
    const struct test_card *card = NULL;
    for (uint32_t i = 0; name && (card = card_at(i)); i++) {
        if (strcmp(card->name, name) == 0)
            return card;
    }
    return NULL;
}

const char *decline_message(const char *code, const char *decline_code)
{
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        if (strcmp(messages[i].code, code) == 0 ||
            (decline_code && strcmp(messages[i].code, decline_code) == 0))
            return messages[i].message;
    }
    return "Your card was declined.";
}
