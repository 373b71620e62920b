/*
 * options.c: a plugin's options from the settings, by its own field table.
 *
 * Each option is read alone first, so that a fault is told with its place in the settings; then all together, which fills in
 * the defaults. What is secret is never quoted.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>
#include <strings.h>

#include "core/plugin/loader.h"

static const sl_field *field_named(const sl_field *fields, const char *name)
{
    for (; fields && fields->type != SL_TYPE_END; fields++) {
        if (strcmp(fields->name, name) == 0)
            return fields;
    }
    return NULL;
}

static const char *option_names(sl_context *cx, const sl_field *fields)
{
    const char *text = "";
    for (; fields && fields->type != SL_TYPE_END; fields++) {
        if (!fields->hidden)
            text = sl_format(cx, "%s%s%s", text, text[0] ? ", " : "", fields->name);
    }
    return text[0] ? text : "none";
}

/* ---- what settings write as text and the table wants as another type ---- */

static const char *bool_of(const char *text)
{
    static const char *const yes[] = { "true", "yes", "on", "1" };
    static const char *const no[] = { "false", "no", "off", "0" };
    for (size_t i = 0; i < 4; i++) {
        if (strcasecmp(text, yes[i]) == 0)
            return "true";
        if (strcasecmp(text, no[i]) == 0)
            return "false";
    }
    return NULL;
}

static bool is_number(const char *text)
{
    size_t sign = text[0] == '-' ? 1 : 0;
    size_t digits = strspn(text + sign, "0123456789");
    bool leading_zero = text[sign] == '0' && digits > 1;
    size_t fraction =
        text[sign + digits] == '.' ? 1 + strspn(text + sign + digits + 1, "0123456789") : 0;
    return digits > 0 && !leading_zero && fraction != 1 && text[sign + digits + fraction] == 0;
}

static void write_list(sl_json *out, const char *name, const char *text)
{
    sl_context *cx = sl_json_context(out);
    sl_json_open_array(out, name);
    while (*text) {
        text += strspn(text, " ");
        size_t length = strcspn(text, ",");
        const char *next = text + length + (text[length] ? 1 : 0);
        while (length > 0 && text[length - 1] == ' ')
            length--;
        if (length > 0)
            sl_json_string(out, NULL, sl_copy(cx, text, length));
        text = next;
    }
    sl_json_close_array(out);
}

static void write_option(sl_json *out, const sl_field *field, const sl_option_text *option)
{
    bool number = field->type == SL_TYPE_INT64 || field->type == SL_TYPE_MONEY ||
                  field->type == SL_TYPE_TIMESTAMP;
    if (field->type == SL_TYPE_BOOL && !option->quoted && bool_of(option->text))
        sl_json_raw(out, field->name, bool_of(option->text));
    else if (number && !option->quoted && is_number(option->text))
        sl_json_raw(out, field->name, option->text);
    else if (field->type == SL_TYPE_LIST && field->item_type != SL_TYPE_OBJECT)
        write_list(out, field->name, option->text);
    else
        sl_json_string(out, field->name, option->text);
}

/* ---- reading ---- */

static const char *place_of(sl_context *cx, const char *origin)
{
    return origin ? sl_format(cx, "%s: ", origin) : "";
}

/* Reads `fields` from the options that `out` holds; NULL, or why not. */
static const char *record_read(sl_context *cx, sl_json *out, const sl_field *fields,
                               void *ret_record)
{
    size_t length = 0;
    const char *text = sl_json_text(out, &length);
    const sl_value *object = NULL;
    if (sl_json_parse(cx, text, length, &object) == SL_OK &&
        sl_fields_read(cx, fields, object, ret_record) == SL_OK)
        return NULL;
    const char *why = sl_error_message(cx);
    why = why ? sl_copy(cx, why, strlen(why)) : "its type is wrong";
    sl_error_clear(cx);
    return why;
}

static bool option_check(sl_context *cx, sl_plugin *plugin, const sl_field *field,
                         const sl_option_text *option)
{
    const sl_field alone[] = { *field, SL_FIELDS_END };
    sl_json *one = sl_json_new(cx);
    sl_json_open(one, NULL);
    write_option(one, field, option);
    sl_json_close(one);
    const char *why = record_read(cx, one, alone, sl_alloc(cx, plugin->descriptor.options_size));
    if (!why)
        return true;
    if (field->secret)
        why = "its value, which is a secret, is not of the right shape";
    sl_plugin_refuse(plugin, "%sthe option \"%s\" is refused: %s", place_of(cx, option->origin),
                     field->name, why);
    plugin->misconfigured = true;
    return false;
}

static bool names_known(sl_context *cx, sl_plugin *plugin, const sl_settings *settings)
{
    const char *origin = NULL;
    const char *name;
    for (uint32_t i = 0;
         (name = sl_settings_plugin_option_name(settings, plugin->name, i, &origin)) != NULL; i++) {
        if (field_named(plugin->descriptor.options, name))
            continue;
        sl_plugin_refuse(plugin, "%sthere is no option \"%s\"; its options: %s",
                         place_of(cx, origin), name, option_names(cx, plugin->descriptor.options));
        plugin->misconfigured = true;
        return false;
    }
    return true;
}

void sl_plugin_options(sl_context *cx, sl_plugin *plugin, const sl_settings *settings,
                       const sl_plugin_setting *entry)
{
    if (!names_known(cx, plugin, settings) || !plugin->descriptor.options)
        return;
    sl_json *all = sl_json_new(cx);
    sl_json_open(all, NULL);
    for (const sl_field *field = plugin->descriptor.options; field->type != SL_TYPE_END; field++) {
        sl_option_text option = { .text = NULL };
        if (sl_settings_plugin_option(settings, plugin->name, field->name, &option)) {
            if (!option_check(cx, plugin, field, &option))
                return;
            write_option(all, field, &option);
        } else if (field->required) {
            sl_plugin_refuse(plugin, "%sthe option \"%s\" is required", place_of(cx, entry->origin),
                             field->name);
            return;
        }
    }
    sl_json_close(all);
    plugin->options = sl_alloc(cx, plugin->descriptor.options_size);
    const char *why = record_read(cx, all, plugin->descriptor.options, plugin->options);
    if (why)
        sl_plugin_refuse(plugin, "%sits options are refused: %s", place_of(cx, entry->origin), why);
}
