/*
 * calls_test.c: what runs in a plugin: start, options, services, commands, gateways.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

/* ---- start ---- */

static void start_all(sl_context *cx)
{
    check_int(sl_plugins_start(cx), SL_OK);
    check(cx->plugin == NULL);
}

static void services_are_found_at_start(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: consumer, required: true}, {name: provider}]\n", NULL));
    in_fiber(start_all);
    assert_null(refusal_of("consumer"));
    assert_true(sl_registry_plugin(host.registry, "consumer")->started);
}

static void too_small_services_are_refused_with_both_sizes(void **state)
{
    (void)state;
    assert_null(load(
        "plugins: [{name: bigger_service}, {name: provider}, {name: undeclared_service}]\n", NULL));
    in_fiber(start_all);
    assert_refused(
        "bigger_service",
        "its start failed: The service \"provider/1\" of \"provider\" has 16 bytes, and \"bigger_service\" needs at "
        "least 24: \"provider\" is too old.");
    assert_refused(
        "undeclared_service",
        "its start failed: The plugin \"undeclared_service\" asks for the service \"provider/1\" and does not "
        "list it in its needs.");
}

static void failed_starts_take_their_dependents_along(void **state)
{
    (void)state;
    assert_null(
        load("plugins: [{name: leans_on_failure}, {name: start_fails}, {name: route}]\n", NULL));
    in_fiber(start_all);
    assert_refused("start_fails", "its start failed: The moon is not full.");
    assert_refused(
        "leans_on_failure",
        "it needs the service \"start_fails/1\" of \"start_fails\", which is refused: its start failed: The moon "
        "is not full.");
    assert_null(refusal_of("route"));
}

static void start_required(sl_context *cx)
{
    check_int(sl_plugins_start(cx), SL_E_INVALID);
    check_text(sl_error_message(cx),
               "plugin \"start_fails\": its start failed: The moon is not full.");
}

static void required_starts_must_succeed(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: start_fails, required: true}]\n", NULL));
    in_fiber(start_required);
}

/* ---- options ---- */

static void options_have_their_defaults(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: options}]\n", NULL));
    in_fiber(start_all);
    assert_refused(
        "options",
        "its start failed: title=untitled limit=10 eager=0 mode=safe token=none colors=");
}

static void options_come_from_the_file_and_the_environment(void **state)
{
    (void)state;
    const char *yaml = "plugins:\n"
                       "  - name: options\n"
                       "    settings:\n"
                       "      title: '42'\n"
                       "      limit: 7\n"
                       "      eager: true\n"
                       "      token: hush\n"
                       "      colors: [red, green]\n";
    assert_null(load(yaml, (const char *const[]){ "STRIPE_LITE_OPTIONS_LIMIT=9",
                                                  "STRIPE_LITE_OPTIONS_MODE=fast", NULL }));
    in_fiber(start_all);
    assert_refused(
        "options",
        "its start failed: title=42 limit=9 eager=1 mode=fast token=hush colors=+red+green");
}

/* ---- commands ---- */

static void run_commands(sl_context *cx)
{
    const char *const words[] = { "count", "x" };
    check_int(sl_plugins_command(cx, "count", 2, words), 42);
    check_int(sl_plugins_command(cx, "no such", 2, words), -1);
    check(cx->plugin == NULL);
}

static void commands_run(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: command}]\n", NULL));
    in_fiber(run_commands);
}

/* ---- gateways ---- */

static const sl_gateway *choose(sl_context *cx, const char *name, const char *currency)
{
    const sl_gateway *gateway = NULL;
    sl_error_clear(cx);
    return sl_gateway_choose(cx, name, currency, "card", &gateway) == SL_OK ? gateway : NULL;
}

