/*
 * customers_plugin.c: customers, their payment methods, tokens and balances.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "balance_transaction_model.h"
#include "balance_transaction_routes.h"
#include "customer_routes.h"
#include "customers_service.h"
#include "payment_method_model.h"
#include "payment_method_routes.h"
#include "told.h"
#include "token_model.h"
#include "token_routes.h"

#define READS SL_ROUTE_CUSTOMER
#define LITE_CREATE(PATH)                                               \
    {                                                                   \
        "POST " PATH, customer_create_lite_route, lite_customer_fields, \
            .scope = "customers", .summary = "Creates a customer"       \
    }

static const sl_route routes[] = {
    { "POST /v1/customers", customer_create_route, customer_create_fields,
      .summary = "Creates a customer", .returns = "customer" },
    { "GET /v1/customers/{id}", customer_show_route, customer_id_fields, .flags = READS,
      .summary = "Retrieves a customer", .returns = "customer" },
    { "POST /v1/customers/{id}", customer_update_route, customer_update_fields,
      .summary = "Changes a customer", .returns = "customer" },
    { "DELETE /v1/customers/{id}", customer_delete_route, customer_id_fields,
      .summary = "Deletes a customer" },
    { "GET /v1/customers/{id}/payment_methods", customer_methods_route, customer_methods_fields,
      .flags = READS, .summary = "Lists a customer's payment methods",
      .returns = "list:payment_method" },
    { "GET /v1/customers/{customer}/payment_methods/{id}", customer_method_route,
      customer_method_fields, .flags = READS, .summary = "Retrieves a customer's payment method",
      .returns = "payment_method" },
    { "POST /v1/customers/{id}/balance_transactions", balance_create_route, balance_create_fields,
      .summary = "Moves a customer's balance", .returns = "customer_balance_transaction" },
    { "GET /v1/customers/{id}/balance_transactions", balance_list_route, balance_list_fields,
      .flags = READS, .summary = "Lists what moved a customer's balance",
      .returns = "list:customer_balance_transaction" },
    { "GET /v1/customers/{customer}/balance_transactions/{id}", balance_show_route,
      balance_show_fields, .flags = READS, .summary = "Retrieves a customer's balance transaction",
      .returns = "customer_balance_transaction" },
    { "POST /v1/customers/{customer}/balance_transactions/{id}", balance_update_route,
      balance_update_fields, .summary = "Changes what a balance transaction says",
      .returns = "customer_balance_transaction" },

    { "POST /v1/payment_methods", payment_method_create_route, payment_method_create_fields,
      .access = SL_ACCESS_PUBLISHABLE, .summary = "Creates a payment method",
      .returns = "payment_method" },
    { "GET /v1/payment_methods/{id}", payment_method_show_route, payment_method_id_fields,
      .flags = READS, .summary = "Retrieves a payment method", .returns = "payment_method" },
    { "POST /v1/payment_methods/{id}", payment_method_update_route, payment_method_update_fields,
      .summary = "Changes a payment method", .returns = "payment_method" },
    { "POST /v1/payment_methods/{id}/attach", payment_method_attach_route,
      payment_method_attach_fields, .summary = "Attaches a payment method to a customer",
      .returns = "payment_method" },
    { "POST /v1/payment_methods/{id}/detach", payment_method_detach_route, payment_method_id_fields,
      .summary = "Detaches a payment method from its customer", .returns = "payment_method" },

    { "POST /v1/tokens", token_create_route, token_create_fields, .access = SL_ACCESS_PUBLISHABLE,
      .summary = "Makes a single-use token of a card", .returns = "token" },

    LITE_CREATE("/customers"),
    LITE_CREATE("/customers/"),
    LITE_CREATE("/customers/create"),
    { "GET /customers/{id}", customer_show_lite_route, customer_id_fields, .flags = READS,
      .scope = "customers", .summary = "Retrieves a customer", .returns = "customer" },
    SL_ROUTES_END,
};

static const sl_resource *const resources[] = {
    &customer_resource,
    &payment_method_resource,
    &token_resource,
    &balance_transaction_resource,
    NULL,
};

static const sl_service_offer services[] = {
    { .name = SL_CUSTOMERS_SERVICE, .functions = &customers_service },
    SL_SERVICES_END,
};

static const sl_gateway_object_type told[] = {
    { .type = "customer", .handler = customer_told },
    { .type = "payment_method", .handler = payment_method_told },
    SL_GATEWAY_OBJECTS_END,
};

static const sl_invariant invariants[] = {
    { .name = "a customer's default payment method is attached to it",
      .sql = "SELECT c.account_id || ' ' || c.id FROM customers c LEFT JOIN payment_methods p"
             " ON p.account_id = c.account_id AND p.id = c.default_payment_method"
             " WHERE c.default_payment_method IS NOT NULL AND c.deleted = FALSE"
             " AND (p.id IS NULL OR p.customer IS NULL OR p.customer <> c.id)" },
    { .name = "a customer's balance is the sum of its balance transactions",
      .sql =
          "SELECT c.account_id || ' ' || c.id FROM customers c LEFT JOIN customer_balance_transactions t"
          " ON t.account_id = c.account_id AND t.customer = c.id"
          " GROUP BY c.account_id, c.id, c.balance HAVING c.balance <> COALESCE(SUM(t.amount), 0)" },
    { .name = "no payment method belongs to a deleted customer",
      .sql = "SELECT p.account_id || ' ' || p.id FROM payment_methods p JOIN customers c"
             " ON c.account_id = p.account_id AND c.id = p.customer WHERE c.deleted = TRUE" },
    SL_INVARIANTS_END,
};

SL_PLUGIN(.name = "customers", .version = "1.0.0",
          .summary = "Customers, payment methods, tokens and balances",
          .options = customers_option_fields, .options_size = sizeof(struct customers_options),
          .routes = routes, .resources = resources, .provides = services, .invariants = invariants,
          .start = customers_start, .gateway_objects = told)
