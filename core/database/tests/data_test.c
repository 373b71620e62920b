/*
 * data_test.c: types there and back, conflicts, merging, the overlay, lists, faults; on both databases.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"

/* ---- types ---- */

static void types_there(sl_context *cx)
{
    static const sl_pair pairs[] = { { "order", "6735" },
                                     { "name \"x\"", "O'Neil \\ \xe2\x82\xac" } };
    static const sl_map metadata = { .count = 2, .pairs = pairs };
    static const char *tags[] = { "one", "two, three", "\"four\"" };
    struct address address = { .street = "Stra\xc3\x9f"
                                         "e",
                               .floor = -3 };
    struct item *item = bench_item(cx, "item_full");
    item->name = "'; DROP TABLE items; -- \xf0\x9f\x92\xb3 $1";
    item->amount = INT64_MAX;
    item->maybe = INT64_MIN + 1;
    item->flag = true;
    item->at = 1700000000;
    item->metadata = &metadata;
    item->address = &address;
    item->tags = (sl_list){ .count = 3, .item_size = sizeof(char *), .items = tags };
    item->data = "{\"a\": [1, 12345678901234567890, \"x\"]}";
    sl_insert(cx, &item_table, item);
    struct item *empty = bench_item(cx, "item_empty");
    empty->name = NULL;
    empty->amount = 0;
    empty->maybe = SL_NONE;
    sl_insert(cx, &item_table, empty);
    bench_commit(cx);
}

static void types_back(sl_context *cx)
{
    types_there(cx);
    struct item item = bench_find(cx, "item_full");
    check_text(item.name, "'; DROP TABLE items; -- \xf0\x9f\x92\xb3 $1");
    check_int(item.amount, INT64_MAX);
    check_int(item.maybe, INT64_MIN + 1);
    check(item.flag);
    check_int(item.at, 1700000000);
    check_int(item.version, 1);
    check_text(sl_map_get(item.metadata, "order"), "6735");
    check_text(sl_map_get(item.metadata, "name \"x\""), "O'Neil \\ \xe2\x82\xac");
    check(item.address != NULL);
    if (item.address) {
        check_text(item.address->street, "Stra\xc3\x9f"
                                         "e");
        check_int(item.address->floor, -3);
    }
    check_int(item.tags.count, 3);
    if (item.tags.count == 3)
        check_text(*SL_ITEM(item.tags, const char *, 1), "two, three");
    check(item.data && strstr(item.data, "12345678901234567890"));
    struct item empty = bench_find(cx, "item_empty");
    check_text(empty.name, NULL);
    check_int(empty.amount, 0);
    check_int(empty.maybe, SL_NONE);
    check(!empty.flag);
    check_int(empty.at, 0);
    check(empty.address == NULL);
    check_text(empty.data, NULL);
    struct item none;
    check_status(sl_find(cx, &item_table, "item_none", &none), SL_E_NOT_FOUND);
    check(sl_error_message(cx) == NULL);
}

static void test_types_round_trip(void **state)
{
    (void)state;
    bench_run(types_back);
}

static void rows_read(sl_context *cx)
{
    sl_rows *rows = NULL;
    types_there(cx);
    check_status(
        sl_query(
            cx,
            "SELECT name, amount, maybe, flag, at, count(*) OVER () FROM items WHERE account_id = $1 ORDER BY id",
            SL_NO_ARGS, &rows),
        SL_OK);
    check_int(sl_rows_count(rows), 2);
    check_text(sl_rows_text(rows, 0, 0), NULL);
    check_int(sl_rows_int(rows, 0, 2), SL_NONE);
    check(!sl_rows_bool(rows, 0, 3));
    check_int(sl_rows_int(rows, 1, 1), INT64_MAX);
    check_text(sl_rows_text(rows, 1, 1), "9223372036854775807");
    check(sl_rows_bool(rows, 1, 3));
    check_int(sl_rows_int(rows, 1, 5), 2);
    check_text(sl_rows_text(rows, 9, 9), NULL);
    check_status(sl_query_all(cx, "SELECT $1 + 1, $2 AND $3",
                              SL_ARGS(sl_int(1LL << 40), sl_flag(true), sl_flag(false)), &rows),
                 SL_OK);
    check_int(sl_rows_int(rows, 0, 0), (1LL << 40) + 1);
    check(!sl_rows_bool(rows, 0, 1));
}

