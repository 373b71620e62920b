/*
 * bench.c: what the database tests share: a loop, a database of either driver, fibers with contexts.
 *
 * A failed check is remembered and reported when the loop is back, so that fibers end as they would.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"

#include <unistd.h>

static const sl_field address_fields[] = {
    SL_STRING(struct address, street),
    SL_INT64(struct address, floor),
    SL_FIELDS_END,
};
static const sl_field item_fields[] = {
    SL_ID(struct item, id, "item"),
    SL_STRING(struct item, name),
    SL_MONEY(struct item, amount),
    SL_INT64(struct item, maybe, .nullable = true),
    SL_BOOL(struct item, flag),
    SL_TIMESTAMP(struct item, at),
    SL_METADATA(struct item, metadata),
    SL_OBJECT(struct item, address, struct address, address_fields),
    SL_STRINGS(struct item, tags),
    SL_JSON(struct item, data),
    SL_STRING(struct item, unique_key),
    SL_TIMESTAMP(struct item, created),
    SL_INT64(struct item, version),
    SL_FIELDS_END,
};
const sl_table item_table = SL_TABLE("items", struct item, item_fields);

static const sl_field counter_fields[] = {
    SL_ID(struct counter, id, "counter"),
    SL_INT64(struct counter, total),
    SL_INT64(struct counter, times),
    SL_FIELDS_END,
};
const sl_table counter_table = SL_TABLE("counters", struct counter, counter_fields);

static const char tables_sql[] =
    "CREATE TABLE items (\n"
    "  account_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT, amount BIGINT, maybe BIGINT, flag BOOLEAN,\n"
    "  at BIGINT, metadata JSONB, address JSONB, tags JSONB, data JSONB, unique_key TEXT, created BIGINT,\n"
    "  version BIGINT NOT NULL, PRIMARY KEY (account_id, id));\n"
    "CREATE UNIQUE INDEX items_key ON items (account_id, unique_key);\n"
    "CREATE INDEX items_created ON items (account_id, created, id);\n"
    "CREATE TABLE counters (account_id TEXT NOT NULL, id TEXT NOT NULL, total BIGINT NOT NULL,\n"
    "  times BIGINT NOT NULL, PRIMARY KEY (account_id, id));\n";

sl_host bench_host;
bool bench_on_sqlite;
const char *bench_url;

struct place {
    char url[512];
    sl_database *database; /* NULL: could not be had */
};

static struct place on_sqlite;
static struct place on_postgres;
static char folder[64];
static char schema_name[64];
static int failures;

void bench_check(bool condition, const char *file, int line, const char *text)
{
    if (condition)
        return;
    failures++;
    fprintf(stderr, "# %s:%d: %s does not hold\n", file, line, text);
}

void bench_check_status(sl_status status, sl_status wanted, const char *file, int line,
                        const char *text)
{
    if (status == wanted)
        return;
    failures++;
    fprintf(stderr, "# %s:%d: %s is %s, not %s\n", file, line, text, sl_status_name(status),
            sl_status_name(wanted));
}

void bench_check_int(int64_t a, int64_t b, const char *file, int line, const char *text)
{
    if (a == b)
        return;
    failures++;
    fprintf(stderr, "# %s:%d: %s is %lld, not %lld\n", file, line, text, (long long)a,
            (long long)b);
}

void bench_check_text(const char *a, const char *b, const char *file, int line, const char *text)
{
    if (a == b || (a && b && strcmp(a, b) == 0))
        return;
    failures++;
    fprintf(stderr, "# %s:%d: %s is \"%s\", not \"%s\"\n", file, line, text, a ? a : "(null)",
            b ? b : "(null)");
}

/* ---- fibers ---- */

struct start {
    void (*plain)(sl_context *cx);
    void (*function)(sl_context *cx, void *data);
    void *data;
};

static void fiber_main(void *data)
{
    struct start start = *(struct start *)data;
    free(data);
    sl_context *cx = sl_context_new(&bench_host, "acct_1", false, "req_1");
    cx->deadline = sl_clock_monotonic_ms() + 20000;
    if (start.plain)
        start.plain(cx);
    else
        start.function(cx, start.data);
    sl_context_free(cx);
}

static void fiber_begin(struct start start)
{
    struct start *copy = malloc(sizeof(*copy));
    *copy = start;
    if (sl_fiber_start(bench_host.loop, fiber_main, copy, NULL) != SL_OK) {
        fputs("no fiber\n", stderr);
        abort();
    }
}

void bench_start(void (*function)(sl_context *cx, void *data), void *data)
{
    fiber_begin((struct start){ .function = function, .data = data });
}

void bench_run(void (*function)(sl_context *cx))
{
    failures = 0;
    fiber_begin((struct start){ .plain = function });
    sl_loop_stop(bench_host.loop);
    sl_loop_run(bench_host.loop);
    assert_int_equal(failures, 0);
}

