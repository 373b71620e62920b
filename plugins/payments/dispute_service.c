/*
 * dispute_service.c: disputes from the bank's word to their end.
 *
 * While a dispute is open its money stands in the ledger's account `disputes`: it comes back when the dispute is won, and goes
 * to the payer when it is lost.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dispute_service.h"

#include "attempt_model.h"
#include "balance_service.h"
#include "balance_transaction_model.h"
#include "charge_model.h"

#define ANSWER_WITHIN (7 * 24 * 60 * 60)

/* Stripe's "Testing": these texts decide a dispute in test mode. */
#define WINNING_EVIDENCE "winning_evidence"
#define LOSING_EVIDENCE "losing_evidence"

bool dispute_is_open(const struct dispute *dispute)
{
    return same(dispute->status, "needs_response") || same(dispute->status, "under_review") ||
           dispute_is_inquiry(dispute);
}

bool dispute_is_inquiry(const struct dispute *dispute)
{
    return same(dispute->status, "warning_needs_response") ||
           same(dispute->status, "warning_under_review");
}

/* Moves money for the dispute, and shows the movement in it before it is committed. */
static sl_status dispute_move(sl_context *cx, struct dispute *dispute, const char *category,
                              int64_t amount, int64_t fee)
{
    const struct movement movement = {
        .type = "adjustment",
        .category = category,
        .amount = amount,
        .fee = fee,
        .currency = dispute->currency,
        .source = dispute->id,
        .source_type = "dispute",
        .subject = dispute->charge,
        .description =
            sl_format(cx, "%s for %s", amount < 0 ? "Chargeback withdrawal" : "Chargeback reversal",
                      dispute->charge),
        .counter = SL_LEDGER_DISPUTES,
    };
    sl_list before = { 0, sizeof(struct balance_transaction), NULL };
    sl_status status = SL_OK;
    if (amount > 0)
        status = sl_select(cx, &balance_transactions, "source = $2 ORDER BY created, id",
                           SL_ARGS(sl_text(dispute->id)), &before);
    const char *id;
    if (status == SL_OK)
        status = balance_move(cx, &movement, &id);
    if (status != SL_OK)
        return status;
    struct balance_transaction *shown = sl_alloc(cx, (before.count + 1) * sizeof(*shown));
    for (uint32_t i = 0; i < before.count; i++)
        shown[i] = *SL_ITEM(before, struct balance_transaction, i);
    status = sl_find(cx, &balance_transactions, id, &shown[before.count]);
    dispute->movements = (sl_list){ before.count + 1, sizeof(*shown), shown };
    return status;
}

static const char *charge_brand(sl_context *cx, const struct charge *charge)
{
    const sl_value *card = NULL;
    if (!charge->card || sl_json_parse(cx, charge->card, strlen(charge->card), &card) != SL_OK)
        return NULL;
    return sl_value_string(sl_value_member(card, "brand"), NULL);
}

sl_status dispute_open(sl_context *cx, struct charge *charge, const struct dispute_word *word,
                       struct dispute *dispute)
{
    int64_t now = sl_now(cx);
    *dispute = (struct dispute){
        .id = word->id ? word->id : sl_id(cx, "dp"),
        .created = word->created > 0 ? word->created : now,
        .status = same(word->status, "warning_needs_response") ? "warning_needs_response"
                                                               : "needs_response",
        .reason = word->reason ? word->reason : "general",
        .amount = word->amount > 0 && word->amount <= charge->amount_captured
                      ? word->amount
                      : charge->amount_captured,
        .currency = charge->currency,
        .charge = charge->id,
        .payment_intent = charge->payment_intent,
        .customer = charge->customer,
        .brand = word->brand ? word->brand : charge_brand(cx, charge),
        .due_by = word->due_by > 0 ? word->due_by : now + ANSWER_WITHIN,
    };
    bool withdrawn = !dispute_is_inquiry(dispute);
    sl_status status = withdrawn ? dispute_move(cx, dispute, "dispute", -dispute->amount,
                                                balance_dispute_fee(cx, dispute->currency))
                                 : SL_OK;
    if (status != SL_OK)
        return status;
    sl_insert(cx, &disputes, dispute);
    charge->disputed = true;
    sl_update(cx, &charges, charge, "disputed");
    sl_event(cx, "charge.dispute.created", &dispute_resource, dispute, NULL);
    if (withdrawn)
        sl_event(cx, "charge.dispute.funds_withdrawn", &dispute_resource, dispute, NULL);
    return SL_OK;
}