static void test_rows(void **state)
{
    (void)state;
    bench_run(rows_read);
}

/* ---- conditions ---- */

static void conditions(sl_context *cx)
{
    for (int i = 0; i < 5; i++) {
        struct item *item = bench_item(cx, sl_format(cx, "item_%d", i));
        item->amount = i;
        item->created = 100 + i;
        sl_insert(cx, &item_table, item);
        sl_insert_in(cx, "acct_2", &item_table, item);
    }
    bench_commit(cx);
    sl_list rows;
    check_status(sl_select(cx, &item_table, "amount >= $2 ORDER BY created DESC, id DESC LIMIT $3",
                           SL_ARGS(sl_int(1), sl_int(2)), &rows),
                 SL_OK);
    check_int(rows.count, 2);
    check_text(SL_ITEM(rows, struct item, 0)->id, "item_4");
    check_text(SL_ITEM(rows, struct item, 1)->id, "item_3");
    check_status(sl_select(cx, &item_table, NULL, SL_NO_ARGS, &rows), SL_OK);
    check_int(rows.count, 5);
    check_status(sl_select(cx, &item_table, "order by id limit 1", SL_NO_ARGS, &rows), SL_OK);
    check_int(rows.count, 1);
    /* An OR stays inside the account. */
    check_status(sl_select(cx, &item_table, "amount = $2 OR amount = $3",
                           SL_ARGS(sl_int(1), sl_int(2)), &rows),
                 SL_OK);
    check_int(rows.count, 2);
    check_status(sl_select(cx, &item_table, "amount = 1) OR (1 = 1", SL_NO_ARGS, &rows),
                 SL_E_INTERNAL);
    struct item one;
    check_status(sl_select_one(cx, &item_table, "amount = $2", SL_ARGS(sl_int(3)), &one), SL_OK);
    check_text(one.id, "item_3");
    check_status(sl_select_one(cx, &item_table, "amount = $2", SL_ARGS(sl_int(33)), &one),
                 SL_E_NOT_FOUND);
    check_status(sl_select_one(cx, &item_table, "amount < $2", SL_ARGS(sl_int(33)), &one),
                 SL_E_INTERNAL);
    sl_rows *all = NULL;
    check_status(sl_query(cx, "SELECT count(*) FROM items", SL_NO_ARGS, &all), SL_E_INTERNAL);
    check_status(sl_query_all(cx, "SELECT count(*) FROM items", SL_NO_ARGS, &all), SL_OK);
    check_int(sl_rows_int(all, 0, 0), 10);
}

static void test_conditions(void **state)
{
    (void)state;
    bench_run(conditions);
}

static void lists(sl_context *cx)
{
    static const char *ids[] = { "a", "b\"c", "d\\,e{}", "f'g", "\xe2\x82\xac" };
    for (int i = 0; i < 5; i++)
        sl_insert(cx, &item_table, bench_item(cx, ids[i]));
    sl_insert(cx, &item_table, bench_item(cx, "other"));
    bench_commit(cx);
    sl_list wanted = { .count = 5, .item_size = sizeof(char *), .items = ids };
    sl_list none = { 0 };
    sl_list rows;
    check_status(sl_select(cx, &item_table, "id IN ($2)", SL_ARGS(sl_texts(&wanted)), &rows),
                 SL_OK);
    check_int(rows.count, 5);
    check_status(
        sl_select(cx, &item_table, "id in ( $2 ) ORDER BY id", SL_ARGS(sl_texts(&none)), &rows),
        SL_OK);
    check_int(rows.count, 0);
    check_status(sl_select(cx, &item_table, "id NOT IN ($2) AND name = 'IN ($2)'",
                           SL_ARGS(sl_texts(&wanted)), &rows),
                 SL_OK);
    check_int(rows.count, 0);
    check_status(sl_select(cx, &item_table, "id NOT IN ($2)", SL_ARGS(sl_texts(&wanted)), &rows),
                 SL_OK);
    check_int(rows.count, 1);
    check_status(sl_select(cx, &item_table, "id IN ($2)", SL_ARGS(sl_text("a")), &rows), SL_OK);
    check_int(rows.count, 1);
    const char **many = sl_alloc(cx, 1001 * sizeof(char *));
    for (int i = 0; i < 1001; i++)
        many[i] = "a";
    wanted = (sl_list){ .count = 1000, .item_size = sizeof(char *), .items = many };
    check_status(sl_select(cx, &item_table, "id IN ($2)", SL_ARGS(sl_texts(&wanted)), &rows),
                 SL_OK);
    check_int(rows.count, 1);
    wanted.count = 1001;
    check_status(sl_select(cx, &item_table, "id IN ($2)", SL_ARGS(sl_texts(&wanted)), &rows),
                 SL_E_INTERNAL);
}