/* ---- databases ---- */

static void execute(sl_context *cx, const char *sql)
{
    sl_rows *rows = NULL;
    sl_status status = sl_execute(cx, sql, SL_NO_ARGS, &rows);
    if (status != SL_OK)
        fprintf(stderr, "# %s: %s\n", sql, sl_error_message(cx) ? sl_error_message(cx) : "");
    check_status(status, SL_OK);
}

static void tables_make(sl_context *cx)
{
    char file[128];
    uint32_t count = 0;
    snprintf(file, sizeof(file), "%s/0001_tables.sql", folder);
    FILE *stream = fopen(file, "w");
    check(stream && fputs(tables_sql, stream) >= 0);
    if (stream)
        fclose(stream);
    const sl_migration_folder migrations = { .owner = "bench", .path = folder };
    sl_status status = sl_migrate(cx, &migrations, 1, &count);
    if (status != SL_OK)
        fprintf(stderr, "# %s\n", sl_error_message(cx));
    check_status(status, SL_OK);
    check_int(count, 1);
}

static void schema_make(sl_context *cx)
{
    execute(cx, sl_format(cx, "CREATE SCHEMA %s", schema_name));
}

static void schema_drop(sl_context *cx)
{
    execute(cx, sl_format(cx, "DROP SCHEMA %s CASCADE", schema_name));
}

sl_database *bench_open_again(void)
{
    sl_database *database = NULL;
    char *message = NULL;
    if (sl_database_open(bench_host.loop, bench_url, &database, &message) != SL_OK) {
        fprintf(stderr, "# %s\n", message);
        abort();
    }
    return database;
}

static void place_open(struct place *place)
{
    bench_url = place->url;
    bench_host.database = bench_open_again();
    bench_run(tables_make);
    place->database = bench_host.database;
}

static void postgres_up(const char *server)
{
    bench_url = server;
    bench_host.database = bench_open_again();
    snprintf(schema_name, sizeof(schema_name), "bench_%lld_%d", (long long)sl_clock_monotonic_us(),
             (int)getpid());
    bench_run(schema_make);
    sl_database_close(bench_host.database);
    snprintf(on_postgres.url, sizeof(on_postgres.url),
             "%s%coptions=-csearch_path%%3D%s&application_name=%s", server,
             strchr(server, '?') ? '&' : '?', schema_name, schema_name);
    place_open(&on_postgres);
}

int bench_up(void **state)
{
    (void)state;
    const char *server = getenv("STRIPE_LITE_TEST_POSTGRES_URL");
    bench_host = (sl_host){ .loop = sl_loop_new(20000), .slot = 3 };
    snprintf(folder, sizeof(folder), "/tmp/stripe-lite-test.XXXXXX");
    if (!bench_host.loop || !mkdtemp(folder))
        return -1;
    snprintf(on_sqlite.url, sizeof(on_sqlite.url), "sqlite:%s/deeper/still/test.db", folder);
    place_open(&on_sqlite);
    if (server && server[0])
        postgres_up(server);
    else
        fputs("# STRIPE_LITE_TEST_POSTGRES_URL names no server\n", stderr);
    return 0;
}

int bench_down(void **state)
{
    (void)state;
    if (on_postgres.database) {
        bench_host.database = on_postgres.database;
        bench_run(schema_drop);
        sl_database_close(on_postgres.database);
    }
    sl_database_close(on_sqlite.database);
    sl_loop_free(bench_host.loop);
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

static void tables_clear(sl_context *cx)
{
    execute(cx, "DELETE FROM items");
    execute(cx, "DELETE FROM counters");
}

static int place_use(const struct place *place)
{
    if (!place->database)
        return -1;
    bench_host.database = place->database;
    bench_url = place->url;
    bench_on_sqlite = place == &on_sqlite;
    bench_run(tables_clear);
    return 0;
}

int bench_use_sqlite(void **state)
{
    (void)state;
    return place_use(&on_sqlite);
}

int bench_use_postgres(void **state)
{
    (void)state;
    return place_use(&on_postgres);
}

/* ---- items ---- */

struct item *bench_item(sl_context *cx, const char *id)
{
    struct item *item = sl_alloc(cx, sizeof(*item));
    *item = (struct item){
        .id = sl_copy(cx, id, strlen(id)), .name = "plain", .amount = 100, .created = 1000
    };
    return item;
}

void bench_commit(sl_context *cx)
{
    sl_status status = sl_commit(cx);
    if (status != SL_OK)
        fprintf(stderr, "# commit: %s\n", sl_error_message(cx) ? sl_error_message(cx) : "");
    check_status(status, SL_OK);
}

struct item bench_find(sl_context *cx, const char *id)
{
    struct item item = { 0 };
    check_status(sl_find(cx, &item_table, id, &item), SL_OK);
    return item;
}
