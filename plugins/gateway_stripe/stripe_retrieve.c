/*
 * stripe_retrieve.c: finding out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_retrieve.h"

#include <string.h>

#include "stripe_outcome.h"
#include "stripe_requests.h"

#define MINUTE 60
#define HOUR ((int64_t)60 * MINUTE)
/* A payment that nobody waits for any more is not made. */
#define AUTHORIZE_AGAIN ((int64_t)10 * MINUTE)
/* Stripe keeps a key for 24 hours at least; an hour less for clocks that differ and calls under way. */
#define KEY_KEPT (23 * HOUR)
#define KEY_FORGOTTEN (25 * HOUR)
#define SKEW MINUTE
/* What a failed request left behind is in the lists by then. */
#define SETTLED 5
#define PAGES_MOST 100
#define PAGE_TRIES 3
#define SEARCH_KNOWS (2 * HOUR)

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool is(const sl_gateway_payment *payment, const char *operation)
{
    return same(payment->operation, operation);
}

static int64_t age_of(sl_context *cx, const sl_gateway_payment *payment)
{
    return payment->started > 0 ? sl_now(cx) - payment->started : 0;
}

static void unknown(sl_gateway_outcome *ret, const char *why)
{
    outcome_set(ret, SL_GATEWAY_UNKNOWN);
    ret->message = why;
}

static void never(sl_gateway_outcome *ret)
{
    outcome_set(ret, SL_GATEWAY_NEVER_HAPPENED);
}

void unfinished_close(sl_context *cx, const sl_gateway_payment *payment, const sl_value *object,
                      sl_gateway_outcome *ret)
{
    const char *status = sl_value_string(sl_value_member(object, "status"), NULL);
    const char *id = sl_value_string(sl_value_member(object, "id"), NULL);
    bool waits = same(status, "requires_action");
    bool begun = same(status, "requires_confirmation") || same(status, "requires_payment_method");
    if (ret->kind != SL_GATEWAY_UNKNOWN || !id || !is(payment, "authorize") || (!waits && !begun))
        return;
    struct stripe_form form;
    struct stripe_question question;
    struct stripe_answer answer;
    request_of_close(cx, payment, id, &form, &question);
    stripe_ask(cx, &question, &answer);
    if (answer.kind != ANSWER_DONE ||
        !same(sl_value_string(sl_value_member(answer.object, "status"), NULL), "canceled"))
        return;
    outcome_set(ret, SL_GATEWAY_DECLINED);
    ret->reference = id;
    ret->code = waits ? "authentication_required" : "processing_error";
    ret->message = waits ? "Your card was declined. This transaction requires authentication."
                         : "An error occurred while processing your card. Try again in a little "
                           "bit.";
}

static bool object_get(sl_context *cx, const sl_gateway_payment *payment, const char *collection,
                       const char *id, sl_gateway_outcome *ret)
{
    struct stripe_form form;
    struct stripe_question question;
    struct stripe_answer answer;
    request_of_object(cx, collection, id, &form, &question);
    stripe_ask(cx, &question, &answer);
    if (answer.kind != ANSWER_DONE) {
        unknown(ret, answer.message);
        ret->reference = payment->reference;
        return false;
    }
    outcome_of_object(cx, payment, answer.object, ret);
    unfinished_close(cx, payment, answer.object, ret);
    return true;
}

void refusal_look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    sl_gateway_outcome seen;
    if (!is(payment, "capture") && !is(payment, "void"))
        return;
    if (object_get(cx, payment, object_collection(payment), payment->original, &seen) &&
        seen.kind != SL_GATEWAY_UNKNOWN)
        *ret = seen;
}

/* ---- the same request again ---- */

/* Whether the outcome is decided. `ret_used`: the key leads to nothing, and what it did must be looked for. */
static bool ask_again(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret,
                      bool *ret_used)
{
    struct stripe_form form;
    struct stripe_question question;
    struct stripe_answer answer;
    if (request_of_payment(cx, payment, &form, &question) != SL_OK) {
        sl_error_clear(cx);
        unknown(ret, "The request to Stripe cannot be made again.");
        return true;
    }
    stripe_ask(cx, &question, &answer);
    *ret_used = answer.kind == ANSWER_USED || (answer.kind == ANSWER_UNKNOWN && answer.replayed);
    if (*ret_used)
        return false;
    if (answer.kind == ANSWER_REFUSED) {
        never(ret);
        ret->code = answer.code;
        ret->message = answer.message;
        return true;
    }
    if (answer.kind == ANSWER_UNSENT)
        unknown(ret, answer.message);
    else
        outcome_of_answer(cx, payment, &answer, ret);
    if (answer.kind == ANSWER_DONE)
        unfinished_close(cx, payment, answer.object, ret);
    return true;
}

/* ---- lists ---- */

static const char *id_in(const sl_value *page, const char *attempt, const char **ret_last)
{
    const sl_value *data = sl_value_member(page, "data");
    for (uint32_t i = 0; i < sl_value_count(data); i++) {
        const sl_value *object = sl_value_item(data, i, NULL);
        *ret_last = sl_value_string(sl_value_member(object, "id"), NULL);
        const char *named =
            sl_value_string(sl_value_at(object, "metadata." METADATA_ATTEMPT), NULL);
        if (same(named, attempt))
            return *ret_last;
    }
    return NULL;
}

