/*
 * braintree_declines.h: why Braintree says no, in Stripe's words. Pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_DECLINES_H
#define BRAINTREE_DECLINES_H

#include <stripe_lite/gateway.h>

/* A decline, from the last entry of an object's statusHistory: a transaction's, a refund's. [no-suspend] */
void decline_of_history(const sl_value *object, const char *status, sl_gateway_outcome *ret);

/* A decline, from a verification: {status, gatewayRejectionReason, processorResponse}. [no-suspend] */
void decline_of_verification(const sl_value *verification, sl_gateway_outcome *ret);

/* What the bank said of the card's verification code, in Stripe's words; NULL when nothing. [no-suspend] */
const char *cvc_check_of(const sl_value *object);

#endif
