/*
 * dispute_model.h: the row of a dispute and its resource.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DISPUTE_MODEL_H
#define DISPUTE_MODEL_H

#include "payments.h"

struct dispute {
    const char *id;
    int64_t created;
    int64_t version;
    const char *status; /* "needs_response", "under_review", "won", "lost" */
    const char *reason;
    int64_t amount;
    const char *currency;
    const char *charge;
    const char *payment_intent;
    const char *customer;
    const char *brand;
    int64_t due_by;
    int64_t submission_count;
    bool has_evidence;
    const char *evidence; /* one flat JSON object of texts, or NULL */
    const sl_map *metadata;
    /* not columns: what `prepare` loads, oldest first */
    sl_list movements;
};

extern const sl_table disputes;
extern const sl_resource dispute_resource;

/* The texts of evidence that clients may give, NULL-terminated. */
extern const char *const dispute_evidence_names[];

#endif