static void test_lists_of_arguments(void **state)
{
    (void)state;
    bench_run(lists);
}

/* ---- conflicts ---- */

static void conflicts(sl_context *cx)
{
    struct item *item = bench_item(cx, "item_1");
    item->unique_key = "k";
    sl_insert(cx, &item_table, item);
    bench_commit(cx);
    check_int(item->version, 1);
    struct item first = bench_find(cx, "item_1");
    struct item second = bench_find(cx, "item_1");
    first.amount = 1;
    second.amount = 2;
    sl_update(cx, &item_table, &first, "amount");
    check_int(first.version, 2);
    bench_commit(cx);
    /* All or none: the insert goes with the update that fails. */
    sl_insert(cx, &item_table, bench_item(cx, "item_2"));
    sl_update(cx, &item_table, &second, "amount");
    check_status(sl_commit(cx), SL_E_CONFLICT);
    check(!sl_has_pending(cx));
    struct item none;
    check_status(sl_find(cx, &item_table, "item_2", &none), SL_E_NOT_FOUND);
    check_int(bench_find(cx, "item_1").amount, 1);
    sl_insert(cx, &item_table, bench_item(cx, "item_1"));
    check_status(sl_commit(cx), SL_E_CONFLICT);
    struct item *twin = bench_item(cx, "item_3");
    twin->unique_key = "k";
    sl_insert(cx, &item_table, twin);
    check_status(sl_commit(cx), SL_E_CONFLICT);
    twin->unique_key = "other";
    sl_insert(cx, &item_table, twin);
    bench_commit(cx);
    twin->unique_key = "k";
    sl_update(cx, &item_table, twin, "unique_key");
    check_status(sl_commit(cx), SL_E_CONFLICT);
    struct item stale = bench_find(cx, "item_1");
    stale.version = 1;
    sl_delete(cx, &item_table, &stale);
    check_status(sl_commit(cx), SL_E_CONFLICT);
    stale = bench_find(cx, "item_1");
    sl_delete(cx, &item_table, &stale);
    bench_commit(cx);
    check_status(sl_find(cx, &item_table, "item_1", &none), SL_E_NOT_FOUND);
    twin->id = "item_4";
    sl_insert_or_ignore_in(cx, cx->scope, &item_table, twin);
    twin->unique_key = "other";
    twin->id = "item_5";
    sl_insert_or_ignore_in(cx, cx->scope, &item_table, twin);
    bench_commit(cx);
    check_text(bench_find(cx, "item_4").unique_key, "k");
    check_status(sl_find(cx, &item_table, "item_5", &none), SL_E_NOT_FOUND);
}

static void test_conflicts(void **state)
{
    (void)state;
    bench_run(conflicts);
}

/* ---- merging and the overlay ---- */

