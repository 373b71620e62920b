/*
 * fault.c: whether a fault hits an attempt.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fault.h"

#include <string.h>

#define RATE_DIGITS 6
#define EXPONENT_MOST 20

/* FNV-1a over kind and attempt, then mixed so that ids that differ in their last letters spread. */
static uint64_t hash_of(const char *kind, const char *attempt)
{
    uint64_t hash = 14695981039346656037u;
    const char *texts[] = { kind, ":", attempt };
    for (size_t i = 0; i < 3; i++) {
        for (const char *at = texts[i]; *at; at++)
            hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    }
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdu;
    hash ^= hash >> 33;
    return hash;
}

bool fault_hits(const char *attempt, const char *kind, int64_t rate)
{
    if (rate <= 0 || !attempt)
        return false;
    return hash_of(kind, attempt) % FAULT_MILLION < (uint64_t)rate;
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static bool exponent_read(const char **at, const char *end, int32_t *ret_exponent)
{
    *ret_exponent = 0;
    if (*at == end || (**at != 'e' && **at != 'E'))
        return true;
    ++*at;
    bool negative = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+'))
        ++*at;
    if (*at == end || !is_digit(**at))
        return false;
    for (; *at < end && is_digit(**at); ++*at) {
        *ret_exponent = *ret_exponent * 10 + (**at - '0');
        if (*ret_exponent > EXPONENT_MOST)
            return false;
    }
    if (negative)
        *ret_exponent = -*ret_exponent;
    return true;
}

/* `number` with `places` digits after the point, as parts per million; false when that is no whole number of them. */
static bool scale(int64_t number, int32_t places, int64_t *ret_rate)
{
    for (; places < RATE_DIGITS && number <= FAULT_MILLION; places++)
        number *= 10;
    for (; places > RATE_DIGITS; places--) {
        if (number % 10 != 0)
            return false;
        number /= 10;
    }
    *ret_rate = number;
    return number <= FAULT_MILLION;
}

bool fault_rate_read(const char *text, int64_t *ret_rate)
{
    size_t length = text ? strlen(text) : 0;
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text++;
        length -= 2;
    }
    const char *at = text;
    const char *end = text + length;
    int64_t number = 0;
    int32_t places = 0;
    bool point = false;
    bool digits = false;
    for (; at < end && (is_digit(*at) || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        if (number > INT64_MAX / 100)
            return false;
        number = number * 10 + (*at - '0');
        places += point;
        digits = true;
    }
    int32_t exponent;
    if (!digits || !exponent_read(&at, end, &exponent) || at != end)
        return false;
    return scale(number, places - exponent, ret_rate);
}

void fault_rate_write(int64_t rate, char *ret_text)
{
    if (rate == 0 || rate >= FAULT_MILLION) {
        memcpy(ret_text, rate == 0 ? "0" : "1", 2);
        return;
    }
    size_t length = 2 + RATE_DIGITS;
    memcpy(ret_text, "0.", 2);
    for (size_t i = length; i > 2; i--) {
        ret_text[i - 1] = (char)('0' + rate % 10);
        rate /= 10;
    }
    while (ret_text[length - 1] == '0')
        length--;
    ret_text[length] = '\0';
}
