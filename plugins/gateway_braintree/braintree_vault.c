/*
 * braintree_vault.c: what pays for a token.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_vault.h"

#include <string.h>

#define SINGLE "once:"
#define MULTIPLE "vault:"
#define FAKE "fake-" /* Braintree's names for tests */
#define APART "#"

static const sl_field method_fields[] = {
    SL_STRING(struct braintree_method, id),
    SL_TIMESTAMP(struct braintree_method, created),
    SL_INT64(struct braintree_method, version),
    SL_STRING(struct braintree_method, vaulted),
    SL_FIELDS_END,
};
const sl_table braintree_methods_table =
    SL_TABLE("braintree_methods", struct braintree_method, method_fields);

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

const char *vault_token(sl_context *cx, const char *method, bool multi_use)
{
    bool fake = begins(method, FAKE);
    return sl_format(cx, "%s%s%s%s", multi_use ? MULTIPLE : SINGLE, method, fake ? APART : "",
                     fake ? sl_random_text(cx, 16) : "");
}

static const char *method_of(sl_context *cx, const char *token)
{
    if (begins(token, MULTIPLE))
        return token + strlen(MULTIPLE);
    const char *method = begins(token, SINGLE) ? token + strlen(SINGLE) : token;
    return begins(method, FAKE) ? sl_copy(cx, method, strcspn(method, APART)) : method;
}

/* What the vault has for a token, NULL when nothing. */
static sl_status vaulted_find(sl_context *cx, const char *token, const char **ret)
{
    sl_context *aside = sl_context_aside(cx);
    struct braintree_method row;
    sl_status status = sl_find(aside, &braintree_methods_table, token, &row);
    *ret = status == SL_OK ? row.vaulted : NULL;
    return status == SL_OK || status == SL_E_NOT_FOUND
               ? SL_OK
               : sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The kept cards could not be read.");
}

sl_status vault_method(sl_context *cx, const char *token, const char **ret_method)
{
    const char *vaulted = NULL;
    if (!token)
        return sl_fail(cx, SL_E_INVALID, "resource_missing", "The payment has no payment method.");
    sl_status status = begins(token, SINGLE) ? vaulted_find(cx, token, &vaulted) : SL_OK;
    *ret_method = vaulted ? vaulted : method_of(cx, token);
    return status;
}

sl_status vault_single(sl_context *cx, const char *token, const char **ret_method)
{
    const char *vaulted = NULL;
    *ret_method = NULL;
    if (!begins(token, SINGLE))
        return SL_OK;
    sl_status status = vaulted_find(cx, token, &vaulted);
    if (status == SL_OK && !vaulted)
        *ret_method = method_of(cx, token);
    return status;
}

sl_status vault_remember(sl_context *cx, const char *token, const char *vaulted)
{
    sl_context *aside = sl_context_aside(cx);
    struct braintree_method row = { .id = token, .created = sl_now(cx), .vaulted = vaulted };
    sl_insert(aside, &braintree_methods_table, &row);
    sl_status status = sl_commit(aside);
    /* Somebody else remembered the same meanwhile. */
    if (status == SL_OK || status == SL_E_CONFLICT)
        return SL_OK;
    return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The kept card was not stored.");
}
