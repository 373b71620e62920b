/*
 * loader_test.c: each facet of the SDK loads, and each refusal is the exact sentence with both values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

/* ---- files and descriptors ---- */

static void broken_files_are_named(void **state)
{
    (void)state;
    assert_null(load("plugins:\n"
                     "  - name: absent\n"
                     "  - name: no_entry\n"
                     "  - name: unresolved\n"
                     "  - {name: settings, path: '%s/settings.yaml'}\n"
                     "  - {name: folder, path: '%s'}\n",
                     NULL));
    const char *f = plugins_folder;
    assert_refused("absent", "the file %s/absent.so cannot be opened: No such file or directory",
                   f);
    assert_refused(
        "no_entry",
        "%s/no_entry.so does not export sl_plugin_descriptor_v1: it is no plugin, or SL_PLUGIN(...) is missing",
        f);
    assert_refused(
        "unresolved",
        "%s/unresolved.so cannot be loaded: undefined symbol: sl_function_of_the_future; "
        "this server has ABI 1.0",
        f);
    assert_refused("settings", "%s/settings.yaml cannot be loaded: invalid ELF header", f);
    assert_refused("folder", "%s is not a file", f);
}

static void other_abis_are_refused_with_both_versions(void **state)
{
    (void)state;
    assert_null(load(
        "plugins: [{name: wrong_major}, {name: newer_minor}, {name: short_struct}, {name: tiny_struct}, {name: no_descriptor}]\n",
        NULL));
    const char *f = plugins_folder;
    const size_t least = offsetof(sl_plugin_descriptor, gateway_listener) + sizeof(void *);
    assert_refused(
        "wrong_major",
        "%s/wrong_major.so is built for ABI 2.0 and this server has 1.0: the first numbers must be equal",
        f);
    assert_refused(
        "newer_minor",
        "%s/newer_minor.so is built for ABI 1.3 and this server has 1.0: the server is older than the plugin",
        f);
    assert_refused(
        "short_struct",
        "the descriptor in %s/short_struct.so says it has 40 bytes, and the smallest has %zu", f,
        least);
    assert_refused(
        "tiny_struct",
        "the descriptor in %s/tiny_struct.so says it has 4 bytes, and the smallest has %zu", f,
        least);
    assert_refused(
        "no_descriptor",
        "the function sl_plugin_descriptor_v1 of %s/no_descriptor.so returns no descriptor", f);
}

static void names_must_be_there_and_fit(void **state)
{
    (void)state;
    assert_null(load("plugins:\n"
                     "  - name: no_name\n"
                     "  - name: wrong_name\n"
                     "  - {name: twin, path: '%s/route.so'}\n",
                     NULL));
    const char *f = plugins_folder;
    assert_refused("no_name", "the descriptor in %s/no_name.so has no name", f);
    assert_refused("wrong_name",
                   "%s/wrong_name.so names itself \"other\" and is configured as \"wrong_name\"",
                   f);
    assert_refused("twin", "%s/route.so names itself \"route\" and is configured as \"twin\"", f);
}

static void bad_tables_are_refused(void **state)
{
    (void)state;
    assert_null(load(
        "plugins: [{name: route}, {name: duplicate_route}, {name: duplicate_job}, {name: no_handler}, {name: no_migrations}]\n",
        NULL));
    assert_null(refusal_of("route"));
    assert_refused(
        "duplicate_route",
        "it declares the route \"GET /facets/greet/{who}\", which \"route\" has already");
    assert_refused("duplicate_job", "it declares the job \"duplicate_job.work\" twice");
    assert_refused("no_handler", "route \"GET /facets/nothing\" has no handler");
    assert_refused("no_migrations", "its migration folder %s/no_such_folder is missing",
                   plugins_folder);
}

/* ---- needs ---- */

static void missing_services_name_who_would_provide_them(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: missing_service}, {name: consumer}]\n", NULL));
    assert_refused("missing_service",
                   "it needs the service \"nowhere/1\", which no loaded plugin provides");
    assert_refused(
        "consumer",
        "it needs the service \"provider/1\", which no loaded plugin provides; the plugin \"provider\" is there and is "
        "not in the list of plugins");
}

static void other_versions_of_a_service_are_named(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: later_service}, {name: provider}]\n", NULL));
    assert_refused(
        "later_service",
        "it needs the service \"provider/2\", which no loaded plugin provides; \"provider\" provides \"provider/1\"");
}

