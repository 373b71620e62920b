/*
 * gateway_examples.c: what the simulator answers to, for `stripe-lite plugin check`. It calls nobody: there are no exchanges.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gateway_examples.h"

static const sl_gateway_example examples[] = {
    { .operation = "authorize",
      .situation = "approved",
      .kind = SL_GATEWAY_APPROVED,
      .reference = "sim_visa.$(attempt)" },
    { .operation = "authorize", .situation = "held", .kind = SL_GATEWAY_APPROVED, .hold = true },
    { .operation = "authorize",
      .situation = "declined",
      .kind = SL_GATEWAY_DECLINED,
      .token = "sim_chargeDeclined",
      .code = "card_declined",
      .decline_code = "generic_decline" },
    { .operation = "authorize",
      .situation = "declined for lack of funds",
      .kind = SL_GATEWAY_DECLINED,
      .token = "sim_chargeDeclinedInsufficientFunds",
      .code = "card_declined",
      .decline_code = "insufficient_funds" },
    { .operation = "authorize",
      .situation = "to be authenticated",
      .kind = SL_GATEWAY_REQUIRES_ACTION,
      .token = "sim_authenticationRequired" },
    { .operation = "capture", .kind = SL_GATEWAY_APPROVED, .original = "sim_visa.pay_held" },
    { .operation = "void", .kind = SL_GATEWAY_APPROVED, .original = "sim_visa.pay_held" },
    { .operation = "refund", .kind = SL_GATEWAY_APPROVED, .original = "sim_visa.pay_taken" },
    { .operation = "retrieve", .kind = SL_GATEWAY_APPROVED, .reference = "sim_visa.$(attempt)" },
    { .operation = "retrieve",
      .situation = "of a decline",
      .kind = SL_GATEWAY_DECLINED,
      .token = "sim_chargeDeclined",
      .code = "card_declined" },
    { .operation = "tokenize", .kind = SL_GATEWAY_APPROVED },
    { .operation = "tokenize",
      .situation = "a card that is no test card",
      .kind = SL_GATEWAY_DECLINED,
      .number = "4929420573595709",
      .code = "card_declined",
      .decline_code = "test_mode_live_card" },
    SL_EXAMPLES_END,
};

const sl_gateway_conformance simulator_conformance = { .struct_size = sizeof(simulator_conformance),
                                                       .token = "sim_visa",
                                                       .examples = examples };
