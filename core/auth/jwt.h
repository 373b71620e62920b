/*
 * jwt.h: JSON Web Tokens (RFC 7519): one algorithm, pinned by the configuration.
 *
 * A public key means RS256, a secret HS256, and the token's own `alg` must be that one: a token never chooses how it is
 * verified. `exp`, `sub` and `role` are required; `nbf` counts when present; `iss` and `aud` when they are configured.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_AUTH_JWT_H
#define STRIPE_LITE_CORE_AUTH_JWT_H

#include "core/auth/auth.h"

typedef struct sl_jwt sl_jwt; /* the rules of verification */

typedef struct sl_jwt_claims {
    const char *subject;
    const char *role; /* "admin", "operator", "viewer", "customer" */
    const char *customer;
} sl_jwt_claims;

/* Seconds that other clocks may be off. */
#define SL_JWT_LEEWAY 30

/* `*ret_jwt` is NULL when the options name neither secret nor public key. False with a sentence when they cannot be used.
 * since 1.0 [start-up only] */
bool sl_jwt_new(const sl_auth_options *options, sl_jwt **ret_jwt, const char **ret_message);
void sl_jwt_free(sl_jwt *jwt);

/* Whether a credential has a token's shape: three parts, the first a JSON object in base64url. since 1.0 [no-suspend] */
bool sl_jwt_looks_like(const char *text);

/* SL_E_UNAUTHENTICATED with the error saying which rule the token breaks. since 1.0 [no-suspend] */
sl_status sl_jwt_verify(sl_context *cx, const sl_jwt *jwt, const char *token,
                        sl_jwt_claims *ret_claims) SL_MUST_CHECK;

#endif
