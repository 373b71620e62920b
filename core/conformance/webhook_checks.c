/*
 * webhook_checks.c: only what the gateway signed is taken, and it says which event it is.
 *
 * A signature has a time: the clock stands at the moment when the example was received.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/conformance/suite.h"

#define LATER 86400 /* seconds: no signature is good so long */

static bool is(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool webhooks_taken(suite *s)
{
    bool taken = s->gateway->operations.verify_webhook != NULL;
    if (!taken)
        suite_skip(s, "it takes no webhooks");
    return taken && s->told->webhooks;
}

static sl_gateway_webhook webhook_of(const sl_gateway_webhook_example *example)
{
    return (sl_gateway_webhook){ .struct_size = sizeof(sl_gateway_webhook),
                                 .method = example->method ? example->method : "POST",
                                 .path = example->path ? example->path : "/webhooks",
                                 .query = example->query ? example->query : "",
                                 .headers = example->headers,
                                 .body = example->body,
                                 .body_length = strlen(example->body) };
}

/* The clock stands where the example says, `later` seconds on. */
static void stage(suite *s, const sl_gateway_webhook_example *example,
                  const sl_gateway_exchange *exchanges, int64_t later)
{
    const sl_script_variables variables = { .upstream = s->base };
    sl_upstream_script script;
    sl_script_make(s->cx, &variables, s->told->exchanges, exchanges, &script);
    sl_upstream_play(s->about->upstream, &script);
    sl_now_set(s->cx, example->now ? example->now + later : 0);
    s->cx->deadline = sl_clock_monotonic_ms() + SUITE_PATIENCE_MS;
}

static void unstage(suite *s, int64_t start, const char *what)
{
    sl_upstream_play(s->about->upstream, NULL);
    sl_now_set(s->cx, 0);
    s->cx->deadline = 0;
    deadline_look(s, what, start, SUITE_PATIENCE_MS);
    secret_look(s, "the webhook's error", sl_error_message(s->cx));
    log_look(s);
}

static sl_status verify(suite *s, const sl_gateway_webhook_example *example,
                        const sl_gateway_webhook *webhook, const sl_gateway_exchange *exchanges,
                        int64_t later)
{
    stage(s, example, exchanges, later);
    int64_t start = sl_clock_monotonic_ms();
    sl_status status = sl_gateway_verify_webhook(s->cx, s->gateway, webhook);
    unstage(s, start, "verify_webhook");
    return status;
}

static const char *name_of(const sl_gateway_webhook_example *example)
{
    return example->situation ? example->situation : example->id ? example->id : "the webhook";
}

static void refusal_expect(suite *s, const sl_gateway_webhook_example *example,
                           const sl_gateway_webhook *webhook, int64_t later, const char *what)
{
    sl_status status = verify(s, example, webhook, example->refusals, later);
    if (status == SL_OK)
        suite_fail(s, "%s: it is taken %s", name_of(example), what);
    sl_error_clear(s->cx);
}

void check_webhook_accepted(suite *s)
{
    if (!webhooks_taken(s))
        return;
    for (const sl_gateway_webhook_example *one = s->told->webhooks; one->body; one++) {
        sl_gateway_webhook webhook = webhook_of(one);
        if (verify(s, one, &webhook, one->exchanges, 0) != SL_OK)
            suite_fail(s, "%s: it is refused: %s", name_of(one), sl_error_message(s->cx));
        sl_error_clear(s->cx);
    }
}

static bool parse(suite *s, const sl_gateway_webhook_example *example,
                  const sl_gateway_webhook *webhook, sl_gateway_event *ret)
{
    *ret = (sl_gateway_event){ .struct_size = sizeof(*ret) };
    stage(s, example, example->exchanges, 0);
    int64_t start = sl_clock_monotonic_ms();
    sl_status status = sl_gateway_parse_webhook(s->cx, s->gateway, webhook, ret);
    unstage(s, start, "parse_webhook");
    return status == SL_OK;
}

static void member_expect(suite *s, const sl_gateway_webhook_example *example, const char *member,
                          const char *value, const char *wanted)
{
    if (wanted && !is(value, wanted))
        suite_fail(s, "%s: the event's %s is \"%s\" and must be \"%s\"", name_of(example), member,
                   value ? value : "", wanted);
}

void check_webhook_event(suite *s)
{
    if (!webhooks_taken(s) || !s->gateway->operations.parse_webhook)
        return;
    for (const sl_gateway_webhook_example *one = s->told->webhooks; one->body; one++) {
        sl_gateway_webhook webhook = webhook_of(one);
        sl_gateway_event event;
        if (!parse(s, one, &webhook, &event)) {
            suite_fail(s, "%s: it cannot be read: %s", name_of(one), sl_error_message(s->cx));
            sl_error_clear(s->cx);
            return;
        }
        if (!one->id)
            suite_fail(s, "%s: the example does not say which id the event must have",
                       name_of(one));
        member_expect(s, one, "id", event.id, one->id);
        member_expect(s, one, "kind", event.notice.kind, one->kind);
        member_expect(s, one, "attempt", event.notice.attempt, one->attempt);
        member_expect(s, one, "reference", event.notice.reference, one->reference);
        sl_gateway_event again;
        if (!parse(s, one, &webhook, &again) || !is(event.id, again.id))
            suite_fail(s, "%s: read twice, it has two ids", name_of(one));
        sl_error_clear(s->cx);
    }
}

/* Another character of the same kind in place of the one at `at`. */
static char *changed(suite *s, const char *text, size_t at)
{
    char *copy = sl_copy(s->cx, text, strlen(text));
    copy[at] = (char)(copy[at] == '0' ? '1' : '0');
    return copy;
}

/* The headers with `name` replaced by `value`, or left out when that is NULL. */
static const sl_pair *headers_with(suite *s, const sl_pair *headers, const char *name,
                                   const char *value)
{
    size_t count = 0;
    while (headers && headers[count].name)
        count++;
    sl_pair *copy = sl_alloc(s->cx, (count + 1) * sizeof(*copy));
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool named = !name || strcasecmp(headers[i].name, name) == 0;
        if (named && !value)
            continue;
        copy[kept++] = (sl_pair){ headers[i].name, named ? value : headers[i].value };
    }
    return copy;
}

