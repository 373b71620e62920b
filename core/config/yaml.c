/*
 * yaml.c: the YAML file, with the line and column of everything in it.
 *
 * The keys' table says which mappings there may be, so that the walk goes no deeper than the table does, whatever aliases say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/config/yaml_walk.h"

#include <string.h>

#include "core/base/buffer.h"

const char *yaml_at(const yaml_walk *walk, const yaml_node_t *node)
{
    return sl_arena_format(walk->arena, "%s:%zu:%zu", walk->file, node->start_mark.line + 1,
                           node->start_mark.column + 1);
}

const char *yaml_scalar(const yaml_walk *walk, const yaml_node_t *node)
{
    return sl_arena_copy(walk->arena, (const char *)node->data.scalar.value,
                         node->data.scalar.length);
}

static bool is_quoted(const yaml_node_t *node)
{
    return node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE &&
           node->data.scalar.style != YAML_ANY_SCALAR_STYLE;
}

bool yaml_is_null(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE || is_quoted(node))
        return false;
    const char *text = (const char *)node->data.scalar.value;
    return *text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 ||
           strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0;
}

/* A list's items with commas between them; NULL, and a fault, when one is no scalar or holds a comma. */
static const char *joined(const yaml_walk *walk, const yaml_node_t *node, const char *path)
{
    sl_buffer out = SL_BUFFER_INIT(walk->arena);
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        yaml_node_t *value = yaml_document_get_node(walk->document, *item);
        if (value->type != YAML_SCALAR_NODE ||
            memchr(value->data.scalar.value, ',', value->data.scalar.length) ||
            memchr(value->data.scalar.value, '\0', value->data.scalar.length)) {
            setting_fault(walk->settings, "%s: an item of %s must be one value without a comma",
                          yaml_at(walk, value), path);
            return NULL;
        }
        if (out.length > 0)
            sl_buffer_char(&out, ',');
        sl_buffer_add(&out, value->data.scalar.value, value->data.scalar.length);
    }
    return sl_buffer_text(&out);
}

bool yaml_value_of(const yaml_walk *walk, yaml_node_t *node, const char *path, setting_value *ret)
{
    *ret = (setting_value){ .layer = LAYER_FILE, .label = path, .origin = yaml_at(walk, node) };
    if (node->type == YAML_SEQUENCE_NODE) {
        ret->style = STYLE_SEQUENCE;
        ret->text = joined(walk, node, path);
        return ret->text != NULL;
    }
    if (node->type != YAML_SCALAR_NODE) {
        setting_fault(walk->settings, "%s: %s is a mapping; it must be one value or a list",
                      ret->origin, path);
        return false;
    }
    if (memchr(node->data.scalar.value, '\0', node->data.scalar.length)) {
        setting_fault(walk->settings, "%s: %s holds a NUL character", ret->origin, path);
        return false;
    }
    ret->style = is_quoted(node) ? STYLE_QUOTED : STYLE_PLAIN;
    ret->text = yaml_is_null(node) ? NULL : yaml_scalar(walk, node);
    return true;
}

const char *yaml_key_of(const yaml_walk *walk, const yaml_node_t *mapping,
                        const yaml_node_pair_t *pair, const char *prefix)
{
    yaml_node_t *node = yaml_document_get_node(walk->document, pair->key);
    if (node->type != YAML_SCALAR_NODE ||
        memchr(node->data.scalar.value, '\0', node->data.scalar.length)) {
        setting_fault(walk->settings, "%s: a key must be one word", yaml_at(walk, node));
        return NULL;
    }
    const char *name = yaml_scalar(walk, node);
    const char *path = *prefix ? sl_arena_format(walk->arena, "%s.%s", prefix, name) : name;
    for (yaml_node_pair_t *earlier = mapping->data.mapping.pairs.start; earlier < pair; earlier++) {
        yaml_node_t *other = yaml_document_get_node(walk->document, earlier->key);
        if (other->type == YAML_SCALAR_NODE &&
            strcmp((const char *)other->data.scalar.value, name) == 0) {
            setting_fault(walk->settings, "%s: %s is given twice; first at line %zu",
                          yaml_at(walk, node), path, other->start_mark.line + 1);
            return NULL;
        }
    }
    return path;
}

static bool is_section(const char *path)
{
    size_t length = strlen(path);
    for (uint32_t i = 0; i < setting_key_count; i++)
        if (strncmp(setting_keys[i].path, path, length) == 0 && setting_keys[i].path[length] == '.')
            return true;
    return false;
}

/* The names that may stand in a section, once each, NULL-ended. */
static const char **section_names(const yaml_walk *walk, const char *prefix)
{
    const char **names = sl_arena_alloc(walk->arena, (setting_key_count + 2) * sizeof(*names));
    size_t skip = *prefix ? strlen(prefix) + 1 : 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < setting_key_count; i++) {
        const char *path = setting_keys[i].path;
        if (skip > 0 && (strncmp(path, prefix, skip - 1) != 0 || path[skip - 1] != '.'))
            continue;
        size_t length = strcspn(path + skip, ".");
        const char *name = sl_arena_copy(walk->arena, path + skip, length);
        if (count == 0 || strcmp(names[count - 1], name) != 0)
            names[count++] = name;
    }
    if (skip == 0)
        names[count++] = "plugins";
    return names;
}