static void merging(sl_context *cx)
{
    struct item *item = bench_item(cx, "item_1");
    item->not_a_column = 77;
    sl_insert(cx, &item_table, item);
    item->amount = 5;
    sl_update(cx, &item_table, item, "amount");
    check_int(item->version, 1);
    struct item seen = bench_find(cx, "item_1");
    check_int(seen.amount, 5);
    check_int(seen.not_a_column, 77);
    const struct item *pending = sl_pending(cx, &item_table, "item_1");
    check(pending && pending->amount == 5);
    check(sl_pending(cx, &item_table, "item_2") == NULL);
    bench_commit(cx);
    check(sl_pending(cx, &item_table, "item_1") == NULL);
    check_int(bench_find(cx, "item_1").version, 1);

    struct item a = bench_find(cx, "item_1");
    struct item b = bench_find(cx, "item_1");
    a.amount = 6;
    a.name = "not named";
    sl_update(cx, &item_table, &a, "amount");
    b.flag = true;
    sl_update(cx, &item_table, &b, " flag,at ");
    check_int(a.version, 2);
    check_int(b.version, 2);
    a.maybe = 8;
    sl_update(cx, &item_table, &a, "maybe");
    check_int(a.version, 2);
    bench_commit(cx);
    struct item stored = bench_find(cx, "item_1");
    check_int(stored.version, 2);
    check_int(stored.amount, 6);
    check_int(stored.maybe, 8);
    check(stored.flag);
    check_text(stored.name, "plain");

    struct item old = stored;
    old.version = 1;
    sl_update(cx, &item_table, &stored, "amount");
    sl_update(cx, &item_table, &old, "amount");
    check_status(sl_commit(cx), SL_E_CONFLICT);

    stored = bench_find(cx, "item_1");
    sl_update(cx, &item_table, &stored, "amount");
    sl_delete(cx, &item_table, &stored);
    struct item none;
    check_status(sl_find(cx, &item_table, "item_1", &none), SL_E_NOT_FOUND);
    sl_insert(cx, &item_table, bench_item(cx, "item_9"));
    const struct item *nine = sl_pending(cx, &item_table, "item_9");
    sl_delete(cx, &item_table, nine);
    check_status(sl_find(cx, &item_table, "item_9", &none), SL_E_NOT_FOUND);
    bench_commit(cx);
    check_status(sl_find(cx, &item_table, "item_1", &none), SL_E_NOT_FOUND);
    check_status(sl_find(cx, &item_table, "item_9", &none), SL_E_NOT_FOUND);

    sl_insert(cx, &item_table, bench_item(cx, "item_a"));
    bench_commit(cx);
    a = bench_find(cx, "item_a");
    sl_delete(cx, &item_table, &a);
    sl_insert(cx, &item_table, bench_item(cx, "item_a"));
    check_int(bench_find(cx, "item_a").version, 1);
    bench_commit(cx);
    check_int(bench_find(cx, "item_a").version, 1);
    sl_insert(cx, &item_table, bench_item(cx, "item_b"));
    sl_discard(cx);
    check(!sl_has_pending(cx));
    bench_commit(cx);
    check_status(sl_find(cx, &item_table, "item_b", &none), SL_E_NOT_FOUND);
}

static void test_merging(void **state)
{
    (void)state;
    bench_run(merging);
}

static void additions(sl_context *cx)
{
    struct counter counter = { .id = "c", .total = 10, .times = 1 };
    sl_add(cx, &counter_table, &counter, "total, times");
    sl_add(cx, &counter_table, &counter, "total, times");
    struct counter seen = { 0 };
    check_status(sl_find(cx, &counter_table, "c", &seen), SL_OK);
    check_int(seen.total, 20);
    bench_commit(cx);
    sl_add(cx, &counter_table, &counter, "total");
    sl_add(cx, &counter_table, &counter, "times");
    check_status(sl_find(cx, &counter_table, "c", &seen), SL_OK);
    check_int(seen.total, 30);
    check_int(seen.times, 3);
    bench_commit(cx);
    check_status(sl_find(cx, &counter_table, "c", &seen), SL_OK);
    check_int(seen.total, 30);
    check_int(seen.times, 3);
    counter.total = INT64_MAX;
    sl_add(cx, &counter_table, &counter, "total");
    sl_add(cx, &counter_table, &counter, "total");
    check_status(sl_commit(cx), SL_E_INTERNAL);
    sl_add(cx, &counter_table, &counter, "no_counter");
    check_status(sl_commit(cx), SL_E_INTERNAL);
}

static void test_additions(void **state)
{
    (void)state;
    bench_run(additions);
}

/* ---- faults ---- */

