/*
 * context.c: one unit of work: its memory, error, account, caller and time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/context.h"

#include <string.h>

#include <stripe_lite/route.h>

#include "core/base/clock.h"

static const char test_suffix[] = ":test";

sl_context *sl_context_new(const sl_host *host, const char *account, bool livemode,
                           const char *request_id)
{
    sl_arena *arena = sl_arena_new();
    sl_context *cx = sl_arena_alloc(arena, sizeof(*cx));
    cx->arena = arena;
    cx->host = host;
    cx->request_id = request_id ? sl_arena_copy(arena, request_id, strlen(request_id)) : "";
    cx->caller.kind = SL_CALLER_SYSTEM;
    cx->face = SL_FACE_STRIPE;
    sl_context_bind(cx, account, livemode);
    return cx;
}

void sl_context_free(sl_context *cx)
{
    if (cx != NULL)
        sl_arena_free(cx->arena);
}

void sl_context_bind(sl_context *cx, const char *account, bool livemode)
{
    if (account == NULL)
        account = "";
    size_t length = strlen(account);
    cx->account = sl_arena_copy(cx->arena, account, length);
    cx->livemode = livemode;
    cx->scope = cx->account;
    if (!livemode) {
        char *scope = sl_arena_alloc(cx->arena, length + sizeof(test_suffix));
        memcpy(scope, account, length);
        memcpy(scope + length, test_suffix, sizeof(test_suffix));
        cx->scope = scope;
    }
}

sl_status sl_account_bind(sl_context *cx, const char *account, bool livemode)
{
    if (strcmp(cx->account, account) == 0 && cx->livemode == livemode)
        return SL_OK;
    if (cx->caller.kind != SL_CALLER_NONE)
        return sl_fail(cx, SL_E_FORBIDDEN, NULL, "This page belongs to another account.");
    sl_context_bind(cx, account, livemode);
    return SL_OK;
}

const char *sl_scope_account(sl_context *cx, const char *scope, bool *ret_livemode)
{
    size_t length = strlen(scope);
    size_t suffix = sizeof(test_suffix) - 1;
    bool live = length < suffix || strcmp(scope + length - suffix, test_suffix) != 0;
    *ret_livemode = live;
    return sl_arena_copy(cx->arena, scope, live ? length : length - suffix);
}

void sl_context_hook(sl_context *cx, sl_commit_hook *hook)
{
    sl_commit_hook **end = &cx->hooks;
    while (*end != NULL)
        end = &(*end)->next;
    hook->next = NULL;
    *end = hook;
}

/* ---- memory ---- */

void *sl_alloc(sl_context *cx, size_t size)
{
    return sl_arena_alloc(cx->arena, size);
}

char *sl_format(sl_context *cx, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = sl_arena_vformat(cx->arena, format, arguments);
    va_end(arguments);
    return text;
}

char *sl_copy(sl_context *cx, const char *text, size_t length)
{
    return sl_arena_copy(cx->arena, text, length);
}

void sl_defer(sl_context *cx, void (*function)(void *pointer), void *pointer)
{
    sl_arena_defer(cx->arena, function, pointer);
}

/* ---- memory beyond contexts: an arena by another name ---- */

sl_shelf *sl_shelf_new(void)
{
    return (sl_shelf *)sl_arena_new();
}

void *sl_shelf_alloc(sl_shelf *shelf, size_t size)
{
    return sl_arena_alloc((sl_arena *)shelf, size);
}

char *sl_shelf_copy(sl_shelf *shelf, const char *text)
{
    return sl_arena_copy((sl_arena *)shelf, text, strlen(text));
}

void sl_shelf_free(sl_shelf *shelf)
{
    if (shelf != NULL)
        sl_arena_free((sl_arena *)shelf);
}

/* ---- the error ---- */

static const char *copy_or_null(sl_context *cx, const char *text)
{
    return text ? sl_arena_copy(cx->arena, text, strlen(text)) : NULL;
}

static sl_status error_fill(sl_context *cx, sl_status status, const char *code, const char *param,
                            const char *message)
{
    cx->error = (sl_error){
        .status = status,
        .code = copy_or_null(cx, code),
        .param = copy_or_null(cx, param),
        .message = message,
    };
    return status;
}

sl_status sl_fail(sl_context *cx, sl_status status, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = sl_arena_vformat(cx->arena, format, arguments);
    va_end(arguments);
    return error_fill(cx, status, code, NULL, message);
}

sl_status sl_fail_param(sl_context *cx, sl_status status, const char *code, const char *param,
                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = sl_arena_vformat(cx->arena, format, arguments);
    va_end(arguments);
    return error_fill(cx, status, code, param, message);
}

void sl_error_decline(sl_context *cx, const char *decline_code, const char *advice_code)
{
    cx->error.decline_code = copy_or_null(cx, decline_code);
    cx->error.advice_code = copy_or_null(cx, advice_code);
}

const char *sl_error_message(const sl_context *cx)
{
    return cx->error.status ? cx->error.message : NULL;
}

const char *sl_error_code(const sl_context *cx)
{
    return cx->error.status ? cx->error.code : NULL;
}

const char *sl_error_decline_code(const sl_context *cx)
{
    return cx->error.status ? cx->error.decline_code : NULL;
}

void sl_error_clear(sl_context *cx)
{
    cx->error = (sl_error){ 0 };
}

/* ---- time ---- */

int64_t sl_now(const sl_context *cx)
{
    return cx->clock_frozen ? cx->clock_frozen : sl_clock_unix();
}

int64_t sl_real_ms(void)
{
    return sl_clock_unix_ms();
}

void sl_now_set(sl_context *cx, int64_t frozen_time)
{
    cx->clock_frozen = frozen_time;
}

int64_t sl_time_left(const sl_context *cx)
{
    if (cx->deadline == 0)
        return INT64_MAX;
    int64_t left = cx->deadline - sl_clock_monotonic_ms();
    return left > 0 ? left : 0;
}

/* ---- who, for whom ---- */

const char *sl_account(const sl_context *cx)
{
    return cx->account;
}

bool sl_livemode(const sl_context *cx)
{
    return cx->livemode;
}

const char *sl_request_id(const sl_context *cx)
{
    return cx->request_id;
}

const char *sl_idempotency_key(const sl_context *cx)
{
    return cx->idempotency_key;
}

void sl_idempotency_release(sl_context *cx)
{
    cx->key_released = true;
}

int32_t sl_caller(const sl_context *cx)
{
    return cx->caller.kind;
}

const char *sl_caller_customer(const sl_context *cx)
{
    return cx->caller.customer;
}

int32_t sl_face(const sl_context *cx)
{
    return cx->face;
}

int32_t sl_face_set(sl_context *cx, int32_t face)
{
    int32_t before = cx->face;
    cx->face = face;
    return before;
}

static uint32_t requests_away;

void sl_context_away(sl_context *cx, bool away)
{
    int64_t now = sl_clock_monotonic_us();
    if (away)
        cx->away_from = now;
    else
        cx->away_us += now - cx->away_from;
    if (cx->request)
        requests_away += away ? 1u : -1u;
}

uint32_t sl_requests_away(void)
{
    return requests_away;
}
