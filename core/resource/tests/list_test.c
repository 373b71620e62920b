/*
 * list_test.c: lists and their pages, filters, ranges, confinement; and retrieving.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/resource/tests/served.h"

static const char *list_ids(sl_context *cx, sl_list_query query)
{
    check_status(served_list(cx, served_item, &query, NULL), SL_OK);
    return served_ids(cx);
}

static sl_status list_status(sl_context *cx, sl_list_query query)
{
    return served_list(cx, served_item, &query, NULL);
}

static void order(sl_context *cx)
{
    check_text(list_ids(cx, (sl_list_query){ .limit = SL_NONE }), "");
    check_text(served_at(cx, "object"), "list");
    check_text(served_at(cx, "url"), "/v1/items");
    check_text(served_at(cx, "has_more"), "false");
    served_insert(cx, "b", 1000);
    served_insert(cx, "a", 1001);
    served_insert(cx, "d", 1000);
    served_insert(cx, "c", 999);
    served_insert(cx, "e", 1000);
    bench_commit(cx);
    check_text(list_ids(cx, (sl_list_query){ .limit = SL_NONE }), "a e d b c");
    check_int(served_http_status, 200);
    for (int i = 0; i < 6; i++)
        served_insert(cx, sl_format(cx, "more_%d", i), 2000);
    bench_commit(cx);
    check_text(list_ids(cx, (sl_list_query){ .limit = SL_NONE }),
               "more_5 more_4 more_3 more_2 more_1 more_0 a e d b+");
    check_text(list_ids(cx, (sl_list_query){ .limit = 11 }),
               "more_5 more_4 more_3 more_2 more_1 more_0 a e d b c");
}

static void test_newest_first_by_created_and_id(void **state)
{
    (void)state;
    bench_run(order);
}

#define MANY 25

/* Pages of `limit` from one end to the other, glued: "id id id"; each page must be full and say more, but the last. */
static const char *walk(sl_context *cx, int64_t limit, bool backwards)
{
    const char *all = "";
    const char *cursor = backwards ? "item_00" : NULL;
    for (int pages = 0; pages < 2 * MANY; pages++) {
        sl_list_query query = { .limit = limit };
        *(backwards ? &query.ending_before : &query.starting_after) = cursor;
        check_status(served_list(cx, served_item, &query, NULL), SL_OK);
        const sl_value *data = sl_value_member(served_body, "data");
        uint32_t count = sl_value_count(data);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t index = backwards ? count - 1 - i : i;
            cursor = sl_value_string(sl_value_member(sl_value_item(data, index, NULL), "id"), "?");
            all = sl_format(cx, "%s%s ", all, cursor);
        }
        bool more = sl_value_bool(sl_value_member(served_body, "has_more"), false);
        check(more ? count == limit : count <= limit);
        if (!more)
            break;
    }
    return all;
}

/* Eight to a second: item_00 is the oldest, and within a second the larger id is the newer. */
static void many_insert(sl_context *cx)
{
    for (int i = 0; i < MANY; i++)
        served_insert(cx, sl_format(cx, "item_%02d", i), 1000 + i / 8);
    bench_commit(cx);
}

static void both_ways(sl_context *cx)
{
    static const int64_t limits[] = { 1, 2, 7, 8, 24, 25, 26, 100 };
    const char *down = "";
    const char *up = "";
    many_insert(cx);
    for (int i = 0; i < MANY; i++) {
        down = sl_format(cx, "item_%02d %s", i, down);
        if (i > 0)
            up = sl_format(cx, "%sitem_%02d ", up, i);
    }
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        check_text(walk(cx, limits[i], false), down);
        check_text(walk(cx, limits[i], true), up);
    }
    check_text(list_ids(cx, (sl_list_query){ .limit = 3, .starting_after = "item_09" }),
               "item_08 item_07 item_06+");
    check_text(list_ids(cx, (sl_list_query){ .limit = 3, .ending_before = "item_06" }),
               "item_09 item_08 item_07+");
    check_text(list_ids(cx, (sl_list_query){ .limit = 3, .ending_before = "item_22" }),
               "item_24 item_23");
    check_text(list_ids(cx, (sl_list_query){ .limit = 3, .ending_before = "item_24" }), "");
    check_text(list_ids(cx, (sl_list_query){ .limit = 3, .starting_after = "item_00" }), "");
}

