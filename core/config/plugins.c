/*
 * plugins.c: which plugins are loaded, and what their options were given as.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <ctype.h>
#include <string.h>

#include "core/base/text.h"
#include "core/config/inside.h"

bool setting_name_valid(const char *name)
{
    if (*name < 'a' || *name > 'z' || strlen(name) > 48)
        return false;
    for (; *name; name++)
        if (!(*name >= 'a' && *name <= 'z') && !isdigit((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

static void plugin_add(sl_settings *settings, sl_plugin_setting *list, const char *name,
                       const char *origin)
{
    const sl_settings_inside *inside = settings->inside;
    for (uint32_t i = 0; i < settings->plugin_count; i++)
        if (strcmp(list[i].name, name) == 0)
            return;
    sl_plugin_setting plugin = { .name = name, .origin = origin };
    for (uint32_t i = 0; i < inside->listed_count; i++)
        if (strcmp(inside->listed[i].name, name) == 0)
            plugin = inside->listed[i];
    list[settings->plugin_count++] = plugin;
}

/* The names of STRIPE_LITE_PLUGINS; what the file says of one of them stays true. */
static void list_from_variable(sl_settings *settings, const setting_variable *variable)
{
    sl_arena *arena = settings->inside->arena;
    const char *origin = variable->origin ? variable->origin : variable->name;
    const char *text = variable->value;
    sl_plugin_setting *list = sl_arena_alloc(arena, (strlen(text) / 2 + 1) * sizeof(*list));
    while (*text) {
        size_t length = strcspn(text, ",");
        const char *start = text;
        text += length + (text[length] == ',' ? 1 : 0);
        while (length > 0 && isspace((unsigned char)*start)) {
            start++;
            length--;
        }
        while (length > 0 && isspace((unsigned char)start[length - 1]))
            length--;
        if (length == 0)
            continue;
        const char *name = sl_arena_copy(arena, start, length);
        if (setting_name_valid(name))
            plugin_add(settings, list, name, origin);
        else
            setting_fault(
                settings,
                "%s%s%s names %s; a plugin's name must be lower-case letters, digits and _",
                variable->origin ? variable->origin : "", variable->origin ? ": " : "",
                variable->name, setting_quote(arena, name));
    }
    settings->plugins = list;
}

void settings_list_plugins(sl_settings *settings, const char *const *bundled)
{
    const sl_settings_inside *inside = settings->inside;
    const setting_variable *variable = NULL;
    for (uint32_t i = 0; i < inside->variable_count; i++)
        if (strcmp(inside->variables[i].name, "STRIPE_LITE_PLUGINS") == 0)
            variable = &inside->variables[i];
    if (variable) {
        list_from_variable(settings, variable);
    } else if (inside->list_given) {
        settings->plugins = inside->listed;
        settings->plugin_count = inside->listed_count;
    } else if (bundled) {
        uint32_t count = 0;
        while (bundled[count])
            count++;
        sl_plugin_setting *list = sl_arena_alloc(inside->arena, (count + 1) * sizeof(*list));
        for (uint32_t i = 0; i < count; i++)
            plugin_add(settings, list, sl_arena_copy(inside->arena, bundled[i], strlen(bundled[i])),
                       NULL);
        settings->plugins = list;
    }
}

/* A variable of a setting is that setting's, one that fits two plugins (pay_EXTRA_KEY: pay and pay_extra) is the longer name's. */
static bool variable_is_others(const sl_settings *settings, const char *plugin, const char *option,
                               const char *name)
{
    if (setting_key_by_variable(name))
        return true;
    const char *whole = sl_arena_format(settings->inside->arena, "%s_%s", plugin, option);
    for (uint32_t i = 0; i < settings->plugin_count; i++) {
        const char *other = settings->plugins[i].name;
        size_t length = strlen(other);
        if (length > strlen(plugin) && strncmp(whole, other, length) == 0 && whole[length] == '_')
            return true;
    }
    return false;
}

