/*
 * payment_intent_told.c: a payment intent as a gateway tells of it.
 *
 * An intent that is stored under the gateway's id becomes what the gateway says. One that stands here for an attempt of ours has an id
 * and a life of its own: only what was done with that attempt's money elsewhere, a capture or a cancellation, is taken over.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_intent_service.h"
#include "payment_intent_states.h"
#include "told.h"

#define DETAIL_COLUMNS                                                        \
    "created, amount, customer, payment_method, description, receipt_email, " \
    "statement_descriptor, statement_descriptor_suffix, setup_future_usage, " \
    "transfer_group, capture_method, metadata, shipping"
#define STATE_COLUMNS                                                                      \
    "status, payment_method, action_url, latest_charge, last_payment_error, canceled_at, " \
    "cancellation_reason, amount_capturable"

struct payment_intent *told_intent_add(sl_context *cx, const char *id, int64_t created,
                                       int64_t amount, const char *currency)
{
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    *intent = (struct payment_intent){
        .id = id,
        .created = created > 0 ? created : sl_now(cx),
        .status = STATE_REQUIRES_PAYMENT_METHOD,
        .amount = amount,
        .currency = currency,
        .capture_method = "automatic",
        .confirmation_method = "automatic",
        .client_secret = sl_format(cx, "%s_secret_%s", id, sl_random_text(cx, 25)),
    };
    sl_insert(cx, &payment_intents, intent);
    sl_event(cx, "payment_intent.created", &payment_intent_resource, intent, NULL);
    return intent;
}

static bool is_over(const struct payment_intent *intent)
{
    return same(intent->status, STATE_SUCCEEDED) || same(intent->status, STATE_CANCELED);
}

static sl_status details_take(sl_context *cx, const sl_value *object, struct payment_intent *intent)
{
    const struct {
        const char *name;
        const char **member;
    } texts[] = {
        { "description", &intent->description },
        { "receipt_email", &intent->receipt_email },
        { "statement_descriptor", &intent->statement_descriptor },
        { "statement_descriptor_suffix", &intent->statement_descriptor_suffix },
        { "setup_future_usage", &intent->setup_future_usage },
        { "transfer_group", &intent->transfer_group },
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        told_take(object, texts[i].name, texts[i].member);
    intent->created = sl_value_int(sl_value_member(object, "created"), intent->created);
    intent->capture_method =
        sl_value_string(sl_value_member(object, "capture_method"), intent->capture_method);
    const char *method = told_id(object, "payment_method");
    if (sl_value_member(object, "customer"))
        intent->customer = told_id(object, "customer");
    if (method)
        intent->payment_method = method;
    int64_t amount = told_amount(object, "amount", intent->currency);
    bool unpaid = !is_over(intent) && !same(intent->status, STATE_REQUIRES_CAPTURE);
    if (unpaid && amount != SL_NONE && amount > 0)
        intent->amount = amount;
    told_object(cx, object, "shipping", &intent->shipping);
    return told_metadata(cx, object, &intent->metadata);
}

/* ---- money ---- */

/* By the gateway's id; without one, by the intent's, so that it is the same however often it is told. */
static const char *charge_id_of(sl_context *cx, const sl_gateway_object *told)
{
    const char *id = told_id(told->object, "latest_charge");
    if (!id)
        id = told_text(told->object, "charges.data.0.id");
    return id ? id
              : sl_format(cx, "ch_%s",
                          strchr(told->id, '_') ? strchr(told->id, '_') + 1 : told->id);
}

static int64_t received_of(const sl_gateway_object *told, const struct payment_intent *intent)
{
    int64_t received = told_amount(told->object, "amount_received", intent->currency);
    return received == SL_NONE || received == 0 || received > intent->amount ? intent->amount
                                                                             : received;
}

