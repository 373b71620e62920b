/*
 * fault_checks.c: what an adapter makes of answers that are none: it does not know, and says so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/conformance/suite.h"

#define PATIENCE_FIRST_MS 200
#define PATIENCE_MOST_MS 5000

/* What a fault is tried on: the operations that succeed, one example each, and retrieve. */
static const sl_gateway_example *subject(const suite *s, uint32_t index)
{
    const char *operation = suite_operation(index);
    const sl_gateway_example *example = suite_example(s, operation, SL_GATEWAY_APPROVED);
    return example && suite_calls(example) ? example : NULL;
}

static void unknown_expect(suite *s, const trial *t, const char *situation)
{
    if (t->outcome.kind == SL_GATEWAY_UNKNOWN)
        return;
    suite_fail(s, "%s: after %s the outcome is %s and must be unknown: it may have happened",
               t->example->operation, situation, suite_kind(t->outcome.kind));
}

/* The time is short, so that the check is, also when the adapter tries again; on a busy machine the request may not even arrive,
 * and then there is more. */
static trial faulty(suite *s, const sl_gateway_example *example, int32_t fault, const char *says)
{
    for (int64_t patience = PATIENCE_FIRST_MS;; patience *= 5) {
        trial t = trial_of(s, example);
        t.fault = fault;
        t.says = says;
        t.patience_ms = patience;
        trial_run(s, &t);
        if (trial_arrived(&t) || patience >= PATIENCE_MOST_MS)
            return t;
    }
}

static void each_with(suite *s, int32_t fault, const char *situation)
{
    for (uint32_t i = 0; suite_operation(i) && !s->why; i++) {
        if (!subject(s, i))
            continue;
        trial t = faulty(s, subject(s, i), fault, NULL);
        unknown_expect(s, &t, situation);
    }
}

void check_timeout(suite *s)
{
    if (suite_has_upstream(s))
        each_with(s, SL_UPSTREAM_SILENT, "a timeout");
}

void check_dropped(suite *s)
{
    if (!suite_has_upstream(s))
        return;
    each_with(s, SL_UPSTREAM_DROPS, "a connection that was closed without an answer");
    each_with(s, SL_UPSTREAM_HALF, "a connection that was closed within the answer");
}

void check_server_errors(suite *s)
{
    static const int32_t statuses[] = { 500, 502, 503 };
    if (!suite_has_upstream(s))
        return;
    for (uint32_t i = 0; suite_operation(i) && !s->why; i++) {
        for (size_t j = 0; subject(s, i) && j < sizeof(statuses) / sizeof(statuses[0]); j++) {
            trial t = faulty(
                s, subject(s, i), SL_UPSTREAM_SAYS,
                sl_script_answer(s->cx, statuses[j], NULL, "{\"error\":{\"message\":\"oops\"}}"));
            unknown_expect(s, &t, sl_format(s->cx, "HTTP status %d", statuses[j]));
        }
    }
}

/* ---- answers that are whole and say nothing ---- */

static const sl_gateway_exchange *last_exchange(const sl_gateway_example *example)
{
    const sl_gateway_exchange *last = NULL;
    for (const sl_gateway_exchange *one = example->exchanges; one && one->status; one++) {
        if (!(one->flags & SL_EXCHANGE_HARMLESS))
            last = one;
    }
    return last;
}

void check_garbage(suite *s)
{
    static const struct {
        const char *body;
        bool readable; /* an adapter whose answer has no body need not look into it */
    } cases[] = { { "<html>It works!</html>", false },
                  { "{\"id\":", false },
                  { "", true },
                  { "null", true },
                  { "{}", true },
                  { "[]", true },
                  { "{\"status\":7,\"id\":null,\"amount\":\"x\"}", true } };
    if (!suite_has_upstream(s))
        return;
    for (uint32_t i = 0; suite_operation(i) && !s->why; i++) {
        for (size_t j = 0; subject(s, i) && j < sizeof(cases) / sizeof(cases[0]); j++) {
            const sl_gateway_exchange *good = last_exchange(subject(s, i));
            bool bodiless = !good->answer || !good->answer[0];
            if (bodiless && cases[j].readable)
                continue;
            trial t =
                faulty(s, subject(s, i), SL_UPSTREAM_SAYS,
                       sl_script_answer(s->cx, bodiless ? 200 : good->status, NULL, cases[j].body));
            unknown_expect(s, &t, sl_format(s->cx, "the answer \"%s\"", cases[j].body));
        }
    }
}

/* A refusal of the request as such moves no money and finds none. */
void check_refusals(suite *s)
{
    static const int32_t statuses[] = { 302, 401, 403, 429 };
    if (!suite_has_upstream(s))
        return;
    for (uint32_t i = 0; suite_operation(i) && !s->why; i++) {
        bool retrieve = strcmp(suite_operation(i), "retrieve") == 0;
        for (size_t j = 0; subject(s, i) && j < sizeof(statuses) / sizeof(statuses[0]); j++) {
            trial t = faulty(s, subject(s, i), SL_UPSTREAM_SAYS,
                             sl_script_answer(s->cx, statuses[j], NULL,
                                              "{\"error\":{\"message\":\"not like this\"}}"));
            int32_t kind = t.outcome.kind;
            bool wrong = kind == SL_GATEWAY_APPROVED || kind == SL_GATEWAY_PENDING ||
                         (retrieve && kind != SL_GATEWAY_UNKNOWN && kind != SL_GATEWAY_NOT_SENT);
            if (wrong)
                suite_fail(s, "%s: HTTP status %d must not become %s", t.example->operation,
                           statuses[j], suite_kind(kind));
        }
    }
}

void check_not_sent(suite *s)
{
    if (!suite_has_upstream(s))
        return;
    sl_upstream_open(s->about->upstream, false);
    for (uint32_t i = 0; suite_operation(i) && !s->why; i++) {
        if (!subject(s, i))
            continue;
        bool retrieve = strcmp(suite_operation(i), "retrieve") == 0;
        trial t = trial_of(s, subject(s, i));
        t.patience_ms = 2 * PATIENCE_FIRST_MS;
        trial_run(s, &t);
        bool good = t.outcome.kind == SL_GATEWAY_NOT_SENT ||
                    (retrieve && t.outcome.kind == SL_GATEWAY_UNKNOWN);
        if (!good)
            suite_fail(s, "%s: nobody listens, and the outcome is %s instead of not_sent",
                       t.example->operation, suite_kind(t.outcome.kind));
    }
    sl_upstream_open(s->about->upstream, true);
}
