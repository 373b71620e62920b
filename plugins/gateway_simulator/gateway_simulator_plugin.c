/*
 * gateway_simulator_plugin.c: a gateway that moves no money: test cards, 3-D Secure, disputes, faults.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

#include "challenge_routes.h"
#include "gateway_examples.h"
#include "gateway_operations.h"
#include "notice_service.h"
#include "settings_routes.h"

static const sl_gateway_type gateways[] = {
    { .name = "simulator",
      .operations = &simulator_operations,
      .conformance = &simulator_conformance },
    SL_GATEWAYS_END,
};

static const sl_job_type jobs[] = {
    { .name = NOTICE_JOB, .handler = notice_job, .backoff = 1, .backoff_limit = 60 },
    SL_JOBS_END,
};

static const sl_route routes[] = {
    { "GET /simulator/3ds/{secret}", challenge_page, challenge_page_fields,
      .access = SL_ACCESS_OPEN, .flags = SL_ROUTE_PAGE | SL_ROUTE_HIDDEN,
      .summary = "The page of a test authentication" },
    { "POST /simulator/3ds/{secret}", challenge_answer, challenge_answer_fields,
      .access = SL_ACCESS_OPEN, .flags = SL_ROUTE_PAGE | SL_ROUTE_HIDDEN,
      .summary = "Completes or fails a test authentication" },
    { "GET /v1/test_helpers/simulator", settings_show, NULL, .flags = SL_ROUTE_TEST_ONLY,
      .scope = "test_helpers", .summary = "The simulator's faults" },
    { "POST /v1/test_helpers/simulator", settings_set, settings_params_fields,
      .flags = SL_ROUTE_TEST_ONLY, .scope = "test_helpers",
      .summary = "Sets the simulator's faults" },
    SL_ROUTES_END,
};

SL_PLUGIN(.name = "gateway_simulator", .version = "1.0.0",
          .summary = "A gateway for tests: no money, Stripe's test cards, faults on demand",
          .routes = routes, .jobs = jobs, .gateways = gateways)
