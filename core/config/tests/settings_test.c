/*
 * settings_test.c: each fault at its exact place, precedence of the layers, `.env`, plugins, masking, production's refusals.
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

static char folder[64];
static char yaml_path[96];
static char dotenv_path[96];
static sl_settings *settings;

static int folder_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/stripe_lite_settings_XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(yaml_path, sizeof(yaml_path), "%s/s.yaml", folder);
    snprintf(dotenv_path, sizeof(dotenv_path), "%s/.env", folder);
    return 0;
}

static int folder_down(void **state)
{
    (void)state;
    sl_settings_free(settings);
    settings = NULL;
    unlink(yaml_path);
    unlink(dotenv_path);
    return rmdir(folder);
}

static void put(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static const char *const bundled[] = { "customers", "gateway_stripe", "payments", "webhooks",
                                       NULL };

/* Loads from what is given; NULL leaves a layer out. */
static sl_status load(const char *yaml, const char *dotenv, const char *const *environment,
                      const sl_setting_flag *flags)
{
    sl_setting_sources sources = { .environment = environment, .flags = flags, .bundled = bundled };
    if (yaml) {
        put(yaml_path, yaml, strlen(yaml));
        sources.file = yaml_path;
    }
    if (dotenv) {
        put(dotenv_path, dotenv, strlen(dotenv));
        sources.dotenv = dotenv_path;
    }
    sl_settings_free(settings);
    settings = NULL;
    return sl_settings_load(&sources, &settings);
}

static void expect_ok(sl_status status)
{
    for (uint32_t i = 0; i < settings->message_count; i++)
        if (!settings->messages[i].warning)
            print_message("%s\n", settings->messages[i].text);
    assert_int_equal(status, SL_OK);
}

/* Message `index` begins with the file's name, the place and ": ", and says `says`. */
static void expect_at(uint32_t index, const char *path, const char *place, const char *says)
{
    assert_true(index < settings->message_count);
    const char *text = settings->messages[index].text;
    char start[160];
    snprintf(start, sizeof(start), "%s%s%s", path, *path ? ":" : "", place);
    if (strncmp(text, start, strlen(start)) != 0)
        fail_msg("\"%s\" is not at \"%s\"", text, start);
    if (!strstr(text, says))
        fail_msg("\"%s\" does not say \"%s\"", text, says);
}

