/*
 * buffer.h: bytes that grow at their end, in an arena.
 *
 * The text is always followed by a NUL that is not counted. Starts as SL_BUFFER_INIT(arena); nothing to free.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_BUFFER_H
#define STRIPE_LITE_CORE_BASE_BUFFER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"

typedef struct sl_buffer {
    sl_arena *arena;
    char *data; /* NULL until something is reserved */
    size_t length;
    size_t capacity; /* without the NUL */
} sl_buffer;

#define SL_BUFFER_INIT(ARENA)                                      \
    {                                                              \
        .arena = (ARENA), .data = NULL, .length = 0, .capacity = 0 \
    }

/* since 1.0 [no-suspend], all of these */
void sl_buffer_grow(sl_buffer *buffer, size_t more); /* for sl_buffer_reserve */
void sl_buffer_format(sl_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sl_buffer_int(sl_buffer *buffer, int64_t number);
/* A JSON string with its quotes: control characters escaped, each byte that is not UTF-8 replaced by U+FFFD. */
void sl_buffer_json_string(sl_buffer *buffer, const char *text, size_t length);
/* A member's name as JSON with its colon, behind a comma when it `follows` another. */
void sl_buffer_json_name(sl_buffer *buffer, bool follows, const char *name);
/* The text, "" when nothing was ever added. */
const char *sl_buffer_text(const sl_buffer *buffer);

/* Room for `more` bytes behind the text; where they go. The caller writes them and a NUL, and adds to `length`. */
static inline char *sl_buffer_reserve(sl_buffer *buffer, size_t more)
{
    if (buffer->data == NULL || buffer->capacity - buffer->length < more)
        sl_buffer_grow(buffer, more);
    return buffer->data + buffer->length;
}

static inline void sl_buffer_add(sl_buffer *buffer, const void *bytes, size_t length)
{
    char *at = sl_buffer_reserve(buffer, length);
    if (length > 0)
        memcpy(at, bytes, length);
    at[length] = '\0';
    buffer->length += length;
}

static inline void sl_buffer_char(sl_buffer *buffer, char c)
{
    char *at = sl_buffer_reserve(buffer, 1);
    at[0] = c;
    at[1] = '\0';
    buffer->length++;
}

static inline void sl_buffer_text_add(sl_buffer *buffer, const char *text)
{
    sl_buffer_add(buffer, text, strlen(text));
}

#endif
