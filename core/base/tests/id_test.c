/*
 * id_test.c: ids are unique, ordered, and never shared by two processes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/tests/test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/context.h"
#include "core/base/id.h"
#include "core/base/random.h"

#define MANY 100000

static void ids_are_unique_and_in_order(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    const char *before = "";
    for (int i = 0; i < MANY; i++) {
        const char *id = sl_id_new(arena, "cus");
        assert_int_equal(strlen(id), 4 + SL_ID_LETTERS);
        assert_true(strcmp(before, id) < 0);
        assert_int_equal(strspn(id + 4, sl_base62), SL_ID_LETTERS);
        before = id;
    }
    assert_memory_equal(before, "cus_", 4);
    sl_arena_free(arena);
}

static void random_ends_differ(void **state)
{
    (void)state;
    sl_context *cx = sl_context_new(NULL, "acct_1", true, "req_1");
    const char *a = sl_id(cx, "cus");
    const char *b = sl_id(cx, "cus");
    assert_string_not_equal(a + 4 + 11, b + 4 + 11);
    const char *secret = sl_random_text(cx, 500);
    assert_int_equal(strlen(secret), 500);
    for (size_t i = 0; i < 62; i++)
        assert_non_null(strchr(secret, sl_base62[i]));
    sl_context_free(cx);
}

static void random_numbers_reach_their_limits(void **state)
{
    (void)state;
    unsigned seen = 0;
    for (int i = 0; i < 2000; i++) {
        uint64_t number = sl_random_below(5);
        assert_true(number < 5);
        seen |= 1u << number;
    }
    assert_int_equal(seen, 31);
    assert_int_equal(sl_random_below(0), 0);
    assert_int_equal(sl_random_below(1), 0);
    unsigned char large[1000] = { 0 };
    sl_random_bytes(large, sizeof(large));
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof(large); i++)
        sum += large[i];
    assert_true(sum > 90000 && sum < 165000);
}

static void a_fork_draws_other_bytes(void **state)
{
    (void)state;
    unsigned char first = 0;
    sl_random_bytes(&first, 1); /* the batch is filled before the fork */
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    unsigned char mine[32];
    if (child == 0) {
        sl_random_bytes(mine, sizeof(mine));
        _exit(write(ends[1], mine, sizeof(mine)) == (ssize_t)sizeof(mine) ? 0 : 1);
    }
    sl_random_bytes(mine, sizeof(mine));
    unsigned char theirs[32];
    assert_int_equal(read(ends[0], theirs, sizeof(theirs)), sizeof(theirs));
    assert_memory_not_equal(mine, theirs, sizeof(mine));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_unique_and_in_order),
        cmocka_unit_test(random_ends_differ),
        cmocka_unit_test(random_numbers_reach_their_limits),
        cmocka_unit_test(a_fork_draws_other_bytes),
    };
    return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
