/*
 * stripe_customer.c: customers at Stripe.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_customer.h"

#include <string.h>

#include <stripe_lite/crypto.h>

#include "stripe_client.h"
#include "stripe_options.h"

#define METADATA_CUSTOMER "stripe_lite_customer"

static const sl_field customer_fields[] = {
    SL_STRING(struct stripe_customer, id),
    SL_TIMESTAMP(struct stripe_customer, created),
    SL_INT64(struct stripe_customer, version),
    SL_STRING(struct stripe_customer, upstream),
    SL_FIELDS_END,
};
const sl_table stripe_customers_table =
    SL_TABLE("stripe_customers", struct stripe_customer, customer_fields);

/* The same request whoever makes it and whenever: under its key Stripe makes one customer. */
static sl_status customer_make(sl_context *cx, const char *id, const char **ret_upstream)
{
    struct stripe_form form;
    struct stripe_answer answer;
    form_init(cx, &form);
    form_text(&form, "metadata[" METADATA_CUSTOMER "]", id);
    const struct stripe_question question = {
        .method = "POST",
        .path = "/v1/customers",
        .form = &form,
        .idempotency_key =
            sl_format(cx, "%s_%s_%s", sl_account(cx), sl_livemode(cx) ? "live" : "test", id),
    };
    stripe_ask(cx, &question, &answer);
    const char *upstream = sl_value_string(sl_value_member(answer.object, "id"), NULL);
    if (answer.kind != ANSWER_DONE)
        return stripe_failure(cx, &answer);
    if (!upstream)
        return sl_fail(cx, SL_E_GATEWAY, NULL, "Stripe's customer has no id.");
    *ret_upstream = upstream;
    return SL_OK;
}

static sl_status customer_row(sl_context *cx, const char *id, struct stripe_customer *ret)
{
    sl_context *aside = sl_context_aside(cx);
    *ret = (struct stripe_customer){ .id = id };
    sl_status status = sl_find(aside, &stripe_customers_table, id, ret);
    if (status == SL_E_NOT_FOUND) {
        status = customer_make(cx, id, &ret->upstream);
        if (status != SL_OK)
            return status;
        ret->created = sl_now(cx);
        sl_insert(aside, &stripe_customers_table, ret);
        status = sl_commit(aside);
        if (status == SL_E_CONFLICT)
            status = sl_find(aside, &stripe_customers_table, id, ret);
    }
    return status == SL_OK
               ? SL_OK
               : sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The customer's id at Stripe was not stored.");
}

/* For people who look at Stripe's pages; a payment does not depend on it. A customer who is only being made is told of later. */
static void customer_tell(sl_context *cx, struct stripe_customer *row)
{
    sl_context *aside = sl_context_aside(cx);
    sl_customer_view view = { .struct_size = sizeof(view) };
    if (stripe_customers()->customer(aside, row->id, "customer", &view) != SL_OK)
        return;
    const char *text =
        sl_format(cx, "%s %s", view.name ? view.name : "", view.email ? view.email : "");
    const char *hash = sl_sha256_hex(cx, text, strlen(text));
    if (view.deleted || (row->told && strcmp(row->told, hash) == 0))
        return;
    struct stripe_form form;
    struct stripe_answer answer;
    form_init(cx, &form);
    form_text(&form, "name", view.name);
    form_text(&form, "email", view.email);
    const struct stripe_question question = {
        .method = "POST",
        .path = sl_format(cx, "/v1/customers/%s", sl_url_encode(cx, row->upstream)),
        .form = &form,
        .idempotency_key = sl_id(cx, "customer"),
    };
    if (form.count > 0)
        stripe_ask(cx, &question, &answer);
    if (form.count > 0 && answer.kind != ANSWER_DONE)
        return;
    row->told = hash;
    sl_update(aside, &stripe_customers_table, row, "told");
    /* Otherwise it is told again. */
    if (sl_commit(aside) != SL_OK)
        sl_error_clear(aside);
}

sl_status customer_ensure(sl_context *cx, const char *id, const char **ret_upstream)
{
    struct stripe_customer row;
    sl_status status = customer_row(cx, id, &row);
    if (status != SL_OK)
        return status;
    customer_tell(cx, &row);
    *ret_upstream = row.upstream;
    return SL_OK;
}
