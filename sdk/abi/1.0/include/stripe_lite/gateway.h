/*
 * gateway.h: adapters to those who move the money.
 *
 * An adapter fills sl_gateway_operations; an operation it lacks stays NULL and the host answers for it with a clear error. The
 * host calls operations with no writes pending, with a deadline and an idempotency key that is the same on every try of one
 * attempt. An operation always returns SL_OK with an outcome, whatever happened: a timeout, a dropped connection, a 5xx, an
 * unreadable answer are SL_GATEWAY_UNKNOWN; only an explicit answer is an approval or a decline.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_GATEWAY_H
#define STRIPE_LITE_GATEWAY_H

#include <stripe_lite/http_client.h>
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

/* The gateway for a payment: `name` when given, else the first by priority that takes currency and method. SL_E_INVALID with
 * the error filled when there is none. since 1.0 [no-suspend] */
SL_API sl_status sl_gateway_choose(sl_context *cx, const char *name, const char *currency,
                                   const char *method, const sl_gateway **ret) SL_MUST_CHECK;

/* What a payment is routed by; what is not known yet is NULL, or SL_NONE. */
typedef struct sl_gateway_query {
    uint32_t struct_size;
    uint32_t reserved;
    const char *id;       /* of the payment: weights give the same gateway for it every time */
    const char *name;     /* the gateway that was asked for by name, or NULL */
    const char *currency; /* as in sl_gateway_choose */
    const char *method;   /* "card" */
    const char *brand;    /* "visa" */
    const char *country;  /* of the card: "US" */
    int64_t amount;       /* minor units */
} sl_gateway_query;

#define SL_GATEWAY_PLAN_MOST 8

/* The gateways at which a payment is tried, in this order: one, unless a rule of `gateway.routes` names more. */
typedef struct sl_gateway_plan {
    uint32_t struct_size;
    int32_t rule; /* the rule that fits, from 1; 0: by name or by priority */
    uint32_t count;
    uint32_t reserved;
    const sl_gateway *gateways[SL_GATEWAY_PLAN_MOST];
} sl_gateway_plan;

/* The plan for a payment: the gateway asked for by name; else what the first fitting rule says, without gateways that do not
 * take currency and method; else the first by priority. Never empty: SL_E_INVALID with the error filled as sl_gateway_choose.
 * since 1.0 [no-suspend] */
SL_API sl_status sl_gateway_route(sl_context *cx, const sl_gateway_query *query,
                                  sl_gateway_plan *ret) SL_MUST_CHECK;

/* All gateways that a card may be sent to later, those for `currency` first: whoever keeps it makes a token at each. Without
 * rules the one of sl_gateway_choose. SL_E_INVALID as there. since 1.0 [no-suspend] */
SL_API sl_status sl_gateway_candidates(sl_context *cx, const char *currency, const char *method,
                                       sl_gateway_plan *ret) SL_MUST_CHECK;

/* 0: the gateway may be asked. Else the seconds after which it is worth a try: it did not answer and its circuit breaker is
 * open, or as many calls wait for it as may. since 1.0 [no-suspend] */
SL_API int64_t sl_gateway_pause(const sl_context *cx, const sl_gateway *gateway);

/* since 1.0 [no-suspend] */
SL_API const char *sl_gateway_name(const sl_gateway *gateway);
SL_API bool sl_gateway_can(const sl_gateway *gateway, uint32_t flag);

/* Calls an operation under the configured deadline (gateway.timeout). Always fills `ret`; fails only when the context may not
 * call out (SL_E_INTERNAL: writes are pending). since 1.0 [suspends] */
SL_API sl_status sl_gateway_call(sl_context *cx, const sl_gateway *gateway,
                                 const sl_gateway_payment *payment,
                                 sl_gateway_outcome *ret) SL_MUST_CHECK; /* by payment->operation */
SL_API sl_status sl_gateway_retrieve(sl_context *cx, const sl_gateway *gateway,
                                     const sl_gateway_payment *payment,
                                     sl_gateway_outcome *ret) SL_MUST_CHECK;

/* ---- for adapters: from an HTTP answer to an outcome ---- */

/* Whether `response` is the gateway's own answer: 200 to 299, or 400 to 499 but 408. When it is not, fills `ret` with NOT_SENT
 * (no connection was made) or UNKNOWN (a timeout, a dropped connection, a redirect, 408, 5xx) and the reason.
 * since 1.0 [no-suspend] */
SL_API bool sl_gateway_answered(sl_context *cx, const sl_http_response *response,
                                sl_gateway_outcome *ret);

/* Sends an adapter's request and reads the answer as JSON: NULL when there is none that can be read, and `ret` then says
 * NOT_SENT or UNKNOWN with the reason: the operation returns SL_OK at once. Otherwise `ret_status` (or NULL) is the HTTP status;
 * an answer without a body is the JSON null. since 1.0 [suspends] */
