/*
 * customers.h: the service "customers/1": who pays, and with what.
 *
 * Offered by plugins/customers, needed by whatever charges. Views are copies in the context's arena; what a function adds to
 * the write set becomes real with the caller's commit. Functions that may ask a gateway (`resolve`, `create`, `attach` of a
 * method the gateway has not seen) want nothing pending, as every call to the outside does: call them first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_SERVICES_CUSTOMERS_H
#define STRIPE_LITE_SERVICES_CUSTOMERS_H

#include <stripe_lite/database.h>

SL_BEGIN_DECLS

#define SL_CUSTOMERS_SERVICE "customers/1"

typedef struct sl_customer_view {
    uint32_t struct_size;
    bool deleted;
    bool spare[3];
    const char *id;
    const char *email;
    const char *name;
    const char *
        default_payment_method; /* invoice_settings', else the first kept one that was made default; or NULL */
    const char *test_clock; /* id of the clock the customer lives on, or NULL */
} sl_customer_view;

typedef struct sl_payment_method_view {
    uint32_t struct_size;
    int32_t exp_month;
    int32_t exp_year;
    uint32_t reserved;
    const char *id;       /* "pm_..." */
    const char *type;     /* "card" */
    const char *customer; /* or NULL */
    const char *gateway;  /* whose token it is: "simulator" */
    const char *token;    /* by which that gateway knows it */
    const char *brand;    /* "visa" */
    const char *last4;
    const char *fingerprint;
    const char *funding;     /* "credit", "debit", "prepaid", "unknown" */
    const char *country;     /* "US" */
    const char *cvc_check;   /* "pass", "fail", "unavailable", "unchecked", or NULL */
    const char *postal_code; /* of the billing address, or NULL */
    const char *line1;
    const char *name; /* billing name, email, phone; or NULL */
    const char *email;
    const char *phone;
    int64_t created;
    const char *tokens; /* at further gateways, by name: {"acme": "tok"}; or NULL */
} sl_payment_method_view;

/* How to read the text that a client gave for a payment method. */
typedef struct sl_method_request {
    uint32_t struct_size;
    uint32_t flags; /* SL_METHOD_... */
    const char *
        value; /* "pm_...", "tok_...", "pm_card_visa", "tok_visa"; with SL_METHOD_LITE also "card_4242", "default", digits */
    const char *customer; /* whose default "default" is, or NULL */
    const char *gateway;  /* which gateway resolves names, or NULL: the one chosen for `currency` */
    const char *currency; /* or NULL: the configured one */
    const char *param;    /* the parameter to name in an error: "payment_method" */
} sl_method_request;
#define SL_METHOD_LITE 1u /* the short names of the Stripe_lite routes are understood */

/* A payment method to be made from what a client sent in payment_method_data or source. Numbers are wiped, never stored. */
typedef struct sl_method_draft {
    uint32_t struct_size;
    int32_t exp_month;
    int32_t exp_year;
    uint32_t reserved;
    const char *type;   /* "card" */
    const char *number; /* or NULL when `token` is given */
    const char *cvc;
    const char *token;    /* "tok_..." */
    const char *gateway;  /* or NULL */
    const char *currency; /* or NULL */
    const char *param;    /* prefix of the parameters named in errors: "payment_method_data" */
    const char *name;     /* billing details, each or NULL */
    const char *email;
    const char *phone;
    const char *city;
    const char *country;
    const char *line1;
    const char *line2;
    const char *postal_code;
    const char *state;
    const sl_map *metadata;
    const char *tax_id;          /* of the billing details, or NULL */
    const char *allow_redisplay; /* "unspecified", "limited", "always", or NULL */
} sl_method_draft;

typedef struct sl_customers_service {
    uint32_t struct_size;
    uint32_t reserved;

    /* The customer, also when deleted or only pending in the write set, confined to the caller. Fails as Stripe does: 400
     * `resource_missing` naming `param`, "No such customer: 'cus_1'". The context then lives in the customer's clock.
     * since 1.0 [suspends] */
    sl_status (*customer)(sl_context *cx, const char *id, const char *param, sl_customer_view *ret);

    /* A stored payment method, also when only pending in the write set; never makes one. `resource_missing` naming `param`.
     * since 1.0 [suspends] */
    sl_status (*method)(sl_context *cx, const char *id, const char *param,
                        sl_payment_method_view *ret);

    /* What the text names: a stored method, a token, or a name the gateway knows, of which a new method is made, pending in
     * the write set. `resource_missing` when it names nothing; a number that the gateway refuses is its SL_E_CARD. "default"
     * without one is `resource_missing`. Asks the gateway only for names, tokens and numbers. since 1.0 [suspends] */
    sl_status (*resolve)(sl_context *cx, const sl_method_request *request,
                         sl_payment_method_view *ret);

    /* Makes a method, pending in the write set. since 1.0 [suspends] */
    sl_status (*create)(sl_context *cx, const sl_method_draft *draft, sl_payment_method_view *ret);

    /* Adds the method's attachment to the customer to the write set, with its event; nothing when it is attached there
     * already, `resource_missing` or `payment_method_unexpected_state` otherwise. `accepted`: a payment or setup with this
     * method has succeeded, so the gateway is not asked again. since 1.0 [suspends] */
    sl_status (*attach)(sl_context *cx, const char *method, const char *customer, bool accepted);

    /* Makes an attached method the customer's default, in the write set. since 1.0 [suspends] */
    sl_status (*make_default)(sl_context *cx, const char *method, const char *customer);

    /* Writes the members of `payment_method_details.card` that are the card's own (brand, checks, country, exp_month,
     * exp_year, fingerprint, funding, installments, last4, mandate, network, wallet) into the object that is open.
     * since 1.0 [no-suspend] */
    void (*write_card)(sl_json *out, const sl_payment_method_view *method);

    /* The method's `billing_details` as one JSON object's text. since 1.0 [suspends] */
    sl_status (*billing_details)(sl_context *cx, const char *method, const char **ret_json);

    /* The method as /v1 renders it, for `last_payment_error.payment_method` and errors. since 1.0 [suspends] */
    sl_status (*method_json)(sl_context *cx, const char *method, sl_json **ret_json);
} sl_customers_service;

SL_END_DECLS
#endif
