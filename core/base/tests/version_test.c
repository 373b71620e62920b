/*
 * version_test.c - the version is three plain numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/version.h"

static void version_is_three_numbers(void **state)
{
    (void)state;
    const char *rest = sl_version();
    unsigned long parts[3];
    for (size_t i = 0; i < 3; i++) {
        char *end = NULL;
        parts[i] = strtoul(rest, &end, 10);
        assert_ptr_not_equal(end, rest);
        assert_int_equal(*end, i < 2 ? '.' : '\0');
        rest = end + 1;
    }
    assert_int_equal(parts[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_three_numbers),
    };
    return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
