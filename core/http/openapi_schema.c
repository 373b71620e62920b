/*
 * openapi_schema.c: field tables as JSON Schema, for /openapi.json.
 *
 * Source: OpenAPI 3.1, whose schemas are those of JSON Schema 2020-12.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/openapi_schema.h"

static void type_of(sl_json *out, const char *type, const char *format)
{
    sl_json_string(out, "type", type);
    if (format) {
        sl_json_string(out, "format", format);
    }
}

static void text_schema(sl_json *out, const sl_field *field)
{
    type_of(out, "string", field->type == SL_TYPE_EMAIL ? "email" : NULL);
    if (field->min > 0) {
        sl_json_int(out, "minLength", field->min);
    } else if (field->required && !field->unset) {
        sl_json_int(out, "minLength", 1);
    }
    if (field->max > 0) {
        sl_json_int(out, "maxLength", field->max);
    }
}

static void number_bounds(sl_json *out, const sl_field *field)
{
    if (field->min == 0 && field->max == 0) {
        return;
    }
    sl_json_int(out, "minimum", field->min);
    if (field->max != 0) {
        sl_json_int(out, "maximum", field->max);
    }
}

static void enum_schema(sl_json *out, const sl_field *field)
{
    sl_json_string(out, "type", "string");
    sl_json_open_array(out, "enum");
    for (const char *const *value = field->values; value && *value; value++) {
        sl_json_string(out, NULL, *value);
    }
    if (field->unset) {
        sl_json_string(out, NULL, "");
    }
    sl_json_close_array(out);
}

static void metadata_schema(sl_json *out)
{
    sl_json_string(out, "type", "object");
    sl_json_open(out, "additionalProperties");
    sl_json_string(out, "type", "string");
    sl_json_int(out, "maxLength", 500);
    sl_json_close(out);
    sl_json_int(out, "maxProperties", 50);
}

/* Amounts are minor units on /v1 and numbers of major units elsewhere; times unix seconds or also ISO 8601. */
static void scalar_schema(sl_json *out, const sl_field *field, int32_t face)
{
    switch (field->type) {
    case SL_TYPE_BOOL:
        type_of(out, "boolean", NULL);
        break;
    case SL_TYPE_INT64:
        type_of(out, "integer", "int64");
        number_bounds(out, field);
        break;
    case SL_TYPE_MONEY:
        if (face == SL_FACE_STRIPE) {
            type_of(out, "integer", "int64");
            number_bounds(out, field);
        } else {
            type_of(out, "number", NULL);
        }
        break;
    case SL_TYPE_CURRENCY:
        type_of(out, "string", NULL);
        sl_json_string(out, "pattern", "^[A-Za-z]{3}$");
        break;
    case SL_TYPE_TIMESTAMP:
        if (face == SL_FACE_STRIPE) {
            type_of(out, "integer", "unix-time");
        } else {
            sl_json_open_array(out, "type");
            sl_json_string(out, NULL, "integer");
            sl_json_string(out, NULL, "string");
            sl_json_close_array(out);
        }
        break;
    case SL_TYPE_ENUM:
        enum_schema(out, field);
        break;
    case SL_TYPE_METADATA:
        metadata_schema(out);
        break;
    case SL_TYPE_JSON:
        break;
    default:
        text_schema(out, field);
        break;
    }
}

static void list_schema(sl_json *out, const sl_field *field, int32_t face)
{
    sl_json_string(out, "type", "array");
    sl_json_open(out, "items");
    if (field->item_type == SL_TYPE_OBJECT) {
        sl_openapi_object(out, field->fields, face, NULL, NULL);
    } else {
        sl_field item = { .type = field->item_type, .values = field->values };
        scalar_schema(out, &item, face);
    }
    sl_json_close(out);
}

void sl_openapi_field(sl_json *out, const char *name, const sl_field *field, int32_t face)
{
    sl_json_open(out, name);
    if (field->type == SL_TYPE_OBJECT) {
        sl_openapi_object(out, field->fields, face, NULL, NULL);
    } else if (field->type == SL_TYPE_LIST) {
        list_schema(out, field, face);
    } else {
        scalar_schema(out, field, face);
    }
    if (field->initial) {
        bool text = field->type != SL_TYPE_BOOL && field->type != SL_TYPE_INT64 &&
                    field->type != SL_TYPE_MONEY && field->type != SL_TYPE_TIMESTAMP;
        if (text) {
            sl_json_string(out, "default", field->initial);
        } else {
            sl_json_raw(out, "default", field->initial);
        }
    }
    if (field->doc) {
        sl_json_string(out, "description", field->doc);
    }
    sl_json_close(out);
}

static bool left_out(const sl_field *field, sl_openapi_filter leave_out, const void *data)
{
    return field->hidden || (leave_out && leave_out(field, data));
}

void sl_openapi_object(sl_json *out, const sl_field *fields, int32_t face,
                       sl_openapi_filter leave_out, const void *data)
{
    bool required = false;
    sl_json_string(out, "type", "object");
    sl_json_open(out, "properties");
    for (const sl_field *field = fields; field && field->type != SL_TYPE_END; field++) {
        if (!left_out(field, leave_out, data)) {
            sl_openapi_field(out, field->name, field, face);
            required = required || field->required;
        }
    }
    sl_json_close(out);
    if (required) {
        sl_json_open_array(out, "required");
        for (const sl_field *field = fields; field->type != SL_TYPE_END; field++) {
            if (!left_out(field, leave_out, data) && field->required) {
                sl_json_string(out, NULL, field->name);
            }
        }
        sl_json_close_array(out);
    }
    sl_json_bool(out, "additionalProperties", false);
}
