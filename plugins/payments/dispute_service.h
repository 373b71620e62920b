/*
 * dispute_service.h: a payer asks for the money back at the bank: opened and closed by the gateway, contested by the merchant.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DISPUTE_SERVICE_H
#define DISPUTE_SERVICE_H

#include "charge_model.h"
#include "dispute_model.h"

/* What a gateway says of a dispute that begins; 0 and NULL for what it does not. */
struct dispute_word {
    const char *id; /* NULL: one is made */
    const char *status;
    const char *reason;
    const char *brand; /* NULL: the charge's */
    int64_t amount;    /* minor units */
    int64_t created;
    int64_t due_by;
};

/* Begins the dispute of a charge that was captured and has none: row, money held back, events. [suspends] */
sl_status dispute_open(sl_context *cx, struct charge *charge, const struct dispute_word *word,
                       struct dispute *ret);

/* A gateway's notice "dispute.created" or "dispute.closed", in a context of its own; told twice it changes nothing. [suspends] */
sl_status dispute_notice(sl_context *cx, const sl_gateway_notice *notice);

/* Keeps evidence (names and texts, a finished JSON object) over what is there, and submits it when asked. [suspends] */
sl_status dispute_evidence_add(sl_context *cx, struct dispute *dispute, const sl_map *evidence,
                               bool submit);

/* Ends a dispute as "won" or "lost", an inquiry as "warning_closed": events, and the money to whom it belongs now. [suspends] */
sl_status dispute_end(sl_context *cx, struct dispute *dispute, const char *status);

/* Whether it can still be answered or accepted. [no-suspend] */
bool dispute_is_open(const struct dispute *dispute);

/* Whether the bank only asks: no money is held back, and the charge may be refunded. [no-suspend] */
bool dispute_is_inquiry(const struct dispute *dispute);

/* The job "payments.decide_dispute": a test gateway's bank decides by the evidence, as Stripe's test mode does. [suspends] */
sl_status dispute_decide(sl_context *cx, const sl_job_view *job);

#endif
