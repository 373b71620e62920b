/*
 * note_routes.c: parse, call, render.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "note_routes.h"

#include "note_model.h"
#include "note_service.h"

const sl_field note_create_fields[] = {
    SL_ID(struct note_params, customer_id, "cus", .required = true, .doc = "About whom it is"),
    SL_STRING(struct note_params, text, .required = true, .min = 1, .max = 1000,
              .doc = "What is to be known"),
    SL_FIELDS_END,
};

sl_status note_create_route(sl_context *cx, const void *params)
{
    struct note note;
    sl_status status = note_create(cx, params, &note);
    return status == SL_OK ? sl_resource_reply(cx, 200, &note_resource, &note) : status;
}
