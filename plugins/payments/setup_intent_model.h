/*
 * setup_intent_model.h: the row of a setup intent and its resource.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SETUP_INTENT_MODEL_H
#define SETUP_INTENT_MODEL_H

#include "payments.h"

struct setup_intent {
    const char *id;
    int64_t created;
    int64_t version;
    const char *status; /* see payment_intent_states.h; never requires_capture */
    const char *usage;
    const char *client_secret;
    const char *customer;
    const char *payment_method;
    const char *description;
    const char *return_url;
    const char *action_url;
    const char *open_attempt;
    const char *cancellation_reason;
    const char *three_d_secure;
    const char *redirects;
    sl_list allowed_types;
    sl_list excluded_types;
    const char *last_setup_error;
    const sl_map *metadata;
};

extern const sl_table setup_intents;
extern const sl_resource setup_intent_resource;

#endif