/* What a gateway may call by one reference again, a capture or a refund, came after the payment. */
static sl_status notice_attempt(sl_context *cx, const sl_gateway_notice *notice,
                                struct attempt *ret)
{
    sl_status status = SL_E_NOT_FOUND;
    if (notice->attempt)
        status = sl_find(cx, &payment_attempts, notice->attempt, ret);
    if (status != SL_E_NOT_FOUND || !notice->reference)
        return status;
    return sl_select_one(cx, &payment_attempts, "reference = $2 ORDER BY created, id LIMIT 1",
                         SL_ARGS(sl_text(notice->reference)), ret);
}

/* The charge a notice is about. A bank may be faster than this server: while the attempt's outcome is not recorded the notice is
 * to be told again. */
static sl_status notice_charge(sl_context *cx, const sl_gateway_notice *notice, struct charge *ret)
{
    struct attempt attempt;
    sl_status status = notice_attempt(cx, notice, &attempt);
    if (status != SL_OK)
        return status;
    if (attempt_is_open(&attempt))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The outcome of attempt %s is not recorded yet.",
                       attempt.id);
    return attempt.charge ? sl_find(cx, &charges, attempt.charge, ret) : SL_E_NOT_FOUND;
}

static sl_status notice_open(sl_context *cx, struct charge *charge, const sl_gateway_notice *notice,
                             struct dispute *dispute)
{
    const struct dispute_word word = { .status = notice->status,
                                       .reason = notice->reason,
                                       .amount = notice->amount };
    return charge->captured ? dispute_open(cx, charge, &word, dispute) : SL_OK;
}

static sl_status dispute_notice_step(sl_context *cx, void *data)
{
    const sl_gateway_notice *notice = data;
    struct charge *charge = sl_alloc(cx, sizeof(*charge));
    sl_status status = notice_charge(cx, notice, charge);
    if (status == SL_E_NOT_FOUND) {
        sl_log(cx, SL_LOG_WARNING, "dispute of an unknown charge", "kind", notice->kind,
               "reference", notice->reference ? notice->reference : "");
        return SL_OK;
    }
    if (status != SL_OK)
        return status;
    struct dispute *dispute = sl_alloc(cx, sizeof(*dispute));
    status = sl_select_one(cx, &disputes, "charge = $2", SL_ARGS(sl_text(charge->id)), dispute);
    if (same(notice->kind, "dispute.created")) {
        if (status == SL_E_NOT_FOUND)
            return notice_open(cx, charge, notice, dispute);
        return status;
    }
    if (status == SL_E_NOT_FOUND)
        return SL_OK;
    if (status != SL_OK || !dispute_is_open(dispute))
        return status;
    return dispute_end(cx, dispute, same(notice->status, "won") ? "won" : "lost");
}

sl_status dispute_notice(sl_context *cx, const sl_gateway_notice *notice)
{
    sl_gateway_notice copy = *notice;
    return sl_retry(cx, dispute_notice_step, &copy);
}

static sl_status dispute_lost_post(sl_context *cx, const struct dispute *dispute)
{
    const sl_posting postings[] = {
        { SL_LEDGER_DISPUTES, dispute->currency, -dispute->amount },
        { SL_LEDGER_GATEWAY, dispute->currency, dispute->amount },
    };
    const sl_ledger_entry entry = {
        .struct_size = sizeof(sl_ledger_entry),
        .count = 2,
        .kind = "dispute_lost",
        .source = dispute->id,
        .subject = dispute->charge,
        .description = "The payer keeps the money",
        .postings = postings,
    };
    return ledger()->record(cx, &entry);
}

