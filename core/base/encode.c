/*
 * encode.c: bytes as text: hex and base64.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/encode.h"

#include <stdint.h>
#include <string.h>

static const char standard_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *sl_hex_encode(sl_arena *arena, const void *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    char *text = sl_arena_alloc(arena, length * 2 + 1);
    for (size_t i = 0; i < length; i++) {
        text[i * 2] = digits[from[i] >> 4];
        text[i * 2 + 1] = digits[from[i] & 15];
    }
    return text;
}

char *sl_base64_encode(sl_arena *arena, const void *bytes, size_t length, bool url)
{
    const char *letters = url ? url_letters : standard_letters;
    const unsigned char *from = bytes;
    char *text = sl_arena_alloc(arena, (length + 2) / 3 * 4 + 1);
    char *at = text;
    for (size_t i = 0; i < length; i += 3) {
        size_t group = length - i < 3 ? length - i : 3;
        uint32_t bits = (uint32_t)from[i] << 16;
        bits |= group > 1 ? (uint32_t)from[i + 1] << 8 : 0;
        bits |= group > 2 ? (uint32_t)from[i + 2] : 0;
        for (size_t k = 0; k <= group; k++)
            *at++ = letters[bits >> (18 - 6 * k) & 63];
        for (size_t k = group; k < 3 && !url; k++)
            *at++ = '=';
    }
    return text;
}

unsigned char *sl_base64_decode(sl_arena *arena, const char *text, size_t length, bool url,
                                size_t *ret_length)
{
    const char *letters = url ? url_letters : standard_letters;
    size_t padding = 0;
    while (padding < 2 && length > padding && text[length - 1 - padding] == '=')
        padding++;
    bool padded = padding > 0 || !url;
    size_t letters_count = length - padding;
    if ((padded && length % 4 != 0) || letters_count % 4 == 1)
        return NULL;
    unsigned char *bytes = sl_arena_alloc(arena, letters_count / 4 * 3 + 4);
    size_t made = 0;
    uint32_t bits = 0;
    uint32_t held = 0;
    for (size_t i = 0; i < letters_count; i++) {
        const char *found = text[i] ? strchr(letters, text[i]) : NULL;
        if (found == NULL)
            return NULL;
        bits = bits << 6 | (uint32_t)(found - letters);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[made++] = (unsigned char)(bits >> held & 255);
        }
    }
    if ((bits & ((1u << held) - 1)) != 0)
        return NULL;
    *ret_length = made;
    return bytes;
}