static void unknown_key(const yaml_walk *walk, const yaml_node_t *node, const char *prefix,
                        const char *path)
{
    const char **names = section_names(walk, prefix);
    const char *nearest = sl_settings_nearest(*prefix ? path + strlen(prefix) + 1 : path, names);
    const char *dot = *prefix ? "." : "";
    if (nearest) {
        setting_fault(walk->settings, "%s: %s is no setting; did you mean %s%s%s?",
                      yaml_at(walk, node), setting_quote(walk->arena, path), prefix, dot, nearest);
        return;
    }
    sl_buffer all = SL_BUFFER_INIT(walk->arena);
    for (uint32_t i = 0; names[i]; i++)
        sl_buffer_format(&all, "%s%s", i > 0 ? ", " : "", names[i]);
    setting_fault(walk->settings, "%s: %s is no setting; allowed%s%s: %s", yaml_at(walk, node),
                  setting_quote(walk->arena, path), *prefix ? " in " : "", prefix,
                  sl_buffer_text(&all));
}

/* ---- plugins: [{name, path, required, settings}] ---- */

static void plugin_options(const yaml_walk *walk, yaml_node_t *node, const char *plugin)
{
    sl_settings_inside *inside = walk->settings->inside;
    if (yaml_is_null(node))
        return;
    if (node->type != YAML_MAPPING_NODE) {
        setting_fault(walk->settings, "%s: settings of %s must be a mapping of its options",
                      yaml_at(walk, node), plugin);
        return;
    }
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const char *name = yaml_key_of(walk, node, pair, "");
        yaml_node_t *value = yaml_document_get_node(walk->document, pair->value);
        setting_value read;
        if (!name || !yaml_value_of(walk, value, name, &read) || !read.text)
            continue;
        uint32_t count = inside->option_count++;
        inside->options =
            sl_arena_grow(inside->arena, inside->options, count * sizeof(plugin_option),
                          (count + 1) * sizeof(plugin_option));
        inside->options[count] = (plugin_option){ .plugin = plugin,
                                                  .name = name,
                                                  .text = read.text,
                                                  .origin = read.origin,
                                                  .quoted = read.style == STYLE_QUOTED };
    }
}

static const char *plugin_path(const yaml_walk *walk, const char *path)
{
    const char *slash = strrchr(walk->file, '/');
    if (path[0] == '/' || !slash)
        return path;
    return sl_arena_format(walk->arena, "%.*s/%s", (int)(slash - walk->file), walk->file, path);
}

/* One member of a plugin's mapping; its settings come later, when the name is known. */
static void plugin_member(const yaml_walk *walk, yaml_node_t *key, yaml_node_t *node,
                          const char *name, sl_plugin_setting *plugin)
{
    static const char *const names[] = { "name", "path", "required", "settings", NULL };
    setting_value value;
    if (strcmp(name, "settings") == 0)
        return;
    if (strcmp(name, "name") != 0 && strcmp(name, "path") != 0 && strcmp(name, "required") != 0) {
        const char *nearest = sl_settings_nearest(name, names);
        setting_fault(
            walk->settings,
            "%s: %s is no member of a plugin; allowed: name, path, required, settings%s%s",
            yaml_at(walk, key), setting_quote(walk->arena, name), nearest ? "; did you mean " : "",
            nearest ? nearest : "");
        return;
    }
    if (!yaml_value_of(walk, node, name, &value) || !value.text)
        return;
    if (strcmp(name, "required") == 0) {
        plugin->required = strcmp(value.text, "true") == 0;
        if (value.style != STYLE_PLAIN || (!plugin->required && strcmp(value.text, "false") != 0))
            setting_fault(walk->settings, "%s: required must be true or false", value.origin);
    } else if (value.style == STYLE_SEQUENCE) {
        setting_fault(walk->settings, "%s: %s must be a text", value.origin, name);
    } else if (strcmp(name, "path") == 0) {
        plugin->path = plugin_path(walk, value.text);
    } else {
        plugin->name = value.text;
    }
}

