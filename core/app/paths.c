/*
 * paths.c: finding the program's own folders.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/app/paths.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static const char *first_folder(const char *const *candidates)
{
    size_t i = 0;
    while (candidates[i + 1] && !is_folder(candidates[i]))
        i++;
    return candidates[i];
}

sl_paths sl_paths_find(sl_arena *arena)
{
    char program[PATH_MAX] = "";
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *folder = sl_arena_copy(arena, program, strlen(program));
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    /* A prefix that was moved as a whole: PREFIX/bin/stripe-lite. */
    const char *moved_data = sl_arena_format(arena, "%s/../share/stripe_lite", folder);
    return (sl_paths){
        .program = sl_arena_copy(arena, program, strlen(program)),
        .plugins = first_folder(
            (const char *[]){ sl_arena_format(arena, "%s/plugins", folder),
                              sl_arena_format(arena, "%s/../" SL_PLUGINS_BELOW_PREFIX, folder),
                              SL_INSTALL_PLUGINS, NULL }),
        .migrations =
            first_folder((const char *[]){ sl_arena_format(arena, "%s/../../migrations", folder),
                                           sl_arena_format(arena, "%s/migrations", moved_data),
                                           SL_INSTALL_DATA "/migrations", NULL }),
        .assets = first_folder((const char *[]){ sl_arena_format(arena, "%s/assets", folder),
                                                 sl_arena_format(arena, "%s/assets", moved_data),
                                                 SL_INSTALL_DATA "/assets", NULL }),
    };
}
