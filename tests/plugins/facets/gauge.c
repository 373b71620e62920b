/*
 * gauge.c: a plugin with gauges, one of which cannot be read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static const char *const words[] = { "one", "two", NULL };

static const sl_gauge gauges[] = {
    { .name = "test_unreadable", .label = "word", .values = words, .sql = "SELECT a FROM nothing" },
    { .name = "test_words",
      .label = "word",
      .values = words,
      .sql = "SELECT 'one', 41 UNION SELECT 'three', 3" },
    { .name = "test_ages",
      .label = "word",
      .values = words,
      .sql = "SELECT 'one', 1700000000 UNION SELECT 'two', 4000000000",
      .flags = SL_GAUGE_AGE },
    SL_GAUGES_END,
};

SL_PLUGIN(.name = "gauge", .version = "1.0.0", .summary = "Gauges", .gauges = gauges)
