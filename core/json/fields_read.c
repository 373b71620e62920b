/*
 * fields_read.c: structs from trees of values by their field tables: objects, lists, what is absent, what is unknown.
 *
 * Scalars are fields_scalar.c's. The currency of a table is looked up before its amounts are read, wherever it stands.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>
#include <strings.h>

#include "core/base/currencies.h"
#include "core/base/mask.h"
#include "core/base/text.h"
#include "core/json/fields_inside.h"

static void table_read(const sl_reading *around, const sl_field *fields, const sl_value *object,
                       const sl_fault_step *step, void *record);

/* ---- wrong kinds ---- */

static void kind_fault(const sl_reading *reading, const sl_fault_step *step, const char *kind,
                       const char *type, const char *description)
{
    sl_reading_fault(reading, step, NULL, sl_format(reading->cx, "Invalid %s", kind), type,
                     description);
}

/* ---- objects ---- */

static void object_read(const sl_reading *reading, const sl_field *field, const sl_value *value,
                        const sl_fault_step *step, void *member)
{
    void *object = NULL;
    if (sl_value_type(value) == SL_VALUE_OBJECT) {
        object = sl_alloc(reading->cx, field->size);
        table_read(reading, field->fields, value, step, object);
    } else {
        kind_fault(reading, step, "object", "dict_type", "Input should be a valid dictionary");
    }
    memcpy(member, &object, sizeof(object));
}

/* ---- lists ---- */

static void item_read(const sl_reading *reading, const sl_field *field, const sl_value *value,
                      const sl_fault_step *step, void *item)
{
    if (field->item_type != SL_TYPE_OBJECT) {
        sl_field single = *field;
        single.type = field->item_type;
        single.size = field->item_size;
        if (sl_value_type(value) == SL_VALUE_NULL)
            kind_fault(reading, step, "value: null", "string_type",
                       "Input should be a valid string");
        else
            sl_scalar_read(reading, &single, value, step, item);
    } else if (sl_value_type(value) == SL_VALUE_OBJECT) {
        table_read(reading, field->fields, value, step, item);
    } else {
        kind_fault(reading, step, "object", "dict_type", "Input should be a valid dictionary");
    }
}

static void list_read(const sl_reading *reading, const sl_field *field, const sl_value *value,
                      const sl_fault_step *step, sl_list *ret_list)
{
    ret_list->item_size = field->item_size;
    if (sl_value_type(value) != SL_VALUE_ARRAY) {
        kind_fault(reading, step, "array", "list_type", "Input should be a valid list");
        return;
    }
    char *items = sl_alloc(reading->cx, (size_t)value->count * field->item_size);
    for (uint32_t i = 0; i < value->count; i++) {
        sl_fault_step item = { .parent = step, .index = i };
        item_read(reading, field, value->items[i].value, &item,
                  items + (size_t)i * field->item_size);
    }
    ret_list->count = value->count;
    ret_list->items = items;
}

/* ---- JSON ---- */

static void json_read(const sl_reading *reading, const sl_value *value, const sl_fault_step *step,
                      void *member)
{
    const char *text = NULL;
    if (!sl_reading_is(reading, SL_FIELDS_STORED) && sl_value_is_unclean(value))
        sl_reading_fault(reading, step, NULL, "Invalid text: it must be UTF-8 without NUL",
                         "value_error", "Value error, text must be UTF-8 without NUL");
    else
        text = sl_value_text(reading->cx, value);
    memcpy(member, &text, sizeof(text));
}

/* ---- absent, given, unset ---- */

static bool is_scalar(const sl_field *field)
{
    return field->type != SL_TYPE_OBJECT && field->type != SL_TYPE_LIST &&
           field->type != SL_TYPE_JSON && field->type != SL_TYPE_METADATA;
}

static void member_absent(const sl_field *field, void *member)
{
    const void *nothing = NULL;
    if (field->type == SL_TYPE_LIST)
        *(sl_list *)member = (sl_list){ .item_size = field->item_size };
    else if (is_scalar(field))
        sl_scalar_absent(field, member);
    else
        memcpy(member, &nothing, sizeof(nothing));
}

/* The parameter is there and says: remove. */
static void member_unset(sl_reading *reading, const sl_field *field, void *member)
{
    member_absent(field, member);
    switch (field->type) {
    case SL_TYPE_STRING:
    case SL_TYPE_CURRENCY:
    case SL_TYPE_ID:
    case SL_TYPE_ENUM:
    case SL_TYPE_EMAIL:
    case SL_TYPE_JSON:
        *(const char **)member = "";
        break;
    case SL_TYPE_INT64:
    case SL_TYPE_MONEY:
        memcpy(member, &(int64_t){ SL_NONE }, sizeof(int64_t));
        break;
    case SL_TYPE_METADATA:
        *(const sl_map **)member = sl_alloc(reading->cx, sizeof(sl_map));
        break;
    default:
        break;
    }
}

