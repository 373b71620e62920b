/*
 * support.c: see support.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

#include <unistd.h>

sl_host host;
const char *plugins_folder;

static char folder[128];
static char yaml_path[160];
static sl_settings *settings;

static const char *const names[] = {
    "command",
    "consumer",
    "gateway",
    "gauge",
    "job",
    "options",
    "provider",
    "required",
    "resource",
    "route",
    "routed",
    "subscriber",
    "webhook",
    "bigger_service",
    "circle_a",
    "circle_b",
    "circle_c",
    "duplicate_job",
    "duplicate_object",
    "duplicate_route",
    "later_service",
    "leans_on_failure",
    "missing_service",
    "newer_minor",
    "no_descriptor",
    "no_entry",
    "no_handler",
    "no_migrations",
    "no_name",
    "short_struct",
    "start_fails",
    "tiny_struct",
    "undeclared_service",
    "unresolved",
    "wrong_major",
    "wrong_name",
};

/* Copied, not linked: the loader names real paths. */
static void plugin_copy(const char *name)
{
    const char *build = getenv("STRIPE_LITE_BUILD");
    char from[512];
    char to[256];
    snprintf(from, sizeof(from), "%s/tests/plugins/test_plugin_%s.so", build ? build : ".", name);
    snprintf(to, sizeof(to), "%s/%s.so", folder, name);
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    if (!in || !out)
        fail_msg("%s cannot be copied to %s", from, to);
    char bytes[65536];
    for (size_t length; (length = fread(bytes, 1, sizeof(bytes), in)) > 0;)
        assert_int_equal(fwrite(bytes, 1, length, out), length);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

int support_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/stripe_lite_plugins_XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(yaml_path, sizeof(yaml_path), "%s/settings.yaml", folder);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        plugin_copy(names[i]);
    plugins_folder = folder;
    host = (sl_host){ .loop = sl_loop_new(100),
                      .resources = sl_resources_new(),
                      .events = sl_events_new() };
    host.jobs = sl_jobs_new(&host);
    host.gateways = sl_gateways_new(
        &(sl_gateways_options){ .timeout_ms = 10000, .concurrency = 100, .production = true });
    return host.loop ? 0 : -1;
}

int support_down(void **state)
{
    (void)state;
    sl_plugins_stop(&host);
    sl_gateways_free(host.gateways);
    sl_jobs_free(host.jobs);
    sl_events_free(host.events);
    sl_resources_free(host.resources);
    sl_plugins_unload(&host);
    sl_loop_free(host.loop);
    sl_settings_free(settings);
    settings = NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s.so", folder, names[i]);
        unlink(path);
    }
    unlink(yaml_path);
    return rmdir(folder);
}

const char *load(const char *yaml, const char *const *environment)
{
    FILE *file = fopen(yaml_path, "w");
    assert_non_null(file);
    for (const char *at = yaml; *at; at++) {
        if (at[0] == '%' && at[1] == 's') {
            fputs(folder, file);
            at++;
        } else {
            fputc(*at, file);
        }
    }
    assert_int_equal(fclose(file), 0);
    const sl_setting_sources sources = { .file = yaml_path, .environment = environment };
    sl_status status = sl_settings_load(&sources, &settings);
    for (uint32_t i = 0; status != SL_OK && i < settings->message_count; i++)
        fail_msg("%s", settings->messages[i].text);
    host.settings = settings;
    const sl_plugin_places places = { .folder = folder, .migrations = "/no/such/folder" };
    const char *message = NULL;
    status = sl_plugins_load(&host, &places, &message);
    assert_true((status == SL_OK) == (message == NULL));
    return message;
}

const char *refusal_of(const char *name)
{
    for (uint32_t i = 0; i < host.registry->count; i++) {
        const sl_plugin *plugin = &host.registry->plugins[i];
        if (strcmp(plugin->name, name) == 0) {
            assert_true(plugin->active == (plugin->refusal == NULL));
            return plugin->refusal;
        }
    }
    fail_msg("the registry does not know %s", name);
    return NULL;
}

void assert_refused(const char *name, const char *format, ...)
{
    char sentence[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    const char *refusal = refusal_of(name);
    if (!refusal)
        fail_msg("%s is not refused", name);
    assert_string_equal(refusal, sentence);
}

static int failures;

void check_that(bool condition, const char *file, int line, const char *what)
{
    if (condition)
        return;
    failures++;
    fprintf(stderr, "# %s:%d: %s does not hold\n", file, line, what);
}

void check_numbers(int64_t a, int64_t b, const char *file, int line, const char *what)
{
    if (a == b)
        return;
    failures++;
    fprintf(stderr, "# %s:%d: %s is %lld, not %lld\n", file, line, what, (long long)a,
            (long long)b);
}

void check_texts(const char *a, const char *b, const char *file, int line, const char *what)
{
    if (a == b || (a && b && strcmp(a, b) == 0))
        return;
    failures++;
    fprintf(stderr, "# %s:%d: %s is \"%s\", not \"%s\"\n", file, line, what, a ? a : "(null)",
            b ? b : "(null)");
}

static void (*fiber_function)(sl_context *cx);

static void fiber_main(void *data)
{
    sl_context *cx = data;
    fiber_function(cx);
    sl_context_free(cx);
    sl_loop_stop(host.loop);
}

void in_fiber(void (*function)(sl_context *cx))
{
    failures = 0;
    fiber_function = function;
    sl_context *cx = sl_context_new(&host, "acct_1", true, "req_test");
    assert_int_equal(sl_fiber_start(host.loop, fiber_main, cx, NULL), SL_OK);
    sl_loop_run(host.loop);
    assert_int_equal(failures, 0);
}
