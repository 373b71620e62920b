/*
 * stripe_customer.c: customers at Stripe.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_customer.h"

#include "stripe_client.h"

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

sl_status customer_ensure(sl_context *cx, const char *id, const char **ret_upstream)
{
    struct stripe_customer row = { .id = id };
    sl_context *aside = sl_context_aside(cx);
    sl_status status = sl_find(aside, &stripe_customers_table, id, &row);
    if (status == SL_E_NOT_FOUND) {
        status = customer_make(cx, id, &row.upstream);
        if (status != SL_OK)
            return status;
        row.created = sl_now(cx);
        sl_insert(aside, &stripe_customers_table, &row);
        status = sl_commit(aside);
        if (status == SL_E_CONFLICT)
            status = sl_find(aside, &stripe_customers_table, id, &row);
    }
    if (status != SL_OK)
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The customer's id at Stripe was not stored.");
    *ret_upstream = row.upstream;
    return SL_OK;
}
