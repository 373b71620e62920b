/*
 * keys.h: API keys as rows: finding, making, listing, rotating and revoking them.
 *
 * Only the SHA-256 of a key is stored. A fast hash is right here, unlike for passwords: keys made here hold 190 random bits, so
 * that nobody finds one by trying, however fast a try is, and each request pays for one hash.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_AUTH_KEYS_H
#define STRIPE_LITE_CORE_AUTH_KEYS_H

#include <stripe_lite/database.h>

#include "core/base/context.h"

struct sl_key_cache;

/* A row of `api_keys`. */
typedef struct sl_key {
    const char *id;
    const char *kind; /* "secret", "publishable", "restricted", "app" */
    const char *hash;
    const char *shown; /* "sk_test_****1234" */
    const char *name;
    const char *role;   /* as sl_auth_role reads it; NULL: everything its kind may */
    const char *scopes; /* " customers:read refunds:write " */
    const char *app_id;
    int64_t expires; /* unix seconds, 0: never */
    int64_t revoked; /* unix seconds, 0: not */
    int64_t created;
    int64_t version;
    const char *account; /* of the row's scope; no columns */
    bool livemode;
} sl_key;

extern const sl_table sl_key_table;

/* Where the rows of the installation's own accounts lie. */
#define SL_SYSTEM_SCOPE "system"

/* What a key's text may be shown as: its prefix, four stars, its last four characters; only stars when it is short. The key
 * itself is not in it. since 1.0 [no-suspend] */
const char *sl_key_mask(sl_context *cx, const char *text);

/* "secret" for "sk_...", and so on; NULL for a text without such a prefix. since 1.0 [no-suspend] */
const char *sl_key_kind(const char *text);

/* False for a key that says test mode ("sk_test_...") or says nothing. since 1.0 [no-suspend] */
bool sl_key_livemode(const char *text);

/* ---- finding ---- */

/* A worker's memory of keys just seen. Who changes a key tells it, and everyone forgets; an entry lives SL_KEY_CACHE_HEARD_MS
 * where that is heard and SL_KEY_CACHE_MS where not, counted from the start of its lookup and never prolonged: so long a revoked
 * key may still be taken, whatever happens to the news. */
#define SL_KEY_CACHE_MS 50
#define SL_KEY_CACHE_HEARD_MS 1000
#define SL_KEY_NEWS "keys"
struct sl_key_cache *sl_key_cache_new(void);
void sl_key_cache_free(struct sl_key_cache *cache);
/* Also what is being looked up now is not remembered. since 1.0 [no-suspend] */
void sl_key_cache_forget(struct sl_key_cache *cache);

/* The key of this text, valid now. SL_E_NOT_FOUND, without filling an error, when there is none or it is revoked; SL_E_INVALID,
 * likewise, when it has expired. since 1.0 [suspends] */
sl_status sl_key_find(sl_context *cx, struct sl_key_cache *cache, const char *text,
                      sl_key *ret_key) SL_MUST_CHECK;

/* ---- managing, for the command line ---- */

typedef struct sl_key_request {
    const char *kind;          /* NULL: "restricted" with scopes, else "secret" */
    const char *account;       /* NULL: the first; made when it is not there */
    const char *role;          /* NULL: none */
    const char *const *scopes; /* "customers:read", "refunds:write", NULL-terminated; NULL: none */
    const char *name;          /* for people, or NULL */
    bool livemode;
    int64_t expires; /* unix seconds, 0: never */
} sl_key_request;

/* Makes a key and its row; `ret_text` is the only time its text is told. SL_E_INVALID with the error filled: unknown kind, role
 * or scope, account id of the wrong shape. since 1.0 [suspends] */
sl_status sl_keys_create(sl_context *cx, const sl_key_request *request, const char **ret_text,
                         sl_key *ret_key) SL_MUST_CHECK;

/* Every key of an account, both modes, newest first; NULL: of every account. A list of sl_key. since 1.0 [suspends] */
sl_status sl_keys_list(sl_context *cx, const char *account, sl_list *ret_keys) SL_MUST_CHECK;

/* A new key like the old one, named by its text or its id ("key_..."); the old one ends after `grace` seconds, 0: at once.
 * SL_E_NOT_FOUND with the error filled. since 1.0 [suspends] */
sl_status sl_keys_rotate(sl_context *cx, const char *which, int64_t grace, const char **ret_text,
                         sl_key *ret_key) SL_MUST_CHECK;

/* Ends a key, named by its text or its id. Revoking twice is fine. SL_E_NOT_FOUND with the error filled. since 1.0 [suspends] */
sl_status sl_keys_revoke(sl_context *cx, const char *which) SL_MUST_CHECK;

/* Adds the account's row when it is not there. since 1.0 [no-suspend] */
void sl_account_ensure(sl_context *cx, const char *account, const char *name);

/* The row of a key with this text, to insert: id, kind, hash, shown, created. since 1.0 [no-suspend] */
void sl_key_of(sl_context *cx, const char *text, sl_key *ret_key);

/* By "WHERE ..." text over all accounts, arguments from $1; list of sl_key. since 1.0 [suspends] */
sl_status sl_keys_where(sl_context *cx, const char *where, const sl_argument *arguments,
                        uint32_t count, sl_list *ret_keys) SL_MUST_CHECK;

#endif
