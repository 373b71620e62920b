/*
 * sqlite_trace.c: a library to preload: every statement that a program runs on SQLite, with its values, into a file.
 *
 * STRIPE_LITE_BENCH_TRACE names the file. A record is the text as prepared, a unit separator (31), the text with its values in
 * place, a record separator (30). support/sqlite.py takes the reference of charges-sqlite from it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*open_function)(const char *, sqlite3 **, int, const char *);

/* In one piece: the server's threads share the file. */
static int statement_tell(unsigned kind, void *data, void *statement, void *text)
{
    (void)kind;
    (void)data;
    const char *path = getenv("STRIPE_LITE_BENCH_TRACE");
    char *expanded = sqlite3_expanded_sql(statement);
    int file = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    char *record = expanded ? sqlite3_mprintf("%s\x1f%s\x1e", (const char *)text, expanded) : NULL;
    if (!record || file < 0 || write(file, record, strlen(record)) != (ssize_t)strlen(record))
        abort();
    close(file);
    sqlite3_free(record);
    sqlite3_free(expanded);
    return 0;
}

__attribute__((visibility("default"))) int sqlite3_open_v2(const char *name, sqlite3 **ret_db,
                                                           int flags, const char *vfs)
{
    void *symbol = dlsym(RTLD_NEXT, "sqlite3_open_v2");
    open_function next;
    memcpy(&next, &symbol, sizeof(next));
    int code = next(name, ret_db, flags, vfs);
    if (code == SQLITE_OK && getenv("STRIPE_LITE_BENCH_TRACE"))
        code = sqlite3_trace_v2(*ret_db, SQLITE_TRACE_STMT, statement_tell, NULL);
    return code;
}