static const struct {
    const char *yaml;
    const char *place;
    const char *says;
} file_faults[] = {
    { "server:\n  prot: 8000\n", "2:3: ", "did you mean server.port?" },
    { "severs:\n  port: 8000\n", "1:1: ", "did you mean server?" },
    { "colour: red\n", "1:1: ", "allowed: environment, server, database" },
    { "server:\n  zzzzzzzz: 1\n", "2:3: ", "allowed in server: host, port, workers" },
    { "server:\n  port: many\n",
      "2:9: ", "server.port is \"many\"; it must be a whole number from 0 to 65535" },
    { "server:\n  port: 70000\n", "2:9: ", "65535" },
    { "server:\n  port: -1\n", "2:9: ", "65535" },
    { "server:\n  port: 80.5\n", "2:9: ", "whole number" },
    { "server:\n  port: 0x50\n", "2:9: ", "whole number" },
    { "server:\n  port: 99999999999999999999\n", "2:9: ", "whole number" },
    { "server:\n  port: \"8000\"\n", "2:9: ", "without quotes" },
    { "server:\n  port: [1]\n", "2:9: ", "is a list" },
    { "server:\n  port: {a: 1}\n", "2:9: ", "is a mapping" },
    { "server:\n  port: 1\n  port: 2\n", "3:3: ", "server.port is given twice; first at line 2" },
    { "server:\n  port: 1\nserver:\n  host: ::1\n",
      "3:1: ", "server is given twice; first at line 1" },
    { "server:\n  - port\n", "2:3: ", "server must be a mapping" },
    { "server: 5\n", "1:9: ", "server must be a mapping" },
    { "- server\n", "1:1: ", "must be a mapping" },
    { "just words\n", "1:1: ", "must be a mapping" },
    { "server:\n  host: example.com\n", "2:9: ", "localhost" },
    { "server:\n  workers: 65\n", "2:12: ", "auto or a whole number from 1 to 64" },
    { "server:\n  public_url: example.com\n", "2:15: ", "http://" },
    { "environment: staging\n", "1:14: ", "development, test or production" },
    { "environment: true\n", "1:14: ", "development, test or production" },
    { "log: {level: loud}\n", "1:14: ", "debug, info, warning or error" },
    { "stripe:\n  api_version: 2024-06-20\n", "2:16: ", "is a date to YAML" },
    { "stripe:\n  api_version: \"June\"\n", "2:16: ", "2024-06-20" },
    { "stripe:\n  currency: dollars\n", "2:13: ", "ISO 4217" },
    { "auth:\n  jwt:\n    issuer: yes\n", "3:13: ", "put it in quotes" },
    { "auth:\n  jwt:\n    issuer: 17\n", "3:13: ", "is a number to YAML" },
    { "database:\n  url: mysql://root@localhost/db\n", "2:8: ", "sqlite:/// or postgresql://" },
    { "database:\n  password: 1234\n", "2:13: ", "put it in quotes" },
    { "database:\n  url: sqlite:///a.db\n  name: b.db\n", "3:9: ", "one or the other" },
    { "database:\n  dialect: oracle\n  name: x\n", "2:12: ", "postgresql://" },
    { "database:\n  dialect: sqlite\n  name: a.db\n  host: h\n",
      "4:9: ", "SQLite has no such thing" },
    { "limits:\n  rate: fast\n", "2:9: ", "100:200" },
    { "limits:\n  rate: 10:0\n", "2:9: ", "100:200" },
    { "limits:\n  body: 2GiB\n", "2:9: ", "64KiB" },
    { "limits:\n  body: 1\n", "2:9: ", "1024" },
    { "webhooks:\n  allow_private_addresses: maybe\n", "2:28: ", "true or false" },
    { "webhooks:\n  allow_private_addresses: \"true\"\n", "2:28: ", "without quotes" },
    { "webhooks:\n  allow_networks: [10.0.0.0/33]\n", "2:19: ", "10.1.0.0/16" },
    { "webhooks:\n  retry_schedule: [5, soon]\n", "2:19: ", "whole numbers" },
    { "http:\n  cors:\n    origins:\n      - https://a.example.com/path\n", "4:7: ", "origins" },
    { "http:\n  cors:\n    origins: [[a]]\n", "3:15: ", "one value" },
    { "http:\n  cors:\n    origins: ['https://a,https://b']\n", "3:15: ", "without a comma" },
    { "plugins: customers\n", "1:10: ", "must be a list" },
    { "plugins:\n  - Customers\n", "2:5: ", "lower-case" },
    { "plugins:\n  - path: x.so\n", "2:5: ", "name" },
    { "plugins:\n  - name: a\n    requird: true\n", "3:5: ", "did you mean required" },
    { "plugins:\n  - name: a\n    required: maybe\n", "3:15: ", "true or false" },
    { "plugins:\n  - a\n  - a\n", "3:5: ", "listed twice" },
    { "plugins:\n  - name: a\n    settings: [1]\n", "3:15: ", "mapping of its options" },
    { "plugins:\n  - name: a\n    settings:\n      x: {y: 1}\n", "4:10: ", "is a mapping" },
    { "plugins:\n  - name: a\n    settings: {x: 1, x: 2}\n", "3:22: ", "given twice" },
    { "server: [\n", "2:1: ", "not YAML" },
    { "server:\n\tport: 1\n", "2:1: ", "not YAML" },
    { "server: *nowhere\n", "1:9: ", "not YAML" },
    { "server:\n  host: \"\xff\"\n", "2:10: ", "not YAML" },
    { "environment: test\n---\nenvironment: test\n", "3:1: ", "second YAML document" },
    { "&a x: *a\n", "1:1: ", "no setting" },
    { "? [a]\n: b\n", "1:3: ", "one word" },
};

static void every_fault_of_the_file_is_told_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(file_faults) / sizeof(file_faults[0]); i++) {
        if (load(file_faults[i].yaml, NULL, NULL, NULL) != SL_E_INVALID)
            fail_msg("taken: %s", file_faults[i].yaml);
        expect_at(0, yaml_path, file_faults[i].place, file_faults[i].says);
    }
}