static sl_status authorized_take(sl_context *cx, const sl_gateway_object *told,
                                 struct payment_intent *intent, bool capture)
{
    if (is_over(intent) || same(intent->status, STATE_REQUIRES_CAPTURE))
        return SL_OK;
    const struct told_authorization word = {
        .intent = intent,
        .charge = charge_id_of(cx, told),
        .amount = intent->amount,
        .capture = capture,
        .outcome = told_outcome(SL_GATEWAY_APPROVED, told->id),
    };
    struct charge *charge = NULL;
    return told_authorize(cx, told, &word, &charge);
}

static sl_status later_take(sl_context *cx, const struct payment_intent *intent,
                            const char *operation, int64_t amount, const char *reason)
{
    struct charge charge;
    sl_status status = sl_find(cx, &charges, intent->latest_charge, &charge);
    if (status != SL_OK || charge.captured || charge.voided)
        return status == SL_E_NOT_FOUND ? SL_OK : status;
    return told_later(cx, &charge, operation, amount, reason);
}

static sl_status succeeded_take(sl_context *cx, const sl_gateway_object *told,
                                struct payment_intent *intent)
{
    int64_t received = received_of(told, intent);
    if (!same(intent->status, STATE_REQUIRES_CAPTURE)) {
        sl_status status = authorized_take(cx, told, intent, received == intent->amount);
        if (status != SL_OK || !same(intent->status, STATE_REQUIRES_CAPTURE))
            return status;
    }
    if (received > intent->amount_capturable)
        received = intent->amount_capturable;
    return later_take(cx, intent, ATTEMPT_CAPTURE, received, NULL);
}

static sl_status requires_capture_take(sl_context *cx, const sl_gateway_object *told,
                                       struct payment_intent *intent)
{
    return authorized_take(cx, told, intent, false);
}

static sl_status canceled_take(sl_context *cx, const sl_gateway_object *told,
                               struct payment_intent *intent)
{
    const char *reason = told_text(told->object, "cancellation_reason");
    if (is_over(intent))
        return SL_OK;
    if (same(intent->status, STATE_REQUIRES_CAPTURE))
        return later_take(cx, intent, ATTEMPT_VOID, intent->amount_capturable, reason);
    sl_status status = intent_move(cx, intent, STATE_CANCELED);
    if (status != SL_OK)
        return status;
    intent->action_url = NULL;
    intent->cancellation_reason = reason;
    intent->canceled_at = sl_value_int(sl_value_member(told->object, "canceled_at"), told->created);
    sl_update(cx, &payment_intents, intent, STATE_COLUMNS);
    sl_event(cx, "payment_intent.canceled", &payment_intent_resource, intent, NULL);
    return SL_OK;
}

/* ---- what moves no money ---- */

static sl_status waiting_take(sl_context *cx, struct payment_intent *intent, const char *to,
                              const char *action_url, const char *event)
{
    if (is_over(intent) || same(intent->status, STATE_REQUIRES_CAPTURE))
        return SL_OK;
    bool moved = !same(intent->status, to);
    if (!moved && (!action_url || same(action_url, intent->action_url)))
        return SL_OK;
    if (intent_may_move(intent->status, STATE_PROCESSING))
        intent->status = STATE_PROCESSING;
    sl_status status = intent_move(cx, intent, to);
    if (status != SL_OK)
        return status;
    intent->action_url = action_url;
    sl_update(cx, &payment_intents, intent, STATE_COLUMNS);
    if (moved && event)
        sl_event(cx, event, &payment_intent_resource, intent, NULL);
    return SL_OK;
}

static sl_status processing_take(sl_context *cx, const sl_gateway_object *told,
                                 struct payment_intent *intent)
{
    (void)told;
    return waiting_take(cx, intent, STATE_PROCESSING, NULL, "payment_intent.processing");
}

static sl_status requires_action_take(sl_context *cx, const sl_gateway_object *told,
                                      struct payment_intent *intent)
{
    const char *url = told_text(told->object, "next_action.redirect_to_url.url");
    return waiting_take(cx, intent, STATE_REQUIRES_ACTION, url, "payment_intent.requires_action");
}

