/*
 * customers_service.c: "customers/1": who pays, and with what, for other plugins.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "customers_service.h"

#include "customer_service.h"
#include "payment_method_service.h"

/* A caller built against an older header gets as much of the view as it knows. */
static void view_give(const void *view, uint32_t size, void *ret)
{
    uint32_t known;
    memcpy(&known, ret, sizeof(known));
    if (known == 0 || known > size)
        known = size;
    memcpy(ret, view, known);
    memcpy(ret, &known, sizeof(known));
}

static void method_give(const struct payment_method *method, sl_payment_method_view *ret)
{
    const sl_payment_method_view view = payment_method_view(method);
    view_give(&view, sizeof(view), ret);
}

static sl_status service_customer(sl_context *cx, const char *id, const char *param,
                                  sl_customer_view *ret)
{
    struct customer customer = { 0 };
    sl_status status = sl_resource_load(cx, &customer_resource, id, param, &customer);
    if (status != SL_OK)
        return status;
    const sl_customer_view view = {
        .struct_size = sizeof(view),
        .deleted = customer.deleted,
        .id = customer.id,
        .email = customer.email,
        .name = customer.name,
        .default_payment_method = customer.default_payment_method ? customer.default_payment_method
                                                                  : customer.default_source,
        .test_clock = customer.test_clock,
    };
    view_give(&view, sizeof(view), ret);
    return SL_OK;
}

static sl_status stored_method(sl_context *cx, const char *id, const char *param,
                               struct payment_method *ret)
{
    *ret = (struct payment_method){ 0 };
    if (!id)
        return method_missing(cx, id, param);
    sl_status status = sl_find(cx, &payment_methods_table, id, ret);
    return status == SL_E_NOT_FOUND ? method_missing(cx, id, param) : status;
}

static sl_status service_method(sl_context *cx, const char *id, const char *param,
                                sl_payment_method_view *ret)
{
    struct payment_method method;
    sl_status status = stored_method(cx, id, param, &method);
    const char *confined = sl_caller_customer(cx);
    if (status == SL_OK && confined && !same(method.customer, confined))
        return method_missing(cx, id, param);
    if (status == SL_OK)
        method_give(&method, ret);
    return status;
}

static sl_status service_resolve(sl_context *cx, const sl_method_request *request,
                                 sl_payment_method_view *ret)
{
    struct method_source source;
    sl_status status = method_source_find(cx, request, &source);
    if (status != SL_OK)
        return status;
    method_source_keep(cx, &source);
    method_give(&source.method, ret);
    return SL_OK;
}

static sl_status service_create(sl_context *cx, const sl_method_draft *draft,
                                sl_payment_method_view *ret)
{
    struct method_source source;
    sl_status status = method_source_make(cx, draft, &source);
    if (status != SL_OK)
        return status;
    method_source_keep(cx, &source);
    method_give(&source.method, ret);
    return SL_OK;
}

static sl_status service_attach(sl_context *cx, const char *method, const char *customer,
                                bool accepted)
{
    struct method_source source = { .is_new = false };
    struct customer owner;
    bool there;
    sl_status status = stored_method(cx, method, "payment_method", &source.method);
    if (status == SL_OK)
        status = customer_load(cx, customer, "customer", &owner);
    if (status == SL_OK)
        status = method_attach_check(cx, &source.method, owner.id,
                                     accepted ? ATTACH_ACCEPTED : ATTACH_ASK, &there);
    if (status != SL_OK || there)
        return status;
    customer_guard(cx, &owner);
    method_attach(cx, &source, owner.id);
    return SL_OK;
}

static sl_status service_make_default(sl_context *cx, const char *method, const char *customer)
{
    return customer_default_set(cx, customer, method);
}

static sl_status service_billing_details(sl_context *cx, const char *method, const char **ret_json)
{
    struct payment_method row;
    sl_status status = stored_method(cx, method, "payment_method", &row);
    if (status != SL_OK)
        return status;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    billing_details_write(out, &row);
    sl_json_close(out);
    *ret_json = sl_json_text(out, NULL);
    return SL_OK;
}

static sl_status service_method_json(sl_context *cx, const char *method, sl_json **ret_json)
{
    struct payment_method row;
    sl_status status = stored_method(cx, method, "payment_method", &row);
    return status == SL_OK ? sl_resource_json(cx, &payment_method_resource, &row, ret_json)
                           : status;
}

const sl_customers_service customers_service = {
    .struct_size = sizeof(sl_customers_service),
    .customer = service_customer,
    .method = service_method,
    .resolve = service_resolve,
    .create = service_create,
    .attach = service_attach,
    .make_default = service_make_default,
    .write_card = card_details_write,
    .billing_details = service_billing_details,
    .method_json = service_method_json,
};
