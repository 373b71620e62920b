/*
 * auth.c: from the Authorization header to a caller, and the bootstrap keys of the settings.
 *
 * The bootstrap keys are ordinary rows under fixed ids, so that they are looked up, listed and revoked like any other; what the
 * settings no longer name ends at the next start.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/auth/auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/auth/jwt.h"
#include "core/auth/keys.h"
#include "core/base/encode.h"
#include "core/database/database.h"

#define CREDENTIAL_MAX 8192

struct sl_auth {
    struct sl_key_cache *cache;
    sl_jwt *jwt; /* NULL: tokens are not taken */
    char *secret_key;
    char *publishable_key;
    bool livemode;
};

sl_auth *sl_auth_new(const sl_auth_options *options, const char **ret_message)
{
    const char *secret_kind = options->secret_key ? sl_key_kind(options->secret_key) : NULL;
    if (secret_kind && strcmp(secret_kind, "secret") != 0) {
        *ret_message = "auth.secret_key is not a secret key: its prefix is that of another kind";
        return NULL;
    }
    sl_jwt *jwt = NULL;
    if (!sl_jwt_new(options, &jwt, ret_message))
        return NULL;
    sl_auth *auth = calloc(1, sizeof(*auth));
    if (!auth) {
        sl_jwt_free(jwt);
        *ret_message = "out of memory";
        return NULL;
    }
    auth->cache = sl_key_cache_new();
    auth->jwt = jwt;
    auth->secret_key = options->secret_key ? strdup(options->secret_key) : NULL;
    auth->publishable_key = options->publishable_key ? strdup(options->publishable_key) : NULL;
    auth->livemode =
        options->secret_key ? sl_key_livemode(options->secret_key) : options->production;
    return auth;
}

void sl_auth_free(sl_auth *auth)
{
    if (!auth)
        return;
    sl_key_cache_free(auth->cache);
    sl_jwt_free(auth->jwt);
    free(auth->secret_key);
    free(auth->publishable_key);
    free(auth);
}

bool sl_auth_livemode(const sl_auth *auth)
{
    return auth->livemode;
}

/* ---- bootstrap ---- */

/* The row of a bootstrap key becomes what the settings say; one of the other mode goes. */
static void bootstrap_row(sl_context *cx, sl_key *row, const sl_key *wanted, bool *there)
{
    const char *scope = row->livemode ? row->account : sl_format(cx, "%s:test", row->account);
    if (wanted->hash && strcmp(row->hash, wanted->hash) == 0) {
        *there = true;
    } else if (wanted->hash && row->livemode == wanted->livemode) {
        row->hash = wanted->hash;
        row->shown = wanted->shown;
        row->created = wanted->created;
        row->revoked = 0;
        row->expires = 0;
        sl_update_in(cx, scope, &sl_key_table, row, "hash, shown, created, revoked, expires");
        *there = true;
    } else {
        sl_delete_in(cx, scope, &sl_key_table, row);
    }
}

static sl_status bootstrap_key(sl_context *cx, const char *id, const char *kind, const char *text)
{
    sl_key *wanted = sl_alloc(cx, sizeof(*wanted));
    if (text)
        sl_key_of(cx, text, wanted);
    wanted->id = id;
    wanted->kind = kind;
    sl_list rows;
    sl_status status = sl_keys_where(
        cx, "WHERE id = $1 OR hash = $2 ORDER BY CASE WHEN hash = $2 THEN 0 ELSE 1 END",
        SL_ARGS(sl_text(id), sl_text(text ? wanted->hash : "")), &rows);
    if (status != SL_OK)
        return status;
    bool there = !text;
    for (uint32_t i = 0; i < rows.count; i++) {
        sl_key *row = SL_ITEM(rows, sl_key, i);
        /* A key of the settings that the command line made before keeps its own row. */
        bool other_row_has_it = there && text && strcmp(row->hash, wanted->hash) != 0;
        if (other_row_has_it)
            sl_delete_in(cx, row->livemode ? row->account : sl_format(cx, "%s:test", row->account),
                         &sl_key_table, row);
        else
            bootstrap_row(cx, row, wanted, &there);
    }
    if (!there)
        sl_insert_in(cx, wanted->livemode ? SL_FIRST_ACCOUNT : SL_FIRST_ACCOUNT ":test",
                     &sl_key_table, wanted);
    return SL_OK;
}

