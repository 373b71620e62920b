/*
 * encode.h: bytes as text: hex and base64 (RFC 4648).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_ENCODE_H
#define STRIPE_LITE_CORE_BASE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"

/* since 1.0 [no-suspend], all of these */

/* Lower-case hex. */
char *sl_hex_encode(sl_arena *arena, const void *bytes, size_t length);

/* `url`: the alphabet with "-" and "_" and no padding; else with "+", "/" and padding. */
char *sl_base64_encode(sl_arena *arena, const void *bytes, size_t length, bool url);

/* The bytes, followed by a NUL that is not counted. NULL when the text is not exactly what encoding gives: other characters,
 * wrong length or padding (optional for `url`), bits left over. */
unsigned char *sl_base64_decode(sl_arena *arena, const char *text, size_t length, bool url,
                                size_t *ret_length);

#endif
