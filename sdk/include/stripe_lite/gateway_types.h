/*
 * gateway_types.h: what an adapter fills, what it is asked, and what it answers.
 *
 * An adapter fills sl_gateway_operations; an operation it lacks stays NULL and the host answers for it with a clear error. The
 * host calls operations with no writes pending, with a deadline and an idempotency key that is the same on every try of one
 * attempt. An operation always returns SL_OK with an outcome, whatever happened: a timeout, a dropped connection, a 5xx, an
 * unreadable answer are SL_GATEWAY_UNKNOWN; only an explicit answer is an approval or a decline.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_GATEWAY_TYPES_H
#define STRIPE_LITE_GATEWAY_TYPES_H

#include <stripe_lite/field.h>

SL_BEGIN_DECLS

typedef struct sl_gateway sl_gateway;

#define SL_GATEWAY_APPROVED 1
#define SL_GATEWAY_DECLINED 2        /* code, decline_code, message, advice_code */
#define SL_GATEWAY_PENDING 3         /* accepted; the outcome comes later */
#define SL_GATEWAY_REQUIRES_ACTION 4 /* action_url */
#define SL_GATEWAY_NOT_SENT \
    5 /* never left, or refused as such (code and message then say why): nothing moved, safe to send elsewhere */
#define SL_GATEWAY_UNKNOWN 6     /* may have happened */
#define SL_GATEWAY_UNSUPPORTED 7 /* this adapter cannot do that; set by the host */
#define SL_GATEWAY_NEVER_HAPPENED \
    8 /* retrieve only: the gateway has no such attempt and will not have it */

typedef struct sl_gateway_card {
    uint32_t struct_size;
    int32_t exp_month; /* 1..12 */
    int32_t exp_year;  /* four digits */
    uint32_t reserved;
    const char *number; /* digits only; wiped by the host after the call */
    const char *cvc;    /* or NULL */
} sl_gateway_card;

/* What an adapter makes of a card, or of a name such as "pm_card_visa" or "tok_visa". */
typedef struct sl_gateway_token {
    uint32_t struct_size;
    int32_t exp_month;
    int32_t exp_year;
    uint32_t reserved;
    const char *token; /* by which the adapter knows it again; no card number */
    const char *brand; /* "visa" */
    const char *last4;
    const char *fingerprint; /* the same for the same number */
    const char *funding;     /* "credit", "debit", "prepaid", "unknown" */
    const char *country;     /* "US" */
    const char *cvc_check;   /* "pass", "fail", "unavailable", "unchecked", or NULL */
} sl_gateway_token;

/* One attempt to move or reserve money, or one operation on it. */
typedef struct sl_gateway_payment {
    uint32_t struct_size;
    bool capture; /* authorize: capture at once */
    bool off_session;
    bool authenticated;    /* the customer has passed the challenge of this attempt */
    bool setup;            /* no money: verify the method for later use */
    const char *attempt;   /* our id of this attempt ("pay_..."): retrieve's key */
    const char *operation; /* "authorize", "capture", "void", "refund": which kind of attempt */
    const char *idempotency_key;
    const char *original; /* capture, void, refund: the gateway's reference of the authorization */
    int64_t amount;       /* minor units */
    const char *currency;
    const char *token;
    const char *customer_token; /* or NULL */
    const char *description;
    const char *statement_descriptor;
    const char *return_url;
    const char *base_url; /* of this server, for adapters that show a page here */
    const sl_map *metadata;
    const char *customer; /* our id of the customer, or NULL */
    const char
        *reference; /* retrieve: the gateway's id of this attempt when it told one, or NULL */
    const char *
        setup_future_usage; /* authorize: keep the method for the customer, "on_session" or "off_session"; or NULL */
    int64_t started; /* unix seconds when the attempt began, by the real clock; 0: not known */
} sl_gateway_payment;

typedef struct sl_gateway_outcome {
    uint32_t struct_size;
    int32_t kind;   /* SL_GATEWAY_... */
    int64_t amount; /* moved or reserved, when the gateway says another amount; SL_NONE: as asked */
    int64_t fee;    /* minor units, SL_NONE: the configured fee */
    const char *reference;    /* the gateway's id */
    const char *code;         /* Stripe's error code: "card_declined" */
    const char *decline_code; /* "insufficient_funds" */
    const char
        *advice_code; /* "try_again_later", "do_not_try_again", "confirm_card_data" or NULL */
    const char *message;
    const char *action_url;   /* REQUIRES_ACTION: where the customer goes */
    const char *network_code; /* or NULL */
    const char *cvc_check;    /* or NULL */
    bool available;           /* the money may be paid out at once, not after the configured time */
} sl_gateway_outcome;

/* Something a gateway tells of its own accord, by webhook or page. */
typedef struct sl_gateway_notice {
    uint32_t struct_size;
    int32_t reserved;
    const char *kind;      /* "attempt": ask retrieve; "dispute.created", "dispute.closed" */
    const char *attempt;   /* our id, or NULL */
    const char *reference; /* the gateway's */
    const char *reason;    /* disputes: "fraudulent" */
    const char *status;    /* disputes: "needs_response", "won", "lost" */
    int64_t amount;
} sl_gateway_notice;

typedef struct sl_gateway_webhook {
    uint32_t struct_size;
    uint32_t reserved;
    const char *method;
    const char *path;
    const char *query;
    const sl_pair *headers; /* ended by a NULL name */
    const char *body;
    size_t body_length;
} sl_gateway_webhook;

