/*
 * payments_plugin.c: payment intents, setup intents, charges, refunds, disputes and the balance: what is declared.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_model.h"
#include "attempt_recovery.h"
#include "balance_model.h"
#include "balance_service.h"
#include "balance_transaction_model.h"
#include "charge_model.h"
#include "dispute_service.h"
#include "payment_intent_model.h"
#include "payments_invariants.h"
#include "payments_routes.h"
#include "payments_service.h"
#include "refund_model.h"
#include "setup_intent_model.h"
#include "told.h"

static const struct payments_options *options_found;
static const sl_customers_service *customers_found;
static const sl_ledger_service *ledger_found;

const struct payments_options *payments_options(void)
{
    return options_found;
}

const sl_customers_service *customers(void)
{
    return customers_found;
}

const sl_ledger_service *ledger(void)
{
    return ledger_found;
}

static const sl_field options[] = {
    SL_INT64(struct payments_options, fee_percent, .initial = "290", .max = 10000,
             .doc = "Fee on a charge, in hundredths of a percent"),
    SL_INT64(struct payments_options, fee_fixed, .initial = "30", .max = 100000,
             .doc = "Fixed fee on a charge in the default currency, in its minor unit"),
    SL_INT64(struct payments_options, dispute_fee, .initial = "1500", .max = 1000000,
             .doc = "Fee on a dispute in the default currency, in its minor unit"),
    SL_INT64(struct payments_options, available_after, .initial = "172800", .max = 31536000,
             .doc = "Seconds until the money of a charge is available"),
    SL_FIELDS_END,
};

#define OWN (SL_ROUTE_CUSTOMER)

static const sl_route routes[] = {
    { "POST /v1/payment_intents", payment_intent_create, intent_create_fields, SL_ACCESS_SECRET, 0,
      .summary = "Creates a payment intent", .returns = "payment_intent" },
    { "GET /v1/payment_intents/{id}", payment_intent_retrieve, intent_retrieve_fields,
      SL_ACCESS_PUBLISHABLE, OWN, .summary = "Retrieves a payment intent",
      .returns = "payment_intent" },
    { "POST /v1/payment_intents/{id}", payment_intent_update, intent_update_fields,
      SL_ACCESS_SECRET, 0, .summary = "Changes a payment intent", .returns = "payment_intent" },
    { "POST /v1/payment_intents/{id}/confirm", payment_intent_confirm, intent_confirm_fields,
      SL_ACCESS_PUBLISHABLE, 0, .summary = "Confirms a payment intent",
      .returns = "payment_intent" },
    { "POST /v1/payment_intents/{id}/capture", payment_intent_capture, intent_capture_fields,
      SL_ACCESS_SECRET, 0, .summary = "Captures what a payment intent has authorized",
      .returns = "payment_intent" },
    { "POST /v1/payment_intents/{id}/cancel", payment_intent_cancel, intent_cancel_fields,
      SL_ACCESS_SECRET, 0, .summary = "Cancels a payment intent", .returns = "payment_intent" },
    { "POST /v1/setup_intents", setup_intent_create, setup_create_fields, SL_ACCESS_SECRET, 0,
      .summary = "Creates a setup intent", .returns = "setup_intent" },
    { "GET /v1/setup_intents/{id}", setup_intent_retrieve, setup_retrieve_fields,
      SL_ACCESS_PUBLISHABLE, OWN, .summary = "Retrieves a setup intent",
      .returns = "setup_intent" },
    { "POST /v1/setup_intents/{id}", setup_intent_update, setup_update_fields, SL_ACCESS_SECRET, 0,
      .summary = "Changes a setup intent", .returns = "setup_intent" },
    { "POST /v1/setup_intents/{id}/confirm", setup_intent_confirm, setup_confirm_fields,
      SL_ACCESS_PUBLISHABLE, 0, .summary = "Confirms a setup intent", .returns = "setup_intent" },
    { "POST /v1/setup_intents/{id}/cancel", setup_intent_cancel, setup_cancel_fields,
      SL_ACCESS_SECRET, 0, .summary = "Cancels a setup intent", .returns = "setup_intent" },
    { "POST /v1/charges", charge_create, charge_create_fields, SL_ACCESS_SECRET, 0,
      .summary = "Charges a card", .returns = "charge" },
    { "POST /v1/charges/{id}", charge_update, charge_update_fields, SL_ACCESS_SECRET, 0,
      .summary = "Changes a charge", .returns = "charge" },
    { "POST /v1/charges/{id}/capture", charge_capture, charge_capture_fields, SL_ACCESS_SECRET, 0,
      .summary = "Captures an authorized charge", .returns = "charge" },
    { "GET /v1/charges/{id}/refunds", charge_refunds_list, charge_refunds_fields, SL_ACCESS_SECRET,
      OWN, .summary = "Lists the refunds of a charge", .returns = "list:refund" },
    { "POST /v1/refunds", refund_create, refund_create_fields, SL_ACCESS_SECRET, 0,
      .summary = "Refunds a charge", .returns = "refund" },
    { "POST /v1/refunds/{id}", refund_update, refund_update_fields, SL_ACCESS_SECRET, 0,
      .summary = "Changes a refund", .returns = "refund" },
    { "POST /v1/refunds/{id}/cancel", refund_cancel, refund_cancel_fields, SL_ACCESS_SECRET, 0,
      .summary = "Cancels a refund that requires action", .returns = "refund" },
    { "POST /v1/disputes/{id}", dispute_update, dispute_update_fields, SL_ACCESS_SECRET, 0,
      .summary = "Adds evidence to a dispute", .returns = "dispute" },
    { "POST /v1/disputes/{id}/close", dispute_close, dispute_close_fields, SL_ACCESS_SECRET, 0,
      .summary = "Accepts a dispute as lost", .returns = "dispute" },
    { "GET /v1/balance", balance_retrieve, NULL, SL_ACCESS_SECRET, 0,
      .summary = "Retrieves the balance" },
    { "POST /payments/create_charge", lite_charge_create, lite_charge_fields, SL_ACCESS_SECRET, 0,
      .scope = "charges", .summary = "Charges a customer" },
    { "POST /payments/create", lite_charge_create, lite_charge_fields, SL_ACCESS_SECRET, 0,
      .scope = "charges", .summary = "Charges a customer" },
    { "POST /payments/refund_charge", lite_charge_refund, lite_refund_fields, SL_ACCESS_SECRET, 0,
      .scope = "refunds", .summary = "Refunds a charge" },
    { "POST /payments/{charge_id}/refund", lite_charge_refund, lite_refund_fields, SL_ACCESS_SECRET,
      0, .scope = "refunds", .summary = "Refunds a charge" },
    { "GET /payments/{charge_id}/attempts", charge_attempts_list, charge_attempts_fields,
      SL_ACCESS_SECRET, 0, .scope = "charges",
      .summary = "Lists what gateways were asked for a charge" },
    SL_ROUTES_END,
};

static const sl_resource *const resources[] = {
    &payment_intent_resource,
    &setup_intent_resource,
    &charge_resource,
    &refund_resource,
    &dispute_resource,
    &balance_resource,
    &balance_transaction_resource,
    &attempt_resource,
    NULL,
};

static const sl_job_type jobs[] = {
    { .name = "payments.recover", .handler = attempt_recover, .backoff = 1, .backoff_limit = 30 },
    { .name = "payments.sweep", .handler = attempt_sweep, .every = 2 },
    { .name = "payments.settle", .handler = balance_settle, .every = 10 },
    { .name = "payments.decide_dispute",
      .handler = dispute_decide,
      .backoff = 1,
      .backoff_limit = 30 },
    SL_JOBS_END,
};

static const sl_service_offer services[] = {
    { .name = SL_PAYMENTS_SERVICE, .functions = &payments_service },
    SL_SERVICES_END,
};

static const sl_gateway_object_type told[] = {
    { .type = "payment_intent", .handler = payment_intent_told },
    { .type = "charge", .handler = charge_told },
    { .type = "refund", .handler = refund_told },
    { .type = "dispute", .handler = dispute_told },
    SL_GATEWAY_OBJECTS_END,
};

static const char *const needs[] = { SL_CUSTOMERS_SERVICE, SL_LEDGER_SERVICE, NULL };

static sl_status payments_start(sl_context *cx, sl_plugin *self)
{
    options_found = sl_options(self);
    customers_found = sl_service(cx, self, SL_CUSTOMERS_SERVICE, sizeof(sl_customers_service));
    ledger_found = sl_service(cx, self, SL_LEDGER_SERVICE, sizeof(sl_ledger_service));
    return customers_found && ledger_found ? SL_OK : SL_E_INTERNAL;
}

SL_PLUGIN(.name = "payments", .version = "1.0.0",
          .summary = "Payment intents, charges, refunds, disputes, the balance", .options = options,
          .options_size = sizeof(struct payments_options), .routes = routes, .resources = resources,
          .jobs = jobs, .provides = services, .needs = needs, .invariants = payments_invariants,
          .gauges = attempt_gauges, .start = payments_start, .gateway_listener = payments_notice,
          .gateway_objects = told)
