/*
 * attempt_model.h: the row of an attempt: one call to a gateway that moves or reserves money.
 *
 * An attempt is committed as `started` before the gateway is asked and holds all that is needed to ask again what became of it.
 * While `unsettled` it keeps its intent or refund busy. The first to learn the outcome (the request, the recovery, a notice)
 * applies it; whoever comes later finds it settled and changes nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ATTEMPT_MODEL_H
#define ATTEMPT_MODEL_H

#include "payments.h"

/* operation */
#define ATTEMPT_AUTHORIZE "authorize"
#define ATTEMPT_CAPTURE "capture"
#define ATTEMPT_VOID "void"
#define ATTEMPT_REFUND "refund"
#define ATTEMPT_SETUP "setup"

/* status */
#define ATTEMPT_STARTED "started" /* the gateway is being asked, or the worker died while asking */
#define ATTEMPT_UNKNOWN "unknown" /* asked; no answer came */
#define ATTEMPT_PENDING "pending" /* the gateway says: later */
#define ATTEMPT_REQUIRES_ACTION "requires_action" /* the customer is to authenticate */
#define ATTEMPT_SUCCEEDED "succeeded"
#define ATTEMPT_DECLINED "declined"
#define ATTEMPT_NOT_SENT "not_sent"   /* never left */
#define ATTEMPT_ABANDONED "abandoned" /* given up while it required action */

/* What the request that began it is answered with. */
#define ANSWER_INTENT "intent"
#define ANSWER_CHARGE "charge"
#define ANSWER_LITE_CHARGE "lite_charge"
#define ANSWER_REFUND "refund"
#define ANSWER_LITE_REFUND "lite_refund"
#define ANSWER_SETUP "setup_intent"
#define ANSWER_NONE "none"

struct attempt {
    const char *id; /* "pay_...", the gateway's idempotency key */
    int64_t created;
    int64_t version;
    const char *operation;
    const char *status;
    bool unsettled; /* started, unknown, pending: recovery asks the gateway */
    const char *answer;
    const char *intent;
    const char *setup_intent;
    const char *charge;
    const char *refund;
    const char *customer;
    const char *payment_method;
    const char *gateway;
    const char *token;
    const char *original; /* the gateway's reference of the authorization */
    const char *reference;
    int64_t amount;
    const char *currency;
    int64_t fee; /* as the gateway said, or SL_NONE */
    bool capture;
    bool off_session;
    const char *state_before; /* of the intent, for an operation that does not come about */
    const char *reason;       /* void: why the intent is canceled */
    const char *description;
    const char *statement_descriptor;
    const char *return_url;
    const char *base_url;
    const char *action_url;
    const char *code;
    const char *decline_code;
    const char *advice_code;
    const char *network_code;
    const char *message;
    const char *cvc_check;
    const char *
        request; /* id of the request that waits for the answer under an Idempotency-Key, or NULL */
    int64_t started; /* real time, also for a customer on a test clock */
};

extern const sl_table payment_attempts;

/* Served to administrators; listed are those that recovery asks about. */
extern const sl_resource attempt_resource;

/* How many those are, and how old. */
extern const sl_gauge attempt_gauges[];

/* Whether the outcome is still to come: unsettled, or waiting for the customer. [no-suspend] */
bool attempt_is_open(const struct attempt *attempt);

/* Whether the status says that nothing came of it. [no-suspend] */
bool attempt_has_failed(const struct attempt *attempt);

#endif