static void choose_gateways(sl_context *cx)
{
    check(choose(cx, NULL, "usd") == NULL);
    check_text(sl_error_message(cx),
               "No gateway takes payment methods of type 'card' in the currency 'usd'.");
    check(choose(cx, "plain", "usd") == NULL);
    check_text(sl_error_message(cx),
               "The gateway 'plain' moves no real money and is refused in live mode.");
    sl_context_bind(cx, "acct_1", false);
    check_text(sl_gateway_name(choose(cx, NULL, "usd")), "plain");
    check_text(sl_gateway_name(choose(cx, NULL, "EUR")), "euros");
    check_text(sl_gateway_name(choose(cx, "plain", "eur")), "plain");
    check(choose(cx, "euros", "usd") == NULL);
    check_text(sl_error_message(cx), "The gateway 'euros' does not take the currency 'usd'.");
    check(choose(cx, "nobody", "usd") == NULL);
    check_text(sl_error_message(cx), "No such gateway: 'nobody'");
    const sl_gateway *none = NULL;
    check_int(sl_gateway_choose(cx, NULL, "usd", "iban", &none), SL_E_INVALID);
    check(sl_gateway_can(choose(cx, "plain", "usd"), SL_GATEWAY_CAN_PARTIAL_CAPTURE));
    check(!sl_gateway_can(choose(cx, "plain", "usd"), SL_GATEWAY_CAN_AUTHENTICATE));
}

static void gateways_are_chosen_by_currency_and_priority(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: gateway}]\n", NULL));
    in_fiber(choose_gateways);
}

static sl_gateway_outcome pay(sl_context *cx, const char *operation, int64_t amount)
{
    const sl_gateway_payment payment = { .struct_size = sizeof(payment),
                                         .attempt = "pay_1",
                                         .operation = operation,
                                         .amount = amount,
                                         .currency = "usd" };
    sl_gateway_outcome outcome = { .struct_size = sizeof(outcome) };
    check_int(sl_gateway_call(cx, choose(cx, "plain", "usd"), &payment, &outcome), SL_OK);
    check(sl_error_message(cx) == NULL);
    check(cx->plugin == NULL);
    return outcome;
}

static void call_gateway(sl_context *cx)
{
    sl_context_bind(cx, "acct_1", false);
    const struct {
        int64_t amount;
        int32_t kind;
        const char *message;
    } cases[] = {
        { 1, SL_GATEWAY_UNKNOWN, "The gateway's adapter gave no outcome." },
        { 2, SL_GATEWAY_UNKNOWN, "The adapter stumbled." },
        { 3, SL_GATEWAY_UNKNOWN,
          "The gateway's adapter answered an operation as if it had been asked about one." },
        { 5, SL_GATEWAY_UNKNOWN,
          "The gateway's adapter asks for an action and does not say where." },
        { 6, SL_GATEWAY_UNKNOWN, "The gateway's adapter gave no outcome." },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sl_gateway_outcome outcome = pay(cx, "authorize", cases[i].amount);
        check_int(outcome.kind, cases[i].kind);
        check_text(outcome.message, cases[i].message);
    }
    check_text(pay(cx, "authorize", 4).code, "card_declined");
    sl_gateway_outcome refund = pay(cx, "refund", 100);
    check_int(refund.kind, SL_GATEWAY_UNSUPPORTED);
    check_text(refund.message, "The gateway 'plain' does not support the operation 'refund'.");
    check_int(pay(cx, "dance", 100).kind, SL_GATEWAY_UNSUPPORTED);
    sl_gateway_outcome good = pay(cx, "authorize", 100);
    check_int(good.kind, SL_GATEWAY_APPROVED);
    check(good.fee == SL_NONE && good.amount == SL_NONE);
    int64_t left = strtoll(good.reference + strlen("ref_pay_1_"), NULL, 10);
    check(left > 5000 && left <= 10000);
    check_int(cx->deadline, 0);
}

static void outcomes_are_believed_as_far_as_they_are_ones(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: gateway}]\n", NULL));
    in_fiber(call_gateway);
}

static void call_late(sl_context *cx)
{
    sl_context_bind(cx, "acct_1", false);
    cx->deadline = 1;
    check_int(pay(cx, "authorize", 100).kind, SL_GATEWAY_NOT_SENT);
    check_int(cx->deadline, 1);
}

static void nothing_is_sent_after_the_deadline(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: gateway}]\n", NULL));
    in_fiber(call_late);
}

struct row {
    const char *id;
    int64_t version;
};

static const sl_field row_fields[] = { SL_STRING(struct row, id), SL_INT64(struct row, version),
                                       SL_FIELDS_END };
static const sl_table row_table = SL_TABLE("rows", struct row, row_fields);

