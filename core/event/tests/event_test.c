/*
 * event_test.c: snapshots in the commit, and the subscribers that hear of them; on both databases.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/event/event.h"
#include "core/job/tests/bench.h"
#include "core/resource/resource.h"

static void item_render(sl_json *out, const void *row)
{
    const struct item *item = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", item->id);
    sl_json_string(out, "name", item->name);
    sl_json_money(out, "amount", item->amount, "usd");
    sl_json_int(out, "not_a_column", item->not_a_column);
    sl_json_close(out);
}

static const sl_resource item_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "item",
    .id_prefix = "item",
    .table = &item_table,
    .render = item_render,
};

/* What the subscribers heard. */
static struct {
    uint32_t all;
    uint32_t items;
    uint32_t refusals; /* how often the second subscriber is still to fail */
    char text[300];
} heard;

static sl_status hear_all(sl_context *cx, const sl_event_view *event)
{
    heard.all++;
    snprintf(heard.text, sizeof(heard.text), "%s %s %s %s %s %s", event->type, event->object_id,
             sl_value_text(cx, event->object),
             event->previous ? sl_value_text(cx, event->previous) : "-", sl_account(cx),
             cx->plugin);
    return SL_OK;
}

static sl_status hear_items(sl_context *cx, const sl_event_view *event)
{
    (void)event;
    heard.items++;
    if (heard.refusals == 0)
        return SL_OK;
    heard.refusals--;
    return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "not now");
}

static const sl_subscription all = { .pattern = "*", .handler = hear_all };
static const sl_subscription items = { .pattern = "item.*", .handler = hear_items };
static const sl_subscription none = { .pattern = "charge.*", .handler = hear_all };

static void subscribe(const char *plugin, const bool *is_active, const sl_subscription *one)
{
    bool first = sl_events_job_type(bench_host.events, plugin) == NULL;
    check_text(sl_events_add(bench_host.events, plugin, is_active, one), NULL);
    const sl_job_type *type = sl_events_job_type(bench_host.events, plugin);
    check(type != NULL);
    if (first && type)
        check_text(sl_jobs_add(bench_host.jobs, plugin, is_active, type), NULL);
}

static void start(void (*function)(sl_context *cx))
{
    memset(&heard, 0, sizeof(heard));
    bench_host.events = sl_events_new();
    bench_run(function);
    sl_events_free(bench_host.events);
    bench_host.events = NULL;
}

static sl_event_row event_only(sl_context *cx)
{
    sl_event_row row = { .id = NULL };
    check_status(sl_select_one(cx, &sl_event_table, "TRUE", SL_NO_ARGS, &row), SL_OK);
    return row;
}

/* ---- what is written ---- */

static void snapshot(sl_context *cx)
{
    cx->idempotency_key = "key_1";
    struct item *item = bench_item(cx, "item_a");
    sl_insert(cx, &item_table, item);
    item->not_a_column = 7;
    sl_event(cx, "item.created", &item_resource, item, NULL);
    item->name = "not written";
    item->amount = 250;
    sl_update(cx, &item_table, item, "amount");
    cx->face = SL_FACE_LITE;
    bench_commit(cx);
    check_int(cx->face, SL_FACE_LITE);
    sl_event_row row = event_only(cx);
    check_text(row.data,
               "{\"id\":\"item_a\",\"name\":\"plain\",\"amount\":250,\"not_a_column\":7}");
    check(row.id && strncmp(row.id, "evt_", 4) == 0);
    check_text(row.type, "item.created");
    check_text(row.object_id, "item_a");
    check_text(row.object_type, "item");
    check_text(row.previous, NULL);
    check_text(row.request_id, "req_1");
    check_text(row.idempotency_key, "key_1");
    check_text(row.api_version, SL_STRIPE_API_VERSION);
    check(row.created > 0 && row.created <= sl_now(cx));
    check_int(bench_find(cx, "item_a").amount, 250);
}

static void test_snapshot_is_the_row_at_the_commit(void **state)
{
    (void)state;
    start(snapshot);
}

static void deleted(sl_context *cx)
{
    struct item *item = bench_item(cx, "item_a");
    sl_insert(cx, &item_table, item);
    bench_commit(cx);
    sl_delete(cx, &item_table, item);
    sl_event(cx, "item.deleted", &item_resource, item, NULL);
    bench_commit(cx);
    check(strstr(event_only(cx).data, "\"id\":\"item_a\"") != NULL);
}

static void test_snapshot_of_what_is_deleted(void **state)
{
    (void)state;
    start(deleted);
}

static void replaced(sl_context *cx)
{
    struct item *item = bench_item(cx, "item_a");
    sl_insert(cx, &item_table, item);
    sl_event(cx, "item.updated", &item_resource, item, sl_json_object(cx, "name", "first"));
    sl_event(cx, "item.updated", &item_resource, item, sl_json_object(cx, "name", "second"));
    bench_commit(cx);
    check_text(event_only(cx).previous, "{\"name\":\"second\"}");
    check_int(number(cx, "SELECT count(*) FROM events"), 1);
}

static void test_a_later_one_replaces(void **state)
{
    (void)state;
    start(replaced);
}

