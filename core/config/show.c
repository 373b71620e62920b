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
    sl_option_secret secret;
    void *data;
} option_view;

static const char *option_shown(const option_view *view, const char *plugin,
                                const plugin_option *option)
{
    bool secret = !view->secret || view->secret(plugin, option->name, view->data);
    return secret ? MASK : option->text;
}

static void show_plugins(const sl_settings *settings, sl_buffer *out, bool json,
                         const option_view *view)
{
    const sl_settings_inside *inside = settings->inside;
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
        bool first = true;
        for (uint32_t j = 0; j < inside->option_count; j++) {
            const plugin_option *option = &inside->options[j];
            if (strcmp(option->plugin, plugin->name) != 0)
                continue;
            const char *text = option_shown(view, plugin->name, option);
            sl_buffer_text_add(out, !first ? (json ? "," : "") : (json ? "" : "    settings:\n"));
            sl_buffer_text_add(out, json ? "" : "      ");
            if (json)
                sl_buffer_json_string(out, option->name, strlen(option->name));
            else
                sl_buffer_text_add(out, option->name);
            sl_buffer_text_add(out, json ? ":" : ": ");
            sl_buffer_json_string(out, text, strlen(text));
            if (!json)
                sl_buffer_format(out, "  # %s\n", option->origin);
            first = false;
        }
        sl_buffer_text_add(out, json ? "}}" : "");
    }
    sl_buffer_text_add(out, json ? "]}\n" : "");
}

const char *sl_settings_show(const sl_settings *settings, sl_arena *arena, bool json,
                             sl_option_secret option_secret, void *data)
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
    option_view view = { .secret = option_secret, .data = data };
    show_plugins(settings, &out, json, &view);
    return sl_buffer_text(&out);
}
