/*
 * errors.c: an error as the client of each face gets it.
 *
 * /v1 has Stripe's object alone. The other routes have one sentence in `detail`, or for a body that breaks its schema a list of
 * its faults, and the same object in `error`. Source of types and members: Stripe's "Errors" document.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <string.h>

#include "core/base/mask.h"
#include "core/base/status.h"

static const struct {
    sl_status status;
    const char *code;
    const char *message;
} defaults[] = {
    { SL_E_INVALID, NULL, "The request cannot be served." },
    { SL_E_UNPROCESSABLE, NULL, "The body breaks its schema." },
    { SL_E_UNAUTHENTICATED, NULL, "A valid credential is required." },
    { SL_E_FORBIDDEN, NULL, "This credential may not do that." },
    { SL_E_NOT_FOUND, "resource_missing", "There is no such object." },
    { SL_E_METHOD, NULL, "This path does not have that method." },
    { SL_E_CARD, "card_declined", "Your card was declined." },
    { SL_E_CONFLICT, "lock_timeout", "The object is being changed by other requests. Try again." },
    { SL_E_EXISTS, "resource_already_exists", "It exists already." },
    { SL_E_IDEMPOTENCY, NULL, "The idempotency key was used differently." },
    { SL_E_RATE, "rate_limit", "Too many requests." },
    { SL_E_TOO_LARGE, NULL, "The body is larger than this server takes." },
    { SL_E_MEDIA, NULL, "This media type is not taken here." },
    { SL_E_UNSUPPORTED, NULL, "The gateway does not offer this." },
    { SL_E_UNAVAILABLE, NULL, "The service is unavailable. Try again in a moment." },
    { SL_E_TIMEOUT, NULL, "The request took too long." },
    { SL_E_CANCELLED, NULL, "The server is stopping. Try again." },
    { SL_E_UNKNOWN, NULL, "It is not known whether the request was carried out." },
    { SL_E_GATEWAY, NULL, "The payment gateway refused the request." },
    { SL_E_INTERNAL, NULL, "Something went wrong on our side." },
};
#define DEFAULTS (sizeof defaults / sizeof defaults[0])

static size_t default_index(sl_status status)
{
    size_t i = 0;
    while (i + 1 < DEFAULTS && defaults[i].status != status) {
        i++;
    }
    return i;
}

/* "resource_missing" is https://stripe.com/docs/error-codes/resource-missing. */
static const char *doc_url(sl_context *cx, const char *code)
{
    char *url = sl_format(cx, "https://stripe.com/docs/error-codes/%s", code);
    for (char *at = strrchr(url, '/'); *at; at++) {
        if (*at == '_') {
            *at = '-';
        }
    }
    return url;
}

static void optional(sl_json *out, const char *name, const char *value)
{
    if (value) {
        sl_json_string(out, name, value);
    }
}

/* `attachments` are finished members: they follow the ones written here as they are. */
static const char *error_object(sl_context *cx, const char *message)
{
    const sl_error *error = &cx->error;
    size_t index = default_index(error->status);
    const char *code = error->code ? error->code : defaults[index].code;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    optional(out, "advice_code", error->advice_code);
    optional(out, "code", code);
    optional(out, "decline_code", error->decline_code);
    if (code) {
        sl_json_string(out, "doc_url", doc_url(cx, code));
    }
    sl_json_string(out, "message", message);
    optional(out, "param", error->param);
    const char *base = sl_request_base_url(cx);
    if (base) {
        sl_json_string(out, "request_log_url",
                       sl_format(cx, "%s/dashboard?request=%s", base, cx->request_id));
    }
    sl_json_string(out, "type", error->type ? error->type : sl_status_type(error->status));
    sl_json_close(out);
    size_t length = 0;
    const char *text = sl_json_text(out, &length);
    if (error->attachments == NULL || *error->attachments == '\0') {
        return text;
    }
    return sl_format(cx, "%.*s,%s}", (int)length - 1, text, error->attachments);
}

static int32_t error_http_status(const sl_error *error)
{
    if (error->http_status) {
        return error->http_status;
    }
    int32_t http_status = sl_status_http(error->status);
    return http_status < 400 ? 500 : http_status;
}

/* What a handler finds wrong with the body is told as the table's own faults are. */
static void fault_list_write(sl_json *out, const sl_error *error, const char *message)
{
    sl_json_open_array(out, "detail");
    sl_json_open(out, NULL);
    sl_json_open_array(out, "loc");
    sl_json_string(out, NULL, "body");
    sl_json_string(out, NULL, error->param);
    sl_json_close_array(out);
    sl_json_string(out, "msg", message);
    sl_json_string(out, "type", error->code ? error->code : "value_error");
    sl_json_close(out);
    sl_json_close_array(out);
}

void sl_error_reply(sl_context *cx)
{
    if (cx->reply == NULL) {
        return;
    }
    if (cx->error.status == 0) {
        cx->error.status = SL_E_INTERNAL;
    }
    int32_t http_status = error_http_status(&cx->error);
    const char *message =
        cx->error.message ? cx->error.message : defaults[default_index(cx->error.status)].message;
    /* Sentences repeat what clients sent, and clients send card numbers where ids belong. */
    message = sl_mask(cx->arena, message);
    if (http_status == 503 && !(cx->request && cx->request->refused)) {
        sl_metric_add("stripe_lite_http_unavailable_total", NULL, NULL, 1);
    }
    if (http_status >= 500 && !(cx->request && cx->request->refused)) {
        sl_log(cx, SL_LOG_ERROR, "request failed", "status", sl_status_name(cx->error.status),
               "code", cx->error.code ? cx->error.code : "", "message", message);
    }
    if (http_status == 503 || http_status == 429) {
        bool told = false;
        for (uint32_t i = 0; i < cx->reply->header_count; i++) {
            told = told || strcmp(cx->reply->headers[i].name, "Retry-After") == 0;
        }
        if (!told) {
            sl_reply_header(cx, "Retry-After", "1");
        }
    }
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    if (cx->face == SL_FACE_LITE) {
        if (cx->error.faults) {
            sl_json_raw(out, "detail", cx->error.faults);
        } else if (http_status == 422 && cx->error.param) {
            fault_list_write(out, &cx->error, message);
        } else {
            sl_json_string(out, "detail", message);
        }
    }
    sl_json_raw(out, "error", error_object(cx, message));
    sl_json_close(out);
    (void)!sl_reply_json(cx, http_status, out);
}
