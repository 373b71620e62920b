/*
 * log_look.c: what is seen on the way: secrets in the log or in messages, writes that were left behind.
 *
 * Secret are the options that the plugin's table marks so, and the card that is tokenized. Numbers are looked for as whole words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buffer.h"
#include "core/conformance/suite.h"

#define WRITES_LEFT "gateway left writes pending"

static bool option_secret(const suite *s, const char *name)
{
    for (const sl_field *field = s->about->options; field && field->type != SL_TYPE_END; field++) {
        if (field->secret && strcmp(field->name, name) == 0)
            return true;
    }
    return false;
}

static const char *secret_in(const suite *s, const char *text)
{
    for (const sl_pair *one = s->told->options; one && one->name; one++) {
        if (option_secret(s, one->name) && one->value && one->value[0] && strstr(text, one->value))
            return one->name;
    }
    for (const sl_gateway_example *one = s->told->examples; one && one->operation; one++) {
        if (one->number && strstr(text, one->number))
            return "the card's number";
    }
    return strstr(text, SUITE_NUMBER)         ? "the card's number"
           : sl_script_holds(text, SUITE_CVC) ? "the card's cvc"
                                              : NULL;
}

void secret_look(suite *s, const char *who, const char *text)
{
    const char *found = text && !s->secret_told ? secret_in(s, text) : NULL;
    if (found)
        s->secret_told = sl_arena_format(s->keep, "%s holds %s", who, found);
}

/* Values of a line that the adapter may have a part in: not its time. */
static void value_look(suite *s, const sl_value *value)
{
    for (uint32_t i = 0; i < sl_value_count(value); i++) {
        const char *name = NULL;
        const sl_value *item = sl_value_item(value, i, &name);
        if (!name || strcmp(name, "time") != 0)
            secret_look(s, "the log", sl_value_string(item, NULL));
    }
}

static void line_look(suite *s, const char *line, size_t length)
{
    const sl_value *value = NULL;
    if (sl_json_parse(s->cx, line, length, &value) != SL_OK) {
        sl_error_clear(s->cx);
        secret_look(s, "the log", sl_copy(s->cx, line, length));
        return;
    }
    value_look(s, value);
    const char *message = sl_value_string(sl_value_member(value, "message"), "");
    const char *operation = sl_value_string(sl_value_member(value, "operation"), "an operation");
    if (strcmp(message, WRITES_LEFT) == 0 && !s->writes_left)
        s->writes_left =
            sl_arena_format(s->keep, "%s left writes that nobody asked for", operation);
}

void log_look(suite *s)
{
    sl_buffer text = SL_BUFFER_INIT(s->cx->arena);
    char bytes[4096];
    for (ssize_t got; (got = read(s->log, bytes, sizeof(bytes))) > 0;)
        sl_buffer_add(&text, bytes, (size_t)got);
    for (const char *at = sl_buffer_text(&text); *at;) {
        size_t length = strcspn(at, "\n");
        line_look(s, at, length);
        at += length + (at[length] ? 1 : 0);
    }
}