static void plugin_read(const yaml_walk *walk, yaml_node_t *node)
{
    sl_settings_inside *inside = walk->settings->inside;
    sl_plugin_setting plugin = { .origin = yaml_at(walk, node) };
    yaml_node_t *options = NULL;
    if (node->type == YAML_SCALAR_NODE && !yaml_is_null(node)) {
        plugin.name = yaml_scalar(walk, node);
    } else if (node->type == YAML_MAPPING_NODE) {
        for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top; pair++) {
            const char *name = yaml_key_of(walk, node, pair, "");
            yaml_node_t *value = yaml_document_get_node(walk->document, pair->value);
            if (!name)
                continue;
            plugin_member(walk, yaml_document_get_node(walk->document, pair->key), value, name,
                          &plugin);
            if (strcmp(name, "settings") == 0)
                options = value;
        }
    }
    if (!plugin.name || !setting_name_valid(plugin.name)) {
        setting_fault(
            walk->settings,
            "%s: a plugin must be a name of lower-case letters, digits and _, or a mapping with name, path, required, settings",
            plugin.origin);
        return;
    }
    for (uint32_t i = 0; i < inside->listed_count; i++) {
        if (strcmp(inside->listed[i].name, plugin.name) == 0) {
            setting_fault(walk->settings, "%s: plugin %s is listed twice; first at %s",
                          plugin.origin, plugin.name, inside->listed[i].origin);
            return;
        }
    }
    uint32_t count = inside->listed_count++;
    inside->listed = sl_arena_grow(inside->arena, inside->listed, count * sizeof(plugin),
                                   (count + 1) * sizeof(plugin));
    inside->listed[count] = plugin;
    if (options)
        plugin_options(walk, options, plugin.name);
}

static void plugins_read(const yaml_walk *walk, yaml_node_t *node)
{
    if (yaml_is_null(node))
        return;
    if (node->type != YAML_SEQUENCE_NODE) {
        setting_fault(
            walk->settings,
            "%s: plugins must be a list of names or of mappings with name, path, required, settings",
            yaml_at(walk, node));
        return;
    }
    walk->settings->inside->list_given = true;
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++)
        plugin_read(walk, yaml_document_get_node(walk->document, *item));
}

/* ---- sections and keys ---- */

static void section_read(const yaml_walk *walk, yaml_node_t *node, const char *prefix)
{
    if (yaml_is_null(node))
        return;
    if (node->type != YAML_MAPPING_NODE) {
        setting_fault(walk->settings, "%s: %s must be a mapping of settings", yaml_at(walk, node),
                      *prefix ? prefix : "the file");
        return;
    }
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const char *path = yaml_key_of(walk, node, pair, prefix);
        if (!path)
            continue;
        yaml_node_t *value = yaml_document_get_node(walk->document, pair->value);
        const setting_key *key = setting_key_find(path);
        setting_value read;
        if (key && key->type == SETTING_ROUTES) {
            yaml_routes_read(walk, value, key);
        } else if (key) {
            if (yaml_value_of(walk, value, path, &read))
                setting_give(walk->settings, key, &read);
        } else if (is_section(path)) {
            section_read(walk, value, path);
        } else if (strcmp(path, "plugins") == 0) {
            plugins_read(walk, value);
        } else {
            unknown_key(walk, yaml_document_get_node(walk->document, pair->key), prefix, path);
        }
    }
}

static void parser_fault(const yaml_walk *walk, const yaml_parser_t *parser, const char *text,
                         size_t length)
{
    size_t line = parser->problem_mark.line;
    size_t column = parser->problem_mark.column;
    if (parser->error == YAML_READER_ERROR) {
        line = 0;
        column = 0;
        for (size_t i = 0; i < length && i < parser->problem_offset; i++) {
            column = text[i] == '\n' ? 0 : column + 1;
            line += text[i] == '\n' ? 1 : 0;
        }
    }
    setting_fault(walk->settings, "%s:%zu:%zu: this is not YAML: %s%s%s", walk->file, line + 1,
                  column + 1, parser->problem ? parser->problem : "it cannot be read",
                  parser->context ? " " : "", parser->context ? parser->context : "");
}

void yaml_text_read(sl_settings *settings, const char *file, const char *text, size_t length,
                    yaml_reader reader, const setting_key *key, const setting_value *value)
{
    yaml_parser_t parser;
    yaml_document_t document;
    yaml_walk walk = { .settings = settings,
                       .arena = settings->inside->arena,
                       .file = file,
                       .document = &document,
                       .value = value };
    if (!yaml_parser_initialize(&parser)) {
        setting_fault(settings, "%s: out of memory", file);
        return;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    if (!yaml_parser_load(&parser, &document)) {
        parser_fault(&walk, &parser, text, length);
        yaml_parser_delete(&parser);
        return;
    }
    yaml_node_t *root = yaml_document_get_root_node(&document);
    if (root)
        reader(&walk, root, key);
    yaml_document_delete(&document);
    if (root) {
        if (!yaml_parser_load(&parser, &document)) {
            parser_fault(&walk, &parser, text, length);
        } else {
            root = yaml_document_get_root_node(&document);
            if (root)
                setting_fault(settings, "%s: a second YAML document; the file must hold one",
                              yaml_at(&walk, root));
            yaml_document_delete(&document);
        }
    }
    yaml_parser_delete(&parser);
}

static void file_read(const yaml_walk *walk, yaml_node_t *root, const setting_key *key)
{
    (void)key;
    section_read(walk, root, "");
}

void settings_read_yaml(sl_settings *settings, const char *file)
{
    size_t length = 0;
    const char *reason = NULL;
    bool missing;
    const char *text =
        settings_read_file(settings->inside->arena, file, &length, &reason, &missing);
    if (text)
        yaml_text_read(settings, file, text, length, file_read, NULL, NULL);
    else
        setting_fault(settings, "%s: the settings file cannot be read: %s", file, reason);
}
