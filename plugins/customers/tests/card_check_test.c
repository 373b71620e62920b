/*
 * card_check_test.c: what is no card is refused in Stripe's words, before any gateway is asked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "card_check.h"

/* 2026-11-21 12:00:00 UTC */
#define NOW 1795262400

static const char visa[] = "4242424242424242";

static void fault_is(struct card_fault fault, const char *code, const char *param)
{
    assert_non_null(fault.code);
    assert_string_equal(fault.code, code);
    assert_string_equal(fault.param, param);
    assert_non_null(fault.message);
    assert_null(strstr(fault.message, "4242"));
}

static void sound_cards_pass(void **state)
{
    (void)state;
    assert_null(card_check(visa, 12, 2027, "123", NOW).code);
    assert_null(card_check(visa, 12, 27, NULL, NOW).code);
    assert_null(card_check("4242 4242-4242 4242", 11, 2026, "123", NOW).code);
    assert_null(card_check("378282246310005", 1, 2030, "1234", NOW).code);
    assert_null(card_check("378282246310005", 1, 2030, "123", NOW).code);
}

static void numbers_are_checked(void **state)
{
    (void)state;
    fault_is(card_check("4242424242424241", 12, 2027, "123", NOW), "incorrect_number", "number");
    fault_is(card_check("visa", 12, 2027, "123", NOW), "invalid_number", "number");
    fault_is(card_check("42424242", 12, 2027, "123", NOW), "invalid_number", "number");
    fault_is(card_check("42424242424242424242", 12, 2027, "123", NOW), "invalid_number", "number");
    fault_is(card_check("", 12, 2027, "123", NOW), "invalid_number", "number");
    fault_is(card_check(NULL, 12, 2027, "123", NOW), "invalid_number", "number");
}

static void a_card_is_good_until_its_month_ends(void **state)
{
    (void)state;
    assert_null(card_check_expiry(11, 2026, NOW).code);
    fault_is(card_check_expiry(10, 2026, NOW), "invalid_expiry_month", "exp_month");
    fault_is(card_check_expiry(12, 2025, NOW), "invalid_expiry_year", "exp_year");
    fault_is(card_check_expiry(0, 2027, NOW), "invalid_expiry_month", "exp_month");
    fault_is(card_check_expiry(13, 2027, NOW), "invalid_expiry_month", "exp_month");
    fault_is(card_check_expiry(12, 2077, NOW), "invalid_expiry_year", "exp_year");
    assert_null(card_check_expiry(12, 2076, NOW).code);
    assert_int_equal(card_full_year(27), 2027);
    assert_int_equal(card_full_year(2027), 2027);
    assert_int_equal(card_full_year(-5), -5);
    assert_int_equal(card_year(NOW), 2026);
    assert_int_equal(card_year(0), 1970);
    /* the last and first second of 2028, a leap year, and of its months */
    assert_int_equal(card_year(1861919999), 2028);
    assert_int_equal(card_year(1861920000), 2029);
    assert_null(card_check_expiry(2, 2028, 1835481599).code);
    fault_is(card_check_expiry(2, 2028, 1835481600), "invalid_expiry_month", "exp_month");
    assert_null(card_check_expiry(12, 2028, 1861919999).code);
}

static void security_codes_have_three_digits_or_four(void **state)
{
    (void)state;
    const char *const wrong[] = { "12", "1234", "12a", "", "12345" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        fault_is(card_check(visa, 12, 2027, wrong[i], NOW), "invalid_cvc", "cvc");
    fault_is(card_check("378282246310005", 12, 2027, "12345", NOW), "invalid_cvc", "cvc");
}

static void what_could_be_a_number_is_known(void **state)
{
    (void)state;
    char digits[CARD_DIGITS_MOST + 1];
    assert_true(card_digits("4242 4242 4242 4242", digits));
    assert_string_equal(digits, visa);
    assert_true(card_looks_like_number("4539578763621486"));
    assert_false(card_looks_like_number("pm_card_visa"));
    assert_false(card_looks_like_number("4242"));
    assert_false(card_looks_like_number(NULL));
    assert_true(card_luhn(visa));
    assert_false(card_luhn(""));
    assert_false(card_luhn("4242424242424243"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_cards_pass),
        cmocka_unit_test(numbers_are_checked),
        cmocka_unit_test(a_card_is_good_until_its_month_ends),
        cmocka_unit_test(security_codes_have_three_digits_or_four),
        cmocka_unit_test(what_could_be_a_number_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
