/*
 * customer_routes.c: parse, call, render.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "customer_routes.h"

#include "customer_service.h"

const sl_field customer_id_fields[] = {
    SL_ID(struct customer_id_params, id, "cus", .doc = "The customer"),
    SL_FIELDS_END,
};

sl_status customer_create_route(sl_context *cx, const void *params)
{
    struct customer customer;
    sl_status status = customer_create(cx, params, &customer);
    return status == SL_OK ? sl_resource_reply(cx, 200, &customer_resource, &customer) : status;
}

sl_status customer_create_lite_route(sl_context *cx, const void *params)
{
    struct customer customer;
    sl_json *rendered;
    sl_status status = customer_create_lite(cx, params, &customer);
    if (status == SL_OK)
        status = sl_resource_json(cx, &customer_resource, &customer, &rendered);
    if (status != SL_OK)
        return status;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "status", "success");
    sl_json_json(out, "customer", rendered);
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}

/* A deleted customer is shown as that. */
sl_status customer_show_route(sl_context *cx, const void *params)
{
    const struct customer_id_params *in = params;
    struct customer customer = { 0 };
    sl_status status = sl_resource_load(cx, &customer_resource, in->id, "id", &customer);
    return status == SL_OK ? sl_resource_reply(cx, 200, &customer_resource, &customer) : status;
}

sl_status customer_show_lite_route(sl_context *cx, const void *params)
{
    const struct customer_id_params *in = params;
    struct customer customer;
    sl_status status = customer_load(cx, in->id, "id", &customer);
    return status == SL_OK ? sl_resource_reply(cx, 200, &customer_resource, &customer) : status;
}

sl_status customer_update_route(sl_context *cx, const void *params)
{
    struct customer customer;
    sl_status status = customer_update(cx, params, &customer);
    return status == SL_OK ? sl_resource_reply(cx, 200, &customer_resource, &customer) : status;
}

sl_status customer_delete_route(sl_context *cx, const void *params)
{
    const struct customer_id_params *in = params;
    struct customer customer;
    sl_status status = customer_delete(cx, in->id, &customer);
    return status == SL_OK ? sl_resource_reply(cx, 200, &customer_resource, &customer) : status;
}