static void all_faults_are_told_not_only_the_first(void **state)
{
    (void)state;
    static const char *const environment[] = { "STRIPE_LITE_PORT=no", NULL };
    static const sl_setting_flag flags[] = { { "--workers", "server.workers", "none" },
                                             { NULL, NULL, NULL } };
    assert_int_equal(load("server:\n  port: x\n  prot: 1\nlog:\n  level: loud\n",
                          "STRIPE_LITE_LOG_FORMAT=xml\n", environment, flags),
                     SL_E_INVALID);
    assert_int_equal(settings->message_count, 6);
    expect_at(0, yaml_path, "2:9: ", "server.port");
    expect_at(1, yaml_path, "3:3: ", "prot");
    expect_at(2, yaml_path, "5:10: ", "log.level");
    expect_at(3, dotenv_path,
              "1:1: ", "STRIPE_LITE_LOG_FORMAT is \"xml\"; it must be auto, text or json");
    expect_at(4, "", "STRIPE_LITE_PORT is \"no\"", "65535");
    expect_at(5, "", "--workers is \"none\"", "auto");
}

static void no_message_and_no_view_tells_a_secret(void **state)
{
    (void)state;
    static const char *const environment[] = { "STRIPE_LITE_SECRET_KEY=hush",
                                               "STRIPE_LITE_ENCRYPTION_KEY=hush",
                                               "STRIPE_SECRET_KEY=hush",
                                               "STRIPE_LITE_DATABASE_URL=postgresql://u:hush@h:x/d",
                                               "STRIPE_LITE_WEBHOOK_SECRET=hush hush",
                                               NULL };
    assert_int_equal(
        load("auth:\n  jwt:\n    secret: hush\n  publishable_key: hush\n", NULL, environment, NULL),
        SL_E_INVALID);
    assert_int_equal(settings->message_count, 7);
    for (uint32_t i = 0; i < settings->message_count; i++)
        assert_null(strstr(settings->messages[i].text, "hush"));

    static const char *const good[] = { "STRIPE_LITE_SECRET_KEY=sk_test_hushhush",
                                        "STRIPE_LITE_DATABASE_URL=postgresql://u:hush@h/d",
                                        "STRIPE_LITE_WEBHOOK_SECRET=hush", NULL };
    expect_ok(load("plugins:\n  - name: customers\n    settings: {token: hush, open: yes}\n", NULL,
                   good, NULL));
    assert_string_equal(settings->database_url, "postgresql://u:hush@h/d");
    sl_arena *arena = sl_arena_new();
    for (int json = 0; json < 2; json++) {
        const char *text = sl_settings_show(settings, arena, json, NULL, NULL);
        assert_null(strstr(text, "hush"));
        assert_non_null(strstr(text, "postgresql://u:***@h/d"));
        assert_non_null(strstr(text, "environment STRIPE_LITE_SECRET_KEY"));
        assert_non_null(strstr(text, "customers"));
    }
    sl_arena_free(arena);
}

static void the_stronger_layer_wins(void **state)
{
    (void)state;
    static const char *const environment[] = { "STRIPE_LITE_PORT=3", "STRIPE_LITE_HOST=", NULL };
    static const char *const none[] = { NULL };
    static const sl_setting_flag flags[] = { { "--port", "server.port", "4" },
                                             { NULL, NULL, NULL } };
    const char *yaml = "server:\n  port: 1\n  host: 127.0.0.2\n";
    const char *dotenv = "STRIPE_LITE_PORT=2\n";
    expect_ok(load(NULL, NULL, none, NULL));
    assert_int_equal(settings->server_port, 8000);
    expect_ok(load(yaml, NULL, none, NULL));
    assert_int_equal(settings->server_port, 1);
    expect_ok(load(yaml, dotenv, none, NULL));
    assert_int_equal(settings->server_port, 2);
    expect_ok(load(yaml, dotenv, environment, NULL));
    assert_int_equal(settings->server_port, 3);
    /* An empty variable counts as unset. */
    assert_string_equal(settings->server_host, "127.0.0.2");
    expect_ok(load(yaml, dotenv, environment, flags));
    assert_int_equal(settings->server_port, 4);
    sl_arena *arena = sl_arena_new();
    const char *text = sl_settings_show(settings, arena, false, NULL, NULL);
    assert_non_null(strstr(text, "port: 4  # flag --port\n"));
    assert_non_null(strstr(text, "s.yaml:3:9\n"));
    sl_arena_free(arena);
}

