/*
 * token_model.h: the row of a single-use token and its rendering.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TOKEN_MODEL_H
#define TOKEN_MODEL_H

#include "customer_model.h"

struct token {
    const char *id;
    int64_t created;
    int64_t version;
    bool used;
    const char *card;    /* "card_...": the id inside the token */
    const char *gateway; /* whose token it is */
    const char *token;   /* by which that gateway knows the card */
    const char *tokens;  /* as a payment method's */
    const char *brand;
    const char *last4;
    const char *fingerprint;
    const char *funding;
    const char *country;
    const char *cvc_check;
    int64_t exp_month;
    int64_t exp_year;
    const char *name;
    struct address *address;
};

extern const sl_table tokens_table;
extern const sl_resource token_resource;

#endif
