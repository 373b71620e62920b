/*
 * base64.c: strict decoding of base64 and base64url (RFC 4648).
 *
 * Strict: no white space, padding exactly where the alphabet wants it, no stray bits in the last character. Two texts never
 * decode to the same bytes, so that a token has one spelling.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/auth/jwt.h"

static int digit_of(char c, bool url)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == (url ? '-' : '+'))
        return 62;
    return c == (url ? '_' : '/') ? 63 : -1;
}

unsigned char *sl_base64_decode(sl_context *cx, const char *text, size_t length, bool url, size_t *ret_length)
{
    if (!url) {
        if (length % 4 != 0)
            return NULL;
        for (int i = 0; i < 2 && length > 0 && text[length - 1] == '='; i++)
            length--;
    }
    if (length % 4 == 1)
        return NULL;
    unsigned char *bytes = sl_alloc(cx, length / 4 * 3 + 4);
    size_t count = 0;
    uint32_t bits = 0;
    int held = 0;
    for (size_t i = 0; i < length; i++) {
        int digit = digit_of(text[i], url);
        if (digit < 0)
            return NULL;
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[count++] = (unsigned char)(bits >> held);
        }
    }
    if (bits & ((1u << held) - 1u))
        return NULL;
    *ret_length = count;
    return bytes;
}
