/*
 * money_test.c: arithmetic that never overflows, splits that lose nothing, decimals read and written exactly.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/tests/test.h"

#include "core/base/context.h"
#include <stripe_lite/money.h>

#include "core/base/currencies.h"
#include "core/base/random.h"

static void arithmetic_refuses_what_does_not_fit(void **state)
{
    (void)state;
    int64_t result = 7;
    assert_false(sl_money_add(INT64_MAX, 1, &result));
    assert_false(sl_money_subtract(INT64_MIN, 1, &result));
    assert_false(sl_money_multiply(INT64_MAX, 2, &result));
    assert_false(sl_money_multiply(INT64_MIN, -1, &result));
    assert_int_equal(result, 7);
    assert_true(sl_money_add(INT64_MAX, INT64_MIN, &result));
    assert_int_equal(result, -1);
    assert_true(sl_money_subtract(-5, -7, &result));
    assert_int_equal(result, 2);
    assert_true(sl_money_multiply(-3, 4, &result));
    assert_int_equal(result, -12);
}

static void shares_are_rounded_half_away_from_zero(void **state)
{
    (void)state;
    static const struct {
        int64_t amount, numerator, denominator, share;
    } rows[] = {
        { 100, 1, 3, 33 },
        { 100, 2, 3, 67 },
        { 5, 1, 2, 3 },
        { -5, 1, 2, -3 },
        { 1, 1, 2, 1 },
        { -100, 1, 3, -33 },
        { -1, -1, 2, 1 },
        { 1, 49, 100, 0 },
        { 1, 50, 100, 1 },
        { 0, 5, 7, 0 },
        { INT64_MAX, 1, 1, INT64_MAX },
        { INT64_MAX, 500, 1000, INT64_MAX / 2 + 1 },
        { INT64_MIN, 1, 1, INT64_MIN },
        { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX },
        { 1999, 15, 31, 967 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t share = 0;
        assert_true(sl_money_share(rows[i].amount, rows[i].numerator, rows[i].denominator, &share));
        assert_true(share == rows[i].share);
    }
    int64_t share = 7;
    assert_false(sl_money_share(INT64_MAX, 3, 2, &share));
    assert_false(sl_money_share(1, 1, 0, &share));
    assert_false(sl_money_share(1, 1, -1, &share));
    assert_int_equal(share, 7);
}

static void splits_lose_nothing(void **state)
{
    (void)state;
    static const struct {
        int64_t amount;
        int64_t weights[4];
        int64_t parts[4];
    } rows[] = {
        { 100, { 1, 1, 1, 0 }, { 34, 33, 33, 0 } },     { 101, { 1, 1, 1, 0 }, { 34, 34, 33, 0 } },
        { -100, { 1, 1, 1, 0 }, { -34, -33, -33, 0 } }, { 10, { 3, 3, 3, 3 }, { 3, 3, 2, 2 } },
        { 5, { 0, 1, 0, 1 }, { 0, 3, 0, 2 } },          { 100, { 1, 2, 4, 0 }, { 14, 29, 57, 0 } },
        { 0, { 1, 2, 3, 4 }, { 0, 0, 0, 0 } },          { 1, { 1, 1, 1, 2 }, { 0, 0, 0, 1 } },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t parts[4];
        assert_true(sl_money_split(rows[i].amount, rows[i].weights, 4, parts));
        assert_memory_equal(parts, rows[i].parts, sizeof(parts));
    }
    for (int round = 0; round < 20000; round++) {
        int64_t weights[7];
        int64_t parts[7];
        size_t count = (size_t)sl_random_below(7) + 1;
        for (size_t i = 0; i < count; i++)
            weights[i] = (int64_t)(sl_random_below(4) == 0
                                       ? 0
                                       : sl_random_below(UINT64_C(1) << (1 + sl_random_below(62))));
        weights[0]++;
        int64_t amount = (int64_t)sl_random_below(UINT64_MAX);
        assert_true(sl_money_split(amount, weights, count, parts));
        int64_t sum = 0;
        for (size_t i = 0; i < count; i++) {
            assert_true(sl_money_add(sum, parts[i], &sum));
            assert_true(weights[i] != 0 || parts[i] == 0);
        }
        assert_true(sum == amount);
    }
    int64_t parts[2];
    assert_false(sl_money_split(5, (const int64_t[]){ 0, 0 }, 2, parts));
    assert_false(sl_money_split(5, (const int64_t[]){ 2, -1 }, 2, parts));
    assert_false(sl_money_split(5, NULL, 0, parts));
}

static void currencies_are_known(void **state)
{
    (void)state;
    assert_int_equal(sl_currency_exponent("usd"), 2);
    assert_int_equal(sl_currency_exponent("JPY"), 0);
    assert_int_equal(sl_currency_exponent("Kwd"), 3);
    assert_int_equal(sl_currency_exponent("xyz"), -1);
    assert_int_equal(sl_currency_exponent("us"), -1);
    assert_int_equal(sl_currency_exponent("usdx"), -1);
    assert_int_equal(sl_currency_exponent(""), -1);
    assert_int_equal(sl_currency_exponent(NULL), -1);
    assert_int_equal(sl_currency_minimum("usd"), 50);
    assert_int_equal(sl_currency_minimum("GBP"), 30);
    assert_int_equal(sl_currency_minimum("kwd"), 1);
    assert_int_equal(sl_currency_maximum("usd"), 99999999);
    assert_true(sl_currency_maximum("idr") == 999999999999);
    sl_currency_default_set("EUR");
    assert_string_equal(sl_currency_default(), "eur");
    sl_currency_default_set("none");
    assert_string_equal(sl_currency_default(), "eur");
    sl_currency_default_set("usd");
    const char *before = "";
    size_t count = 0;
    for (const sl_currency *row = NULL; (row = sl_currency_at(count)) != NULL; count++) {
        assert_true(strcmp(before, row->code) < 0);
        assert_ptr_equal(sl_currency_find(row->code, 3), row);
        before = row->code;
    }
    assert_true(count > 150);
}

static void major_units_are_written(void **state)
{
    (void)state;
    static const struct {
        int64_t amount;
        const char *currency;
        const char *text;
    } rows[] = {
        { 10000, "usd", "100.0" },
        { 1999, "usd", "19.99" },
        { 1990, "usd", "19.9" },
        { 1000, "jpy", "1000.0" },
        { 1234, "kwd", "1.234" },
        { 0, "usd", "0.0" },
        { 5, "usd", "0.05" },
        { -5, "usd", "-0.05" },
        { -10000, "usd", "-100.0" },
        { 1230, "kwd", "1.23" },
        { 0, "jpy", "0.0" },
        { 100, "xyz", "1.0" },
        { 10001, "clf", "1.0001" },
        { 1000, NULL, "10.0" },
        { INT64_MAX, "usd", "92233720368547758.07" },
        { INT64_MIN, "jpy", "-9223372036854775808.0" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[32];
        size_t length = sl_money_to_major(rows[i].amount, rows[i].currency, text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(length, strlen(text));
    }
}

static void decimals_have_all_digits_of_their_currency(void **state)
{
    (void)state;
    static const struct {
        int64_t amount;
        const char *currency;
        const char *text;
    } rows[] = {
        { 1999, "usd", "19.99" },
        { 1000, "usd", "10.00" },
        { 5, "usd", "0.05" },
        { 1000, "jpy", "1000" },
        { 1500, "kwd", "1.500" },
        { 7, "KWD", "0.007" },
        { -1050, "usd", "-10.50" },
        { 0, "usd", "0.00" },
        { 0, "jpy", "0" },
        { 100, "xyz", "1.00" },
        { INT64_MIN, "jpy", "-9223372036854775808" },
    };
    sl_context *cx = sl_context_new(NULL, "acct_1", true, "req_1");
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_string_equal(sl_money_decimal(cx, rows[i].amount, rows[i].currency), rows[i].text);
    sl_context_free(cx);
}

static void major_units_are_read_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *currency;
        int64_t amount;
    } rows[] = {
        { "19.99", "usd", 1999 },
        { "19.990", "usd", 1999 },
        { "1e2", "usd", 10000 },
        { "1E+2", "usd", 10000 },
        { "1e-2", "usd", 1 },
        { "1999e-2", "usd", 1999 },
        { "0.00001e5", "usd", 100 },
        { "-19.99", "usd", -1999 },
        { "0", "usd", 0 },
        { "-0.0", "usd", 0 },
        { "0e999999999", "usd", 0 },
        { "0.000", "jpy", 0 },
        { "1000", "jpy", 1000 },
        { "1000.0", "jpy", 1000 },
        { "1.234", "kwd", 1234 },
        { "007.50", "usd", 750 },
        { "0.1", "usd", 10 },
        { "1.5e0", "usd", 150 },
        { "92233720368547758.07", "usd", INT64_MAX },
        { "9223372036854775807", "jpy", INT64_MAX },
        { "-9223372036854775807", "jpy", -INT64_MAX },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t amount = 7;
        assert_int_equal(
            sl_money_from_major(rows[i].text, strlen(rows[i].text), rows[i].currency, &amount),
            SL_OK);
        assert_true(amount == rows[i].amount);
    }
}

static void what_is_no_amount_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *currency;
        sl_status status;
    } rows[] = {
        { "19.999", "usd", SL_E_INVALID },
        { "0.001", "usd", SL_E_INVALID },
        { "1e-3", "usd", SL_E_INVALID },
        { "1.5", "jpy", SL_E_INVALID },
        { "1.2345", "kwd", SL_E_INVALID },
        { "", "usd", SL_E_INVALID },
        { "-", "usd", SL_E_INVALID },
        { ".5", "usd", SL_E_INVALID },
        { "5.", "usd", SL_E_INVALID },
        { "+5", "usd", SL_E_INVALID },
        { "1e", "usd", SL_E_INVALID },
        { "1e+", "usd", SL_E_INVALID },
        { "1e2x", "usd", SL_E_INVALID },
        { "1,5", "usd", SL_E_INVALID },
        { " 1", "usd", SL_E_INVALID },
        { "NaN", "usd", SL_E_INVALID },
        { "0x10", "usd", SL_E_INVALID },
        { "1", "xyz", SL_E_INVALID },
        { "1", NULL, SL_E_INVALID },
        { "1e-999999999999", "usd", SL_E_INVALID },
        { "1e999999999999", "usd", SL_E_TOO_LARGE },
        { "9223372036854775807", "usd", SL_E_TOO_LARGE },
        { "9223372036854775808", "jpy", SL_E_TOO_LARGE },
        { "-9223372036854775808", "jpy", SL_E_TOO_LARGE },
        { "92233720368547758.08", "usd", SL_E_TOO_LARGE },
        { "1e17", "usd", SL_E_TOO_LARGE },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t amount = 7;
        sl_status status =
            sl_money_from_major(rows[i].text, strlen(rows[i].text), rows[i].currency, &amount);
        assert_int_equal(status, rows[i].status);
        assert_int_equal(amount, 7);
    }
}

static void long_texts_hide_nothing(void **state)
{
    (void)state;
    char text[3000];
    int64_t amount = 7;
    memset(text, '0', sizeof(text));
    text[0] = '1';
    memcpy(text + 902, "e-10010", 8);
    assert_int_equal(sl_money_from_major(text, 909, "jpy", &amount), SL_E_INVALID);
    memset(text, '0', sizeof(text));
    text[0] = '1';
    memcpy(text + 901, "e-900", 6);
    assert_int_equal(sl_money_from_major(text, 906, "jpy", &amount), SL_OK);
    assert_int_equal(amount, 1);
    assert_int_equal(sl_money_from_major(text, sizeof(text), "jpy", &amount), SL_E_INVALID);
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const char *const currencies[] = { "usd", "jpy", "kwd", "clf" };
    for (int i = 0; i < 20000; i++) {
        int64_t amount = (int64_t)sl_random_below(UINT64_MAX);
        if (amount == SL_NONE)
            continue;
        char text[32];
        const char *currency = currencies[i % 4];
        size_t length = sl_money_to_major(amount, currency, text);
        int64_t again = 0;
        assert_int_equal(sl_money_from_major(text, length, currency, &again), SL_OK);
        assert_true(again == amount);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_refuses_what_does_not_fit),
        cmocka_unit_test(shares_are_rounded_half_away_from_zero),
        cmocka_unit_test(splits_lose_nothing),
        cmocka_unit_test(currencies_are_known),
        cmocka_unit_test(major_units_are_written),
        cmocka_unit_test(decimals_have_all_digits_of_their_currency),
        cmocka_unit_test(major_units_are_read_exactly),
        cmocka_unit_test(what_is_no_amount_is_refused),
        cmocka_unit_test(long_texts_hide_nothing),
        cmocka_unit_test(what_is_written_is_read_again),
    };
    return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
