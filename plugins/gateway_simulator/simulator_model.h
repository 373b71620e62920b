/*
 * simulator_model.h: what the simulator keeps: its faults, the customers' challenges, and marks of what it did once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIMULATOR_MODEL_H
#define SIMULATOR_MODEL_H

#include <stripe_lite/stripe_lite.h>

/* The account's faults: one row, id SETTINGS_ID; no row is no fault. Rates are parts per million. */
#define SETTINGS_ID "simulator"
struct simulator_settings {
    const char *id;
    int64_t created;
    int64_t version;
    int64_t latency_ms;
    int64_t error_rate;
    int64_t drop_answer_rate;
    int64_t webhook_delay_ms;
    int64_t webhook_duplicate_rate;
    int64_t webhook_reorder_rate;
};

/* A challenge; its id is the secret in the page's address. */
struct simulator_challenge {
    const char *id;
    int64_t created;
    int64_t version;
    const char *attempt;
    const char *outcome; /* CHALLENGE_... */
    const char *reference;
    const char *currency;
    const char *return_url;
    int64_t amount;
    bool setup;
    bool capture;
};

/* That something happened once: "failed:pay_1" (an error answered this attempt, it was not carried out),
 * "told:dispute.created:pay_1" (the notice is on its way). */
struct simulator_mark {
    const char *id;
    int64_t created;
    int64_t version;
};

extern const sl_table simulator_settings_table;
extern const sl_table simulator_challenges_table;
extern const sl_table simulator_marks_table;

/* The account's faults, all zero when none are set; `ret->version` 0 then. Fails as sl_find does. [suspends] */
sl_status settings_load(sl_context *cx, struct simulator_settings *ret) SL_MUST_CHECK;

/* The challenge of an attempt. SL_E_NOT_FOUND without an error. [suspends] */
sl_status challenge_of_attempt(sl_context *cx, const char *attempt,
                               struct simulator_challenge *ret) SL_MUST_CHECK;

/* Whether the mark "kind:subject" was made, and making it in the write set. [suspends], [no-suspend] */
sl_status mark_find(sl_context *cx, const char *kind, const char *subject,
                    bool *ret_found) SL_MUST_CHECK;
void mark_add(sl_context *cx, const char *kind, const char *subject);

#endif
