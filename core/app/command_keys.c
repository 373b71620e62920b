/*
 * command_keys.c: `stripe-lite keys`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include "core/app/cli.h"
#include "core/app/flags.h"
#include "core/auth/auth.h"
#include "core/auth/keys.h"
#include "core/base/text.h"

#define GRACE_MOST (366 * 86400)

typedef struct words {
    const char *action;
    const char *which;
    const char *grace;
    const char *scopes[SL_FLAG_MANY + 1];
    sl_key_request request;
    bool json;
} words;

static int key_made(sl_context *cx, sl_status status, const char *text)
{
    if (status == SL_OK)
        status = sl_commit(cx);
    if (status != SL_OK || !text) {
        (void)sl_cli_fail(cx);
        return status == SL_E_INVALID ? SL_EXIT_USAGE : SL_EXIT_NO;
    }
    puts(text);
    return SL_EXIT_OK;
}

static int keys_create(sl_context *cx, const words *in)
{
    const char *text = NULL;
    sl_key key = { 0 };
    sl_key_request request = in->request;
    request.scopes = in->scopes[0] ? in->scopes : NULL;
    if (!request.livemode)
        request.livemode = sl_auth_livemode(cx->host->auth);
    sl_status status = sl_keys_create(cx, &request, &text, &key);
    return key_made(cx, status, text);
}

static void key_json(sl_json *out, const sl_key *key)
{
    sl_json_open(out, NULL);
    sl_json_string(out, "id", key->id);
    sl_json_string(out, "kind", key->kind);
    sl_json_string(out, "key", key->shown);
    sl_json_string(out, "account", key->account);
    sl_json_bool(out, "livemode", key->livemode);
    sl_json_string(out, "name", key->name);
    sl_json_string(out, "role", key->role);
    sl_json_string(out, "scopes", key->scopes);
    sl_json_int(out, "created", key->created);
    sl_json_int(out, "expires", key->expires ? key->expires : SL_NONE);
    sl_json_int(out, "revoked", key->revoked ? key->revoked : SL_NONE);
    sl_json_close(out);
}

static int keys_list(sl_context *cx, const words *in)
{
    sl_list keys = { 0 };
    if (sl_keys_list(cx, in->request.account, &keys) != SL_OK)
        return sl_cli_fail(cx);
    sl_json *out = sl_json_new(cx);
    sl_json_open_array(out, NULL);
    for (uint32_t i = 0; i < keys.count; i++) {
        const sl_key *key = SL_ITEM(keys, sl_key, i);
        key_json(out, key);
        if (!in->json)
            printf("%-30s %-12s %-20s %-14s %s%s%s\n", key->id, key->kind, key->shown, key->account,
                   key->role ? key->role : "", key->scopes ? key->scopes : "",
                   key->revoked ? " (ended)" : "");
    }
    sl_json_close_array(out);
    if (in->json)
        puts(sl_json_text(out, NULL));
    return SL_EXIT_OK;
}

static int keys_rotate(sl_context *cx, const words *in)
{
    const char *text = NULL;
    sl_key key = { 0 };
    int64_t grace = 0;
    if (in->grace && (sl_text_int64(in->grace, strlen(in->grace), &grace) != 0 || grace < 0 ||
                      grace > GRACE_MOST)) {
        fprintf(stderr, "stripe-lite: --grace is %s; allowed are 0 to %d seconds\n", in->grace,
                GRACE_MOST);
        return SL_EXIT_USAGE;
    }
    sl_status status = sl_keys_rotate(cx, in->which, grace, &text, &key);
    return key_made(cx, status, text);
}

static int keys_revoke(sl_context *cx, const words *in)
{
    sl_status status = sl_keys_revoke(cx, in->which);
    if (status == SL_OK)
        status = sl_commit(cx);
    return status == SL_OK ? SL_EXIT_OK : sl_cli_fail(cx);
}

static const struct {
    const char *name;
    bool needs_key;
    int (*run)(sl_context *cx, const words *in);
} actions[] = { { "create", false, keys_create },
                { "list", false, keys_list },
                { "rotate", true, keys_rotate },
                { "revoke", true, keys_revoke } };

static int keys_run(sl_context *cx, sl_process *process, void *data)
{
    (void)process;
    const words *in = data;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].name, in->action) == 0 && actions[i].needs_key == (in->which != NULL))
            return actions[i].run(cx, in);
    return sl_cli_usage("keys");
}

int sl_command_keys(sl_invocation *invocation)
{
    words in = { 0 };
    const char *rest[3] = { NULL };
    const sl_flag_row flags[] = {
        { .name = "--kind", .text = &in.request.kind },
        { .name = "--role", .text = &in.request.role },
        { .name = "--scope", .many = in.scopes },
        { .name = "--account", .text = &in.request.account },
        { .name = "--name", .text = &in.request.name },
        { .name = "--live", .on = &in.request.livemode },
        { .name = "--grace", .text = &in.grace },
        { .name = "--json", .on = &in.json },
        { .name = NULL },
    };
    if (!sl_flags_read(invocation, flags, rest, 2) || !rest[0])
        return sl_cli_usage("keys");
    in.action = rest[0];
    in.which = rest[1];
    int code = sl_cli_settings(invocation, NULL);
    return code == SL_EXIT_OK ? sl_process_run(invocation, SL_HOST_DATABASE, 0, keys_run, &in)
                              : code;
}
