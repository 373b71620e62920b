/*
 * migration_files.c: the migrations of a folder, in order.
 *
 * NNNN_name.sql serves both databases; NNNN_name.postgres.sql and NNNN_name.sqlite.sql go before it, each for its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/migration_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/crypto.h>

#include "core/base/buffer.h"
#include "core/base/text.h"

#define DIGITS 4
#define FILE_AT_MOST ((size_t)4 << 20)

enum { FOR_BOTH, FOR_POSTGRES, FOR_SQLITE };

static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t size = strlen(end);
    return length > size && memcmp(text + length - size, end, size) == 0;
}

/* The parts of a name; false when it is not a migration's. */
static bool name_parse(sl_context *cx, const char *file, int *ret_dialect, sl_migration_file *ret)
{
    int64_t number;
    size_t length = strlen(file);
    if (length < DIGITS + 6 || file[DIGITS] != '_' || file[0] == '-' ||
        sl_text_int64(file, DIGITS, &number) != 0 || !ends_with(file, length, ".sql"))
        return false;
    length -= strlen(".sql");
    *ret_dialect = FOR_BOTH;
    if (ends_with(file, length, ".postgres")) {
        *ret_dialect = FOR_POSTGRES;
        length -= strlen(".postgres");
    } else if (ends_with(file, length, ".sqlite")) {
        *ret_dialect = FOR_SQLITE;
        length -= strlen(".sqlite");
    }
    if (length <= DIGITS + 1)
        return false;
    ret->number = number;
    ret->name = sl_copy(cx, file + DIGITS + 1, length - DIGITS - 1);
    ret->file = sl_copy(cx, file, strlen(file));
    ret->dialect = *ret_dialect != FOR_BOTH;
    return true;
}

static sl_status file_read(sl_context *cx, const char *path, sl_migration_file *file)
{
    FILE *stream = fopen(path, "re");
    if (!stream)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The migration %s cannot be read: %s.", path,
                       strerror(errno));
    sl_buffer text = SL_BUFFER_INIT(cx->arena);
    char block[8192];
    size_t got;
    while (text.length <= FILE_AT_MOST && (got = fread(block, 1, sizeof(block), stream)) > 0)
        sl_buffer_add(&text, block, got);
    bool failed = ferror(stream) != 0;
    (void)fclose(stream);
    file->text = sl_buffer_text(&text);
    if (failed || text.length > FILE_AT_MOST || strlen(file->text) != text.length)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The migration %s cannot be read.", path);
    file->checksum = sl_sha256_hex(cx, file->text, text.length);
    return SL_OK;
}

/* All of the folder's names; those of both databases. */
static sl_status names_read(sl_context *cx, const char *path, bool sqlite, sl_buffer *mine,
                            sl_buffer *others)
{
    DIR *folder = opendir(path);
    if (!folder && errno == ENOENT)
        return SL_OK;
    if (!folder)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The folder %s cannot be read: %s.", path,
                       strerror(errno));
    const char *stray = NULL;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        size_t length = strlen(entry->d_name);
        sl_migration_file file = { 0 };
        int dialect = FOR_BOTH;
        if (!ends_with(entry->d_name, length, ".sql"))
            continue;
        if (!name_parse(cx, entry->d_name, &dialect, &file))
            stray = sl_copy(cx, entry->d_name, length);
        else if (dialect == (sqlite ? FOR_POSTGRES : FOR_SQLITE))
            sl_buffer_add(others, &file, sizeof(file));
        else
            sl_buffer_add(mine, &file, sizeof(file));
    }
    closedir(folder);
    if (stray)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "%s/%s is not named as NNNN_name.sql.", path,
                       stray);
    return SL_OK;
}

static int file_order(const void *a, const void *b)
{
    const sl_migration_file *x = a;
    const sl_migration_file *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    /* The dialect's own first: it is the one that is kept. */
    return (int)y->dialect - (int)x->dialect;
}

/* Of two files for one number the dialect's own stays, if they are the same migration. */
static sl_status files_choose(sl_context *cx, const char *path, sl_migration_file *files,
                              uint32_t *count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++) {
        if (kept == 0 || files[kept - 1].number != files[i].number) {
            files[kept++] = files[i];
        } else if (strcmp(files[kept - 1].name, files[i].name) != 0 ||
                   files[kept - 1].dialect == files[i].dialect) {
            return sl_fail(cx, SL_E_INTERNAL, NULL,
                           "%s has two migrations of one number: %s and %s.", path,
                           files[kept - 1].file, files[i].file);
        }
    }
    *count = kept;
    return SL_OK;
}

static bool number_has(const sl_migration_file *files, uint32_t count, int64_t number)
{
    for (uint32_t i = 0; i < count; i++) {
        if (files[i].number == number)
            return true;
    }
    return false;
}

sl_status sl_migration_files(sl_context *cx, const sl_migration_folder *folder, bool sqlite,
                             sl_list *ret_files)
{
    sl_buffer mine = SL_BUFFER_INIT(cx->arena);
    sl_buffer others = SL_BUFFER_INIT(cx->arena);
    sl_status status = names_read(cx, folder->path, sqlite, &mine, &others);
    if (status != SL_OK)
        return status;
    uint32_t count = (uint32_t)(mine.length / sizeof(sl_migration_file));
    sl_migration_file *files = sl_arena_alloc(cx->arena, mine.length);
    if (mine.length > 0)
        memcpy(files, mine.data, mine.length);
    qsort(files, count, sizeof(*files), file_order);
    status = files_choose(cx, folder->path, files, &count);
    for (size_t i = 0; status == SL_OK && i < others.length / sizeof(sl_migration_file); i++) {
        sl_migration_file other;
        memcpy(&other, others.data + i * sizeof(other), sizeof(other));
        if (!number_has(files, count, other.number))
            status = sl_fail(cx, SL_E_INTERNAL, NULL, "%s/%s has no counterpart for this database.",
                             folder->path, other.file);
    }
    for (uint32_t i = 0; status == SL_OK && i < count; i++)
        status = file_read(cx, sl_format(cx, "%s/%s", folder->path, files[i].file), &files[i]);
    if (status == SL_OK)
        *ret_files = (sl_list){ .count = count, .item_size = sizeof(*files), .items = files };
    return status;
}
