/*
 * watch.c: `--reload`: noticing that a plugin or the settings changed.
 *
 * Folders are watched, not files: compilers and editors replace a file rather than write into it. Plugins, the settings file and
 * `.env` count, by their names.
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
    if (watch >= 0)
        sl_watch_add(watch, invocation);
    return watch;
}

void sl_watch_add(int watch, const sl_invocation *invocation)
{
    (void)inotify_add_watch(watch, invocation->paths.plugins, CHANGES);
    (void)inotify_add_watch(watch, ".", CHANGES);
    if (invocation->config)
        folder_of(watch, invocation->arena, invocation->config);
    for (uint32_t i = 0; i < invocation->settings->plugin_count; i++)
        if (invocation->settings->plugins[i].path)
            folder_of(watch, invocation->arena, invocation->settings->plugins[i].path);
}

/* The database and the log may lie beside the settings: what happens to them is no reason to reload. */
static bool concerns_us(const sl_invocation *invocation, const char *name)
{
    const char *slash = invocation->config ? strrchr(invocation->config, '/') : NULL;
    const char *config = slash ? slash + 1 : invocation->config;
    size_t length = strlen(name);
    return (length > 3 && strcmp(name + length - 3, ".so") == 0) || strcmp(name, ".env") == 0 ||
           (config && strcmp(name, config) == 0);
}

bool sl_watch_changed(int watch, const sl_invocation *invocation)
{
    char events[4096] __attribute__((aligned(8)));
    bool changed = false;
    for (ssize_t size; (size = read(watch, events, sizeof events)) > 0;) {
        const struct inotify_event *event;
        for (const char *at = events; at < events + size; at += sizeof *event + event->len) {
            event = (const struct inotify_event *)(const void *)at;
            changed = changed || (event->len && concerns_us(invocation, event->name));
        }
    }
    return changed;
}
