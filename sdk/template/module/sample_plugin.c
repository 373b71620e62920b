/*
 * sample_plugin.c: notes about customers: what is declared.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "note_model.h"
#include "note_routes.h"
#include "note_service.h"

#define MIGRATIONS "sample_migrations" /* a folder beside the .so */

static const sl_field option_fields[] = {
    SL_STRING(struct note_options, welcome, .initial = "A new customer",
              .doc = "The first note about every new customer"),
    SL_FIELDS_END,
};

static const sl_route routes[] = {
    { "POST /api/v1/sample/notes", note_create_route, note_create_fields, .scope = "sample",
      .summary = "Writes a note about a customer", .returns = "sample_note" },
    SL_ROUTES_END,
};

static const sl_resource *const resources[] = { &note_resource, NULL };

static const sl_subscription subscriptions[] = {
    { .pattern = "customer.created", .handler = note_welcome },
    SL_SUBSCRIPTIONS_END,
};

static const char *const needs[] = { SL_CUSTOMERS_SERVICE, NULL };

static sl_status sample_start(sl_context *cx, sl_plugin *self)
{
    const sl_customers_service *customers =
        sl_service(cx, self, SL_CUSTOMERS_SERVICE, sizeof(sl_customers_service));
    note_service_begin(sl_options(self), customers);
    return customers ? SL_OK : SL_E_INTERNAL;
}

SL_PLUGIN(.name = "sample", .version = "1.0.0", .summary = "Notes about customers",
          .options = option_fields, .options_size = sizeof(struct note_options), .routes = routes,
          .resources = resources, .subscriptions = subscriptions, .needs = needs,
          .migrations = MIGRATIONS, .start = sample_start)
