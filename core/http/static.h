/*
 * static.h: files of one folder, served from memory.
 *
 * The folder is read once at start and its files are mapped: what a path can reach is what is in the table, so there is nothing
 * to climb out of, and no file is read while the loop runs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_STATIC_H
#define STRIPE_LITE_CORE_HTTP_STATIC_H

#include <stripe_lite/status.h>

#include "core/base/arena.h"

typedef struct sl_static sl_static;

typedef struct sl_static_file {
    const char *path; /* below the folder: "docs/docs.js" */
    const char *content_type;
    const char *etag; /* with its quotes */
    const char *data;
    size_t length;
} sl_static_file;

/* Maps every regular file below `folder`; links and names that begin with a dot are left out. NULL: the folder cannot be read.
 * Unmapped with the arena. since 1.0 [start-up only] */
sl_static *sl_static_new(sl_arena *arena, const char *folder);
/* NULL: there is no such file. since 1.0 [no-suspend] */
const sl_static_file *sl_static_find(const sl_static *statics, const char *path);

#endif
