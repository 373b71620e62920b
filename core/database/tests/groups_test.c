/*
 * groups_test.c: write sets that are committed together: one that is in the way among many and rows that several touch, on both
 * databases; and as statements on many rows of PostgreSQL their values, counters, tables that change, plans, and two servers on
 * the same rows.
 *
 * The first of many fibers leads a group of its own; all others wait meanwhile and are the next group.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"
#include "core/database/write_set.h"

#define MANY 40

static int finished;
static int conflicts;
static int refused;

static void count_outcome(sl_status status)
{
    finished += status == SL_OK;
    conflicts += status == SL_E_CONFLICT;
    refused += status == SL_E_INVALID;
    check(status == SL_OK || status == SL_E_CONFLICT || status == SL_E_INVALID);
}

static void counts_reset(void)
{
    finished = conflicts = refused = 0;
}

static void start_many(void (*function)(sl_context *cx, void *data))
{
    counts_reset();
    for (intptr_t i = 0; i < MANY; i++)
        bench_start(function, (void *)i);
}

static void (*many)(sl_context *cx, void *data);

static void many_start(sl_context *cx)
{
    (void)cx;
    start_many(many);
}

static void run_many(void (*function)(sl_context *cx, void *data))
{
    many = function;
    bench_run(many_start);
}

static const char *name_of(sl_context *cx, const void *data)
{
    return sl_format(cx, "item_%02d", (int)(intptr_t)data);
}

/* The database of the running test once more, emptied. */
static void use_again(void **state)
{
    assert_int_equal(bench_on_sqlite ? bench_use_sqlite(state) : bench_use_postgres(state), 0);
}

static int64_t ask(sl_context *cx, const char *sql)
{
    sl_rows *rows = NULL;
    check_status(sl_query_all(cx, sql, SL_NO_ARGS, &rows), SL_OK);
    return sl_rows_int(rows, 0, 0);
}

static void insert_some(sl_context *cx)
{
    for (intptr_t i = 0; i < MANY; i++)
        sl_insert(cx, &item_table, bench_item(cx, name_of(cx, (void *)i)));
    bench_commit(cx);
}

/* ---- values ---- */

