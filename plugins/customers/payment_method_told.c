/*
 * payment_method_told.c: a payment method as a gateway tells of it.
 *
 * The gateway knows the method by its id, which is its token here too. A method that was detached stays so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "customer_service.h"
#include "payment_method_service.h"
#include "told.h"

#define METHOD_COLUMNS                                                                       \
    "created, brand, last4, fingerprint, funding, country, cvc_check, exp_month, exp_year, " \
    "name, email, phone, tax_id, allow_redisplay, address, metadata"

static void method_blank(const char *gateway, const char *id, int64_t created,
                         struct payment_method *ret)
{
    *ret = (struct payment_method){
        .id = id,
        .created = created,
        .type = METHOD_CARD,
        .gateway = gateway,
        .token = id,
        .allow_redisplay = "unspecified",
    };
}

static sl_status fields_take(sl_context *cx, const sl_value *object, struct payment_method *method)
{
    const sl_value *card = sl_value_member(object, "card");
    const sl_value *billing = sl_value_member(object, "billing_details");
    const struct {
        const sl_value *from;
        const char *name;
        const char **member;
    } texts[] = {
        { card, "brand", &method->brand },
        { card, "last4", &method->last4 },
        { card, "fingerprint", &method->fingerprint },
        { card, "funding", &method->funding },
        { card, "country", &method->country },
        { sl_value_member(card, "checks"), "cvc_check", &method->cvc_check },
        { billing, "name", &method->name },
        { billing, "email", &method->email },
        { billing, "phone", &method->phone },
        { billing, "tax_id", &method->tax_id },
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        told_text(texts[i].from, texts[i].name, texts[i].member);
    method->created = sl_value_int(sl_value_member(object, "created"), method->created);
    method->exp_month = sl_value_int(sl_value_member(card, "exp_month"), method->exp_month);
    method->exp_year = sl_value_int(sl_value_member(card, "exp_year"), method->exp_year);
    method->allow_redisplay =
        sl_value_string(sl_value_member(object, "allow_redisplay"), method->allow_redisplay);
    sl_status status = told_address(cx, billing, &method->address);
    return status == SL_OK ? told_metadata(cx, object, &method->metadata) : status;
}

/* Puts a method that belongs to nobody to a customer who is there; the row is in the database or in the write set. */
static sl_status method_give(sl_context *cx, struct payment_method *method, const char *customer,
                             int64_t created)
{
    if (method->customer || method->detached)
        return SL_OK;
    struct customer owner;
    sl_status status = customer_named(cx, customer, created, &owner);
    if (status != SL_OK)
        return status;
    if (owner.deleted) {
        /* It went with its customer, who was heard of first. */
        method->detached = true;
        sl_update(cx, &payment_methods_table, method, "detached");
        return SL_OK;
    }
    customer_guard(cx, &owner);
    method->customer = customer;
    sl_update(cx, &payment_methods_table, method, "customer");
    sl_event(cx, "payment_method.attached", &payment_method_resource, method, NULL);
    return SL_OK;
}

sl_status payment_method_named(sl_context *cx, const char *gateway, const char *id,
                               const char *customer, bool *ret_attached)
{
    struct payment_method method = { 0 };
    sl_status status = sl_find(cx, &payment_methods_table, id, &method);
    if (status == SL_E_NOT_FOUND) {
        method_blank(gateway, id, sl_now(cx), &method);
        method.customer = customer;
        sl_insert(cx, &payment_methods_table, &method);
        sl_event(cx, "payment_method.attached", &payment_method_resource, &method, NULL);
        *ret_attached = true;
        return SL_OK;
    }
    if (status != SL_OK)
        return status;
    if (!method.customer && !method.detached) {
        method.customer = customer;
        sl_update(cx, &payment_methods_table, &method, "customer");
        sl_event(cx, "payment_method.attached", &payment_method_resource, &method, NULL);
    }
    *ret_attached = same(method.customer, customer);
    return SL_OK;
}

static sl_status method_take_away(sl_context *cx, struct payment_method *method)
{
    if (method->customer)
        return method_detach(cx, method);
    if (method->detached)
        return SL_OK;
    method->detached = true;
    sl_update(cx, &payment_methods_table, method, "detached");
    return SL_OK;
}

sl_status payment_method_told(sl_context *cx, const sl_gateway_object *told)
{
    struct payment_method *method = sl_alloc(cx, sizeof(*method));
    sl_status status = sl_find(cx, &payment_methods_table, told->id, method);
    bool fresh = status == SL_E_NOT_FOUND;
    if (status != SL_OK && !fresh)
        return status;
    if (fresh)
        method_blank(told->gateway, told->id, told->created, method);
    const struct payment_method before = *method;
    status = fields_take(cx, told->object, method);
    if (status != SL_OK)
        return status;
    if (fresh) {
        method->type = sl_value_string(sl_value_member(told->object, "type"), method->type);
        sl_insert(cx, &payment_methods_table, method);
    } else {
        const sl_json *previous = changes_between(cx, &payment_method_resource, &before, method);
        if (previous) {
            sl_update(cx, &payment_methods_table, method, METHOD_COLUMNS);
            sl_event(cx, "payment_method.updated", &payment_method_resource, method, previous);
        }
    }
    const char *customer = told_id(told->object, "customer");
    if (same(told->event_type, "payment_method.detached"))
        return method_take_away(cx, method);
    return customer ? method_give(cx, method, customer, told->created) : SL_OK;
}