static bool option_from_variable(const sl_settings *settings, const char *plugin,
                                 const char *option, sl_option_text *ret)
{
    const sl_settings_inside *inside = settings->inside;
    const setting_variable *found = NULL;
    const char *name = setting_option_variable(inside->arena, plugin, option);
    /* Weakest first: the last one counts. */
    for (uint32_t i = 0; i < inside->variable_count; i++)
        if (strcmp(inside->variables[i].name, name) == 0)
            found = &inside->variables[i];
    if (!found || variable_is_others(settings, plugin, option, name))
        return false;
    *ret = (sl_option_text){ .text = found->value, .origin = name };
    if (found->origin)
        ret->origin = sl_arena_format(inside->arena, "%s %s", found->origin, name);
    return true;
}

static bool is_reader(const setting_key *key, const char *plugin)
{
    for (const char *const *reader = key->readers; reader && *reader; reader++)
        if (strcmp(*reader, plugin) == 0)
            return true;
    return false;
}

/* The setting of the table of keys that is given to this plugin: webhooks.retry_schedule, stripe.secret_key. */
static const setting_key *key_of_option(const sl_settings *settings, const char *plugin,
                                        const char *option)
{
    sl_arena *arena = settings->inside->arena;
    const char *own = sl_text_starts(plugin, "gateway_") ? plugin + 8 : plugin;
    for (uint32_t i = 0; i < setting_key_count; i++) {
        const setting_key *key = &setting_keys[i];
        size_t section = strcspn(key->path, ".");
        if (!is_reader(key, plugin))
            continue;
        bool is_own = strlen(own) == section && strncmp(own, key->path, section) == 0;
        const char *name = is_own ? key->path + section + 1
                                  : sl_arena_format(arena, "%.*s_%s", (int)section, key->path,
                                                    key->path + section + 1);
        if (strcmp(name, option) == 0)
            return key;
    }
    return NULL;
}

static bool option_from_setting(const sl_settings *settings, const char *plugin, const char *option,
                                sl_option_text *ret)
{
    const sl_settings_inside *inside = settings->inside;
    const setting_key *key = key_of_option(settings, plugin, option);
    if (!key)
        return false;
    const setting_value *value = &inside->values[key - setting_keys];
    if (key->type == SETTING_BOOL && !value->text) {
        bool on = *(const bool *)((const char *)settings + key->offset);
        *ret = (sl_option_text){ .text = on ? "true" : "false", .origin = key->path };
        return true;
    }
    if (!value->text)
        return false;
    *ret = (sl_option_text){ .text = value->text,
                             .origin = value->origin ? value->origin : value->label };
    return true;
}

bool sl_settings_plugin_option(const sl_settings *settings, const char *plugin, const char *option,
                               sl_option_text *ret_option)
{
    if (option_from_variable(settings, plugin, option, ret_option))
        return true;
    const sl_settings_inside *inside = settings->inside;
    for (uint32_t i = 0; i < inside->option_count; i++) {
        const plugin_option *given = &inside->options[i];
        if (strcmp(given->plugin, plugin) == 0 && strcmp(given->name, option) == 0) {
            *ret_option = (sl_option_text){ .text = given->text,
                                            .origin = given->origin,
                                            .quoted = given->quoted };
            return true;
        }
    }
    return option_from_setting(settings, plugin, option, ret_option);
}

const char *sl_settings_plugin_option_name(const sl_settings *settings, const char *plugin,
                                           uint32_t index, const char **ret_origin)
{
    const sl_settings_inside *inside = settings->inside;
    for (uint32_t i = 0; i < inside->option_count; i++) {
        if (strcmp(inside->options[i].plugin, plugin) == 0 && index-- == 0) {
            if (ret_origin)
                *ret_origin = inside->options[i].origin;
            return inside->options[i].name;
        }
    }
    return NULL;
}