static void refused_providers_are_named_with_their_reason(void **state)
{
    (void)state;
    assert_null(
        load("plugins: [{name: consumer}, {name: provider, path: '%s/absent.so'}]\n", NULL));
    assert_refused(
        "consumer",
        "it needs the service \"provider/1\", which no loaded plugin provides; \"provider\" would, and is refused itself: "
        "the file %s/absent.so cannot be opened: No such file or directory",
        plugins_folder);
}

static void circles_are_told_whole(void **state)
{
    (void)state;
    assert_null(load(
        "plugins: [{name: circle_a}, {name: route}, {name: circle_b}, {name: circle_c}]\n", NULL));
    assert_null(refusal_of("route"));
    assert_refused(
        "circle_a",
        "the plugins need each other in a circle: \"circle_a\" needs \"circle_b\" needs \"circle_c\" needs \"circle_a\"");
    assert_refused(
        "circle_b",
        "the plugins need each other in a circle: \"circle_b\" needs \"circle_c\" needs \"circle_a\" needs \"circle_b\"");
    assert_refused(
        "circle_c",
        "the plugins need each other in a circle: \"circle_c\" needs \"circle_a\" needs \"circle_b\" needs \"circle_c\"");
}

static void providers_come_before_consumers(void **state)
{
    (void)state;
    assert_null(load(
        "plugins: [{name: consumer}, {name: missing_service}, {name: route}, {name: provider}]\n",
        NULL));
    const char *const order[] = { "route", "provider", "consumer", "missing_service" };
    for (uint32_t i = 0; i < 4; i++)
        assert_string_equal(host.registry->plugins[i].name, order[i]);
}

/* ---- required or not ---- */

static void required_plugins_stop_the_start(void **state)
{
    (void)state;
    const char *message = load("plugins:\n"
                               "  - {name: consumer, required: true}\n"
                               "  - {name: provider, path: '%s/absent.so'}\n"
                               "  - {name: no_name, required: true}\n",
                               NULL);
    assert_non_null(message);
    char wanted[1024];
    snprintf(
        wanted, sizeof(wanted),
        "plugin \"consumer\": it needs the service \"provider/1\", which no loaded plugin provides; \"provider\" would, and is refused "
        "itself: the file %s/absent.so cannot be opened: No such file or directory\n"
        "plugin \"no_name\": the descriptor in %s/no_name.so has no name",
        plugins_folder, plugins_folder);
    assert_string_equal(message, wanted);
}

/* ---- options ---- */

static void option_faults_have_their_place(void **state)
{
    (void)state;
    const char *message = load("plugins:\n"
                               "  - name: options\n"
                               "    settings:\n"
                               "      titel: A\n"
                               "  - name: required\n",
                               NULL);
    assert_non_null(message);
    assert_non_null(strstr(message, "plugin \"options\": "));
    assert_null(strstr(message, "plugin \"required\""));
    assert_refused(
        "options",
        "%s/settings.yaml:4:14: there is no option \"titel\"; its options: title, limit, eager, mode, token, colors",
        plugins_folder);
    assert_refused("required", "%s/settings.yaml:5:5: the option \"url\" is required",
                   plugins_folder);
}

static void bad_values_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *line;
        const char *column;
        const char *option;
    } cases[] = {
        { "limit: 51", "14", "limit" },
        { "limit: many", "14", "limit" },
        { "limit: 0", "14", "limit" },
        { "limit: 1.5", "14", "limit" },
        { "eager: maybe", "14", "eager" },
        { "mode: slow", "13", "mode" },
        { "title: \"far too long for a title\"", "14", "title" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char yaml[256];
        char start[256];
        snprintf(yaml, sizeof(yaml), "plugins:\n  - name: options\n    settings:\n      %s\n",
                 cases[i].line);
        assert_non_null(load(yaml, NULL));
        snprintf(start, sizeof(start),
                 "%s/settings.yaml:4:%s: the option \"%s\" is refused: ", plugins_folder,
                 cases[i].column, cases[i].option);
        const char *refusal = refusal_of("options");
        if (!refusal || strncmp(refusal, start, strlen(start)) != 0)
            fail_msg("%s: %s", cases[i].line, refusal ? refusal : "taken");
        assert_int_equal(support_down(NULL), 0);
        assert_int_equal(support_up(NULL), 0);
    }
}

static void secrets_are_not_in_refusals(void **state)
{
    (void)state;
    assert_non_null(
        load("plugins:\n  - name: options\n",
             (const char *const[]){ "STRIPE_LITE_OPTIONS_TOKEN=hunter2hunter2", NULL }));
    assert_refused(
        "options",
        "STRIPE_LITE_OPTIONS_TOKEN: the option \"token\" is refused: its value, which is a secret, is not of the right shape");
}

