/*
 * customer_service.c: making, changing and deleting customers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "customer_service.h"

#include "balance_transaction_service.h"
#include "customer_fields.h"
#include "payment_method_service.h"

#define PREFIX_LENGTH 8
#define DEFAULT_PARAM "invoice_settings[default_payment_method]"

sl_status customer_load(sl_context *cx, const char *id, const char *param, struct customer *ret)
{
    *ret = (struct customer){ 0 };
    sl_status status = sl_resource_load(cx, &customer_resource, id, param, ret);
    if (status != SL_OK || !ret->deleted)
        return status;
    bool in_path = !param || same(param, "id");
    const char *missing = sl_format(cx, "No such customer: '%s'", id);
    if (in_path && sl_face(cx) == SL_FACE_LITE)
        missing = customer_resource.lite_missing;
    return sl_fail_param(cx, in_path ? SL_E_NOT_FOUND : SL_E_INVALID, "resource_missing",
                         in_path ? "id" : param, "%s", missing);
}

void customer_guard(sl_context *cx, struct customer *customer)
{
    sl_update(cx, &customers_table, customer, "deleted");
}

void customer_changed(sl_context *cx, const struct customer *before, struct customer *customer,
                      const char *columns)
{
    const sl_json *previous = changes_between(cx, &customer_resource, before, customer);
    if (!previous)
        return;
    sl_update(cx, &customers_table, customer, columns);
    sl_event(cx, "customer.updated", &customer_resource, customer, previous);
}

/* ---- making ---- */

static const char *prefix_new(sl_context *cx)
{
    const char *random = sl_random_text(cx, PREFIX_LENGTH);
    char *prefix = sl_copy(cx, random, PREFIX_LENGTH);
    for (char *at = prefix; *at; at++) {
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    }
    return prefix;
}

void customer_blank(sl_context *cx, const char *id, int64_t created, struct customer *ret)
{
    *ret = (struct customer){
        .id = id,
        .created = created,
        .tax_exempt = "none",
        .invoice_prefix = prefix_new(cx),
        .next_invoice_sequence = 1,
        .custom_fields = { .item_size = sizeof(struct custom_field) },
        .preferred_locales = { .item_size = sizeof(const char *) },
    };
}

static void customer_begin(sl_context *cx, struct customer *ret)
{
    customer_blank(cx, sl_id(cx, "cus"), sl_now(cx), ret);
}

/* Finds the method that a parameter names and asks its gateway; nothing is written. */
static sl_status method_obtain(sl_context *cx, const char *customer, const char *value,
                               const char *param, uint32_t flags, struct method_source *ret)
{
    const sl_method_request request = {
        .struct_size = sizeof(request),
        .flags = flags,
        .value = value,
        .param = param,
    };
    bool there;
    int32_t ask = flags & SL_METHOD_LITE ? ATTACH_ASK_REAL : ATTACH_ASK;
    sl_status status = method_source_find(cx, &request, ret);
    return status == SL_OK ? method_attach_check(cx, &ret->method, customer, ask, &there) : status;
}

/* The default that a new customer names must be the method it brings along. */
static sl_status default_of_new(sl_context *cx, const struct customer_params *in,
                                struct method_source *method, struct customer *customer)
{
    const char *wanted =
        in->invoice_settings ? text_or_null(in->invoice_settings->default_payment_method) : NULL;
    if (!wanted)
        return SL_OK;
    if (!method->method.id ||
        (!same(wanted, in->payment_method) && !same(wanted, method->method.id)))
        return sl_fail_param(
            cx, SL_E_INVALID, "resource_missing", DEFAULT_PARAM,
            "The customer does not have a payment method with the ID %s. The payment "
            "method must be attached to the customer.",
            wanted);
    customer->default_payment_method = method->method.id;
    return SL_OK;
}

static void customer_insert(sl_context *cx, struct customer *customer,
                            struct method_source *methods, uint32_t count)
{
    sl_insert(cx, &customers_table, customer);
    sl_event(cx, "customer.created", &customer_resource, customer, NULL);
    for (uint32_t i = 0; i < count; i++) {
        if (methods[i].method.id)
            method_attach(cx, &methods[i], customer->id);
    }
}

sl_status customer_create(sl_context *cx, const struct customer_params *in, struct customer *ret)
{
    struct method_source methods[2] = { { .is_new = false }, { .is_new = false } };
    customer_begin(cx, ret);
    sl_status status = customer_fields_take(cx, in, ret);
    if (status == SL_OK && in->payment_method)
        status = method_obtain(cx, ret->id, in->payment_method, "payment_method", 0, &methods[0]);
    if (status == SL_OK && in->source)
        status = method_obtain(cx, ret->id, in->source, "source", 0, &methods[1]);
    if (status == SL_OK)
        status = default_of_new(cx, in, &methods[0], ret);
    if (status == SL_OK)
        status = email_claim(cx, ret, NULL);
    if (status != SL_OK)
        return status;
    if (methods[1].method.id)
        ret->default_source = methods[1].method.id;
    if (in->balance != SL_NONE && in->balance != 0) {
        status = balance_move(cx, ret, in->balance, sl_default_currency(cx), BALANCE_INITIAL);
        if (status != SL_OK)
            return status;
    }
    customer_insert(cx, ret, methods, 2);
    return SL_OK;
}