static void missing_fault(const sl_reading *reading, const sl_fault_step *step)
{
    sl_fault *fault =
        sl_reading_fault(reading, step, "parameter_missing", NULL, "missing", "Field required");
    fault->message = sl_format(reading->cx, "Missing required param: %s.", fault->param);
}

static void empty_fault(const sl_reading *reading, const sl_fault_step *step)
{
    sl_fault *fault = sl_reading_fault(reading, step, "parameter_invalid_empty", NULL,
                                       "string_too_short", "Value must not be empty");
    fault->message = sl_format(reading->cx,
                               "You passed an empty string for '%s'. We assume empty values are an "
                               "attempt to unset a parameter; however '%s' cannot be unset. You "
                               "should remove '%s' from your request or supply a non-empty value.",
                               fault->param, fault->param, fault->param);
}

static void value_read(sl_reading *reading, const sl_field *field, const sl_value *value,
                       const sl_fault_step *step, void *member)
{
    switch (field->type) {
    case SL_TYPE_OBJECT:
        object_read(reading, field, value, step, member);
        break;
    case SL_TYPE_LIST:
        list_read(reading, field, value, step, member);
        break;
    case SL_TYPE_JSON:
        json_read(reading, value, step, member);
        break;
    case SL_TYPE_METADATA:
        sl_metadata_read(reading, field, value, step, member);
        break;
    default:
        sl_scalar_read(reading, field, value, step, member);
    }
}

/* The default, written as in a request: a text for scalars, JSON for the rest. */
static void initial_read(sl_reading *reading, const sl_field *field, const sl_fault_step *step,
                         void *member)
{
    size_t length = strlen(field->initial);
    sl_value *text = sl_value_new_string(reading->cx->arena, field->initial, length);
    text->flag = true;
    const sl_value *value = text;
    if (is_scalar(field) || sl_json_parse(reading->cx, field->initial, length, &value) == SL_OK)
        value_read(reading, field, value, step, member);
}

static void field_read(sl_reading *reading, const sl_field *field, const sl_value *value,
                       const sl_fault_step *step, void *member)
{
    bool stored = sl_reading_is(reading, SL_FIELDS_STORED);
    bool lite = sl_reading_is(reading, SL_FIELDS_LITE);
    bool taken = lite || stored || sl_reading_is(reading, SL_FIELDS_EMPTY);
    bool null = value != NULL && value->type == SL_VALUE_NULL;
    bool empty = value != NULL && value->type == SL_VALUE_STRING && value->length == 0;
    /* An empty text for metadata removes all of it, in every table. */
    bool unset = (null || empty) && field->unset && !stored;
    unset = unset || (empty && !taken && field->type == SL_TYPE_METADATA);
    if (stored && (value == NULL || null)) {
        member_absent(field, member);
    } else if (unset) {
        member_unset(reading, field, member);
    } else if (null && field->required && lite) {
        member_absent(field, member);
        value_read(reading, field, value, step, member);
    } else if (value == NULL || null) {
        member_absent(field, member);
        if (field->required)
            missing_fault(reading, step);
        else if (field->initial != NULL)
            initial_read(reading, field, step, member);
    } else if (empty && !taken && field->type != SL_TYPE_JSON) {
        member_absent(field, member);
        empty_fault(reading, step);
    } else {
        value_read(reading, field, value, step, member);
    }
}

/* ---- tables ---- */

/* The currency that amounts of this table are in. */
static void currency_choose(sl_reading *reading, const sl_field *fields, const sl_value *object)
{
    for (const sl_field *field = fields; field->type != SL_TYPE_END; field++) {
        if (field->type != SL_TYPE_CURRENCY)
            continue;
        const char *code = sl_value_string(sl_value_member(object, field->name), NULL);
        bool given = code != NULL && *code != '\0';
        if (!given)
            code = field->initial;
        const sl_currency *row = sl_currency_find(code, code ? strlen(code) : 0);
        if (row != NULL)
            reading->currency = row->code;
        reading->currency_faulty = given && row == NULL;
        return;
    }
}

/* The entry of that type which names the parameter. */
static const sl_field *memberless_find(const sl_field *fields, int32_t type, const char *name)
{
    for (; fields->type != SL_TYPE_END; fields++) {
        for (uint32_t i = 0; fields->type == type && fields->values[i]; i++) {
            if (strcmp(fields->values[i], name) == 0)
                return fields;
        }
    }
    return NULL;
}

/* Null, false and what is empty want nothing; of a filter false is a wish like others. */
static bool value_wants(const sl_field *field, const sl_value *value)
{
    const char *text = sl_value_string(value, NULL);
    if (text != NULL)
        return *text != '\0' && (field->query || strcasecmp(text, "false") != 0);
    switch (sl_value_type(value)) {
    case SL_VALUE_NULL:
        return false;
    case SL_VALUE_BOOL:
        return field->query || sl_value_bool(value, false);
    case SL_VALUE_OBJECT:
    case SL_VALUE_ARRAY:
        return sl_value_count(value) > 0;
    default:
        return true;
    }
}

