/*
 * charge_told.c: a charge as a gateway tells of it.
 *
 * A charge that is not known yet is made, with an intent when there is none. What an intent is like is told by its own events: those
 * of its charges only move it on, never back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "charge_service.h"
#include "payment_intent_states.h"
#include "told.h"

#define DETAIL_COLUMNS                                                                         \
    "created, customer, payment_method, description, receipt_email, statement_descriptor, "    \
    "statement_descriptor_suffix, transfer_group, card, billing_details, shipping, metadata, " \
    "failure_code, failure_message, decline_code, network_code"

/* Only a whole object says what a charge is like; what names no amount says only what became of it. */
static bool is_whole(const sl_gateway_object *told)
{
    return sl_value_member(told->object, "amount") && told_text(told->object, "currency");
}

static bool says_succeeded(const sl_gateway_object *told)
{
    const char *status = told_text(told->object, "status");
    return status ? same(status, "succeeded")
                  : same(told->event_type, "charge.succeeded") ||
                        same(told->event_type, "charge.captured") ||
                        same(told->event_type, "charge.refunded");
}

static bool says_failed(const sl_gateway_object *told)
{
    const char *status = told_text(told->object, "status");
    return same(status ? status : told->event_type, status ? "failed" : "charge.failed");
}

static sl_gateway_outcome failure_of_charge(const sl_gateway_object *told, const char *reference)
{
    const sl_value *object = told->object;
    sl_gateway_outcome outcome = told_outcome(SL_GATEWAY_DECLINED, reference);
    outcome.code = told_text(object, "failure_code");
    outcome.message = told_text(object, "failure_message");
    outcome.network_code = told_text(object, "outcome.network_decline_code");
    outcome.advice_code = told_text(object, "outcome.advice_code");
    if (same(outcome.code, "card_declined"))
        outcome.decline_code = told_text(object, "outcome.reason");
    return outcome;
}

/* Every one is shown, as Stripe's documents require it. */
static const char *const card_members[] = {
    "amount_authorized",
    "authorization_code",
    "brand",
    "checks",
    "country",
    "electronic_commerce_indicator",
    "exp_month",
    "exp_year",
    "fingerprint",
    "funding",
    "installments",
    "last4",
    "mandate",
    "network",
    "network_transaction_id",
    "regulated_status",
    "three_d_secure",
    "transaction_link_id",
    "wallet",
    NULL,
};
static const char *const billing_members[] = {
    "address", "email", "name", "phone", "tax_id", NULL
};

