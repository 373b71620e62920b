/*
 * later_service.c: it needs a later version of a service.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static const char *const needs[] = { "provider/2", NULL };

SL_PLUGIN(.name = "later_service", .version = "1.0.0", .summary = "Needs provider/2",
          .needs = needs)
