/*
 * missing_service.c: it needs a service that nobody offers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static const char *const needs[] = { "nowhere/1", NULL };

SL_PLUGIN(.name = "missing_service", .version = "1.0.0", .summary = "Needs the impossible",
          .needs = needs)
