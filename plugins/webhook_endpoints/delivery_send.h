/*
 * delivery_send.h: one try of a delivery.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DELIVERY_SEND_H
#define DELIVERY_SEND_H

#include "delivery_model.h"

/* The queue's run. [suspends] */
sl_status delivery_run(sl_context *cx, void *data);

/* What an answer may leave in the database: its first bytes, masked, as sound UTF-8. [no-suspend] */
const char *answer_excerpt(sl_context *cx, const char *body, size_t length);

/* Milliseconds for which an endpoint that cannot be reached stands still after so many failures in a row. [no-suspend] */
int64_t standstill_ms(int32_t failures, int64_t pause);

#endif
