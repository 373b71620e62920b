/*
 * gateways_test.c: which gateways a payment is tried at, and when one is left alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

#define PAUSE_MS 60

/* Loads three gateways, north, south and west (which takes euros alone), with rules; what is wrong with those. */
static const char *load_rules(const char *rules)
{
    char yaml[512];
    snprintf(yaml, sizeof(yaml), "plugins: [{name: routed}]\ngateway: {routes: [%s]}\n", rules);
    sl_gateways_free(host.gateways);
    host.gateways = sl_gateways_new(&(sl_gateways_options){ .timeout_ms = 1000,
                                                            .breaker_failures = 3,
                                                            .breaker_pause_ms = PAUSE_MS,
                                                            .concurrency = 2,
                                                            .production = true });
    assert_null(load(yaml, NULL));
    return sl_gateways_route(host.gateways, &host.settings->gateway_routes);
}

static const char *plan_text(sl_context *cx, const sl_gateway_plan *plan)
{
    const char *text = sl_format(cx, "%d:", (int)plan->rule);
    for (uint32_t i = 0; i < plan->count; i++)
        text = sl_format(cx, "%s %s", text, sl_gateway_name(plan->gateways[i]));
    return text;
}

static const char *route(sl_context *cx, sl_gateway_query query)
{
    sl_gateway_plan plan = { .struct_size = sizeof(plan) };
    query.struct_size = sizeof(query);
    query.method = query.method ? query.method : "card";
    sl_error_clear(cx);
    sl_status status = sl_gateway_route(cx, &query, &plan);
    return status == SL_OK ? plan_text(cx, &plan) : sl_error_message(cx);
}

static void route_by_rules(sl_context *cx)
{
    const sl_gateway_query base = { .currency = "usd", .amount = 1000 };
    sl_gateway_query q = base;
    check_text(route(cx, q), "5: north");
    q.currency = "EUR";
    q.amount = 10000;
    check_text(route(cx, q), "1: west south");
    q.amount = 10001;
    check_text(route(cx, q), "5: north");
    q.country = "de";
    check_text(route(cx, q), "2: south north");
    q = base;
    q.brand = "amex";
    check_text(route(cx, q), "3: south");
    q.method = "iban";
    check_text(route(cx, q),
               "No gateway takes payment methods of type 'iban' in the currency 'usd'.");
    /* West takes no pounds: the rule fits, and is without it. */
    q = base;
    q.currency = "gbp";
    check_text(route(cx, q), "4: south");
    q.name = "north";
    check_text(route(cx, q), "0: north");
    q.name = "nobody";
    check_text(route(cx, q), "No such gateway: 'nobody'");
    /* What is not known fits no rule that asks for it. */
    q = base;
    q.currency = "eur";
    q.amount = SL_NONE;
    check_text(route(cx, q), "5: north");
}

static void the_first_rule_that_fits_counts(void **state)
{
    (void)state;
    assert_null(load_rules("{currency: eur, amount: {max: 100.00}, use: [west, south]},"
                           "{country: [DE, FR], use: [south, north]},"
                           "{brand: amex, use: south},"
                           "{currency: gbp, use: [west, south]},"
                           "{use: north}"));
    in_fiber(route_by_rules);
}

static void route_without_rules(sl_context *cx)
{
    check_text(route(cx, (sl_gateway_query){ .currency = "usd" }), "0: north");
    sl_gateway_plan plan = { .struct_size = sizeof(plan) };
    check_int(sl_gateway_candidates(cx, "usd", "card", &plan), SL_OK);
    check_text(plan_text(cx, &plan), "0: north");
    check_int(sl_gateway_candidates(cx, "usd", "iban", &plan), SL_E_INVALID);
}

static void without_rules_priority_decides(void **state)
{
    (void)state;
    assert_null(load_rules(""));
    in_fiber(route_without_rules);
}

