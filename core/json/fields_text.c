/*
 * fields_text.c: metadata, email addresses, clean text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/mask.h"
#include "core/base/text.h"
#include "core/json/fields_inside.h"

/* Stripe's "Metadata" document. */
#define NAMES_MOST 50
#define NAME_LONGEST 40
#define VALUE_LONGEST 500

bool sl_value_is_unclean(const sl_value *value)
{
    size_t length = 0;
    const char *text = sl_value_bytes(value, &length);
    if (text != NULL)
        return sl_value_has_nul(value) || !sl_utf8_valid(text, length);
    for (uint32_t i = 0; i < sl_value_count(value); i++) {
        const char *name = NULL;
        const sl_value *item = sl_value_item(value, i, &name);
        if ((name != NULL && !sl_utf8_valid(name, strlen(name))) || sl_value_is_unclean(item))
            return true;
    }
    return false;
}

/* ---- metadata ---- */

static void pair_fault(const sl_reading *reading, const sl_fault_step *step, const char *message,
                       const char *type)
{
    sl_reading_fault(reading, step, NULL, message, type, message);
}

static bool name_check(const sl_reading *reading, const char *name, const sl_fault_step *step)
{
    size_t length = strlen(name);
    if (length == 0 || strpbrk(name, "[]") != NULL || !sl_utf8_valid(name, length)) {
        pair_fault(reading, step, "Metadata names must be texts without square brackets",
                   "value_error");
        return false;
    }
    if (sl_utf8_count(name, length) > NAME_LONGEST) {
        pair_fault(reading, step, "Metadata names can have up to 40 characters", "string_too_long");
        return false;
    }
    return true;
}

/* The text of a metadata value, NULL after a fault. */
static const char *pair_value(const sl_reading *reading, const sl_value *value,
                              const sl_fault_step *step)
{
    size_t length = 0;
    const char *text = sl_value_bytes(value, &length);
    if (text != NULL) {
        if (sl_value_is_unclean(value))
            pair_fault(reading, step, "Metadata values must be UTF-8 without NUL", "value_error");
        else if (sl_utf8_count(text, length) > VALUE_LONGEST)
            pair_fault(reading, step, "Metadata values can have up to 500 characters",
                       "string_too_long");
        else
            return text;
        return NULL;
    }
    switch (sl_value_type(value)) {
    case SL_VALUE_NULL:
        return "";
    case SL_VALUE_BOOL:
        return sl_value_bool(value, false) ? "true" : "false";
    case SL_VALUE_INT:
    case SL_VALUE_REAL:
        if (strlen(sl_value_number(value)) <= VALUE_LONGEST)
            return sl_value_number(value);
        break;
    default:
        break;
    }
    pair_fault(reading, step, "Metadata values must be texts", "string_type");
    return NULL;
}

void sl_metadata_read(const sl_reading *reading, const sl_field *field, const sl_value *value,
                      const sl_fault_step *step, const sl_map **ret_map)
{
    (void)field;
    *ret_map = NULL;
    if (sl_value_type(value) != SL_VALUE_OBJECT) {
        sl_reading_fault(reading, step, NULL, "Invalid hash", "dict_type",
                         "Input should be a valid dictionary");
        return;
    }
    bool stored = sl_reading_is(reading, SL_FIELDS_STORED);
    uint32_t count = sl_value_count(value);
    if (count > NAMES_MOST && !stored) {
        pair_fault(reading, step, "Metadata can have up to 50 names", "too_long");
        return;
    }
    sl_pair *pairs = sl_alloc(reading->cx, count * sizeof(*pairs));
    sl_map *map = sl_alloc(reading->cx, sizeof(*map));
    for (uint32_t i = 0; i < count; i++) {
        const char *name = NULL;
        const sl_value *item = sl_value_item(value, i, &name);
        sl_fault_step own = { .parent = step, .name = name };
        if (!stored && !name_check(reading, name, &own))
            continue;
        const char *text = stored ? sl_value_string(item, NULL) : NULL;
        if (text == NULL)
            text = pair_value(reading, item, &own);
        if (text != NULL)
            pairs[map->count++] = (sl_pair){ .name = name, .value = text };
    }
    map->pairs = pairs;
    *ret_map = map;
}

/* ---- email ---- */

#define EMAIL_LONGEST 254 /* RFC 5321 */
#define LOCAL_LONGEST 64
#define LABEL_LONGEST 63

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           ((unsigned char)c & 0x80) != 0;
}

/* Dot-separated atoms; each character a letter, a digit or one of `others`. */
static bool local_valid(const char *text, size_t length)
{
    if (length == 0 || length > LOCAL_LONGEST || text[0] == '.' || text[length - 1] == '.')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.'
                ? text[i + 1] == '.'
                : !is_letter_or_digit(text[i]) && strchr("!#$%&'*+-/=?^_`{|}~", text[i]) == NULL)
            return false;
    }
    return true;
}

static bool domain_valid(const char *text)
{
    int labels = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, ".");
        if (length == 0 || length > LABEL_LONGEST || text[0] == '-' || text[length - 1] == '-')
            return false;
        for (size_t i = 0; i < length; i++) {
            if (!is_letter_or_digit(text[i]) && text[i] != '-')
                return false;
        }
        labels++;
        text += length;
        if (*text == '.' && *++text == '\0')
            return false;
    }
    return labels >= 2;
}

bool sl_email_valid(const char *text)
{
    const char *at = text ? strrchr(text, '@') : NULL;
    return at != NULL && strlen(text) <= EMAIL_LONGEST && local_valid(text, (size_t)(at - text)) &&
           domain_valid(at + 1);
}
