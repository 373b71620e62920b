/*
 * broken.c: the example adapter with one fault at a time, for the checks to find.
 *
 * STRIPE_LITE_BROKEN names the fault. Most sit where the adapter asks its gateway; some where it asks the host about a webhook,
 * and some in the tables. plugin_check.test.js says for each which checks must fail.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <stripe_lite/stripe_lite.h>

static const sl_value *broken_ask(sl_context *cx, const sl_http_request *request,
                                  sl_gateway_outcome *ret, int32_t *ret_status);
static sl_status broken_signature(sl_context *cx, const sl_gateway_webhook *webhook,
                                  const char *name, const char *secrets, int64_t tolerance);
static sl_status broken_parse(sl_context *cx, const char *text, size_t length,
                              const sl_value **ret_value);

#define sl_gateway_ask broken_ask
#define sl_webhook_signature_check broken_signature
#define sl_json_parse broken_parse
#undef SL_PLUGIN
#define SL_PLUGIN(...) static const sl_plugin_descriptor acme = { __VA_ARGS__ };

#include "gateway_acme.c" /* NOLINT(bugprone-suspicious-include) */

#undef sl_gateway_ask
#undef sl_webhook_signature_check
#undef sl_json_parse

static bool fault(const char *name)
{
    const char *wanted = getenv("STRIPE_LITE_BROKEN");
    return wanted && strcmp(wanted, name) == 0;
}

static int counter;

/* ---- what is sent ---- */

static const char *with(sl_context *cx, const char *text, const char *old, const char *fresh)
{
    const char *at = text ? strstr(text, old) : NULL;
    return at ? sl_format(cx, "%.*s%s%s", (int)(at - text), text, fresh, at + strlen(old)) : text;
}

static bool on(const sl_http_request *request, const char *path)
{
    return strstr(request->url, path) != NULL;
}

static const char *body_of(sl_context *cx, const sl_http_request *request)
{
    const char *body = request->body;
    if (fault("jpy_times_100") && body && strstr(body, "currency=jpy"))
        body = with(cx, body, "amount=1999", "amount=199900");
    if (fault("kwd_as_cents") && body && strstr(body, "currency=kwd"))
        body = with(cx, body, "amount=19990", "amount=1999");
    if (fault("refund_of_all") && on(request, "/refunds"))
        body = "amount=1999&reference=x";
    if (fault("capture_untold"))
        body = with(cx, body, "capture=true", "capture=yes");
    return body;
}

static const char *key_of(sl_context *cx, const char *key)
{
    if (fault("fresh_key"))
        return sl_format(cx, "%s-%d", key, ++counter);
    return fault("one_key") ? "the key" : fault("no_key") ? "" : key;
}

static sl_status broken_send(sl_context *cx, const sl_http_request *request,
                             sl_http_response *ret_response)
{
    sl_http_request changed = *request;
    sl_pair headers[8] = { { NULL, NULL } };
    for (size_t i = 0; request->headers[i].name; i++) {
        bool key = strcmp(request->headers[i].name, "Idempotency-Key") == 0;
        headers[i] = request->headers[i];
        headers[i].value = key ? key_of(cx, headers[i].value) : headers[i].value;
    }
    changed.headers = headers;
    changed.body = body_of(cx, request);
    changed.body_length = changed.body ? strlen(changed.body) : 0;
    if (fault("retrieve_anything") && on(request, "/operations"))
        changed.url = with(cx, request->url, "?reference=", "?newest=1&not=");
    if (fault("retrieve_one") && on(request, "/operations"))
        changed.url = sl_format(cx, "%s/v1/operations", options->api_base);
    sl_status status = sl_http_send(cx, &changed, ret_response);
    if (fault("retries_with_fresh_key") && ret_response->status >= 500) {
        headers[2].value = sl_format(cx, "again-%d", ++counter);
        status = sl_http_send(cx, &changed, ret_response);
    }
    return status;
}

/* ---- what is made of the answer ---- */

static const sl_value *value_of(sl_context *cx, const char *text)
{
    const sl_value *value = NULL;
    return sl_json_parse(cx, text, strlen(text), &value) == SL_OK ? value : NULL;
}

