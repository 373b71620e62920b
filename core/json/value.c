/*
 * value.c: the tree of values: making it, asking it, writing it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/json/value.h"

#include <string.h>

#include "core/base/context.h"
#include "core/base/text.h"
#include "core/json/writer.h"

/* ---- making ---- */

sl_value *sl_value_new(sl_arena *arena, int32_t type)
{
    sl_value *value = sl_arena_alloc(arena, sizeof(*value));
    value->type = type;
    return value;
}

sl_value *sl_value_new_string(sl_arena *arena, const char *text, size_t length)
{
    sl_value *value = sl_value_new(arena, SL_VALUE_STRING);
    value->text = sl_arena_copy(arena, text, length);
    value->length = length;
    value->nul = memchr(text, '\0', length) != NULL;
    return value;
}

sl_value *sl_value_new_number(sl_arena *arena, const char *text, size_t length)
{
    sl_value *value = sl_value_new(arena, SL_VALUE_REAL);
    value->text = sl_arena_copy(arena, text, length);
    value->length = length;
    if (sl_text_int64(text, length, &value->number) == 0)
        value->type = SL_VALUE_INT;
    return value;
}

void sl_value_append(sl_arena *arena, sl_value *parent, const char *name, size_t name_length,
                     sl_value *value)
{
    if (parent->count == parent->capacity) {
        uint32_t capacity = parent->capacity ? parent->capacity * 2 : 8;
        parent->items = sl_arena_grow(arena, parent->items, parent->count * sizeof(*parent->items),
                                      capacity * sizeof(*parent->items));
        parent->capacity = capacity;
    }
    parent->items[parent->count++] = (sl_value_item_slot){
        .name = sl_arena_copy(arena, name, name_length),
        .value = value,
    };
}

sl_value *sl_value_find(sl_value *object, const char *name, size_t length)
{
    if (object == NULL || object->type != SL_VALUE_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < object->count; i++) {
        const char *own = object->items[i].name;
        if (strncmp(own, name, length) == 0 && own[length] == '\0')
            return object->items[i].value;
    }
    return NULL;
}

/* ---- asking ---- */

int32_t sl_value_type(const sl_value *value)
{
    return value ? value->type : SL_VALUE_NULL;
}

const sl_value *sl_value_member(const sl_value *object, const char *name)
{
    if (object == NULL || object->type != SL_VALUE_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < object->count; i++) {
        if (strcmp(object->items[i].name, name) == 0)
            return object->items[i].value;
    }
    return NULL;
}

const sl_value *sl_value_at(const sl_value *value, const char *path)
{
    while (value != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        const sl_value *next = NULL;
        if (value->type == SL_VALUE_OBJECT) {
            for (uint32_t i = 0; i < value->count && next == NULL; i++) {
                const char *name = value->items[i].name;
                if (strncmp(name, path, length) == 0 && name[length] == '\0')
                    next = value->items[i].value;
            }
        } else if (value->type == SL_VALUE_ARRAY) {
            int64_t index = -1;
            if (sl_text_int64(path, length, &index) == 0 && index >= 0 && index < value->count)
                next = value->items[index].value;
        }
        value = next;
        path += length;
        path += *path == '.';
    }
    return value;
}

uint32_t sl_value_count(const sl_value *value)
{
    return value ? value->count : 0;
}

const sl_value *sl_value_item(const sl_value *value, uint32_t index, const char **ret_name)
{
    if (value == NULL || index >= value->count)
        return NULL;
    if (ret_name != NULL)
        *ret_name = value->items[index].name;
    return value->items[index].value;
}

const char *sl_value_string(const sl_value *value, const char *otherwise)
{
    return value && value->type == SL_VALUE_STRING ? value->text : otherwise;
}

int64_t sl_value_int(const sl_value *value, int64_t otherwise)
{
    return value && value->type == SL_VALUE_INT ? value->number : otherwise;
}

bool sl_value_bool(const sl_value *value, bool otherwise)
{
    return value && value->type == SL_VALUE_BOOL ? value->flag : otherwise;
}

const char *sl_value_number(const sl_value *value)
{
    bool number = value && (value->type == SL_VALUE_INT || value->type == SL_VALUE_REAL);
    return number ? value->text : NULL;
}

bool sl_value_has_nul(const sl_value *value)
{
    return value && value->nul;
}

const char *sl_value_bytes(const sl_value *value, size_t *ret_length)
{
    if (value == NULL || value->type != SL_VALUE_STRING)
        return NULL;
    *ret_length = value->length;
    return value->text;
}

/* ---- writing ---- */

void sl_json_value(sl_json *out, const char *name, const sl_value *value)
{
    switch (sl_value_type(value)) {
    case SL_VALUE_BOOL:
        sl_json_bool(out, name, value->flag);
        break;
    case SL_VALUE_INT:
    case SL_VALUE_REAL:
        sl_json_raw(out, name, value->text);
        break;
    case SL_VALUE_STRING:
        sl_json_bytes(out, name, value->text, value->length);
        break;
    case SL_VALUE_ARRAY:
        sl_json_open_array(out, name);
        for (uint32_t i = 0; i < value->count; i++)
            sl_json_value(out, NULL, value->items[i].value);
        sl_json_close_array(out);
        break;
    case SL_VALUE_OBJECT:
        sl_json_open(out, name);
        for (uint32_t i = 0; i < value->count; i++)
            sl_json_value(out, value->items[i].name, value->items[i].value);
        sl_json_close(out);
        break;
    default:
        sl_json_null(out, name);
    }
}

const char *sl_value_text(sl_context *cx, const sl_value *value)
{
    sl_json *out = sl_json_new(cx);
    sl_json_value(out, NULL, value);
    return sl_json_text(out, NULL);
}