sl_status dispute_end(sl_context *cx, struct dispute *dispute, const char *status_text)
{
    bool won = same(status_text, "won");
    bool inquiry = dispute_is_inquiry(dispute);
    sl_status status = inquiry ? SL_OK
                       : won   ? dispute_move(cx, dispute, "dispute_reversal", dispute->amount, 0)
                               : dispute_lost_post(cx, dispute);
    if (status != SL_OK)
        return status;
    dispute->status = inquiry ? "warning_closed" : status_text;
    dispute->due_by = 0;
    sl_update(cx, &disputes, dispute, "status, due_by");
    sl_event(cx, "charge.dispute.closed", &dispute_resource, dispute, NULL);
    if (won && !inquiry)
        sl_event(cx, "charge.dispute.funds_reinstated", &dispute_resource, dispute, NULL);
    return SL_OK;
}

static const char *evidence_merged(sl_context *cx, const struct dispute *dispute,
                                   const sl_map *evidence)
{
    const sl_value *kept = NULL;
    if (dispute->evidence &&
        sl_json_parse(cx, dispute->evidence, strlen(dispute->evidence), &kept) != SL_OK)
        sl_error_clear(cx);
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    for (const char *const *name = dispute_evidence_names; *name; name++) {
        const char *given = sl_map_get(evidence, *name);
        const char *text = given ? given : sl_value_string(sl_value_member(kept, *name), NULL);
        if (text && text[0] != '\0')
            sl_json_string(out, *name, text);
    }
    sl_json_close(out);
    return sl_json_text(out, NULL);
}

/* Only a gateway that moves no real money has a bank that can be told the verdict. */
static sl_status verdict_enqueue(sl_context *cx, const struct dispute *dispute)
{
    struct charge charge;
    sl_status status = sl_find(cx, &charges, dispute->charge, &charge);
    if (status != SL_OK)
        return status;
    const sl_gateway *gateway = NULL;
    if (sl_gateway_choose(cx, charge.gateway, charge.currency, "card", &gateway) != SL_OK) {
        sl_error_clear(cx);
        return SL_OK;
    }
    if (!sl_gateway_can(gateway, SL_GATEWAY_TEST_ONLY))
        return SL_OK;
    const sl_job_request request = {
        .struct_size = sizeof(sl_job_request),
        .name = "payments.decide_dispute",
        .key = dispute->id,
        .payload = sl_format(cx, "{\"dispute\":\"%s\"}", dispute->id),
    };
    sl_job_enqueue(cx, &request);
    return SL_OK;
}

sl_status dispute_evidence_add(sl_context *cx, struct dispute *dispute, const sl_map *evidence,
                               bool submit)
{
    if (evidence && evidence->count > 0) {
        dispute->evidence = evidence_merged(cx, dispute, evidence);
        dispute->has_evidence = strcmp(dispute->evidence, "{}") != 0;
    }
    if (!submit || !dispute->has_evidence)
        return SL_OK;
    dispute->status = dispute_is_inquiry(dispute) ? "warning_under_review" : "under_review";
    dispute->submission_count++;
    return verdict_enqueue(cx, dispute);
}

sl_status dispute_decide(sl_context *cx, const sl_job_view *job)
{
    const char *id = sl_value_string(sl_value_member(job->payload, "dispute"), "");
    struct dispute *dispute = sl_alloc(cx, sizeof(*dispute));
    sl_status status = sl_find(cx, &disputes, id, dispute);
    if (status == SL_E_NOT_FOUND)
        return SL_OK;
    bool reviewed =
        same(dispute->status, "under_review") || same(dispute->status, "warning_under_review");
    if (status != SL_OK || !reviewed || !dispute->evidence)
        return status;
    if (strstr(dispute->evidence, WINNING_EVIDENCE))
        return dispute_end(cx, dispute, "won");
    if (strstr(dispute->evidence, LOSING_EVIDENCE))
        return dispute_end(cx, dispute, "lost");
    return SL_OK;
}
