/*
 * payment_method_service.c: attaching, changing, detaching.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_method_service.h"

#include "card_check.h"
#include "customer_service.h"

static sl_status gateway_failure(sl_context *cx, sl_context *aside, sl_status status)
{
    const char *message = sl_error_message(aside);
    sl_status failed =
        sl_fail(cx, status, sl_error_code(aside), "%s",
                message ? message : "The gateway did not accept the payment method.");
    sl_error_decline(cx, sl_error_decline_code(aside), NULL);
    return failed;
}

/* The gateway is asked beside the caller's write set, which may hold the method that is being attached. */
static sl_status gateway_attach_ask(sl_context *cx, const struct payment_method *method,
                                    const char *customer, int32_t ask)
{
    const sl_gateway *gateway;
    sl_status status = sl_gateway_choose(cx, method->gateway, NULL, METHOD_CARD, &gateway);
    if (status != SL_OK)
        return status;
    if (ask == ATTACH_ASK_REAL && sl_gateway_can(gateway, SL_GATEWAY_TEST_ONLY))
        return SL_OK;
    sl_context *aside = sl_context_aside(cx);
    status = sl_gateway_attach(aside, gateway, method->token, customer);
    if (status == SL_OK)
        card_tokens_attach(aside, method->tokens, customer);
    return status == SL_OK ? SL_OK : gateway_failure(cx, aside, status);
}

/* The gateway lets go of it first: what it still holds could be charged there, what it does not hold can only be detached
 * again. One whose gateway takes no payments any more is only ours. */
static sl_status gateway_detach_ask(sl_context *cx, const struct payment_method *method)
{
    const sl_gateway *gateway;
    if (sl_gateway_choose(cx, method->gateway, NULL, METHOD_CARD, &gateway) != SL_OK) {
        sl_error_clear(cx);
        return SL_OK;
    }
    sl_context *aside = sl_context_aside(cx);
    sl_status status = sl_gateway_detach(aside, gateway, method->token);
    return status == SL_OK ? SL_OK : gateway_failure(cx, aside, status);
}

sl_status method_attach_check(sl_context *cx, const struct payment_method *method,
                              const char *customer, int32_t ask, bool *ret_there)
{
    *ret_there = same(method->customer, customer);
    if (*ret_there)
        return SL_OK;
    if (method->customer)
        return sl_fail(cx, SL_E_INVALID, "payment_method_unexpected_state",
                       "The payment method you provided has already been attached to a customer.");
    if (method->detached)
        return sl_fail(
            cx, SL_E_INVALID, "payment_method_unexpected_state",
            "This PaymentMethod was detached from a Customer, and may not be used again.");
    return ask == ATTACH_ACCEPTED ? SL_OK : gateway_attach_ask(cx, method, customer, ask);
}

void method_attach(sl_context *cx, struct method_source *source, const char *customer)
{
    bool is_new = source->is_new;
    source->method.customer = customer;
    method_source_keep(cx, source);
    if (!is_new)
        sl_update(cx, &payment_methods_table, &source->method, "customer");
    sl_event(cx, "payment_method.attached", &payment_method_resource, &source->method, NULL);
}

static void billing_take(sl_context *cx, const struct billing_params *in,
                         struct payment_method *method)
{
    text_take(cx, "billing_details[email]", in->email, &method->email);
    text_take(cx, "billing_details[name]", in->name, &method->name);
    text_take(cx, "billing_details[phone]", in->phone, &method->phone);
    text_take(cx, "billing_details[tax_id]", in->tax_id, &method->tax_id);
    if (sl_given(cx, "billing_details[address]"))
        method->address = address_sound(cx, in->address);
}

static sl_status expiry_take(sl_context *cx, const struct card_update_params *in,
                             struct payment_method *method)
{
    if (in->exp_month != SL_NONE)
        method->exp_month = in->exp_month;
    if (in->exp_year != SL_NONE)
        method->exp_year = card_full_year(in->exp_year);
    struct card_fault fault = card_check_expiry(method->exp_month, method->exp_year, sl_now(cx));
    if (!fault.code)
        return SL_OK;
    return sl_fail_param(cx, SL_E_CARD, fault.code, fault.param, "%s", fault.message);
}

sl_status method_update(sl_context *cx, struct payment_method *method,
                        const struct payment_method_update_params *in)
{
    const struct payment_method before = *method;
    if (!method->customer)
        return sl_fail(cx, SL_E_INVALID, "payment_method_unexpected_state",
                       "You must save this PaymentMethod to a customer before you can update it.");
    if (in->billing_details)
        billing_take(cx, in->billing_details, method);
    if (in->allow_redisplay)
        method->allow_redisplay = in->allow_redisplay;
    sl_status status = metadata_take(cx, in->metadata, &method->metadata);
    if (status == SL_OK && in->card)
        status = expiry_take(cx, in->card, method);
    if (status != SL_OK)
        return status;
    const sl_json *previous = changes_between(cx, &payment_method_resource, &before, method);
    if (!previous)
        return SL_OK;
    sl_update(
        cx, &payment_methods_table, method,
        "allow_redisplay, name, email, phone, tax_id, address, exp_month, exp_year, metadata");
    sl_event(cx, "payment_method.updated", &payment_method_resource, method, previous);
    return SL_OK;
}

static void method_release(sl_context *cx, struct payment_method *method)
{
    const struct payment_method before = *method;
    method->customer = NULL;
    method->detached = true;
    sl_update(cx, &payment_methods_table, method, "customer, detached");
    sl_event(cx, "payment_method.detached", &payment_method_resource, method,
             changes_between(cx, &payment_method_resource, &before, method));
}

sl_status method_detach(sl_context *cx, struct payment_method *method)
{
    const char *owner = method->customer;
    if (!owner)
        return sl_fail(
            cx, SL_E_INVALID, "payment_method_unexpected_state",
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible.");
    sl_status status = gateway_detach_ask(cx, method);
    if (status == SL_OK)
        status = customer_default_forget(cx, owner, method->id);
    if (status == SL_OK)
        method_release(cx, method);
    return status;
}

sl_status methods_release(sl_context *cx, const char *customer)
{
    sl_list methods;
    sl_status status = sl_select(cx, &payment_methods_table, "customer = $2 ORDER BY created, id",
                                 SL_ARGS(sl_text(customer)), &methods);
    for (uint32_t i = 0; status == SL_OK && i < methods.count; i++)
        status = gateway_detach_ask(cx, SL_ITEM(methods, struct payment_method, i));
    if (status != SL_OK)
        return status;
    for (uint32_t i = 0; i < methods.count; i++)
        method_release(cx, SL_ITEM(methods, struct payment_method, i));
    return SL_OK;
}