typedef struct sl_gateway_event {
    uint32_t struct_size;
    uint32_t reserved;
    const char *id; /* the gateway's event id */
    const char *type;
    int64_t created; /* unix seconds by the gateway's clock; 0: it does not say */
    sl_gateway_notice
        notice; /* kind set: it is about a payment of ours; else the object is what it tells */
    const char *object_type;  /* "customer", "payment_intent", or NULL */
    const char *object_id;    /* the gateway's */
    const sl_value *object;   /* as the gateway has it, in Stripe's shape; the context's */
    const sl_value *previous; /* what changed members were before, or NULL */
    const char *account;      /* the gateway's connected account that it is about, or NULL */
    const char *gateway;      /* who tells; filled by the host */
    bool livemode;            /* real money; what an event without it says is for the host */
    bool livemode_given;      /* it says so itself */
    bool spare[6];
} sl_gateway_event;

/* An object as a gateway has it, on its way to the plugin that owns its type. */
typedef struct sl_gateway_object {
    uint32_t struct_size;
    uint32_t reserved;
    const char *gateway;    /* "stripe" */
    const char *event;      /* the gateway's id of the event that says so */
    const char *event_type; /* "customer.updated" */
    int64_t created;        /* of the event, unix seconds */
    const char *type;       /* "customer" */
    const char *id;         /* the gateway's id of the object */
    const sl_value *object;
    const sl_value *previous; /* or NULL */
    const char *attempt;      /* ours, which the adapter found in it and was asked about; or NULL */
} sl_gateway_object;

/* By which a plugin that owns a type of objects takes in what gateways say about them; one plugin a type at most. The handler
 * reads, decides and adds to the write set, which is committed with the mark that the event was handled; it may run several
 * times. Events of one object come in the order of their making, each once: what is older than the last one that was
 * taken in does not come. An object that is not known yet is to be made, a state that is final is not left. [suspends] */
typedef struct sl_gateway_object_type {
    const char *type; /* "customer" */
    sl_status (*handler)(sl_context *cx, const sl_gateway_object *object);
    uint64_t reserved[2];
} sl_gateway_object_type;
#define SL_GATEWAY_OBJECTS_END \
    {                          \
        .type = NULL           \
    }

typedef struct sl_gateway_operations {
    uint32_t struct_size;
    uint32_t flags; /* SL_GATEWAY_CAN_... */
    sl_status (*authorize)(sl_context *cx, const sl_gateway_payment *payment,
                           sl_gateway_outcome *ret);
    sl_status (*capture)(sl_context *cx, const sl_gateway_payment *payment,
                         sl_gateway_outcome *ret);
    sl_status (*cancel)(sl_context *cx, const sl_gateway_payment *payment,
                        sl_gateway_outcome *ret); /* void an authorization */
    sl_status (*refund)(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret);
    sl_status (*retrieve)(sl_context *cx, const sl_gateway_payment *payment,
                          sl_gateway_outcome *ret); /* what became of it */
    /* SL_E_INVALID etc. with the context's error filled when the card is refused. */
    sl_status (*tokenize)(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret);
    /* A name the adapter knows for a method ("pm_card_visa"); SL_E_NOT_FOUND when it knows none. */
    sl_status (*resolve_name)(sl_context *cx, const char *name, sl_gateway_token *ret);
    /* Reserved for what is attached to a customer: the adapter may refuse (SL_E_CARD). NULL: always fine. */
    sl_status (*attach)(sl_context *cx, const char *token, const char *customer);
    /* SL_OK: it comes from the gateway. SL_E_INVALID with the reason when it does not; SL_E_UNAVAILABLE when that cannot be found
     * out now. */
    sl_status (*verify_webhook)(sl_context *cx, const sl_gateway_webhook *webhook);
    /* Of a webhook that was verified: fills id, type, created and what it tells. */
    sl_status (*parse_webhook)(sl_context *cx, const sl_gateway_webhook *webhook,
                               sl_gateway_event *ret);
    sl_status (*health)(sl_context *cx);
    /* The method is no customer's any more. NULL: nothing to do. */
    sl_status (*detach)(sl_context *cx, const char *token);
    /* Whether it takes payments in this mode, by its plugin's options, which may lack its keys; what it does not take goes to the
     * next gateway. Asked before `start` too. NULL: always. [no-suspend] */
    bool (*ready)(const void *options, bool livemode, bool production);
} sl_gateway_operations;

#define SL_GATEWAY_CAN_PARTIAL_CAPTURE 1u
#define SL_GATEWAY_CAN_REFUND_IN_PARTS 2u
#define SL_GATEWAY_CAN_AUTHENTICATE 4u
#define SL_GATEWAY_TEST_ONLY 8u /* no real money: refused as live gateway in production */

typedef struct sl_gateway_type {
    const char *name; /* "simulator" */
    const sl_gateway_operations *operations;
    const char *const *currencies; /* NULL-terminated, NULL: all */
    const char *const *methods;    /* "card", ...; NULL: card */
    int32_t priority;              /* the highest that fits is chosen first */
    int32_t reserved_number;
    const struct sl_gateway_conformance
        *conformance; /* what the check plays to it; conformance.h */
    uint64_t reserved[3];
} sl_gateway_type;
#define SL_GATEWAYS_END \
    {                   \
        .name = NULL    \
    }

SL_END_DECLS
#endif