#define APPROVED "{\"id\":\"ch_1\",\"status\":\"done\"}"
#define DECLINED "{\"status\":\"declined\"}"

/* An answer to believe in instead of the one that came, or NULL. */
static const char *invented(const sl_http_request *request, sl_status status,
                            const sl_http_response *response, bool readable)
{
    bool charge = on(request, "/v1/charges");
    if (fault("timeout_declines") && status == SL_E_TIMEOUT)
        return DECLINED;
    if (fault("drop_approves") && status == SL_E_UNKNOWN)
        return APPROVED;
    if (fault("error_declines") && response->status >= 500)
        return DECLINED;
    if (fault("garbage_approves") && response->status == 201 && !readable)
        return APPROVED;
    if (fault("status_approves") && response->status == 201 && charge &&
        !strstr(response->body, "\"done\""))
        return APPROVED;
    if (fault("refusal_approves") && response->status == 403)
        return APPROVED;
    if (fault("redirect_approves") && response->status == 302)
        return APPROVED;
    if (fault("refusal_never_happened") && response->status == 401 && !charge)
        return "{\"operations\":[]}";
    if (fault("error_makes_token") && response->status == 500 && on(request, "/tokens"))
        return "{\"id\":\"tok_1\",\"last4\":\"4242\"}";
    return NULL;
}

static const char *falsified(sl_context *cx, const sl_http_request *request, const char *text)
{
    bool charge = on(request, "/v1/charges");
    if (fault("no_reference") && charge)
        return with(cx, text, "\"id\":\"ch_pay", "\"id\":\"\",\"was\":\"");
    if (fault("wrong_reference") && charge)
        return with(cx, text, "\"id\":\"ch_pay", "\"id\":\"other");
    if (fault("decline_waits") && charge)
        return with(cx, text, "\"declined\"", "\"waiting\"");
    if (fault("decline_unread"))
        return with(cx, text, "\"no_funds\"", "\"unread\"");
    if (fault("waiting_approves"))
        return with(cx, text, "\"waiting\"", "\"done\"");
    if (fault("wrong_last4"))
        return with(cx, text, "\"last4\":\"4242\"", "\"last4\":\"1111\"");
    if (fault("found_declines") && !charge)
        return with(cx, text, "\"done\"", "\"declined\"");
    return text;
}

/* ---- beside ---- */

struct row {
    const char *id;
    int64_t version;
};
static const sl_field row_fields[] = { SL_STRING(struct row, id), SL_INT64(struct row, version),
                                       SL_FIELDS_END };
static const sl_table row_table = SL_TABLE("rows", struct row, row_fields);

static void misbehave(sl_context *cx, const sl_http_request *request, sl_status status,
                      sl_gateway_outcome *ret)
{
    if (fault("logs_key"))
        sl_log(cx, SL_LOG_INFO, "acme is asked", "with", options->secret_key);
    if (fault("logs_cvc") && on(request, "/tokens"))
        sl_log(cx, SL_LOG_DEBUG, "acme is asked", "form", request->body);
    if (fault("prints_key"))
        fprintf(stderr, "asking with %s\n", options->secret_key);
    if (fault("tells_key"))
        ret->message = sl_format(cx, "Acme refuses %s", options->secret_key);
    if (fault("leaves_writes") && on(request, "/refunds")) {
        struct row row = { .id = "row_1" };
        sl_insert(cx, &row_table, &row);
    }
    if (fault("is_late") && status == SL_E_TIMEOUT && on(request, "/operations"))
        nanosleep(&(struct timespec){ .tv_sec = 1, .tv_nsec = 300000000 }, NULL);
    if (fault("crashes") && on(request, "/refunds"))
        abort();
    if (fault("refunds_more") && on(request, "/refunds"))
        ret->amount = 1000000;
}

