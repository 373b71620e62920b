/*
 * customer_fields.h: what a request says, put into a customer's row.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CUSTOMER_FIELDS_H
#define CUSTOMER_FIELDS_H

#include "customer_model.h"

/* Every column that an update may change, but for balance, currency and the default methods. */
#define CUSTOMER_PLAIN_COLUMNS                                                                      \
    "email, name, phone, description, business_name, individual_name, tax_exempt, invoice_prefix, " \
    "next_invoice_sequence, footer, amount_tax_display, rendering_template, custom_fields, "        \
    "preferred_locales, address, shipping, metadata"

/* Puts what the request names into the row, but for balance and methods. Refuses what Stripe refuses. [suspends] */
sl_status customer_fields_take(sl_context *cx, const struct customer_params *in,
                               struct customer *customer) SL_MUST_CHECK;

/* The email in lower case, as unique_email compares it. [no-suspend] */
const char *email_lower(sl_context *cx, const char *email);

/* With unique_email on: moves the customer's claim from its email before to the one now; either may be NULL. SL_E_EXISTS
 * when another customer has it. [suspends] */
sl_status email_claim(sl_context *cx, const struct customer *customer,
                      const char *before) SL_MUST_CHECK;

#endif
