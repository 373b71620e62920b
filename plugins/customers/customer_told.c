/*
 * customer_told.c: a customer as a gateway tells of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "balance_transaction_service.h"
#include "customer_fields.h"
#include "customer_service.h"
#include "told.h"

struct nested {
    struct address *address;
    const sl_map *metadata;
};

static const sl_field nested_fields[] = {
    SL_OBJECT(struct nested, address, struct address, address_fields),
    SL_METADATA(struct nested, metadata),
    SL_FIELDS_END,
};

/* Reads one nested member by its table; the others of the object are not looked at. */
static sl_status nested_read(sl_context *cx, const sl_value *object, const char *name,
                             struct nested *ret)
{
    *ret = (struct nested){ .address = NULL };
    const sl_value *value = sl_value_member(object, name);
    if (sl_value_type(value) != SL_VALUE_OBJECT)
        return SL_OK;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_raw(out, name, sl_value_text(cx, value));
    sl_json_close(out);
    size_t length = 0;
    const char *text = sl_json_text(out, &length);
    sl_status status = sl_json_parse(cx, text, length, &value);
    return status == SL_OK ? sl_fields_read(cx, nested_fields, value, ret) : status;
}

sl_status told_address(sl_context *cx, const sl_value *object, struct address **member)
{
    struct nested nested;
    sl_status status = nested_read(cx, object, "address", &nested);
    if (status == SL_OK && sl_value_member(object, "address"))
        *member = address_sound(cx, nested.address);
    return status;
}

sl_status told_metadata(sl_context *cx, const sl_value *object, const sl_map **member)
{
    struct nested nested;
    sl_status status = nested_read(cx, object, "metadata", &nested);
    if (status == SL_OK && sl_value_member(object, "metadata"))
        *member = nested.metadata && nested.metadata->count > 0 ? nested.metadata : NULL;
    return status;
}

static sl_status shipping_take(sl_context *cx, const sl_value *object, struct customer *customer)
{
    const sl_value *value = sl_value_member(object, "shipping");
    if (!value)
        return SL_OK;
    customer->shipping = NULL;
    if (sl_value_type(value) != SL_VALUE_OBJECT)
        return SL_OK;
    customer->shipping = sl_alloc(cx, sizeof(*customer->shipping));
    told_text(value, "name", &customer->shipping->name);
    told_text(value, "phone", &customer->shipping->phone);
    return told_address(cx, value, &customer->shipping->address);
}

static void locales_take(sl_context *cx, const sl_value *object, struct customer *customer)
{
    const sl_value *value = sl_value_member(object, "preferred_locales");
    if (sl_value_type(value) != SL_VALUE_ARRAY)
        return;
    uint32_t count = sl_value_count(value);
    const char **texts = sl_alloc(cx, (count + 1u) * sizeof(*texts));
    customer->preferred_locales = (sl_list){ .item_size = sizeof(*texts), .items = texts };
    for (uint32_t i = 0; i < count; i++) {
        const char *text = sl_value_string(sl_value_item(value, i, NULL), NULL);
        if (text)
            texts[customer->preferred_locales.count++] = text;
    }
}

