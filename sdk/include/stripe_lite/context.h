/*
 * context.h: what one unit of work (a request, a job, a command) owns: memory, error, caller, time.
 *
 * A handler gets its context first and passes it on first. Memory comes from the context's arena and is gone with it: there is
 * nothing to free. `sl_defer` runs what must be undone, in reverse order, when the context ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CONTEXT_H
#define STRIPE_LITE_CONTEXT_H

#include <stripe_lite/status.h>

SL_BEGIN_DECLS

typedef struct sl_context sl_context;
typedef struct sl_json sl_json;

/* Zeroed memory, aligned for any type, living as long as the context; never NULL (out of memory ends the worker, which is
 * restarted). since 1.0 [no-suspend] */
SL_API void *sl_alloc(sl_context *cx, size_t size);

/* Memory that outlives contexts, for what a plugin keeps in its process: given back all at once. sl_shelf_alloc: zeroed, aligned,
 * never NULL. since 1.0 [no-suspend] */
typedef struct sl_shelf sl_shelf;
SL_API sl_shelf *sl_shelf_new(void);
SL_API void *sl_shelf_alloc(sl_shelf *shelf, size_t size);
SL_API char *sl_shelf_copy(sl_shelf *shelf, const char *text);
SL_API void sl_shelf_free(sl_shelf *shelf); /* NULL: nothing happens */

/* `printf` into the arena. Never NULL. since 1.0 [no-suspend] */
SL_API char *sl_format(sl_context *cx, const char *format, ...) SL_PRINTF(2, 3);

/* A NUL-terminated copy of `length` bytes of `text`; NULL when `text` is NULL. since 1.0 [no-suspend] */
SL_API char *sl_copy(sl_context *cx, const char *text, size_t length);

/* Runs `function(pointer)` when the context ends; last deferred, first run. since 1.0 [no-suspend] */
SL_API void sl_defer(sl_context *cx, void (*function)(void *pointer), void *pointer);

/* Fills the context's error and returns `status`. `code` is Stripe's error code ("resource_missing") or NULL; `format` makes
 * the sentence for the client: no secrets, no card numbers. A later failure replaces an earlier one. since 1.0 [no-suspend] */
SL_API sl_status sl_fail(sl_context *cx, sl_status status, const char *code, const char *format,
                         ...) SL_PRINTF(4, 5);

/* As `sl_fail`, naming the parameter at fault as Stripe does: "amount", "card[number]". since 1.0 [no-suspend] */
SL_API sl_status sl_fail_param(sl_context *cx, sl_status status, const char *code,
                               const char *param, const char *format, ...) SL_PRINTF(5, 6);

/* Adds a decline to the error just made: Stripe's decline code and advice ("try_again_later"), each NULL when there is none.
 * since 1.0 [no-suspend] */
SL_API void sl_error_decline(sl_context *cx, const char *decline_code, const char *advice_code);

/* Adds a member to the error object just made, as Stripe does with `payment_intent`. `json` is one finished value and is
 * copied. since 1.0 [no-suspend] */
SL_API void sl_error_attach(sl_context *cx, const char *name, const sl_json *json);

/* The error's sentence, code, decline code, or NULL while there is none. since 1.0 [no-suspend] */
SL_API const char *sl_error_message(const sl_context *cx);
SL_API const char *sl_error_code(const sl_context *cx);
SL_API const char *sl_error_decline_code(const sl_context *cx);

/* Forgets the error: the caller has dealt with it. since 1.0 [no-suspend] */
SL_API void sl_error_clear(sl_context *cx);

/* Unix seconds, UTC: the one clock. A context on a test clock lives in that clock's time. since 1.0 [no-suspend] */
SL_API int64_t sl_now(const sl_context *cx);

/* Unix milliseconds of the real time, whatever clock a context lives by: for what happens in the real world. since 1.0
 * [no-suspend] */
SL_API int64_t sl_real_ms(void);

