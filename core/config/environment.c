/*
 * environment.c: settings from variables, of the process or of `.env`; an empty one counts as unset.
 *
 * Variables of plugins are kept, because only a plugin's own table knows their types.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <ctype.h>
#include <string.h>

#include "core/base/text.h"
#include "core/config/inside.h"

#define PREFIX "STRIPE_LITE_"

/* The same variable given before in this layer, or NULL. */
static const setting_variable *given_before(const sl_settings_inside *inside,
                                            const setting_variable *variable)
{
    for (uint32_t i = 0; i < inside->variable_count; i++) {
        const setting_variable *other = &inside->variables[i];
        if (other->layer == variable->layer && strcmp(other->name, variable->name) == 0)
            return other;
    }
    return NULL;
}

static void give(sl_settings *settings, const setting_key *key, const setting_variable *variable)
{
    setting_value value = { .text = variable->value,
                            .layer = variable->layer,
                            .label = variable->name,
                            .origin = variable->origin };
    setting_give(settings, key, &value);
}

void settings_variable(sl_settings *settings, const setting_variable *variable)
{
    sl_settings_inside *inside = settings->inside;
    bool address = strcmp(variable->name, "DATABASE_URL") == 0;
    const setting_key *key =
        setting_key_by_variable(address ? "STRIPE_LITE_DATABASE_URL" : variable->name);
    if ((!key && !sl_text_starts(variable->name, PREFIX)) || variable->value[0] == '\0')
        return;
    const setting_variable *before = given_before(inside, variable);
    if (before && before->origin) {
        setting_fault(settings, "%s: %s is given twice; first at %s", variable->origin,
                      variable->name, before->origin);
        return;
    }
    uint32_t count = inside->variable_count++;
    inside->variables = sl_arena_grow(inside->arena, inside->variables, count * sizeof(*variable),
                                      (count + 1) * sizeof(*variable));
    inside->variables[count] = *variable;
    if (key && !address)
        give(settings, key, variable);
}

/* DATABASE_URL may belong to another program, so it is not even looked at when ours is set as strongly. */
static void give_address(sl_settings *settings)
{
    sl_settings_inside *inside = settings->inside;
    const setting_key *key = setting_key_find("database.url");
    for (uint32_t i = 0; i < inside->variable_count; i++) {
        const setting_variable *variable = &inside->variables[i];
        if (strcmp(variable->name, "DATABASE_URL") == 0 &&
            inside->values[key - setting_keys].layer < variable->layer)
            give(settings, key, variable);
    }
}

void settings_read_environment(sl_settings *settings, const char *const *environment)
{
    sl_arena *arena = settings->inside->arena;
    for (; environment && *environment; environment++) {
        const char *equals = strchr(*environment, '=');
        if (!equals)
            continue;
        setting_variable variable = { .name = sl_arena_copy(arena, *environment,
                                                            (size_t)(equals - *environment)),
                                      .value = sl_arena_copy(arena, equals + 1, strlen(equals + 1)),
                                      .layer = LAYER_ENVIRONMENT };
        settings_variable(settings, &variable);
    }
    give_address(settings);
}

const char *setting_option_variable(sl_arena *arena, const char *plugin, const char *option)
{
    char *name = sl_arena_format(arena, PREFIX "%s_%s", plugin, option);
    for (char *c = name; *c; c++)
        *c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
    return name;
}

static bool belongs_to(sl_arena *arena, const char *variable, const char *plugin)
{
    return sl_text_starts(variable, setting_option_variable(arena, plugin, ""));
}

/* A misspelt variable would otherwise just have no effect. */
void settings_warn_variables(sl_settings *settings, const char *const *bundled)
{
    sl_settings_inside *inside = settings->inside;
    const char **names = sl_arena_alloc(inside->arena, (setting_key_count + 2) * sizeof(*names));
    for (uint32_t i = 0; i < setting_key_count; i++)
        names[i] = setting_keys[i].variable;
    names[setting_key_count] = PREFIX "PLUGINS";
    for (uint32_t i = 0; i < inside->variable_count; i++) {
        const setting_variable *variable = &inside->variables[i];
        bool known = setting_key_by_variable(variable->name) ||
                     !sl_text_starts(variable->name, PREFIX) ||
                     strcmp(variable->name, PREFIX "PLUGINS") == 0 ||
                     sl_text_starts(variable->name, PREFIX "TEST_");
        for (const char *const *plugin = bundled; !known && plugin && *plugin; plugin++)
            known = belongs_to(inside->arena, variable->name, *plugin);
        for (uint32_t j = 0; !known && j < settings->plugin_count; j++)
            known = belongs_to(inside->arena, variable->name, settings->plugins[j].name);
        const char *nearest = known ? NULL : sl_settings_nearest(variable->name, names);
        if (nearest)
            setting_warn(settings, "%s%s%s is no setting; did you mean %s?",
                         variable->origin ? variable->origin : "", variable->origin ? ": " : "",
                         variable->name, nearest);
    }
}