static void migrations_of_active_plugins_are_listed(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: route}]\n", NULL));
    const sl_migration_folder *folders = NULL;
    assert_int_equal(sl_plugins_migrations(host.registry, &folders), 0);
}

/* ---- what is registered ---- */

static void tables_reach_their_rooms(void **state)
{
    (void)state;
    assert_null(load(
        "plugins: [{name: gateway}, {name: resource}, {name: subscriber}, {name: job}]\n", NULL));
    assert_non_null(sl_resources_type(host.resources, "widget"));
    assert_string_equal(sl_gateway_name(sl_gateways_at(host.gateways, 0)), "euros");
    assert_string_equal(sl_gateway_name(sl_gateways_at(host.gateways, 1)), "plain");
    assert_null(sl_gateways_at(host.gateways, 2));
    assert_non_null(sl_events_job_type(host.events, "subscriber"));
    assert_null(sl_events_job_type(host.events, "job"));
    assert_true(sl_gateways_simulated(host.gateways));
}

/* ---- looking at one file ---- */

static void count_findings(void *data, bool must, const char *sentence)
{
    uint32_t *counts = data;
    counts[must]++;
    assert_true(strlen(sentence) > 10);
}

static void facets_have_nothing_to_mend(void **state)
{
    (void)state;
    assert_null(load("plugins: []\n", NULL));
    const char *const facets[] = { "command",  "consumer", "gateway",   "gauge",
                                   "job",      "options",  "provider",  "required",
                                   "resource", "route",    "subscriber" };
    for (size_t i = 0; i < sizeof(facets) / sizeof(facets[0]); i++) {
        sl_context *cx = host.registry->cx;
        sl_plugin plugin = { .active = true };
        uint32_t counts[2] = { 0, 0 };
        assert_true(
            sl_plugin_open(cx, sl_format(cx, "%s/%s.so", plugins_folder, facets[i]), &plugin));
        assert_string_equal(plugin.name, facets[i]);
        assert_int_equal(sl_plugin_lint(cx, &plugin.descriptor, count_findings, counts), 0);
        assert_int_equal(counts[0], 0);
        assert_int_equal(counts[1], 0);
        sl_plugin_close(&plugin);
    }
}

static void files_are_looked_at_without_a_registry(void **state)
{
    (void)state;
    sl_context *cx = sl_context_new(&host, "acct_1", false, NULL);
    sl_plugin plugin = { .name = NULL };
    assert_false(sl_plugin_open(cx, sl_format(cx, "%s/wrong_major.so", plugins_folder), &plugin));
    assert_non_null(strstr(plugin.refusal, "ABI 2.0"));
    sl_plugin_close(&plugin);
    plugin = (sl_plugin){ .name = NULL };
    assert_true(sl_plugin_open(cx, sl_format(cx, "%s/route.so", plugins_folder), &plugin));
    assert_string_equal(plugin.name, "route");
    sl_plugin_close(&plugin);
    assert_null(load("plugins: []\n", NULL));
    sl_context_free(cx);
}

static void lint_sees_what_is_missing(void **state)
{
    (void)state;
    assert_null(load("plugins: []\n", NULL));
    const sl_plugin_descriptor poor = { .struct_size = sizeof(poor),
                                        .abi_version = SL_ABI_VERSION,
                                        .name = "Poor One" };
    uint32_t counts[2] = { 0, 0 };
    assert_int_equal(sl_plugin_lint(host.registry->cx, &poor, count_findings, counts), 1);
    assert_int_equal(counts[0], 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, support_up, support_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(broken_files_are_named),
        CASE(other_abis_are_refused_with_both_versions),
        CASE(names_must_be_there_and_fit),
        CASE(bad_tables_are_refused),
        CASE(missing_services_name_who_would_provide_them),
        CASE(other_versions_of_a_service_are_named),
        CASE(refused_providers_are_named_with_their_reason),
        CASE(circles_are_told_whole),
        CASE(providers_come_before_consumers),
        CASE(required_plugins_stop_the_start),
        CASE(option_faults_have_their_place),
        CASE(bad_values_are_refused),
        CASE(secrets_are_not_in_refusals),
        CASE(migrations_of_active_plugins_are_listed),
        CASE(tables_reach_their_rooms),
        CASE(facets_have_nothing_to_mend),
        CASE(files_are_looked_at_without_a_registry),
        CASE(lint_sees_what_is_missing),
    };
    return cmocka_run_group_tests_name("loader", tests, NULL, NULL);
}
