/*
 * migrations_test.c: applying, twice, at once, changed, dialects, faults; on both databases.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <sys/stat.h>

#include "core/database/dialect.h"
#include "core/database/tests/bench.h"

static char folder[64];
static int number;

static void file_write(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *stream = fopen(path, "w");
    if (!stream || fputs(text, stream) < 0)
        abort();
    fclose(stream);
}

/* An owner of its own for each test and database: they all share the table of what was applied. */
static sl_migration_folder fresh_folder(sl_context *cx)
{
    snprintf(folder, sizeof(folder), "/tmp/stripe-lite-migrations.XXXXXX");
    if (!mkdtemp(folder))
        abort();
    return (sl_migration_folder){ .owner = sl_format(cx, "owner%d", number++), .path = folder };
}

static void folder_remove(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    if (system(command) != 0)
        abort();
}

static void applying(sl_context *cx)
{
    sl_migration_folder of = fresh_folder(cx);
    uint32_t count = 9;
    check_status(sl_migrate(cx, &of, 1, &count), SL_OK);
    check_int(count, 0);
    file_write("0002_second.sql",
               "INSERT INTO m_first (id) VALUES ('a;b'); -- a comment; with a semicolon\n"
               "/* and ; another */ INSERT INTO m_first (id) VALUES ('c''d');\n");
    file_write(
        "0001_first.sql",
        "CREATE TABLE m_first (id TEXT NOT NULL, body JSONB);\nCREATE INDEX m_first_id ON m_first (id);\n");
    file_write("0003_third.postgres.sql",
               "DO $$ BEGIN INSERT INTO m_first (id) VALUES ('postgres; $'); END $$;");
    file_write("0003_third.sqlite.sql", "INSERT INTO m_first (id) VALUES ('sqlite');");
    file_write("README.md", "not a migration");
    check_status(sl_migrate_check(cx, &of, 1, &count), SL_OK);
    check_int(count, 3);
    check_status(sl_migrate(cx, &of, 1, &count), SL_OK);
    check_int(count, 3);
    check_status(sl_migrate(cx, &of, 1, &count), SL_OK);
    check_int(count, 0);
    sl_rows *rows = NULL;
    check_status(sl_query_all(cx, "SELECT id FROM m_first ORDER BY id", SL_NO_ARGS, &rows), SL_OK);
    check_int(sl_rows_count(rows), 3);
    check_text(sl_rows_text(rows, 0, 0), "a;b");
    check_text(sl_rows_text(rows, 1, 0), "c'd");
    check_text(sl_rows_text(rows, 2, 0), bench_on_sqlite ? "sqlite" : "postgres; $");
    check_status(sl_execute(cx, "DROP TABLE m_first", SL_NO_ARGS, NULL), SL_OK);

    file_write("0002_second.sql", "SELECT 1;");
    check_status(sl_migrate(cx, &of, 1, &count), SL_E_INTERNAL);
    check(strstr(sl_error_message(cx), "0002_second.sql has changed") != NULL);
    check_status(sl_migrate_check(cx, &of, 1, &count), SL_E_INTERNAL);
    folder_remove();
}

static void test_applying(void **state)
{
    (void)state;
    bench_run(applying);
}

static void failing(sl_context *cx)
{
    sl_migration_folder of = fresh_folder(cx);
    uint32_t count = 0;
    file_write("0001_half.sql",
               "CREATE TABLE m_half (id TEXT); INSERT INTO m_nowhere (id) VALUES ('x');");
    check_status(sl_migrate(cx, &of, 1, &count), SL_E_INTERNAL);
    check(strstr(sl_error_message(cx), "0001_half.sql failed") != NULL);
    check(strstr(sl_error_message(cx), "m_nowhere") != NULL);
    sl_rows *rows = NULL;
    check_status(sl_query_all(cx, "SELECT 1 FROM m_half", SL_NO_ARGS, &rows), SL_E_INTERNAL);
    file_write("0001_half.sql", "CREATE TABLE m_half (id TEXT); COMMIT;");
    check_status(sl_migrate(cx, &of, 1, &count), SL_E_INTERNAL);
    check_status(sl_execute(cx, "DROP TABLE m_half", SL_NO_ARGS, NULL), SL_OK);
    file_write("0001_half.sql", "CREATE TABLE m_half (id TEXT);");
    file_write("0001_twin.sql", "SELECT 1;");
    check_status(sl_migrate(cx, &of, 1, &count), SL_E_INTERNAL);
    file_write("0001_twin.sql", "");
    folder_remove();
    of = fresh_folder(cx);
    file_write("first.sql", "SELECT 1;");
    check_status(sl_migrate(cx, &of, 1, &count), SL_E_INTERNAL);
    folder_remove();
    of = fresh_folder(cx);
    file_write(bench_on_sqlite ? "0001_x.postgres.sql" : "0001_x.sqlite.sql", "SELECT 1;");
    check_status(sl_migrate(cx, &of, 1, &count), SL_E_INTERNAL);
    check(strstr(sl_error_message(cx), "counterpart") != NULL);
    folder_remove();
}

