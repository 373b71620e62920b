/*
 * open.c: a shared object becomes a plugin: opened, its descriptor found, checked and copied.
 *
 * Every refusal is a sentence with the two values that do not fit, so that the reader knows which side to change.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/plugin/loader.h"

/* What a descriptor of ABI 1.0 holds: later members may be missing, these may not. */
#define DESCRIPTOR_SIZE_1_0 (offsetof(sl_plugin_descriptor, gateway_listener) + sizeof(void *))

/* dlerror() names the file first; the sentence has named it already. */
static const char *loader_words(sl_context *cx, const char *path)
{
    const char *words = dlerror();
    if (!words)
        return "the dynamic loader does not say why";
    size_t length = strlen(path);
    if (strncmp(words, path, length) == 0 && strncmp(words + length, ": ", 2) == 0)
        words += length + 2;
    return sl_copy(cx, words, strlen(words));
}

static bool file_is_there(sl_context *cx, const char *path, sl_plugin *plugin)
{
    char *real = realpath(path, NULL);
    struct stat about;
    if (!real || stat(real, &about) != 0) {
        sl_plugin_refuse(plugin, "the file %s cannot be opened: %s", path, strerror(errno));
        free(real);
        return false;
    }
    plugin->path = sl_copy(cx, real, strlen(real));
    free(real);
    if (S_ISREG(about.st_mode))
        return true;
    sl_plugin_refuse(plugin, "%s is not a file", plugin->path);
    return false;
}

static bool descriptor_take(sl_plugin *plugin, const sl_plugin_descriptor *source)
{
    if (!source) {
        sl_plugin_refuse(plugin, "the function " SL_PLUGIN_ENTRY " of %s returns no descriptor",
                         plugin->path);
        return false;
    }
    if (source->struct_size < offsetof(sl_plugin_descriptor, name)) {
        sl_plugin_refuse(plugin,
                         "the descriptor in %s says it has %u bytes, and the smallest has %zu",
                         plugin->path, source->struct_size, DESCRIPTOR_SIZE_1_0);
        return false;
    }
    uint32_t major = source->abi_version >> 16;
    uint32_t minor = source->abi_version & 0xffffu;
    if (major != SL_ABI_MAJOR) {
        sl_plugin_refuse(
            plugin,
            "%s is built for ABI %u.%u and this server has %u.%u: the first numbers must be equal",
            plugin->path, major, minor, SL_ABI_MAJOR, SL_ABI_MINOR);
        return false;
    }
    if (minor > SL_ABI_MINOR) {
        sl_plugin_refuse(
            plugin,
            "%s is built for ABI %u.%u and this server has %u.%u: the server is older than the plugin",
            plugin->path, major, minor, SL_ABI_MAJOR, SL_ABI_MINOR);
        return false;
    }
    if (source->struct_size < DESCRIPTOR_SIZE_1_0) {
        sl_plugin_refuse(plugin,
                         "the descriptor in %s says it has %u bytes, and the smallest has %zu",
                         plugin->path, source->struct_size, DESCRIPTOR_SIZE_1_0);
        return false;
    }
    size_t size = source->struct_size;
    memcpy(&plugin->descriptor, source,
           size < sizeof(plugin->descriptor) ? size : sizeof(plugin->descriptor));
    if (plugin->descriptor.name && plugin->descriptor.name[0])
        return true;
    sl_plugin_refuse(plugin, "the descriptor in %s has no name", plugin->path);
    return false;
}

/* What it lacks of us is told with what we are: a plugin for a later minor release is linked to names of that release. */
static void refuse_unloadable(sl_context *cx, sl_plugin *plugin)
{
    const char *words = loader_words(cx, plugin->path);
    if (strstr(words, "undefined symbol") || strstr(words, "STRIPE_LITE_"))
        sl_plugin_refuse(plugin, "%s cannot be loaded: %s; this server has ABI %u.%u", plugin->path,
                         words, SL_ABI_MAJOR, SL_ABI_MINOR);
    else
        sl_plugin_refuse(plugin, "%s cannot be loaded: %s", plugin->path, words);
}

bool sl_plugin_open(sl_context *cx, const char *path, sl_plugin *ret_plugin)
{
    sl_plugin *plugin = ret_plugin;
    plugin->arena = cx->arena;
    plugin->path = path;
    if (!file_is_there(cx, path, plugin))
        return false;
    plugin->handle = dlopen(plugin->path, RTLD_NOW | RTLD_LOCAL);
    if (!plugin->handle) {
        refuse_unloadable(cx, plugin);
        return false;
    }
    /* A function's address comes as void *; copying its bytes is the conversion that ISO C has. */
    void *symbol = dlsym(plugin->handle, SL_PLUGIN_ENTRY);
    sl_plugin_entry entry = NULL;
    memcpy(&entry, &symbol, sizeof(entry));
    if (!entry) {
        sl_plugin_refuse(plugin,
                         "%s does not export " SL_PLUGIN_ENTRY
                         ": it is no plugin, or SL_PLUGIN(...) is missing",
                         plugin->path);
        return false;
    }
    if (!descriptor_take(plugin, entry()))
        return false;
    if (!plugin->name)
        plugin->name = plugin->descriptor.name;
    return true;
}

void sl_plugin_close(sl_plugin *plugin)
{
    if (plugin->handle)
        dlclose(plugin->handle);
    plugin->handle = NULL;
    memset(&plugin->descriptor, 0, sizeof(plugin->descriptor));
}
