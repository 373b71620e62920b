/*
 * reference_test.c: docs/configuration.md and config/stripe_lite.yaml are what the table says; `--write` writes them.
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

#include <cmocka.h>

#include "core/config/inside.h"

static sl_arena *arena;

static const char *source_path(const char *path)
{
    const char *source = getenv("STRIPE_LITE_SOURCE");
    return sl_arena_format(arena, "%s/%s", source ? source : ".", path);
}

static const char *read_whole(const char *path)
{
    size_t length;
    const char *reason;
    bool missing;
    const char *text = settings_read_file(arena, source_path(path), &length, &reason, &missing);
    if (!text)
        fail_msg("%s: %s", path, reason);
    return text;
}

static void the_documents_are_what_the_table_says(void **state)
{
    (void)state;
    assert_string_equal(read_whole("docs/configuration.md"), sl_settings_reference(arena));
    assert_string_equal(read_whole("config/stripe_lite.yaml"), sl_settings_example(arena));
}

static void the_example_file_holds_exactly_the_defaults(void **state)
{
    (void)state;
    sl_setting_sources none = { 0 };
    sl_setting_sources example = { .file = source_path("config/stripe_lite.yaml") };
    sl_settings *defaults = NULL;
    sl_settings *read = NULL;
    assert_int_equal(sl_settings_load(&none, &defaults), SL_OK);
    assert_int_equal(sl_settings_load(&example, &read), SL_OK);
    assert_int_equal(read->message_count, 0);
    for (uint32_t i = 0; i < setting_key_count; i++) {
        const setting_value *here = &read->inside->values[i];
        const setting_value *there = &defaults->inside->values[i];
        assert_int_equal(here->text != NULL, there->text != NULL);
        if (!here->text)
            continue;
        assert_string_equal(here->text, there->text);
        assert_int_equal(here->layer, LAYER_FILE);
    }
    sl_settings_free(defaults);
    sl_settings_free(read);
}

static void the_production_file_loads_and_lacks_only_its_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "STRIPE_LITE_SECRET_KEY=sk_live_4f1c09e2b7d84a5c9d0e",
        "STRIPE_LITE_PUBLISHABLE_KEY=pk_live_4f1c09e2b7d84a5c9d0e",
        "STRIPE_LITE_ENCRYPTION_KEY=4f1c09e2b7d84a5c9d0e4f1c09e2b7d8", NULL
    };
    for (int with = 0; with < 2; with++) {
        sl_setting_sources sources = { .file = source_path("config/production.yaml"),
                                       .environment = with ? keys : NULL };
        sl_settings *settings = NULL;
        assert_int_equal(sl_settings_load(&sources, &settings), SL_OK);
        assert_string_equal(settings->environment, "production");
        assert_int_equal(sl_settings_check_environment(settings, false),
                         with ? SL_OK : SL_E_INVALID);
        sl_settings_free(settings);
    }
}

static void every_key_is_named_once_and_documented(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < setting_key_count; i++) {
        const setting_key *key = &setting_keys[i];
        assert_non_null(key->doc);
        assert_true(strlen(key->doc) > 3);
        assert_ptr_equal(setting_key_find(key->path), key);
        assert_ptr_equal(setting_key_by_variable(key->variable), key);
        assert_true(key->max >= key->min);
        assert_null(strchr(key->doc, '|'));
    }
}

static int write_file(const char *path, const char *text)
{
    FILE *file = fopen(source_path(path), "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
        perror(path);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    arena = sl_arena_new();
    int result;
    if (argc > 1 && strcmp(argv[1], "--write") == 0) {
        result = write_file("docs/configuration.md", sl_settings_reference(arena)) |
                 write_file("config/stripe_lite.yaml", sl_settings_example(arena));
    } else {
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_key_is_named_once_and_documented),
            cmocka_unit_test(the_documents_are_what_the_table_says),
            cmocka_unit_test(the_example_file_holds_exactly_the_defaults),
            cmocka_unit_test(the_production_file_loads_and_lacks_only_its_keys),
        };
        result = cmocka_run_group_tests_name("reference", tests, NULL, NULL);
    }
    sl_arena_free(arena);
    return result;
}
