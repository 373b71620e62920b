/*
 * expand_test.c: whole objects where a client asked to expand an id.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/resource/tests/served.h"

/* A chain: i0 is owned by i1, that by i2 ... i5; each item's twin is another, each has a note. */
static void chain_insert(sl_context *cx)
{
    for (int i = 0; i < 6; i++) {
        const char *next = i < 5 ? sl_format(cx, "i%d", i + 1) : NULL;
        struct address *address = sl_alloc(cx, sizeof *address);
        address->street = sl_format(cx, "n%d", i % 3);
        served_insert(cx, sl_format(cx, "i%d", i), 1000 - i, .name = next, .unique_key = next,
                      .address = address);
        if (i < 3)
            served_insert(cx, sl_format(cx, "n%d", i), 500 + i, .amount = 7000 + i);
    }
    bench_commit(cx);
    /* What is asked from here on are requests of their own. */
    cx->committed = false;
    served_statements = 0;
}

static void levels(sl_context *cx)
{
    chain_insert(cx);
    check_status(served_retrieve(cx, served_item, "i0", NULL), SL_OK);
    check_text(served_at(cx, "owner"), "i1");
    check_int(served_statements, 1);
    served_statements = 0;
    check_status(served_retrieve(cx, served_item, "i0", "[\"owner\"]"), SL_OK);
    check_text(served_at(cx, "owner.id"), "i1");
    check_text(served_at(cx, "owner.owner"), "i2");
    check_text(served_at(cx, "twin"), "i1");
    check_text(served_at(cx, "details.maker"), "i1");
    check_int(served_statements, 2);
    served_statements = 0;
    check_status(served_retrieve(cx, served_item, "i0", "[\"owner.owner.owner.owner\"]"), SL_OK);
    check_text(served_at(cx, "owner.owner.owner.owner.id"), "i4");
    check_text(served_at(cx, "owner.owner.owner.owner.owner"), "i5");
    check_int(served_statements, 5);
    check_refused(
        served_retrieve(cx, served_item, "i0", "[\"owner.owner.owner.owner.owner\"]"), SL_E_INVALID,
        "expand",
        "You cannot expand more than 4 levels of a property. Property: owner.owner.owner.owner.owner");
    check_text(sl_error_code(cx), "property_expansion_max_depth");
}

static void test_four_levels_and_no_fifth(void **state)
{
    (void)state;
    bench_run(levels);
}

static void one_query(sl_context *cx)
{
    sl_list_query all = { .limit = 100 };
    chain_insert(cx);
    check_status(served_list(cx, served_item, &all,
                             "[\"data.owner\",\"data.twin\",\"data.details.maker\",\"data.note\"]"),
                 SL_OK);
    check_int(served_statements, 3);
    check_text(served_at(cx, "data.0.owner.id"), "i1");
    check_text(served_at(cx, "data.0.twin.id"), "i1");
    check_text(served_at(cx, "data.0.details.maker.id"), "i1");
    check_text(served_at(cx, "data.0.note.amount"), "7000");
    check_text(served_at(cx, "data.4.note.amount"), "7001");
    check_text(served_at(cx, "data.4.owner.id"), "i5");
    check_text(served_at(cx, "data.5.owner"), NULL);
    check_text(served_at(cx, "data.5.note.id"), "n2");
    served_statements = 0;
    check_status(served_list(cx, served_item, &all, "[\"data.owner.note\",\"data.owner.owner\"]"),
                 SL_OK);
    check_int(served_statements, 4);
    check_text(served_at(cx, "data.2.owner.note.id"), "n0");
    check_text(served_at(cx, "data.2.owner.owner.id"), "i4");
}

static void test_one_query_for_each_level_and_type(void **state)
{
    (void)state;
    bench_run(one_query);
}

/* Two ways to one type, each asking for something else below it. */
static void two_ways(sl_context *cx)
{
    chain_insert(cx);
    check_status(
        served_retrieve(cx, served_item, "i0", "[\"owner.note\",\"twin\",\"details.maker.owner\"]"),
        SL_OK);
    check_text(served_at(cx, "owner.note.id"), "n1");
    check_text(served_at(cx, "owner.owner"), "i2");
    check_text(served_at(cx, "twin.note"), "n1");
    check_text(served_at(cx, "details.maker.note"), "n1");
    check_text(served_at(cx, "details.maker.owner.id"), "i2");
    check_int(served_statements, 4);
    served_statements = 0;
    check_status(served_retrieve(cx, served_item, "i0", "[\"owner\",\"owner\",\"owner.note\"]"),
                 SL_OK);
    check_text(served_at(cx, "owner.note.id"), "n1");
    check_int(served_statements, 3);
}

