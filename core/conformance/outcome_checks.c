/*
 * outcome_checks.c: what an adapter makes of good answers, and what it sends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/money.h>

#include "core/base/buffer.h"
#include "core/conformance/suite.h"

#define SHORT_MS 1000 /* for an adapter's own tries against a gateway in trouble */

static bool is(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* ---- what there is ---- */

void check_examples(suite *s)
{
    static const struct {
        const char *operation;
        int32_t kind;
    } wanted[] = {
        { "authorize", SL_GATEWAY_APPROVED }, { "authorize", SL_GATEWAY_DECLINED },
        { "capture", SL_GATEWAY_APPROVED },   { "void", SL_GATEWAY_APPROVED },
        { "refund", SL_GATEWAY_APPROVED },    { "retrieve", SL_GATEWAY_APPROVED },
        { "tokenize", SL_GATEWAY_APPROVED },
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (suite_has(s, wanted[i].operation) &&
            !suite_example(s, wanted[i].operation, wanted[i].kind))
            suite_fail(s, "there is no example of %s that becomes %s", wanted[i].operation,
                       suite_kind(wanted[i].kind));
    }
    for (const sl_gateway_example *one = s->told->examples; one && one->operation; one++) {
        if (!suite_has(s, one->operation))
            suite_fail(s, "there is an example of %s, which the adapter does not have",
                       one->operation);
    }
    const sl_gateway_webhook_example *webhooks = s->told->webhooks;
    if (s->gateway->operations.verify_webhook && (!webhooks || !webhooks->body))
        suite_fail(s, "it verifies webhooks, and there is no example of one");
}

static void missing_call(suite *s, const char *operation)
{
    const sl_gateway_payment payment = { .struct_size = sizeof(payment),
                                         .attempt = "pay_check000000",
                                         .operation = operation,
                                         .idempotency_key = "key_check000000",
                                         .original = "ref_check",
                                         .amount = SUITE_AMOUNT,
                                         .currency = "usd" };
    sl_gateway_outcome outcome = { .struct_size = sizeof(outcome) };
    sl_status status = is(operation, "retrieve")
                           ? sl_gateway_retrieve(s->cx, s->gateway, &payment, &outcome)
                           : sl_gateway_call(s->cx, s->gateway, &payment, &outcome);
    if (status != SL_OK || outcome.kind != SL_GATEWAY_UNSUPPORTED ||
        !sl_script_holds(outcome.message ? outcome.message : "", operation))
        suite_fail(s, "%s is missing, and the answer does not say so", operation);
}

/* What is missing is answered for, and what a flag promises is there. */
void check_operations(suite *s)
{
    static const struct {
        uint32_t flag;
        const char *name;
        const char *operation;
    } promises[] = {
        { SL_GATEWAY_CAN_PARTIAL_CAPTURE, "SL_GATEWAY_CAN_PARTIAL_CAPTURE", "capture" },
        { SL_GATEWAY_CAN_REFUND_IN_PARTS, "SL_GATEWAY_CAN_REFUND_IN_PARTS", "refund" },
        { SL_GATEWAY_CAN_AUTHENTICATE, "SL_GATEWAY_CAN_AUTHENTICATE", "authorize" },
    };
    const sl_gateway_operations *operations = &s->gateway->operations;
    for (uint32_t i = 0; suite_operation(i); i++) {
        if (!suite_has(s, suite_operation(i)))
            missing_call(s, suite_operation(i));
    }
    for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
        if ((operations->flags & promises[i].flag) && !suite_has(s, promises[i].operation))
            suite_fail(s, "%s is promised, and there is no operation %s", promises[i].name,
                       promises[i].operation);
    }
    if (!operations->parse_webhook != !operations->verify_webhook)
        suite_fail(s, "webhooks need both verify_webhook and parse_webhook");
}

/* ---- outcomes ---- */