static void test_pages_both_ways_with_ties(void **state)
{
    (void)state;
    bench_run(both_ways);
}

static void steady(sl_context *cx)
{
    many_insert(cx);
    check_text(list_ids(cx, (sl_list_query){ .limit = 2 }), "item_24 item_23+");
    served_insert(cx, "item_99", 5000);
    served_insert(cx, "item_235", 1002);
    served_insert(cx, "item_21x", 1002);
    bench_commit(cx);
    check_text(list_ids(cx, (sl_list_query){ .limit = 3, .starting_after = "item_23" }),
               "item_22 item_21x item_21+");
    struct item gone = bench_find(cx, "item_21x");
    sl_delete(cx, &item_table, &gone);
    bench_commit(cx);
    check_text(list_ids(cx, (sl_list_query){ .limit = 2, .starting_after = "item_22" }),
               "item_21 item_20+");
    check_text(list_ids(cx, (sl_list_query){ .limit = 2, .ending_before = "item_23" }),
               "item_24 item_235+");
}

static void test_inserts_do_not_move_pages(void **state)
{
    (void)state;
    bench_run(steady);
}

static void cursor_faults(sl_context *cx)
{
    many_insert(cx);
    struct item *other = bench_item(cx, "foreign");
    sl_insert_in(cx, "acct_2", &item_table, other);
    bench_commit(cx);
    check_refused(list_status(cx, (sl_list_query){ .limit = 1, .starting_after = "item_x" }),
                  SL_E_INVALID, "starting_after", "No such item: 'item_x'");
    check_text(sl_error_code(cx), "resource_missing");
    check_refused(list_status(cx, (sl_list_query){ .limit = 1, .ending_before = "foreign" }),
                  SL_E_INVALID, "ending_before", "No such item: 'foreign'");
    check_refused(list_status(cx, (sl_list_query){ .limit = 1,
                                                   .starting_after = "item_02",
                                                   .ending_before = "item_01" }),
                  SL_E_INVALID, "ending_before",
                  "Only one of starting_after and ending_before may be given.");
    cx->face = SL_FACE_LITE;
    check_refused(list_status(cx, (sl_list_query){ .limit = 1, .starting_after = "item_x" }),
                  SL_E_INVALID, "starting_after", "No such item: 'item_x'");
}

static void test_cursors_that_name_nothing(void **state)
{
    (void)state;
    bench_run(cursor_faults);
}

static const struct {
    const char *created;
    const char *ids;
} ranges[] = {
    { "1700000001", "b" },
    { "\"1700000001\"", "b" },
    { "\"2023-11-14T22:13:21Z\"", "b" },
    { "\"2023-11-14T23:13:21+01:00\"", "b" },
    { "{}", "d c b a" },
    { "{\"gt\":1700000001}", "d c" },
    { "{\"gte\":\"1700000001\"}", "d c b" },
    { "{\"lt\":1700000001}", "a" },
    { "{\"lte\":\"2023-11-14T22:13:21Z\"}", "b a" },
    { "{\"gt\":1700000000,\"lt\":1700000002}", "b" },
    { "{\"gt\":1700000002,\"lt\":1700000001}", "" },
    { "{\"gte\":\"2023-11-15\"}", "d" },
    { "-1", "" },
};

static const struct {
    const char *created;
    const char *param;
    const char *message;
} range_faults[] = {
    { "\"\"", "created", "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "\"soon\"", "created", "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "\"12abc\"", "created", "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "\" 12\"", "created", "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "\"99999999999999999999\"", "created",
      "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "\"-9223372036854775808\"", "created",
      "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "99999999999999999999", "created",
      "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "1.5", "created", "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "true", "created", "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "null", "created", "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "[1]", "created", "Invalid timestamp for created: unix seconds or ISO 8601 expected." },
    { "{\"gt\":\"x\"}", "created[gt]",
      "Invalid timestamp for created[gt]: unix seconds or ISO 8601 expected." },
    { "{\"gt\":{\"gt\":1}}", "created[gt]",
      "Invalid timestamp for created[gt]: unix seconds or ISO 8601 expected." },
    { "{\"after\":1}", "created[after]", "Received unknown parameter: created[after]" },
};

