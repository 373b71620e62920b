/*
 * buffer.c: bytes that grow at their end, in an arena.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/buffer.h"

#include <stdarg.h>
#include <stdbool.h>
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
    char *end = digits + sizeof(digits);
    char *at = end;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *--at = '-';
    sl_buffer_add(buffer, at, (size_t)(end - at));
}

static bool byte_is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
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

void sl_buffer_json_string(sl_buffer *buffer, const char *text, size_t length)
{
    sl_buffer_char(buffer, '"');
    size_t done = 0;
    while (done < length) {
        size_t plain = done;
        while (plain < length && byte_is_plain((unsigned char)text[plain]))
            plain++;
        if (plain > done)
            sl_buffer_add(buffer, text + done, plain - done);
        done = plain;
        if (done == length)
            break;
        unsigned char byte = (unsigned char)text[done];
        if (byte < 0x80) {
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
    sl_buffer_char(buffer, '"');
}

const char *sl_buffer_text(const sl_buffer *buffer)
{
    return buffer->data ? buffer->data : "";
}
