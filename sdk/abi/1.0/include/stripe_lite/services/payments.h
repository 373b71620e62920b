/*
 * payments.h: the service "payments/1": moving money for other plugins: invoices, checkouts, orders, payouts.
 *
 * A payment asks a gateway, so it is two commits: `pay`, `confirm` and `refund` commit what the caller has pending together
 * with the attempt, ask the gateway, and then run a step that records the outcome. The caller's `settle` is part of that step:
 * what it adds to the write set is committed with the outcome, the reply it sets is the request's answer. It may run more than
 * once and must not rely on anything it did before. After a crash the outcome is recorded without it: who must know then
 * subscribes to the events (payment_intent.succeeded, payment_intent.payment_failed, charge.refunded, ...), which are told in
 * every case.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_SERVICES_PAYMENTS_H
#define STRIPE_LITE_SERVICES_PAYMENTS_H

#include <stripe_lite/database.h>

SL_BEGIN_DECLS

#define SL_PAYMENTS_SERVICE "payments/1"

/* A payment intent and its latest charge. Amounts are in minor units. */
typedef struct sl_payment_view {
    uint32_t struct_size;
    bool captured;
    bool disputed;
    bool spare[2];
    const char *intent; /* "pi_..." */
    const char
        *status; /* the intent's: "succeeded", "requires_payment_method", "processing", ... */
    const char *client_secret;
    const char *customer;       /* or NULL */
    const char *payment_method; /* the charge's, else the intent's; or NULL */
    const char *currency;
    const char *action_url; /* requires_action: where the customer goes */
    int64_t amount;
    int64_t amount_received;
    const char *charge;        /* "ch_..." or NULL; what follows is the charge's */
    const char *charge_status; /* "pending", "succeeded", "failed" */
    const char *gateway;
    const char *gateway_reference;
    const char *balance_transaction;
    int64_t amount_refunded;
    const char *failure_code; /* of the latest failure, or NULL */
    const char *failure_message;
    const char *decline_code;
    const char *advice_code;
    const char *refund;        /* set in the settle of a refund: "re_..." */
    const char *refund_status; /* "pending", "succeeded", "failed" */
    int64_t refund_amount;
    const sl_map *metadata; /* the intent's */
} sl_payment_view;

/* Runs inside the step that records the outcome. An error's writes are kept with the outcome. [suspends] */
typedef sl_status (*sl_payment_settle)(sl_context *cx, void *data, const sl_payment_view *payment);

typedef struct sl_payment_order {
    uint32_t struct_size;
    bool off_session;   /* the customer is not there: a challenge is a decline */
    bool capture_later; /* authorize only */
    bool spare[2];
    int64_t amount; /* minor units */
    const char *currency;
    const char *customer; /* or NULL */
    const char
        *payment_method; /* a stored method of that customer or of nobody; `create` takes NULL */
    const char *description;
    const char *receipt_email;
    const char *statement_descriptor;
    const char *setup_future_usage; /* "off_session": keep the method with the customer; or NULL */
    const char *return_url;
    const char *transfer_group;
    const sl_map *metadata;
    sl_payment_settle settle; /* or NULL */
    void *settle_data;
} sl_payment_order;

typedef struct sl_refund_order {
    uint32_t struct_size;
    uint32_t reserved;
    const char *charge;
    int64_t amount;     /* minor units; SL_NONE: what is left */
    const char *reason; /* "duplicate", "fraudulent", "requested_by_customer", or NULL */
    const char *description;
    const sl_map *metadata;
    sl_payment_settle settle;
    void *settle_data;
} sl_refund_order;

/* A movement of the merchant's balance that is no charge, refund or dispute. */
typedef struct sl_movement {
    uint32_t struct_size;
    bool pending; /* available only after the configured time */
    bool spare[3];
    const char *type; /* a balance transaction's type: "payout", "transfer", "application_fee" */
    const char *category; /* its reporting category; unique together with the source */
    int64_t amount;       /* signed: positive comes to the merchant */
    int64_t fee;          /* never negative */
    const char *currency;
    const char *source;      /* the object that moves it */
    const char *source_type; /* its resource's type: "payout" */
    const char *subject;     /* the charge or payout whose story it belongs to; NULL: source */
    const char *description;
    const char *counter; /* the ledger account on the other side: SL_LEDGER_PAYOUTS, ... */
} sl_movement;

typedef struct sl_payments_service {
    uint32_t struct_size;
    uint32_t reserved;

    /* Adds an intent that waits for its confirmation to the write set. Fails as the route does (amount, customer, method).
     * since 1.0 [suspends] */
    sl_status (*create)(sl_context *cx, const sl_payment_order *order, sl_payment_view *ret);

    /* Creates an intent and confirms it. SL_OK when the outcome, whatever it is, was recorded: read `status`. An error of
     * `settle` is passed on. SL_E_CONFLICT before the gateway was asked: the host runs the handler again. since 1.0 [suspends] */
    sl_status (*pay)(sl_context *cx, const sl_payment_order *order, sl_payment_view *ret);

    /* Confirms an intent that is there, with `order->payment_method`, else its own; amount and customer are the intent's. Fails
     * with `payment_intent_unexpected_state` when it cannot be confirmed. since 1.0 [suspends] */
    sl_status (*confirm)(sl_context *cx, const char *intent, const sl_payment_order *order,
                         sl_payment_view *ret);

    /* Refunds a charge, whole or in part. Fails as the route does. since 1.0 [suspends] */
    sl_status (*refund)(sl_context *cx, const sl_refund_order *order, sl_payment_view *ret);

    /* Cancels an intent that has moved no money, in the write set. `payment_intent_unexpected_state` otherwise.
     * since 1.0 [suspends] */
    sl_status (*cancel)(sl_context *cx, const char *intent, const char *reason);

    /* An intent or a charge as it is, also when only pending in the write set; `resource_missing` naming `param`.
     * since 1.0 [suspends] */
    sl_status (*payment)(sl_context *cx, const char *intent, const char *param,
                         sl_payment_view *ret);
    sl_status (*charge)(sl_context *cx, const char *charge, const char *param,
                        sl_payment_view *ret);

    /* Fills the context's error with the payment's failure, as SL_E_CARD with its codes; SL_E_UNAVAILABLE when nothing was
     * sent. since 1.0 [no-suspend] */
    sl_status (*failure)(sl_context *cx, const sl_payment_view *payment);

    /* Adds a balance transaction with its ledger transaction to the write set. since 1.0 [no-suspend] */
    sl_status (*move)(sl_context *cx, const sl_movement *movement, const char **ret_transaction);

    /* As `payment`, but while an intent's outcome is open its gateway is asked first, and what it says is recorded and committed
     * on its own; when it cannot say, the intent is answered as it is stored. Nothing may be pending. since 1.0 [suspends] */
    sl_status (*inquire)(sl_context *cx, const char *intent, const char *param,
                         sl_payment_view *ret);
} sl_payments_service;

SL_END_DECLS
#endif