static void created_ranges(sl_context *cx)
{
    served_insert(cx, "a", 1700000000);
    served_insert(cx, "b", 1700000001);
    served_insert(cx, "c", 1700000002);
    served_insert(cx, "d", 1700600000);
    bench_commit(cx);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        sl_list_query query = { .limit = SL_NONE, .created = ranges[i].created };
        bench_check_text(list_ids(cx, query), ranges[i].ids, __FILE__, __LINE__, ranges[i].created);
    }
    for (size_t i = 0; i < sizeof range_faults / sizeof *range_faults; i++)
        check_refused(list_status(cx, (sl_list_query){ .limit = SL_NONE,
                                                       .created = range_faults[i].created }),
                      SL_E_INVALID, range_faults[i].param, range_faults[i].message);
    check_text(list_ids(cx, (sl_list_query){ .limit = 1,
                                             .created = "{\"lt\":1700000002}",
                                             .starting_after = "d" }),
               "b+");
}

static void test_created_is_a_time_or_a_range(void **state)
{
    (void)state;
    bench_run(created_ranges);
}

static void filters(sl_context *cx)
{
    for (int i = 0; i < 6; i++)
        served_insert(cx, sl_format(cx, "item_%d", i), 1000 + i, .name = i % 2 ? "odd" : "even",
                      .flag = i >= 3);
    bench_commit(cx);
    check_text(list_ids(cx, (sl_list_query){ .limit = 2, .filters = { "odd" } }), "item_5 item_3+");
    check_text(
        list_ids(cx,
                 (sl_list_query){ .limit = 2, .filters = { "odd" }, .starting_after = "item_3" }),
        "item_1");
    check_text(list_ids(cx, (sl_list_query){ .limit = 9, .filters = { "even", NULL, "true" } }),
               "item_4");
    /* What only the other face's routes take lies in no record of this one. */
    check_text(list_ids(cx, (sl_list_query){ .limit = 2, .filters = { NULL, "odd" } }),
               "item_5 item_4+");
    check_text(list_ids(cx, (sl_list_query){ .limit = 9, .filters = { NULL, NULL, "false" } }),
               "item_2 item_1 item_0");
    check_text(list_ids(cx, (sl_list_query){ .limit = 9, .filters = { "' OR 1 = 1 --" } }), "");
    sl_list_query notes = { .limit = 9 };
    check_status(served_list(cx, served_note, &notes, NULL), SL_OK);
    check_text(served_ids(cx), "item_2 item_1 item_0");
    cx->face = SL_FACE_LITE;
    check_text(list_ids(cx, (sl_list_query){ .limit = 2, .filters = { NULL, "even" } }),
               "item_4 item_2+");
    check_text(served_at(cx, "object"), NULL);
    check_text(served_at(cx, "url"), NULL);
    check_text(served_at(cx, "has_more"), "true");
}

static void test_filters_and_where(void **state)
{
    (void)state;
    bench_run(filters);
}

static void confined(sl_context *cx)
{
    static const char *const owners[] = { "cus_a", "cus_b", NULL, "cus_a" };
    for (int i = 0; i < 4; i++)
        served_insert(cx, sl_format(cx, "item_%d", i), 1000 + i, .name = owners[i]);
    bench_commit(cx);
    cx->caller.customer = "cus_a";
    check_text(list_ids(cx, (sl_list_query){ .limit = 9 }), "item_3 item_0");
    check_text(list_ids(cx, (sl_list_query){ .limit = 9, .filters = { "cus_b" } }), "");
    check_refused(list_status(cx, (sl_list_query){ .limit = 9, .starting_after = "item_1" }),
                  SL_E_INVALID, "starting_after", "No such item: 'item_1'");
    check_status(served_retrieve(cx, served_item, "item_0", NULL), SL_OK);
    check_refused(served_retrieve(cx, served_item, "item_1", NULL), SL_E_NOT_FOUND, "id",
                  "No such item: 'item_1'");
    check_refused(served_retrieve(cx, served_item, "item_2", NULL), SL_E_NOT_FOUND, "id",
                  "No such item: 'item_2'");
    sl_list_query all = { .limit = 9 };
    check_status(served_list(cx, served_note, &all, NULL), SL_OK);
    check_text(served_ids(cx), "");
    check_refused(served_retrieve(cx, served_note, "item_0", NULL), SL_E_NOT_FOUND, "id",
                  "No such paper note: 'item_0'");
}