static void draw(sl_context *cx)
{
    int north = 0;
    for (int i = 0; i < 1000; i++) {
        sl_gateway_query query = { .id = sl_id(cx, "pi"), .currency = "usd" };
        const char *drawn = route(cx, query);
        check_text(drawn, route(cx, query));
        bool first = strcmp(drawn, "1: north south") == 0;
        check(first || strcmp(drawn, "1: south north") == 0);
        north += first;
    }
    check(north > 620 && north < 780);
    check_text(route(cx, (sl_gateway_query){ .id = "pi_1", .currency = "eur" }),
               "2: south west north");
}

static void weights_say_who_comes_first_and_the_same_for_one_payment(void **state)
{
    (void)state;
    assert_null(load_rules("{currency: usd, use: [north, south], weight: [70, 30]},"
                           "{use: [west, south, north], weight: [0, 1, 0]}"));
    in_fiber(draw);
}

static void candidates_of_rules(sl_context *cx)
{
    sl_gateway_plan plan = { .struct_size = sizeof(plan) };
    check_int(sl_gateway_candidates(cx, "usd", "card", &plan), SL_OK);
    check_text(plan_text(cx, &plan), "0: south north west");
    check_int(sl_gateway_candidates(cx, "eur", "card", &plan), SL_OK);
    check_text(plan_text(cx, &plan), "0: west south north");
}

static void cards_are_known_wherever_a_rule_may_send_them(void **state)
{
    (void)state;
    assert_null(load_rules("{currency: eur, use: west}, {use: south}"));
    in_fiber(candidates_of_rules);
}

static void rules_name_gateways_that_are_there(void **state)
{
    (void)state;
    const char *message = load_rules("{use: north}, {use: [south, east]}");
    assert_non_null(message);
    assert_non_null(strstr(message, ":2:34: gateway.routes[1].use names east, and no loaded plugin "
                                    "has such a gateway; there are: north, south, west"));
}

/* ---- breakers ---- */

static int32_t pay(sl_context *cx, const sl_gateway *gateway, int64_t amount)
{
    const sl_gateway_payment payment = { .struct_size = sizeof(payment),
                                         .attempt = "pay_1",
                                         .operation = "authorize",
                                         .amount = amount,
                                         .currency = "usd" };
    sl_gateway_outcome outcome = { .struct_size = sizeof(outcome) };
    check_int(sl_gateway_call(cx, gateway, &payment, &outcome), SL_OK);
    return outcome.kind;
}

static void name_know(sl_context *cx, const sl_gateway *gateway)
{
    sl_gateway_token token = { .struct_size = sizeof(token) };
    check_int(sl_gateway_resolve_name(cx, gateway, "pm_card_visa", &token), SL_OK);
}

static const char *health_of(sl_context *cx)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_gateways_health_write(out, host.gateways);
    sl_json_close(out);
    return sl_json_text(out, NULL);
}

static void wait_for_half_open(sl_context *cx, const sl_gateway *gateway)
{
    while (sl_gateway_pause(cx, gateway) > 0)
        check_int(sl_sleep(cx, 5), SL_OK);
}

static void trip(sl_context *cx)
{
    const sl_gateway *north = NULL;
    check_int(sl_gateway_choose(cx, "north", "usd", "card", &north), SL_OK);
    /* An answer in between, also a decline, begins the count anew. */
    for (int i = 0; i < 3; i++) {
        check_int(pay(cx, north, 1), SL_GATEWAY_NOT_SENT);
        check_int(pay(cx, north, 2), SL_GATEWAY_UNKNOWN);
        check_int(pay(cx, north, 3), SL_GATEWAY_DECLINED);
    }
    check_int(sl_gateway_pause(cx, north), 0);
    /* A name that the adapter knows by itself is no answer of its gateway. */
    for (int i = 0; i < 3; i++) {
        name_know(cx, north);
        check_int(pay(cx, north, 2), SL_GATEWAY_UNKNOWN);
    }
    check_int(sl_gateway_pause(cx, north), 1);
    check(strstr(health_of(cx), "\"north\":{\"state\":\"open\",\"failures\":3,\"retry_in\":1}"));
    check(strstr(health_of(cx), "\"south\":{\"state\":\"closed\",\"failures\":0,\"retry_in\":0}"));
    /* What would be approved is not sent. */
    check_int(pay(cx, north, 100), SL_GATEWAY_NOT_SENT);
    wait_for_half_open(cx, north);
    name_know(cx, north);
    check(strstr(health_of(cx), "\"north\":{\"state\":\"half_open\""));
    /* The probe fails: the next pause begins. */
    check_int(pay(cx, north, 2), SL_GATEWAY_UNKNOWN);
    check_int(pay(cx, north, 100), SL_GATEWAY_NOT_SENT);
    wait_for_half_open(cx, north);
    check_int(pay(cx, north, 100), SL_GATEWAY_APPROVED);
    check_int(pay(cx, north, 1), SL_GATEWAY_NOT_SENT);
    check(strstr(health_of(cx), "\"north\":{\"state\":\"closed\",\"failures\":1"));
    check_int(pay(cx, north, 100), SL_GATEWAY_APPROVED);
}

