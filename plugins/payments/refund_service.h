/*
 * refund_service.h: giving money back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef REFUND_SERVICE_H
#define REFUND_SERVICE_H

#include "attempt_service.h"

struct refund_order {
    const char *answer; /* ANSWER_REFUND, ... */
    int64_t amount;     /* SL_NONE: the rest */
    const char *reason;
    const char *description;
    const sl_map *metadata;
    sl_status (*joined)(sl_context *cx, void *data, const struct settlement *settlement);
    void *joined_data;
};

/* Refunds a loaded charge: reserves the amount, asks the gateway, records, answers. [suspends] */
sl_status charge_refund(sl_context *cx, struct charge *charge, const struct refund_order *order);

/* {"status":"success","refund_details":{the charge, "refund":{...}}}. [suspends] */
sl_status lite_refund_reply(sl_context *cx, const struct charge *charge,
                            const struct refund *refund);

#endif