static void list_form(sl_context *cx, const sl_gateway_payment *payment, const char *after,
                      struct stripe_form *form)
{
    form_init(cx, form);
    form_number(form, "limit", 100);
    if (is(payment, "refund")) {
        form_text(form, "payment_intent", payment->original);
    } else {
        form_number(form, "created[gte]", payment->started - SKEW);
        form_number(form, "created[lte]", payment->started + AUTHORIZE_AGAIN + 2 * SKEW);
        if (payment->setup)
            form_text(form, "payment_method", payment->token);
    }
    form_text(form, "starting_after", after);
}

/* A page is asked for again when it does not come: one in trouble must not cost all that were read before it. */
static bool page_get(sl_context *cx, const struct stripe_question *question,
                     struct stripe_answer *ret)
{
    for (int i = 0; i < PAGE_TRIES; i++) {
        stripe_ask(cx, question, ret);
        if (ret->kind == ANSWER_DONE &&
            sl_value_type(sl_value_member(ret->object, "data")) == SL_VALUE_ARRAY)
            return true;
    }
    return false;
}

/* The id of the attempt's object, NULL when there is none. False when it cannot be said. */
static bool list_find(sl_context *cx, const sl_gateway_payment *payment, const char **ret)
{
    const char *last = NULL;
    for (int page = 0; page < PAGES_MOST; page++) {
        struct stripe_form form;
        struct stripe_answer answer;
        list_form(cx, payment, last, &form);
        const struct stripe_question question = { .method = "GET",
                                                  .path = request_collection(payment),
                                                  .form = &form };
        if (!page_get(cx, &question, &answer))
            return false;
        *ret = id_in(answer.object, payment->attempt, &last);
        if (*ret || !last || !sl_value_bool(sl_value_member(answer.object, "has_more"), false))
            return true;
    }
    return false;
}

/* As list_find. Stripe's search knows a payment within a minute, an hour when Stripe is in trouble: what it finds is true, what it
 * does not find may be there until then. https://docs.stripe.com/search */
static bool search_find(sl_context *cx, const sl_gateway_payment *payment, const char **ret)
{
    struct stripe_form form;
    struct stripe_answer answer;
    const char *last = NULL;
    if (payment->setup || is(payment, "refund"))
        return false;
    form_init(cx, &form);
    form_text(&form, "query",
              sl_format(cx, "metadata['" METADATA_ATTEMPT "']:'%s'", payment->attempt));
    const struct stripe_question question = { .method = "GET",
                                              .path = "/v1/payment_intents/search",
                                              .form = &form };
    if (!page_get(cx, &question, &answer))
        return false;
    *ret = id_in(answer.object, payment->attempt, &last);
    return *ret || age_of(cx, payment) >= SEARCH_KNOWS;
}

/* ---- none was found ---- */

static void burn(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct stripe_form form;
    struct stripe_question question;
    struct stripe_answer answer;
    request_of_burn(cx, payment, &form, &question);
    stripe_ask(cx, &question, &answer);
    /* Used, and nobody asked under the key for a minute: what did ended, and left nothing that is to be seen. */
    bool over = age_of(cx, payment) >= AUTHORIZE_AGAIN + SKEW;
    if (answer.kind != ANSWER_DONE && !(answer.kind == ANSWER_USED && over)) {
        unknown(ret, answer.message);
        return;
    }
    never(ret);
    if (answer.kind == ANSWER_USED)
        return;
    const char *id = sl_value_string(sl_value_member(answer.object, "id"), "");
    request_of_close(cx, payment, id, &form, &question);
    stripe_ask(cx, &question, &answer);
}

static void missing(sl_context *cx, const sl_gateway_payment *payment, bool used,
                    sl_gateway_outcome *ret)
{
    int64_t age = age_of(cx, payment);
    bool money = is(payment, "authorize") && !payment->setup;
    bool setup_over = payment->setup && age >= AUTHORIZE_AGAIN + SKEW;
    if (age > KEY_FORGOTTEN || (used && age >= SETTLED) || setup_over)
        never(ret);
    else if (money && age >= AUTHORIZE_AGAIN && age < KEY_KEPT)
        burn(cx, payment, ret);
    else
        unknown(ret, "Stripe does not show this attempt yet.");
}

/* ---- by operation ---- */

static void attempt_find(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    int64_t longest = is(payment, "refund") ? KEY_KEPT : AUTHORIZE_AGAIN;
    bool used = false;
    if (payment->started > 0 && age_of(cx, payment) < longest && ask_again(cx, payment, ret, &used))
        return;
    const char *id = NULL;
    bool said = list_find(cx, payment, &id) || search_find(cx, payment, &id);
    if (id)
        object_get(cx, payment, request_collection(payment), id, ret);
    else if (said)
        missing(cx, payment, used, ret);
    else
        unknown(ret, "Stripe's list could not be read to its end.");
}

/* Captures and cancellations happen once by nature: the payment intent shows whether they did. */
static void later_find(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    const char *collection = object_collection(payment);
    bool used = false;
    if (!object_get(cx, payment, collection, payment->original, ret) ||
        ret->kind != SL_GATEWAY_UNKNOWN)
        return;
    if (ask_again(cx, payment, ret, &used) ||
        !object_get(cx, payment, collection, payment->original, ret))
        return;
    if (ret->kind == SL_GATEWAY_UNKNOWN && age_of(cx, payment) >= SETTLED)
        never(ret);
}

sl_status stripe_retrieve(sl_context *cx, const sl_gateway_payment *payment,
                          sl_gateway_outcome *ret)
{
    bool later = is(payment, "capture") || is(payment, "void");
    if (later && payment->original)
        later_find(cx, payment, ret);
    else if (payment->reference)
        object_get(cx, payment, request_collection(payment), payment->reference, ret);
    else
        attempt_find(cx, payment, ret);
    return SL_OK;
}