/* These come first: that something else is missing too is no help to who asked for them. */
static void unsupported_find(const sl_reading *reading, const sl_field *fields,
                             const sl_value *object, const sl_fault_step *step)
{
    for (uint32_t i = 0; i < sl_value_count(object); i++) {
        const char *name = object->items[i].name;
        const sl_field *entry = memberless_find(fields, SL_TYPE_UNSUPPORTED, name);
        if (entry == NULL || sl_fields_find(fields, name) != NULL ||
            !value_wants(entry, object->items[i].value))
            continue;
        sl_fault_step own = { .parent = step, .name = name };
        sl_fault *fault = sl_reading_fault(reading, &own, "parameter_unsupported", NULL,
                                           "value_error", "Value error, this is not supported");
        fault->message = sl_format(reading->cx, "This server does not support %s: %s.",
                                   fault->param, entry->doc);
    }
}

static void unknown_find(const sl_reading *reading, const sl_field *fields, const sl_value *object,
                         const sl_fault_step *step)
{
    for (uint32_t i = 0; i < sl_value_count(object); i++) {
        const char *name = object->items[i].name;
        if (sl_fields_find(fields, name) != NULL ||
            memberless_find(fields, SL_TYPE_UNSUPPORTED, name) != NULL ||
            memberless_find(fields, SL_TYPE_UNUSED, name) != NULL)
            continue;
        sl_fault_step own = { .parent = step, .name = name };
        sl_fault *fault = sl_reading_fault(reading, &own, "parameter_unknown", NULL,
                                           "extra_forbidden", "Extra inputs are not permitted");
        fault->message = sl_format(reading->cx, "Received unknown parameter: %s", fault->param);
    }
}

static void table_read(const sl_reading *around, const sl_field *fields, const sl_value *object,
                       const sl_fault_step *step, void *record)
{
    sl_reading reading = *around;
    currency_choose(&reading, fields, object);
    if (sl_reading_is(&reading, SL_FIELDS_STRICT))
        unsupported_find(&reading, fields, object, step);
    for (const sl_field *field = fields; field->type != SL_TYPE_END; field++) {
        if (!sl_field_has_member(field))
            continue;
        sl_fault_step own = { .parent = step, .name = field->name };
        const sl_value *value = sl_value_member(object, field->name);
        field_read(&reading, field, value, &own, sl_field_at(field, record));
    }
    if (sl_reading_is(&reading, SL_FIELDS_STRICT))
        unknown_find(&reading, fields, object, step);
}

void sl_fields_take(sl_context *cx, const sl_field *fields, const sl_value *object, uint32_t flags,
                    void *record, sl_faults *faults)
{
    sl_reading reading = {
        .cx = cx,
        .flags = flags,
        .faults = faults,
        .currency = sl_currency_default(),
    };
    table_read(&reading, fields, object, NULL, record);
}

sl_status sl_fields_parse(sl_context *cx, const sl_field *fields, const sl_value *object,
                          bool strict, void *ret_record, sl_faults *ret_faults)
{
    uint32_t flags = cx->face == SL_FACE_LITE ? SL_FIELDS_LITE : 0;
    flags |= strict ? SL_FIELDS_STRICT : 0;
    sl_fields_take(cx, fields, object, flags, ret_record, ret_faults);
    if (ret_faults->count == 0)
        return SL_OK;
    const sl_fault *first = &ret_faults->items[0];
    return sl_fail_param(cx, SL_E_INVALID, first->code, first->param, "%s", first->message);
}

sl_status sl_fields_read(sl_context *cx, const sl_field *fields, const sl_value *object,
                         void *ret_record)
{
    if (sl_value_type(object) != SL_VALUE_OBJECT)
        return sl_fail(cx, SL_E_INVALID, NULL, "An object is expected.");
    sl_faults faults = { 0 };
    sl_fields_take(cx, fields, object, SL_FIELDS_EMPTY, ret_record, &faults);
    if (faults.count == 0)
        return SL_OK;
    const char *message = faults.items[0].message;
    for (uint32_t i = 1; i < faults.count; i++)
        message =
            sl_format(cx, "%s; %s: %s", message, faults.items[i].param, faults.items[i].message);
    return sl_fail_param(cx, SL_E_INVALID, faults.items[0].code, faults.items[0].param, "%s",
                         message);
}

bool sl_given(const sl_context *cx, const char *param)
{
    const sl_value *value = cx->params;
    while (value != NULL && *param != '\0') {
        size_t length = strcspn(param, "[]");
        if (value->type == SL_VALUE_ARRAY) {
            int64_t index = -1;
            (void)sl_text_int64(param, length, &index);
            bool inside = index >= 0 && index < value->count;
            value = inside ? value->items[index].value : NULL;
        } else {
            value = sl_value_find((sl_value *)value, param, length);
        }
        param += length;
        param += strspn(param, "[]");
    }
    return value != NULL;
}
