/*
 * payment_intent_details.h: what a client says about a payment besides its money, kept and shown as it was said.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_INTENT_DETAILS_H
#define PAYMENT_INTENT_DETAILS_H

#include "payments.h"

/* payment_method_options[card]; every member is a text. */
struct card_options {
    const char *request_three_d_secure; /* kept in the intent's own column three_d_secure */
    const char *capture_method;         /* "manual" goes before the intent's */
    const char *setup_future_usage;     /* goes before the intent's; "none": do not keep the card */
    const char *network;
    const char *request_extended_authorization;
    const char *request_incremental_authorization;
    const char *request_multicapture;
    const char *request_overcapture;
    const char *setup_credential_usage;
    const char *stored_credential_usage;
    const char *statement_descriptor_suffix_kana;
    const char *statement_descriptor_suffix_kanji;
};

/* amount_details */
struct shipping_amount {
    int64_t amount;
    const char *from_postal_code;
    const char *to_postal_code;
};
struct tax_amount {
    int64_t total_tax_amount;
};
struct amount_details {
    int64_t discount_amount;
    struct shipping_amount *shipping;
    struct tax_amount *tax;
};

/* payment_details */
struct payment_details {
    const char *customer_reference;
    const char *order_reference;
};

/* As parameters, and the first without the member that has a column of its own as columns. */
extern const sl_field card_options_fields[];
extern const sl_field card_options_columns[];
extern const sl_field setup_card_options_fields[];
extern const sl_field amount_details_fields[];
extern const sl_field payment_details_fields[];

/* What is kept when `given` comes to what was `kept`; an empty text takes a wish back. [no-suspend] */
struct card_options *card_options_merge(sl_context *cx, const struct card_options *kept,
                                        const struct card_options *given);

/* Writes the members that were given into the object that is open. [no-suspend] */
void card_options_write(sl_json *out, const struct card_options *options);

/* Write `amount_details` and `payment_details`, or nothing when they were not given. [no-suspend] */
void amount_details_write(sl_json *out, const struct amount_details *details);
void payment_details_write(sl_json *out, const struct payment_details *details);

#endif
