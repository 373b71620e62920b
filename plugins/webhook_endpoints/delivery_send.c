/*
 * delivery_send.c: signing an event, posting it, and writing down what became of it.
 *
 * Any 2xx is a success; 410 says that nothing is wanted any more. What fails comes again by the schedule until that ends. An
 * endpoint that cannot be reached stands still as a whole. Nothing is written before the answer: whoever dies in between has the
 * delivery made once more.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "delivery_send.h"

#include "endpoint_cache.h"
#include "endpoint_secret.h"
#include "endpoint_service.h"

#define RUN_MS 30000
#define RECORD_AGAIN_MS 500
#define BODY_MOST 16384
#define EXCERPT_MOST 500
#define STANDSTILL_FIRST_MS 1000
#define STANDSTILL_MOST_MS 300000
#define GONE 410

const sl_queue deliveries_queue[] = {
    { .name = "webhook_endpoints.deliveries",
      .table = &deliveries_table,
      .run = delivery_run,
      .timeout = RUN_MS },
    SL_QUEUES_END,
};

/* ---- what is kept of an answer ---- */

/* Length of the sound UTF-8 character that begins here, 0 when there is none (RFC 3629, but for surrogates and overlong forms of
 * three bytes, which are refused by their second byte). */
static size_t character_length(const unsigned char *at, size_t left)
{
    size_t length = at[0] < 0x80   ? 1
                    : at[0] < 0xc2 ? 0
                    : at[0] < 0xe0 ? 2
                    : at[0] < 0xf0 ? 3
                    : at[0] < 0xf5 ? 4
                                   : 0;
    if (length == 0 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    bool bad = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
               (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f);
    return bad ? 0 : length;
}

const char *answer_excerpt(sl_context *cx, const char *body, size_t length)
{
    size_t most = length < EXCERPT_MOST ? length : EXCERPT_MOST;
    const unsigned char *bytes = (const unsigned char *)body;
    char *text = sl_alloc(cx, most + 1);
    size_t made = 0;
    for (size_t i = 0; i < most;) {
        size_t character = character_length(bytes + i, most - i);
        bool plain = character > 1 || (character == 1 && bytes[i] >= ' ' && bytes[i] != 0x7f);
        if (plain) {
            memcpy(text + made, bytes + i, character);
            made += character;
        } else {
            text[made++] = character == 1 ? ' ' : '?';
        }
        i += plain ? character : 1;
    }
    return made > 0 ? sl_masked(cx, text) : NULL;
}

/* ---- one try ---- */

struct outcome {
    bool answered;
    bool arrived;
    bool gone;
    int64_t code;
    int64_t latency_ms;
    const char *answer;
    const char *fault;
};

static sl_status event_post(sl_context *cx, const struct endpoint *endpoint, const char *body,
                            size_t length, struct outcome *ret)
{
    const char *signature = NULL;
    if (endpoint_sign(cx, endpoint, real_now(), body, &signature) != SL_OK) {
        sl_error_clear(cx);
        ret->fault = "The endpoint's secret was stored under another encryption key.";
        return SL_OK;
    }
    const sl_pair headers[] = {
        { "Content-Type", "application/json; charset=utf-8" },
        { "User-Agent", sl_format(cx, "Stripe_lite/%s (webhooks)", sl_version()) },
        { "Accept", "*/*" },
        { "Cache-Control", "no-cache" },
        { "Stripe-Signature", signature },
        { NULL, NULL },
    };
    const sl_http_request request = {
        .struct_size = sizeof(request),
        .flags = webhook_rules()->http_flags | SL_HTTP_CUT_BODY,
        .method = "POST",
        .url = endpoint->url,
        .headers = headers,
        .body = body,
        .body_length = length,
        .timeout_ms = TRY_SECONDS * 1000,
        .body_limit = BODY_MOST,
    };
    sl_http_response response = { .struct_size = sizeof(response) };
    sl_status status = sl_http_send(cx, &request, &response);
    if (status == SL_E_CANCELLED)
        return status;
    sl_error_clear(cx);
    ret->answered = response.reached == SL_HTTP_ANSWERED;
    ret->arrived = ret->answered && response.status >= 200 && response.status < 300;
    ret->gone = ret->answered && response.status == GONE;
    ret->code = ret->answered ? response.status : SL_NONE;
    ret->latency_ms = response.elapsed_ms;
    ret->fault = ret->answered ? NULL : sl_masked(cx, response.fault);
    if (ret->answered)
        ret->answer = answer_excerpt(cx, response.body, response.body_length);
    return SL_OK;
}

/* Why the delivery is not to be made at all, or NULL with what is to be posted. */
static sl_status delivery_prepare(sl_context *cx, const struct delivery *row,
                                  struct endpoint *ret_endpoint, const char **ret_body,
                                  size_t *ret_length, const char **ret_why_not)
{
    const char *type = NULL;
    sl_status status = sl_find(cx, &endpoints_table, row->lane, ret_endpoint);
    *ret_why_not = NULL;
    if (status == SL_E_NOT_FOUND) {
        *ret_why_not = "The endpoint was deleted.";
        return SL_OK;
    }
    if (status == SL_OK && !same(ret_endpoint->status, ENDPOINT_ENABLED)) {
        *ret_why_not = "The endpoint is disabled.";
        return SL_OK;
    }
    if (status == SL_OK)
        status = sl_event_json(cx, row->event, row->pending, &type, ret_body, ret_length);
    if (status == SL_E_NOT_FOUND) {
        *ret_why_not = "The event is gone.";
        return SL_OK;
    }
    return status;
}

/* ---- what becomes of it ---- */

int64_t standstill_ms(int32_t failures, int64_t pause)
{
    int64_t ms = STANDSTILL_FIRST_MS;
    for (int32_t i = 0; i < failures && ms < STANDSTILL_MOST_MS; i++)
        ms *= 2;
    ms = ms < STANDSTILL_MOST_MS ? ms : STANDSTILL_MOST_MS;
    return pause * 1000 < ms ? pause * 1000 : ms;
}

static void delivery_cancel(struct delivery *row, const char *why)
{
    row->status = DELIVERY_CANCELED;
    row->due = SL_NONE;
    row->holder = NULL;
    row->fault = why;
}

/* Given up after the last pause, or when the time of all pauses is over: rows of an endpoint that stood still had fewer tries. */
static bool schedule_is_over(const struct delivery *row)
{
    const struct webhook_rules *rules = webhook_rules();
    return row->attempt > rules->pauses || real_now() - row->created > rules->patience;
}

static int64_t next_pause(const struct delivery *row)
{
    const struct webhook_rules *rules = webhook_rules();
    int64_t tries = row->attempt > 0 ? row->attempt : 1;
    return tries <= rules->pauses ? rules->pause[tries - 1] : 0;
}

static void delivery_tried(struct delivery *row, const struct outcome *outcome)
{
    row->attempt++;
    row->holder = NULL;
    row->tried = real_now();
    row->code = outcome->code;
    row->latency_ms = outcome->latency_ms;
    row->answer = outcome->answer;
    row->fault = outcome->fault;
    row->due = SL_NONE;
    if (outcome->arrived) {
        row->status = DELIVERY_SUCCEEDED;
    } else if (outcome->gone || schedule_is_over(row)) {
        row->status = DELIVERY_FAILED;
    } else {
        row->status = DELIVERY_PENDING;
        row->due = sl_real_ms() + next_pause(row) * 1000;
    }
}

/* Tried until nobody else may have the row: what is not written down is sent once more. */
static sl_status delivery_record(sl_context *cx, const struct delivery *row)
{
    for (;;) {
        struct delivery written = *row;
        sl_update(cx, &deliveries_table, &written, DELIVERY_TRY_COLUMNS);
        sl_status status = sl_commit(cx);
        if (status != SL_E_UNAVAILABLE)
            return status;
        sl_discard(cx);
        if (sl_time_left(cx) < RECORD_AGAIN_MS || sl_sleep(cx, RECORD_AGAIN_MS) != SL_OK)
            return status;
        sl_error_clear(cx);
    }
}

static void outcome_count(const struct delivery *row, const struct outcome *outcome)
{
    sl_metric_add(DELIVERIES_METRIC, "outcome",
                  outcome->arrived                      ? OUTCOME_DELIVERED
                  : same(row->status, DELIVERY_PENDING) ? OUTCOME_FAILED
                                                        : OUTCOME_GIVEN_UP,
                  1);
    sl_metric_observe("stripe_lite_webhook_delivery_seconds", "outcome",
                      outcome->arrived ? OUTCOME_DELIVERED : OUTCOME_FAILED,
                      outcome->latency_ms * 1000);
}

static void lane_judge(sl_context *cx, const struct delivery *row, const struct outcome *outcome)
{
    endpoint_worked(cx, row->lane, outcome->answered);
    if (outcome->answered)
        sl_queue_lane_works(cx);
    else
        sl_queue_lane_fails(cx, standstill_ms(sl_queue_lane_failures(cx), next_pause(row)));
}

sl_status delivery_run(sl_context *cx, void *data)
{
    struct delivery *row = data;
    struct endpoint endpoint = { 0 };
    struct outcome outcome = { .code = SL_NONE, .latency_ms = SL_NONE };
    const char *body = NULL;
    const char *why_not = NULL;
    size_t length = 0;
    sl_status status = delivery_prepare(cx, row, &endpoint, &body, &length, &why_not);
    if (status == SL_OK && why_not) {
        delivery_cancel(row, why_not);
        sl_metric_add(DELIVERIES_METRIC, "outcome", OUTCOME_CANCELED, 1);
        return delivery_record(cx, row);
    }
    if (status == SL_OK && SL_FAULT("delivery.before_send"))
        status = SL_E_UNAVAILABLE;
    if (status == SL_OK)
        status = event_post(cx, &endpoint, body, length, &outcome);
    if (status != SL_OK)
        return status;
    if (SL_FAULT("delivery.after_send"))
        outcome = (struct outcome){ .code = SL_NONE, .fault = "The answer was lost." };
    delivery_tried(row, &outcome);
    lane_judge(cx, row, &outcome);
    status = delivery_record(cx, row);
    if (status != SL_OK)
        return status;
    SL_FAULT("delivery.after_record");
    outcome_count(row, &outcome);
    return outcome.gone ? endpoint_disable(cx, row->lane) : SL_OK;
}