static sl_status details_take(sl_context *cx, const sl_value *object, struct charge *charge)
{
    const struct {
        const char *name;
        const char **member;
    } texts[] = {
        { "description", &charge->description },
        { "receipt_email", &charge->receipt_email },
        { "statement_descriptor", &charge->statement_descriptor },
        { "statement_descriptor_suffix", &charge->statement_descriptor_suffix },
        { "transfer_group", &charge->transfer_group },
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        told_take(object, texts[i].name, texts[i].member);
    charge->created = sl_value_int(sl_value_member(object, "created"), charge->created);
    const char *customer = told_id(object, "customer");
    const char *method = told_id(object, "payment_method");
    if (customer)
        charge->customer = customer;
    if (method)
        charge->payment_method = method;
    if (same(charge->status, "failed")) {
        const sl_gateway_outcome why = failure_of_charge(
            &(sl_gateway_object){ .struct_size = sizeof(sl_gateway_object), .object = object },
            NULL);
        charge->failure_code = why.code ? why.code : charge->failure_code;
        charge->failure_message = why.message ? why.message : charge->failure_message;
        charge->decline_code = why.decline_code ? why.decline_code : charge->decline_code;
        charge->network_code = why.network_code ? why.network_code : charge->network_code;
    }
    told_members(cx, object, "payment_method_details.card", card_members, &charge->card);
    told_members(cx, object, "billing_details", billing_members, &charge->billing_details);
    told_object(cx, object, "shipping", &charge->shipping);
    return told_metadata(cx, object, &charge->metadata);
}

static bool maps_differ(const sl_map *a, const sl_map *b)
{
    uint32_t count = a ? a->count : 0;
    if (count != (b ? b->count : 0))
        return true;
    for (uint32_t i = 0; i < count; i++) {
        if (!same(a->pairs[i].value, sl_map_get(b, a->pairs[i].name)))
            return true;
    }
    return false;
}

static bool texts_differ(const char *a, const char *b)
{
    return (a || b) && !same(a, b);
}

/* Finished JSON is laid out anew by a database: what is there counts as the same. */
static bool details_differ(const struct charge *a, const struct charge *b)
{
    return a->created != b->created || texts_differ(a->customer, b->customer) ||
           texts_differ(a->payment_method, b->payment_method) ||
           texts_differ(a->description, b->description) ||
           texts_differ(a->receipt_email, b->receipt_email) ||
           texts_differ(a->statement_descriptor, b->statement_descriptor) ||
           texts_differ(a->statement_descriptor_suffix, b->statement_descriptor_suffix) ||
           texts_differ(a->transfer_group, b->transfer_group) ||
           texts_differ(a->failure_code, b->failure_code) ||
           texts_differ(a->failure_message, b->failure_message) ||
           texts_differ(a->decline_code, b->decline_code) || !a->card != !b->card ||
           !a->billing_details != !b->billing_details || !a->shipping != !b->shipping ||
           maps_differ(a->metadata, b->metadata);
}

static sl_status details_lay(sl_context *cx, const sl_gateway_object *told, struct charge *charge)
{
    const struct charge before = *charge;
    if (!same(charge->id, told->id) || !is_whole(told))
        return SL_OK;
    sl_status status = details_take(cx, told->object, charge);
    if (status != SL_OK || !details_differ(&before, charge))
        return status;
    sl_update(cx, &charges, charge, DETAIL_COLUMNS);
    sl_event(cx, "charge.updated", &charge_resource, charge, NULL);
    return SL_OK;
}

/* ---- what became of a charge that succeeded ---- */

static sl_status captured_take(sl_context *cx, const sl_gateway_object *told,
                               const struct charge *charge)
{
    const sl_value *object = told->object;
    struct payment_intent intent;
    if (charge->captured || charge->voided)
        return SL_OK;
    sl_status status = sl_find(cx, &payment_intents, charge->payment_intent, &intent);
    if (status != SL_OK || intent.open_attempt || !same(intent.status, STATE_REQUIRES_CAPTURE))
        return status == SL_E_NOT_FOUND ? SL_OK : status;
    if (sl_value_bool(sl_value_member(object, "captured"), false)) {
        int64_t amount = told_amount(object, "amount_captured", charge->currency);
        bool fits = amount != SL_NONE && amount > 0 && amount <= charge->amount;
        return told_later(cx, charge, ATTEMPT_CAPTURE, fits ? amount : charge->amount, NULL);
    }
    bool released = sl_value_bool(sl_value_member(object, "refunded"), false) ||
                    same(told->event_type, "charge.expired");
    return released ? told_later(cx, charge, ATTEMPT_VOID, charge->amount, NULL) : SL_OK;
}

/* Captured, given back, refunded: in this order, whatever of it is new. */
static sl_status succeeded_follow(sl_context *cx, const sl_gateway_object *told, const char *id,
                                  bool *ret_more)
{
    struct charge *charge = sl_alloc(cx, sizeof(*charge));
    sl_status status = sl_find(cx, &charges, id, charge);
    if (status == SL_OK)
        status = captured_take(cx, told, charge);
    if (status == SL_OK)
        status = sl_find(cx, &charges, id, charge);
    return status == SL_OK ? told_refunds(cx, told, charge, ret_more) : status;
}

static sl_status known_take(sl_context *cx, const sl_gateway_object *told,
                            const struct told_payment *payment, bool *ret_more)
{
    struct charge *charge = payment->charge;
    struct attempt *attempt = payment->attempt;
    sl_status status = SL_OK;
    if (attempt && attempt_is_open(attempt)) {
        const char *reference = told_id(told->object, "payment_intent");
        sl_gateway_outcome outcome = says_succeeded(told)
                                         ? told_outcome(SL_GATEWAY_APPROVED, reference)
                                         : failure_of_charge(told, reference);
        if (says_succeeded(told) || says_failed(told))
            status = told_open_end(cx, told, attempt, &outcome);
        if (status == SL_OK && charge)
            status = sl_find(cx, &charges, charge->id, charge);
    }
    if (status != SL_OK || !charge)
        return status;
    status = details_lay(cx, told, charge);
    if (status != SL_OK)
        return status;
    return same(charge->status, "succeeded") && is_whole(told)
               ? succeeded_follow(cx, told, charge->id, ret_more)
               : SL_OK;
}

/* ---- a charge that is new here ---- */

static sl_status intent_of_new(sl_context *cx, const sl_gateway_object *told, const char *currency,
                               int64_t amount, struct told_payment *payment)
{
    const char *id = told_id(told->object, "payment_intent");
    const char *end = strchr(told->id, '_');
    if (payment->intent)
        return SL_OK;
    if (!id)
        id = sl_format(cx, "pi_%s", end ? end + 1 : told->id);
    payment->intent = told_intent_add(
        cx, id, sl_value_int(sl_value_member(told->object, "created"), told->created), amount,
        currency);
    payment->intent->customer = told_id(told->object, "customer");
    payment->intent->payment_method = told_id(told->object, "payment_method");
    sl_update(cx, &payment_intents, payment->intent, "customer, payment_method");
    return SL_OK;
}

/* A charge beside its intent, which stands where it is. */
static sl_status beside_add(sl_context *cx, const sl_gateway_object *told,
                            const struct payment_intent *intent, int64_t amount,
                            struct charge *charge)
{
    bool failed = says_failed(told);
    sl_gateway_outcome outcome = failed ? failure_of_charge(told, intent->id)
                                        : told_outcome(SL_GATEWAY_APPROVED, intent->id);
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    *attempt = (struct attempt){
        .operation = failed ? ATTEMPT_AUTHORIZE : ATTEMPT_VOID,
        .intent = intent->id,
        .charge = told->id,
        .customer = intent->customer,
        .gateway = told->gateway,
        .amount = amount,
        .currency = intent->currency,
        .capture = failed,
    };
    attempt_begin(cx, attempt);
    attempt_close(cx, attempt, &outcome);
    const struct settlement settlement = { .attempt = attempt };
    sl_status status = charge_draft(cx, &settlement, attempt, intent, charge);
    if (status != SL_OK)
        return status;
    charge->status = failed ? "failed" : "succeeded";
    charge->voided = !failed;
    charge->gateway_reference = attempt->reference;
    charge->failure_code = attempt->code;
    charge->failure_message = attempt->message;
    charge->decline_code = attempt->decline_code;
    charge->network_code = attempt->network_code;
    charge_state_refresh(charge);
    status = details_take(cx, told->object, charge);
    if (status != SL_OK)
        return status;
    sl_insert(cx, &charges, charge);
    sl_event(cx, failed ? "charge.failed" : "charge.succeeded", &charge_resource, charge, NULL);
    if (!failed)
        sl_event(cx, "charge.refunded", &charge_resource, charge, NULL);
    return SL_OK;
}

static sl_status through_intent(sl_context *cx, const sl_gateway_object *told,
                                struct payment_intent *intent, int64_t amount, bool *ret_more)
{
    bool failed = says_failed(told);
    struct told_authorization word = {
        .intent = intent,
        .charge = told->id,
        .amount = amount,
        .capture = failed || sl_value_bool(sl_value_member(told->object, "captured"), true),
        .outcome = failed ? failure_of_charge(told, intent->id)
                          : told_outcome(SL_GATEWAY_APPROVED, intent->id),
    };
    int64_t captured = told_amount(told->object, "amount_captured", intent->currency);
    if (word.capture && !failed && captured != SL_NONE && captured > 0 && captured < amount)
        word.capture = false; /* a part: authorized first */
    struct charge *charge = NULL;
    sl_status status = told_authorize(cx, told, &word, &charge);
    if (status != SL_OK || !charge)
        return status;
    status = details_take(cx, told->object, charge);
    if (status != SL_OK)
        return status;
    sl_update(cx, &charges, charge, DETAIL_COLUMNS);
    return failed ? SL_OK : succeeded_follow(cx, told, told->id, ret_more);
}

static sl_status new_take(sl_context *cx, const sl_gateway_object *told,
                          struct told_payment *payment, bool *ret_more)
{
    const char *currency = told_currency(cx, told->object);
    int64_t amount = currency ? told_amount(told->object, "amount", currency) : SL_NONE;
    if (amount == SL_NONE || amount <= 0 || (!says_succeeded(told) && !says_failed(told)))
        return SL_OK;
    bool known = payment->intent != NULL;
    sl_status status = intent_of_new(cx, told, currency, amount, payment);
    if (status != SL_OK)
        return status;
    struct payment_intent *intent = payment->intent;
    if (known && !same(intent->currency, currency))
        return SL_OK;
    bool paid =
        same(intent->status, STATE_SUCCEEDED) || same(intent->status, STATE_REQUIRES_CAPTURE);
    bool released = same(intent->status, STATE_CANCELED) &&
                    !sl_value_bool(sl_value_member(told->object, "captured"), true);
    struct charge *charge = sl_alloc(cx, sizeof(*charge));
    if (known && (says_failed(told) || (released && !intent->latest_charge)))
        return beside_add(cx, told, intent, amount, charge);
    if (paid && intent->latest_charge)
        return succeeded_follow(cx, told, intent->latest_charge, ret_more);
    if (same(intent->status, STATE_CANCELED)) {
        sl_log(cx, SL_LOG_WARNING, "charge of a payment that was canceled", "charge", told->id,
               "payment_intent", intent->id);
        return SL_OK;
    }
    return through_intent(cx, told, intent, amount, ret_more);
}

struct told_step {
    const sl_gateway_object *told;
    bool more; /* a refund is left for another write set */
};

static sl_status charge_step(sl_context *cx, void *data)
{
    struct told_step *step = data;
    const sl_gateway_object *told = step->told;
    const char *intent = told_id(told->object, "payment_intent");
    struct told_payment payment;
    step->more = false;
    sl_status status = told_payment_find(cx, told->attempt, told->id, intent, &payment);
    if (status != SL_OK)
        return status;
    bool open = payment.attempt && attempt_is_open(payment.attempt);
    bool by_id = payment.intent && same(payment.intent->id, intent);
    if (payment.charge || open || (payment.attempt && !by_id))
        return known_take(cx, told, &payment, &step->more);
    return new_take(cx, told, &payment, &step->more);
}

/* All but the last refund beside the caller's write set. */
sl_status charge_told(sl_context *cx, const sl_gateway_object *told)
{
    struct told_step step = { .told = told };
    sl_status status = charge_step(cx, &step);
    while (status == SL_OK && step.more) {
        sl_discard(cx);
        sl_context *aside = sl_context_aside(cx);
        status = failure_of(cx, aside, sl_retry(aside, charge_step, &step));
        if (status == SL_OK)
            status = charge_step(cx, &step);
    }
    return status;
}