static sl_status requires_confirmation_take(sl_context *cx, const sl_gateway_object *told,
                                            struct payment_intent *intent)
{
    (void)told;
    return waiting_take(cx, intent, STATE_REQUIRES_CONFIRMATION, NULL, NULL);
}

/* A failure that is stored already, told once more. */
static bool failure_known(sl_context *cx, const struct payment_intent *intent,
                          const sl_value *error)
{
    const sl_value *stored = NULL;
    if (!intent->last_payment_error || !same(intent->status, STATE_REQUIRES_PAYMENT_METHOD))
        return false;
    if (sl_json_parse(cx, intent->last_payment_error, strlen(intent->last_payment_error),
                      &stored) != SL_OK) {
        sl_error_clear(cx);
        return false;
    }
    static const char *const names[] = { "charge", "code", "decline_code", "message" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *told = told_text(error, names[i]);
        if (told && !same(told, told_text(stored, names[i])))
            return false;
    }
    return true;
}

/* Without a charge of its own: the customer failed to authenticate, or its charge is known. */
static sl_status failure_write(sl_context *cx, struct payment_intent *intent, const sl_value *error,
                               const char *charge)
{
    const struct payment_error failure = {
        .type = told_text(error, "type"),
        .code = told_text(error, "code"),
        .decline_code = told_text(error, "decline_code"),
        .advice_code = told_text(error, "advice_code"),
        .network_code = told_text(error, "network_decline_code"),
        .message = told_text(error, "message"),
        .charge = charge,
        .payment_method = told_id(error, "payment_method"),
    };
    sl_status status = payment_error_text(cx, &failure, &intent->last_payment_error);
    if (status == SL_OK)
        status = intent_move(cx, intent, STATE_REQUIRES_PAYMENT_METHOD);
    if (status != SL_OK)
        return status;
    intent->action_url = NULL;
    intent->payment_method = NULL;
    if (charge)
        intent->latest_charge = charge;
    sl_update(cx, &payment_intents, intent, STATE_COLUMNS);
    sl_event(cx, "payment_intent.payment_failed", &payment_intent_resource, intent, NULL);
    return SL_OK;
}

static sl_status failure_take(sl_context *cx, const sl_gateway_object *told,
                              struct payment_intent *intent)
{
    const sl_value *error = sl_value_member(told->object, "last_payment_error");
    if (is_over(intent) || same(intent->status, STATE_REQUIRES_CAPTURE))
        return SL_OK;
    if (sl_value_type(error) != SL_VALUE_OBJECT) {
        if (!same(told->event_type, "payment_intent.payment_failed"))
            return waiting_take(cx, intent, STATE_REQUIRES_PAYMENT_METHOD, NULL, NULL);
        if (same(intent->status, STATE_REQUIRES_PAYMENT_METHOD) && intent->last_payment_error)
            return SL_OK;
    } else if (failure_known(cx, intent, error)) {
        return SL_OK;
    }
    const char *id = told_text(error, "charge");
    if (!id)
        id = told_id(told->object, "latest_charge");
    struct charge charge;
    sl_status status = id ? sl_find(cx, &charges, id, &charge) : SL_OK;
    if (status != SL_E_NOT_FOUND)
        return status == SL_OK ? failure_write(cx, intent, error, id) : status;
    struct told_authorization word = {
        .intent = intent,
        .charge = id,
        .amount = intent->amount,
        .capture = true,
        .outcome = told_decline(error, "Your card was declined."),
    };
    word.outcome.reference = told->id;
    struct charge *failed = NULL;
    return told_authorize(cx, told, &word, &failed);
}

/* ---- which of them ---- */

typedef sl_status (*taker)(sl_context *cx, const sl_gateway_object *told,
                           struct payment_intent *intent);