static sl_status bootstrap_step(sl_context *cx, void *data)
{
    const sl_auth *auth = data;
    sl_account_ensure(cx, SL_FIRST_ACCOUNT, "First account");
    sl_status status = bootstrap_key(cx, "key_bootstrap_secret", "secret", auth->secret_key);
    return status == SL_OK ? bootstrap_key(cx, "key_bootstrap_publishable", "publishable",
                                           auth->publishable_key)
                           : status;
}

sl_status sl_auth_bootstrap(sl_context *cx)
{
    sl_status status = sl_retry(cx, bootstrap_step, cx->host->auth);
    if (status == SL_OK)
        sl_news_tell(cx, SL_KEY_NEWS);
    return status;
}

static void keys_changed(void *data)
{
    const sl_auth *auth = data;
    sl_key_cache_forget(auth->cache);
}

void sl_auth_hear(sl_auth *auth, struct sl_database *database)
{
    sl_news_hear(database, SL_KEY_NEWS, keys_changed, auth);
}

/* ---- the credential ---- */

static sl_status credential_missing(sl_context *cx)
{
    return sl_fail(
        cx, SL_E_UNAUTHENTICATED, NULL,
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
        "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
}

static bool printable(const char *text)
{
    size_t length = 0;
    for (; text[length]; length++) {
        if (text[length] <= ' ' || text[length] > '~')
            return false;
    }
    return length > 0 && length <= CREDENTIAL_MAX;
}

/* RFC 7617: the key is the user name; a password is not looked at. */
static const char *basic_user(sl_context *cx, const char *text)
{
    size_t length = 0;
    unsigned char *bytes = sl_base64_decode(cx->arena, text, strlen(text), false, &length);
    char *colon = bytes ? memchr(bytes, ':', length) : NULL;
    if (colon)
        *colon = 0;
    return (const char *)bytes;
}

static sl_status credential_read(sl_context *cx, const char *authorization,
                                 const char **ret_credential)
{
    if (!authorization || !authorization[0])
        return credential_missing(cx);
    size_t scheme = strcspn(authorization, " ");
    const char *rest = authorization + scheme + strspn(authorization + scheme, " ");
    const char *text = sl_copy(cx, rest, strcspn(rest, " "));
    if (scheme == 5 && strncasecmp(authorization, "Basic", 5) == 0)
        text = basic_user(cx, text);
    else if (scheme != 6 || strncasecmp(authorization, "Bearer", 6) != 0)
        return sl_fail(cx, SL_E_UNAUTHENTICATED, NULL,
                       "Invalid Authorization header: use Bearer or Basic with an API key.");
    if (!text || !text[0])
        return credential_missing(cx);
    if (!printable(text) || rest[strcspn(rest, " ")])
        return sl_fail(cx, SL_E_UNAUTHENTICATED, NULL, "Invalid API Key provided: ****");
    *ret_credential = text;
    return SL_OK;
}

/* ---- who it is ---- */

static int32_t caller_of_kind(const char *kind)
{
    static const struct {
        const char *kind;
        int32_t caller;
    } callers[] = {
        { "secret", SL_CALLER_SECRET },
        { "publishable", SL_CALLER_PUBLISHABLE },
        { "restricted", SL_CALLER_RESTRICTED },
        { "app", SL_CALLER_APP },
    };
    for (size_t i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
        if (strcmp(callers[i].kind, kind) == 0)
            return callers[i].caller;
    }
    return SL_CALLER_NONE;
}

static sl_status key_identify(sl_context *cx, const char *text)
{
    sl_key key;
    sl_status status = sl_key_find(cx, cx->host->auth->cache, text, &key);
    if (status == SL_E_INVALID)
        return sl_fail(cx, SL_E_UNAUTHENTICATED, "api_key_expired", "Expired API Key provided: %s",
                       sl_key_mask(cx, text));
    if (status == SL_E_NOT_FOUND)
        return sl_fail(cx, SL_E_UNAUTHENTICATED, NULL, "Invalid API Key provided: %s",
                       sl_key_mask(cx, text));
    if (status != SL_OK)
        return status;
    sl_caller_info caller = {
        .kind = caller_of_kind(key.kind), .key_id = key.id, .scopes = key.scopes, .app = key.app_id
    };
    bool role_good = true;
    if (key.role)
        role_good = sl_auth_role(cx, key.role, &caller.role, &caller.customer);
    else if (caller.kind == SL_CALLER_SECRET)
        caller.role = "admin";
    if (!role_good || caller.kind == SL_CALLER_NONE)
        return sl_fail(cx, SL_E_UNAUTHENTICATED, NULL, "Invalid API Key provided: %s",
                       sl_key_mask(cx, text));
    cx->caller = caller;
    sl_context_bind(cx, key.account, key.livemode);
    return SL_OK;
}

static sl_status token_identify(sl_context *cx, const char *token)
{
    const sl_auth *auth = cx->host->auth;
    sl_jwt_claims claims;
    sl_status status = sl_jwt_verify(cx, auth->jwt, token, &claims);
    if (status != SL_OK)
        return status;
    cx->caller = (sl_caller_info){
        .kind = SL_CALLER_TOKEN,
        .key_id = sl_format(cx, "token:%s", claims.subject),
        .role = claims.role,
        .customer = claims.customer,
    };
    sl_context_bind(cx, SL_FIRST_ACCOUNT, auth->livemode);
    return SL_OK;
}

/* A connected account is a row of `accounts` in the caller's own scope: whose it is and in which mode. */
static sl_status account_select(sl_context *cx, const char *account)
{
    if (!account || !account[0] || strcmp(account, cx->account) == 0)
        return SL_OK;
    bool may = cx->caller.kind != SL_CALLER_APP && !cx->caller.customer;
    sl_rows *rows = NULL;
    if (may) {
        sl_status status = sl_query(cx, "SELECT id FROM accounts WHERE account_id = $1 AND id = $2",
                                    SL_ARGS(sl_text(account)), &rows);
        if (status != SL_OK)
            return status;
    }
    if (!may || sl_rows_count(rows) == 0) {
        return sl_fail(
            cx, SL_E_FORBIDDEN, "account_invalid",
            "The provided key does not have access to account '%.64s' (or that account does not exist).",
            account);
    }
    sl_context_bind(cx, sl_copy(cx, account, strlen(account)), cx->livemode);
    return SL_OK;
}

void sl_auth_open(sl_context *cx)
{
    cx->caller = (sl_caller_info){ .kind = SL_CALLER_NONE };
    sl_context_bind(cx, SL_FIRST_ACCOUNT, cx->host->auth->livemode);
}

sl_status sl_auth_identify(sl_context *cx, const char *authorization, const char *stripe_account)
{
    const char *credential = NULL;
    sl_status status = credential_read(cx, authorization, &credential);
    if (status != SL_OK)
        return status;
    if (cx->host->auth->jwt && sl_jwt_looks_like(credential))
        status = token_identify(cx, credential);
    else
        status = key_identify(cx, credential);
    return status == SL_OK ? account_select(cx, stripe_account) : status;
}

sl_status sl_auth_guard(sl_context *cx, const sl_route *route, const char *authorization,
                        const char *stripe_account)
{
    if (route->access != SL_ACCESS_OPEN) {
        sl_status status = sl_auth_identify(cx, authorization, stripe_account);
        return status == SL_OK ? sl_auth_permit(cx, route) : status;
    }
    /* Those who need no credential often send one of their own to an open route: a gateway's webhook, a monitoring probe. */
    if (!authorization || sl_auth_identify(cx, authorization, stripe_account) != SL_OK) {
        sl_error_clear(cx);
        sl_auth_open(cx);
    }
    return SL_OK;
}