static void test_a_customer_sees_its_own_alone(void **state)
{
    (void)state;
    bench_run(confined);
}

static void retrieves(sl_context *cx)
{
    struct item row = { 0 };
    served_insert(cx, "item_1", 1000, .name = NULL);
    served_insert(cx, "note_1", 1000, .flag = true);
    struct item *other = bench_item(cx, "foreign");
    sl_insert_in(cx, "acct_2", &item_table, other);
    bench_commit(cx);
    check_status(served_retrieve(cx, served_item, "item_1", NULL), SL_OK);
    check_int(served_http_status, 200);
    check_text(served_at(cx, "id"), "item_1");
    check_text(served_at(cx, "owner"), NULL);
    check_refused(served_retrieve(cx, served_item, "item_x", NULL), SL_E_NOT_FOUND, "id",
                  "No such item: 'item_x'");
    check_text(sl_error_code(cx), "resource_missing");
    check_refused(served_retrieve(cx, served_item, "foreign", NULL), SL_E_NOT_FOUND, "id",
                  "No such item: 'foreign'");
    check_refused(served_retrieve(cx, served_note, "note_1", NULL), SL_E_NOT_FOUND, "id",
                  "No such paper note: 'note_1'");
    check_refused(sl_resource_load(cx, served_item, "item_x", "charge", &row), SL_E_INVALID,
                  "charge", "No such item: 'item_x'");
    check_refused(sl_resource_load(cx, served_item, "", "charge", &row), SL_E_INVALID, "charge",
                  "No such item: ''");
    check_refused(sl_resource_load(cx, served_item, NULL, NULL, &row), SL_E_NOT_FOUND, "id",
                  "No such item: ''");
    cx->face = SL_FACE_LITE;
    check_refused(served_retrieve(cx, served_item, "item_x", NULL), SL_E_NOT_FOUND, "id",
                  "Item not found.");
    check_refused(sl_resource_load(cx, served_item, "item_x", "charge", &row), SL_E_INVALID,
                  "charge", "No such item: 'item_x'");
    check_status(served_retrieve(cx, served_item, "item_1", NULL), SL_OK);
    check_text(served_at(cx, "item_id"), "item_1");
}

static void test_retrieve_says_what_is_missing(void **state)
{
    (void)state;
    bench_run(retrieves);
}

/* A plugin's list below another object. */
static void below(sl_context *cx)
{
    static const char params[] =
        "{\"limit\":\"2\",\"starting_after\":\"item_4\",\"created\":{\"lte\":\"1003\"}}";
    for (int i = 0; i < 6; i++)
        served_insert(cx, sl_format(cx, "item_%d", i), 1000 + i, .name = i % 2 ? "odd" : "even");
    bench_commit(cx);
    cx->resource = served_item;
    check_status(sl_json_parse(cx, params, sizeof params - 1, &cx->params), SL_OK);
    check_status(sl_resource_list(cx, served_item, "name = $2 OR name = $3",
                                  SL_ARGS(sl_text("odd"), sl_text("even"))),
                 SL_OK);
    check_text(served_ids(cx), "item_3 item_2+");
    check_status(sl_resource_list(cx, served_item, "name = $2", SL_ARGS(sl_text("even"))), SL_OK);
    check_text(served_ids(cx), "item_2 item_0");
    cx->caller.customer = "odd";
    check_refused(sl_resource_list(cx, served_item, "name = $2 OR name = $3",
                                   SL_ARGS(sl_text("odd"), sl_text("even"))),
                  SL_E_INVALID, "starting_after", "No such item: 'item_4'");
}

