/*
 * circle_a.c: one of three plugins that need each other in a circle.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static const uint32_t functions = sizeof(functions);

static const sl_service_offer provides[] = { { .name = "circle_a/1", .functions = &functions },
                                             SL_SERVICES_END };

static const char *const needs[] = { "circle_b/1", NULL };

SL_PLUGIN(.name = "circle_a", .version = "1.0.0", .summary = "Part of a circle",
          .provides = provides, .needs = needs)
