/*
 * watch.c: `--reload`: noticing that a plugin or the settings changed.
 *
 * Folders are watched, not files: compilers and editors replace a file rather than write into it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/app/app.h"
#include "core/config/settings.h"

#define CHANGES (IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE)

static void folder_of(int watch, sl_arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *folder = slash ? sl_arena_copy(arena, file, (size_t)(slash - file)) : ".";
    (void)inotify_add_watch(watch, *folder ? folder : "/", CHANGES);
}

int sl_watch_open(const sl_invocation *invocation)
{
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch < 0)
        return -1;
    (void)inotify_add_watch(watch, invocation->paths.plugins, CHANGES);
    if (invocation->config)
        folder_of(watch, invocation->arena, invocation->config);
    for (uint32_t i = 0; i < invocation->settings->plugin_count; i++)
        if (invocation->settings->plugins[i].path)
            folder_of(watch, invocation->arena, invocation->settings->plugins[i].path);
    return watch;
}

bool sl_watch_changed(int watch)
{
    char events[4096] __attribute__((aligned(8)));
    bool changed = false;
    while (read(watch, events, sizeof events) > 0)
        changed = true;
    return changed;
}