/* From here on `sl_now` answers `frozen_time` (unix seconds); 0 returns to real time. since 1.0 [no-suspend] */
SL_API void sl_now_set(sl_context *cx, int64_t frozen_time);

/* A new id, unique everywhere, ordered by the real time of its making: "cus_" and 24 letters and digits. since 1.0 [no-suspend] */
SL_API const char *sl_id(sl_context *cx, const char *prefix);

/* `length` letters and digits from the system's random source: for client secrets and tokens. since 1.0 [no-suspend] */
SL_API const char *sl_random_text(sl_context *cx, size_t length);

/* The account served ("acct_..."), and whether it is its live mode; every query and write is bound to both. since 1.0 [no-suspend] */
SL_API const char *sl_account(const sl_context *cx);
SL_API bool sl_livemode(const sl_context *cx);

/* Serves another account: for a page on an open route whose unguessable address names the account that it belongs to. Call it
 * before the first read or write. SL_E_FORBIDDEN when the caller is identified and acts for another account or mode.
 * since 1.0 [no-suspend] */
SL_API sl_status sl_account_bind(sl_context *cx, const char *account, bool livemode) SL_MUST_CHECK;

/* The request's id ("req_..."), or that of the request that enqueued this job; never NULL. since 1.0 [no-suspend] */
SL_API const char *sl_request_id(const sl_context *cx);

/* Who calls. since 1.0 */
#define SL_CALLER_NONE 0        /* open route, no credential */
#define SL_CALLER_SECRET 1      /* sk_ */
#define SL_CALLER_PUBLISHABLE 2 /* pk_ */
#define SL_CALLER_RESTRICTED 3  /* rk_ */
#define SL_CALLER_APP 4         /* app_ */
#define SL_CALLER_TOKEN 5       /* JWT */
#define SL_CALLER_SYSTEM 6      /* job, schedule, command line */
SL_API int32_t sl_caller(const sl_context *cx);

/* The id of the customer that the caller is confined to (role customer:<id>), or NULL when it is not. since 1.0 [no-suspend] */
SL_API const char *sl_caller_customer(const sl_context *cx);

/* Which face the answer is rendered for: `/v1` (Stripe's shapes, minor units, unix seconds) or the Stripe_lite routes (major
 * units, ISO 8601). Jobs have Stripe's. since 1.0 [no-suspend] */
#define SL_FACE_STRIPE 0
#define SL_FACE_LITE 1
SL_API int32_t sl_face(const sl_context *cx);

/* What is rendered from here on is for `face`; answers the face before, to return to: for documents of one face that are stored
 * by requests of the other. since 1.0 [no-suspend] */
SL_API int32_t sl_face_set(sl_context *cx, int32_t face);

/* Runs `function` in a fiber of its own, with a context of its own for the same account and `data` as it is. What it leaves
 * pending is dropped. SL_E_UNAVAILABLE when there are too many fibers. since 1.0 [no-suspend] */
SL_API sl_status sl_spawn(sl_context *cx, void (*function)(sl_context *cx, void *data),
                          void *data) SL_MUST_CHECK;

/* Runs `function` now, with a context of its own for the same account whose memory ends with the call: for loops that have no
 * end. What it leaves pending is dropped, its error is forgotten, its result is answered. since 1.0 [suspends] */
SL_API sl_status sl_apart(sl_context *cx, sl_status (*function)(sl_context *cx, void *data),
                          void *data) SL_MUST_CHECK;

/* Milliseconds left until the context's deadline, never negative. since 1.0 [no-suspend] */
SL_API int64_t sl_time_left(const sl_context *cx);

/* Parks this fiber for `milliseconds`. SL_E_CANCELLED, SL_E_TIMEOUT at the deadline. since 1.0 [suspends] */
SL_API sl_status sl_sleep(sl_context *cx, int64_t milliseconds) SL_MUST_CHECK;

SL_END_DECLS
#endif
