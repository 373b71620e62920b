/*
 * attempt_routes.c: what gateways were asked for one charge.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_model.h"
#include "attempt_route.h"
#include "charge_model.h"
#include "payments_routes.h"

#define LATER_MOST 100u

struct charge_attempts_params {
    const char *charge_id;
};

const sl_field charge_attempts_fields[] = {
    SL_ID(struct charge_attempts_params, charge_id, "ch", .doc = "The charge"),
    SL_FIELDS_END,
};

/* The tries of the authorization: any one's id tells the others'. */
static sl_status tries_select(sl_context *cx, const struct charge *charge, sl_list *ret)
{
    sl_argument ids[TRIES_MOST];
    for (uint32_t i = 0; i < TRIES_MOST; i++)
        ids[i] = sl_text(attempt_try_id(cx, charge->attempt, i + 1));
    return sl_select(cx, &payment_attempts, "id IN ($2, $3, $4) ORDER BY id", ids, TRIES_MOST, ret);
}

static sl_status attempts_write(sl_context *cx, sl_json *out, const sl_list *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sl_json *one = NULL;
        sl_status status =
            sl_resource_json(cx, &attempt_resource, SL_ITEM(*rows, struct attempt, i), &one);
        if (status != SL_OK)
            return status;
        sl_json_json(out, NULL, one);
    }
    return SL_OK;
}

sl_status charge_attempts_list(sl_context *cx, const void *data)
{
    const struct charge_attempts_params *params = data;
    struct charge charge;
    sl_list tries = { .count = 0 };
    sl_list later = { .count = 0 };
    sl_status status = charge_load(cx, params->charge_id, "id", &charge);
    if (status == SL_OK)
        status = tries_select(cx, &charge, &tries);
    if (status == SL_OK)
        status = sl_select(cx, &payment_attempts,
                           "charge = $2 AND operation <> 'authorize' ORDER BY id LIMIT 101",
                           SL_ARGS(sl_text(charge.id)), &later);
    if (status != SL_OK)
        return status;
    bool has_more = later.count > LATER_MOST;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_open_array(out, "attempts");
    status = attempts_write(cx, out, &tries, tries.count);
    if (status == SL_OK)
        status = attempts_write(cx, out, &later, has_more ? LATER_MOST : later.count);
    if (status != SL_OK)
        return status;
    sl_json_close_array(out);
    sl_json_bool(out, "has_more", has_more);
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}
