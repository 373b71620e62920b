/*
 * suite.c: the list of checks, and running them on a plugin's gateways.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/conformance/suite.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <stripe_lite/money.h>

#include "core/base/buffer.h"

static suite_check check_secrets, check_writes, check_deadlines;

static const struct {
    const char *name;
    const char *sentence;
    suite_check *run;
} checks[] = {
    { "examples", "every operation has an example", check_examples },
    { "operations", "what is missing is answered for, what is promised is there",
      check_operations },
    { "approvals", "an approval is approved and has a reference", check_approvals },
    { "declines", "a decline is declined and has its code", check_declines },
    { "other_outcomes", "the other examples become what they say", check_other_outcomes },
    { "sent", "requests hold what the examples say", check_sent },
    { "minor_units", "amounts of currencies with 0, 2 and 3 digits arrive as they are",
      check_minor_units },
    { "amounts", "captures and refunds are of the amount asked for, and not more", check_amounts },
    { "same_key", "every try of one attempt has the same idempotency key", check_same_key },
    { "different_keys", "two attempts have different idempotency keys", check_different_keys },
    { "timeout", "a timeout is unknown", check_timeout },
    { "dropped", "a connection dropped after the request is unknown", check_dropped },
    { "server_errors", "a 5xx is unknown", check_server_errors },
    { "garbage", "an answer that cannot be read is unknown", check_garbage },
    { "refusals", "a refused request is no approval", check_refusals },
    { "not_sent", "a refused connection is not sent", check_not_sent },
    { "retrieve", "retrieve finds what became of one attempt", check_retrieve },
    { "cards", "a card becomes a token", check_cards },
    { "webhook_accepted", "a webhook that the gateway signed is taken", check_webhook_accepted },
    { "webhook_event", "a webhook says which event it is", check_webhook_event },
    { "webhook_wrong", "a webhook with a wrong signature is refused", check_webhook_wrong },
    { "webhook_missing", "a webhook without a signature is refused", check_webhook_missing },
    { "webhook_old", "a webhook signed long ago is refused", check_webhook_old },
    { "webhook_garbage", "a webhook that cannot be read is no event", check_webhook_garbage },
    { "secrets", "nothing secret is logged or told", check_secrets },
    { "writes", "no writes are left pending", check_writes },
    { "deadlines", "every operation ends within its deadline", check_deadlines },
};

/* ---- what was seen on the way ---- */

static void check_secrets(suite *s)
{
    if (s->secret_told)
        suite_fail(s, "%s", s->secret_told);
}

static void check_writes(suite *s)
{
    if (s->writes_left)
        suite_fail(s, "%s", s->writes_left);
}

static void check_deadlines(suite *s)
{
    if (s->deadline_missed)
        suite_fail(s, "%s", s->deadline_missed);
}

/* ---- for the checks ---- */

void suite_fail(suite *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *why = sl_arena_vformat(s->keep, format, arguments);
    va_end(arguments);
    if (!s->why)
        s->why = why;
}

void suite_skip(suite *s, const char *reason)
{
    s->skipped = reason;
}

const char *suite_kind(int32_t kind)
{
    return sl_gateway_kind_name(kind);
}

const sl_gateway_example *suite_example(const suite *s, const char *operation, int32_t kind)
{
    for (const sl_gateway_example *one = s->told->examples; one && one->operation; one++) {
        if (one->kind == kind && strcmp(one->operation, operation) == 0)
            return suite_has(s, operation) ? one : NULL;
    }
    return NULL;
}

const char *suite_operation(uint32_t index)
{
    static const char *const names[] = { "authorize", "capture", "void", "refund", "retrieve" };
    return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

bool suite_has(const suite *s, const char *operation)
{
    const sl_gateway_operations *of = &s->gateway->operations;
    const struct {
        const char *name;
        bool there;
    } all[] = {
        { "authorize", of->authorize != NULL }, { "capture", of->capture != NULL },
        { "void", of->cancel != NULL },         { "refund", of->refund != NULL },
        { "retrieve", of->retrieve != NULL },   { "tokenize", of->tokenize != NULL },
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (strcmp(all[i].name, operation) == 0)
            return all[i].there;
    }
    return false;
}

bool suite_calls(const sl_gateway_example *example)
{
    for (const sl_gateway_exchange *one = example->exchanges; one && one->status; one++) {
        if (!(one->flags & SL_EXCHANGE_HARMLESS))
            return true;
    }
    return false;
}

bool suite_has_upstream(suite *s)
{
    for (const sl_gateway_example *one = s->told->examples; one && one->operation; one++) {
        if (suite_calls(one))
            return true;
    }
    suite_skip(s, "it calls nobody");
    return false;
}

const char *suite_currency(const suite *s, int32_t exponent)
{
    static const char *const usual[] = { "jpy", NULL, "usd", "kwd" };
    const char *const *takes = s->gateway->type.currencies;
    const char *found = takes ? NULL : usual[exponent];
    for (; takes && *takes; takes++) {
        bool fits = sl_currency_exponent(*takes) == exponent;
        if (fits && (!found || strcasecmp(*takes, usual[exponent]) == 0))
            found = *takes;
    }
    return found;
}

/* ---- running ---- */

const sl_gateway_conformance *sl_conformance_of(const sl_gateway_type *type)
{
    const size_t least = offsetof(sl_gateway_conformance, webhooks) + sizeof(void *);
    return type->conformance && type->conformance->struct_size >= least ? type->conformance : NULL;
}

static bool check_run(suite *s, size_t index)
{
    const sl_conformance *about = s->about;
    about->begin(about->data, s->gateway->type.name, checks[index].name, checks[index].sentence);
    const sl_host *host = s->cx->host;
    sl_context *own = sl_context_new(host, s->cx->account, s->cx->livemode, NULL);
    sl_context *outer = s->cx;
    s->why = NULL;
    s->skipped = NULL;
    s->cx = own;
    checks[index].run(s);
    log_look(s);
    s->cx = outer;
    sl_context_free(own);
    about->end(about->data,
               s->why       ? SL_CONFORMANCE_FAILED
               : s->skipped ? SL_CONFORMANCE_SKIPPED
                            : SL_CONFORMANCE_PASSED,
               s->why ? s->why : s->skipped);
    return !s->why;
}

static uint32_t gateway_check(sl_context *cx, const sl_conformance *about,
                              const sl_gateway *gateway)
{
    suite s = { .about = about,
                .gateway = gateway,
                .told = sl_conformance_of(&gateway->type),
                .cx = cx,
                .keep = cx->arena,
                .log = open(about->log, O_RDONLY | O_CLOEXEC),
                .base = sl_format(cx, "http://127.0.0.1:%d", sl_upstream_port(about->upstream)) };
    uint32_t failed = 0;
    for (size_t i = 0; s.told && i < sizeof(checks) / sizeof(checks[0]); i++)
        failed += !check_run(&s, i);
    close(s.log);
    return failed;
}

uint32_t sl_conformance_run(sl_context *cx, const sl_conformance *about)
{
    uint32_t failed = 0;
    const sl_gateway *gateway;
    for (uint32_t i = 0; (gateway = sl_gateways_at(cx->host->gateways, i)) != NULL; i++) {
        if (*gateway->active && strcmp(gateway->plugin, about->plugin) == 0)
            failed += gateway_check(cx, about, gateway);
    }
    return failed;
}
