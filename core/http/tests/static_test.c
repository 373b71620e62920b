/*
 * static_test.c: a folder's files, and nothing else.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/http/static.h"

static void file_write(const char *folder, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void files_are_found_by_their_path_alone(void **state)
{
    (void)state;
    char folder[] = "/tmp/static_test.XXXXXX";
    char inner[64];
    char other[64];
    assert_non_null(mkdtemp(folder));
    snprintf(inner, sizeof inner, "%s/docs", folder);
    snprintf(other, sizeof other, "%s/link.js", folder);
    assert_int_equal(mkdir(inner, 0700), 0);
    file_write(folder, "a.js", "one");
    file_write(folder, ".hidden", "secret");
    file_write(folder, "empty.css", "");
    file_write(inner, "b.html", "two");
    assert_int_equal(symlink("/etc/passwd", other), 0);

    sl_arena *arena = sl_arena_new();
    sl_static *statics = sl_static_new(arena, folder);
    assert_non_null(statics);
    const sl_static_file *file = sl_static_find(statics, "a.js");
    assert_non_null(file);
    assert_int_equal(file->length, 3);
    assert_memory_equal(file->data, "one", 3);
    assert_string_equal(file->content_type, "text/javascript; charset=utf-8");
    file = sl_static_find(statics, "docs/b.html");
    assert_non_null(file);
    assert_string_equal(file->content_type, "text/html; charset=utf-8");
    assert_string_not_equal(file->etag, sl_static_find(statics, "a.js")->etag);
    assert_int_equal(sl_static_find(statics, "empty.css")->length, 0);
    static const char *const none[] = { "",
                                        "/a.js",
                                        ".hidden",
                                        "link.js",
                                        "docs",
                                        "docs/",
                                        "../etc/passwd",
                                        "docs/../a.js",
                                        "./a.js",
                                        "A.JS",
                                        "a.js/..",
                                        "..",
                                        "docs//b.html" };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_null(sl_static_find(statics, none[i]));
    }
    sl_arena_free(arena);

    char command[128];
    static const char *const made[] = { "a.js",    ".hidden", "empty.css", "docs/b.html",
                                        "link.js", "docs",    "" };
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        snprintf(command, sizeof command, "%s/%s", folder, made[i]);
        assert_int_equal(remove(command), 0);
    }
}

static void a_missing_folder_is_no_folder(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    assert_null(sl_static_new(arena, "/nowhere/at/all"));
    assert_null(sl_static_find(NULL, "a.js"));
    sl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_found_by_their_path_alone),
        cmocka_unit_test(a_missing_folder_is_no_folder),
    };
    return cmocka_run_group_tests_name("static", tests, NULL, NULL);
}