static void reference_expect(suite *s, const trial *t)
{
    const char *wanted = sl_script_fill(s->cx, &t->variables, t->example->reference);
    const char *reference = t->outcome.reference;
    if (wanted && !is(wanted, reference))
        suite_fail(s, "%s: the reference is \"%s\" and must be \"%s\"", t->example->operation,
                   reference ? reference : "", wanted);
    if (!is(t->example->operation, "void") && (!reference || !reference[0]))
        suite_fail(s, "%s: it is approved without a reference", t->example->operation);
}

static void amount_expect(suite *s, const trial *t)
{
    int64_t amount = t->outcome.amount;
    if (amount != SL_NONE && amount > t->variables.amount)
        suite_fail(s, "%s: asked for %lld, the outcome says %lld", t->example->operation,
                   (long long)t->variables.amount, (long long)amount);
}

/* Not those that have a check of their own, nor what the adapter does not have. */
static bool of_money(const suite *s, const sl_gateway_example *example)
{
    return !is(example->operation, "retrieve") && !is(example->operation, "tokenize") &&
           suite_has(s, example->operation);
}

void check_approvals(suite *s)
{
    for (const sl_gateway_example *one = s->told->examples; one && one->operation; one++) {
        if (one->kind != SL_GATEWAY_APPROVED || !of_money(s, one))
            continue;
        trial t = trial_of(s, one);
        trial_run(s, &t);
        if (!trial_expect(s, &t, SL_GATEWAY_APPROVED))
            continue;
        reference_expect(s, &t);
        amount_expect(s, &t);
    }
}

static void decline_expect(suite *s, const trial *t)
{
    const sl_gateway_example *example = t->example;
    if (!example->code && !example->decline_code)
        suite_fail(s, "%s (%s): the example names no code and no decline code", example->operation,
                   example->situation ? example->situation : "declined");
    if (example->code && !is(example->code, t->outcome.code))
        suite_fail(s, "%s: the code is \"%s\" and must be \"%s\"", example->operation,
                   t->outcome.code ? t->outcome.code : "", example->code);
    if (example->decline_code && !is(example->decline_code, t->outcome.decline_code))
        suite_fail(s, "%s: the decline code is \"%s\" and must be \"%s\"", example->operation,
                   t->outcome.decline_code ? t->outcome.decline_code : "", example->decline_code);
}

void check_declines(suite *s)
{
    for (const sl_gateway_example *one = s->told->examples; one && one->operation; one++) {
        if (one->kind != SL_GATEWAY_DECLINED || !of_money(s, one))
            continue;
        trial t = trial_of(s, one);
        trial_run(s, &t);
        if (trial_expect(s, &t, SL_GATEWAY_DECLINED))
            decline_expect(s, &t);
    }
}

void check_other_outcomes(suite *s)
{
    bool any = false;
    for (const sl_gateway_example *one = s->told->examples; one && one->operation; one++) {
        if (one->kind == SL_GATEWAY_APPROVED || one->kind == SL_GATEWAY_DECLINED ||
            !of_money(s, one))
            continue;
        any = true;
        trial t = trial_of(s, one);
        trial_run(s, &t);
        trial_expect(s, &t, one->kind);
    }
    if (!any)
        suite_skip(s, "there is no example of another outcome");
}

/* ---- what is sent ---- */

void check_sent(suite *s)
{
    if (!suite_has_upstream(s))
        return;
    for (const sl_gateway_example *one = s->told->examples; one && one->operation; one++) {
        if (!suite_has(s, one->operation))
            continue;
        trial t = trial_of(s, one);
        trial_run(s, &t);
        trial_expect_sent(s, &t);
        if (suite_calls(one) && !trial_arrived(&t))
            suite_fail(s, "%s: nothing was sent", one->operation);
    }
}

static bool sends_amount(const sl_gateway_example *example)
{
    for (const sl_gateway_exchange *one = example->exchanges; one && one->status; one++) {
        for (const char *const *word = one->sends; word && *word; word++) {
            if (strstr(*word, "$(amount)") || strstr(*word, "$(major)"))
                return true;
        }
    }
    return false;
}

