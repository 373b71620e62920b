/*
 * migration_files.h: the migrations of a folder, in order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_MIGRATION_FILES_H
#define STRIPE_LITE_CORE_DATABASE_MIGRATION_FILES_H

#include "core/database/database.h"

typedef struct sl_migration_file {
    int64_t number;
    const char *name; /* "accounts" of 0001_accounts.sql */
    const char *file; /* the file's own name */
    bool dialect;     /* written for this database alone */
    const char *text;
    const char *checksum; /* SHA-256 of the text */
} sl_migration_file;

/* A list of sl_migration_file for this database, ordered by number; empty when there is no such folder. A file that is not
 * named as a migration is, a number used twice, or one that the other database alone has, is SL_E_INTERNAL with a sentence.
 * since 1.0 [no-suspend] */
sl_status sl_migration_files(sl_context *cx, const sl_migration_folder *folder, bool sqlite,
                             sl_list *ret_files) SL_MUST_CHECK;

#endif
