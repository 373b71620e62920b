/*
 * reader.c: strict JSON into a tree of values.
 *
 * jansson decides what is JSON; what it does not keep is done here. A first pass over the text (draft) bounds the nesting, takes
 * the text of every number aside and leaves a zero and spaces of the same length in its place, so that jansson never makes a
 * double of it and its lines and columns stay true. A number that is written wrongly is left for jansson to refuse. jansson
 * keeps members in their order, so the numbers are met again in the order of the text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/context.h"
#include "core/base/wipe.h"
#include "core/json/value.h"

#define NUMBERS 32

struct draft {
    sl_arena *arena;
    const char *text;
    size_t length;
    char *copy;
    size_t *numbers; /* where each number begins; where it ends follows */
    size_t number_count;
    size_t number_capacity;
};

static size_t digits_length(const char *text, size_t length)
{
    size_t count = 0;
    while (count < length && text[count] >= '0' && text[count] <= '9')
        count++;
    return count;
}

size_t sl_value_number_length(const char *text, size_t length)
{
    size_t at = length > 0 && text[0] == '-' ? 1 : 0;
    size_t whole = digits_length(text + at, length - at);
    if (whole == 0 || (whole > 1 && text[at] == '0'))
        return 0;
    at += whole;
    if (at < length && text[at] == '.') {
        size_t fraction = digits_length(text + at + 1, length - at - 1);
        if (fraction == 0)
            return 0;
        at += 1 + fraction;
    }
    if (at < length && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        at += at < length && (text[at] == '+' || text[at] == '-');
        size_t exponent = digits_length(text + at, length - at);
        if (exponent == 0)
            return 0;
        at += exponent;
    }
    return at;
}

static sl_status json_refuse(sl_context *cx, int line, int column, const char *reason)
{
    return sl_fail(cx, SL_E_INVALID, "json_invalid", "Invalid JSON at line %d, column %d: %s.",
                   line, column, reason);
}

/* The line and column of a byte, both from 1, columns in characters. */
static sl_status json_refuse_at(sl_context *cx, const char *text, size_t at, const char *reason)
{
    int line = 1;
    int column = 1;
    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)text[i] & 0xc0) != 0x80) {
            column++;
        }
    }
    return json_refuse(cx, line, column, reason);
}

static void number_note(struct draft *draft, size_t start, size_t end)
{
    if (draft->number_count + 2 > draft->number_capacity) {
        size_t capacity = draft->number_capacity * 2;
        draft->numbers = sl_arena_grow(draft->arena, draft->numbers,
                                       draft->number_count * sizeof(*draft->numbers),
                                       capacity * sizeof(*draft->numbers));
        draft->number_capacity = capacity;
    }
    draft->numbers[draft->number_count++] = start;
    draft->numbers[draft->number_count++] = end;
    memset(draft->copy + start, ' ', end - start);
    draft->copy[start] = '0';
}

static size_t string_end(const struct draft *draft, size_t at)
{
    for (at++; at < draft->length && draft->text[at] != '"'; at++)
        at += draft->text[at] == '\\';
    return at;
}

static bool may_follow_number(char c)
{
    return strchr(" \t\r\n,]}", c) != NULL;
}

static sl_status draft_make(sl_context *cx, struct draft *draft)
{
    uint32_t depth = 0;
    for (size_t at = 0; at < draft->length; at++) {
        char c = draft->text[at];
        if (c == '"') {
            at = string_end(draft, at);
        } else if (c == '[' || c == '{') {
            if (++depth > SL_JSON_NESTING)
                return json_refuse_at(cx, draft->text, at, "nested more than 32 levels deep");
        } else if (c == ']' || c == '}') {
            depth -= depth > 0;
        } else if (c == '\0') {
            /* jansson passes over one that follows a number or a word. */
            return json_refuse_at(cx, draft->text, at, "a NUL character");
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            size_t length = sl_value_number_length(draft->text + at, draft->length - at);
            size_t end = at + length;
            if (length == 0 || (end < draft->length && !may_follow_number(draft->text[end])))
                return json_refuse_at(cx, draft->text, at, "invalid number");
            number_note(draft, at, end);
            at = end - 1;
        }
    }
    return SL_OK;
}