static void money_try(suite *s, const sl_gateway_example *example, const char *currency,
                      int64_t amount)
{
    trial t = trial_of(s, example);
    t.variables.currency = currency;
    t.variables.amount = amount;
    trial_run(s, &t);
    if (!trial_expect(s, &t, SL_GATEWAY_APPROVED))
        return;
    trial_expect_sent(s, &t);
    amount_expect(s, &t);
}

void check_minor_units(suite *s)
{
    static const struct {
        int32_t exponent;
        int64_t amount;
    } cases[] = { { 0, 1999 }, { 2, 1999 }, { 3, 19990 } };
    const sl_gateway_example *example = suite_example(s, "authorize", SL_GATEWAY_APPROVED);
    if (!example) {
        suite_skip(s, "it authorizes nothing");
        return;
    }
    if (suite_calls(example) && !sends_amount(example))
        suite_fail(s, "the example of authorize does not say how the amount is sent: "
                      "$(amount) or $(major) in its `sends`");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *currency = suite_currency(s, cases[i].exponent);
        if (currency)
            money_try(s, example, currency, cases[i].amount);
    }
}

/* Refunds and captures are of the amount that is asked for, whatever it is. */
void check_amounts(suite *s)
{
    static const char *const operations[] = { "capture", "refund" };
    bool any = false;
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        const sl_gateway_example *example = suite_example(s, operations[i], SL_GATEWAY_APPROVED);
        if (!example)
            continue;
        any = true;
        if (suite_calls(example) && !sends_amount(example))
            suite_fail(s,
                       "the example of %s does not say how the amount is sent: "
                       "$(amount) or $(major) in its `sends`",
                       operations[i]);
        const char *currency = trial_of(s, example).variables.currency;
        money_try(s, example, currency, 700);
        money_try(s, example, currency, 1234);
    }
    if (!any)
        suite_skip(s, "it captures and refunds nothing");
}

/* ---- idempotency keys ---- */

/* The word around the key that the host gave, or what the adapter's header holds; NULL: none. */
static const char *key_of(suite *s, const trial *t, const char *request)
{
    static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:";
    if (s->told->key_header)
        return sl_script_header(s->cx, request, s->told->key_header);
    const char *at = strstr(request, t->variables.key);
    if (!at)
        return NULL;
    const char *start = at;
    while (start > request && strchr(word, start[-1]))
        start--;
    return sl_copy(s->cx, start, strspn(start, word));
}

/* The keys of a trial's requests that move money, in order, a line each. */
static const char *keys_of(suite *s, const trial *t)
{
    sl_buffer keys = SL_BUFFER_INIT(s->cx->arena);
    for (uint32_t i = 0; i < t->count; i++) {
        if (t->requests[i].harmless)
            continue;
        const char *key = key_of(s, t, t->requests[i].text);
        if (!key || !key[0])
            suite_fail(s, "%s: the request \"%.*s\" has no idempotency key", t->example->operation,
                       (int)strcspn(t->requests[i].text, "\r\n"), t->requests[i].text);
        sl_buffer_text_add(&keys, key ? key : "");
        sl_buffer_char(&keys, '\n');
    }
    return sl_buffer_text(&keys);
}

static const sl_gateway_example *mover(suite *s, uint32_t index)
{
    const char *operation = suite_operation(index);
    const sl_gateway_example *example = suite_example(s, operation, SL_GATEWAY_APPROVED);
    return is(operation, "retrieve") || !example || !suite_calls(example) ? NULL : example;
}

/* The adapter's own retries: every request to one address within one call has one key. */
static void own_retries_expect(suite *s, const trial *t)
{
    const char *first = NULL;
    for (uint32_t i = 0; i < t->count; i++) {
        if (t->requests[i].harmless)
            continue;
        const char *line = sl_copy(s->cx, t->requests[i].text, strcspn(t->requests[i].text, "\r"));
        const char *key = sl_format(s->cx, "%s %s", line, key_of(s, t, t->requests[i].text));
        if (first && strncmp(first, line, strlen(line)) == 0 && !is(first, key))
            suite_fail(s, "%s: tried again by itself, with another key", t->example->operation);
        first = first ? first : key;
    }
}