static void call_with_writes(sl_context *cx)
{
    sl_context_bind(cx, "acct_1", false);
    struct row row = { .id = "row_1" };
    sl_insert(cx, &row_table, &row);
    const sl_gateway *gateway = choose(cx, "plain", "usd");
    const sl_gateway_payment payment = {
        .struct_size = sizeof(payment), .attempt = "pay_1", .operation = "authorize", .amount = 100
    };
    sl_gateway_outcome outcome = { .struct_size = sizeof(outcome) };
    check_int(sl_gateway_call(cx, gateway, &payment, &outcome), SL_E_INTERNAL);
    check_text(sl_error_message(cx),
               "The gateway 'plain' cannot be called while writes are pending.");
    sl_context *aside = sl_context_aside(cx);
    check_int(sl_gateway_call(aside, gateway, &payment, &outcome), SL_OK);
    check_int(outcome.kind, SL_GATEWAY_APPROVED);
    sl_discard(cx);
    sl_error_clear(cx);
    check_int(sl_gateway_call(cx, gateway, &payment, &outcome), SL_OK);
}

static void gateways_are_not_called_between_write_and_commit(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: gateway}]\n", NULL));
    in_fiber(call_with_writes);
}

static void retrieve_attempt(sl_context *cx)
{
    sl_context_bind(cx, "acct_1", false);
    const sl_gateway_payment payment = { .struct_size = sizeof(payment), .attempt = "pay_1" };
    sl_gateway_outcome outcome = { .struct_size = sizeof(outcome) };
    check_int(sl_gateway_retrieve(cx, choose(cx, "plain", "usd"), &payment, &outcome), SL_OK);
    check_int(outcome.kind, SL_GATEWAY_NEVER_HAPPENED);
}

static void only_retrieve_may_say_that_nothing_happened(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: gateway}]\n", NULL));
    in_fiber(retrieve_attempt);
}

static void tokenize_cards(sl_context *cx)
{
    sl_context_bind(cx, "acct_1", false);
    const sl_gateway *gateway = choose(cx, "plain", "usd");
    sl_gateway_card card = { .struct_size = sizeof(card),
                             .exp_month = 12,
                             .exp_year = 2040,
                             .number = "4242424242424242",
                             .cvc = "123" };
    sl_gateway_token token = { .struct_size = sizeof(token) };
    check_int(sl_gateway_tokenize(cx, gateway, &card, &token), SL_OK);
    check_text(token.token, "tok_visa");
    check_text(token.last4, "4242");
    card.cvc = "999";
    check_int(sl_gateway_tokenize(cx, gateway, &card, &token), SL_E_INTERNAL);
    check_text(sl_error_message(cx), "The adapter of the gateway 'plain' made no usable token.");
    card.number = "42424242424242424242424242424242424242424242";
    check_int(sl_gateway_tokenize(cx, gateway, &card, &token), SL_E_CARD);
    check_int(sl_gateway_resolve_name(cx, gateway, "pm_card_visa", &token), SL_E_NOT_FOUND);
    check_int(sl_gateway_attach(cx, gateway, "tok_visa", "cus_1"), SL_OK);
    const sl_gateway_notice notice = { .struct_size = sizeof(notice),
                                       .kind = "attempt",
                                       .attempt = "pay_1" };
    check_int(sl_gateway_notify(cx, &notice), SL_E_UNSUPPORTED);
}

static void card_numbers_do_not_become_tokens(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: gateway}]\n", NULL));
    in_fiber(tokenize_cards);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, support_up, support_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(services_are_found_at_start),
        CASE(too_small_services_are_refused_with_both_sizes),
        CASE(failed_starts_take_their_dependents_along),
        CASE(required_starts_must_succeed),
        CASE(options_have_their_defaults),
        CASE(options_come_from_the_file_and_the_environment),
        CASE(commands_run),
        CASE(gateways_are_chosen_by_currency_and_priority),
        CASE(outcomes_are_believed_as_far_as_they_are_ones),
        CASE(nothing_is_sent_after_the_deadline),
        CASE(gateways_are_not_called_between_write_and_commit),
        CASE(only_retrieve_may_say_that_nothing_happened),
        CASE(card_numbers_do_not_become_tokens),
    };
    return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