static void ordered(sl_context *cx)
{
    static const char *const types[] = { "item.one", "item.two", "item.three", "item.four" };
    struct item *item = bench_item(cx, "item_a");
    sl_insert(cx, &item_table, item);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        sl_event(cx, types[i], &item_resource, item, NULL);
    bench_commit(cx);
    sl_list rows;
    check_status(sl_select(cx, &sl_event_table, "TRUE ORDER BY created, id", SL_NO_ARGS, &rows),
                 SL_OK);
    check_int(rows.count, 4);
    for (uint32_t i = 0; i < rows.count; i++)
        check_text(SL_ITEM(rows, sl_event_row, i)->type, types[i]);
}

static void test_in_the_order_of_telling(void **state)
{
    (void)state;
    start(ordered);
}

/* ---- what is not ---- */

static void discarded(sl_context *cx)
{
    subscribe("one", &active, &all);
    struct item *item = bench_item(cx, "item_a");
    sl_insert(cx, &item_table, item);
    sl_event(cx, "item.created", &item_resource, item, NULL);
    sl_discard(cx);
    bench_commit(cx);
    check_int(number(cx, "SELECT count(*) FROM events"), 0);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
}

static void test_dropped_with_the_write_set(void **state)
{
    (void)state;
    start(discarded);
}

static sl_status step_tells(sl_context *cx, void *data)
{
    sl_status *answer = data;
    struct item *item = bench_item(cx, "item_a");
    sl_insert(cx, &item_table, item);
    sl_event(cx, "item.created", &item_resource, item, NULL);
    return *answer == SL_OK ? SL_OK : sl_fail(cx, *answer, NULL, "no");
}

static void step_fails(sl_context *cx)
{
    sl_status answer = SL_E_INVALID;
    check_status(sl_retry(cx, step_tells, &answer), SL_E_INVALID);
    bench_commit(cx);
    check_int(number(cx, "SELECT count(*) FROM events"), 0);
    answer = SL_OK;
    check_status(sl_retry(cx, step_tells, &answer), SL_OK);
    check_int(number(cx, "SELECT count(*) FROM events"), 1);
}

static void test_dropped_with_a_failed_step(void **state)
{
    (void)state;
    start(step_fails);
}

/* The first run stands on an old row: its commit is a conflict. */
static sl_status step_conflicts(sl_context *cx, void *data)
{
    uint32_t *runs = data;
    struct item item = bench_find(cx, "item_a");
    item.version += *runs == 0 ? 5 : 0;
    (*runs)++;
    item.amount++;
    sl_update(cx, &item_table, &item, "amount");
    sl_event(cx, "item.updated", &item_resource, &item, NULL);
    return SL_OK;
}

static void conflict(sl_context *cx)
{
    subscribe("one", &active, &all);
    sl_insert(cx, &item_table, bench_item(cx, "item_a"));
    bench_commit(cx);
    uint32_t runs = 0;
    check_status(sl_retry(cx, step_conflicts, &runs), SL_OK);
    check_int(runs, 2);
    check_int(number(cx, "SELECT count(*) FROM events"), 1);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 1);
    check_int(bench_find(cx, "item_a").amount, 101);
}

static void test_one_event_after_a_conflict(void **state)
{
    (void)state;
    start(conflict);
}

/* ---- who hears ---- */

static void tell(sl_context *cx, const char *id, const sl_json *previous)
{
    struct item *item = bench_item(cx, id);
    sl_insert(cx, &item_table, item);
    sl_event(cx, "item.updated", &item_resource, item, previous);
    bench_commit(cx);
}

static void hears(sl_context *cx)
{
    subscribe("one", &active, &all);
    subscribe("one", &active, &none);
    tell(cx, "item_a", sl_json_object(cx, "name", "before"));
    check_int(number(cx, "SELECT count(*) FROM jobs"), 1);
    run_due(cx, 1);
    check_int(heard.all, 1);
    check_text(heard.text,
               "item.updated item_a "
               "{\"id\":\"item_a\",\"name\":\"plain\",\"amount\":100,\"not_a_column\":0} "
               "{\"name\":\"before\"} acct_1 one");
    tell(cx, "item_b", NULL);
    run_due(cx, 1);
    check(strstr(heard.text, " - acct_1 one") != NULL);
}

static void test_subscriber_gets_snapshot_and_previous(void **state)
{
    (void)state;
    start(hears);
}

static void alone(sl_context *cx)
{
    subscribe("one", &active, &all);
    subscribe("one", &active, &items);
    subscribe("two", &active, &all);
    heard.refusals = 1;
    tell(cx, "item_a", NULL);
    run_due(cx, 3);
    check_int(heard.all, 2);
    check_int(heard.items, 1);
    all_due(cx);
    run_due(cx, 1);
    check_int(heard.all, 2);
    check_int(heard.items, 2);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
}

static void test_who_fails_is_repeated_alone(void **state)
{
    (void)state;
    start(alone);
}