static void defaults_are_right(void **state)
{
    (void)state;
    expect_ok(load(NULL, NULL, NULL, NULL));
    assert_string_equal(settings->environment, "development");
    assert_string_equal(settings->server_host, "127.0.0.1");
    assert_string_equal(settings->database_url, "sqlite:var/stripe_lite.db");
    assert_true(settings->database_sqlite);
    assert_int_equal(settings->server_workers, 1);
    assert_int_equal(settings->server_drain, 30);
    assert_int_equal(settings->server_watchdog, 30);
    assert_int_equal(settings->metrics_port, -1);
    assert_int_equal(settings->limits_rate, 100);
    assert_int_equal(settings->limits_rate_burst, 200);
    assert_int_equal(settings->limits_body, 1048576);
    assert_int_equal(settings->gateway_timeout, 10);
    assert_true(settings->webhooks_allow_private_addresses);
    assert_int_equal(settings->webhooks_retry_schedule.items[2], 300);
    assert_string_equal(settings->stripe_currency, "usd");
    assert_null(settings->auth_secret_key);
    assert_int_equal(settings->plugin_count, 4);
    assert_string_equal(settings->plugins[2].name, "payments");
}

static void good_values_arrive(void **state)
{
    (void)state;
    expect_ok(
        load("environment: production\n"
             "server: {host: \"::1\", workers: 3, public_url: \"https://pay.example.com/\"}\n"
             "database: {url: \"postgresql+asyncpg://u@h/d?prepared_statement_cache_size=0\"}\n"
             "http:\n  cors:\n    origins: [https://a.example.com, \"*\"]\n"
             "webhooks:\n  allow_networks: 10.0.0.0/8, fd00::/8\n  retry_schedule: [1, 2]\n"
             "stripe: {api_version: 2025-03-31.basil, currency: EUR, secret_key: ~}\n"
             "limits: {rate: 0, body: 64KiB}\n"
             "metrics: {port: 0}\n",
             NULL, NULL, NULL));
    assert_int_equal(settings->server_workers, 3);
    assert_string_equal(settings->server_public_url, "https://pay.example.com");
    assert_string_equal(settings->database_url, "postgresql://u@h/d");
    assert_int_equal(settings->message_count, 1);
    assert_true(settings->messages[0].warning);
    assert_non_null(strstr(settings->messages[0].text, "prepared_statement_cache_size"));
    assert_int_equal(settings->http_cors_origins.count, 2);
    assert_string_equal(settings->http_cors_origins.items[1], "*");
    assert_int_equal(settings->webhooks_allow_networks.count, 2);
    assert_int_equal(settings->webhooks_retry_schedule.count, 2);
    assert_false(settings->webhooks_allow_private_addresses);
    assert_string_equal(settings->stripe_api_version, "2025-03-31.basil");
    assert_string_equal(settings->stripe_currency, "eur");
    assert_null(settings->stripe_secret_key);
    assert_int_equal(settings->limits_rate, 0);
    assert_int_equal(settings->limits_body, 65536);
    assert_int_equal(settings->metrics_port, 0);
}

static void sqlite_is_served_by_one_worker(void **state)
{
    (void)state;
    static const sl_setting_flag flags[] = { { "--workers", "server.workers", "8" },
                                             { NULL, NULL, NULL } };
    expect_ok(load(NULL, NULL, NULL, flags));
    assert_int_equal(settings->server_workers, 1);
    expect_at(0, "", "--workers is 8", "SQLite");
    static const char *const environment[] = { "DATABASE_URL=postgresql:///d", NULL };
    expect_ok(load(NULL, NULL, environment, NULL));
    assert_true(settings->server_workers >= 1);
    assert_int_equal(settings->message_count, 0);
}

