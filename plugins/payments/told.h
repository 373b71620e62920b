/*
 * told.h: payments, charges, refunds and disputes as a gateway tells of them (its webhooks), laid over what is stored here.
 *
 * What a payment of ours has come to at its gateway is found out there (attempt_recovery.c); where that cannot be, and for what
 * somebody else made at the gateway, its word counts. Every such word goes through an attempt and attempt_record, so that books,
 * events and states are those of any payment. An attempt made of a word is settled at once, or waits for the next word: it is
 * never one that a gateway is asked about which does not know it.
 *
 * Rows made of a word have the gateway's ids. A state that is final is not left.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TOLD_H
#define TOLD_H

#include "attempt_service.h"

/* The handlers of the types "payment_intent", "charge", "refund" and "dispute". [suspends] */
sl_status payment_intent_told(sl_context *cx, const sl_gateway_object *told) SL_MUST_CHECK;
sl_status charge_told(sl_context *cx, const sl_gateway_object *told) SL_MUST_CHECK;
sl_status refund_told(sl_context *cx, const sl_gateway_object *told) SL_MUST_CHECK;
sl_status dispute_told(sl_context *cx, const sl_gateway_object *told) SL_MUST_CHECK;

/* ---- told_find.c: what is known here ---- */

/* Each NULL when there is none. */
struct told_payment {
    struct attempt *attempt; /* the authorization */
    struct payment_intent *intent;
    struct charge *charge; /* the one that was asked for, or that attempt's */
};

/* The payment of an attempt's id (or NULL), a charge (or NULL) and an intent (or NULL), in this order; the ids are this server's or
 * the gateway's. [suspends] */
sl_status told_payment_find(sl_context *cx, const char *attempt, const char *charge,
                            const char *intent, struct told_payment *ret) SL_MUST_CHECK;

/* The charge that a refund or dispute is about. SL_E_UNAVAILABLE while it is not known here, or its outcome is not: it is to be
 * told again. `ret` is NULL when the charge never took money. [suspends] */
sl_status told_charge_find(sl_context *cx, const sl_gateway_object *told,
                           struct charge **ret) SL_MUST_CHECK;

/* ---- told_read.c: members of an object ---- */

const char *told_text(const sl_value *object, const char *path);

/* The id that a member refers by, also when it is expanded; NULL. [no-suspend] */
const char *told_id(const sl_value *object, const char *name);

/* The currency in lower case when this server knows it, else NULL. [no-suspend] */
const char *told_currency(sl_context *cx, const sl_value *object);

/* An amount in this server's minor units, where Stripe's object counts in its own; SL_NONE when there is none, or none that can
 * be. Source: Stripe's "Supported currencies". [no-suspend] */
int64_t told_amount(const sl_value *object, const char *path, const char *currency);

/* The member when the object has it: a text, or NULL for null. [no-suspend] */
void told_take(const sl_value *object, const char *path, const char **member);

/* Metadata and other objects of an object, when it has them. [no-suspend] */
sl_status told_metadata(sl_context *cx, const sl_value *object,
                        const sl_map **member) SL_MUST_CHECK;
void told_object(sl_context *cx, const sl_value *object, const char *path, const char **member);
/* These members of it (NULL-terminated), null where it has none. */
void told_members(sl_context *cx, const sl_value *object, const char *path,
                  const char *const *names, const char **member);

/* What an object says of a failure: last_payment_error of an intent, or the charge's own members. [no-suspend] */
sl_gateway_outcome told_decline(const sl_value *error, const char *message);

/* ---- told_settle.c: a word becomes an outcome ---- */

sl_gateway_outcome told_outcome(int32_t kind, const char *reference);

/* Ends an attempt that is open here: as its gateway says, when it can be asked and says so; by the word, when it cannot, or moves no
 * real money. [suspends] */
sl_status told_open_end(sl_context *cx, const sl_gateway_object *told, struct attempt *attempt,
                        const sl_gateway_outcome *outcome) SL_MUST_CHECK;

/* An authorization that was told: attempt, charge, intent. `intent` is stored or pending and has no open attempt; `ret` is the charge,
 * pending, or NULL. [suspends] */
struct told_authorization {
    struct payment_intent *intent;
    const char *charge; /* its id */
    int64_t amount;
    bool capture;
    sl_gateway_outcome outcome;
};
sl_status told_authorize(sl_context *cx, const sl_gateway_object *told,
                         const struct told_authorization *word, struct charge **ret) SL_MUST_CHECK;

/* A capture or void of what was authorized. [suspends] */
sl_status told_later(sl_context *cx, const struct charge *charge, const char *operation,
                     int64_t amount, const char *reason) SL_MUST_CHECK;

/* ---- between the handlers ---- */

/* A new intent of that id, in the write set, with its event. [no-suspend] */
struct payment_intent *told_intent_add(sl_context *cx, const char *id, int64_t created,
                                       int64_t amount, const char *currency);

/* Brings what a charge has refunded nearer to what the gateway says, by one refund: a write set tells once of a charge that it was
 * refunded. `ret_more`: there is another one. [suspends] */
sl_status told_refunds(sl_context *cx, const sl_gateway_object *told, const struct charge *known,
                       bool *ret_more) SL_MUST_CHECK;

#endif