static void test_two_paths_to_one_type(void **state)
{
    (void)state;
    bench_run(two_ways);
}

static void nulls(sl_context *cx)
{
    chain_insert(cx);
    check_status(
        served_retrieve(cx, served_item, "i5", "[\"owner\",\"twin.owner\",\"details.maker\"]"),
        SL_OK);
    check_int(served_statements, 1);
    check(strstr(served_text, "\"owner\":null") != NULL);
    check_text(served_at(cx, "twin"), NULL);
    /* What is not there any more, or whose type nobody serves, stays an id. */
    served_insert(cx, "lost", 1, .name = "i_gone");
    bench_commit(cx);
    check_status(served_retrieve(cx, served_item, "lost", "[\"owner\",\"ghost\"]"), SL_OK);
    check_text(served_at(cx, "owner"), "i_gone");
    check_text(served_at(cx, "ghost"), "ghost_1");
}

static void test_null_and_lost_references(void **state)
{
    (void)state;
    bench_run(nulls);
}

static const struct {
    const char *expand;
    const char *message;
} faults[] = {
    { "[\"bogus\"]", "This property cannot be expanded (bogus)." },
    { "[\"amount\"]", "This property cannot be expanded (amount)." },
    { "[\"owner.bogus\"]", "This property cannot be expanded (owner.bogus)." },
    { "[\"owner\",\"note.amount\"]", "This property cannot be expanded (note.amount)." },
    { "[\"details.bogus\"]", "This property cannot be expanded (details.bogus)." },
    { "[\"owner.\"]", "This property cannot be expanded (owner.)." },
    { "[\".owner\"]", "This property cannot be expanded (.owner)." },
    { "[\"owner..owner\"]", "This property cannot be expanded (owner..owner)." },
    { "[\"\"]", "Invalid expand: every item must be the name of a property." },
    { "[1]", "Invalid expand: every item must be the name of a property." },
    { "[[\"owner\"]]", "Invalid expand: every item must be the name of a property." },
    { "\"owner\"", "Invalid array: expand must be a list of properties." },
    { "{\"a\":\"owner\"}", "Invalid array: expand must be a list of properties." },
};

static void refusals(sl_context *cx)
{
    sl_list_query all = { .limit = 100 };
    chain_insert(cx);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        check_refused(served_retrieve(cx, served_item, "i0", faults[i].expand), SL_E_INVALID,
                      "expand", faults[i].message);
    check_refused(
        served_list(cx, served_item, &all, "[\"owner\"]"), SL_E_INVALID, "expand",
        "This property cannot be expanded (owner). You may want to try expanding 'data.owner' instead.");
    check_refused(served_list(cx, served_item, &all, "[\"data.bogus\"]"), SL_E_INVALID, "expand",
                  "This property cannot be expanded (data.bogus).");
    check_status(served_retrieve(cx, served_item, "i0", "[]"), SL_OK);
    check_status(served_retrieve(cx, served_item, "i0", "null"), SL_OK);
    /* Below a null nothing can be judged. */
    check_status(served_retrieve(cx, served_item, "i5", "[\"owner.bogus\"]"), SL_OK);
}

static void test_properties_that_cannot_be_expanded(void **state)
{
    (void)state;
    bench_run(refusals);
}

static void pending(sl_context *cx)
{
    static const char params[] = "{\"expand\":[\"owner.owner\"]}";
    chain_insert(cx);
    served_insert(cx, "fresh", 2000, .name = "i3");
    served_insert(cx, "fresher", 2001, .name = "fresh");
    struct item changed = bench_find(cx, "i3");
    changed.amount = 4242;
    sl_update(cx, &item_table, &changed, "amount");
    check_status(sl_json_parse(cx, params, sizeof params - 1, &cx->params), SL_OK);
    served_statements = 0;
    check_status(sl_resource_reply(cx, 201, served_item, sl_pending(cx, &item_table, "fresher")),
                 SL_OK);
    check_int(served_http_status, 201);
    check_text(served_at(cx, "owner.id"), "fresh");
    check_text(served_at(cx, "owner.owner.id"), "i3");
    check_text(served_at(cx, "owner.owner.amount"), "4242");
    check_int(served_statements, 0);
    sl_discard(cx);
}

static void test_pending_rows_are_seen_before_the_commit(void **state)
{
    (void)state;
    bench_run(pending);
}

