/*
 * customer_fields.c: what a request says, put into a customer's row.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "customer_fields.h"

#include "customer_service.h"

#define PREFIX_LEAST 3
#define PREFIX_MOST 12
#define CUSTOM_FIELDS_MOST 4

/* ---- nested texts ---- */

struct address *address_sound(sl_context *cx, const struct address *address)
{
    if (!address)
        return NULL;
    struct address *sound = sl_alloc(cx, sizeof(*sound));
    sound->city = text_or_null(address->city);
    sound->country = text_or_null(address->country);
    sound->line1 = text_or_null(address->line1);
    sound->line2 = text_or_null(address->line2);
    sound->postal_code = text_or_null(address->postal_code);
    sound->state = text_or_null(address->state);
    return sound;
}

static struct shipping *shipping_sound(sl_context *cx, const struct shipping *shipping)
{
    if (!shipping)
        return NULL;
    struct shipping *sound = sl_alloc(cx, sizeof(*sound));
    sound->address = address_sound(cx, shipping->address);
    sound->name = shipping->name;
    sound->phone = text_or_null(shipping->phone);
    return sound;
}

/* ---- single rules ---- */

static sl_status prefix_take(sl_context *cx, const char *prefix, struct customer *customer)
{
    if (!prefix || same(prefix, customer->invoice_prefix))
        return SL_OK;
    size_t length = strlen(prefix);
    bool sound = length >= PREFIX_LEAST && length <= PREFIX_MOST &&
                 strspn(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == length;
    if (!sound)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "invoice_prefix",
                             "Invoice prefixes have 3 to 12 capital letters or digits.");
    struct customer other = { 0 };
    sl_status status = sl_select_one(cx, &customers_table, "invoice_prefix = $2",
                                     SL_ARGS(sl_text(prefix)), &other);
    if (status == SL_OK)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "invoice_prefix",
                             "The invoice prefix %s is used by another customer.", prefix);
    if (status != SL_E_NOT_FOUND)
        return status;
    customer->invoice_prefix = prefix;
    return SL_OK;
}

static sl_status custom_fields_take(sl_context *cx, const struct invoice_settings_params *in,
                                    struct customer *customer)
{
    if (!sl_given(cx, "invoice_settings[custom_fields]"))
        return SL_OK;
    if (in->custom_fields.count > CUSTOM_FIELDS_MOST)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "invoice_settings[custom_fields]",
                             "A customer has up to %d custom fields.", CUSTOM_FIELDS_MOST);
    customer->custom_fields = in->custom_fields;
    return SL_OK;
}

static sl_status invoice_settings_take(sl_context *cx, const struct invoice_settings_params *in,
                                       struct customer *customer)
{
    if (!in)
        return SL_OK;
    text_take(cx, "invoice_settings[footer]", in->footer, &customer->footer);
    if (sl_given(cx, "invoice_settings[rendering_options]")) {
        const struct rendering_params *options = in->rendering_options;
        customer->amount_tax_display = options ? text_or_null(options->amount_tax_display) : NULL;
        customer->rendering_template = options ? text_or_null(options->template) : NULL;
    }
    return custom_fields_take(cx, in, customer);
}

static sl_status clock_check(sl_context *cx, const struct customer_params *in)
{
    if (!text_or_null(in->test_clock))
        return SL_OK;
    return sl_fail_param(cx, SL_E_INVALID, "resource_missing", "test_clock",
                         "No such test clock: '%s'", in->test_clock);
}

sl_status customer_fields_take(sl_context *cx, const struct customer_params *in,
                               struct customer *customer)
{
    text_take(cx, "email", in->email, &customer->email);
    text_take(cx, "name", in->name, &customer->name);
    text_take(cx, "phone", in->phone, &customer->phone);
    text_take(cx, "description", in->description, &customer->description);
    text_take(cx, "business_name", in->business_name, &customer->business_name);
    text_take(cx, "individual_name", in->individual_name, &customer->individual_name);
    if (sl_given(cx, "tax_exempt"))
        customer->tax_exempt = text_or_null(in->tax_exempt) ? in->tax_exempt : "none";
    if (sl_given(cx, "address"))
        customer->address = address_sound(cx, in->address);
    if (sl_given(cx, "shipping"))
        customer->shipping = shipping_sound(cx, in->shipping);
    if (sl_given(cx, "preferred_locales"))
        customer->preferred_locales = in->preferred_locales;
    if (in->next_invoice_sequence != SL_NONE)
        customer->next_invoice_sequence = in->next_invoice_sequence;
    sl_status status = metadata_take(cx, in->metadata, &customer->metadata);
    if (status == SL_OK)
        status = clock_check(cx, in);
    if (status == SL_OK)
        status = invoice_settings_take(cx, in->invoice_settings, customer);
    return status == SL_OK ? prefix_take(cx, in->invoice_prefix, customer) : status;
}

/* ---- unique emails ---- */

const char *email_lower(sl_context *cx, const char *email)
{
    char *lower = sl_copy(cx, email, email ? strlen(email) : 0);
    for (char *at = lower; at && *at; at++) {
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    }
    return lower;
}

static sl_status email_release(sl_context *cx, const struct customer *customer, const char *email)
{
    struct customer_email claim = { 0 };
    sl_status status = sl_find(cx, &customer_emails_table, email, &claim);
    if (status == SL_OK && same(claim.customer, customer->id))
        sl_delete(cx, &customer_emails_table, &claim);
    return status == SL_E_NOT_FOUND ? SL_OK : status;
}

/* Customers from before the option was on have no claim: they are found by their own index. */
static sl_status email_is_free(sl_context *cx, const struct customer *customer, const char *email)
{
    struct customer other = { 0 };
    struct customer_email claim = { 0 };
    sl_status status = sl_find(cx, &customer_emails_table, email, &claim);
    if (status == SL_E_NOT_FOUND)
        status = sl_select_one(cx, &customers_table,
                               "LOWER(email) = $2 AND deleted = FALSE AND id <> $3 LIMIT 1",
                               SL_ARGS(sl_text(email), sl_text(customer->id)), &other);
    if (status == SL_E_NOT_FOUND)
        return SL_OK;
    if (status != SL_OK)
        return status;
    return sl_fail_param(cx, SL_E_EXISTS, "email_exists", "email",
                         "A customer with this email exists already.");
}

sl_status email_claim(sl_context *cx, const struct customer *customer, const char *before)
{
    const char *old = email_lower(cx, before);
    const char *now = email_lower(cx, customer->email);
    sl_status status = SL_OK;
    if (same(old, now) || (!old && !now))
        return SL_OK;
    if (old)
        status = email_release(cx, customer, old);
    if (status != SL_OK || !now || !customers_options()->unique_email)
        return status;
    status = email_is_free(cx, customer, now);
    if (status != SL_OK)
        return status;
    struct customer_email claim = { .id = now, .created = sl_now(cx), .customer = customer->id };
    sl_insert(cx, &customer_emails_table, &claim);
    return SL_OK;
}