static void a_gateway_that_does_not_answer_is_left_alone(void **state)
{
    (void)state;
    assert_null(load_rules(""));
    in_fiber(trip);
}

static const sl_gateway *south;
static int32_t slow_kinds[3];
static int slow_done;

static void slow_fiber(void *data)
{
    sl_context *cx = sl_context_new(&host, "acct_1", true, "req_slow");
    *(int32_t *)data = pay(cx, south, 4);
    sl_context_free(cx);
    slow_done++;
}

static void crowd(sl_context *cx)
{
    check_int(sl_gateway_choose(cx, "south", "usd", "card", &south), SL_OK);
    slow_done = 0;
    for (int i = 0; i < 3; i++)
        check_int(sl_fiber_start(host.loop, slow_fiber, &slow_kinds[i], NULL), SL_OK);
    while (slow_done < 1)
        check_int(sl_sleep(cx, 1), SL_OK);
    /* Two of three wait; the third was refused at once. */
    check_int(sl_gateway_pause(cx, south), 1);
    check_int(pay(cx, south, 100), SL_GATEWAY_NOT_SENT);
    while (slow_done < 3)
        check_int(sl_sleep(cx, 1), SL_OK);
    int approved = 0;
    for (int i = 0; i < 3; i++)
        approved += slow_kinds[i] == SL_GATEWAY_APPROVED;
    check_int(approved, 2);
    check_int(pay(cx, south, 100), SL_GATEWAY_APPROVED);
}

static void no_more_calls_wait_than_may(void **state)
{
    (void)state;
    assert_null(load_rules(""));
    in_fiber(crowd);
}

static void half_open_probe(sl_context *cx)
{
    check_int(sl_gateway_choose(cx, "south", "usd", "card", &south), SL_OK);
    for (int i = 0; i < 3; i++)
        check_int(pay(cx, south, 2), SL_GATEWAY_UNKNOWN);
    wait_for_half_open(cx, south);
    slow_done = 0;
    check_int(sl_fiber_start(host.loop, slow_fiber, &slow_kinds[0], NULL), SL_OK);
    check_int(sl_sleep(cx, 1), SL_OK);
    /* One call tries it; the others are not sent meanwhile. */
    check_int(pay(cx, south, 100), SL_GATEWAY_NOT_SENT);
    while (slow_done < 1)
        check_int(sl_sleep(cx, 1), SL_OK);
    check_int(slow_kinds[0], SL_GATEWAY_APPROVED);
    check_int(pay(cx, south, 100), SL_GATEWAY_APPROVED);
}

static void one_call_at_a_time_tries_it_again(void **state)
{
    (void)state;
    assert_null(load_rules(""));
    in_fiber(half_open_probe);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, support_up, support_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_first_rule_that_fits_counts),
        CASE(without_rules_priority_decides),
        CASE(weights_say_who_comes_first_and_the_same_for_one_payment),
        CASE(cards_are_known_wherever_a_rule_may_send_them),
        CASE(rules_name_gateways_that_are_there),
        CASE(a_gateway_that_does_not_answer_is_left_alone),
        CASE(no_more_calls_wait_than_may),
        CASE(one_call_at_a_time_tries_it_again),
    };
    return cmocka_run_group_tests_name("gateways", tests, NULL, NULL);
}
