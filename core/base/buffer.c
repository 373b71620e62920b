/*
 * buffer.c: bytes that grow at their end, in an arena.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/buffer.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/text.h"

void sl_buffer_grow(sl_buffer *buffer, size_t more)
{
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
    if (capacity - buffer->length < more)
        capacity = buffer->length + more;
    size_t old_size = buffer->data ? buffer->capacity + 1 : 0;
    buffer->data = sl_arena_grow(buffer->arena, buffer->data, old_size, capacity + 1);
    buffer->capacity = capacity;
    buffer->data[buffer->length] = '\0';
}

void sl_buffer_format(sl_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    char draft[256];
    va_start(arguments, format);
    int length = vsnprintf(draft, sizeof(draft), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length < sizeof(draft)) {
        sl_buffer_add(buffer, draft, (size_t)length);
        return;
    }
    char *at = sl_buffer_reserve(buffer, (size_t)length);
    va_start(arguments, format);
    (void)vsnprintf(at, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
}

void sl_buffer_int(sl_buffer *buffer, int64_t number)
{
    char digits[24];
    const char *text = sl_int64_text(number, digits);
    sl_buffer_add(buffer, text, (size_t)(digits + sizeof(digits) - 1 - text));
}

static bool byte_is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* The same of eight bytes at once: what is not plain, and nothing else, sets the highest bit of a byte here. */
static bool word_is_plain(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t odd =
        word | (word - ones * 0x20) | ((word ^ ones * '"') - ones) | ((word ^ ones * '\\') - ones);
    return (odd & ones * 0x80) == 0;
}

static void control_add(sl_buffer *buffer, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    static const char *const short_forms[256] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\f'] = "\\f",
        ['\n'] = "\\n", ['\r'] = "\\r",  ['\t'] = "\\t",
    };
    if (short_forms[byte] != NULL) {
        sl_buffer_add(buffer, short_forms[byte], 2);
        return;
    }
    char escaped[6] = { '\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15] };
    sl_buffer_add(buffer, escaped, sizeof(escaped));
}

/* Bytes of which the first is not plain. */
static void odd_bytes_add(sl_buffer *buffer, const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        unsigned char byte = (unsigned char)text[done];
        if (byte < 0x80 && !byte_is_plain(byte)) {
            control_add(buffer, byte);
            done++;
            continue;
        }
        size_t sequence = sl_utf8_sequence(text + done, length - done);
        if (sequence == 0)
            sl_buffer_add(buffer, "\xef\xbf\xbd", 3);
        else
            sl_buffer_add(buffer, text + done, sequence);
        done += sequence ? sequence : 1;
    }
}

/* Copies the plain bytes that the text begins with; how many. */
static inline size_t plain_copy(char *at, const char *text, size_t length)
{
    size_t done = 0;
    uint64_t word;
    for (; length - done >= sizeof(word); done += sizeof(word)) {
        memcpy(&word, text + done, sizeof(word));
        if (!word_is_plain(word))
            break;
        memcpy(at + done, &word, sizeof(word));
    }
    /* The rest of a long text is most of its last eight bytes, a short one is its first four and its last four. */
    if (length >= sizeof(word) && length - done < sizeof(word)) {
        memcpy(&word, text + length - sizeof(word), sizeof(word));
        if (word_is_plain(word)) {
            memcpy(at + length - sizeof(word), &word, sizeof(word));
            done = length;
        }
    } else if (length >= sizeof(word) / 2 && length < sizeof(word)) {
        uint32_t halves[2];
        memcpy(&halves[0], text, sizeof(halves[0]));
        memcpy(&halves[1], text + length - sizeof(halves[1]), sizeof(halves[1]));
        memcpy(&word, halves, sizeof(word));
        if (word_is_plain(word)) {
            memcpy(at, &halves[0], sizeof(halves[0]));
            memcpy(at + length - sizeof(halves[1]), &halves[1], sizeof(halves[1]));
            done = length;
        }
    }
    for (; done < length && byte_is_plain((unsigned char)text[done]); done++)
        at[done] = text[done];
    return done;
}

void sl_buffer_json_string(sl_buffer *buffer, const char *text, size_t length)
{
    char *at = sl_buffer_reserve(buffer, length + 2);
    *at++ = '"';
    size_t done = plain_copy(at, text, length);
    buffer->length += done + 1;
    if (done < length)
        odd_bytes_add(buffer, text + done, length - done);
    sl_buffer_char(buffer, '"');
}

void sl_buffer_json_name(sl_buffer *buffer, bool follows, const char *name)
{
    size_t length = strlen(name);
    char *start = sl_buffer_reserve(buffer, length + 4);
    char *at = start;
    if (follows)
        *at++ = ',';
    *at++ = '"';
    size_t done = plain_copy(at, name, length);
    at += done;
    if (done < length) {
        buffer->length += (size_t)(at - start);
        odd_bytes_add(buffer, name + done, length - done);
        start = at = sl_buffer_reserve(buffer, 2);
    }
    *at++ = '"';
    *at++ = ':';
    *at = '\0';
    buffer->length += (size_t)(at - start);
}

const char *sl_buffer_text(const sl_buffer *buffer)
{
    return buffer->data ? buffer->data : "";
}
