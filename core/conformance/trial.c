/*
 * trial.c: one call of one operation, with its gateway played.
 *
 * It goes the way of every call: through the host, which copies the structs, sets the deadline and looks at the outcome.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/conformance/suite.h"
#include "core/database/database.h"

#define STARTED_AGO 60 /* seconds, of what retrieve is asked about */

static bool is(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

trial trial_of(suite *s, const sl_gateway_example *example)
{
    const char *token = example->token ? example->token : s->told->token;
    uint32_t number = ++s->attempts;
    trial t = { .example = example,
                .patience_ms = SUITE_PATIENCE_MS,
                .variables = {
                    .upstream = s->base,
                    .attempt = sl_format(s->cx, "pay_check%06u", number),
                    .key = sl_format(s->cx, "key_check%06u", number),
                    .token = token ? token : "tok_check",
                    .currency = example->currency ? example->currency : suite_currency(s, 2),
                    .amount = SUITE_AMOUNT,
                } };
    if (!t.variables.currency)
        t.variables.currency = s->gateway->type.currencies[0];
    bool on_another = !is(example->operation, "authorize") && !is(example->operation, "retrieve");
    t.variables.original = example->original
                               ? sl_script_fill(s->cx, &t.variables, example->original)
                           : on_another ? "ref_check"
                                        : NULL;
    return t;
}

static sl_gateway_payment payment_of(const suite *s, const trial *t)
{
    const sl_gateway_example *example = t->example;
    bool retrieve = is(example->operation, "retrieve");
    return (sl_gateway_payment){
        .struct_size = sizeof(sl_gateway_payment),
        .capture = !example->hold,
        .attempt = t->variables.attempt,
        .operation = !retrieve     ? example->operation
                     : example->of ? example->of
                                   : "authorize",
        .idempotency_key = t->variables.key,
        .original = t->variables.original,
        .amount = t->variables.amount,
        .currency = t->variables.currency,
        .token = t->variables.token,
        .description = "A payment of the check",
        .return_url = "http://127.0.0.1/returned",
        .base_url = "http://127.0.0.1",
        .started = retrieve ? sl_now(s->cx) - STARTED_AGO : sl_now(s->cx),
    };
}

void deadline_look(suite *s, const char *what, int64_t start, int64_t patience_ms)
{
    int64_t took = sl_clock_monotonic_ms() - start;
    if (took > patience_ms + 1000 && !s->deadline_missed)
        s->deadline_missed = sl_arena_format(s->keep, "%s had %lld ms and took %lld", what,
                                             (long long)patience_ms, (long long)took);
}

static void card_try(suite *s, trial *t)
{
    const sl_gateway_example *example = t->example;
    const sl_gateway_card card = { .struct_size = sizeof(card),
                                   .exp_month = 12,
                                   .exp_year = 2040,
                                   .number = example->number ? example->number : SUITE_NUMBER,
                                   .cvc = SUITE_CVC };
    sl_gateway_token token = { .struct_size = sizeof(token) };
    sl_status status = sl_gateway_tokenize(s->cx, s->gateway, &card, &token);
    t->outcome = (sl_gateway_outcome){ .kind = status == SL_OK       ? SL_GATEWAY_APPROVED
                                               : status == SL_E_CARD ? SL_GATEWAY_DECLINED
                                                                     : SL_GATEWAY_UNKNOWN,
                                       .reference = token.token,
                                       .code = sl_error_code(s->cx),
                                       .decline_code = sl_error_decline_code(s->cx),
                                       .message = sl_error_message(s->cx),
                                       .cvc_check = token.last4 };
    sl_error_clear(s->cx);
}

static void money_try(suite *s, trial *t)
{
    const sl_gateway_payment payment = payment_of(s, t);
    t->outcome = (sl_gateway_outcome){ .struct_size = sizeof(t->outcome) };
    sl_status status = is(t->example->operation, "retrieve")
                           ? sl_gateway_retrieve(s->cx, s->gateway, &payment, &t->outcome)
                           : sl_gateway_call(s->cx, s->gateway, &payment, &t->outcome);
    if (status != SL_OK)
        suite_fail(s, "%s cannot be called: %s", t->example->operation,
                   sl_error_message(s->cx) ? sl_error_message(s->cx) : sl_status_name(status));
}

void trial_run(suite *s, trial *t)
{
    sl_upstream_script script;
    sl_script_make(s->cx, &t->variables, s->told->exchanges, t->example->exchanges, &script);
    script.fault = t->fault;
    script.says = t->says;
    sl_upstream_play(s->about->upstream, &script);
    int64_t start = sl_clock_monotonic_ms();
    s->cx->deadline = start + t->patience_ms;
    if (is(t->example->operation, "tokenize"))
        card_try(s, t);
    else
        money_try(s, t);
    s->cx->deadline = 0;
    deadline_look(s, t->example->operation, start, t->patience_ms);
    t->count = sl_upstream_heard(s->about->upstream, s->cx->arena, &t->requests);
    sl_upstream_play(s->about->upstream, NULL);
    secret_look(s, "the outcome's message", t->outcome.message);
    log_look(s);
}

bool trial_arrived(const trial *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        if (!t->requests[i].harmless)
            return true;
    }
    return false;
}

static const char *first_line(suite *s, const char *text)
{
    return sl_copy(s->cx, text, strcspn(text, "\r\n"));
}

bool trial_expect(suite *s, const trial *t, int32_t kind)
{
    const char *name = t->example->situation ? t->example->situation : t->example->operation;
    for (uint32_t i = 0; i < t->count; i++) {
        if (t->requests[i].answer < 0) {
            suite_fail(s, "%s (%s): no example answers \"%s\"", t->example->operation, name,
                       first_line(s, t->requests[i].text));
            return false;
        }
    }
    if (t->outcome.kind == kind)
        return true;
    suite_fail(s, "%s (%s): the outcome is %s and must be %s%s%s", t->example->operation, name,
               suite_kind(t->outcome.kind), suite_kind(kind), t->outcome.message ? ": " : "",
               t->outcome.message ? t->outcome.message : "");
    return false;
}

void trial_expect_sent(suite *s, const trial *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const sl_upstream_request *request = &t->requests[i];
        const sl_gateway_exchange *exchange =
            sl_script_exchange(s->told->exchanges, t->example->exchanges, request->answer);
        for (const char *const *one = exchange ? exchange->sends : NULL; one && *one; one++) {
            const char *word = sl_script_fill(s->cx, &t->variables, *one);
            if (!sl_script_holds(request->text, word))
                suite_fail(s, "%s: the request \"%s\" does not hold %s", t->example->operation,
                           first_line(s, request->text), word);
        }
    }
}
