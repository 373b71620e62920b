/*
 * keys_manage.c: making, listing, rotating and revoking keys.
 *
 * A key's text is random, told once and not kept. Everything here works on rows of any account: the command line calls it, and
 * whoever may run that owns the database.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/crypto.h>

#include "core/auth/auth.h"
#include "core/auth/keys.h"
#include "core/base/clock.h"
#include "core/database/database.h"

#define KEY_RANDOM 32 /* letters and digits: 190 bits */
#define ACCOUNT_MAX 64

typedef struct account_row {
    const char *id;
    const char *name;
    const char *country;
    const char *default_currency;
    int64_t created;
    int64_t version;
} account_row;

static const sl_field account_fields[] = {
    SL_STRING(account_row, id),
    SL_STRING(account_row, name),
    SL_STRING(account_row, country),
    SL_STRING(account_row, default_currency),
    SL_TIMESTAMP(account_row, created),
    SL_INT64(account_row, version),
    SL_FIELDS_END,
};
static const sl_table account_table = SL_TABLE("accounts", account_row, account_fields);

static const struct {
    const char *kind;
    const char *prefix;
} kind_prefixes[] = {
    { "secret", "sk" },
    { "publishable", "pk" },
    { "restricted", "rk" },
    { "app", "app" },
};

static const char *prefix_of_kind(const char *kind)
{
    for (size_t i = 0; i < sizeof(kind_prefixes) / sizeof(kind_prefixes[0]); i++) {
        if (strcmp(kind, kind_prefixes[i].kind) == 0)
            return kind_prefixes[i].prefix;
    }
    return NULL;
}

static const char *scope_of(sl_context *cx, const char *account, bool livemode)
{
    return sl_format(cx, "%s%s", account, livemode ? "" : ":test");
}

void sl_account_ensure(sl_context *cx, const char *account, const char *name)
{
    account_row *row = sl_alloc(cx, sizeof(*row));
    row->id = account;
    row->name = name;
    row->created = sl_clock_unix();
    sl_insert_or_ignore_in(cx, SL_SYSTEM_SCOPE, &account_table, row);
}

void sl_key_of(sl_context *cx, const char *text, sl_key *ret_key)
{
    const char *kind = sl_key_kind(text);
    *ret_key = (sl_key){
        .id = sl_id(cx, "key"),
        .kind = kind ? kind : "secret",
        .hash = sl_sha256_hex(cx, text, strlen(text)),
        .shown = sl_key_mask(cx, text),
        .created = sl_clock_unix(),
        .livemode = sl_key_livemode(text),
    };
}

/* ---- checks ---- */

static sl_status account_check(sl_context *cx, const char *account)
{
    size_t length = strlen(account);
    bool good = strncmp(account, "acct_", 5) == 0 && length > 5 && length <= ACCOUNT_MAX;
    for (size_t i = 5; good && i < length; i++) {
        char c = account[i];
        good =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    }
    if (good)
        return SL_OK;
    return sl_fail_param(
        cx, SL_E_INVALID, NULL, "account",
        "Invalid account: %s. It is \"acct_\" and letters or digits, at most %d characters.",
        account, ACCOUNT_MAX);
}

static bool scope_good(const char *scope)
{
    const char *colon = strchr(scope, ':');
    if (!colon || colon == scope || (strcmp(colon, ":read") != 0 && strcmp(colon, ":write") != 0))
        return false;
    for (const char *c = scope; c < colon; c++) {
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_' ||
              (*c == '*' && colon == scope + 1)))
            return false;
    }
    return true;
}

static sl_status scopes_join(sl_context *cx, const char *const *scopes, const char **ret_text)
{
    const char *text = " ";
    for (size_t i = 0; scopes[i]; i++) {
        if (!scope_good(scopes[i])) {
            return sl_fail_param(
                cx, SL_E_INVALID, NULL, "scope",
                "Invalid scope: %s. A scope is a resource and \":read\" or \":write\": customers:read, *:read.",
                scopes[i]);
        }
        text = sl_format(cx, "%s%s ", text, scopes[i]);
    }
    *ret_text = text;
    return SL_OK;
}

static sl_status request_check(sl_context *cx, const sl_key_request *request, const char *kind)
{
    bool scoped = request->scopes && request->scopes[0];
    if (!prefix_of_kind(kind)) {
        return sl_fail_param(
            cx, SL_E_INVALID, NULL, "kind",
            "Invalid kind of key: %s. Allowed: secret, publishable, restricted, app.", kind);
    }
    if (scoped != (strcmp(kind, "restricted") == 0)) {
        return sl_fail_param(cx, SL_E_INVALID, NULL, "scope",
                             scoped ? "Only restricted keys have scopes, and this one is %s."
                                    : "A %s key needs at least one scope, as customers:read.",
                             kind);
    }
    if (request->role && strcmp(kind, "secret") != 0)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "role",
                             "Only secret keys have a role, and this one is %s.", kind);
    const char *role = NULL;
    const char *customer = NULL;
    if (request->role && !sl_auth_role(cx, request->role, &role, &customer)) {
        return sl_fail_param(cx, SL_E_INVALID, NULL, "role",
                             "Unknown role: %s. Allowed: admin, operator, viewer, customer:<id>.",
                             request->role);
    }
    return request->account ? account_check(cx, request->account) : SL_OK;
}

