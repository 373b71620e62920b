/*
 * routes_test.c: gateway.routes as the file or a variable gives it, and each fault at its place.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/config/settings.h"

static char yaml_path[64];
static sl_settings *settings;

static int file_up(void **state)
{
    (void)state;
    snprintf(yaml_path, sizeof(yaml_path), "/tmp/stripe_lite_routes_XXXXXX");
    int file = mkstemp(yaml_path);
    return file < 0 ? -1 : close(file);
}

static int file_down(void **state)
{
    (void)state;
    sl_settings_free(settings);
    settings = NULL;
    return unlink(yaml_path);
}

static sl_status load(const char *yaml, const char *const *environment)
{
    FILE *file = fopen(yaml_path, "w");
    assert_non_null(file);
    assert_true(fputs(yaml, file) >= 0);
    assert_int_equal(fclose(file), 0);
    sl_settings_free(settings);
    settings = NULL;
    const sl_setting_sources sources = { .file = yaml_path, .environment = environment };
    return sl_settings_load(&sources, &settings);
}

static void a_rule_arrives_in_minor_units(void **state)
{
    (void)state;
    assert_int_equal(load("gateway:\n"
                          "  routes:\n"
                          "    - currency: [EUR, jpy]\n"
                          "      country: no\n"
                          "      amount: {min: 10, max: 1e3}\n"
                          "      method: card\n"
                          "      brand: [Visa, mastercard]\n"
                          "      use: [one, two]\n"
                          "      weight: [30, 70]\n"
                          "    - use: two\n",
                          NULL),
                     SL_OK);
    assert_int_equal(settings->gateway_routes.count, 2);
    const sl_gateway_rule *rule = &settings->gateway_routes.items[0];
    assert_non_null(strstr(rule->origin, ":3:7"));
    assert_int_equal(rule->currencies.count, 2);
    assert_string_equal(rule->currencies.items[0], "eur");
    assert_string_equal(rule->countries.items[0], "NO");
    assert_string_equal(rule->brands.items[0], "visa");
    assert_string_equal(rule->methods.items[0], "card");
    assert_int_equal(rule->min[0], 1000);
    assert_int_equal(rule->min[1], 10);
    assert_int_equal(rule->max[0], 100000);
    assert_int_equal(rule->max[1], 1000);
    assert_string_equal(rule->use.items[1], "two");
    assert_int_equal(rule->weights.items[1], 70);
    const sl_gateway_rule *last = &settings->gateway_routes.items[1];
    assert_int_equal(last->use.count, 1);
    assert_int_equal(last->weights.count, 0);
    assert_null(last->min);
}

static void a_variable_replaces_the_list(void **state)
{
    (void)state;
    static const char *const good[] = {
        "STRIPE_LITE_GATEWAY_ROUTES=[{currency: usd, amount: {min: 0.5}, use: [b]}, {use: [a]}]",
        NULL
    };
    assert_int_equal(load("gateway: {routes: [{use: [z]}]}\n", good), SL_OK);
    assert_int_equal(settings->gateway_routes.count, 2);
    assert_int_equal(settings->gateway_routes.items[0].min[0], 50);
    assert_string_equal(settings->gateway_routes.items[1].use.items[0], "a");
    sl_arena *arena = sl_arena_new();
    const char *text = sl_settings_show(settings, arena, false, NULL, NULL);
    assert_non_null(strstr(text,
                           "routes: \"[{currency: usd, amount: {min: 0.5}, use: [b]}, {use: [a]}]\""
                           "  # environment STRIPE_LITE_GATEWAY_ROUTES\n"));
    sl_arena_free(arena);
    static const char *const bad[] = { "STRIPE_LITE_GATEWAY_ROUTES=[{us: [b]}]", NULL };
    assert_int_equal(load("", bad), SL_E_INVALID);
    assert_non_null(strstr(settings->messages[0].text, "STRIPE_LITE_GATEWAY_ROUTES:1:3: "));
    assert_non_null(strstr(settings->messages[0].text, "did you mean use"));
    static const char *const broken[] = { "STRIPE_LITE_GATEWAY_ROUTES=[{", NULL };
    assert_int_equal(load("", broken), SL_E_INVALID);
    assert_non_null(strstr(settings->messages[0].text, "not YAML"));
}

static void every_fault_is_told_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *rules; /* each on the third line, from column 5 */
        const char *place;
        const char *says;
    } cases[] = {
        { "use: [a]", "3:5: ", "must be a list of rules" },
        { "- a", "3:7: ", "gateway.routes[0] must be a mapping with use" },
        { "- {}", "3:7: ", "use is missing" },
        { "- {currency: eur}", "3:7: ", "use is missing" },
        { "- {use: []}", "3:13: ", ".use is empty" },
        { "- {use: [A!]}", "3:14: ", "holds \"A!\"; it must be names of gateways" },
        { "- {use: [a, a]}", "3:17: ", "names a twice" },
        { "- {use: [a, {b: c}]}", "3:17: ", "holds no word" },
        { "- {use: ~}", "3:13: ", "holds no word" },
        { "- {use: [a], use: [b]}", "3:18: ", "given twice" },
        { "- {use: [a], currancy: eur}", "3:18: ", "did you mean currency" },
        { "- {use: [a], currency: euro}", "3:28: ", "currencies of ISO 4217" },
        { "- {use: [a], currency: [eur, xyz]}", "3:34: ", "holds \"xyz\"" },
        { "- {use: [a], country: DEU}", "3:27: ", "ISO 3166" },
        { "- {use: [a], amount: {min: 1}}", "3:26: ", "needs currency beside it" },
        { "- {use: [a], currency: eur, amount: 5}", "3:41: ", "must be a mapping with min, max" },
        { "- {use: [a], currency: eur, amount: {}}", "3:41: ", "must be a mapping with min, max" },
        { "- {use: [a], currency: eur, amount: {most: 5}}", "3:42: ", "allowed: min, max" },
        { "- {use: [a], currency: eur, amount: {min: 5.001}}",
          "3:47: ", "it must be an amount of eur, with at most 2 digits" },
        { "- {use: [a], currency: [eur, jpy], amount: {max: 5.5}}",
          "3:54: ", "it must be an amount of jpy, with at most 0 digits" },
        { "- {use: [a], currency: eur, amount: {min: -5}}", "3:47: ", "amount of eur" },
        { "- {use: [a], currency: eur, amount: {min: [5]}}", "3:47: ", "amount of eur" },
        { "- {use: [a], currency: eur, amount: {min: 6, max: 5}}", "3:41: ", "no payment fits" },
        { "- {use: [a, b], weight: 50}", "3:29: ", "a list of 2 numbers" },
        { "- {use: [a, b], weight: [50]}", "3:29: ", "a list of 2 numbers" },
        { "- {use: [a, b], weight: [1, -1]}", "3:33: ", "whole numbers from 0" },
        { "- {use: [a, b], weight: [1, 0.5]}", "3:33: ", "whole numbers from 0" },
        { "- {use: [a, b], weight: [0, 0]}", "3:29: ", "0 for every gateway" },
        { "- {use: [a, b, c, d, e, f, g, h, i]}", "3:7: ", "more than 8" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char yaml[256];
        char place[128];
        snprintf(yaml, sizeof(yaml), "gateway:\n  routes:\n    %s\n", cases[i].rules);
        snprintf(place, sizeof(place), "%s:%s", yaml_path, cases[i].place);
        if (load(yaml, NULL) != SL_E_INVALID)
            fail_msg("taken: %s", yaml);
        const char *text = settings->messages[0].text;
        if (strncmp(text, place, strlen(place)) != 0 || !strstr(text, cases[i].says))
            fail_msg("\"%s\" is not \"%s%s\"", text, place, cases[i].says);
    }
}

static void all_rules_are_checked(void **state)
{
    (void)state;
    assert_int_equal(load("gateway:\n  routes: [{use: []}, {us: a}, 5]\n", NULL), SL_E_INVALID);
    assert_int_equal(settings->message_count, 3);
    assert_non_null(strstr(settings->messages[2].text, "gateway.routes[2]"));
}

static void what_stands_behind_a_rule_for_everything_is_told(void **state)
{
    (void)state;
    assert_int_equal(
        load("gateway:\n  routes:\n    - {use: a}\n    - {currency: eur, use: b}\n", NULL), SL_OK);
    assert_int_equal(settings->message_count, 1);
    assert_true(settings->messages[0].warning);
    assert_non_null(strstr(settings->messages[0].text, ":4:7: gateway.routes[1] is never met"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_arrives_in_minor_units),
        cmocka_unit_test(a_variable_replaces_the_list),
        cmocka_unit_test(every_fault_is_told_at_its_place),
        cmocka_unit_test(all_rules_are_checked),
        cmocka_unit_test(what_stands_behind_a_rule_for_everything_is_told),
    };
    return cmocka_run_group_tests_name("routes", tests, file_up, file_down);
}
