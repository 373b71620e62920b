/*
 * auth.h: who calls, for which account, and whether they may.
 *
 * A credential is an API key (known by its hash in `api_keys`) or a JSON Web Token (known by its signature). Identifying binds
 * the context to the credential's account and mode and fills `cx->caller`; permitting compares that caller with what a route
 * asks for, by one table. core/http calls both; the command line makes and ends keys through keys.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_AUTH_AUTH_H
#define STRIPE_LITE_CORE_AUTH_AUTH_H

#include <stripe_lite/route.h>

#include "core/base/context.h"

/* The account that bootstrap keys and tokens act for. Its id is fixed, so that every worker and node agrees on it. */
#define SL_FIRST_ACCOUNT "acct_1"

typedef struct sl_auth sl_auth;

/* What core/config knows about credentials; texts may be NULL. They are copied. */
typedef struct sl_auth_options {
    const char *secret_key;      /* bootstrap key of the first account */
    const char *publishable_key; /* likewise */
    const char *jwt_secret;      /* HS256 */
    const char
        *jwt_public_key;      /* PEM text: RS256; wins over jwt_secret, which must then be absent */
    const char *jwt_issuer;   /* required `iss`, NULL: any */
    const char *jwt_audience; /* required among `aud`, NULL: any */
    bool production;          /* without a bootstrap key, tokens act in live mode */
} sl_auth_options;

/* Makes the worker's auth. NULL with a sentence for the administrator when a key cannot be used (no RSA key, shorter than 2048
 * bits, secret and public key both given); the sentence never holds the key. since 1.0 [start-up only] */
sl_auth *sl_auth_new(const sl_auth_options *options, const char **ret_message);
void sl_auth_free(sl_auth *auth);

/* The mode of tokens and of keys made without a mode: that of the bootstrap secret key. since 1.0 [no-suspend] */
bool sl_auth_livemode(const sl_auth *auth);

/* Makes the first account and the rows of the bootstrap keys when they are not there; a bootstrap key that left the settings
 * ends. May run in many processes at once. SL_E_UNAVAILABLE. since 1.0 [suspends] */
sl_status sl_auth_bootstrap(sl_context *cx) SL_MUST_CHECK;

struct sl_database;
/* Forgets the keys it remembers whenever another process says that one has changed. since 1.0 [start-up only] */
void sl_auth_hear(sl_auth *auth, struct sl_database *database);

/* Who sends this Authorization header (NULL: none) and for which account: binds the context and fills the caller.
 * `stripe_account` is the Stripe-Account header or NULL. SL_E_UNAUTHENTICATED, SL_E_FORBIDDEN (account_invalid),
 * SL_E_UNAVAILABLE, each with the error filled. since 1.0 [suspends] */
sl_status sl_auth_identify(sl_context *cx, const char *authorization,
                           const char *stripe_account) SL_MUST_CHECK;

/* As nobody: the first account in the mode of tokens, caller NONE. For open routes. since 1.0 [no-suspend] */
void sl_auth_open(sl_context *cx);

/* Whether the identified caller may use the route: SL_OK or SL_E_FORBIDDEN with the error filled. since 1.0 [no-suspend] */
sl_status sl_auth_permit(sl_context *cx, const sl_route *route) SL_MUST_CHECK;

/* All of it for one route: open routes take a good credential, and do without one. since 1.0 [suspends] */
sl_status sl_auth_guard(sl_context *cx, const sl_route *route, const char *authorization,
                        const char *stripe_account) SL_MUST_CHECK;

/* The restricted-key scope of a route: its own, or the first path segment after "v1" or "api/v1". since 1.0 [no-suspend] */
const char *sl_auth_scope(sl_context *cx, const sl_route *route);

/* A role's text: "admin", "operator", "viewer" or "customer:<id>". False when it is none. `ret_role` and `ret_customer` are
 * static or in the arena. since 1.0 [no-suspend] */
bool sl_auth_role(sl_context *cx, const char *text, const char **ret_role,
                  const char **ret_customer) SL_MUST_CHECK;

#endif
