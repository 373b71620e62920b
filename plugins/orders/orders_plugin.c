/*
 * orders_plugin.c: sales orders and their payments: what is declared.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "order_model.h"
#include "order_routes.h"
#include "orders_invariants.h"
#include "payment_routes.h"
#include "payment_service.h"

static const sl_customers_service *customers_found;
static const sl_payments_service *payments_found;

const sl_customers_service *customers(void)
{
    return customers_found;
}

const sl_payments_service *payments(void)
{
    return payments_found;
}

#define STRIPE "/api/v1/payments/stripe"

static const sl_route routes[] = {
    { "POST /api/v1/orders", order_create_route, order_create_fields, .scope = "sales",
      .summary = "Creates an order" },
    { "GET " STRIPE "/config", stripe_config_route, .access = SL_ACCESS_OPEN,
      .summary = "Tells the publishable key" },
    { "POST " STRIPE "/create-intent", intent_create_route, intent_create_fields, .scope = "sales",
      .summary = "Begins the payment of an order" },
    { "POST " STRIPE "/confirm", payment_confirm_route, payment_confirm_fields, .scope = "sales",
      .summary = "Records the payment of an order" },
    { "POST " STRIPE "/refund/{payment_id}", payment_refund_route, payment_refund_fields,
      .scope = "refunds", .summary = "Refunds the payment of an order" },
    { "POST /stripe/refunds", refund_create_route, refund_create_fields, .scope = "refunds",
      .summary = "Refunds a charge" },
    SL_ROUTES_END,
};

static const sl_resource *const resources[] = { &order_resource, NULL };

/* What is paid without an order costs nothing here. Of refunds there are few, and their snapshots do not say. */
#define ORDERED .handler = payment_told, .member = "metadata.order_id"

static const sl_subscription subscriptions[] = {
    { .pattern = "payment_intent.succeeded", ORDERED },
    { .pattern = "payment_intent.payment_failed", ORDERED },
    { .pattern = "payment_intent.canceled", ORDERED },
    { .pattern = "charge.refunded", .handler = payment_told },
    { .pattern = "refund.failed", .handler = payment_told },
    SL_SUBSCRIPTIONS_END,
};

static const char *const needs[] = { SL_CUSTOMERS_SERVICE, SL_PAYMENTS_SERVICE, NULL };

static sl_status orders_start(sl_context *cx, sl_plugin *self)
{
    customers_found = sl_service(cx, self, SL_CUSTOMERS_SERVICE, sizeof(sl_customers_service));
    payments_found = sl_service(cx, self, SL_PAYMENTS_SERVICE, sizeof(sl_payments_service));
    return customers_found && payments_found ? SL_OK : SL_E_INTERNAL;
}

SL_PLUGIN(.name = "orders", .version = "1.0.0", .summary = "Sales orders and their payments",
          .routes = routes, .resources = resources, .subscriptions = subscriptions, .needs = needs,
          .invariants = orders_invariants, .start = orders_start)
