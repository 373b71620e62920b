/*
 * version_test.c - the version is three plain numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/version.h"

static void version_is_three_numbers(void **state)
{
    (void)state;
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;
    int length = 0;
    assert_int_equal(sscanf(sl_version(), "%u.%u.%u%n", &major, &minor, &patch, &length), 3);
    assert_int_equal((size_t)length, strlen(sl_version()));
    assert_int_equal(major, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_three_numbers),
    };
    return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