/* Moves a jansson value into the arena; `next` counts the numbers met. */
static sl_value *value_take(const struct draft *draft, json_t *from, size_t *next)
{
    switch (json_typeof(from)) {
    case JSON_OBJECT: {
        sl_value *object = sl_value_new(draft->arena, SL_VALUE_OBJECT);
        const char *name = NULL;
        json_t *member = NULL;
        json_object_foreach(from, name, member)
        {
            sl_value *value = value_take(draft, member, next);
            sl_value_append(draft->arena, object, name, strlen(name), value);
        }
        return object;
    }
    case JSON_ARRAY: {
        sl_value *array = sl_value_new(draft->arena, SL_VALUE_ARRAY);
        for (size_t i = 0; i < json_array_size(from); i++) {
            sl_value *value = value_take(draft, json_array_get(from, i), next);
            sl_value_append(draft->arena, array, NULL, 0, value);
        }
        return array;
    }
    case JSON_STRING:
        return sl_value_new_string(draft->arena, json_string_value(from), json_string_length(from));
    case JSON_INTEGER:
    case JSON_REAL: {
        size_t start = draft->numbers[*next];
        size_t end = draft->numbers[*next + 1];
        *next += 2;
        return sl_value_new_number(draft->arena, draft->text + start, end - start);
    }
    case JSON_TRUE:
    case JSON_FALSE: {
        sl_value *value = sl_value_new(draft->arena, SL_VALUE_BOOL);
        value->flag = json_is_true(from);
        return value;
    }
    default:
        return sl_value_new(draft->arena, SL_VALUE_NULL);
    }
}

/* jansson's reason without what it quotes of the text, which may hold what nobody should see. */
static sl_status jansson_refuse(sl_context *cx, const json_error_t *error)
{
    const char *near = strstr(error->text, " near ");
    size_t length = near ? (size_t)(near - error->text) : strlen(error->text);
    if (strstr(error->text, "UTF-8") != NULL)
        return json_refuse(cx, error->line > 0 ? error->line : 1,
                           error->column > 0 ? error->column : 1, "the text is not valid UTF-8");
    const char *escape = strchr(error->text, '\\');
    if (escape != NULL && (size_t)(escape - error->text) < length)
        return json_refuse(cx, error->line, error->column, "invalid Unicode escape");
    return json_refuse(cx, error->line > 0 ? error->line : 1, error->column > 0 ? error->column : 1,
                       sl_arena_copy(cx->arena, error->text, length));
}

static void memory_set(void)
{
    json_set_alloc_funcs(malloc, sl_wipe_free);
}

sl_status sl_json_parse(sl_context *cx, const char *text, size_t length, const sl_value **ret_value)
{
    struct draft draft = {
        .arena = cx->arena,
        .text = text ? text : "",
        .length = text ? length : 0,
        .numbers = sl_arena_alloc(cx->arena, NUMBERS * sizeof(size_t)),
        .number_capacity = NUMBERS,
    };
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, memory_set);
    draft.copy = sl_arena_copy(cx->arena, draft.text, draft.length);
    sl_status status = draft_make(cx, &draft);
    if (status != SL_OK)
        return status;
    json_error_t error = { 0 };
    json_t *root = json_loadb(draft.copy, draft.length,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (root == NULL)
        return jansson_refuse(cx, &error);
    size_t next = 0;
    *ret_value = value_take(&draft, root, &next);
    json_decref(root);
    return SL_OK;
}

sl_status sl_json_parse_object(sl_context *cx, const char *text, size_t length,
                               const sl_value **ret_value)
{
    const sl_value *value = NULL;
    sl_status status = sl_json_parse(cx, text, length, &value);
    if (status != SL_OK)
        return status;
    if (sl_value_type(value) != SL_VALUE_OBJECT) {
        size_t at = strspn(text, " \t\r\n");
        return json_refuse_at(cx, text, at < length ? at : 0, "an object is expected");
    }
    *ret_value = value;
    return SL_OK;
}
