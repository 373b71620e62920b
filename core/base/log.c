/*
 * log.c: structured lines on the standard error, in text or JSON, masked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buffer.h"
#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/base/mask.h"
#include "core/base/text.h"

static const char *const level_names[] = { "debug", "info", "warning", "error" };
static const char *const level_marks[] = { "DEBUG", "INFO", "WARNING", "ERROR" };
#define LEVELS ((int32_t)(sizeof(level_names) / sizeof(level_names[0])))

static int32_t least_level = SL_LOG_INFO;
static int32_t line_format = SL_LOG_TEXT;
static int output = STDERR_FILENO;

void sl_log_configure(int32_t level, int32_t format)
{
    least_level = level;
    line_format = format;
}

void sl_log_output(int descriptor)
{
    output = descriptor;
}

int sl_log_descriptor(void)
{
    return output;
}

int32_t sl_log_format(void)
{
    return line_format;
}

int32_t sl_log_level_of(const char *name)
{
    for (int32_t i = 0; i < LEVELS; i++) {
        if (sl_text_same(name, level_names[i]))
            return i;
    }
    return -1;
}

bool sl_log_on(int32_t level)
{
    return level >= least_level;
}

/* Bare when it is one plain word, else in quotes. */
static void value_add_text(sl_buffer *line, const char *value)
{
    bool plain = *value != '\0';
    for (const char *at = value; *at != '\0' && plain; at++)
        plain = *at > ' ' && *at < 0x7f && *at != '"' && *at != '=' && *at != '\\';
    if (plain)
        sl_buffer_text_add(line, value);
    else
        sl_buffer_json_string(line, value, strlen(value));
}

static void pair_add(sl_buffer *line, const char *name, const char *value)
{
    value = sl_mask(line->arena, value);
    if (line_format == SL_LOG_JSON) {
        sl_buffer_char(line, ',');
        sl_buffer_json_string(line, name, strlen(name));
        sl_buffer_char(line, ':');
        if (value == NULL)
            sl_buffer_text_add(line, "null");
        else
            sl_buffer_json_string(line, value, strlen(value));
        return;
    }
    sl_buffer_char(line, ' ');
    sl_buffer_text_add(line, name);
    sl_buffer_char(line, '=');
    value_add_text(line, value ? value : "-");
}

static void head_add(sl_buffer *line, int32_t level, const char *message)
{
    int64_t ms = sl_clock_unix_ms();
    char time[40];
    size_t length = sl_clock_iso8601(ms / 1000, time);
    length--; /* the Z goes behind the milliseconds */
    message = sl_mask(line->arena, message);
    if (line_format == SL_LOG_JSON) {
        sl_buffer_format(line,
                         "{\"time\":\"%.*s.%03dZ\",\"level\":\"%s\",\"message\":", (int)length,
                         time, (int)(ms % 1000), level_names[level]);
        sl_buffer_json_string(line, message, strlen(message));
        return;
    }
    sl_buffer_format(line, "%.*s.%03dZ %s ", (int)length, time, (int)(ms % 1000),
                     level_marks[level]);
    /* A message may quote what a client sent: no line breaks, no terminal sequences. */
    for (const char *at = message; *at != '\0'; at++) {
        bool control = (unsigned char)*at < 0x20 || *at == 0x7f;
        sl_buffer_add(line, control ? " " : at, 1);
    }
}

static void context_add(sl_buffer *line, const sl_context *cx)
{
    if (cx == NULL)
        return;
    if (cx->request_id != NULL && *cx->request_id != '\0')
        pair_add(line, "request_id", cx->request_id);
    if (cx->account != NULL && *cx->account != '\0')
        pair_add(line, "account", cx->account);
    if (cx->plugin != NULL)
        pair_add(line, "plugin", cx->plugin);
}

static void line_write(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(output, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        text += written;
        length -= (size_t)written;
    }
}

void sl_log_pairs(const sl_context *cx, int32_t level, const char *message, ...)
{
    if (level < 0 || level >= LEVELS)
        level = SL_LOG_ERROR;
    if (level < least_level)
        return;
    sl_arena *arena = sl_arena_new();
    sl_buffer line = SL_BUFFER_INIT(arena);
    head_add(&line, level, message);
    if (line_format == SL_LOG_JSON)
        context_add(&line, cx);
    va_list pairs;
    va_start(pairs, message);
    /* The analyzer loses sight of the va_start above behind the calls between. */
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    const char *name = va_arg(pairs, const char *);
    for (; name != NULL; name = va_arg(pairs, const char *))
        pair_add(&line, name, va_arg(pairs, const char *));
    va_end(pairs);
    if (line_format == SL_LOG_JSON)
        sl_buffer_char(&line, '}');
    else
        context_add(&line, cx);
    sl_buffer_char(&line, '\n');
    line_write(line.data, line.length);
    sl_arena_free(arena);
}

const char *sl_masked(sl_context *cx, const char *text)
{
    return sl_mask(cx->arena, text);
}
