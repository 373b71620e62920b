/*
 * send.c: sl_http_send: a call from beginning to end, and how far it got.
 *
 * Whatever ends it, the handle is taken out of the pool before the fiber goes on, because the call lives on the fiber's stack. Only
 * a call whose first byte cannot have left counts as not sent.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/base/text.h"
#include "core/database/database.h"
#include "core/http_client/inside.h"

#define LONGEST_MS ((int64_t)30000)

static int64_t time_allowed(const sl_context *cx, const sl_http_request *request, int64_t now)
{
    int64_t left = cx->deadline ? cx->deadline - now : INT64_MAX;
    int64_t wanted = request->timeout_ms > 0 ? request->timeout_ms : LONGEST_MS;
    return left < wanted ? left : wanted;
}

static sl_status fail(sl_context *cx, sl_http_response *out, sl_status status, int32_t reached,
                      const char *fault)
{
    out->reached = reached;
    out->status = 0;
    out->fault = fault;
    return sl_fail(cx, status, NULL, "%s", fault);
}

/* Waiting ended before an answer was there. */
static sl_status fail_early(sl_context *cx, const http_call *call, const char *host,
                            sl_status status, sl_http_response *out)
{
    int32_t reached = call->started ? SL_HTTP_UNKNOWN : SL_HTTP_NOT_SENT;
    if (status == SL_E_CANCELLED)
        return fail(cx, out, status, reached,
                    sl_format(cx, "The request to %s was ended before its answer.", host));
    if (!call->started)
        return fail(cx, out, SL_E_UNAVAILABLE, reached,
                    sl_format(cx, "No connection to %s in time.", host));
    return fail(cx, out, SL_E_TIMEOUT, reached, sl_format(cx, "%s did not answer in time.", host));
}

static sl_status fail_done(sl_context *cx, const http_call *call, const char *host,
                           sl_http_response *out)
{
    /* libcurl's texts for its codes are constant: nothing of the request is in them. */
    const char *reason = curl_easy_strerror(call->result);
    if (call->too_large)
        return fail(cx, out, SL_E_UNKNOWN, SL_HTTP_UNKNOWN,
                    sl_format(cx, "The answer of %s is larger than allowed.", host));
    if (call->started)
        return fail(cx, out, SL_E_UNKNOWN, SL_HTTP_UNKNOWN,
                    sl_format(cx, "No whole answer from %s: %s.", host, reason));
    if (call->refused)
        return fail(cx, out, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT,
                    sl_format(cx, "The address of %s is not allowed.", host));
    return fail(cx, out, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT,
                sl_format(cx, "No connection to %s: %s.", host, reason));
}

static sl_status answered(http_call *call, sl_http_response *out)
{
    long status = 0;
    curl_easy_getinfo(call->handle, CURLINFO_RESPONSE_CODE, &status);
    out->reached = SL_HTTP_ANSWERED;
    out->status = (int32_t)status;
    out->body = sl_buffer_text(&call->body);
    out->body_length = call->body.length;
    out->headers = sl_buffer_text(&call->head);
    return SL_OK;
}

static sl_status call_run(sl_context *cx, http_call *call, const sl_http_request *request,
                          sl_http_response *out)
{
    int64_t now = sl_clock_monotonic_ms();
    int64_t allowed = time_allowed(cx, request, now);
    const char *host = NULL;
    const char *wrong = http_call_setup(cx, call, request, &host);
    if (wrong)
        return fail(cx, out, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT, wrong);
    if (allowed <= 0)
        return fail(cx, out, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT,
                    sl_format(cx, "No time was left to call %s.", host));
    if (!http_call_begin(call))
        return fail(cx, out, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT,
                    "The HTTP client takes no request.");
    sl_status status = sl_wait_condition(&call->done_condition, now + allowed);
    http_call_end(call);
    out->elapsed_ms = sl_clock_monotonic_ms() - now;
    /* It may have ended between the time-out and this fiber's turn. */
    if (!call->done)
        return fail_early(cx, call, host, status, out);
    return call->result == CURLE_OK || call->cut ? answered(call, out)
                                                 : fail_done(cx, call, host, out);
}

sl_status sl_http_send(sl_context *cx, const sl_http_request *request,
                       sl_http_response *ret_response)
{
    sl_assert_may_suspend(__func__);
    sl_http_client *client = cx->host ? cx->host->http_client : NULL;
    sl_http_request whole = { 0 };
    size_t size = request->struct_size && request->struct_size < sizeof(whole)
                      ? request->struct_size
                      : sizeof(whole);
    memcpy(&whole, request, size);
    uint32_t room = ret_response->struct_size && ret_response->struct_size < sizeof(*ret_response)
                        ? ret_response->struct_size
                        : (uint32_t)sizeof(*ret_response);
    sl_http_response out = { .struct_size = room, .reached = SL_HTTP_NOT_SENT };
    sl_status status;
    CURL *handle = NULL;
    if (!client) {
        status = fail(cx, &out, SL_E_INTERNAL, SL_HTTP_NOT_SENT, "There is no HTTP client here.");
    } else if (sl_has_pending(cx)) {
        status = fail(cx, &out, SL_E_INTERNAL, SL_HTTP_NOT_SENT,
                      "A request to the outside stands between a write and its commit.");
    } else if (!(handle = http_handle_take(client))) {
        status = fail(cx, &out, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT, "Memory is out.");
    } else {
        http_call call = { .client = client,
                           .handle = handle,
                           .body = SL_BUFFER_INIT(cx->arena),
                           .head = SL_BUFFER_INIT(cx->arena) };
        sl_context_away(cx, true);
        status = call_run(cx, &call, &whole, &out);
        sl_context_away(cx, false);
        http_handle_give(client, handle);
        curl_slist_free_all(call.headers);
    }
    memcpy(ret_response, &out, room);
    return status;
}

const char *sl_http_response_header(sl_context *cx, const sl_http_response *response,
                                    const char *name)
{
    size_t wanted = strlen(name);
    for (const char *line = response->headers; line && *line;) {
        const char *end = line + strcspn(line, "\r\n");
        const char *colon = memchr(line, ':', (size_t)(end - line));
        if (colon && (size_t)(colon - line) == wanted && sl_text_same_length(line, wanted, name)) {
            const char *value = colon + 1;
            while (value < end && (*value == ' ' || *value == '\t'))
                value++;
            while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
                end--;
            return sl_copy(cx, value, (size_t)(end - value));
        }
        line = end + strspn(end, "\r\n");
    }
    return NULL;
}
