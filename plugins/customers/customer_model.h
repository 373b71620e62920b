/*
 * customer_model.h: the customer's row, its parameters and its two faces.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CUSTOMER_MODEL_H
#define CUSTOMER_MODEL_H

#include "customers.h"

struct address {
    const char *city;
    const char *country;
    const char *line1;
    const char *line2;
    const char *postal_code;
    const char *state;
};
extern const sl_field address_fields[];
/* As one object, also when it is NULL: then with nothing in it. [no-suspend] */
void address_write(sl_json *out, const char *name, const struct address *address);

struct shipping {
    struct address *address;
    const char *name;
    const char *phone;
};
struct custom_field {
    const char *name;
    const char *value;
};

struct customer {
    const char *id;
    int64_t created;
    int64_t version;
    bool deleted;
    bool delinquent;
    const char *email;
    const char *name;
    const char *phone;
    const char *description;
    const char *business_name;
    const char *individual_name;
    int64_t balance;
    const char *currency;
    const char *tax_exempt;
    const char *invoice_prefix;
    int64_t next_invoice_sequence;
    const char *default_payment_method;
    const char *default_source;
    const char *footer;
    const char *amount_tax_display;
    const char *rendering_template;
    const char *test_clock;
    sl_list custom_fields;     /* of struct custom_field */
    sl_list preferred_locales; /* of texts */
    struct address *address;
    struct shipping *shipping;
    const sl_map *metadata;

    /* no columns */
    bool whole; /* rendered in full although deleted: the snapshot of customer.deleted */
    const char *payment_info; /* the default method in words; see customer_prepare */
};

/* The row of a unique email, kept while the option unique_email is on: its id is the email in lower case. */
struct customer_email {
    const char *id;
    int64_t created;
    int64_t version;
    const char *customer;
};

extern const sl_table customers_table;
extern const sl_table customer_emails_table;
extern const sl_resource customer_resource;

struct rendering_params {
    const char *amount_tax_display;
    const char *template;
};
struct invoice_settings_params {
    sl_list custom_fields;
    const char *default_payment_method;
    const char *footer;
    struct rendering_params *rendering_options;
};

/* Parameters of create and update; text that is NULL was not given. */
struct customer_params {
    const char *id;
    struct address *address;
    int64_t balance;
    const char *business_name;
    const char *default_source;
    const char *description;
    const char *email;
    const char *individual_name;
    const char *invoice_prefix;
    struct invoice_settings_params *invoice_settings;
    const sl_map *metadata;
    const char *name;
    int64_t next_invoice_sequence;
    const char *payment_method;
    const char *phone;
    sl_list preferred_locales;
    struct shipping *shipping;
    const char *source;
    const char *tax_exempt;
    const char *test_clock;
    bool validate;
};
extern const sl_field customer_create_fields[];
extern const sl_field customer_update_fields[];

/* Parameters of the Stripe_lite route. */
struct lite_customer_params {
    const char *name;
    const char *email;
    const char *phone;
    const char *description;
    const char *payment_info;
    const sl_map *metadata;
};
extern const sl_field lite_customer_fields[];

#endif
