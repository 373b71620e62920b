/*
 * fault.h: whether a fault hits an attempt: pure, so that asking twice gives the same answer.
 *
 * Rates are parts per million, written and read as decimals between 0 and 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FAULT_H
#define FAULT_H

#include <stripe_lite/abi.h>

#define FAULT_MILLION 1000000
#define FAULT_RATE_TEXT 16

/* Whether the fault `kind` ("error", "drop") hits `attempt` at `rate` parts per million: always the same for the same three.
 * [no-suspend] */
bool fault_hits(const char *attempt, const char *kind, int64_t rate);

/* The parts per million of a decimal text ("0.5", "1", "1e-3", also in quotation marks). False when it is no number, not
 * between 0 and 1, or finer than a millionth. [no-suspend] */
bool fault_rate_read(const char *text, int64_t *ret_rate);

/* The decimal text of a rate, at least FAULT_RATE_TEXT bytes. [no-suspend] */
void fault_rate_write(int64_t rate, char *ret_text);

#endif
