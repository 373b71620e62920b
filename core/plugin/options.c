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
    size_t fraction = text[sign + digits] == '.' ? 1 + strspn(text + sign + digits + 1, "0123456789") : 0;
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

static void write_value(sl_json *out, const sl_field *field, const sl_value *value)
{
    sl_context *cx = sl_json_context(out);
    const char *text = sl_value_type(value) == SL_VALUE_STRING ? sl_value_string(value, "") : NULL;
    if (text && field->type == SL_TYPE_BOOL && bool_of(text))
        sl_json_raw(out, field->name, bool_of(text));
    else if (text && field->type == SL_TYPE_LIST && field->item_type != SL_TYPE_OBJECT)
        write_list(out, field->name, text);
    else if (text && (field->type == SL_TYPE_INT64 || field->type == SL_TYPE_MONEY) && is_number(text))
        sl_json_raw(out, field->name, text);
    else
        sl_json_raw(out, field->name, sl_value_text(cx, value));
}

/* ---- reading ---- */

static bool option_check(sl_context *cx, sl_plugin *plugin, const sl_field *field, const sl_plugin_setting *setting, const sl_value *object)
{
    const sl_field alone[] = { *field, SL_FIELDS_END };
    void *scratch = sl_alloc(cx, plugin->descriptor.options_size);
    if (sl_fields_read(cx, alone, object, scratch) == SL_OK)
        return true;
    const char *why = sl_error_message(cx);
    const char *place = setting->place ? sl_format(cx, "%s: ", setting->place) : "";
    if (field->secret || !why)
        sl_plugin_refuse(plugin, "%sthe option \"%s\" has a value that is not allowed (%s)", place, field->name, field->doc ? field->doc : "secret");
    else
        sl_plugin_refuse(plugin, "%sthe option \"%s\" is refused: %s", place, field->name, why);
    sl_error_clear(cx);
    return false;
}

static bool option_add(sl_context *cx, sl_plugin *plugin, const sl_plugin_setting *setting, sl_json *all)
{
    const char *place = setting->place ? sl_format(cx, "%s: ", setting->place) : "";
    const sl_field *field = field_named(plugin->descriptor.options, setting->name);
    if (!field) {
        sl_plugin_refuse(plugin, "%sthere is no option \"%s\"; its options: %s", place, setting->name,
                         option_names(cx, plugin->descriptor.options));
        return false;
    }
    const sl_value *value = NULL;
    if (sl_json_parse(cx, setting->json, strlen(setting->json), &value) != SL_OK) {
        sl_plugin_refuse(plugin, "%sthe option \"%s\" is no value: %s", place, setting->name, sl_error_message(cx));
        sl_error_clear(cx);
        return false;
    }
    sl_json *one = sl_json_new(cx);
    sl_json_open(one, NULL);
    write_value(one, field, value);
    sl_json_close(one);
    write_value(all, field, value);
    size_t length = 0;
    const char *text = sl_json_text(one, &length);
    const sl_value *object = NULL;
    if (sl_json_parse(cx, text, length, &object) != SL_OK) {
        sl_plugin_refuse(plugin, "%sthe option \"%s\" is no value: %s", place, setting->name, sl_error_message(cx));
        sl_error_clear(cx);
        return false;
    }
    return option_check(cx, plugin, field, setting, object);
}

static bool is_set(const sl_plugin_request *request, const char *name)
{
    for (uint32_t i = 0; i < request->setting_count; i++) {
        if (strcmp(request->settings[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool required_are_set(sl_plugin *plugin, const sl_plugin_request *request)
{
    const sl_field *field = plugin->descriptor.options;
    for (; field && field->type != SL_TYPE_END; field++) {
        if (!field->required || is_set(request, field->name))
            continue;
        sl_plugin_refuse(plugin, "%s%sthe option \"%s\" is required", request->place ? request->place : "", request->place ? ": " : "",
                         field->name);
        return false;
    }
    return true;
}

void sl_plugin_options(sl_context *cx, sl_plugin *plugin, const sl_plugin_request *request)
{
    sl_json *all = sl_json_new(cx);
    sl_json_open(all, NULL);
    for (uint32_t i = 0; i < request->setting_count; i++) {
        if (!option_add(cx, plugin, &request->settings[i], all))
            return;
    }
    sl_json_close(all);
    if (!plugin->descriptor.options || !required_are_set(plugin, request))
        return;
    plugin->options = sl_alloc(cx, plugin->descriptor.options_size);
    size_t length = 0;
    const char *text = sl_json_text(all, &length);
    const sl_value *object = NULL;
    if (sl_json_parse(cx, text, length, &object) == SL_OK
        && sl_fields_read(cx, plugin->descriptor.options, object, plugin->options) == SL_OK)
        return;
    sl_plugin_refuse(plugin, "%s%sits options are refused: %s", request->place ? request->place : "", request->place ? ": " : "",
                     sl_error_message(cx));
    sl_error_clear(cx);
}
