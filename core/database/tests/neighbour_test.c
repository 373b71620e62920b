/*
 * neighbour_test.c: another process opens the SQLite file beside the server, writes and ends: nothing is lost on either side.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"

#include <sys/wait.h>
#include <unistd.h>

#define STATEMENTS "CREATE TABLE IF NOT EXISTS beside (n INTEGER); INSERT INTO beside VALUES (1);"

/* Another program, not a fork alone: SQLite's own record of a process's locks would be inherited. */
static int neighbour_write(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("sqlite3", "sqlite3", "-cmd", ".timeout 5000", path, STATEMENTS, (char *)NULL);
        _exit(127);
    }
    int state = 0;
    if (child < 0 || waitpid(child, &state, 0) != child)
        return -1;
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

static int64_t beside_count(sl_context *cx)
{
    sl_rows *rows = NULL;
    check_status(sl_query_all(cx, "SELECT COUNT(*) FROM beside", SL_NO_ARGS, &rows), SL_OK);
    return rows ? sl_rows_int(rows, 0, 0) : SL_NONE;
}

static void item_written(sl_context *cx, sl_database *database, const char *id)
{
    sl_database *before = bench_host.database;
    bench_host.database = database;
    sl_insert(cx, &item_table, bench_item(cx, id));
    bench_commit(cx);
    check_text(bench_find(cx, id).id, id);
    bench_host.database = before;
}

static void neighbours_come_and_go(sl_context *cx)
{
    const char *path = bench_url + strlen("sqlite:");
    sl_database *again = bench_open_again();
    for (int64_t i = 1; i <= 3; i++) {
        /* All connections of this process are in use, the second ones opened later, before the other process comes. */
        item_written(cx, bench_host.database, sl_format(cx, "item_%lld", (long long)i));
        item_written(cx, again, sl_format(cx, "again_%lld", (long long)i));
        check_int(neighbour_write(path), 0);
        check(access(sl_format(cx, "%s-wal", path), F_OK) == 0);
        check_int(beside_count(cx), i);
    }
    sl_database_close(again);
}

static void a_command_beside_the_server_leaves_its_journal(void **state)
{
    (void)state;
    bench_run(neighbours_come_and_go);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(a_command_beside_the_server_leaves_its_journal),
    };
    return cmocka_run_group_tests_name("neighbour", tests, bench_up, bench_down);
}