static sl_status plain_take(sl_context *cx, const sl_value *object, struct customer *customer)
{
    const struct {
        const char *name;
        const char **member;
    } texts[] = {
        { "email", &customer->email },
        { "name", &customer->name },
        { "phone", &customer->phone },
        { "description", &customer->description },
        { "business_name", &customer->business_name },
        { "individual_name", &customer->individual_name },
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        told_text(object, texts[i].name, texts[i].member);
    customer->created = sl_value_int(sl_value_member(object, "created"), customer->created);
    customer->tax_exempt =
        sl_value_string(sl_value_member(object, "tax_exempt"), customer->tax_exempt);
    customer->delinquent =
        sl_value_bool(sl_value_member(object, "delinquent"), customer->delinquent);
    told_text(sl_value_member(object, "invoice_settings"), "footer", &customer->footer);
    locales_take(cx, object, customer);
    sl_status status = told_address(cx, object, &customer->address);
    if (status == SL_OK)
        status = shipping_take(cx, object, customer);
    return status == SL_OK ? told_metadata(cx, object, &customer->metadata) : status;
}

static sl_status balance_take(sl_context *cx, const sl_value *object, struct customer *customer)
{
    int64_t balance = sl_value_int(sl_value_member(object, "balance"), customer->balance);
    const char *currency = text_or_null(sl_value_string(sl_value_member(object, "currency"), NULL));
    int64_t change;
    if (balance == customer->balance)
        return SL_OK;
    if (!sl_money_subtract(balance, customer->balance, &change))
        return sl_fail(cx, SL_E_INVALID, NULL, "The balance of customer %s is too large.",
                       customer->id);
    if (!currency)
        currency = customer->currency ? customer->currency : sl_default_currency(cx);
    return balance_move(cx, customer, change, currency, BALANCE_ADJUSTMENT);
}

static sl_status default_take(sl_context *cx, const sl_gateway_object *told,
                              struct customer *customer)
{
    const sl_value *settings = sl_value_member(told->object, "invoice_settings");
    if (!sl_value_member(settings, "default_payment_method"))
        return SL_OK;
    const char *wanted = told_id(settings, "default_payment_method");
    bool attached = true;
    sl_status status = SL_OK;
    if (wanted && !same(wanted, customer->default_payment_method))
        status = payment_method_named(cx, told->gateway, wanted, customer->id, &attached);
    if (status == SL_OK && attached)
        customer->default_payment_method = wanted;
    return status;
}

static sl_status fields_take(sl_context *cx, const sl_gateway_object *told,
                             const struct customer *before, struct customer *customer)
{
    sl_status status = plain_take(cx, told->object, customer);
    if (status == SL_OK)
        status = email_claim(cx, customer, before ? before->email : NULL);
    if (status == SL_OK)
        status = balance_take(cx, told->object, customer);
    return status == SL_OK ? default_take(cx, told, customer) : status;
}

sl_status customer_named(sl_context *cx, const char *id, int64_t created, struct customer *ret)
{
    *ret = (struct customer){ 0 };
    sl_status status = sl_find(cx, &customers_table, id, ret);
    if (status != SL_E_NOT_FOUND)
        return status;
    customer_blank(cx, id, created, ret);
    sl_insert(cx, &customers_table, ret);
    sl_event(cx, "customer.created", &customer_resource, ret, NULL);
    return SL_OK;
}

static sl_status customer_new(sl_context *cx, const sl_gateway_object *told)
{
    struct customer *customer = sl_alloc(cx, sizeof(*customer));
    customer_blank(cx, told->id, told->created, customer);
    sl_status status = fields_take(cx, told, NULL, customer);
    if (status != SL_OK)
        return status;
    sl_insert(cx, &customers_table, customer);
    sl_event(cx, "customer.created", &customer_resource, customer, NULL);
    return SL_OK;
}

sl_status customer_told(sl_context *cx, const sl_gateway_object *told)
{
    bool gone = same(told->event_type, "customer.deleted") ||
                sl_value_bool(sl_value_member(told->object, "deleted"), false);
    struct customer *customer = sl_alloc(cx, sizeof(*customer));
    sl_status status = sl_find(cx, &customers_table, told->id, customer);
    if (status == SL_E_NOT_FOUND) {
        status = customer_new(cx, told);
        return status == SL_OK && gone ? customer_delete(cx, told->id, customer) : status;
    }
    if (status != SL_OK || customer->deleted)
        return status;
    const struct customer before = *customer;
    status = fields_take(cx, told, &before, customer);
    if (status == SL_OK)
        customer_changed(cx, &before, customer,
                         CUSTOMER_PLAIN_COLUMNS
                         ", created, delinquent, balance, currency, default_payment_method");
    /* What it was like in the end may be told by its deletion alone. */
    return status == SL_OK && gone ? customer_delete(cx, told->id, customer) : status;
}
