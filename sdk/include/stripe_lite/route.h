/*
 * route.h: declaring routes, answering requests.
 *
 * A route is a line of data: method and path, handler, parameter table, who may call. The host parses, authenticates,
 * authorizes, checks the parameters (all faults at once) and fills the struct that the table describes; members of a path
 * ("{id}") are parameters too. The answer leaves after the handler's writes are committed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_ROUTE_H
#define STRIPE_LITE_ROUTE_H

#include <stripe_lite/database.h>

SL_BEGIN_DECLS

/* Who may call. Restricted keys, roles and scopes apply below SECRET. */
#define SL_ACCESS_SECRET 0 /* secret key, restricted key with the scope, JWT with a fitting role */
#define SL_ACCESS_PUBLISHABLE 1 /* those and publishable keys */
#define SL_ACCESS_OPEN 2        /* anyone */
#define SL_ACCESS_ADMIN 3       /* secret keys and role admin: keys, settings, grants */
#define SL_ACCESS_APP 4         /* app keys, and those of SECRET */

/* Flags */
#define SL_ROUTE_CUSTOMER \
    1u /* a customer:<id> role may call it; the handler or the resource confines it to its own */
#define SL_ROUTE_RAW_BODY 2u  /* the body is not parsed; see sl_request_body */
#define SL_ROUTE_TEST_ONLY 4u /* exists in environments development and test */
#define SL_ROUTE_HIDDEN 8u    /* not in /openapi.json */
#define SL_ROUTE_PAGE 16u     /* answers HTML, takes forms, no idempotency */

typedef sl_status (*sl_handler)(sl_context *cx, const void *params);

typedef struct sl_route {
    const char *pattern; /* "POST /v1/refunds", "GET /payments/{charge_id}" */
    sl_handler handler;
    const sl_field *params; /* NULL: takes none */
    int32_t access;         /* SL_ACCESS_... */
    uint32_t flags;
    const char *
        scope; /* "refunds": a restricted key needs refunds:read or refunds:write, by method; NULL: the second path segment */
    const char *summary; /* one line for the documents */
    const char *returns; /* type of the resource answered ("refund"), "list:refund", or NULL */
    uint64_t reserved[4];
} sl_route;

#define SL_ROUTES_END   \
    {                   \
        .pattern = NULL \
    }

/* ---- answering; the last reply counts, and returns SL_OK so that a handler can end with it; since 1.0 [no-suspend] ---- */

SL_API sl_status sl_reply_json(sl_context *cx, int32_t http_status,
                               const sl_json *body) SL_MUST_CHECK;
SL_API sl_status sl_reply_body(sl_context *cx, int32_t http_status, const char *content_type,
                               const char *body, size_t length) SL_MUST_CHECK;
SL_API sl_status sl_reply_redirect(sl_context *cx, const char *location) SL_MUST_CHECK; /* 303 */
/* The answer holds a secret that is shown once: what is kept of it for the Idempotency-Key is sealed. */
SL_API void sl_reply_secret(sl_context *cx);
SL_API void sl_reply_header(sl_context *cx, const char *name, const char *value);

/* ---- asking about the request; NULL when absent or outside a request; since 1.0 [no-suspend] ---- */

SL_API const char *sl_request_header(const sl_context *cx, const char *name);
SL_API const char *sl_request_body(const sl_context *cx, size_t *ret_length);
SL_API const char *sl_request_method(const sl_context *cx);
SL_API const char *sl_request_path(const sl_context *cx);
/* "http://127.0.0.1:8000", as the client or the configured public URL says: for links to pages of this server. */
SL_API const char *sl_request_base_url(const sl_context *cx);

/* The Idempotency-Key of the request that is served, or was resumed, or NULL.
 * since 1.0 [no-suspend] */
SL_API const char *sl_idempotency_key(const sl_context *cx);

/* Nothing came of the request, although it has committed something and ends in an answer that is not kept (5xx): with the next
 * commit its Idempotency-Key is free again, so that the client may try again with it. To be called in each run of the step that
 * ends so. Does nothing without a key. since 1.0 [no-suspend] */
SL_API void sl_idempotency_release(sl_context *cx);

/* In a job that finishes what an interrupted request began: from here on the reply and the kept error of this context, rendered
 * for the face of the request with that id (sl_request_id when it began), become the answer that its Idempotency-Key replays,
 * stored with the next commit. Does nothing when no such request waits for its answer, inside a request, and with NULL. The
 * request must surely be over: both would answer else. SL_E_UNAVAILABLE. since 1.0 [suspends] */
SL_API sl_status sl_request_resume(sl_context *cx, const char *request_id) SL_MUST_CHECK;

/* `text` safe inside HTML text and attributes. since 1.0 [no-suspend] */
SL_API const char *sl_html(sl_context *cx, const char *text);

SL_END_DECLS
#endif
