/*
 * conformance.h: what an adapter tells of its gateway, so that `stripe-lite plugin check` can play the gateway to it.
 *
 * The check answers the adapter's requests itself, on a loopback address, as the examples say, and then badly: late, not at all,
 * with 5xx, with garbage. The adapter names the address to call in its options, by convention `api_base`. An adapter that calls
 * nobody has examples without exchanges.
 *
 * In `request`, `answer`, `sends`, `original`, `reference`, `attempt` and the values of options these are filled in:
 *   $(upstream)  the check's address, "http://127.0.0.1:41234"     $(attempt)  our id of the attempt
 *   $(amount)    in minor units, "1999"                            $(key)      the idempotency key
 *   $(major)     with all digits of the currency, "19.99"          $(original) the reference the operation is on
 *   $(currency)  "usd", and $(CURRENCY) "USD"                      $(token)    of the payment method
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CONFORMANCE_H
#define STRIPE_LITE_CONFORMANCE_H

#include <stripe_lite/gateway.h>

SL_BEGIN_DECLS

/* A request that the adapter is expected to make, and the answer to it. */
typedef struct sl_gateway_exchange {
    const char *request; /* method and how the target begins, "POST /v1/charges"; NULL: any */
    int32_t status;      /* of the answer; never 0 */
    uint32_t flags;      /* SL_EXCHANGE_... */
    const char *answer;  /* its body, or NULL */
    const char *
        headers; /* further lines of it, each ended by "\r\n", or NULL; JSON unless a Content-Type is here */
    const char *const
        *sends; /* texts that the request must hold as whole words: see SL_SENDS; or NULL */
    uint64_t reserved[2];
} sl_gateway_exchange;
/* Moves no money: an access token, a look-up. Answered well also when the check is about bad answers. */
#define SL_EXCHANGE_HARMLESS 1u
#define SL_EXCHANGES_END \
    {                    \
        .status = 0      \
    }
#define SL_SENDS(...)                   \
    (const char *const[])               \
    {                                   \
        __VA_ARGS__, (const char *)NULL \
    }

/* One operation and what must come of it. */
typedef struct sl_gateway_example {
    const char *operation; /* "authorize", "capture", "void", "refund", "retrieve", "tokenize" */
    const char *situation; /* for the reader: "declined for lack of funds" */
    int32_t kind; /* the outcome it must become: SL_GATEWAY_...; tokenize: APPROVED, DECLINED */
    bool hold;    /* authorize: without capture */
    bool spare[3];
    const sl_gateway_exchange
        *exchanges;        /* in order; ended by SL_EXCHANGES_END; NULL: it calls nobody */
    const char *of;        /* retrieve: of which operation; NULL: "authorize" */
    const char *token;     /* of the payment method; NULL: the description's */
    const char *original;  /* capture, void, refund, retrieve: the reference of the authorization */
    const char *currency;  /* NULL: usd, or the first that the adapter takes */
    const char *reference; /* that the outcome must have; NULL: any */
    const char *code;      /* a decline's code and decline code: one of them at least */
    const char *decline_code;
    const char *number; /* tokenize: the card's; NULL: 4242424242424242 */
    uint64_t reserved[4];
} sl_gateway_example;
#define SL_EXAMPLES_END   \
    {                     \
        .operation = NULL \
    }

/* A webhook as the gateway really signed it. */
typedef struct sl_gateway_webhook_example {
    const char *situation;
    const char *method;     /* NULL: POST */
    const char *path;       /* or NULL */
    const char *query;      /* or NULL */
    const sl_pair *headers; /* ended by a NULL name */
    const char *body;
    const char
        *signature; /* name of the header that holds the signature; NULL: in the query or body */
    int64_t
        now; /* unix seconds at which it was received; 0: the signature is of no time, or made when it is checked */
    const char *id;                       /* that the event must have */
    const char *kind;                     /* of the notice, or NULL */
    const char *attempt;                  /* the notice's, or NULL */
    const char *reference;                /* the notice's, or NULL */
    const sl_gateway_exchange *exchanges; /* when it is verified by asking the gateway: its yes */
    const sl_gateway_exchange *refusals;  /* and its no */
    uint64_t reserved[4];
} sl_gateway_webhook_example;
#define SL_WEBHOOK_EXAMPLES_END \
    {                           \
        .body = NULL            \
    }

typedef struct sl_gateway_conformance {
    uint32_t struct_size; /* sizeof(sl_gateway_conformance) */
    uint32_t flags;       /* 0 */
    const sl_pair *
        options; /* the plugin's options for the check, ended by a NULL name; `api_base` is $(upstream) by itself */
    const char
        *key_header;   /* where the idempotency key goes; NULL: anywhere, as the host gave it */
    const char *token; /* a payment method that is approved; NULL: "tok_check" */
    const sl_gateway_exchange *exchanges; /* before whatever operation, harmless, or NULL */
    const sl_gateway_example *examples;
    const sl_gateway_webhook_example *webhooks; /* or NULL */
} sl_gateway_conformance;

SL_END_DECLS
#endif
