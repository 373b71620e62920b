/*
 * flags_test.c: what a command's words mean, and which are refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/app/flags.h"

#define WORDS(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

static struct {
    const char *port;
    const char *scopes[SL_FLAG_MANY + 1];
    bool json;
    const char *rest[3];
    char said[300]; /* on stderr */
} got;

static bool read_words(const char *const *words, size_t rest_limit)
{
    const sl_flag_row flags[] = { { .name = "--port", .text = &got.port },
                                  { .name = "--scope", .many = got.scopes },
                                  { .name = "--json", .on = &got.json },
                                  { .name = NULL } };
    memset(&got, 0, sizeof got);
    sl_invocation invocation = { .arguments = words };
    while (words[invocation.argument_count])
        invocation.argument_count++;
    int ends[2] = { -1, -1 };
    int before = dup(STDERR_FILENO);
    assert_true(before >= 0 && pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    close(ends[1]);
    bool read_all = sl_flags_read(&invocation, flags, got.rest, rest_limit);
    (void)fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    ssize_t size = read(ends[0], got.said, sizeof got.said - 1);
    assert_true(size >= 0);
    close(ends[0]);
    assert_int_equal(size == 0, read_all);
    return read_all;
}

static void refused(const char *const *words, size_t rest_limit, const char *why)
{
    char line[300];
    snprintf(line, sizeof line, "stripe-lite: %s\n", why);
    assert_false(read_words(words, rest_limit));
    assert_string_equal(got.said, line);
}

static void a_value_stands_behind_or_after_an_equals_sign(void **state)
{
    (void)state;
    assert_true(read_words(WORDS("--port", "80"), 0));
    assert_string_equal(got.port, "80");
    assert_true(read_words(WORDS("--port=80"), 0));
    assert_string_equal(got.port, "80");
    assert_true(read_words(WORDS("--port="), 0));
    assert_string_equal(got.port, "");
    assert_true(read_words(WORDS("--port=a=b"), 0));
    assert_string_equal(got.port, "a=b");
    assert_true(read_words(WORDS("--port", "--json"), 0));
    assert_string_equal(got.port, "--json");
    assert_false(got.json);
    assert_true(read_words(WORDS("--port", "1", "--port", "2"), 0));
    assert_string_equal(got.port, "2");
}

static void switches_take_no_value(void **state)
{
    (void)state;
    assert_true(read_words(WORDS("--json"), 0));
    assert_true(got.json);
    refused(WORDS("--json=yes"), 0, "--json takes no value");
}

static void some_may_be_repeated(void **state)
{
    (void)state;
    const char *words[2 * (SL_FLAG_MANY + 1) + 1] = { NULL };
    for (size_t i = 0; i < SL_FLAG_MANY; i++) {
        words[2 * i] = "--scope";
        words[2 * i + 1] = "read";
    }
    assert_true(read_words(words, 0));
    assert_string_equal(got.scopes[SL_FLAG_MANY - 1], "read");
    assert_null(got.scopes[SL_FLAG_MANY]);
    words[2 * SL_FLAG_MANY] = "--scope";
    words[2 * SL_FLAG_MANY + 1] = "write";
    refused(words, 0, "--scope may stand 16 times at most");
}

static void other_words_are_kept_in_order_up_to_their_number(void **state)
{
    (void)state;
    assert_true(read_words(WORDS("rotate", "--json", "key", "--port", "1"), 2));
    assert_string_equal(got.rest[0], "rotate");
    assert_string_equal(got.rest[1], "key");
    assert_null(got.rest[2]);
    assert_true(got.json);
    refused(WORDS("rotate", "key", "more"), 2, "unexpected word 'more'");
    refused(WORDS("more"), 0, "unexpected word 'more'");
}

static void behind_two_dashes_everything_is_a_word(void **state)
{
    (void)state;
    assert_true(read_words(WORDS("--", "--port", "--"), 2));
    assert_null(got.port);
    assert_string_equal(got.rest[0], "--port");
    assert_string_equal(got.rest[1], "--");
    assert_true(read_words(WORDS("-"), 1));
    assert_string_equal(got.rest[0], "-");
}

static void what_is_unknown_or_unfinished_is_told(void **state)
{
    (void)state;
    refused(WORDS("--prot", "80"), 2, "unknown flag --prot");
    refused(WORDS("--por=80"), 2, "unknown flag --por=80");
    refused(WORDS("--ports"), 2, "unknown flag --ports");
    refused(WORDS("-p"), 2, "unknown flag -p");
    refused(WORDS("--port"), 2, "--port needs a value");
    refused(WORDS("--json", "--scope"), 2, "--scope needs a value");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_stands_behind_or_after_an_equals_sign),
        cmocka_unit_test(switches_take_no_value),
        cmocka_unit_test(some_may_be_repeated),
        cmocka_unit_test(other_words_are_kept_in_order_up_to_their_number),
        cmocka_unit_test(behind_two_dashes_everything_is_a_word),
        cmocka_unit_test(what_is_unknown_or_unfinished_is_told),
    };
    return cmocka_run_group_tests_name("flags", tests, NULL, NULL);
}
