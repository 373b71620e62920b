/*
 * leans_on_failure.c: it needs a service of a plugin whose start fails.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static const char *const needs[] = { "start_fails/1", NULL };

SL_PLUGIN(.name = "leans_on_failure", .version = "1.0.0", .summary = "Leans on another",
          .needs = needs)
