/*
 * inside.h: what the files of this room share: the table's row, a value with its place, the loader.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_CONFIG_INSIDE_H
#define STRIPE_LITE_CORE_CONFIG_INSIDE_H

#include "core/config/settings.h"

typedef enum setting_type {
    SETTING_TEXT,
    SETTING_ENUM,
    SETTING_INT,
    SETTING_BOOL,
    SETTING_WORKERS,  /* a number or "auto" (0) */
    SETTING_BYTES,    /* a number, or one with KiB or MiB */
    SETTING_RATE,     /* "100:200", "100", 0; the burst's member follows */
    SETTING_TEXTS,    /* a list, or texts with commas */
    SETTING_NUMBERS,  /* the same of whole numbers */
    SETTING_DATABASE, /* kept as text; database.c makes the address of it */
    SETTING_PART,     /* of the address: kept as text, no member */
    SETTING_ROUTES,   /* a list of routing rules; routes.c */
} setting_type;

typedef struct setting_key {
    const char *path;
    const char *variable;
    setting_type type;
    const char *initial;       /* NULL: unset */
    const char *initial_shown; /* in the documents, where `initial` does not say it */
    int64_t min;
    int64_t max;
    const char *const *values;
    bool (*check)(const char *text); /* of a text, or of each in a list */
    const char *allowed;             /* completes "it must be ..." where the type does not say it */
    bool secret;
    /* Plugins that read it as an option, NULL-ended: by its last name where the section is theirs (gateway_X: X), else with the
     * section in front. NULL: it is the server's alone. */
    const char *const *readers;
    size_t offset; /* of the member; unused by parts */
    const char *doc;
} setting_key;

#define SETTING_COUNT_MAX 96
extern const setting_key setting_keys[];
extern const uint32_t setting_key_count;
const setting_key *setting_key_find(const char *path);
const setting_key *setting_key_by_variable(const char *variable);

typedef enum setting_layer {
    LAYER_DEFAULT,
    LAYER_FILE,
    LAYER_DOTENV,
    LAYER_ENVIRONMENT,
    LAYER_FLAG
} setting_layer;

/* How a text was written: decides whether its type is right. */
typedef enum setting_style { STYLE_WORDS, STYLE_PLAIN, STYLE_QUOTED, STYLE_SEQUENCE } setting_style;

typedef struct setting_value {
    const char *text; /* NULL: unset */
    setting_layer layer;
    const char *label;  /* the key's path, the variable or the flag: as the user wrote it */
    const char *origin; /* the place in a file; NULL for flags, environment and defaults */
    setting_style style;
} setting_value;

typedef struct setting_variable {
    const char *name;
    const char *value;
    const char *origin; /* NULL: the environment */
    setting_layer layer;
} setting_variable;

typedef struct plugin_option {
    const char *plugin;
    const char *name;
    const char *text;
    const char *origin;
    bool quoted;
} plugin_option;

typedef struct sl_settings_inside {
    sl_arena *arena;
    setting_value values[SETTING_COUNT_MAX];
    sl_setting_message *messages;
    uint32_t message_room;
    setting_variable *variables; /* STRIPE_LITE_..., weakest first */
    uint32_t variable_count;
    plugin_option *options;
    uint32_t option_count;
    sl_plugin_setting *listed; /* of the YAML file */
    uint32_t listed_count;
    bool list_given;
} sl_settings_inside;

/* messages.c */
void setting_fault(sl_settings *settings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void setting_warn(sl_settings *settings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A value for a message: quoted, shortened, control characters replaced. */
const char *setting_quote(sl_arena *arena, const char *text);

/* value.c: takes a value that was given for a key, or tells its fault; weaker layers come first. */
void setting_give(sl_settings *settings, const setting_key *key, const setting_value *value);
/* Completes "it must be ...". */
const char *setting_allowed(sl_arena *arena, const setting_key *key);

/* yaml.c, dotenv.c, environment.c: the layers. */
void settings_read_yaml(sl_settings *settings, const char *file);
void settings_read_dotenv(sl_settings *settings, const char *file);
/* routes.c: routing rules as the YAML text of a variable. */
void settings_read_routes(sl_settings *settings, const setting_key *key,
                          const setting_value *value);
void settings_read_environment(sl_settings *settings, const char *const *environment);
void settings_variable(sl_settings *settings, const setting_variable *variable);
void settings_warn_variables(sl_settings *settings, const char *const *bundled);
/* "STRIPE_LITE_CUSTOMERS_UNIQUE_EMAIL" */
const char *setting_option_variable(sl_arena *arena, const char *plugin, const char *option);

/* files.c: a whole text file, NUL-terminated, of at most 1 MiB; NULL with a reason (errno's or its own). */
char *settings_read_file(sl_arena *arena, const char *path, size_t *ret_length,
                         const char **ret_reason, bool *ret_missing);

/* plugins.c */
void settings_list_plugins(sl_settings *settings, const char *const *bundled);
bool setting_name_valid(const char *name);

/* database.c: the address from database.url and its parts. */
void settings_resolve_database(sl_settings *settings);

#endif
