/*
 * trigger_table.c: the events that `stripe-lite trigger` knows how to cause, with the test cards that do.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "trigger_table.h"

#include <stddef.h>

#define CUSTOMER "name=Jenny+Rosen&email=jenny.rosen%40example.com"
#define BACK "&confirm=true&return_url=https%3A%2F%2Fexample.com%2Fback"
#define PAY(CARD) "amount=2000&currency=usd" BACK "&payment_method=" CARD
#define SETUP(CARD) "payment_method=" CARD BACK

/* clang-format off */
const struct trigger trigger_table[] = {
    { "charge.captured",
      { { "POST /v1/payment_intents", PAY("pm_card_visa&capture_method=manual") },
        { "POST /v1/payment_intents/{1.id}/capture", "" } } },
    { "charge.dispute.closed",
      { { "POST /v1/payment_intents", PAY("pm_card_createDispute") },
        { "GET /v1/disputes?payment_intent={1.id}", NULL, .until = "data.0.id" },
        { "POST /v1/disputes/{2.data.0.id}/close", "" } } },
    { "charge.dispute.created",
      { { "POST /v1/payment_intents", PAY("pm_card_createDispute") } } },
    { "charge.dispute.updated",
      { { "POST /v1/payment_intents", PAY("pm_card_createDispute") },
        { "GET /v1/disputes?payment_intent={1.id}", NULL, .until = "data.0.id" },
        { "POST /v1/disputes/{2.data.0.id}", "evidence[customer_name]=Jenny+Rosen" } } },
    { "charge.failed",
      { { "POST /v1/payment_intents", PAY("pm_card_chargeDeclined"), .declines = 1 } } },
    { "charge.refunded",
      { { "POST /v1/payment_intents", PAY("pm_card_visa") },
        { "POST /v1/refunds", "payment_intent={1.id}" } } },
    { "charge.succeeded",
      { { "POST /v1/payment_intents", PAY("pm_card_visa") } } },
    { "customer.created",
      { { "POST /v1/customers", CUSTOMER } } },
    { "customer.deleted",
      { { "POST /v1/customers", CUSTOMER },
        { "DELETE /v1/customers/{1.id}", NULL } } },
    { "customer.updated",
      { { "POST /v1/customers", CUSTOMER },
        { "POST /v1/customers/{1.id}", "description=changed" } } },
    { "payment_intent.amount_capturable_updated",
      { { "POST /v1/payment_intents", PAY("pm_card_visa&capture_method=manual") } } },
    { "payment_intent.canceled",
      { { "POST /v1/payment_intents", "amount=2000&currency=usd" },
        { "POST /v1/payment_intents/{1.id}/cancel", "" } } },
    { "payment_intent.created",
      { { "POST /v1/payment_intents", "amount=2000&currency=usd" } } },
    { "payment_intent.payment_failed",
      { { "POST /v1/payment_intents", PAY("pm_card_chargeDeclined"), .declines = 1 } } },
    { "payment_intent.requires_action",
      { { "POST /v1/payment_intents", PAY("pm_card_threeDSecure2Required") } } },
    { "payment_intent.succeeded",
      { { "POST /v1/payment_intents", PAY("pm_card_visa") } } },
    { "payment_method.attached",
      { { "POST /v1/customers", CUSTOMER },
        { "POST /v1/payment_methods/pm_card_visa/attach", "customer={1.id}" } } },
    { "payment_method.detached",
      { { "POST /v1/customers", CUSTOMER },
        { "POST /v1/payment_methods/pm_card_visa/attach", "customer={1.id}" },
        { "POST /v1/payment_methods/{2.id}/detach", "" } } },
    { "payment_method.updated",
      { { "POST /v1/customers", CUSTOMER },
        { "POST /v1/payment_methods/pm_card_visa/attach", "customer={1.id}" },
        { "POST /v1/payment_methods/{2.id}", "metadata[changed]=yes" } } },
    { "refund.created",
      { { "POST /v1/payment_intents", PAY("pm_card_visa") },
        { "POST /v1/refunds", "payment_intent={1.id}" } } },
    { "refund.failed",
      { { "POST /v1/payment_intents", PAY("pm_card_refundFail") },
        { "POST /v1/refunds", "payment_intent={1.id}" } } },
    { "refund.updated",
      { { "POST /v1/payment_intents", PAY("pm_card_visa") },
        { "POST /v1/refunds", "payment_intent={1.id}" } } },
    { "setup_intent.canceled",
      { { "POST /v1/setup_intents", "" },
        { "POST /v1/setup_intents/{1.id}/cancel", "" } } },
    { "setup_intent.created",
      { { "POST /v1/setup_intents", "" } } },
    { "setup_intent.requires_action",
      { { "POST /v1/setup_intents", SETUP("pm_card_authenticationRequiredOnSetup") } } },
    { "setup_intent.setup_failed",
      { { "POST /v1/setup_intents", SETUP("pm_card_chargeDeclined"), .declines = 1 } } },
    { "setup_intent.succeeded",
      { { "POST /v1/setup_intents", SETUP("pm_card_visa") } } },
    { .event = NULL },
};
/* clang-format on */
