/*
 * stripe_form.c: form bodies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_form.h"

#include <string.h>

#define FIRST_ROOM 512

void form_init(sl_context *cx, struct stripe_form *form)
{
    *form = (struct stripe_form){ .cx = cx, .text = sl_alloc(cx, FIRST_ROOM), .room = FIRST_ROOM };
}

static void reserve(struct stripe_form *form, size_t more)
{
    if (form->length + more < form->room)
        return;
    size_t room = form->room;
    while (form->length + more >= room)
        room *= 2;
    char *longer = sl_alloc(form->cx, room);
    memcpy(longer, form->text, form->length);
    explicit_bzero(form->text, form->length);
    form->text = longer;
    form->room = room;
}

static bool stands_for_itself(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

static size_t escape_into(char *at, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    char *start = at;
    for (; *text; text++) {
        if (stands_for_itself(*text)) {
            *at++ = *text;
            continue;
        }
        *at++ = '%';
        *at++ = hex[(unsigned char)*text >> 4];
        *at++ = hex[(unsigned char)*text & 15];
    }
    return (size_t)(at - start);
}

void form_text(struct stripe_form *form, const char *name, const char *value)
{
    if (!value || value[0] == '\0')
        return;
    reserve(form, 3 * (strlen(name) + strlen(value)) + 2);
    if (form->length > 0)
        form->text[form->length++] = '&';
    form->length += escape_into(form->text + form->length, name);
    form->text[form->length++] = '=';
    form->length += escape_into(form->text + form->length, value);
    form->text[form->length] = '\0';
}

void form_number(struct stripe_form *form, const char *name, int64_t value)
{
    form_text(form, name, sl_format(form->cx, "%lld", (long long)value));
}

void form_flag(struct stripe_form *form, const char *name, bool value)
{
    form_text(form, name, value ? "true" : "false");
}

const char *url_escape(sl_context *cx, const char *text)
{
    char *escaped = sl_alloc(cx, 3 * strlen(text) + 1);
    escape_into(escaped, text);
    return escaped;
}