static const struct {
    const char *status;
    const char *event; /* what says so too, when the object does not name its status */
    taker take;
} takers[] = {
    { STATE_SUCCEEDED, "payment_intent.succeeded", succeeded_take },
    { STATE_REQUIRES_CAPTURE, "payment_intent.amount_capturable_updated", requires_capture_take },
    { STATE_CANCELED, "payment_intent.canceled", canceled_take },
    { STATE_PROCESSING, "payment_intent.processing", processing_take },
    { STATE_REQUIRES_ACTION, "payment_intent.requires_action", requires_action_take },
    { STATE_REQUIRES_CONFIRMATION, "", requires_confirmation_take },
    { STATE_REQUIRES_PAYMENT_METHOD, "payment_intent.payment_failed", failure_take },
};

static taker taker_of(const sl_gateway_object *told)
{
    const char *status = told_text(told->object, "status");
    for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++) {
        if (status ? same(takers[i].status, status) : same(takers[i].event, told->event_type))
            return takers[i].take;
    }
    return NULL;
}

/* An attempt that is open here ends as told, when it is an end. */
static sl_status open_take(sl_context *cx, const sl_gateway_object *told, struct attempt *attempt,
                           taker take)
{
    sl_gateway_outcome outcome;
    if (take == succeeded_take || (take == requires_capture_take && !attempt->capture))
        outcome = told_outcome(SL_GATEWAY_APPROVED, told->id);
    else if (take == failure_take)
        outcome = told_decline(sl_value_member(told->object, "last_payment_error"), NULL);
    else if (take == canceled_take)
        outcome = told_decline(NULL, "The payment was canceled before it came about.");
    else
        return SL_OK;
    if (!outcome.reference)
        outcome.reference = told->id;
    return told_open_end(cx, told, attempt, &outcome);
}

/* Of an attempt of ours that has come about: what was done with its money elsewhere. */
static sl_status elsewhere_take(sl_context *cx, const sl_gateway_object *told,
                                struct told_payment *payment, taker take)
{
    struct payment_intent *intent = payment->intent;
    bool ours = payment->charge && same(intent->latest_charge, payment->charge->id) &&
                same(payment->attempt->status, ATTEMPT_SUCCEEDED);
    if (!ours || !same(intent->status, STATE_REQUIRES_CAPTURE))
        return SL_OK;
    return take == succeeded_take || take == canceled_take ? take(cx, told, intent) : SL_OK;
}

static sl_status intent_new(sl_context *cx, const sl_gateway_object *told,
                            struct told_payment *payment)
{
    const char *currency = told_currency(cx, told->object);
    int64_t amount = currency ? told_amount(told->object, "amount", currency) : SL_NONE;
    if (amount == SL_NONE || amount <= 0)
        return SL_OK;
    payment->intent = told_intent_add(cx, told->id, told->created, amount, currency);
    return SL_OK;
}

static sl_status word_take(sl_context *cx, const sl_gateway_object *told,
                           struct payment_intent *intent, taker take)
{
    sl_status status = details_take(cx, told->object, intent);
    if (status != SL_OK)
        return status;
    sl_update(cx, &payment_intents, intent, DETAIL_COLUMNS);
    return take ? take(cx, told, intent) : SL_OK;
}

sl_status payment_intent_told(sl_context *cx, const sl_gateway_object *told)
{
    struct told_payment payment;
    sl_status status = told_payment_find(cx, told->attempt, NULL, told->id, &payment);
    if (status == SL_OK && !payment.intent && !payment.attempt)
        status = intent_new(cx, told, &payment);
    if (status != SL_OK || !payment.intent)
        return status;
    struct payment_intent *intent = payment.intent;
    taker take = taker_of(told);
    bool by_id = same(intent->id, told->id);
    if (intent->open_attempt) {
        bool open = payment.attempt && same(intent->open_attempt, payment.attempt->id);
        status = open ? open_take(cx, told, payment.attempt, take) : SL_OK;
        if (status == SL_OK)
            status = sl_find(cx, &payment_intents, intent->id, intent);
        if (status != SL_OK || intent->open_attempt)
            return status;
    }
    if (by_id)
        return word_take(cx, told, intent, take);
    return payment.attempt ? elsewhere_take(cx, told, &payment, take) : SL_OK;
}