void check_same_key(suite *s)
{
    if (!suite_has_upstream(s))
        return;
    for (uint32_t i = 0; suite_operation(i); i++) {
        if (!mover(s, i))
            continue;
        trial first = trial_of(s, mover(s, i));
        trial again = first;
        trial broken = first;
        broken.fault = SL_UPSTREAM_SAYS;
        broken.says = sl_script_answer(s->cx, 500, NULL, "{}");
        broken.patience_ms = SHORT_MS;
        trial_run(s, &broken);
        trial_run(s, &first);
        trial_run(s, &again);
        own_retries_expect(s, &broken);
        if (!is(keys_of(s, &first), keys_of(s, &again)))
            suite_fail(s, "%s: one attempt was tried twice, with another key",
                       first.example->operation);
    }
}

void check_different_keys(suite *s)
{
    if (!suite_has_upstream(s))
        return;
    for (uint32_t i = 0; suite_operation(i); i++) {
        if (!mover(s, i))
            continue;
        trial first = trial_of(s, mover(s, i));
        trial other = trial_of(s, mover(s, i));
        trial_run(s, &first);
        trial_run(s, &other);
        const char *keys = keys_of(s, &first);
        if (keys[0] && is(keys, keys_of(s, &other)))
            suite_fail(s, "%s: two attempts were sent with one key, %.*s", first.example->operation,
                       (int)strcspn(keys, "\n"), keys);
    }
}

/* ---- finding out, and cards ---- */

static const char *requests_text(suite *s, const trial *t)
{
    sl_buffer text = SL_BUFFER_INIT(s->cx->arena);
    for (uint32_t i = 0; i < t->count; i++)
        sl_buffer_text_add(&text, t->requests[i].text);
    return sl_buffer_text(&text);
}

void check_retrieve(suite *s)
{
    if (!suite_has(s, "retrieve")) {
        suite_fail(s, "without retrieve an unknown outcome stays unknown for ever");
        return;
    }
    for (const sl_gateway_example *one = s->told->examples; one && one->operation; one++) {
        if (!is(one->operation, "retrieve"))
            continue;
        trial t = trial_of(s, one);
        trial_run(s, &t);
        if (trial_expect(s, &t, one->kind) && one->kind == SL_GATEWAY_APPROVED)
            reference_expect(s, &t);
        if (one->kind == SL_GATEWAY_DECLINED)
            decline_expect(s, &t);
        if (!suite_calls(one))
            continue;
        trial other = trial_of(s, one);
        trial_run(s, &other);
        if (is(requests_text(s, &t), requests_text(s, &other)))
            suite_fail(s, "retrieve asks about two attempts in the same words");
    }
}

void check_cards(suite *s)
{
    if (!suite_has(s, "tokenize")) {
        suite_skip(s, "it takes no card numbers");
        return;
    }
    for (const sl_gateway_example *one = s->told->examples; one && one->operation; one++) {
        if (!is(one->operation, "tokenize"))
            continue;
        trial t = trial_of(s, one);
        trial_run(s, &t);
        const char *number = one->number ? one->number : SUITE_NUMBER;
        if (!trial_expect(s, &t, one->kind))
            continue;
        if (one->kind == SL_GATEWAY_DECLINED)
            decline_expect(s, &t);
        else if (!is(t.outcome.cvc_check, number + strlen(number) - 4))
            suite_fail(s, "tokenize: last4 is \"%s\" and must be \"%s\"",
                       t.outcome.cvc_check ? t.outcome.cvc_check : "", number + strlen(number) - 4);
        if (!suite_calls(one))
            continue;
        trial broken = trial_of(s, one);
        broken.fault = SL_UPSTREAM_SAYS;
        broken.says = sl_script_answer(s->cx, 500, NULL, "{}");
        broken.patience_ms = SHORT_MS;
        trial_run(s, &broken);
        if (broken.outcome.kind == SL_GATEWAY_APPROVED)
            suite_fail(s, "tokenize: HTTP status 500 made a token");
    }
}
