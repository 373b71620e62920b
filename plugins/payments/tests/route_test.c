/*
 * route_test.c: only after what surely came to nothing, and for a reason that is not the card's, is another gateway asked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "attempt_route.h"

static const struct {
    const char *decline_code;
    const char *code;
    const char *advice_code;
    bool another;
} declines[] = {
    { NULL, "processing_error", NULL, true },
    { "issuer_not_available", "card_declined", NULL, true },
    { "generic_decline", "card_declined", "try_again_later", true },
    { "generic_decline", "card_declined", NULL, false },
    { "generic_decline", "card_declined", "do_not_try_again", false },
    { "insufficient_funds", "card_declined", "try_again_later", false },
    { "processing_error", "expired_card", NULL, false },
    { "try_again_later", "card_declined", "confirm_card_data", false },
    { "a_word_of_tomorrow", "card_declined", NULL, false },
    { NULL, NULL, NULL, false },
};

static void a_decline_for_the_cards_sake_stays_where_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(declines) / sizeof(declines[0]); i++) {
        const sl_gateway_outcome outcome = { .struct_size = sizeof(outcome),
                                             .kind = SL_GATEWAY_DECLINED,
                                             .decline_code = declines[i].decline_code,
                                             .code = declines[i].code,
                                             .advice_code = declines[i].advice_code };
        assert_int_equal(outcome_allows_another(&outcome), declines[i].another);
    }
}

static void what_may_have_happened_stays_where_it_is_whatever_words_come_with_it(void **state)
{
    (void)state;
    for (int32_t kind = 0; kind <= SL_GATEWAY_NEVER_HAPPENED + 1; kind++) {
        const sl_gateway_outcome outcome = { .struct_size = sizeof(outcome),
                                             .kind = kind,
                                             .code = "processing_error",
                                             .advice_code = "try_again_later" };
        bool nothing = kind == SL_GATEWAY_NOT_SENT || kind == SL_GATEWAY_UNSUPPORTED ||
                       kind == SL_GATEWAY_DECLINED;
        assert_int_equal(outcome_allows_another(&outcome), nothing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decline_for_the_cards_sake_stays_where_it_is),
        cmocka_unit_test(what_may_have_happened_stays_where_it_is_whatever_words_come_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
