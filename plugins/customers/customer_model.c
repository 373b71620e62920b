/*
 * customer_model.c: the customer's table and its two faces.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "customer_model.h"

#include "payment_method_model.h"

static const sl_field shipping_fields[] = {
    SL_OBJECT(struct shipping, address, struct address, address_fields),
    SL_STRING(struct shipping, name),
    SL_STRING(struct shipping, phone),
    SL_FIELDS_END,
};

static const sl_field custom_field_fields[] = {
    SL_STRING(struct custom_field, name),
    SL_STRING(struct custom_field, value),
    SL_FIELDS_END,
};

static const sl_field customer_fields[] = {
    SL_ID(struct customer, id, "cus"),
    SL_TIMESTAMP(struct customer, created),
    SL_INT64(struct customer, version),
    SL_BOOL(struct customer, deleted),
    SL_BOOL(struct customer, delinquent),
    SL_STRING(struct customer, email),
    SL_STRING(struct customer, name),
    SL_STRING(struct customer, phone),
    SL_STRING(struct customer, description),
    SL_STRING(struct customer, business_name),
    SL_STRING(struct customer, individual_name),
    SL_INT64(struct customer, balance),
    SL_STRING(struct customer, currency),
    SL_STRING(struct customer, tax_exempt),
    SL_STRING(struct customer, invoice_prefix),
    SL_INT64(struct customer, next_invoice_sequence),
    SL_STRING(struct customer, default_payment_method),
    SL_STRING(struct customer, default_source),
    SL_STRING(struct customer, footer),
    SL_STRING(struct customer, amount_tax_display),
    SL_STRING(struct customer, rendering_template),
    SL_STRING(struct customer, test_clock),
    SL_OBJECTS(struct customer, custom_fields, struct custom_field, custom_field_fields),
    SL_STRINGS(struct customer, preferred_locales),
    SL_OBJECT(struct customer, address, struct address, address_fields),
    SL_OBJECT(struct customer, shipping, struct shipping, shipping_fields),
    SL_METADATA(struct customer, metadata),
    SL_FIELDS_END,
};
const sl_table customers_table = SL_TABLE("customers", struct customer, customer_fields);

static const sl_field customer_email_fields[] = {
    SL_STRING(struct customer_email, id),
    SL_TIMESTAMP(struct customer_email, created),
    SL_INT64(struct customer_email, version),
    SL_ID(struct customer_email, customer, "cus"),
    SL_FIELDS_END,
};
const sl_table customer_emails_table =
    SL_TABLE("customer_emails", struct customer_email, customer_email_fields);

void address_write(sl_json *out, const char *name, const struct address *address)
{
    static const struct address nothing;
    sl_json_open(out, name);
    sl_json_fields(out, address_fields, address ? address : &nothing);
    sl_json_close(out);
}

static void shipping_write(sl_json *out, const struct shipping *shipping)
{
    if (!shipping) {
        sl_json_null(out, "shipping");
        return;
    }
    sl_json_open(out, "shipping");
    address_write(out, "address", shipping->address);
    sl_json_string(out, "name", shipping->name);
    sl_json_string(out, "phone", shipping->phone);
    sl_json_close(out);
}

static void invoice_settings_write(sl_json *out, const struct customer *customer)
{
    sl_json_open(out, "invoice_settings");
    if (customer->custom_fields.count == 0) {
        sl_json_null(out, "custom_fields");
    } else {
        sl_json_open_array(out, "custom_fields");
        for (uint32_t i = 0; i < customer->custom_fields.count; i++) {
            const struct custom_field *field =
                SL_ITEM(customer->custom_fields, struct custom_field, i);
            sl_json_open(out, NULL);
            sl_json_string(out, "name", field->name);
            sl_json_string(out, "value", field->value);
            sl_json_close(out);
        }
        sl_json_close_array(out);
    }
    sl_json_reference(out, "default_payment_method", "payment_method",
                      customer->default_payment_method);
    sl_json_string(out, "footer", customer->footer);
    if (customer->amount_tax_display || customer->rendering_template) {
        sl_json_open(out, "rendering_options");
        sl_json_string(out, "amount_tax_display", customer->amount_tax_display);
        sl_json_string(out, "template", customer->rendering_template);
        sl_json_close(out);
    } else {
        sl_json_null(out, "rendering_options");
    }
    sl_json_close(out);
}

static void deleted_write(sl_json *out, const struct customer *customer)
{
    sl_json_open(out, NULL);
    sl_json_string(out, "id", customer->id);
    sl_json_string(out, "object", "customer");
    sl_json_bool(out, "deleted", true);
    sl_json_close(out);
}

static void names_write(sl_json *out, const struct customer *customer)
{
    sl_json_string(out, "name", customer->name);
    if (customer->business_name)
        sl_json_string(out, "business_name", customer->business_name);
    if (customer->individual_name)
        sl_json_string(out, "individual_name", customer->individual_name);
    sl_json_string(out, "phone", customer->phone);
    sl_json_open_array(out, "preferred_locales");
    for (uint32_t i = 0; i < customer->preferred_locales.count; i++)
        sl_json_string(out, NULL, *SL_ITEM(customer->preferred_locales, const char *, i));
    sl_json_close_array(out);
}

static void customer_render(sl_json *out, const void *row)
{
    const struct customer *customer = row;
    if (customer->deleted && !customer->whole) {
        deleted_write(out, customer);
        return;
    }
    sl_json_open(out, NULL);
    sl_json_string(out, "id", customer->id);
    sl_json_string(out, "object", "customer");
    if (customer->address)
        address_write(out, "address", customer->address);
    else
        sl_json_null(out, "address");
    sl_json_int(out, "balance", customer->balance);
    sl_json_time(out, "created", customer->created);
    sl_json_string(out, "currency", customer->currency);
    sl_json_null(out, "customer_account");
    sl_json_string(out, "default_source", customer->default_source);
    sl_json_bool(out, "delinquent", customer->delinquent);
    sl_json_string(out, "description", customer->description);
    sl_json_null(out, "discount");
    sl_json_string(out, "email", customer->email);
    sl_json_string(out, "invoice_prefix", customer->invoice_prefix);
    invoice_settings_write(out, customer);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_map(out, "metadata", customer->metadata);
    names_write(out, customer);
    sl_json_int(out, "next_invoice_sequence", customer->next_invoice_sequence);
    shipping_write(out, customer->shipping);
    sl_json_string(out, "tax_exempt", customer->tax_exempt);
    sl_json_reference(out, "test_clock", "test_helpers.test_clock", customer->test_clock);
    sl_json_close(out);
}

static void customer_render_lite(sl_json *out, const void *row)
{
    const struct customer *customer = row;
    if (customer->deleted) {
        deleted_write(out, customer);
        return;
    }
    sl_json_open(out, NULL);
    sl_json_string(out, "id", customer->id);
    sl_json_string(out, "name", customer->name);
    sl_json_string(out, "email", customer->email);
    sl_json_string(out, "phone", customer->phone);
    sl_json_string(out, "description", customer->description);
    sl_json_string(out, "payment_info", customer->payment_info);
    sl_json_reference(out, "default_payment_method", "payment_method",
                      customer->default_payment_method);
    sl_json_map(out, "metadata", customer->metadata);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_time(out, "created_at", customer->created);
    sl_json_close(out);
}

/* The default methods of all rows in one query, for payment_info. */
static sl_status customer_prepare(sl_context *cx, sl_list rows, const sl_expansion *wanted)
{
    (void)wanted;
    if (sl_face(cx) != SL_FACE_LITE)
        return SL_OK;
    const char **ids = sl_alloc(cx, (rows.count + 1) * sizeof(*ids));
    sl_list wanted_ids = { .item_size = sizeof(*ids), .items = ids };
    for (uint32_t i = 0; i < rows.count; i++) {
        const struct customer *customer = SL_ITEM(rows, struct customer, i);
        if (customer->default_payment_method && !customer->payment_info)
            ids[wanted_ids.count++] = customer->default_payment_method;
    }
    if (wanted_ids.count == 0)
        return SL_OK;
    sl_list methods;
    sl_status status = sl_select(cx, &payment_methods_table, "id IN ($2)",
                                 SL_ARGS(sl_texts(&wanted_ids)), &methods);
    if (status != SL_OK)
        return status;
    for (uint32_t i = 0; i < rows.count; i++) {
        struct customer *customer = SL_ITEM(rows, struct customer, i);
        for (uint32_t j = 0; j < methods.count; j++) {
            const struct payment_method *method = SL_ITEM(methods, struct payment_method, j);
            if (same(method->id, customer->default_payment_method))
                customer->payment_info = payment_method_words(cx, method);
        }
    }
    return SL_OK;
}

static const sl_filter customer_filters[] = {
    { "email", "email", -1, SL_TYPE_STRING, NULL, "The exact email" },
    { "test_clock", "test_clock", SL_FACE_STRIPE, SL_TYPE_STRING, NULL, "The clock they live by" },
    SL_FILTERS_END,
};

static const sl_search_field customer_search[] = {
    { "created", "created", SL_TYPE_TIMESTAMP },
    { "email", "email", SL_TYPE_STRING },
    { "name", "name", SL_TYPE_STRING },
    { "phone", "phone", SL_TYPE_STRING },
    SL_SEARCH_END,
};

const sl_resource customer_resource = {
    .struct_size = sizeof(sl_resource),
    .flags = SL_RESOURCE_WHERE_LIST | SL_RESOURCE_NO_RETRIEVE,
    .type = "customer",
    .id_prefix = "cus",
    .table = &customers_table,
    .path = "/v1/customers",
    .lite_path = "/customers",
    .lite_plural = "customers",
    .lite_missing = "Customer not found.",
    .render = customer_render,
    .render_lite = customer_render_lite,
    .prepare = customer_prepare,
    .filters = customer_filters,
    .search = customer_search,
    .customer_column = "id",
    .where = "deleted = FALSE",
};