static void faults(sl_context *cx)
{
    sl_rows *rows = NULL;
    struct item none;
    check_status(sl_query_all(cx, "SELEC nothing", SL_NO_ARGS, &rows), SL_E_INTERNAL);
    check_text(sl_error_message(cx), "The database refused a statement.");
    check_status(sl_query_all(cx, "SELECT * FROM no_such_table", SL_NO_ARGS, &rows), SL_E_INTERNAL);
    check_status(sl_execute(cx,
                            "INSERT INTO items (account_id, id, version) VALUES ('x', 'y', NULL)",
                            SL_NO_ARGS, NULL),
                 SL_E_INTERNAL);
    check_status(
        sl_execute(cx, "UPDATE items SET name = $3 WHERE id = $1", SL_ARGS(sl_text("x")), NULL),
        SL_E_INTERNAL);
    struct item *item = bench_item(cx, "item_1");
    sl_insert(cx, &item_table, item);
    sl_update(cx, &item_table, item, "no_such_column");
    check_status(sl_commit(cx), SL_E_INTERNAL);
    check(strstr(sl_error_message(cx), "no_such_column") != NULL);
    check_status(sl_find(cx, &item_table, "item_1", &none), SL_E_NOT_FOUND);
    item->id = NULL;
    sl_insert(cx, &item_table, item);
    check_status(sl_commit(cx), SL_E_INTERNAL);
    /* The connections still work. */
    check_status(
        sl_execute(
            cx,
            "INSERT INTO items (account_id, id, version) VALUES ($1, $2, 1) RETURNING id, version",
            SL_ARGS(sl_text(cx->scope), sl_text("item_7")), &rows),
        SL_OK);
    check_text(sl_rows_text(rows, 0, 0), "item_7");
    check_int(sl_rows_int(rows, 0, 1), 1);
    check_status(sl_execute(cx, "INSERT INTO items (account_id, id, version) VALUES ($1, $2, 1)",
                            SL_ARGS(sl_text(cx->scope), sl_text("item_7")), &rows),
                 SL_E_CONFLICT);
    check_status(sl_execute(cx, "UPDATE items SET amount = $2 WHERE id = $1 RETURNING amount",
                            SL_ARGS(sl_text("item_7"), sl_int(SL_NONE)), &rows),
                 SL_OK);
    check_int(sl_rows_int(rows, 0, 0), SL_NONE);
    check_status(sl_database_ping(cx), SL_OK);
}

static void test_faults_leave_it_usable(void **state)
{
    (void)state;
    bench_run(faults);
}

/* On a server that has it: what is written is compressed by lz4. */
static void long_texts(sl_context *cx)
{
    char *text = sl_alloc(cx, 8001);
    memset(text, 'x', 8000);
    struct item *item = bench_item(cx, "item_long");
    item->name = text;
    sl_insert(cx, &item_table, item);
    bench_commit(cx);
    struct item found = bench_find(cx, "item_long");
    check_text(found.name, text);
    sl_rows *rows = NULL;
    check_status(
        sl_query_all(cx,
                     "SELECT CASE WHEN 'lz4' = ANY (enumvals) THEN 'lz4' ELSE 'pglz' END,"
                     " (SELECT pg_column_compression(name) FROM items WHERE id = 'item_long')"
                     " FROM pg_settings WHERE name = 'default_toast_compression'",
                     SL_NO_ARGS, &rows),
        SL_OK);
    if (sl_rows_count(rows) == 1)
        check_text(sl_rows_text(rows, 0, 1), sl_rows_text(rows, 0, 0));
}

static void test_long_texts(void **state)
{
    (void)state;
    bench_run(long_texts);
}

static void plans(sl_context *cx)
{
    const char *plan = "";
    const char *scanned = bench_on_sqlite ? "SCAN items" : "Seq Scan";
    check_status(
        sl_explain(
            cx,
            "SELECT id FROM items WHERE account_id = $1 ORDER BY created DESC, id DESC LIMIT $2",
            SL_ARGS(sl_text("x"), sl_int(10)), &plan),
        SL_OK);
    check(strstr(plan, "items_created") != NULL);
    check(strstr(plan, scanned) == NULL);
    check_status(
        sl_explain(cx, "SELECT id FROM items WHERE name = $1", SL_ARGS(sl_text("x")), &plan),
        SL_OK);
    check(strstr(plan, scanned) != NULL);
    check_status(sl_database_ping(cx), SL_OK);
}

static void test_plans(void **state)
{
    (void)state;
    bench_run(plans);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_types_round_trip),
        ON_BOTH(test_rows),
        ON_BOTH(test_conditions),
        ON_BOTH(test_lists_of_arguments),
        ON_BOTH(test_conflicts),
        ON_BOTH(test_merging),
        ON_BOTH(test_additions),
        ON_BOTH(test_faults_leave_it_usable),
        ON_BOTH(test_plans),
        ON_POSTGRES(test_long_texts),
    };
    return cmocka_run_group_tests_name("database: data", tests, bench_up, bench_down);
}
