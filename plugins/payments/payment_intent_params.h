/*
 * payment_intent_params.h: what clients may say about payment intents and setup intents.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_INTENT_PARAMS_H
#define PAYMENT_INTENT_PARAMS_H

#include "payment_intent_details.h"

struct address_params {
    const char *city;
    const char *country;
    const char *line1;
    const char *line2;
    const char *postal_code;
    const char *state;
};

struct billing_params {
    struct address_params *address;
    const char *email;
    const char *name;
    const char *phone;
    const char *tax_id;
};

struct card_params {
    const char *number;
    int64_t exp_month;
    int64_t exp_year;
    const char *cvc;
    const char *token;
};

/* payment_method_data */
struct method_params {
    const char *type;
    const char *allow_redisplay;
    struct card_params *card;
    struct billing_params *billing_details;
    const sl_map *metadata;
};

struct shipping_params {
    struct address_params *address;
    const char *carrier;
    const char *name;
    const char *phone;
    const char *tracking_number;
};

struct automatic_params {
    bool enabled;
    const char *allow_redirects;
};

struct method_options_params {
    struct card_options *card;
};

/* Every parameter of create, update, confirm, capture and cancel; each route's table takes its own. */
struct intent_params {
    const char *id;
    const char *client_secret;
    int64_t amount;
    const char *currency;
    const char *customer;
    const char *payment_method;
    struct method_params *payment_method_data;
    struct method_options_params *payment_method_options;
    struct automatic_params *automatic_payment_methods;
    sl_list payment_method_types;
    sl_list allowed_payment_method_types;
    sl_list excluded_payment_method_types;
    const char *capture_method;
    const char *confirmation_method;
    bool confirm;
    const char *off_session;
    bool error_on_requires_action;
    const char *return_url;
    const char *setup_future_usage;
    const char *description;
    const char *receipt_email;
    const char *statement_descriptor;
    const char *statement_descriptor_suffix;
    const char *transfer_group;
    struct shipping_params *shipping;
    struct amount_details *amount_details;
    struct payment_details *payment_details;
    const sl_map *metadata;
    int64_t amount_to_capture;
    bool final_capture;
    const char *cancellation_reason;
};

extern const sl_field intent_create_fields[];
extern const sl_field intent_update_fields[];
extern const sl_field intent_confirm_fields[];
extern const sl_field intent_capture_fields[];
extern const sl_field intent_cancel_fields[];
extern const sl_field intent_retrieve_fields[];

/* Tables that other objects share. */
extern const sl_field shipping_fields[];
extern const sl_field method_data_fields[];
extern const sl_field method_options_fields[];
extern const sl_field setup_method_options_fields[];
extern const sl_field automatic_fields[];

/* Shipping as it is stored and shown: every member, finished JSON. [no-suspend] */
const char *shipping_text(sl_context *cx, const struct shipping_params *shipping);

/* Whether off_session says that the customer is not there: true, or one of Stripe's older words. [no-suspend] */
bool off_session_given(const struct intent_params *params);

/* The payment method that `payment_method` or `payment_method_data` of a request names, made when it must be; false in
 * `ret_given` when neither is there. The method belongs to `customer` or to nobody, else it is refused. [suspends] */
sl_status method_of_params(sl_context *cx, const char *payment_method,
                           const struct method_params *data, const char *customer,
                           const char *currency, bool *ret_given, sl_payment_method_view *ret);

/* Whether the method may be used by the customer: its own or nobody's. [no-suspend] */
sl_status method_owner_check(sl_context *cx, const sl_payment_method_view *method,
                             const char *customer);

/* The three lists of payment method types must leave "card". [no-suspend] */
sl_status method_types_check(sl_context *cx, sl_list types, sl_list allowed, sl_list excluded);

/* The types of payment methods that Stripe names: those that may be excluded, those that may be allowed. */
extern const char *const excludable_types[];
extern const char *const allowable_types[];

/* A list of such names. */
#define METHOD_TYPES(S, m, NAMES, ...)                                                           \
    {                                                                                            \
        SL_MEMBER(S, m, sl_list, SL_TYPE_LIST),                                                  \
            .item_type = SL_TYPE_ENUM, .item_size = (uint32_t)sizeof(char *), .values = (NAMES), \
            __VA_ARGS__                                                                          \
    }

/* Where a customer is sent back to must be an address; NULL and "" are none given. [no-suspend] */
sl_status return_url_check(sl_context *cx, const char *url);

#endif