void check_webhook_wrong(suite *s)
{
    if (!webhooks_taken(s))
        return;
    for (const sl_gateway_webhook_example *one = s->told->webhooks; one->body; one++) {
        sl_gateway_webhook webhook = webhook_of(one);
        webhook.body = changed(s, one->body, strlen(one->body) / 2);
        refusal_expect(s, one, &webhook, 0, "although its body was changed");
        const char *signature = one->signature ? sl_webhook_header(&webhook, one->signature) : NULL;
        if (one->signature && (!signature || !signature[0])) {
            suite_fail(s, "%s: the example has no header %s", name_of(one), one->signature);
            return;
        }
        if (!signature)
            continue;
        webhook = webhook_of(one);
        webhook.headers = headers_with(s, one->headers, one->signature,
                                       changed(s, signature, strlen(signature) - 2));
        refusal_expect(s, one, &webhook, 0, "although its signature was changed");
        webhook.headers = headers_with(s, one->headers, one->signature, "");
        refusal_expect(s, one, &webhook, 0, "with an empty signature");
    }
}

void check_webhook_missing(suite *s)
{
    if (!webhooks_taken(s))
        return;
    for (const sl_gateway_webhook_example *one = s->told->webhooks; one->body; one++) {
        sl_gateway_webhook webhook = webhook_of(one);
        webhook.headers = headers_with(s, one->headers, one->signature, NULL);
        webhook.query = one->signature ? webhook.query : "";
        if (!one->signature)
            webhook.body = changed(s, one->body, strlen(one->body) / 2);
        refusal_expect(s, one, &webhook, 0, "without a signature");
    }
}

void check_webhook_old(suite *s)
{
    bool any = false;
    if (!webhooks_taken(s))
        return;
    for (const sl_gateway_webhook_example *one = s->told->webhooks; one->body; one++) {
        sl_gateway_webhook webhook = webhook_of(one);
        if (!one->now)
            continue;
        any = true;
        refusal_expect(s, one, &webhook, LATER, "a day after it was signed");
        refusal_expect(s, one, &webhook, -LATER, "a day before it was signed");
    }
    if (!any)
        suite_skip(s, "its signatures have no time");
}

void check_webhook_garbage(suite *s)
{
    static const char *const bodies[] = { "",   "{",     "[]",         "null",
                                          "{}", "\"x\"", "{\"id\":7}", "<event/>" };
    if (!webhooks_taken(s) || !s->gateway->operations.parse_webhook || !s->told->webhooks->body)
        return;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        const sl_gateway_webhook_example *one = s->told->webhooks;
        sl_gateway_webhook webhook = webhook_of(one);
        webhook.body = bodies[i];
        webhook.body_length = strlen(bodies[i]);
        sl_gateway_event event;
        if (parse(s, one, &webhook, &event))
            suite_fail(s, "the body %s becomes the event \"%s\"", bodies[i], event.id);
        sl_error_clear(s->cx);
    }
}
