/*
 * show.c: `config show`: every setting with its value and where it comes from, secrets masked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/buffer.h"
#include "core/config/inside.h"

#define MASK "***"

static const char *source_of(sl_arena *arena, const setting_value *value)
{
    static const char *const names[] = { "default", "file", "dotenv", "environment", "flag" };
    switch (value->layer) {
    case LAYER_DEFAULT:
        return "default";
    case LAYER_FILE:
        return value->origin;
    case LAYER_DOTENV:
        return sl_arena_format(arena, "%s %s", value->origin, value->label);
    default:
        return sl_arena_format(arena, "%s %s", names[value->layer], value->label);
    }
}

/* What is shown of a setting: NULL when it is unset. */
static const char *shown(const sl_settings *settings, sl_arena *arena, uint32_t index)
{
    const setting_key *key = &setting_keys[index];
    const setting_value *value = &settings->inside->values[index];
    const void *member = (const char *)settings + key->offset;
    switch (key->type) {
    case SETTING_DATABASE:
        return settings->database_url_shown;
    case SETTING_WORKERS:
    case SETTING_BYTES:
        return sl_arena_format(arena, "%lld", (long long)*(const int64_t *)member);
    case SETTING_BOOL:
        return *(const bool *)member ? "true" : "false";
    default:
        if (value->text && key->secret)
            return MASK;
        return value->text;
    }
}

static bool is_bare(const setting_key *key, const char *text)
{
    bool numeric = key->type == SETTING_INT || key->type == SETTING_WORKERS ||
                   key->type == SETTING_BYTES || key->type == SETTING_BOOL ||
                   (key->type == SETTING_PART && key->max > 0);
    return numeric || (key->type == SETTING_ENUM && *text);
}

/* Opens the sections of `path` that were not open for `before`; returns its last name. */
static const char *open_sections(sl_buffer *out, const char *before, const char *path,
                                 size_t *ret_depth)
{
    size_t depth = 0;
    bool same = true;
    for (const char *dot; (dot = strchr(path, '.')); path = dot + 1) {
        size_t length = (size_t)(dot - path) + 1;
        same = same && before && strncmp(before, path, length) == 0;
        if (!same)
            sl_buffer_format(out, "%*s%.*s:\n", (int)depth * 2, "", (int)length - 1, path);
        else
            before += length;
        depth++;
    }
    *ret_depth = depth;
    return path;
}

typedef struct option_view {
    const sl_settings *settings;
    sl_option_name name;
    void *data;
    sl_buffer *out;
    bool json;
    bool first; /* of this plugin */
} option_view;

/* One that has a value, wherever it comes from. */
static void option_show(option_view *view, const char *plugin, const char *name, bool secret)
{
    sl_option_text option;
    sl_buffer *out = view->out;
    bool json = view->json;
    if (!sl_settings_plugin_option(view->settings, plugin, name, &option))
        return;
    const char *text = secret ? MASK : option.text;
    if (view->first)
        sl_buffer_text_add(out, json ? "" : "    settings:\n");
    else
        sl_buffer_text_add(out, json ? "," : "");
    if (json)
        sl_buffer_json_string(out, name, strlen(name));
    else
        sl_buffer_format(out, "      %s", name);
    sl_buffer_text_add(out, json ? ":" : ": ");
    sl_buffer_json_string(out, text, strlen(text));
    if (!json)
        sl_buffer_format(out, "  # %s\n", option.origin);
    view->first = false;
}

static const char *option_known(const option_view *view, const char *plugin, uint32_t index,
                                bool *ret_secret)
{
    return view->name ? view->name(plugin, index, ret_secret, view->data) : NULL;
}

static bool option_is_known(const option_view *view, const char *plugin, const char *name)
{
    bool secret = true;
    const char *known;
    for (uint32_t i = 0; (known = option_known(view, plugin, i, &secret)); i++)
        if (strcmp(known, name) == 0)
            return true;
    return false;
}

/* The plugin's own options by its table, then what the file gives it besides. */
static void options_show(option_view *view, const char *plugin)
{
    bool secret = true;
    const char *name;
    view->first = true;
    for (uint32_t i = 0; (name = option_known(view, plugin, i, &secret)); i++)
        option_show(view, plugin, name, secret);
    for (uint32_t i = 0; (name = sl_settings_plugin_option_name(view->settings, plugin, i, NULL));
         i++)
        if (!option_is_known(view, plugin, name))
            option_show(view, plugin, name, true);
}

static void show_plugins(option_view *view)
{
    const sl_settings *settings = view->settings;
    sl_buffer *out = view->out;
    bool json = view->json;
    sl_buffer_text_add(out, json ? "],\"plugins\":[" : "plugins:\n");
    if (!json && settings->plugin_count == 0)
        sl_buffer_text_add(out, "  []\n");
    for (uint32_t i = 0; i < settings->plugin_count; i++) {
        const sl_plugin_setting *plugin = &settings->plugins[i];
        const char *origin = plugin->origin ? plugin->origin : "default";
        if (json) {
            sl_buffer_format(out,
                             "%s{\"name\":\"%s\",\"required\":%s,\"source\":", i > 0 ? "," : "",
                             plugin->name, plugin->required ? "true" : "false");
            sl_buffer_json_string(out, origin, strlen(origin));
            sl_buffer_text_add(out, ",\"settings\":{");
        } else {
            sl_buffer_format(out, "  - name: %s  # %s\n", plugin->name, origin);
            if (plugin->required)
                sl_buffer_text_add(out, "    required: true\n");
        }
        options_show(view, plugin->name);
        sl_buffer_text_add(out, json ? "}}" : "");
    }
    sl_buffer_text_add(out, json ? "]}\n" : "");
}

const char *sl_settings_show(const sl_settings *settings, sl_arena *arena, bool json,
                             sl_option_name option_name, void *data)
{
    sl_buffer out = SL_BUFFER_INIT(arena);
    const char *before = NULL;
    sl_buffer_text_add(&out, json ? "{\"settings\":[" : "");
    for (uint32_t i = 0; i < setting_key_count; i++) {
        const setting_key *key = &setting_keys[i];
        const char *text = shown(settings, arena, i);
        const char *source = source_of(arena, &settings->inside->values[i]);
        if (json) {
            sl_buffer_format(&out, "%s{\"key\":\"%s\",\"value\":", i > 0 ? "," : "", key->path);
            if (text)
                sl_buffer_json_string(&out, text, strlen(text));
            else
                sl_buffer_text_add(&out, "null");
            sl_buffer_text_add(&out, ",\"source\":");
            sl_buffer_json_string(&out, source, strlen(source));
            sl_buffer_char(&out, '}');
            continue;
        }
        size_t depth = 0;
        const char *name = open_sections(&out, before, key->path, &depth);
        sl_buffer_format(&out, "%*s%s: ", (int)depth * 2, "", name);
        if (!text)
            sl_buffer_text_add(&out, "null");
        else if (is_bare(key, text))
            sl_buffer_text_add(&out, text);
        else
            sl_buffer_json_string(&out, text, strlen(text));
        sl_buffer_format(&out, "  # %s\n", source);
        before = key->path;
    }
    option_view view = {
        .settings = settings, .name = option_name, .data = data, .out = &out, .json = json
    };
    show_plugins(&view);
    return sl_buffer_text(&out);
}
