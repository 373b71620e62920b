/*
 * attempt_service.h: asking a gateway, and recording what it said exactly once.
 *
 * The way of every operation that moves money:
 *   1. the service checks, puts its rows and an attempt (attempt_begin) into the write set;
 *   2. attempt_run commits them, asks the gateway with nothing pending,
 *   3. and runs attempt_record until its write set commits: outcome, rows, postings, events and the request's answer together.
 * When 2 is interrupted or its answer lost, attempt_recovery.c asks the gateway and runs the same attempt_record.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ATTEMPT_SERVICE_H
#define ATTEMPT_SERVICE_H

#include "attempt_model.h"
#include "charge_model.h"
#include "payment_intent_model.h"
#include "refund_model.h"

struct payment_route;
struct setup_intent;

/* One outcome on its way into the books. Rows that were just committed may be given, so that the first run of attempt_record
 * need not read them again: the guard of their versions is as good as a fresh read, and a second run reads. */
struct settlement {
    const char *id; /* the attempt's */
    const sl_gateway_outcome *outcome;
    const struct attempt *known_attempt;
    const struct payment_intent *known_intent;
    const char *known_card; /* the method's payment_method_details.card */
    const char *known_billing;
    struct payment_route *route; /* of a payment that may be tried at several gateways; or NULL */
    int64_t route_began;         /* real time */
    bool fresh;                  /* the known rows are outdated */
    bool silent;                 /* nobody waits for an answer */
    bool recovery;               /* a job runs the step, and itself says when to look again */
    bool recorded;               /* set by the step: what follows is only about the answer */
    bool unanswered;             /* set by the step: the answer could not be made */
    /* what the step worked on, for the answer */
    struct attempt *attempt;
    struct payment_intent *intent;
    struct charge *charge;
    struct refund *refund;
    struct setup_intent *setup_intent;
    /* rows of another plugin that are to be committed with the outcome */
    sl_status (*joined)(sl_context *cx, void *data, const struct settlement *settlement);
    void *joined_data;
};

/* Fills id, times, status, request and base address, and adds the attempt to the write set. [no-suspend] */
void attempt_begin(sl_context *cx, struct attempt *attempt);

/* The same for an attempt that has its id: the next try of a payment. [no-suspend] */
void attempt_start(sl_context *cx, struct attempt *attempt);

/* Adds to the write set that an attempt came to nothing, as the outcome says, and that no request waits for it. [no-suspend] */
void attempt_close(sl_context *cx, struct attempt *attempt, const sl_gateway_outcome *outcome);

/* Unix seconds that no test clock moves. [no-suspend] */
int64_t attempt_real_now(sl_context *cx);

/* Commits what is pending, asks the gateway, records the outcome and sets the answer. [suspends] */
sl_status attempt_run(sl_context *cx, const sl_gateway *gateway, struct settlement *settlement);

/* The step: applies the outcome if the attempt is still open, then sets the answer. `data` is a settlement. [suspends] */
sl_status attempt_record(sl_context *cx, void *data);

/* Seconds after an attempt's start by which a call to its gateway has surely ended, also one of a worker that died. A call that
 * would begin too late for that is not made. [no-suspend] */
int64_t attempt_call_seconds(const sl_context *cx);

/* Asks the gateway what became of an attempt. [suspends] */
sl_status attempt_ask(sl_context *cx, const struct attempt *attempt, sl_gateway_outcome *ret);

/* The gateway tells of an attempt that was given up without its word: what moved nevertheless is given back. [suspends] */
sl_status attempt_look_late(sl_context *cx, const struct attempt *attempt);

/* Makes sure that an attempt that requires action will not come about any more; SL_E_INVALID
 * `payment_intent_unexpected_state` when it is too late. Nothing may be pending. The caller then closes it with
 * attempt_abandon_add. [suspends] */
sl_status attempt_give_up(sl_context *cx, const char *id, struct attempt *ret);
void attempt_abandon_add(sl_context *cx, struct attempt *attempt);

/* Sets the answer that the attempt's request waits for: the object, or the decline as an error. [suspends] */
sl_status attempt_answer(sl_context *cx, struct settlement *settlement);

/* Enqueues the job that asks the gateway until it says. [no-suspend] */
void attempt_recovery_enqueue(sl_context *cx, const struct attempt *attempt, int64_t in_seconds);

#endif
