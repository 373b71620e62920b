/*
 * gateway_ask.c: for adapters: what came back over HTTP, as an outcome when it decides nothing.
 *
 * Only the gateway's own, whole and readable answer lets an adapter say yes or no; everything else is decided here, once, for
 * all adapters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdarg.h>

#include <stripe_lite/gateway.h>

#include "core/base/context.h"

static void outcome_set(sl_gateway_outcome *ret, int32_t kind, const char *message)
{
    ret->kind = kind;
    ret->message = message;
}

bool sl_gateway_answered(sl_context *cx, const sl_http_response *response, sl_gateway_outcome *ret)
{
    int32_t status = response->status;
    if (response->reached == SL_HTTP_NOT_SENT)
        outcome_set(ret, SL_GATEWAY_NOT_SENT, response->fault);
    else if (response->reached != SL_HTTP_ANSWERED)
        outcome_set(ret, SL_GATEWAY_UNKNOWN, response->fault);
    else if ((status >= 200 && status < 300) || (status >= 400 && status < 500 && status != 408))
        return true;
    else
        outcome_set(ret, SL_GATEWAY_UNKNOWN,
                    sl_format(cx, "The gateway answered with HTTP status %d.", status));
    return false;
}

const sl_value *sl_gateway_ask(sl_context *cx, const sl_http_request *request,
                               sl_gateway_outcome *ret, int32_t *ret_status)
{
    sl_http_response response = { .struct_size = sizeof(response) };
    sl_status status = sl_http_send(cx, request, &response);
    sl_error_clear(cx);
    if (status != SL_OK && response.reached == SL_HTTP_ANSWERED)
        response.reached = SL_HTTP_UNKNOWN;
    if (!sl_gateway_answered(cx, &response, ret))
        return NULL;
    const sl_value *answer = NULL;
    const char *body = response.body_length ? response.body : "null";
    size_t length = response.body_length ? response.body_length : 4;
    if (sl_json_parse(cx, body, length, &answer) != SL_OK) {
        sl_error_clear(cx);
        outcome_set(ret, SL_GATEWAY_UNKNOWN, "The gateway's answer cannot be read.");
        return NULL;
    }
    if (ret_status)
        *ret_status = response.status;
    return answer;
}

sl_status sl_gateway_unclear(sl_context *cx, sl_gateway_outcome *ret, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    outcome_set(ret, SL_GATEWAY_UNKNOWN, sl_arena_vformat(cx->arena, format, arguments));
    va_end(arguments);
    return SL_OK;
}