static void test_failing(void **state)
{
    (void)state;
    bench_run(failing);
}

/* ---- two servers at once ---- */

struct racer {
    sl_host host;
    const sl_migration_folder *folder;
    uint32_t count;
    sl_status status;
};
static struct racer racers[4];
static sl_migration_folder race_folder;

static void race_fiber(sl_context *cx, void *data)
{
    struct racer *racer = data;
    cx->host = &racer->host;
    racer->status = sl_migrate(cx, &race_folder, 1, &racer->count);
    if (racer->status != SL_OK)
        fprintf(stderr, "# %s\n", sl_error_message(cx));
}

static void race_start(sl_context *cx)
{
    (void)cx;
    snprintf(folder, sizeof(folder), "/tmp/stripe-lite-migrations.XXXXXX");
    if (!mkdtemp(folder))
        abort();
    race_folder = (sl_migration_folder){ .owner = "race", .path = folder };
    file_write("0001_a.sql", "CREATE TABLE m_race (id TEXT);");
    file_write("0002_b.sql", "INSERT INTO m_race (id) VALUES ('once');");
    for (int i = 0; i < 4; i++) {
        racers[i] = (struct racer){ .host = bench_host };
        racers[i].host.database = bench_open_again();
        bench_start(race_fiber, &racers[i]);
    }
}

static void race_see(sl_context *cx)
{
    uint32_t applied = 0;
    for (int i = 0; i < 4; i++) {
        check_status(racers[i].status, SL_OK);
        applied += racers[i].count;
        sl_database_close(racers[i].host.database);
    }
    check_int(applied, 2);
    sl_rows *rows = NULL;
    check_status(sl_query_all(cx, "SELECT count(*) FROM m_race", SL_NO_ARGS, &rows), SL_OK);
    check_int(sl_rows_int(rows, 0, 0), 1);
    folder_remove();
}

static void test_four_at_once(void **state)
{
    (void)state;
    bench_run(race_start);
    bench_run(race_see);
}

/* ---- the migrations of the tree ---- */

static void tree(sl_context *cx)
{
    uint32_t count = 0;
    const char *source = getenv("STRIPE_LITE_SOURCE");
    sl_migration_folder core = { .owner = "core",
                                 .path =
                                     sl_format(cx, "%s/migrations/core", source ? source : ".") };
    sl_status status = sl_migrate(cx, &core, 1, &count);
    if (status != SL_OK)
        fprintf(stderr, "# %s\n", sl_error_message(cx));
    check_status(status, SL_OK);
    check(count >= 4);
    sl_rows *rows = NULL;
    check_status(sl_query_all(cx, "SELECT count(*) FROM accounts", SL_NO_ARGS, &rows), SL_OK);
}

static void test_the_tree_of_core(void **state)
{
    (void)state;
    bench_run(tree);
}

static void words(sl_context *cx)
{
    check_text(sl_sql_for_sqlite(cx, "a JSONB, b 'JSONB', -- JSONB\n\"JSONB\" jsonb"),
               "a TEXT, b 'JSONB', -- JSONB\n\"JSONB\" TEXT");
    check(sl_sql_is_scoped("SELECT 1 FROM t WHERE t.account_id=$1"));
    check(sl_sql_is_scoped("... ACCOUNT_ID = $1)"));
    check(!sl_sql_is_scoped("SELECT 'account_id = $1'"));
    check(!sl_sql_is_scoped("WHERE account_id = $12"));
    check(!sl_sql_is_scoped("WHERE account_id <> $1"));
    check_text(sl_sql_tail("a = 'order by' ORDER BY b"), "ORDER BY b");
    check_text(sl_sql_tail("a IN (SELECT b FROM c ORDER BY d) LIMIT 1"), "LIMIT 1");
    check(sl_sql_tail("a = 'open") == NULL);
    check(sl_sql_tail("(a = 1") == NULL);
}

static void test_words(void **state)
{
    (void)state;
    bench_run(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_applying),         ON_BOTH(test_failing), ON_BOTH(test_four_at_once),
        ON_BOTH(test_the_tree_of_core), ON_SQLITE(test_words),
    };
    return cmocka_run_group_tests_name("database: migrations", tests, bench_up, bench_down);
}
