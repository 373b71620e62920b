/*
 * fields_write.c: structs as JSON by their field tables.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/json/fields.h"

#include <string.h>

#include "core/base/context.h"
#include "core/json/writer.h"

struct writing {
    sl_json *out;
    bool secrets;
    const char *currency; /* of the table at hand, NULL: the default */
};

static void table_write(const struct writing *around, const sl_field *fields, const void *record);

static const char *member_text(const void *member)
{
    const char *text = NULL;
    memcpy(&text, member, sizeof(text));
    return text;
}

static int64_t member_number(const void *member)
{
    int64_t number = 0;
    memcpy(&number, member, sizeof(number));
    return number;
}

static const void *member_pointer(const void *member)
{
    const void *pointer = NULL;
    memcpy(&pointer, member, sizeof(pointer));
    return pointer;
}

static void value_write(const struct writing *writing, const char *name, const sl_field *field,
                        int32_t type, const void *member)
{
    sl_json *out = writing->out;
    switch (type) {
    case SL_TYPE_BOOL:
        sl_json_bool(out, name, *(const bool *)member);
        break;
    case SL_TYPE_INT64:
        sl_json_int(out, name, member_number(member));
        break;
    case SL_TYPE_MONEY:
        sl_json_money(out, name, member_number(member), writing->currency);
        break;
    case SL_TYPE_TIMESTAMP:
        sl_json_time(out, name, member_number(member));
        break;
    case SL_TYPE_METADATA:
        sl_json_map(out, name, member_pointer(member));
        break;
    case SL_TYPE_JSON:
        sl_json_raw(out, name, member_text(member));
        break;
    case SL_TYPE_OBJECT:
        if (member == NULL) {
            sl_json_null(out, name);
            break;
        }
        sl_json_open(out, name);
        table_write(writing, field->fields, member);
        sl_json_close(out);
        break;
    default:
        sl_json_string(out, name, member_text(member));
    }
}

static void list_write(const struct writing *writing, const sl_field *field, const sl_list *list)
{
    sl_json_open_array(writing->out, field->name);
    for (uint32_t i = 0; i < list->count; i++) {
        const char *item = (const char *)list->items + (size_t)i * field->item_size;
        value_write(writing, NULL, field, field->item_type, item);
    }
    sl_json_close_array(writing->out);
}

static void field_write(const struct writing *writing, const sl_field *field, const void *record)
{
    const char *member = (const char *)record + field->offset;
    if (field->type == SL_TYPE_LIST)
        list_write(writing, field, (const sl_list *)(const void *)member);
    else if (field->type == SL_TYPE_OBJECT)
        value_write(writing, field->name, field, field->type, member_pointer(member));
    else
        value_write(writing, field->name, field, field->type, member);
}

static const char *table_currency(const sl_field *fields, const void *record, const char *around)
{
    for (const sl_field *field = fields; field->type != SL_TYPE_END; field++) {
        if (field->type != SL_TYPE_CURRENCY)
            continue;
        const char *own = member_text((const char *)record + field->offset);
        return own != NULL && *own != '\0' ? own : around;
    }
    return around;
}

static void table_write(const struct writing *around, const sl_field *fields, const void *record)
{
    struct writing writing = *around;
    writing.currency = table_currency(fields, record, around->currency);
    for (const sl_field *field = fields; field->type != SL_TYPE_END; field++) {
        if (sl_field_has_member(field) && (!field->secret || writing.secrets))
            field_write(&writing, field, record);
    }
}

void sl_fields_write(sl_json *out, const sl_field *fields, const void *record, bool secrets)
{
    struct writing writing = { .out = out, .secrets = secrets };
    table_write(&writing, fields, record);
}

void sl_json_fields(sl_json *out, const sl_field *fields, const void *record)
{
    sl_fields_write(out, fields, record, false);
}

size_t sl_fields_size(const sl_field *fields)
{
    size_t size = 0;
    for (; fields != NULL && fields->type != SL_TYPE_END; fields++) {
        size_t own = fields->type == SL_TYPE_OBJECT ? sizeof(void *) : fields->size;
        if (fields->offset + own > size)
            size = fields->offset + own;
    }
    return size;
}

uint32_t sl_fields_count(const sl_field *fields)
{
    uint32_t count = 0;
    while (fields != NULL && fields[count].type != SL_TYPE_END)
        count++;
    return count;
}

const sl_field *sl_fields_find(const sl_field *fields, const char *name)
{
    for (; fields != NULL && fields->type != SL_TYPE_END; fields++) {
        if (sl_field_has_member(fields) && strcmp(fields->name, name) == 0)
            return fields;
    }
    return NULL;
}