static void dotenv_reads_what_shells_write(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf# comment\r\n"
                               "\r\n"
                               "STRIPE_LITE_PORT = 9000 # behind\r\n"
                               "export STRIPE_LITE_JWT_ISSUER='it is # literal \\n'\r\n"
                               "  STRIPE_LITE_JWT_AUDIENCE=\"a \\\"b\\\" \\$c\"   # comment\n"
                               "STRIPE_LITE_JWT_PUBLIC_KEY=\"-----BEGIN\r\nline\n-----END\"\n"
                               "OTHER_PROGRAM=whatever\n"
                               "OTHER_PROGRAM=again\n"
                               "STRIPE_LITE_LOG_FILE=a#b\n"
                               "STRIPE_LITE_LOG_LEVEL=\n"
                               "STRIPE_SECRET_KEY=sk_test_1";
    expect_ok(load(NULL, text, NULL, NULL));
    assert_int_equal(settings->server_port, 9000);
    assert_string_equal(settings->auth_jwt_issuer, "it is # literal \\n");
    assert_string_equal(settings->auth_jwt_audience, "a \"b\" $c");
    assert_string_equal(settings->auth_jwt_public_key, "-----BEGIN\nline\n-----END");
    assert_string_equal(settings->log_file, "a#b");
    assert_string_equal(settings->log_level, "info");
    assert_string_equal(settings->stripe_secret_key, "sk_test_1");
}

static void dotenv_faults_have_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *place;
        const char *says;
    } cases[] = {
        { "# c\n  hush hush\n", "2:3: ", "NAME=value" },
        { "9A=hush\n", "1:1: ", "NAME=value" },
        { "A=1\nSTRIPE_LITE_SECRET_KEY=\"hush\n", "2:24: ", "never closed" },
        { "A='x' hush\n", "1:7: ", "nothing but a comment" },
        { "STRIPE_LITE_PORT=1\n\nSTRIPE_LITE_PORT=2\n", "3:1: ", "given twice; first at" },
        { "STRIPE_LITE_JWT_ISSUER=\"a\nb\"\nSTRIPE_LITE_PORT=x\n",
          "3:1: ", "STRIPE_LITE_PORT is \"x\"" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(load(NULL, cases[i].text, NULL, NULL), SL_E_INVALID);
        expect_at(0, dotenv_path, cases[i].place, cases[i].says);
        assert_null(strstr(settings->messages[0].text, "hush"));
    }
    put(dotenv_path, "A=1\0B", 5);
    sl_setting_sources sources = { .dotenv = dotenv_path };
    sl_settings_free(settings);
    assert_int_equal(sl_settings_load(&sources, &settings), SL_E_INVALID);
    expect_at(0, dotenv_path, "", "NUL");
}

static void files_that_cannot_be_read_are_named(void **state)
{
    (void)state;
    sl_setting_sources missing = { .file = "/nowhere/at/all.yaml", .dotenv = "/nowhere/.env" };
    sl_settings_free(settings);
    assert_int_equal(sl_settings_load(&missing, &settings), SL_E_INVALID);
    assert_int_equal(settings->message_count, 1);
    expect_at(0, "", "/nowhere/at/all.yaml: ", "cannot be read");
    sl_settings_free(settings);
    sl_setting_sources is_folder = { .file = folder };
    assert_int_equal(sl_settings_load(&is_folder, &settings), SL_E_INVALID);
    expect_at(0, folder, "", "folder");
    expect_ok(load("", NULL, NULL, NULL));
    expect_ok(load("# only a comment\n", NULL, NULL, NULL));
    expect_ok(load("server:\n", NULL, NULL, NULL));
}