static const sl_value *broken_ask(sl_context *cx, const sl_http_request *request,
                                  sl_gateway_outcome *ret, int32_t *ret_status)
{
    sl_http_response response = { .struct_size = sizeof(response) };
    sl_status status = broken_send(cx, request, &response);
    const sl_value *answer = NULL;
    sl_error_clear(cx);
    misbehave(cx, request, status, ret);
    if (status == SL_OK && sl_json_parse(cx, response.body, response.body_length, &answer) != SL_OK)
        sl_error_clear(cx);
    const char *instead = invented(request, status, &response, answer != NULL);
    if (instead)
        return value_of(cx, instead);
    if (fault("refused_is_unknown") && response.reached == SL_HTTP_NOT_SENT) {
        ret->kind = SL_GATEWAY_UNKNOWN;
        return NULL;
    }
    if (!sl_gateway_answered(cx, &response, ret))
        return NULL;
    if (!answer) {
        (void)sl_gateway_unclear(cx, ret, "It cannot be read.");
        return NULL;
    }
    if (ret_status)
        *ret_status = response.status;
    return value_of(cx, falsified(cx, request, response.body));
}

/* ---- webhooks ---- */

static sl_status broken_signature(sl_context *cx, const sl_gateway_webhook *webhook,
                                  const char *name, const char *secrets, int64_t tolerance)
{
    const char *header = sl_webhook_header(webhook, name);
    if (fault("takes_any_webhook") || (fault("takes_unsigned_webhook") && !header))
        return SL_OK;
    if (fault("refuses_webhooks"))
        return sl_fail(cx, SL_E_INVALID, NULL, "No.");
    if (fault("takes_wrong_webhook") && header && header[0])
        return sl_now(cx) > 1750000000 && sl_now(cx) < 1750001000 ? SL_OK : SL_E_INVALID;
    return sl_webhook_signature_check(cx, webhook, name, secrets,
                                      fault("takes_old_webhook") ? 1000000 : tolerance);
}

static sl_status broken_parse(sl_context *cx, const char *text, size_t length,
                              const sl_value **ret_value)
{
    sl_status status = sl_json_parse(cx, text, length, ret_value);
    if (fault("garbage_event") && (status != SL_OK || !sl_value_member(*ret_value, "id"))) {
        sl_error_clear(cx);
        *ret_value = value_of(cx, "{\"id\":\"evt_0\",\"type\":\"x\"}");
        return SL_OK;
    }
    if (fault("new_event_ids") && status == SL_OK)
        *ret_value = value_of(cx, sl_format(cx, "{\"id\":\"evt_%d\",\"type\":\"x\"}", ++counter));
    if (fault("other_attempt") && status == SL_OK)
        *ret_value = value_of(cx, with(cx, text, "pay_1", "pay_2"));
    return status;
}

/* ---- tables ---- */

static sl_status broken_start(sl_context *cx, sl_plugin *self)
{
    return fault("does_not_start") ? sl_fail(cx, SL_E_INTERNAL, NULL, "The moon is not full.")
                                   : start(cx, self);
}

static void examples_without(const char *operation, int32_t kind, sl_gateway_example *ret)
{
    size_t kept = 0;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        bool drop = examples[i].operation && strcmp(examples[i].operation, operation) == 0 &&
                    examples[i].kind == kind;
        if (!drop)
            ret[kept++] = examples[i];
    }
}

SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void);
SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void)
{
    static sl_plugin_descriptor descriptor;
    static sl_gateway_operations changed;
    static sl_gateway_conformance told;
    static sl_gateway_example shown[sizeof(examples) / sizeof(examples[0])];
    static sl_gateway_type types[] = { { .name = "acme" }, SL_GATEWAYS_END };
    changed = operations;
    told = conformance;
    types[0] = gateways[0];
    types[0].operations = &changed;
    types[0].conformance = fault("undescribed") ? NULL : &told;
    told.examples = shown;
    examples_without(fault("no_refund_example") ? "refund" : "", SL_GATEWAY_APPROVED, shown);
    if (fault("no_decline_example"))
        examples_without("authorize", SL_GATEWAY_DECLINED, shown);
    for (size_t i = 0; fault("declines_without_code") && shown[i].operation; i++)
        shown[i].code = shown[i].decline_code = NULL;
    if (fault("no_webhook_example"))
        told.webhooks = NULL;
    if (fault("half_of_webhooks"))
        changed.parse_webhook = NULL;
    if (fault("no_retrieve"))
        changed.retrieve = NULL;
    descriptor = acme;
    descriptor.struct_size = sizeof(descriptor);
    descriptor.abi_version = SL_ABI_VERSION;
    descriptor.gateways = types;
    descriptor.start = broken_start;
    return &descriptor;
}
