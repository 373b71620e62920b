/*
 * migrations.c: bringing the schema up to what the folders say, forward only.
 *
 * Each file runs in a transaction with the row that remembers it, under one lock for all servers of the database, and only if
 * that row is not there by then: two servers that start at once share the work. A file that has changed since is refused,
 * because nobody could say which schema there is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/fault.h>

#include "core/database/driver.h"
#include "core/database/migration_files.h"

static const char table_sql[] = "CREATE TABLE IF NOT EXISTS schema_migrations (\n"
                                "    owner    TEXT   NOT NULL,\n"
                                "    number   BIGINT NOT NULL,\n"
                                "    name     TEXT   NOT NULL,\n"
                                "    checksum TEXT   NOT NULL,\n"
                                "    applied  BIGINT NOT NULL,\n"
                                "    PRIMARY KEY (owner, number)\n"
                                ")";

static sl_status table_is_there(sl_context *cx, bool *ret_there)
{
    const char *sql =
        sl_database_is_sqlite(cx->host->database)
            ? "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1"
            : "SELECT 1 FROM pg_class WHERE relname = $1 AND pg_table_is_visible(oid)";
    sl_rows *rows = NULL;
    sl_status status = sl_query_all(cx, sql, SL_ARGS(sl_text("schema_migrations")), &rows);
    if (status == SL_OK)
        *ret_there = sl_rows_count(rows) > 0;
    return status;
}

static sl_status applied_read(sl_context *cx, sl_rows **ret_rows)
{
    return sl_query_all(cx, "SELECT owner, number, checksum FROM schema_migrations", SL_NO_ARGS,
                        ret_rows);
}

/* Whether the file is among the applied; SL_E_INTERNAL when it was another text then. */
static sl_status file_is_applied(sl_context *cx, const sl_rows *applied, const char *owner,
                                 const sl_migration_file *file, bool *ret_applied)
{
    *ret_applied = false;
    for (uint32_t i = 0; i < sl_rows_count(applied); i++) {
        if (sl_rows_int(applied, i, 1) != file->number ||
            strcmp(sl_rows_text(applied, i, 0), owner) != 0)
            continue;
        *ret_applied = true;
        if (strcmp(sl_rows_text(applied, i, 2), file->checksum) != 0)
            return sl_fail(
                cx, SL_E_INTERNAL, NULL,
                "The migration %s/%s has changed since it was applied; put the old text back and write "
                "a new migration.",
                owner, file->file);
    }
    return SL_OK;
}

static sl_status file_apply(sl_context *cx, const char *owner, const sl_migration_file *file,
                            bool *ret_applied)
{
    const sl_argument record[] = { sl_text(owner), sl_int(file->number), sl_text(file->name),
                                   sl_text(file->checksum), sl_int(sl_now(cx)) };
    const sl_script script = {
        .unless = { .sql = "SELECT 1 FROM schema_migrations WHERE owner = $1 AND number = $2",
                    .arguments = record,
                    .count = 2 },
        .body = file->text,
        .record = { .sql = "INSERT INTO schema_migrations (owner, number, name, checksum, applied) "
                           "VALUES ($1, $2, $3, $4, $5)",
                    .arguments = record,
                    .count = 5 },
    };
    const sl_database *database = cx->host->database;
    sl_status status = SL_FAULT("migration.before_file")
                           ? sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The connection was lost.")
                           : database->driver->script(database->self, cx, &script, ret_applied);
    SL_FAULT("migration.after_commit");
    if (status == SL_OK)
        return status;
    const char *reason = sl_error_message(cx);
    return sl_fail(cx, status, NULL, "The migration %s/%s failed: %s", owner, file->file,
                   reason ? reason : "");
}

/* Somebody else was faster: it must have been the same text. */
static sl_status file_recheck(sl_context *cx, const char *owner, const sl_migration_file *file)
{
    sl_rows *applied = NULL;
    bool there;
    sl_status status = applied_read(cx, &applied);
    return status == SL_OK ? file_is_applied(cx, applied, owner, file, &there) : status;
}

static sl_status folder_migrate(sl_context *cx, const sl_migration_folder *folder,
                                const sl_rows *applied, bool apply, uint32_t *count)
{
    sl_list files;
    sl_status status =
        sl_migration_files(cx, folder, sl_database_is_sqlite(cx->host->database), &files);
    for (uint32_t i = 0; status == SL_OK && i < files.count; i++) {
        const sl_migration_file *file = SL_ITEM(files, sl_migration_file, i);
        bool there = false;
        bool done = true;
        status = file_is_applied(cx, applied, folder->owner, file, &there);
        if (status != SL_OK || there)
            continue;
        if (apply)
            status = file_apply(cx, folder->owner, file, &done);
        if (status == SL_OK && !done)
            status = file_recheck(cx, folder->owner, file);
        *count += done;
    }
    return status;
}

static sl_status folders_migrate(sl_context *cx, const sl_migration_folder *folders, uint32_t count,
                                 bool apply, uint32_t *ret_count)
{
    bool there = false;
    sl_rows *applied = NULL;
    uint32_t missing = 0;
    const sl_database *database = cx->host->database;
    sl_status status = table_is_there(cx, &there);
    if (status == SL_OK && !there && apply) {
        const sl_script script = { .body = table_sql };
        status = database->driver->script(database->self, cx, &script, &there);
        there = true;
    }
    if (status == SL_OK && there)
        status = applied_read(cx, &applied);
    for (uint32_t i = 0; status == SL_OK && i < count; i++)
        status = folder_migrate(cx, &folders[i], applied, apply, &missing);
    if (status == SL_OK)
        *ret_count = missing;
    return status;
}

sl_status sl_migrate(sl_context *cx, const sl_migration_folder *folders, uint32_t count,
                     uint32_t *ret_count)
{
    return folders_migrate(cx, folders, count, true, ret_count);
}

sl_status sl_migrate_check(sl_context *cx, const sl_migration_folder *folders, uint32_t count,
                           uint32_t *ret_missing)
{
    return folders_migrate(cx, folders, count, false, ret_missing);
}
