/*
 * static.c: files of one folder, served from memory.
 *
 * Mapped privately and read-only: workers share the page cache. A file replaced by rename keeps being served as it was until
 * the workers are renewed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/static.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH 8
#define FILES 4096u

struct sl_static {
    sl_arena *arena;
    sl_static_file *files;
    uint32_t count;
    uint32_t room;
};

static const struct {
    const char *ending;
    const char *type;
} content_types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".mjs", "text/javascript; charset=utf-8" },
    { ".json", "application/json" },
    { ".map", "application/json" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".ico", "image/x-icon" },
    { ".webp", "image/webp" },
    { ".woff2", "font/woff2" },
    { ".woff", "font/woff" },
    { ".txt", "text/plain; charset=utf-8" },
    { ".wasm", "application/wasm" },
};

static const char *content_type_of(const char *path)
{
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < sizeof content_types / sizeof content_types[0]; i++) {
        if (strcasecmp(content_types[i].ending, ending) == 0) {
            return content_types[i].type;
        }
    }
    return "application/octet-stream";
}

static void statics_unmap(void *pointer)
{
    sl_static *statics = pointer;
    for (uint32_t i = 0; i < statics->count; i++) {
        if (statics->files[i].length > 0) {
            munmap((void *)(uintptr_t)statics->files[i].data, statics->files[i].length);
        }
    }
}

/* FNV-1a over the content: the tag is the same on every node that has the same file. */
static const char *etag_of(sl_arena *arena, const char *data, size_t length)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)data[i]) * 1099511628211u;
    }
    return sl_arena_format(arena, "\"%016llx-%zx\"", (unsigned long long)hash, length);
}

static void file_add(sl_static *statics, int descriptor, const char *path, size_t length)
{
    const char *data = "";
    if (length > 0) {
        data = mmap(NULL, length, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (data == MAP_FAILED) {
            return;
        }
    }
    if (statics->count == statics->room) {
        size_t size = statics->room * sizeof *statics->files;
        statics->files = sl_arena_grow(statics->arena, statics->files, size, size * 2);
        statics->room *= 2;
    }
    sl_static_file *file = &statics->files[statics->count++];
    file->path = path;
    file->content_type = content_type_of(path);
    file->etag = etag_of(statics->arena, data, length);
    file->data = data;
    file->length = length;
}

static void folder_add(sl_static *statics, int folder, const char *prefix, int depth)
{
    DIR *names = fdopendir(folder);
    if (names == NULL) {
        close(folder);
        return;
    }
    for (struct dirent *name = readdir(names); name; name = readdir(names)) {
        if (name->d_name[0] == '.' || statics->count == FILES) {
            continue;
        }
        int entry = openat(folder, name->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
        struct stat about;
        if (entry < 0) {
            continue;
        }
        const char *path = sl_arena_format(statics->arena, "%s%s", prefix, name->d_name);
        if (fstat(entry, &about) == 0 && S_ISDIR(about.st_mode) && depth < DEPTH) {
            folder_add(statics, entry, sl_arena_format(statics->arena, "%s/", path), depth + 1);
            continue;
        }
        if (fstat(entry, &about) == 0 && S_ISREG(about.st_mode)) {
            file_add(statics, entry, path, (size_t)about.st_size);
        }
        close(entry);
    }
    closedir(names);
}

static int path_order(const void *a, const void *b)
{
    return strcmp(((const sl_static_file *)a)->path, ((const sl_static_file *)b)->path);
}

sl_static *sl_static_new(sl_arena *arena, const char *folder)
{
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return NULL;
    }
    sl_static *statics = sl_arena_alloc(arena, sizeof *statics);
    statics->arena = arena;
    statics->room = 32;
    statics->files = sl_arena_alloc(arena, statics->room * sizeof *statics->files);
    sl_arena_defer(arena, statics_unmap, statics);
    folder_add(statics, descriptor, "", 0);
    qsort(statics->files, statics->count, sizeof *statics->files, path_order);
    return statics;
}

const sl_static_file *sl_static_find(const sl_static *statics, const char *path)
{
    if (statics == NULL || statics->count == 0) {
        return NULL;
    }
    sl_static_file wanted = { .path = path };
    return bsearch(&wanted, statics->files, statics->count, sizeof *statics->files, path_order);
}
