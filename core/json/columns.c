/*
 * columns.c: a field as the text of a database column.
 *
 * A column is a table of one field: what writes and reads documents does the work.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/json/columns.h"

#include <string.h>

#include "core/base/context.h"
#include "core/json/fields.h"
#include "core/json/fields_inside.h"
#include "core/json/writer.h"

static bool holds_json(const sl_field *field)
{
    return field->type == SL_TYPE_METADATA || field->type == SL_TYPE_OBJECT ||
           field->type == SL_TYPE_LIST || field->type == SL_TYPE_JSON;
}

const char *sl_field_column_text(sl_context *cx, const sl_field *field, const void *record)
{
    const void *member = (const char *)record + field->offset;
    const char *text = NULL;
    const sl_map *map = NULL;
    int64_t number = 0;
    switch (field->type) {
    case SL_TYPE_BOOL:
        return *(const bool *)member ? "true" : "false";
    case SL_TYPE_INT64:
    case SL_TYPE_MONEY:
    case SL_TYPE_TIMESTAMP:
        memcpy(&number, member, sizeof(number));
        if (number == SL_NONE || (number == 0 && field->type == SL_TYPE_TIMESTAMP))
            return NULL;
        return sl_arena_format(cx->arena, "%lld", (long long)number);
    case SL_TYPE_METADATA:
        map = *(const sl_map *const *)member;
        if (map == NULL || map->count == 0)
            return "{}";
        break;
    case SL_TYPE_LIST:
        if (((const sl_list *)member)->count == 0)
            return "[]";
        break;
    default: /* texts, and pointers to objects: NULL is NULL */
        memcpy(&text, member, sizeof(text));
        if (text == NULL || field->type != SL_TYPE_OBJECT)
            return text;
    }
    const sl_field table[] = { *field, SL_FIELDS_END };
    sl_json *out = sl_json_new(cx);
    out->face = SL_FACE_STRIPE;
    sl_json_open(out, NULL);
    sl_fields_write(out, table, record, true);
    size_t length = 0;
    const char *document = sl_json_text(out, &length);
    size_t head = strlen("{\"\":") + strlen(field->name);
    return sl_arena_copy(cx->arena, document + head, length - head);
}

static sl_status column_refuse(sl_context *cx, const sl_field *field)
{
    return sl_fail(cx, SL_E_INTERNAL, NULL, "The column %s holds what it should not.", field->name);
}

sl_status sl_field_column_read(sl_context *cx, const sl_field *field, void *record,
                               const char *text)
{
    const sl_value *value = NULL;
    if (text != NULL && holds_json(field)) {
        if (sl_json_parse(cx, text, strlen(text), &value) != SL_OK)
            return column_refuse(cx, field);
    } else if (text != NULL) {
        value = sl_value_new_string(cx->arena, text, strlen(text));
    }
    sl_field stored = *field;
    stored.required = false;
    stored.initial = NULL;
    const sl_field table[] = { stored, SL_FIELDS_END };
    sl_faults faults = { 0 };
    sl_value *row = sl_value_new(cx->arena, SL_VALUE_OBJECT);
    if (value != NULL)
        sl_value_append(cx->arena, row, field->name, strlen(field->name), (sl_value *)value);
    sl_fields_take(cx, table, row, SL_FIELDS_STORED, record, &faults);
    return faults.count > 0 ? column_refuse(cx, field) : SL_OK;
}
