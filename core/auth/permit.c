/*
 * permit.c: whether a caller may use a route, by one table of callers and accesses.
 *
 * The table says what each kind of credential may do at most; a role or the scopes of a restricted key narrow that further.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/auth/auth.h"

/* What a cell of the table allows. */
#define NO 0
#define YES 1
#define BY_SCOPE 2 /* a restricted key with the route's scope */
#define BY_ROLE 3  /* what the role may */

/* Rows SL_CALLER_..., columns SL_ACCESS_...: SECRET, PUBLISHABLE, OPEN, ADMIN, APP. */
static const uint8_t permissions[][5] = {
    [SL_CALLER_NONE] = { NO, NO, YES, NO, NO },
    [SL_CALLER_SECRET] = { BY_ROLE, BY_ROLE, YES, BY_ROLE, BY_ROLE },
    [SL_CALLER_PUBLISHABLE] = { NO, YES, YES, NO, NO },
    [SL_CALLER_RESTRICTED] = { BY_SCOPE, BY_SCOPE, YES, NO, BY_SCOPE },
    [SL_CALLER_APP] = { NO, NO, YES, NO, YES },
    [SL_CALLER_TOKEN] = { BY_ROLE, BY_ROLE, YES, BY_ROLE, BY_ROLE },
    [SL_CALLER_SYSTEM] = { YES, YES, YES, YES, YES },
};

static const struct {
    const char *role;
    bool reads;
    bool writes;
    bool administers; /* SL_ACCESS_ADMIN */
    bool own_only;    /* routes marked SL_ROUTE_CUSTOMER and no other */
} roles[] = {
    { "admin", true, true, true, false },
    { "operator", true, true, false, false },
    { "viewer", true, false, false, false },
    { "customer", true, true, false, true },
};

bool sl_auth_role(sl_context *cx, const char *text, const char **ret_role,
                  const char **ret_customer)
{
    const char *colon = strchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (strlen(roles[i].role) != length || memcmp(roles[i].role, text, length) != 0)
            continue;
        if (roles[i].own_only != (colon && colon[1]))
            return false;
        if (colon && !roles[i].own_only)
            return false;
        *ret_role = roles[i].role;
        *ret_customer = colon ? sl_copy(cx, colon + 1, strlen(colon + 1)) : NULL;
        return true;
    }
    return false;
}

static bool route_reads(const sl_route *route)
{
    return strncmp(route->pattern, "GET ", 4) == 0 || strncmp(route->pattern, "HEAD ", 5) == 0;
}

const char *sl_auth_scope(sl_context *cx, const sl_route *route)
{
    if (route->scope)
        return route->scope;
    static const char *const heads[] = { "/api/v1/", "/v1/", "/" };
    const char *path = strchr(route->pattern, '/');
    for (size_t i = 0; path && i < sizeof(heads) / sizeof(heads[0]); i++) {
        if (strncmp(path, heads[i], strlen(heads[i])) == 0) {
            path += strlen(heads[i]);
            return sl_copy(cx, path, strcspn(path, "/"));
        }
    }
    return "";
}

static bool has_word(const char *words, const char *word)
{
    return words && strstr(words, word);
}

/* Write implies read. */
static bool scope_allows(sl_context *cx, const sl_route *route)
{
    const char *scopes = cx->caller.scopes;
    const char *scope = sl_auth_scope(cx, route);
    if (has_word(scopes, " *:write ") || has_word(scopes, sl_format(cx, " %s:write ", scope)))
        return true;
    return route_reads(route) &&
           (has_word(scopes, " *:read ") || has_word(scopes, sl_format(cx, " %s:read ", scope)));
}

static bool role_allows(const sl_context *cx, const sl_route *route)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (!cx->caller.role || strcmp(roles[i].role, cx->caller.role) != 0)
            continue;
        if (route->access == SL_ACCESS_ADMIN && !roles[i].administers)
            return false;
        if (roles[i].own_only && !(route->flags & SL_ROUTE_CUSTOMER))
            return false;
        return route_reads(route) ? roles[i].reads : roles[i].writes;
    }
    return false;
}

static sl_status refuse(sl_context *cx, const sl_route *route)
{
    switch (cx->caller.kind) {
    case SL_CALLER_PUBLISHABLE:
        return sl_fail(
            cx, SL_E_FORBIDDEN, "secret_key_required",
            "This API call cannot be made with a publishable API key. Please use a secret API key.");
    case SL_CALLER_RESTRICTED:
        return sl_fail(
            cx, SL_E_FORBIDDEN, NULL,
            "The provided key does not have the required permissions for this endpoint: '%s:%s'.",
            route->access == SL_ACCESS_ADMIN ? "admin" : sl_auth_scope(cx, route),
            route_reads(route) ? "read" : "write");
    case SL_CALLER_APP:
        return sl_fail(cx, SL_E_FORBIDDEN, NULL, "This API call cannot be made with an app key.");
    default:
        return sl_fail(cx, SL_E_FORBIDDEN, NULL,
                       "The role '%s' does not have the required permissions for this endpoint.",
                       cx->caller.role ? cx->caller.role : "none");
    }
}

sl_status sl_auth_permit(sl_context *cx, const sl_route *route)
{
    const size_t callers = sizeof(permissions) / sizeof(permissions[0]);
    bool known = cx->caller.kind >= 0 && (size_t)cx->caller.kind < callers && route->access >= 0 &&
                 route->access < 5;
    bool allowed = false;
    switch (known ? permissions[cx->caller.kind][route->access] : NO) {
    case YES:
        allowed = true;
        break;
    case BY_SCOPE:
        allowed = scope_allows(cx, route);
        break;
    case BY_ROLE:
        allowed = role_allows(cx, route);
        break;
    default:
        break;
    }
    return allowed ? SL_OK : refuse(cx, route);
}