static void gone(sl_context *cx)
{
    bool is_active = true;
    subscribe("one", &is_active, &all);
    tell(cx, "item_a", NULL);
    is_active = false;
    tell(cx, "item_b", NULL);
    run_due(cx, 0);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 1);
    is_active = true;
    run_due(cx, 1);
    check_int(heard.all, 1);
    check(strstr(heard.text, "item_a") != NULL);
}

static void test_inactive_plugin_hears_nothing_and_loses_nothing(void **state)
{
    (void)state;
    start(gone);
}

static void named_tell(sl_context *cx, const char *id, const char *name)
{
    struct item *item = bench_item(cx, id);
    item->name = name;
    item->unique_key = NULL;
    sl_insert(cx, &item_table, item);
    sl_event(cx, "item.created", &item_resource, item, NULL);
    bench_commit(cx);
}

static void those_with(sl_context *cx)
{
    const sl_subscription named = { .pattern = "item.*", .handler = hear_all, .member = "name" };
    const sl_subscription deeper = { .pattern = "*",
                                     .handler = hear_items,
                                     .member = "amount.name" };
    subscribe("one", &active, &named);
    subscribe("one", &active, &deeper);
    named_tell(cx, "item_a", NULL);
    run_due(cx, 0);
    check_int(number(cx, "SELECT count(*) FROM jobs"), 0);
    named_tell(cx, "item_b", "\"name\"");
    run_due(cx, 1);
    check_int(heard.all, 1);
    check_int(heard.items, 0);
    check(strstr(heard.text, "item_b") != NULL);
}

static void test_only_those_with_a_member(void **state)
{
    (void)state;
    start(those_with);
}

/* ---- patterns and the resource ---- */

static void test_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *type;
        bool matches;
    } cases[] = {
        { "charge.succeeded", "charge.succeeded", true },
        { "charge.succeeded", "charge.succeeded_not", false },
        { "charge.*", "charge.succeeded", true },
        { "charge.*", "charge.dispute.created", true },
        { "charge.*", "charges.succeeded", false },
        { "charge.*", "charge", false },
        { "*", "charge.succeeded", true },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(sl_event_matches(cases[i].pattern, cases[i].type), cases[i].matches);
}

static void test_refused_subscriptions(void **state)
{
    (void)state;
    static const char *const patterns[] = { "", "**", "charge*", "*.succeeded", "a.*.b" };
    sl_events *events = sl_events_new();
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        const sl_subscription one = { .pattern = patterns[i], .handler = hear_all };
        const char *fault = sl_events_add(events, "one", &active, &one);
        assert_non_null(fault);
        assert_non_null(strstr(fault, "is no pattern of events"));
    }
    const sl_subscription one = { .pattern = "charge.*" };
    assert_string_equal(sl_events_add(events, "one", &active, &one),
                        "its subscription to \"charge.*\" has no handler");
    assert_null(sl_events_job_type(events, "one"));
    sl_events_free(events);
}

static void rendered(sl_context *cx)
{
    cx->idempotency_key = "key_1";
    tell(cx, "item_a", sl_json_object(cx, "name", "before"));
    sl_event_row row = event_only(cx);
    sl_json *out = sl_json_new(cx);
    sl_event_resource.render(out, &row);
    check_text(
        sl_json_text(out, NULL),
        sl_format(cx,
                  "{\"id\":\"%s\",\"object\":\"event\",\"api_version\":\"%s\",\"created\":%lld,"
                  "\"data\":{\"object\":%s,\"previous_attributes\":{\"name\":\"before\"}},"
                  "\"livemode\":false,\"pending_webhooks\":0,"
                  "\"request\":{\"id\":\"req_1\",\"idempotency_key\":\"key_1\"},"
                  "\"type\":\"item.updated\"}",
                  row.id, SL_STRIPE_API_VERSION, (long long)row.created, row.data));
    row.previous = NULL;
    row.request_id = "job_1";
    out = sl_json_new(cx);
    sl_event_resource.render(out, &row);
    check(strstr(sl_json_text(out, NULL), "previous_attributes") == NULL);
    check(strstr(sl_json_text(out, NULL), "\"request\":{\"id\":null,") != NULL);
}

static void test_rendered_as_stripe_does(void **state)
{
    (void)state;
    start(rendered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOBS_ON_BOTH(test_snapshot_is_the_row_at_the_commit),
        JOBS_ON_BOTH(test_snapshot_of_what_is_deleted),
        JOBS_ON_BOTH(test_a_later_one_replaces),
        JOBS_ON_BOTH(test_in_the_order_of_telling),
        JOBS_ON_BOTH(test_dropped_with_the_write_set),
        JOBS_ON_BOTH(test_dropped_with_a_failed_step),
        JOBS_ON_BOTH(test_one_event_after_a_conflict),
        JOBS_ON_BOTH(test_subscriber_gets_snapshot_and_previous),
        JOBS_ON_BOTH(test_who_fails_is_repeated_alone),
        JOBS_ON_BOTH(test_inactive_plugin_hears_nothing_and_loses_nothing),
        JOBS_ON_BOTH(test_only_those_with_a_member),
        JOBS_ON_BOTH(test_rendered_as_stripe_does),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_refused_subscriptions),
    };
    return cmocka_run_group_tests_name("event", tests, jobs_up, jobs_down);
}