SL_API const sl_value *sl_gateway_ask(sl_context *cx, const sl_http_request *request,
                                      sl_gateway_outcome *ret, int32_t *ret_status) SL_MUST_CHECK;

/* An answer that says neither yes nor no: UNKNOWN with a sentence. since 1.0 [no-suspend] */
SL_API sl_status sl_gateway_unclear(sl_context *cx, sl_gateway_outcome *ret, const char *format,
                                    ...) SL_PRINTF(3, 4);

/* How long a call may last at most, in whole seconds: gateway.timeout. since 1.0 [no-suspend] */
SL_API int64_t sl_gateway_call_seconds(const sl_context *cx);

SL_API sl_status sl_gateway_tokenize(sl_context *cx, const sl_gateway *gateway,
                                     const sl_gateway_card *card,
                                     sl_gateway_token *ret) SL_MUST_CHECK;
SL_API sl_status sl_gateway_resolve_name(sl_context *cx, const sl_gateway *gateway,
                                         const char *name, sl_gateway_token *ret) SL_MUST_CHECK;
SL_API sl_status sl_gateway_attach(sl_context *cx, const sl_gateway *gateway, const char *token,
                                   const char *customer) SL_MUST_CHECK;

/* since 1.0 [suspends] */
SL_API sl_status sl_gateway_detach(sl_context *cx, const sl_gateway *gateway,
                                   const char *token) SL_MUST_CHECK;

/* Tells the plugin that listens (descriptor's gateway_listener) what a gateway said. since 1.0 [suspends] */
SL_API sl_status sl_gateway_notify(sl_context *cx, const sl_gateway_notice *notice) SL_MUST_CHECK;

/* ---- webhooks: what gateways send of their own accord ---- */

/* The loaded gateway of this name, whatever it takes. SL_E_NOT_FOUND with the error filled. since 1.0 [no-suspend] */
SL_API sl_status sl_gateway_find(sl_context *cx, const char *name,
                                 const sl_gateway **ret) SL_MUST_CHECK;

/* The request that is served, as adapters are given it: raw body, all headers in their order. NULL outside a request; the body
 * is whole only on a route with SL_ROUTE_RAW_BODY. since 1.0 [no-suspend] */
SL_API const sl_gateway_webhook *sl_request_webhook(sl_context *cx);

/* A header of a webhook, whatever the case of its name; NULL when there is none. since 1.0 [no-suspend] */
SL_API const char *sl_webhook_header(const sl_gateway_webhook *webhook, const char *name);

/* Checks a signature like Stripe's: the header `name` is "t=SECONDS,v1=HEX", one of its v1 the HMAC-SHA256 of "SECONDS.BODY" under
 * one of the secrets (comma-separated), made within `tolerance` seconds of now; in constant time. SL_E_INVALID
 * `webhook_signature_invalid` naming the header, with what is wrong: missing, unreadable, too old, no match.
 * since 1.0 [no-suspend] */
SL_API sl_status sl_webhook_signature_check(sl_context *cx, const sl_gateway_webhook *webhook,
                                            const char *name, const char *secrets,
                                            int64_t tolerance) SL_MUST_CHECK;

/* Reads an event of Stripe's shape: {"id","type","created","livemode","account","data":{"object","previous_attributes"}}; the
 * notice stays empty. SL_E_INVALID `json_invalid`, or naming the member that is missing. since 1.0 [no-suspend] */
SL_API sl_status sl_webhook_event_read(sl_context *cx, const sl_gateway_webhook *webhook,
                                       sl_gateway_event *ret) SL_MUST_CHECK;

/* Asks the adapter, under the deadline of gateway.timeout. SL_E_UNSUPPORTED when it takes no webhooks; else what the adapter says,
 * whose every failure has an error. An event without id or type is SL_E_INVALID. since 1.0 [suspends] */
SL_API sl_status sl_gateway_verify_webhook(sl_context *cx, const sl_gateway *gateway,
                                           const sl_gateway_webhook *webhook) SL_MUST_CHECK;
SL_API sl_status sl_gateway_parse_webhook(sl_context *cx, const sl_gateway *gateway,
                                          const sl_gateway_webhook *webhook,
                                          sl_gateway_event *ret) SL_MUST_CHECK;

/* Hands an event's object to the plugin that owns its type (descriptor's gateway_objects), whose writes are left pending.
 * SL_E_NOT_FOUND, without an error, when nobody does. Who calls keeps the order of an object's events. since 1.0 [suspends] */
SL_API sl_status sl_gateway_tell(sl_context *cx, const sl_gateway_event *event) SL_MUST_CHECK;

/* A context beside this one for work that commits on its own (an adapter's own records): same memory, account and deadline;
 * its own writes, error and no reply. since 1.0 [no-suspend] */
SL_API sl_context *sl_context_aside(sl_context *cx);

SL_END_DECLS
#endif