static const char *key_text(sl_context *cx, const char *kind, bool livemode)
{
    return sl_format(cx, "%s_%s_%s", prefix_of_kind(kind), livemode ? "live" : "test",
                     sl_random_text(cx, KEY_RANDOM));
}

/* ---- create, list, rotate, revoke ---- */

sl_status sl_keys_create(sl_context *cx, const sl_key_request *request, const char **ret_text,
                         sl_key *ret_key)
{
    const char *kind = request->kind;
    if (!kind)
        kind = request->scopes && request->scopes[0] ? "restricted" : "secret";
    sl_status status = request_check(cx, request, kind);
    if (status != SL_OK)
        return status;
    const char *text = key_text(cx, kind, request->livemode);
    sl_key *key = sl_alloc(cx, sizeof(*key));
    sl_key_of(cx, text, key);
    key->account = request->account ? request->account : SL_FIRST_ACCOUNT;
    key->role = request->role;
    key->name = request->name;
    key->expires = request->expires;
    if (request->scopes && request->scopes[0]) {
        status = scopes_join(cx, request->scopes, &key->scopes);
        if (status != SL_OK)
            return status;
    }
    sl_account_ensure(cx, key->account, NULL);
    sl_insert_in(cx, scope_of(cx, key->account, key->livemode), &sl_key_table, key);
    status = sl_commit(cx);
    if (status != SL_OK)
        return status;
    *ret_text = text;
    *ret_key = *key;
    return SL_OK;
}

sl_status sl_keys_list(sl_context *cx, const char *account, sl_list *ret_keys)
{
    if (!account)
        return sl_keys_where(cx, "ORDER BY created DESC, id DESC", SL_NO_ARGS, ret_keys);
    sl_status status = account_check(cx, account);
    if (status != SL_OK)
        return status;
    return sl_keys_where(cx, "WHERE account_id IN ($1, $2) ORDER BY created DESC, id DESC",
                         SL_ARGS(sl_text(account), sl_text(scope_of(cx, account, false))),
                         ret_keys);
}

static sl_status key_named(sl_context *cx, const char *which, sl_key *ret_key)
{
    sl_list keys;
    const char *hash = sl_sha256_hex(cx, which, strlen(which));
    sl_status status = sl_keys_where(cx, "WHERE hash = $1 OR id = $2 LIMIT 2",
                                     SL_ARGS(sl_text(hash), sl_text(which)), &keys);
    if (status != SL_OK)
        return status;
    if (keys.count != 1) {
        bool is_id = strncmp(which, "key_", 4) == 0;
        return sl_fail(cx, SL_E_NOT_FOUND, "resource_missing", "No such key: %s",
                       is_id ? which : sl_key_mask(cx, which));
    }
    *ret_key = *SL_ITEM(keys, sl_key, 0);
    return SL_OK;
}

struct key_change {
    const char *which;
    int64_t grace;
    const char *text;
    sl_key key;
};

static sl_status rotate_step(sl_context *cx, void *data)
{
    struct key_change *change = data;
    sl_key *old = sl_alloc(cx, sizeof(*old));
    sl_status status = key_named(cx, change->which, old);
    if (status != SL_OK)
        return status;
    if (old->revoked)
        return sl_fail(cx, SL_E_INVALID, NULL, "The key %s is revoked; make a new one instead.",
                       old->shown);
    const char *text = key_text(cx, old->kind, old->livemode);
    sl_key *fresh = sl_alloc(cx, sizeof(*fresh));
    sl_key_of(cx, text, fresh);
    fresh->name = old->name;
    fresh->role = old->role;
    fresh->scopes = old->scopes;
    fresh->app_id = old->app_id;
    fresh->account = old->account;
    const char *scope = scope_of(cx, old->account, old->livemode);
    int64_t now = sl_clock_unix();
    if (change->grace > 0) {
        int64_t end = now + change->grace;
        old->expires = old->expires > 0 && old->expires < end ? old->expires : end;
        sl_update_in(cx, scope, &sl_key_table, old, "expires");
    } else {
        old->revoked = now;
        sl_update_in(cx, scope, &sl_key_table, old, "revoked");
    }
    sl_insert_in(cx, scope, &sl_key_table, fresh);
    change->text = text;
    change->key = *fresh;
    return SL_OK;
}

sl_status sl_keys_rotate(sl_context *cx, const char *which, int64_t grace, const char **ret_text,
                         sl_key *ret_key)
{
    struct key_change change = { .which = which, .grace = grace };
    sl_status status = sl_retry(cx, rotate_step, &change);
    if (status != SL_OK)
        return status;
    sl_news_tell(cx, SL_KEY_NEWS);
    *ret_text = change.text;
    *ret_key = change.key;
    return SL_OK;
}

static sl_status revoke_step(sl_context *cx, void *data)
{
    const struct key_change *change = data;
    sl_key *key = sl_alloc(cx, sizeof(*key));
    sl_status status = key_named(cx, change->which, key);
    if (status != SL_OK || key->revoked)
        return status;
    key->revoked = sl_clock_unix();
    sl_update_in(cx, scope_of(cx, key->account, key->livemode), &sl_key_table, key, "revoked");
    return SL_OK;
}

sl_status sl_keys_revoke(sl_context *cx, const char *which)
{
    struct key_change change = { .which = which };
    sl_status status = sl_retry(cx, revoke_step, &change);
    if (status == SL_OK)
        sl_news_tell(cx, SL_KEY_NEWS);
    return status;
}
