/*
 * orders_invariants.h: the rules about stored orders that `stripe-lite verify` checks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ORDERS_INVARIANTS_H
#define ORDERS_INVARIANTS_H

#include <stripe_lite/stripe_lite.h>

extern const sl_invariant orders_invariants[];

#endif
