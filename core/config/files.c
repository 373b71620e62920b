/*
 * files.c: reads a settings file whole.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/config/inside.h"

#define FILE_LIMIT ((size_t)1024 * 1024)

char *settings_read_file(sl_arena *arena, const char *path, size_t *ret_length,
                         const char **ret_reason, bool *ret_missing)
{
    *ret_missing = false;
    FILE *file = fopen(path, "re");
    if (!file) {
        *ret_missing = errno == ENOENT || errno == ENOTDIR;
        *ret_reason = strerror(errno);
        return NULL;
    }
    struct stat about = { 0 };
    if (fstat(fileno(file), &about) == 0 && S_ISDIR(about.st_mode)) {
        (void)fclose(file);
        *ret_reason = "it is a folder";
        return NULL;
    }
    /* What has no size to tell, as a pipe, may hold as much as is taken. */
    size_t size = (size_t)about.st_size;
    size_t most = S_ISREG(about.st_mode) && size > 0 && size < FILE_LIMIT ? size : FILE_LIMIT + 1;
    char *text = sl_arena_alloc(arena, most + 1);
    size_t length = fread(text, 1, most, file);
    bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed || length > FILE_LIMIT) {
        *ret_reason = failed ? "it cannot be read" : "it is larger than 1 MiB";
        return NULL;
    }
    text[length] = '\0';
    *ret_length = length;
    return text;
}
