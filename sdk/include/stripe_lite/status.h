/*
 * status.h: the result of everything that can fail.
 *
 * 0 is success, everything else is negative. Each status has a default HTTP status and Stripe error type, so that one
 * `return sl_fail(...)` says it all. Who detects a fault fills the error; everyone above just returns the status.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_STATUS_H
#define STRIPE_LITE_STATUS_H

#include <stripe_lite/abi.h>

SL_BEGIN_DECLS

typedef int32_t sl_status;

/* clang-format off */
/*                                   HTTP  error.type                                          */
#define SL_OK 0
#define SL_E_INVALID (-1)         /* 400  invalid_request_error: the request cannot be served     */
#define SL_E_UNPROCESSABLE (-2)   /* 422  invalid_request_error: the body breaks its schema       */
#define SL_E_UNAUTHENTICATED (-3) /* 401  invalid_request_error                                   */
#define SL_E_FORBIDDEN (-4)       /* 403  invalid_request_error                                   */
#define SL_E_NOT_FOUND (-5)       /* 404  invalid_request_error                                   */
#define SL_E_METHOD (-6)          /* 405  invalid_request_error                                   */
#define SL_E_CARD (-7)            /* 402  card_error: the gateway said no                         */
#define SL_E_CONFLICT (-8)        /* 409  a guard failed or a unique key collided: try afresh     */
#define SL_E_EXISTS (-9)          /* 409  invalid_request_error: the thing is there already       */
#define SL_E_IDEMPOTENCY (-10)    /* 400  idempotency_error                                       */
#define SL_E_RATE (-11)           /* 429  invalid_request_error, code rate_limit                  */
#define SL_E_TOO_LARGE (-12)      /* 413  invalid_request_error                                   */
#define SL_E_MEDIA (-13)          /* 415  invalid_request_error                                   */
#define SL_E_UNSUPPORTED (-14)    /* 400  an optional operation that this gateway does not have   */
#define SL_E_UNAVAILABLE (-15)    /* 503  api_error: surely not done; may be tried again          */
#define SL_E_TIMEOUT (-16)        /* 504  api_error: the deadline passed                          */
#define SL_E_CANCELLED (-17)      /* 503  api_error: the fiber was asked to end                   */
#define SL_E_UNKNOWN (-18)        /* 503  api_error: it cannot be said whether it happened        */
#define SL_E_INTERNAL (-19)       /* 500  api_error: a fault of ours                              */
#define SL_E_GATEWAY (-20)        /* 502  api_error: the gateway refused the request as such      */
/* clang-format on */

/* The status's own name, as "SL_E_CARD"; never NULL. since 1.0 [no-suspend] */
SL_API const char *sl_status_name(sl_status status);

/* The HTTP status a failed request answers with when the error names no other. since 1.0 [no-suspend] */
SL_API int32_t sl_status_http(sl_status status);

SL_END_DECLS
#endif
