/*
 * payment_intent_model.h: the row of a payment intent, its resource, and how it is written.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_INTENT_MODEL_H
#define PAYMENT_INTENT_MODEL_H

#include "payment_intent_details.h"

struct payment_intent {
    const char *id;
    int64_t created;
    int64_t version;
    const char *status; /* see payment_intent_states.h */
    int64_t amount;
    const char *currency;
    int64_t amount_capturable;
    int64_t amount_received;
    const char *capture_method; /* "automatic", "automatic_async", "manual" */
    const char *confirmation_method;
    const char *client_secret;
    const char *customer;
    const char *payment_method;
    const char *gateway; /* asked for by name, or NULL */
    const char *description;
    const char *receipt_email;
    const char *statement_descriptor;
    const char *statement_descriptor_suffix;
    const char *setup_future_usage;
    const char *transfer_group;
    const char *return_url;
    const char *action_url; /* where the customer goes while the status is requires_action */
    const char *latest_charge;
    const char
        *open_attempt; /* the one attempt that is not settled; nothing else may begin meanwhile */
    const char *cancellation_reason;
    int64_t canceled_at;
    const char *three_d_secure; /* payment_method_options[card][request_three_d_secure] */
    const char *redirects; /* automatic_payment_methods[allow_redirects]; NULL: not automatic */
    sl_list allowed_types;
    sl_list excluded_types;
    struct card_options *card_options;
    struct amount_details *amount_details;
    struct payment_details *payment_details;
    const char *last_payment_error;
    const char *shipping;
    const sl_map *metadata;
};

/* What the card's options and the intent's own say together. [no-suspend] */
bool intent_captures_later(const struct payment_intent *intent);
bool intent_keeps_method(const struct payment_intent *intent);

/* For what the method is kept: "on_session", "off_session", or NULL when it is not. [no-suspend] */
const char *intent_future_usage(const struct payment_intent *intent);

extern const sl_table payment_intents;
extern const sl_resource payment_intent_resource;

/* Loads an intent or fails with `resource_missing`; `param` as in sl_resource_load. [suspends] */
sl_status payment_intent_load(sl_context *cx, const char *id, const char *param,
                              struct payment_intent *ret);

/* Writes an error of the gateway as `last_payment_error` and `last_setup_error` have it. The method is rendered into it when
 * there is one. [suspends] */
struct payment_error {
    const char *type; /* NULL: "card_error" */
    const char *code;
    const char *decline_code;
    const char *advice_code;
    const char *network_code;
    const char *message;
    const char *charge;
    const char *payment_method;
};
sl_status payment_error_text(sl_context *cx, const struct payment_error *error,
                             const char **ret_json);

/* Members that payment intents and setup intents have alike. [no-suspend] */
void next_action_write(sl_json *out, const char *url, const char *return_url);
void automatic_methods_write(sl_json *out, const char *redirects);
void method_options_write(sl_json *out, const char *three_d_secure);
void text_list_write(sl_json *out, const char *name, sl_list texts);

#endif
