/*
 * yaml_walk.h: walking a YAML document, for the files that read parts of it. libyaml stays in yaml.c and routes.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_CONFIG_YAML_WALK_H
#define STRIPE_LITE_CORE_CONFIG_YAML_WALK_H

#include <yaml.h>

#include "core/config/inside.h"

typedef struct yaml_walk {
    sl_settings *settings;
    sl_arena *arena;
    const char *file;
    yaml_document_t *document;
    const setting_value *value; /* whose text this is; NULL: the settings file */
} yaml_walk;

typedef void (*yaml_reader)(const yaml_walk *walk, yaml_node_t *root, const setting_key *key);

/* Reads the one document of `text`, whose places are told as of `file`; tells what is no YAML. */
void yaml_text_read(sl_settings *settings, const char *file, const char *text, size_t length,
                    yaml_reader reader, const setting_key *key, const setting_value *value);

/* "file:line:column" */
const char *yaml_at(const yaml_walk *walk, const yaml_node_t *node);
const char *yaml_scalar(const yaml_walk *walk, const yaml_node_t *node);
bool yaml_is_null(const yaml_node_t *node);

/* The text and style of a value: scalar or list. False, and a fault, for anything else. */
bool yaml_value_of(const yaml_walk *walk, yaml_node_t *node, const char *path, setting_value *ret);

/* The key of a pair, after it was checked: a scalar, and not given before in this mapping. NULL after a fault. */
const char *yaml_key_of(const yaml_walk *walk, const yaml_node_t *mapping,
                        const yaml_node_pair_t *pair, const char *prefix);

/* routes.c: the list of gateway.routes. */
void yaml_routes_read(const yaml_walk *walk, yaml_node_t *node, const setting_key *key);

#endif
