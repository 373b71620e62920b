/*
 * http_client.h: calling other servers from a fiber: TLS verified, connections reused, deadline kept, nothing secret logged.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_HTTP_CLIENT_H
#define STRIPE_LITE_HTTP_CLIENT_H

#include <stripe_lite/json.h>

SL_BEGIN_DECLS

#define SL_HTTP_NO_PRIVATE 1u /* refuse private, loopback and link-local addresses at connection */
#define SL_HTTP_NO_LINK_LOCAL \
    2u /* refuse link-local, multicast and metadata addresses; NO_PRIVATE does so too */

#define SL_HTTP_CUT_BODY \
    4u /* an answer longer than body_limit is cut there instead of being a failure */

typedef struct sl_http_request {
    uint32_t struct_size;
    uint32_t flags;
    const char *method; /* "POST" */
    const char *url;
    const sl_pair *headers; /* ended by a NULL name */
    const char *body;
    size_t body_length;
    int64_t timeout_ms; /* 0: what the context has left, 30 s at most */
    size_t body_limit;  /* of the answer; 0: 1 MiB */
    const char *user;   /* Basic credentials, or NULL */
    const char *password;
} sl_http_request;

/* How far a failed call got: only NOT_SENT is safe to send elsewhere. */
#define SL_HTTP_ANSWERED 0
#define SL_HTTP_NOT_SENT 1 /* no connection: the other side never saw it */
#define SL_HTTP_UNKNOWN 2  /* sent, perhaps in part; no whole answer */

typedef struct sl_http_response {
    uint32_t struct_size;
    int32_t reached; /* SL_HTTP_ANSWERED, ... */
    int32_t status;  /* 0 unless answered */
    uint32_t reserved;
    const char *body;
    size_t body_length;
    const char *headers; /* raw lines */
    int64_t elapsed_ms;
    const char *fault; /* a sentence when not answered */
} sl_http_response;

/* Sends and waits for the answer; never follows a redirect. SL_OK when any HTTP status came back; SL_E_UNAVAILABLE (not sent),
 * SL_E_TIMEOUT, SL_E_UNKNOWN otherwise, `ret_response` filled in every case. SL_E_INTERNAL with writes pending: no call to the
 * outside between a write and its commit. since 1.0 [suspends] */
SL_API sl_status sl_http_send(sl_context *cx, const sl_http_request *request,
                              sl_http_response *ret_response) SL_MUST_CHECK;

/* Whether a URL may be called under these flags as far as it says itself: http or https, no user in it, no address that they
 * refuse. A name is looked up only when it is called. SL_E_INVALID. since 1.0 [no-suspend] */
SL_API sl_status sl_http_check(sl_context *cx, const char *url, uint32_t flags) SL_MUST_CHECK;

/* A response header's value, or NULL. since 1.0 [no-suspend] */
SL_API const char *sl_http_response_header(sl_context *cx, const sl_http_response *response,
                                           const char *name);

/* ---- texts that requests are made of ---- */

/* A form's body (application/x-www-form-urlencoded): sl_form(cx, "amount", text, "currency", other). What is NULL is left out.
 * since 1.0 [no-suspend] */
SL_API const char *sl_form_of(sl_context *cx, ...);
#define sl_form(cx, ...) sl_form_of((cx), __VA_ARGS__, (const char *)NULL)

/* The same for pairs ended by a NULL name. since 1.0 [no-suspend] */
SL_API const char *sl_form_pairs(sl_context *cx, const sl_pair *pairs);

/* A text as one part of a path or query: all but letters, digits and "-._~" as %XX. since 1.0 [no-suspend] */
SL_API const char *sl_url_encode(sl_context *cx, const char *text);

SL_END_DECLS
#endif