sl_status customer_create_lite(sl_context *cx, const struct lite_customer_params *in,
                               struct customer *ret)
{
    struct method_source method = { .is_new = false };
    customer_begin(cx, ret);
    ret->name = in->name;
    ret->email = in->email;
    ret->phone = text_or_null(in->phone);
    ret->description = text_or_null(in->description);
    ret->metadata = sl_map_merge(cx, NULL, in->metadata);
    sl_status status = SL_OK;
    if (text_or_null(in->payment_info))
        status =
            method_obtain(cx, ret->id, in->payment_info, "payment_info", SL_METHOD_LITE, &method);
    if (status == SL_OK)
        status = email_claim(cx, ret, NULL);
    if (status != SL_OK)
        return status;
    if (method.method.id) {
        ret->default_payment_method = method.method.id;
        ret->payment_info = payment_method_words(cx, &method.method);
    }
    customer_insert(cx, ret, &method, 1);
    return SL_OK;
}

/* ---- defaults ---- */

static sl_status method_of_customer(sl_context *cx, const char *customer, const char *method,
                                    const char *param, struct payment_method *ret)
{
    *ret = (struct payment_method){ 0 };
    sl_status status = sl_find(cx, &payment_methods_table, method, ret);
    if (status != SL_OK && status != SL_E_NOT_FOUND)
        return status;
    if (status == SL_OK && same(ret->customer, customer))
        return SL_OK;
    return sl_fail_param(cx, SL_E_INVALID, "resource_missing", param,
                         "The customer does not have a payment method with the ID %s. The payment "
                         "method must be attached to the customer.",
                         method);
}

/* The method is guarded too: it may not be detached while it becomes a default. */
static sl_status default_take(sl_context *cx, const char *value, const char *param,
                              const struct customer *customer, const char **member)
{
    if (!sl_given(cx, param))
        return SL_OK;
    if (!text_or_null(value)) {
        *member = NULL;
        return SL_OK;
    }
    struct payment_method method;
    sl_status status = method_of_customer(cx, customer->id, value, param, &method);
    if (status != SL_OK)
        return status;
    sl_update(cx, &payment_methods_table, &method, "customer");
    *member = method.id;
    return SL_OK;
}

sl_status customer_default_set(sl_context *cx, const char *customer, const char *method)
{
    struct customer row;
    struct payment_method found;
    sl_status status = customer_load(cx, customer, "customer", &row);
    if (status == SL_OK)
        status = method_of_customer(cx, customer, method, "payment_method", &found);
    if (status != SL_OK || same(row.default_payment_method, method))
        return status;
    const struct customer before = row;
    row.default_payment_method = found.id;
    sl_update(cx, &payment_methods_table, &found, "customer");
    customer_changed(cx, &before, &row, "default_payment_method");
    return SL_OK;
}

sl_status customer_default_forget(sl_context *cx, const char *customer, const char *method)
{
    struct customer row = { 0 };
    sl_status status = sl_find(cx, &customers_table, customer, &row);
    if (status != SL_OK)
        return status == SL_E_NOT_FOUND ? SL_OK : status;
    const struct customer before = row;
    if (same(row.default_payment_method, method))
        row.default_payment_method = NULL;
    if (same(row.default_source, method))
        row.default_source = NULL;
    customer_changed(cx, &before, &row, "default_payment_method, default_source");
    return SL_OK;
}

/* ---- changing ---- */

/* A new source is attached and becomes the default source. */
static sl_status source_take(sl_context *cx, struct customer *customer,
                             struct method_source *source)
{
    if (!source->method.id)
        return SL_OK;
    if (!same(source->method.customer, customer->id))
        method_attach(cx, source, customer->id);
    customer->default_source = source->method.id;
    return SL_OK;
}

sl_status customer_update(sl_context *cx, const struct customer_params *in, struct customer *ret)
{
    struct method_source source = { .is_new = false };
    sl_status status = customer_load(cx, in->id, "id", ret);
    const struct customer before = *ret;
    if (status == SL_OK)
        status = customer_fields_take(cx, in, ret);
    if (status == SL_OK && in->source)
        status = method_obtain(cx, ret->id, in->source, "source", 0, &source);
    if (status == SL_OK)
        status = source_take(cx, ret, &source);
    if (status == SL_OK && in->invoice_settings)
        status = default_take(cx, in->invoice_settings->default_payment_method, DEFAULT_PARAM, ret,
                              &ret->default_payment_method);
    if (status == SL_OK)
        status = default_take(cx, in->default_source, "default_source", ret, &ret->default_source);
    if (status == SL_OK)
        status = email_claim(cx, ret, before.email);
    if (status == SL_OK && in->balance != SL_NONE && in->balance != before.balance) {
        int64_t change;
        if (!sl_money_subtract(in->balance, before.balance, &change))
            return sl_fail_param(cx, SL_E_INVALID, "parameter_invalid_integer", "balance",
                                 "The balance is too large.");
        status =
            balance_move(cx, ret, change, ret->currency ? ret->currency : sl_default_currency(cx),
                         BALANCE_ADJUSTMENT);
    }
    if (status == SL_OK)
        customer_changed(cx, &before, ret,
                         CUSTOMER_PLAIN_COLUMNS
                         ", balance, currency, default_payment_method, default_source");
    return status;
}

sl_status customer_delete(sl_context *cx, const char *id, struct customer *ret)
{
    sl_status status = customer_load(cx, id, "id", ret);
    if (status == SL_OK)
        status = methods_release(cx, ret->id);
    if (status != SL_OK)
        return status;
    struct customer whole = *ret;
    whole.whole = true;
    const char *email = ret->email;
    struct customer nobody = *ret;
    nobody.email = NULL;
    status = email_claim(cx, &nobody, email);
    if (status != SL_OK)
        return status;
    ret->deleted = true;
    ret->default_payment_method = NULL;
    ret->default_source = NULL;
    sl_update(cx, &customers_table, ret, "deleted, default_payment_method, default_source");
    sl_event(cx, "customer.deleted", &customer_resource, &whole, NULL);
    return SL_OK;
}
