/*
 * balance_service.h: the merchant's balance: every movement is a balance transaction and a ledger transaction at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BALANCE_SERVICE_H
#define BALANCE_SERVICE_H

#include "payments.h"

struct movement {
    const char *type;     /* "charge", "refund", "adjustment", "payout", ... */
    const char *category; /* reporting category; also the ledger's kind */
    int64_t amount;       /* signed, gross: positive comes to the merchant */
    int64_t fee;          /* never negative; net = amount - fee */
    const char *currency;
    const char *source;      /* the object that moved it; category and source are unique together */
    const char *source_type; /* its resource: "charge" */
    const char *subject;     /* the charge or payout whose story it belongs to */
    const char *description;
    const char *counter; /* the ledger account on the other side of `amount` */
    bool pending;        /* available only after the configured time */
};

/* Adds the movement to the write set. [no-suspend] */
sl_status balance_move(sl_context *cx, const struct movement *movement,
                       const char **ret_transaction);

/* The fee on a charge, and on a dispute, by the options. [no-suspend] */
int64_t balance_charge_fee(const sl_context *cx, int64_t amount, const char *currency);
int64_t balance_dispute_fee(const sl_context *cx, const char *currency);

/* A share in hundredths of a percent, half up to the minor unit, plus a fixed part; never above INT64_MAX. Pure. [no-suspend] */
int64_t fee_of(int64_t amount, int64_t hundredths_of_percent, int64_t fixed);

/* The job "payments.settle": what is due becomes available. [suspends] */
sl_status balance_settle(sl_context *cx, const sl_job_view *job);

/* GET /v1/balance. [suspends] */
sl_status balance_retrieve(sl_context *cx, const void *params);

#endif