static const char *const texts[] = {
    "plain",
    "",
    "a 'quote'",
    "\"double\"",
    "back\\slash",
    "{braces, and commas}",
    "NULL",
    "line\nbreak\ttab",
    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xb3",
    "$1::items[]",
    NULL,
};
static const int64_t numbers[] = { 0, -1, 1, INT64_MAX, INT64_MIN + 1, 4294967296, SL_NONE };
#define TEXTS (sizeof(texts) / sizeof(texts[0]))
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static struct item *rich_item(sl_context *cx, const void *data)
{
    size_t i = (size_t)(intptr_t)data;
    struct item *item = bench_item(cx, name_of(cx, data));
    item->name = texts[i % TEXTS];
    item->unique_key = i % 3 == 0 ? NULL : sl_format(cx, "key \"%zu\\", i);
    item->amount = numbers[i % (NUMBERS - 1)];
    item->maybe = numbers[i % NUMBERS];
    item->flag = i % 2 == 0;
    item->at = i % 4 == 0 ? 0 : (int64_t)i;
    item->data = i % 5 == 0 ? NULL : sl_format(cx, "{\"a\": [%zu, \"\\\"{}\"]}", i);
    return item;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void rich_insert(sl_context *cx, void *data)
{
    sl_insert(cx, &item_table, rich_item(cx, data));
    count_outcome(sl_commit(cx));
}

static void rich_see(sl_context *cx)
{
    check_int(finished, MANY);
    for (intptr_t i = 0; i < MANY; i++) {
        const struct item *wanted = rich_item(cx, (void *)i);
        struct item item = bench_find(cx, wanted->id);
        check_text(item.name, wanted->name);
        check_text(item.unique_key, wanted->unique_key);
        check_int(item.amount, wanted->amount);
        check_int(item.maybe, wanted->maybe);
        check_int(item.flag, wanted->flag);
        check_int(item.at, wanted->at);
        check(same_text(item.data, wanted->data));
        check_int(item.created, 1000);
        check_int(item.version, 1);
    }
}

static void together_see(sl_context *cx)
{
    rich_see(cx);
    check(ask(cx, "SELECT count(DISTINCT (xmin::text, cmin::text)) FROM items") <= 3);
}

static void test_values_of_all_kinds(void **state)
{
    (void)state;
    run_many(rich_insert);
    bench_run(together_see);
}

static void rich_update(sl_context *cx, void *data)
{
    struct item item = bench_find(cx, name_of(cx, data));
    const struct item *other = rich_item(cx, (char *)data + 1);
    item.name = other->name;
    item.maybe = other->maybe;
    item.flag = other->flag;
    item.data = other->data;
    sl_update(cx, &item_table, &item, "name, maybe, flag, data");
    count_outcome(sl_commit(cx));
}

static void rich_update_see(sl_context *cx)
{
    check_int(finished, MANY);
    for (intptr_t i = 0; i < MANY; i++) {
        const struct item *own = rich_item(cx, (void *)i);
        const struct item *wanted = rich_item(cx, (void *)(i + 1));
        struct item item = bench_find(cx, own->id);
        check_text(item.name, wanted->name);
        check_int(item.maybe, wanted->maybe);
        check_int(item.flag, wanted->flag);
        check(same_text(item.data, wanted->data));
        check_int(item.amount, own->amount);
        check_text(item.unique_key, own->unique_key);
        check_int(item.version, 2);
    }
    check(ask(cx, "SELECT count(DISTINCT (xmin::text, cmin::text)) FROM items") < MANY / 2);
}

/* Rows that are more than what is kept for them from group to group, with ids that differ only where order does not look. */
#define LARGE 60000

static struct item *large_item(sl_context *cx, const void *data)
{
    struct item *item =
        bench_item(cx, sl_format(cx, "large_%02d_and the same end", (int)(intptr_t)data));
    char *name = sl_alloc(cx, LARGE + 1);
    item->name = memset(name, 'a' + (int)(intptr_t)data % 26, LARGE);
    return item;
}

static void large_insert(sl_context *cx, void *data)
{
    sl_insert(cx, &item_table, large_item(cx, data));
    count_outcome(sl_commit(cx));
}

static void large_see(sl_context *cx)
{
    check_int(finished, MANY);
    for (intptr_t i = 0; i < MANY; i++) {
        const struct item *wanted = large_item(cx, (void *)i);
        check_text(bench_find(cx, wanted->id).name, wanted->name);
    }
    check_int(ask(cx, "SELECT count(DISTINCT xmin::text) FROM items"), 2);
}

static void items_clear(sl_context *cx)
{
    check_status(sl_execute(cx, "DELETE FROM items", SL_NO_ARGS, NULL), SL_OK);
}

static void test_large_rows_before_small_ones(void **state)
{
    (void)state;
    run_many(large_insert);
    bench_run(large_see);
    bench_run(items_clear);
    run_many(rich_insert);
    bench_run(together_see);
}

/* Every other fiber counts instead. */
static void kinds_write(sl_context *cx, void *data)
{
    struct counter *counter = sl_alloc(cx, sizeof(*counter));
    *counter = (struct counter){ .id = name_of(cx, data), .total = 1 };
    if ((intptr_t)data % 2 == 0)
        sl_insert(cx, &item_table, bench_item(cx, name_of(cx, data)));
    else
        sl_insert(cx, &counter_table, counter);
    count_outcome(sl_commit(cx));
}

/* The first fiber leads alone; the others are two groups, not one of both kinds or many. */
static void kinds_see(sl_context *cx)
{
    check_int(finished, MANY);
    check_int(ask(cx, "SELECT count(*) FROM items"), MANY / 2);
    check_int(ask(cx, "SELECT count(*) FROM counters"), MANY / 2);
    check_int(ask(cx, "SELECT count(DISTINCT xmin::text) FROM items"), 2);
    check_int(ask(cx, "SELECT count(DISTINCT xmin::text) FROM counters"), 1);
    check_int(ask(cx, "SELECT count(*) FROM items JOIN counters ON items.xmin = counters.xmin"), 0);
}

static void test_each_kind_is_a_group(void **state)
{
    (void)state;
    run_many(kinds_write);
    bench_run(kinds_see);
}

static void item_delete(sl_context *cx, void *data)
{
    struct item item = bench_find(cx, name_of(cx, data));
    sl_delete(cx, &item_table, &item);
    count_outcome(sl_commit(cx));
}

static void nothing_see(sl_context *cx)
{
    check_int(finished, MANY);
    check_int(ask(cx, "SELECT count(*) FROM items"), 0);
}

static void test_updates_and_deletes(void **state)
{
    (void)state;
    run_many(rich_insert);
    bench_run(rich_see);
    run_many(rich_update);
    bench_run(rich_update_see);
    run_many(item_delete);
    bench_run(nothing_see);
}

/* ---- one in the way among many ---- */

enum harm { STALE, GONE, KEY_TAKEN, KEY_TAKEN_BY_NEIGHBOUR, NO_JSON, HARMS };
static enum harm harm;

/* SQLite takes any text for JSON. */
static enum harm harms(void)
{
    return bench_on_sqlite ? NO_JSON : HARMS;
}

/* Fiber 20 of an update does harm; fiber 21 is the neighbour whose key it wants. */
static void harmed_update(sl_context *cx, void *data)
{
    intptr_t number = (intptr_t)data;
    struct item item = { .version = 1 };
    item.id = name_of(cx, data);
    item.amount = number;
    item.unique_key = sl_format(cx, "key_%d", (int)number);
    if (number == 20 && harm == STALE)
        item.version = 7;
    else if (number == 20 && harm == GONE)
        item.id = "item_never";
    else if (number == 20 && harm == KEY_TAKEN)
        item.unique_key = "key_of_another";
    else if (number == 20 && harm == KEY_TAKEN_BY_NEIGHBOUR)
        item.unique_key = "key_21";
    item.data = number == 20 && harm == NO_JSON ? "{ no JSON" : "{}";
    sl_update(cx, &item_table, &item, "amount, unique_key, data");
    count_outcome(sl_commit(cx));
}

static void harmed_before(sl_context *cx)
{
    insert_some(cx);
    struct item *other = bench_item(cx, "item_other");
    other->unique_key = "key_of_another";
    sl_insert(cx, &item_table, other);
    bench_commit(cx);
    start_many(harmed_update);
}

static void harmed_see(sl_context *cx)
{
    check_int(finished, MANY - 1);
    check_int(conflicts, harm == NO_JSON ? 0 : 1);
    check_int(refused, harm == NO_JSON ? 1 : 0);
    check_int(ask(cx, "SELECT count(*) FROM items WHERE version = 2"), MANY - 1);
    bool neighbours = harm == KEY_TAKEN_BY_NEIGHBOUR;
    for (intptr_t i = 0; i < MANY; i++) {
        struct item item = bench_find(cx, name_of(cx, (void *)i));
        bool written = item.version == 2;
        check(written || i == 20 || (neighbours && i == 21));
        check_int(item.amount, written ? i : 100);
    }
}

static void test_one_update_in_the_way(void **state)
{
    for (harm = STALE; harm < harms(); harm++) {
        use_again(state);
        bench_run(harmed_before);
        bench_run(harmed_see);
    }
}

/* The same for what is inserted. */
static void harmed_insert(sl_context *cx, void *data)
{
    intptr_t number = (intptr_t)data;
    struct item *item = bench_item(cx, name_of(cx, data));
    item->unique_key = sl_format(cx, "key_%d", (int)number);
    if (number == 20 && harm == GONE)
        item->id = "item_other";
    else if (number == 20 && harm == KEY_TAKEN)
        item->unique_key = "key_of_another";
    else if (number == 20 && harm == KEY_TAKEN_BY_NEIGHBOUR)
        item->unique_key = "key_21";
    else if (number == 20 && harm == STALE)
        item->id = "item_21";
    item->data = number == 20 && harm == NO_JSON ? "{ no JSON" : "{}";
    sl_insert(cx, &item_table, item);
    count_outcome(sl_commit(cx));
}

static void harmed_insert_before(sl_context *cx)
{
    struct item *other = bench_item(cx, "item_other");
    other->unique_key = "key_of_another";
    sl_insert(cx, &item_table, other);
    bench_commit(cx);
    start_many(harmed_insert);
}

static void harmed_insert_see(sl_context *cx)
{
    check_int(finished, MANY - 1);
    check_int(conflicts, harm == NO_JSON ? 0 : 1);
    check_int(refused, harm == NO_JSON ? 1 : 0);
    check_int(ask(cx, "SELECT count(*) FROM items"), MANY);
}

static void test_one_insert_in_the_way(void **state)
{
    for (harm = STALE; harm < harms(); harm++) {
        use_again(state);
        bench_run(harmed_insert_before);
        bench_run(harmed_insert_see);
    }
}

/* ---- rows that several touch ---- */

static void same_insert(sl_context *cx, void *data)
{
    sl_insert(cx, &item_table, bench_item(cx, sl_format(cx, "own_%d", (int)(intptr_t)data)));
    sl_insert(cx, &item_table, bench_item(cx, "item_same"));
    count_outcome(sl_commit(cx));
}

static void same_insert_see(sl_context *cx)
{
    check_int(finished, 1);
    check_int(conflicts, MANY - 1);
    check_int(ask(cx, "SELECT count(*) FROM items"), 2);
}

static void ignore_insert(sl_context *cx, void *data)
{
    (void)data;
    sl_insert_or_ignore_in(cx, cx->scope, &item_table, bench_item(cx, "item_same"));
    sl_insert_or_ignore_in(cx, cx->scope, &item_table,
                           bench_item(cx, sl_format(cx, "half_%d", (int)((intptr_t)data / 2))));
    count_outcome(sl_commit(cx));
}

static void ignore_see(sl_context *cx)
{
    check_int(finished, MANY);
    check_int(ask(cx, "SELECT count(*) FROM items"), 1 + MANY / 2);
}

/* A set that inserts a row and adds to it, which no statement on many rows may do twice. */
static void twice(sl_context *cx, void *data)
{
    struct counter counter = { .id = name_of(cx, data), .total = 1, .times = 1 };
    sl_insert(cx, &counter_table, &counter);
    sl_add(cx, &counter_table, &counter, "total");
    sl_add(cx, &counter_table, &counter, "total, times");
    count_outcome(sl_commit(cx));
}

static void twice_see(sl_context *cx)
{
    check_int(finished, MANY);
    check_int(ask(cx, "SELECT count(*) FROM counters WHERE total = 3 AND times = 2"), MANY);
}

static void test_rows_that_several_touch(void **state)
{
    run_many(same_insert);
    bench_run(same_insert_see);
    use_again(state);
    run_many(ignore_insert);
    bench_run(ignore_see);
    run_many(twice);
    bench_run(twice_see);
}

/* ---- counters ---- */

static void add_fiber(sl_context *cx, void *data)
{
    intptr_t number = (intptr_t)data;
    struct counter counter = { .id = "hot", .total = number == 20 ? INT64_MAX : 1, .times = 1 };
    sl_add(cx, &counter_table, &counter, "total, times");
    if (number % 2 == 0) {
        counter.id = name_of(cx, data);
        counter.total = number;
        sl_add(cx, &counter_table, &counter, "total");
    }
    count_outcome(sl_commit(cx));
}

static void add_see(sl_context *cx)
{
    check_int(finished, MANY - 1);
    check_int(refused, 1);
    check_int(ask(cx, "SELECT total FROM counters WHERE id = 'hot'"), MANY - 1);
    check_int(ask(cx, "SELECT times FROM counters WHERE id = 'hot'"), MANY - 1);
    check_int(ask(cx, "SELECT count(*) FROM counters"), MANY / 2);
}

/* Each fits, and what is there leaves room for all but one of them. */
static void full_fiber(sl_context *cx, void *data)
{
    struct counter counter = { .id = "full", .total = (intptr_t)data == 20 ? 1000 : 1 };
    sl_add(cx, &counter_table, &counter, "total");
    count_outcome(sl_commit(cx));
}

static void full_before(sl_context *cx)
{
    struct counter counter = { .id = "full", .total = INT64_MAX - 500 };
    sl_add(cx, &counter_table, &counter, "total");
    bench_commit(cx);
    start_many(full_fiber);
}

static void full_see(sl_context *cx)
{
    check_int(finished, MANY - 1);
    check_int(refused, 1);
    check_int(ask(cx, "SELECT total FROM counters WHERE id = 'full'"), INT64_MAX - 500 + MANY - 1);
}

static void test_counters_that_overflow(void **state)
{
    (void)state;
    run_many(add_fiber);
    bench_run(add_see);
    bench_run(full_before);
    bench_run(full_see);
}

/* ---- two servers on the same rows ---- */

static sl_host other_host;
static uint32_t seed;

static sl_status shake_step(sl_context *cx, void *data)
{
    (void)data;
    static const char *const columns[] = { "amount", "name", "amount, flag", "maybe" };
    for (int i = 0; i < 3; i++) {
        struct item item;
        seed = seed * 1664525 + 1013904223;
        sl_status status =
            sl_find(cx, &item_table, name_of(cx, (void *)(intptr_t)(seed >> 16 & 15)), &item);
        if (status != SL_OK)
            return status;
        item.amount++;
        sl_update(cx, &item_table, &item, columns[seed >> 24 & 3]);
    }
    struct counter counter = { .id = name_of(cx, (void *)(intptr_t)(seed >> 20 & 3)), .total = 1 };
    sl_add(cx, &counter_table, &counter, "total");
    return SL_OK;
}

static void shake_fiber(sl_context *cx, void *data)
{
    const sl_host *host = (intptr_t)data % 2 == 0 ? &bench_host : &other_host;
    sl_context *own = sl_context_new(host, cx->account, false, NULL);
    own->deadline = cx->deadline;
    check_status(sl_retry(own, shake_step, NULL), SL_OK);
    finished++;
    sl_context_free(own);
}

static int64_t deadlocks(sl_context *cx)
{
    return ask(cx, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
}

static int64_t deadlocks_before;

static void shake_before(sl_context *cx)
{
    insert_some(cx);
    other_host = bench_host;
    other_host.database = bench_open_again();
    deadlocks_before = deadlocks(cx);
    seed = 1;
    start_many(shake_fiber);
}

static void shake_see(sl_context *cx)
{
    sl_database_close(other_host.database);
    check_int(finished, MANY);
    check_int(ask(cx, "SELECT CAST(sum(total) AS BIGINT) FROM counters"), MANY);
    check_int(deadlocks(cx), deadlocks_before);
}

static void test_two_servers_on_the_same_rows(void **state)
{
    (void)state;
    bench_run(shake_before);
    bench_run(shake_see);
}

/* ---- plans ---- */

static const char *rows_sql(sl_context *cx, const sl_operation *operation)
{
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    sl_statement_rows(&out, sl_statement_write(bench_host.database, operation), false);
    return sl_buffer_text(&out);
}

static void plan_check(sl_context *cx, const sl_operation *operation)
{
    const char *plan = "";
    check_status(sl_explain(cx, rows_sql(cx, operation), SL_ARGS(sl_text("{}")), &plan), SL_OK);
    bool good = strstr(plan, "Nested Loop") && strstr(plan, "items_pkey") &&
                strstr(plan, "Seq Scan") == NULL;
    check(good);
    if (!good)
        fprintf(stderr, "%s\n", plan);
}

static void plans_check(sl_context *cx)
{
    sl_operation update = { .kind = SL_OPERATION_UPDATE, .table = &item_table, .guard = 1 };
    sl_operation unguarded = { .kind = SL_OPERATION_UPDATE,
                               .table = &item_table,
                               .guard = SL_NONE };
    sl_operation delete = { .kind = SL_OPERATION_DELETE, .table = &item_table, .guard = 1 };
    update.columns.bits[0] = 6;
    unguarded.columns.bits[0] = 4;
    plan_check(cx, &update);
    plan_check(cx, &unguarded);
    plan_check(cx, &delete);
}

static void plans(sl_context *cx)
{
    check_status(sl_execute(cx, "TRUNCATE items", SL_NO_ARGS, NULL), SL_OK);
    plans_check(cx);
    check_status(sl_execute(cx,
                            "INSERT INTO items (account_id, id, created, version) SELECT 'acct_1', "
                            "'item_' || i, i, 1 FROM generate_series(1, 20000) i",
                            SL_NO_ARGS, NULL),
                 SL_OK);
    plans_check(cx);
    check_status(sl_execute(cx, "ANALYZE items", SL_NO_ARGS, NULL), SL_OK);
    plans_check(cx);
}

static void test_plans(void **state)
{
    (void)state;
    bench_run(plans);
}

/* ---- a table that changes under a running server ---- */

/* The last two columns, of one type, change places. */
static void change_columns(sl_context *cx)
{
    check_status(sl_execute(cx, "ALTER TABLE items DROP COLUMN created, ADD COLUMN created BIGINT",
                            SL_NO_ARGS, NULL),
                 SL_OK);
    check_status(sl_execute(cx, "DELETE FROM items", SL_NO_ARGS, NULL), SL_OK);
    start_many(rich_insert);
}

static void widen_columns(sl_context *cx)
{
    check_status(
        sl_execute(cx, "ALTER TABLE items ADD COLUMN more TEXT DEFAULT 'more'", SL_NO_ARGS, NULL),
        SL_OK);
    check_status(sl_execute(cx, "DELETE FROM items", SL_NO_ARGS, NULL), SL_OK);
    start_many(rich_insert);
}

static void widened_see(sl_context *cx)
{
    rich_see(cx);
    check_int(ask(cx, "SELECT count(*) FROM items WHERE more = 'more'"), MANY);
}

static void again(sl_context *cx)
{
    check_status(sl_execute(cx, "DELETE FROM items", SL_NO_ARGS, NULL), SL_OK);
    start_many(rich_insert);
}

/* The last one here: the columns stay as it leaves them. */
static void test_a_table_that_changes(void **state)
{
    (void)state;
    run_many(rich_insert);
    bench_run(rich_see);
    bench_run(change_columns);
    bench_run(rich_see);
    bench_run(widen_columns);
    bench_run(widened_see);
    bench_run(again);
    bench_run(together_see);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRES(test_values_of_all_kinds),
        ON_POSTGRES(test_large_rows_before_small_ones),
        ON_POSTGRES(test_updates_and_deletes),
        ON_POSTGRES(test_each_kind_is_a_group),
        ON_BOTH(test_one_update_in_the_way),
        ON_BOTH(test_one_insert_in_the_way),
        ON_BOTH(test_rows_that_several_touch),
        ON_POSTGRES(test_counters_that_overflow),
        ON_POSTGRES(test_two_servers_on_the_same_rows),
        ON_POSTGRES(test_plans),
        ON_POSTGRES(test_a_table_that_changes),
    };
    return cmocka_run_group_tests_name("database: groups", tests, bench_up, bench_down);
}
