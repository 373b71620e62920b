/*
 * money_fuzz.c: amounts as decimal texts, and shares and splits of them, against wider arithmetic.
 *
 * The first byte chooses the currency; 40 bytes may be numbers to split by; the rest is a decimal text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include <stripe_lite/money.h>

#include "core/base/clock.h"

#define PARTS 4

__extension__ typedef __int128 wide;

static const char *const currencies[] = { "usd", "jpy", "kwd", "eur" };
static const int exponents[] = { 2, 0, 3, 2 };

/* Digit by digit, moved by the exponent of text and currency: the number of minor units, or false when it is none or none of
 * 64 bits. Texts of up to 30 characters and exponents of two digits, so that 128 bits nearly do. */
static bool oracle(const char *text, int places, int64_t *ret)
{
    char digits[64] = "";
    size_t count = 0;
    int point = 0;
    const char *at = text + (*text == '-');
    if (!(*at >= '0' && *at <= '9')) {
        return false;
    }
    for (bool fraction = false; *at && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            if (fraction || !(at[1] >= '0' && at[1] <= '9')) {
                return false;
            }
            fraction = true;
        } else if (*at >= '0' && *at <= '9') {
            digits[count++] = *at;
            point += fraction;
        } else {
            return false;
        }
    }
    int exponent = 0;
    if (*at) {
        const char *number = at + 1;
        number += *number == '-' || *number == '+';
        if (*number == '\0' || number[strspn(number, "0123456789")] != '\0') {
            return false;
        }
        exponent = atoi(at + 1);
    }
    int move = exponent + places - point;
    for (; move < 0 && count > 0; move++) {
        if (digits[--count] != '0') {
            return false;
        }
    }
    wide number = 0;
    for (size_t i = 0; i < count; i++) {
        number = number * 10 + (digits[i] - '0');
    }
    for (; move > 0 && number != 0; move--) {
        number *= 10;
        if (number > (wide)UINT64_MAX) {
            return false;
        }
    }
    number = *text == '-' ? -number : number;
    *ret = (int64_t)number;
    return number == *ret && *ret != SL_NONE;
}

static void decimals(const char *text, size_t length, int currency)
{
    int64_t amount = 7;
    int64_t right = 0;
    sl_status status = sl_money_from_major(text, length, currencies[currency], &amount);
    FUZZ_CHECK(status == SL_OK || status == SL_E_INVALID || status == SL_E_TOO_LARGE);
    FUZZ_CHECK(status == SL_OK || amount == 7);
    const char *mark = strpbrk(text, "eE");
    if (length <= 30 && (mark == NULL || strlen(mark) <= 4)) {
        FUZZ_CHECK((status == SL_OK) == oracle(text, exponents[currency], &right));
        FUZZ_CHECK(status != SL_OK || amount == right);
    }
    if (status == SL_OK) {
        char written[32];
        size_t size = sl_money_to_major(amount, currencies[currency], written);
        int64_t again = 0;
        FUZZ_CHECK(size == strlen(written) && size < sizeof written);
        FUZZ_CHECK(sl_value_number_length(written, size) == size);
        FUZZ_CHECK(sl_money_from_major(written, size, currencies[currency], &again) == SL_OK);
        FUZZ_CHECK(again == amount);
    }
}

static void shares(const int64_t *numbers)
{
    int64_t share = 0;
    if (sl_money_share(numbers[0], numbers[1], numbers[2], &share)) {
        /* Half away from zero: twice the error is at most the denominator. */
        wide error = (wide)numbers[0] * numbers[1] - (wide)share * numbers[2];
        FUZZ_CHECK(numbers[2] > 0);
        FUZZ_CHECK(error * 2 <= numbers[2] && -error * 2 <= numbers[2]);
    }
    int64_t parts[PARTS];
    if (sl_money_split(numbers[0], numbers + 1, PARTS, parts)) {
        wide sum = 0;
        for (int i = 0; i < PARTS; i++) {
            FUZZ_CHECK(numbers[1 + i] >= 0);
            FUZZ_CHECK(numbers[1 + i] != 0 || parts[i] == 0);
            FUZZ_CHECK(parts[i] == 0 || (parts[i] < 0) == (numbers[0] < 0));
            sum += parts[i];
        }
        FUZZ_CHECK(sum == numbers[0]);
    }
}

/* Times are texts of numbers too. */
static void times(const char *text)
{
    int64_t time = 0;
    char written[32];
    if (sl_clock_parse(text, &time) == 0) {
        int64_t again = 0;
        size_t size = sl_clock_iso8601(time, written);
        FUZZ_CHECK(size == strlen(written) && size < sizeof written);
        FUZZ_CHECK(sl_clock_parse(written, &again) == 0);
        FUZZ_CHECK(again == time);
    }
}

void fuzz_one(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return;
    }
    sl_arena *arena = sl_arena_new();
    int currency = data[0] % 4;
    const char *text = fuzz_text(arena, data + 1, size - 1);
    decimals(text, strlen(text), currency);
    times(text);
    if (size > (PARTS + 1) * sizeof(int64_t)) {
        int64_t numbers[PARTS + 1];
        memcpy(numbers, data + 1, sizeof numbers);
        shares(numbers);
    }
    sl_arena_free(arena);
}
