/*
 * suite.h: what the checks of one gateway share: where they stand, trying an example, saying what is wrong.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_CONFORMANCE_SUITE_H
#define STRIPE_LITE_CORE_CONFORMANCE_SUITE_H

#include "core/base/context.h"
#include "core/conformance/conformance.h"
#include "core/conformance/script.h"

#define SUITE_AMOUNT 1999
#define SUITE_NUMBER "4242424242424242"
#define SUITE_CVC "7391" /* no number of milliseconds, years or ports looks like it */
#define SUITE_PATIENCE_MS 5000

/* One gateway under check. A check has a context of its own; what outlives it is in `keep`. */
typedef struct suite {
    const sl_conformance *about;
    const sl_gateway *gateway;
    const sl_gateway_conformance *told;
    sl_context *cx;
    sl_arena *keep;
    const char *base; /* the upstream's address */
    int log;
    uint32_t attempts;
    const char *why;     /* what the check found wrong */
    const char *skipped; /* why it has nothing to look at */
    /* Seen on the way, by whatever check: each has a check of its own at the end. */
    const char *secret_told;
    const char *writes_left;
    const char *deadline_missed;
} suite;

/* The check has failed; the first reason stays. since 1.0 [no-suspend] */
void suite_fail(suite *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void suite_skip(suite *s, const char *reason);

/* ---- examples ---- */

/* The first example of an operation with this kind, NULL: none. since 1.0 [no-suspend] */
const sl_gateway_example *suite_example(const suite *s, const char *operation, int32_t kind);

/* The operations that the adapter may have, in the examples' words; NULL past the last. since 1.0 [no-suspend] */
const char *suite_operation(uint32_t index);
bool suite_has(const suite *s, const char *operation);

/* Whether something is sent for it that does more than look. since 1.0 [no-suspend] */
bool suite_calls(const sl_gateway_example *example);

/* Whether any example calls the gateway; when none does the check is skipped. since 1.0 [no-suspend] */
bool suite_has_upstream(suite *s);

const char *suite_kind(int32_t kind);

/* A currency of `exponent` digits that the adapter takes, or NULL. since 1.0 [no-suspend] */
const char *suite_currency(const suite *s, int32_t exponent);

/* ---- trials: one call of one operation ---- */

typedef struct trial {
    const sl_gateway_example *example;
    sl_script_variables variables; /* of a fresh attempt; may be changed before it is run */
    int32_t fault;                 /* SL_UPSTREAM_... */
    const char *says;              /* the whole answer of SL_UPSTREAM_SAYS */
    int64_t patience_ms;
    /* what came of it */
    sl_gateway_outcome outcome;
    const sl_upstream_request *requests;
    uint32_t count;
} trial;

/* A trial of a new attempt, as the example says. since 1.0 [no-suspend] */
trial trial_of(suite *s, const sl_gateway_example *example);

/* Calls the operation. since 1.0 [suspends] */
void trial_run(suite *s, trial *t);

/* Whether a request that does more than look reached the upstream. since 1.0 [no-suspend] */
bool trial_arrived(const trial *t);

/* Fails the check when the outcome has another kind, or the upstream was asked for what no example answers. since 1.0 [no-suspend] */
bool trial_expect(suite *s, const trial *t, int32_t kind);

/* Fails the check when a request does not hold what its exchange says. since 1.0 [no-suspend] */
void trial_expect_sent(suite *s, const trial *t);

/* ---- what is seen on the way ---- */

/* Reads what was logged since the last look. since 1.0 [no-suspend] */
void log_look(suite *s);
/* Whether a text, said by `who`, tells a secret. since 1.0 [no-suspend] */
void secret_look(suite *s, const char *who, const char *text);

/* After a call of `what` that began at `start` (monotonic milliseconds). since 1.0 [no-suspend] */
void deadline_look(suite *s, const char *what, int64_t start, int64_t patience_ms);

/* ---- the checks, one each ---- */

typedef void suite_check(suite *s);
suite_check check_examples, check_operations, check_approvals, check_declines, check_other_outcomes,
    check_sent, check_minor_units, check_amounts, check_same_key, check_different_keys,
    check_retrieve, check_cards;
suite_check check_timeout, check_dropped, check_server_errors, check_garbage, check_refusals,
    check_not_sent;
suite_check check_webhook_accepted, check_webhook_event, check_webhook_wrong, check_webhook_missing,
    check_webhook_old, check_webhook_garbage;

#endif