/* More references of one type than one statement takes. */
static void thousands(sl_context *cx)
{
    enum { ROWS = 4, EACH = 300 };
    sl_list_query all = { .limit = 100, .created = "{\"gt\":5000}" };
    for (int row = 0; row < ROWS; row++) {
        const char **tags = sl_alloc(cx, EACH * sizeof *tags);
        for (int i = 0; i < EACH; i++) {
            tags[i] = sl_format(cx, "tag_%d_%d", row, i);
            served_insert(cx, tags[i], 1000, .amount = row * EACH + i);
        }
        served_insert(cx, sl_format(cx, "row_%d", row), 6000 + row,
                      .tags = (sl_list){ .count = EACH, .item_size = sizeof *tags, .items = tags });
        bench_commit(cx);
    }
    served_statements = 0;
    check_status(served_list(cx, served_item, &all, "[\"data.tags.data\"]"), SL_OK);
    check_int(served_statements, 3);
    check_text(served_at(cx, "data.0.tags.data.0.amount"), "900");
    check_text(served_at(cx, "data.3.tags.data.299.id"), "tag_0_299");
    check_text(served_at(cx, "data.3.tags.data.299.amount"), "299");
}

static void test_more_than_a_thousand_references(void **state)
{
    (void)state;
    bench_run(thousands);
}

/* An expansion shows what the caller may retrieve, and nothing else. */
static void callers(sl_context *cx)
{
    chain_insert(cx);
    cx->caller.kind = SL_CALLER_PUBLISHABLE;
    check_status(served_retrieve(cx, served_item, "i0", "[\"owner\"]"), SL_E_FORBIDDEN);
    check_text(sl_error_code(cx), "secret_key_required");
    check_status(served_retrieve(cx, served_item, "i0", NULL), SL_OK);
    cx->caller.kind = SL_CALLER_RESTRICTED;
    cx->caller.scopes = " items:read ";
    check_status(served_retrieve(cx, served_item, "i0", "[\"owner\"]"), SL_OK);
    check_refused(
        served_retrieve(cx, served_item, "i0", "[\"note\"]"), SL_E_FORBIDDEN, NULL,
        "The provided key does not have the required permissions for this endpoint: 'notes:read'.");
    cx->caller.scopes = " items:read notes:write ";
    check_status(served_retrieve(cx, served_item, "i0", "[\"note\"]"), SL_OK);
    check_text(served_at(cx, "note.id"), "n0");
    /* A customer's own row may name another's: that stays an id. Types that no customer owns are refused. */
    cx->caller = (sl_caller_info){ .kind = SL_CALLER_TOKEN, .role = "customer", .customer = "i1" };
    check_status(served_retrieve(cx, served_item, "i0", "[\"owner\"]"), SL_OK);
    check_text(served_at(cx, "owner"), "i1");
    check_status(served_retrieve(cx, served_item, "i0", "[\"note\"]"), SL_E_FORBIDDEN);
}

static void test_expansion_shows_no_more_than_retrieve(void **state)
{
    (void)state;
    bench_run(callers);
}

/* When the money has moved, a property that cannot be expanded must not cost the answer and the outcome's commit. */
static void committed(sl_context *cx)
{
    chain_insert(cx);
    cx->committed = true;
    check_status(served_retrieve(cx, served_item, "i0", "[\"bogus\",\"owner.bogus\"]"), SL_OK);
    check_text(served_at(cx, "owner.id"), "i1");
    cx->caller.kind = SL_CALLER_PUBLISHABLE;
    check_status(served_retrieve(cx, served_item, "i0", "[\"owner\"]"), SL_OK);
    check_text(served_at(cx, "owner"), "i1");
    check_text(sl_error_message(cx), NULL);
}

static void test_after_a_commit_nothing_is_refused(void **state)
{
    (void)state;
    bench_run(committed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED_ON_BOTH(test_four_levels_and_no_fifth),
        SERVED_ON_BOTH(test_one_query_for_each_level_and_type),
        SERVED_ON_BOTH(test_two_paths_to_one_type),
        SERVED_ON_BOTH(test_null_and_lost_references),
        SERVED_ON_BOTH(test_properties_that_cannot_be_expanded),
        SERVED_ON_BOTH(test_pending_rows_are_seen_before_the_commit),
        SERVED_ON_BOTH(test_more_than_a_thousand_references),
        SERVED_ON_BOTH(test_expansion_shows_no_more_than_retrieve),
        SERVED_ON_BOTH(test_after_a_commit_nothing_is_refused),
    };
    return cmocka_run_group_tests_name("expand", tests, served_up, served_down);
}