static void the_database_comes_from_url_fallback_and_parts(void **state)
{
    (void)state;
    static const char *const both[] = { "DATABASE_URL=mysql://other/program",
                                        "STRIPE_LITE_DATABASE_URL=sqlite:///mine.db", NULL };
    static const char *const fallback[] = { "DATABASE_URL=postgres://u:p@h/d", NULL };
    static const char *const password[] = { "STRIPE_LITE_DATABASE_PASSWORD=p@w", NULL };
    static const char *const name[] = { "STRIPE_LITE_DATABASE_DIALECT=sqlite",
                                        "STRIPE_LITE_DATABASE_NAME=/var/x.db", NULL };
    expect_ok(load(NULL, NULL, both, NULL));
    assert_string_equal(settings->database_url, "sqlite:mine.db");
    expect_ok(load("database: {url: \"sqlite:///file.db\"}\n", NULL, fallback, NULL));
    assert_string_equal(settings->database_url, "postgresql://u:p@h/d");
    expect_ok(load("database: {url: \"postgresql://u@h1,h2/d\"}\n", NULL, password, NULL));
    assert_string_equal(settings->database_url, "postgresql://u:p%40w@h1,h2/d");
    assert_string_equal(settings->database_url_shown, "postgresql://u:***@h1,h2/d");
    expect_ok(load(
        "database: {dialect: postgresql, driver: psycopg2, user: u, password: \"1\", host: \"::1\", port: 5433, name: d}\n",
        NULL, NULL, NULL));
    assert_string_equal(settings->database_url, "postgresql://u:1@[::1]:5433/d");
    expect_ok(load("database: {url: \"postgresql://u@h/d\"}\n", NULL, name, NULL));
    assert_string_equal(settings->database_url, "sqlite:/var/x.db");
    expect_ok(load("database: {user: u, host: /run/postgresql}\n", NULL, fallback, NULL));
    assert_string_equal(settings->database_url, "postgresql://u:p@h/d");
    expect_ok(load("database: {user: u, host: /run/postgresql, name: d}\n", NULL, NULL, NULL));
    assert_string_equal(settings->database_url, "postgresql://u@/d?host=/run/postgresql");
    assert_int_equal(load("database: {dialect: sqlite, name: \":memory:\"}\n", NULL, NULL, NULL),
                     SL_E_INVALID);
    assert_int_equal(load("database: {dialect: sqlite}\n", NULL, NULL, NULL), SL_E_INVALID);
}

static void expect_option(const char *plugin, const char *option, const char *text,
                          const char *origin)
{
    sl_option_text found = { 0 };
    if (!sl_settings_plugin_option(settings, plugin, option, &found))
        fail_msg("%s.%s is not there", plugin, option);
    assert_string_equal(found.text, text);
    if (!strstr(found.origin, origin))
        fail_msg("\"%s\" does not say \"%s\"", found.origin, origin);
}

static void plugins_are_listed_with_their_options(void **state)
{
    (void)state;
    const char *yaml = "plugins:\n"
                       "  - payments\n"
                       "  - name: customers\n"
                       "    required: true\n"
                       "    settings:\n"
                       "      unique_email: true\n"
                       "      tags: [a, b]\n"
                       "      nothing: ~\n"
                       "  - {name: loyalty, path: more/loyalty.so, settings: {code: \"007\"}}\n";
    static const char *const environment[] = { "STRIPE_LITE_PLUGINS= loyalty,webhooks ,loyalty,",
                                               "STRIPE_LITE_LOYALTY_CODE=9", NULL };
    expect_ok(load(yaml, NULL, NULL, NULL));
    assert_int_equal(settings->plugin_count, 3);
    assert_true(settings->plugins[1].required);
    assert_false(settings->plugins[0].required);
    assert_string_equal(settings->plugins[2].path + strlen(folder), "/more/loyalty.so");
    expect_option("customers", "unique_email", "true", "s.yaml:6:21");
    expect_option("customers", "tags", "a,b", "s.yaml:7:13");
    expect_option("loyalty", "code", "007", "s.yaml:9:");
    sl_option_text found;
    assert_false(sl_settings_plugin_option(settings, "customers", "nothing", &found));
    assert_false(sl_settings_plugin_option(settings, "payments", "unique_email", &found));
    assert_string_equal(sl_settings_plugin_option_name(settings, "customers", 1, NULL), "tags");
    assert_null(sl_settings_plugin_option_name(settings, "customers", 2, NULL));

    expect_ok(load(yaml, "STRIPE_LITE_LOYALTY_CODE=8\nSTRIPE_LITE_CUSTOMERS_TAGS=c\n", environment,
                   NULL));
    assert_int_equal(settings->plugin_count, 2);
    assert_string_equal(settings->plugins[0].name, "loyalty");
    assert_non_null(settings->plugins[0].path);
    assert_string_equal(settings->plugins[1].name, "webhooks");
    expect_option("loyalty", "code", "9", "STRIPE_LITE_LOYALTY_CODE");
    expect_option("customers", "tags", "c", ".env:2:1 STRIPE_LITE_CUSTOMERS_TAGS");

    expect_ok(load("plugins: []\n", NULL, NULL, NULL));
    assert_int_equal(settings->plugin_count, 0);
    static const char *const wrong[] = { "STRIPE_LITE_PLUGINS=a,../b", NULL };
    assert_int_equal(load(NULL, NULL, wrong, NULL), SL_E_INVALID);
    expect_at(0, "", "STRIPE_LITE_PLUGINS names \"../b\"", "lower-case");
}

