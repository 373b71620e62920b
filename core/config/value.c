/*
 * value.c: texts become typed settings, or a sentence that says what is allowed.
 *
 * Each layer's value is checked, also one that a stronger layer replaces: a broken file stays broken when a variable hides it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <ctype.h>
#include <string.h>

#include "core/base/text.h"
#include "core/config/database_url.h"
#include "core/config/inside.h"

_Static_assert(offsetof(sl_settings, limits_rate_burst) ==
                   offsetof(sl_settings, limits_rate) + sizeof(int64_t),
               "a rate's burst follows it");

static const char *join(sl_arena *arena, const char *const *values)
{
    const char *text = values[0];
    for (size_t i = 1; values[i]; i++)
        text = sl_arena_format(arena, "%s%s%s", text, values[i + 1] ? ", " : " or ", values[i]);
    return text;
}

const char *setting_allowed(sl_arena *arena, const setting_key *key)
{
    long long min = key->min;
    long long max = key->max;
    switch (key->type) {
    case SETTING_ENUM:
        return join(arena, key->values);
    case SETTING_INT:
        return sl_arena_format(arena, "a whole number from %lld to %lld", min, max);
    case SETTING_BOOL:
        return "true or false";
    case SETTING_WORKERS:
        return sl_arena_format(arena, "auto or a whole number from %lld to %lld", min, max);
    case SETTING_BYTES:
        return sl_arena_format(
            arena, "a size from %lld to %lld bytes, such as 65536, 64KiB or 1MiB", min, max);
    case SETTING_RATE:
        return "a rate and burst such as 100:200, or 0";
    case SETTING_NUMBERS:
        return sl_arena_format(arena, "a list of whole numbers from %lld to %lld", min, max);
    case SETTING_PART:
        if (max > 0)
            return sl_arena_format(arena, "a whole number from %lld to %lld", min, max);
        return "a text";
    default:
        return key->allowed ? key->allowed : "a text";
    }
}

static bool read_int(const char *text, size_t length, int64_t min, int64_t max, int64_t *ret)
{
    int64_t number = 0;
    if (sl_text_int64(text, length, &number) != 0 || number < min || number > max)
        return false;
    *ret = number;
    return true;
}

static bool read_bool(const char *text, bool *ret)
{
    static const char *const yes[] = { "true", "yes", "on", "1" };
    static const char *const no[] = { "false", "no", "off", "0" };
    for (size_t i = 0; i < 4; i++) {
        if (sl_text_same(text, yes[i]) || sl_text_same(text, no[i])) {
            *ret = sl_text_same(text, yes[i]);
            return true;
        }
    }
    return false;
}

static bool read_bytes(const setting_key *key, const char *text, int64_t *ret)
{
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits;
    while (*unit == ' ')
        unit++;
    int64_t factor = *unit == '\0'               ? 1
                     : sl_text_same(unit, "KiB") ? 1024
                     : sl_text_same(unit, "MiB") ? (int64_t)1024 * 1024
                                                 : 0;
    int64_t number = 0;
    if (factor == 0 || !read_int(text, digits, 0, key->max, &number) ||
        number > key->max / factor || number * factor < key->min)
        return false;
    *ret = number * factor;
    return true;
}

static bool read_rate(const setting_key *key, const char *text, int64_t *ret)
{
    const char *colon = strchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    int64_t rate = 0;
    if (!read_int(text, length, 0, key->max, &rate))
        return false;
    int64_t burst = rate;
    if (colon && !read_int(colon + 1, strlen(colon + 1), rate > 0 ? 1 : 0, key->max, &burst))
        return false;
    ret[0] = rate;
    ret[1] = burst;
    return true;
}

/* The next item of a list with commas, trimmed; NULL at the end. */
static const char *next_item(sl_arena *arena, const char **text)
{
    const char *at = *text;
    if (!at)
        return NULL;
    size_t length = strcspn(at, ",");
    *text = at[length] == ',' ? at + length + 1 : NULL;
    while (length > 0 && isspace((unsigned char)*at)) {
        at++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)at[length - 1]))
        length--;
    return sl_arena_copy(arena, at, length);
}

static uint32_t count_items(const char *text)
{
    uint32_t count = 1;
    for (; *text; text++)
        count += *text == ',' ? 1 : 0;
    return count;
}

static bool read_texts(sl_arena *arena, const setting_key *key, const char *text,
                       sl_setting_texts *ret)
{
    const char **items = sl_arena_alloc(arena, count_items(text) * sizeof(*items));
    uint32_t count = 0;
    for (const char *item; (item = next_item(arena, &text));) {
        if (*item == '\0')
            continue;
        if (key->check && !key->check(item))
            return false;
        items[count++] = item;
    }
    *ret = (sl_setting_texts){ .count = count, .items = items };
    return true;
}

static bool read_numbers(sl_arena *arena, const setting_key *key, const char *text,
                         sl_setting_numbers *ret)
{
    int64_t *items = sl_arena_alloc(arena, count_items(text) * sizeof(*items));
    uint32_t count = 0;
    for (const char *item; (item = next_item(arena, &text));)
        if (!read_int(item, strlen(item), key->min, key->max, &items[count++]))
            return false;
    *ret = (sl_setting_numbers){ .count = count, .items = items };
    return true;
}

