/*
 * messages.c: faults and warnings, gathered to be told all at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/text.h"
#include "core/config/inside.h"

__attribute__((format(printf, 3, 0))) static void message_add(sl_settings *settings, bool warning,
                                                              const char *format, va_list arguments)
{
    sl_settings_inside *inside = settings->inside;
    if (settings->message_count == inside->message_room) {
        uint32_t room = inside->message_room ? inside->message_room * 2 : 8;
        inside->messages = sl_arena_grow(inside->arena, inside->messages,
                                         inside->message_room * sizeof(sl_setting_message),
                                         room * sizeof(sl_setting_message));
        inside->message_room = room;
        settings->messages = inside->messages;
    }
    inside->messages[settings->message_count++] =
        (sl_setting_message){ .text = sl_arena_vformat(inside->arena, format, arguments),
                              .warning = warning };
}

void setting_fault(sl_settings *settings, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    message_add(settings, false, format, arguments);
    va_end(arguments);
}

void setting_warn(sl_settings *settings, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    message_add(settings, true, format, arguments);
    va_end(arguments);
}

const char *setting_quote(sl_arena *arena, const char *text)
{
    enum { SHOWN = 60 };
    sl_buffer out = SL_BUFFER_INIT(arena);
    sl_buffer_char(&out, '"');
    size_t length = strlen(text);
    size_t at = 0;
    while (at < length && at < SHOWN) {
        size_t bytes = sl_utf8_sequence(text + at, length - at);
        if (bytes == 0 || (unsigned char)text[at] < ' ' || text[at] == 0x7f) {
            sl_buffer_char(&out, '?');
            at++;
        } else {
            sl_buffer_add(&out, text + at, bytes);
            at += bytes;
        }
    }
    sl_buffer_text_add(&out, at < length ? "...\"" : "\"");
    return sl_buffer_text(&out);
}

/* Letters that must be changed, added or dropped to make one of the other. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 63 };
    size_t rows = strlen(a);
    size_t columns = strlen(b);
    if (rows > LONGEST || columns > LONGEST)
        return SIZE_MAX;
    size_t line[LONGEST + 1];
    for (size_t j = 0; j <= columns; j++)
        line[j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t diagonal = line[0];
        line[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t above = line[j];
            size_t best = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            if (line[j - 1] + 1 < best)
                best = line[j - 1] + 1;
            if (above + 1 < best)
                best = above + 1;
            diagonal = above;
            line[j] = best;
        }
    }
    return line[columns];
}

const char *sl_settings_nearest(const char *name, const char *const *names)
{
    const char *nearest = NULL;
    size_t least = strlen(name) < 6 ? 3 : 4;
    for (; *names; names++) {
        size_t far = distance(name, *names);
        if (far < least && far < strlen(*names)) {
            least = far;
            nearest = *names;
        }
    }
    return nearest;
}
