/*
 * dumps_test.c: what production forbids a process to leave behind, and that nothing else does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/app/app.h"
#include "core/config/settings.h"

typedef struct allowed {
    rlim_t core;
    int dumpable;
} allowed;

static allowed allowed_now(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    return (allowed){ .core = limit.rlim_cur, .dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) };
}

/* What a process of that environment, and one that it forks, may leave behind. */
static allowed allowed_in(const char *environment)
{
    int ends[2];
    allowed result = { 0 };
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        sl_dumps_forbid(&(sl_settings){ .environment = environment });
        if (fork() == 0) {
            result = allowed_now();
            _exit(write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
        }
        _exit(wait(NULL) > 0 ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], &result, sizeof result), sizeof result);
    close(ends[0]);
    close(ends[1]);
    return result;
}

static void production_leaves_no_core_file(void **state)
{
    (void)state;
    allowed production = allowed_in("production");
    assert_int_equal(production.core, 0);
#ifndef __SANITIZE_ADDRESS__
    assert_int_equal(production.dumpable, 0);
#endif
}

static void other_environments_are_as_the_system_says(void **state)
{
    (void)state;
    allowed here = allowed_now();
    allowed development = allowed_in("development");
    assert_int_equal(development.core, here.core);
    assert_int_equal(development.dumpable, here.dumpable);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(production_leaves_no_core_file),
        cmocka_unit_test(other_environments_are_as_the_system_says),
    };
    return cmocka_run_group_tests_name("dumps", tests, NULL, NULL);
}
