/*
 * text.c: small questions about bytes of text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/text.h"

#include <string.h>

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    return c;
}

bool sl_text_same_length(const char *a, size_t length, const char *b)
{
    if (a == NULL || b == NULL || strlen(b) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (lower(a[i]) != lower(b[i]))
            return false;
    }
    return true;
}

bool sl_text_same(const char *a, const char *b)
{
    return a != NULL && sl_text_same_length(a, strlen(a), b);
}

bool sl_text_starts(const char *text, const char *start)
{
    return text != NULL && strncmp(text, start, strlen(start)) == 0;
}

char *sl_text_lower(sl_arena *arena, const char *text)
{
    if (text == NULL)
        return NULL;
    char *copy = sl_arena_copy(arena, text, strlen(text));
    for (char *at = copy; *at != '\0'; at++)
        *at = lower(*at);
    return copy;
}

size_t sl_utf8_sequence(const char *text, size_t length)
{
    if (length == 0)
        return 0;
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char first = bytes[0];
    if (first < 0x80)
        return 1;
    size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length < size)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    }
    /* The second byte excludes overlong forms, surrogates and what lies above U+10FFFF. */
    if ((first == 0xe0 && bytes[1] < 0xa0) || (first == 0xed && bytes[1] > 0x9f) ||
        (first == 0xf0 && bytes[1] < 0x90) || (first == 0xf4 && bytes[1] > 0x8f))
        return 0;
    return size;
}

bool sl_utf8_valid(const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        size_t size = sl_utf8_sequence(text + done, length - done);
        if (size == 0)
            return false;
        done += size;
    }
    return true;
}

size_t sl_utf8_count(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

int sl_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *sl_percent_decode(sl_arena *arena, const char *text, size_t length, bool plus,
                        size_t *ret_length)
{
    char *decoded = sl_arena_alloc(arena, length + 1);
    size_t made = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '+' && plus) {
            c = ' ';
        } else if (c == '%') {
            int high = length - i > 2 ? sl_hex_digit(text[i + 1]) : -1;
            int low = high >= 0 ? sl_hex_digit(text[i + 2]) : -1;
            if (low < 0)
                return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        }
        decoded[made++] = c;
    }
    *ret_length = made;
    return decoded;
}

int sl_text_int64(const char *text, size_t length, int64_t *ret)
{
    size_t at = length > 0 && text[0] == '-' ? 1 : 0;
    if (at == length)
        return -1;
    for (size_t i = at; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
    }
    /* Counted below zero, where there is one number more. */
    int64_t number = 0;
    for (size_t i = at; i < length; i++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, text[i] - '0', &number))
            return 1;
    }
    if (at == 0 && __builtin_sub_overflow((int64_t)0, number, &number))
        return 1;
    *ret = number;
    return 0;
}

char *sl_int64_text(int64_t number, char buffer[24])
{
    char *at = buffer + 23;
    *at = '\0';
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *--at = '-';
    return at;
}
