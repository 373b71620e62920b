/*
 * payments_invariants.h: the rules about stored payments that `stripe-lite verify` checks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENTS_INVARIANTS_H
#define PAYMENTS_INVARIANTS_H

#include <stripe_lite/plugin.h>

extern const sl_invariant payments_invariants[];

#endif