static void test_a_list_below_another_object(void **state)
{
    (void)state;
    bench_run(below);
}

static const sl_field *route_field(const sl_resource *resource, const char *pattern,
                                   const char *name)
{
    for (const sl_route *route = sl_resources_routes(bench_host.resources, resource);
         route->pattern; route++)
        if (strcmp(route->pattern, pattern) == 0)
            for (const sl_field *field = route->params; field->type != SL_TYPE_END; field++)
                if (strcmp(field->name, name) == 0)
                    return field;
    return NULL;
}

static void test_routes_take_what_their_face_has(void **state)
{
    (void)state;
    assert_non_null(route_field(served_item, "GET /v1/items", "owner"));
    assert_null(route_field(served_item, "GET /v1/items", "owner_id"));
    assert_non_null(route_field(served_item, "GET /items", "owner_id"));
    assert_null(route_field(served_item, "GET /items", "owner"));
    assert_string_equal(route_field(served_item, "GET /items", "flagged")->values[0], "true");
    assert_non_null(route_field(served_item, "GET /v1/items/search", "query"));
    assert_null(route_field(served_item, "GET /items/search", "query"));
    assert_null(route_field(served_note, "GET /v1/notes/search", "query"));
    assert_non_null(route_field(served_note, "GET /v1/notes/{id}", "id"));
}

static void test_descriptors_that_are_refused(void **state)
{
    static const sl_field no_created[] = { SL_ID(struct counter, id, "counter"), SL_FIELDS_END };
    static const sl_table bare = SL_TABLE("counters", struct counter, no_created);
    sl_filter filters[SL_LIST_FILTERS + 2] = { 0 };
    sl_resource other = *served_note;
    (void)state;
    assert_string_equal(sl_resources_add(bench_host.resources, served_note),
                        "resource 'note' is there already");
    other.type = "other";
    other.table = &bare;
    assert_string_equal(sl_resources_add(bench_host.resources, &other),
                        "resource 'other': its table 'counters' needs the columns id and created");
    other.table = NULL;
    assert_string_equal(sl_resources_add(bench_host.resources, &other),
                        "a resource needs a type and a table");
    other = *served_note;
    other.type = "other";
    other.render = NULL;
    assert_string_equal(sl_resources_add(bench_host.resources, &other),
                        "resource 'other' has no render function");
    other.render = served_note->render;
    other.lite_path = "/others";
    assert_string_equal(
        sl_resources_add(bench_host.resources, &other),
        "resource 'other' has a lite_path, so it needs render_lite and lite_plural");
    other.lite_path = NULL;
    for (int i = 0; i <= SL_LIST_FILTERS; i++)
        filters[i] = (sl_filter){ .param = "p", .column = "name" };
    other.filters = filters;
    assert_string_equal(sl_resources_add(bench_host.resources, &other),
                        "resource 'other' has more than 12 filters");
    other.struct_size = 0;
    assert_string_equal(sl_resources_add(bench_host.resources, &other),
                        "a resource needs a type and a table");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED_ON_BOTH(test_newest_first_by_created_and_id),
        SERVED_ON_BOTH(test_pages_both_ways_with_ties),
        SERVED_ON_BOTH(test_inserts_do_not_move_pages),
        SERVED_ON_BOTH(test_cursors_that_name_nothing),
        SERVED_ON_BOTH(test_created_is_a_time_or_a_range),
        SERVED_ON_BOTH(test_filters_and_where),
        SERVED_ON_BOTH(test_a_customer_sees_its_own_alone),
        SERVED_ON_BOTH(test_retrieve_says_what_is_missing),
        SERVED_ON_BOTH(test_a_list_below_another_object),
        cmocka_unit_test(test_routes_take_what_their_face_has),
        cmocka_unit_test(test_descriptors_that_are_refused),
    };
    return cmocka_run_group_tests_name("list", tests, served_up, served_down);
}
