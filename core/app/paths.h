/*
 * paths.h: where the program finds its plugins, migrations and assets.
 *
 * From its own real path (a build folder in a checkout, or a prefix it was moved to), else from the prefix it was built for;
 * never from the working directory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_PATHS_H
#define STRIPE_LITE_CORE_APP_PATHS_H

#include "core/base/arena.h"

typedef struct sl_paths {
    const char *program;
    const char *plugins;    /* folder of <name>.so */
    const char *migrations; /* folder of <owner>/NNNN_name.sql */
    const char *assets;     /* folder of pages' files */
} sl_paths;

/* since 1.0 [start-up only] */
sl_paths sl_paths_find(sl_arena *arena);

#endif
