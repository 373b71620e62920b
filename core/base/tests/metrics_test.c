/*
 * metrics_test.c: several processes count into one table, which becomes Prometheus text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/tests/test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stripe_lite/log.h>

#include "core/base/metrics.h"
#include "core/base/shared.h"

#define PROCESSES 4
#define ROUNDS 5000

static sl_arena *arena;

static int arena_open(void **state)
{
    (void)state;
    arena = sl_arena_new();
    return sl_metrics_share() ? 0 : -1;
}

static int arena_close(void **state)
{
    (void)state;
    sl_arena_free(arena);
    return 0;
}

static void count_much(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        char label[16];
        (void)snprintf(label, sizeof(label), "%d", i % 50);
        sl_metric_add("test_requests_total", "status", label, 1);
        sl_metric_observe("test_seconds", NULL, NULL, i % 2 ? 700 : 40000000);
    }
}

static void workers_count_together(void **state)
{
    (void)state;
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            count_much();
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    size_t length = 0;
    const char *text = sl_metrics_text(arena, &length);
    assert_int_equal(length, strlen(text));
    assert_non_null(strstr(text, "# TYPE test_requests_total counter\n"));
    for (int i = 0; i < 50; i++) {
        char line[64];
        (void)snprintf(line, sizeof(line), "\ntest_requests_total{status=\"%d\"} %d\n", i,
                       PROCESSES * ROUNDS / 50);
        const char *found = strstr(text, line);
        assert_non_null(found);
        assert_null(strstr(found + 1, line));
    }
    assert_non_null(strstr(text,
                           "# TYPE test_seconds histogram\ntest_seconds_bucket{le=\"0.0005\"} 0\n"
                           "test_seconds_bucket{le=\"0.001\"} 10000\n"));
    assert_non_null(strstr(
        text, "test_seconds_bucket{le=\"30\"} 10000\ntest_seconds_bucket{le=\"+Inf\"} 20000\n"
              "test_seconds_sum 400007\ntest_seconds_count 20000\n"));
}

static void labels_are_escaped_and_cut(void **state)
{
    (void)state;
    char long_value[300];
    memset(long_value, 'v', sizeof(long_value) - 1);
    long_value[sizeof(long_value) - 1] = '\0';
    sl_metric_add("test_labels_total", "l", "a\"b\\c\nd\xff\xc3\xa9", 2);
    sl_metric_add("test_labels_total", "l", long_value, 3);
    sl_metric_add("test_labels_total", NULL, "no label", 4);
    sl_metric_set("test_waiting", NULL, NULL, 5);
    sl_metric_set("test_waiting", NULL, NULL, 3);
    sl_metric_observe("stripe_lite_gateway_seconds", "gateway", "simulator", 500);
    const char *text = sl_metrics_text(arena, NULL);
    assert_non_null(
        strstr(text, "test_labels_total 4\ntest_labels_total{l=\"a\\\"b\\\\c\\nd?\xc3\xa9\"} 2\n"
                     "test_labels_total{l=\"vvvv"));
    assert_non_null(strstr(text, "# TYPE test_waiting gauge\ntest_waiting 3\n"));
    assert_non_null(
        strstr(text, "# HELP stripe_lite_gateway_seconds Time a gateway took to answer.\n"));
    assert_non_null(strstr(
        text, "stripe_lite_gateway_seconds_bucket{gateway=\"simulator\",le=\"0.0005\"} 1\n"));
    assert_non_null(
        strstr(text, "stripe_lite_gateway_seconds_sum{gateway=\"simulator\"} 0.0005\n"));
}

static void a_full_table_counts_what_it_drops(void **state)
{
    (void)state;
    for (int i = 0; i < 1500; i++) {
        char label[16];
        (void)snprintf(label, sizeof(label), "x%d", i);
        sl_metric_add("test_many_total", "n", label, 1);
    }
    const char *text = sl_metrics_text(arena, NULL);
    const char *line = strstr(text, "\nstripe_lite_metrics_dropped_total ");
    assert_non_null(line);
    long dropped = strtol(line + strlen("\nstripe_lite_metrics_dropped_total "), NULL, 10);
    long kept = 0;
    for (const char *at = text; (at = strstr(at, "\ntest_many_total{")) != NULL; at++)
        kept++;
    assert_int_equal(kept + dropped, 1500);
    assert_true(dropped > 0);
    sl_metric_add("test_many_total", "n", "x0", 1);
    assert_non_null(strstr(sl_metrics_text(arena, NULL), "test_many_total{n=\"x0\"} 2\n"));
}

static void shared_memory_is_shared(void **state)
{
    (void)state;
    int *number = sl_shared_new(4096);
    assert_non_null(number);
    assert_int_equal(*number, 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        *number = 7;
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(*number, 7);
    sl_shared_free(number, 4096);
    assert_null(sl_shared_new(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_count_together),
        cmocka_unit_test(labels_are_escaped_and_cut),
        cmocka_unit_test(a_full_table_counts_what_it_drops),
        cmocka_unit_test(shared_memory_is_shared),
    };
    return cmocka_run_group_tests_name("metrics", tests, arena_open, arena_close);
}
