/*
 * payment_method_model.h: the payment method's row and rendering.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_METHOD_MODEL_H
#define PAYMENT_METHOD_MODEL_H

#include "customer_model.h"

#define METHOD_CARD "card"

struct payment_method {
    const char *id;
    int64_t created;
    int64_t version;
    const char *type;
    const char *customer;
    const char *gateway; /* whose token it is */
    const char *token;   /* by which that gateway knows the card; never its number */
    const char *tokens;  /* other gateways' tokens by name, a JSON object; or NULL */
    const char *brand;
    const char *last4;
    const char *fingerprint;
    const char *funding;
    const char *country;
    const char *cvc_check;
    int64_t exp_month;
    int64_t exp_year;
    const char *name;
    const char *email;
    const char *phone;
    const char *tax_id;
    const char *allow_redisplay;
    bool detached; /* was taken from its customer: may not be used again */
    struct address *address;
    const sl_map *metadata;
};

extern const sl_table payment_methods_table;
extern const sl_resource payment_method_resource;

struct billing_params {
    struct address *address;
    const char *email;
    const char *name;
    const char *phone;
    const char *tax_id;
};
extern const sl_field billing_fields[];
extern const char *const redisplays[];

/* [no-suspend], all of these */
sl_payment_method_view payment_method_view(const struct payment_method *method);
/* The members of `billing_details` into the object that is open. */
void billing_details_write(sl_json *out, const struct payment_method *method);
/* What a payment's details say of the card; see sl_customers_service. */
void card_details_write(sl_json *out, const sl_payment_method_view *method);
/* "visa ending in 4242". */
const char *payment_method_words(sl_context *cx, const struct payment_method *method);

#endif