static void a_plugin_finds_the_settings_of_its_own_section(void **state)
{
    (void)state;
    static const char *const environment[] = { "STRIPE_SECRET_KEY=sk_test_1",
                                               "STRIPE_LITE_WEBHOOK_RETRY_SCHEDULE=1,2", NULL };
    expect_ok(load("environment: test\n", NULL, environment, NULL));
    expect_option("gateway_stripe", "secret_key", "sk_test_1", "STRIPE_SECRET_KEY");
    expect_option("webhook_endpoints", "webhooks_retry_schedule", "1,2",
                  "STRIPE_LITE_WEBHOOK_RETRY_SCHEDULE");
    expect_option("webhook_endpoints", "webhooks_allow_private_addresses", "true", "webhooks");
    sl_option_text found;
    assert_false(sl_settings_plugin_option(settings, "gateway_stripe", "api_base", &found));
}

/* Another plugin that spells an option like somebody's secret gets nothing. */
static void a_plugin_never_finds_the_secrets_of_others(void **state)
{
    (void)state;
    static const char *const environment[] = {
        "STRIPE_LITE_SECRET_KEY=sk_test_of_the_server",
        "STRIPE_LITE_JWT_SECRET=0123456789abcdef0123456789abcdef",
        "STRIPE_LITE_DATABASE_URL=postgresql://u:password@h/d",
        "STRIPE_LITE_WEBHOOK_SECRET=whsec_lite",
        "STRIPE_SECRET_KEY=sk_test_of_stripe",
        "STRIPE_WEBHOOK_SECRET=whsec_stripe",
        "STRIPE_LITE_PAY_EXTRA_KEY=of_pay_extra",
        NULL,
    };
    static const char *const wanted[][2] = {
        { "loyalty", "stripe_webhook_secret" },
        { "loyalty", "stripe_secret_key" },
        { "loyalty", "auth_secret_key" },
        { "loyalty", "auth_jwt_secret" },
        { "loyalty", "database_url" },
        { "loyalty", "webhooks_lite_secret" },
        { "webhooks", "stripe_secret_key" },
        { "webhooks", "webhook_secret" },
        { "gateway_stripe", "webhooks_lite_secret" },
        { "gateway_stripe", "stripe_secret_key" },
        { "stripe", "secret_key" },
        { "auth", "secret_key" },
        { "gateway_auth", "secret_key" },
        { "auth", "jwt.secret" },
        { "gateway_database", "url" },
        { "gateway_webhooks", "lite_secret" },
        /* their variables have the names of settings, or of another plugin's option */
        { "secret", "key" },
        { "jwt", "secret" },
        { "database", "url" },
        { "webhook", "secret" },
        { "pay", "extra_key" },
    };
    expect_ok(load("plugins: [pay, pay_extra]\n", NULL, environment, NULL));
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        sl_option_text found;
        if (sl_settings_plugin_option(settings, wanted[i][0], wanted[i][1], &found))
            fail_msg("%s finds %s", wanted[i][0], wanted[i][1]);
    }
    expect_option("gateway_stripe", "webhook_secret", "whsec_stripe", "STRIPE_WEBHOOK_SECRET");
    expect_option("webhooks", "stripe_webhook_secret", "whsec_stripe", "STRIPE_WEBHOOK_SECRET");
    expect_option("webhooks", "lite_secret", "whsec_lite", "STRIPE_LITE_WEBHOOK_SECRET");
    expect_option("pay_extra", "key", "of_pay_extra", "STRIPE_LITE_PAY_EXTRA_KEY");
}