static bool read_enum(const setting_key *key, const char *text, const char **ret)
{
    for (const char *const *value = key->values; *value; value++) {
        if (strcmp(*value, text) == 0) {
            *ret = *value;
            return true;
        }
    }
    return false;
}

static bool read_part(const setting_key *key, const char *text)
{
    int64_t number = 0;
    return key->max == 0 || read_int(text, strlen(text), key->min, key->max, &number);
}

/* Puts the value into its member; false leaves it as it was. */
static bool read_value(sl_settings *settings, const setting_key *key, const char *text)
{
    void *member = (char *)settings + key->offset;
    sl_arena *arena = settings->inside->arena;
    switch (key->type) {
    case SETTING_ENUM:
        return read_enum(key, text, member);
    case SETTING_INT:
        return read_int(text, strlen(text), key->min, key->max, member);
    case SETTING_BOOL:
        return read_bool(text, member);
    case SETTING_WORKERS:
        if (strcmp(text, "auto") == 0) {
            *(int64_t *)member = 0;
            return true;
        }
        return read_int(text, strlen(text), key->min, key->max, member);
    case SETTING_BYTES:
        return read_bytes(key, text, member);
    case SETTING_RATE:
        return read_rate(key, text, member);
    case SETTING_TEXTS:
        return read_texts(arena, key, text, member);
    case SETTING_NUMBERS:
        return read_numbers(arena, key, text, member);
    case SETTING_PART:
        return read_part(key, text);
    case SETTING_DATABASE:
    case SETTING_TEXT:
    default:
        if (key->check && !key->check(text))
            return false;
        *(const char **)member = text;
        return true;
    }
}

static bool is_date(const char *text)
{
    static const char pattern[] = "dddd-";
    for (size_t i = 0; pattern[i]; i++)
        if (pattern[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != pattern[i])
            return false;
    return text[strspn(text, "0123456789-:. TtZz+")] == '\0';
}

/* What YAML takes a plain scalar for, when that is no text. */
static const char *plain_type(const char *text)
{
    bool truth;
    if (strspn(text, "01") == 0 && read_bool(text, &truth))
        return "true or false";
    if (is_date(text))
        return "a date";
    const char *digits = text + strspn(text, "+-");
    if (isdigit((unsigned char)*digits) &&
        digits[strspn(digits, "0123456789._eE+-xXabcdfABCDF:")] == '\0' &&
        (strpbrk(digits, "abcdfABCDF") == NULL || sl_text_starts(digits, "0x")) &&
        strchr(digits, '.') == strrchr(digits, '.'))
        return "a number";
    return NULL;
}

static const char *place(sl_arena *arena, const setting_value *value)
{
    return value->origin ? sl_arena_format(arena, "%s: %s", value->origin, value->label)
                         : value->label;
}

/* A sentence when the scalar's way of writing says another type than the key's. */
static const char *wrong_style(sl_arena *arena, const setting_key *key, const setting_value *value)
{
    bool list = key->type == SETTING_TEXTS || key->type == SETTING_NUMBERS;
    bool number = key->type == SETTING_INT || (key->type == SETTING_PART && key->max > 0);
    bool text = key->type == SETTING_TEXT || key->type == SETTING_DATABASE ||
                (key->type == SETTING_PART && !number);
    if (value->style == STYLE_SEQUENCE && !list)
        return sl_arena_format(arena, "is a list; it must be %s", setting_allowed(arena, key));
    if (value->style == STYLE_QUOTED && (number || key->type == SETTING_BOOL))
        return sl_arena_format(arena, "is a text in quotes; it must be %s, without quotes",
                               setting_allowed(arena, key));
    const char *type = value->style == STYLE_PLAIN && text ? plain_type(value->text) : NULL;
    if (type)
        return sl_arena_format(arena, "is %s to YAML; it must be %s: put it in quotes", type,
                               setting_allowed(arena, key));
    return NULL;
}

void setting_give(sl_settings *settings, const setting_key *key, const setting_value *value)
{
    if (!value->text || (value->text[0] == '\0' && value->style != STYLE_SEQUENCE))
        return;
    if (key->type == SETTING_ROUTES) {
        settings_read_routes(settings, key, value);
        return;
    }
    sl_arena *arena = settings->inside->arena;
    const char *wrong = wrong_style(arena, key, value);
    if (!wrong && key->type == SETTING_DATABASE) {
        sl_database_address address;
        wrong = sl_database_url_read(arena, value->text, &address);
    }
    if (!wrong && !sl_utf8_valid(value->text, strlen(value->text)))
        wrong = "is not UTF-8";
    if (!wrong && !read_value(settings, key, value->text)) {
        const char *allowed = setting_allowed(arena, key);
        wrong = key->secret ? sl_arena_format(arena, "must be %s", allowed)
                            : sl_arena_format(arena, "is %s; it must be %s",
                                              setting_quote(arena, value->text), allowed);
    }
    if (wrong) {
        setting_fault(settings, "%s %s", place(arena, value), wrong);
        return;
    }
    settings->inside->values[key - setting_keys] = *value;
}
