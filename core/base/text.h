/*
 * text.h: small questions about bytes of text: ASCII case, UTF-8, percent encoding, whole numbers.
 *
 * None of them looks at the locale.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_TEXT_H
#define STRIPE_LITE_CORE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"

/* since 1.0 [no-suspend], all of these */

/* Equality without regard to the case of ASCII letters; NULL equals nothing. */
bool sl_text_same(const char *a, const char *b);
bool sl_text_same_length(const char *a, size_t length, const char *b);
bool sl_text_starts(const char *text, const char *start);
char *sl_text_lower(sl_arena *arena, const char *text);

/* Length in bytes of the one well-formed UTF-8 sequence at `text`, 0 when there is none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). */
size_t sl_utf8_sequence(const char *text, size_t length);
bool sl_utf8_valid(const char *text, size_t length);
/* Characters in valid UTF-8. */
size_t sl_utf8_count(const char *text, size_t length);

/* A decoded, NUL-terminated copy; `plus` makes "+" a space as forms do. NULL on a "%" without two hex digits. The decoded
 * bytes may hold NUL and need not be UTF-8. */
char *sl_percent_decode(sl_arena *arena, const char *text, size_t length, bool plus,
                        size_t *ret_length);

/* 0 .. 15, or -1. */
int sl_hex_digit(char c);

/* A whole number, digits with an optional "-": 0 read, -1 no such text, 1 does not fit 64 bits. */
int sl_text_int64(const char *text, size_t length, int64_t *ret);

/* The digits of a number at the end of `buffer`, where they begin. Two bytes before them are left. */
char *sl_int64_text(int64_t number, char buffer[24]);

#endif
