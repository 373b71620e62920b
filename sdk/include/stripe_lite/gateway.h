/*
 * gateway.h: adapters to those who move the money: asking them, and what helps to write one.
 *
 * gateway_types.h says what an adapter is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_GATEWAY_H
#define STRIPE_LITE_GATEWAY_H

#include <stripe_lite/gateway_types.h>
#include <stripe_lite/http_client.h>

SL_BEGIN_DECLS

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
