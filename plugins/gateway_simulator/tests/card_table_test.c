/*
 * card_table_test.c: the table of test cards holds together.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "card_table.h"

static int luhn(const char *digits)
{
    int sum = 0;
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        int digit = digits[length - 1 - i] - '0';
        if (i % 2 == 1)
            digit = digit > 4 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10;
}

static void every_number_passes_its_check_digit(void **state)
{
    (void)state;
    const struct test_card *card;
    uint32_t count = 0;
    for (; (card = card_at(count)); count++) {
        assert_in_range(strlen(card->number), 14, 16);
        if (luhn(card->number) != 0)
            fail_msg("the card %s has a wrong number", card->name);
    }
    assert_true(count > 60);
}

static void names_and_numbers_are_unique(void **state)
{
    (void)state;
    const struct test_card *a;
    const struct test_card *b;
    for (uint32_t i = 0; (a = card_at(i)); i++) {
        for (uint32_t j = 0; j < i; j++) {
            b = card_at(j);
            assert_string_not_equal(a->name, b->name);
            assert_string_not_equal(a->number, b->number);
            if (a->alias) {
                assert_string_not_equal(a->alias, b->name);
                assert_true(!b->alias || strcmp(a->alias, b->alias) != 0);
            }
            assert_true(!b->alias || strcmp(a->name, b->alias) != 0);
        }
    }
}

static void a_card_is_found_by_every_name(void **state)
{
    (void)state;
    const struct test_card *visa = card_by_number("4242424242424242");
    assert_non_null(visa);
    assert_ptr_equal(card_by_name("pm_card_visa"), visa);
    assert_ptr_equal(card_by_name("tok_visa"), visa);
    assert_ptr_equal(card_by_name("card_4242"), visa);
    assert_ptr_equal(card_by_token("sim_visa"), visa);
    assert_ptr_equal(card_by_name("pm_card_visa_chargeDeclined"),
                     card_by_name("pm_card_chargeDeclined"));
    const struct test_card *card;
    for (uint32_t i = 0; (card = card_at(i)); i++) {
        char name[128] = "pm_card_";
        strncat(name, card->name, sizeof(name) - 16);
        assert_ptr_equal(card_by_name(name), card);
        char ending[16] = "card_";
        strncat(ending, card_last4(card), 5);
        assert_string_equal(card_last4(card_by_name(ending)), card_last4(card));
    }
}

static void what_is_no_card_is_not_found(void **state)
{
    (void)state;
    const char *const names[] = { "",         "pm_card_", "pm_card_nothing",
                                  "tok_",     "card_",    "card_42",
                                  "card_424", "visa",     "sim_visa" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_null(card_by_name(names[i]));
    assert_null(card_by_number("4242424242424241"));
    assert_null(card_by_number(NULL));
    assert_null(card_by_token("sim_nothing"));
    assert_null(card_by_token(NULL));
    assert_null(card_by_name(NULL));
}

static void declines_and_disputes_say_why(void **state)
{
    (void)state;
    const struct test_card *card;
    for (uint32_t i = 0; (card = card_at(i)); i++) {
        bool declines =
            card->behaviour == CARD_DECLINES || card->behaviour == CARD_DECLINES_CHARGES;
        assert_true(!declines || (card->code && card->decline_code));
        assert_true((card->behaviour == CARD_DISPUTED) == (card->reason && card->dispute));
    }
    assert_string_equal(decline_message("card_declined", "insufficient_funds"),
                        "Your card has insufficient funds.");
    assert_string_equal(decline_message("expired_card", "expired_card"), "Your card has expired.");
    assert_string_equal(decline_message("card_declined", NULL), "Your card was declined.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_passes_its_check_digit),
        cmocka_unit_test(names_and_numbers_are_unique),
        cmocka_unit_test(a_card_is_found_by_every_name),
        cmocka_unit_test(what_is_no_card_is_not_found),
        cmocka_unit_test(declines_and_disputes_say_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