static void a_misspelt_variable_is_warned_of(void **state)
{
    (void)state;
    static const char *const environment[] = {
        "STRIPE_LITE_PROT=1",   "STRIPE_LITE_CUSTOMERS_X=1", "STRIPE_LITE_TEST_DATABASE=x",
        "STRIPE_LITE_BUILD=/x", "STRIPE_LITE_SOURCE=/x",     NULL
    };
    expect_ok(load(NULL, NULL, environment, NULL));
    assert_int_equal(settings->message_count, 1);
    expect_at(0, "", "STRIPE_LITE_PROT", "did you mean STRIPE_LITE_PORT?");
}

static void production_refuses_what_is_unsafe(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "STRIPE_LITE_ENVIRONMENT=production", "STRIPE_LITE_SECRET_KEY=sk_live_4f1c09e2b7d84a5c9d0e",
        "STRIPE_LITE_PUBLISHABLE_KEY=pk_live_4f1c09e2b7d84a5c9d0e",
        "STRIPE_LITE_ENCRYPTION_KEY=4f1c09e2b7d84a5c9d0e4f1c09e2b7d8", NULL
    };
    static const char *const weak[] = {
        "STRIPE_LITE_ENVIRONMENT=production", "STRIPE_LITE_SECRET_KEY=sk_test_changeme_changeme",
        "STRIPE_LITE_PUBLISHABLE_KEY=pk_live_aaaaaaaaaaaaaaaaaaaaaa", NULL
    };
    static const sl_setting_flag open[] = { { "--host", "server.host", "0.0.0.0" },
                                            { NULL, NULL, NULL } };
    expect_ok(load(NULL, NULL, keys, NULL));
    assert_int_equal(sl_settings_check_environment(settings, false), SL_OK);
    assert_int_equal(sl_settings_check_environment(settings, true), SL_E_INVALID);
    expect_at(0, "", "the gateway for live payments is a simulator", "");
    expect_ok(load(NULL, NULL, keys, open));
    assert_int_equal(sl_settings_check_environment(settings, false), SL_E_INVALID);
    expect_at(0, "", "server.host is 0.0.0.0 without TLS", "");
    expect_ok(load("server: {tls: {certificate: c.pem, key: k.pem}}\n", NULL, keys, open));
    assert_int_equal(sl_settings_check_environment(settings, false), SL_OK);
    expect_ok(load(NULL, NULL, weak, NULL));
    assert_int_equal(sl_settings_check_environment(settings, false), SL_E_INVALID);
    assert_int_equal(settings->message_count, 3);
    expect_ok(load(NULL, NULL, NULL, open));
    assert_int_equal(sl_settings_check_environment(settings, true), SL_OK);
    assert_int_equal(load("server: {tls: {certificate: c.pem}}\n", NULL, NULL, NULL), SL_E_INVALID);
    expect_at(0, yaml_path, "1:29: ", "TLS needs both");
}

int main(void)
{
#define EACH(function) cmocka_unit_test_setup_teardown(function, folder_up, folder_down)
    const struct CMUnitTest tests[] = {
        EACH(every_fault_of_the_file_is_told_at_its_place),
        EACH(all_faults_are_told_not_only_the_first),
        EACH(no_message_and_no_view_tells_a_secret),
        EACH(the_stronger_layer_wins),
        EACH(defaults_are_right),
        EACH(good_values_arrive),
        EACH(sqlite_is_served_by_one_worker),
        EACH(dotenv_reads_what_shells_write),
        EACH(dotenv_faults_have_their_place),
        EACH(files_that_cannot_be_read_are_named),
        EACH(the_database_comes_from_url_fallback_and_parts),
        EACH(plugins_are_listed_with_their_options),
        EACH(a_plugin_finds_the_settings_of_its_own_section),
        EACH(a_plugin_never_finds_the_secrets_of_others),
        EACH(a_misspelt_variable_is_warned_of),
        EACH(production_refuses_what_is_unsafe),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
