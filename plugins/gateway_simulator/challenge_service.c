/*
 * challenge_service.c: challenges and what becomes of them.
 *
 * A challenge's id stands in the address of its page: the account and mode, by which an open page finds its rows, and 32 random
 * letters and digits, by which nobody else does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "challenge_service.h"

#include <string.h>

#include "notice_service.h"
#include "outcome.h"

#define SECRET_LENGTH 32
#define MODE_LIVE "live"
#define MODE_TEST "test"
/* The notice goes out at once; this one stays behind for the case that the process ends in between. */
#define BACKUP_SECONDS 5
#define ROUNDS 4

static void challenge_insert(sl_context *cx, const sl_gateway_payment *payment,
                             const char *reference, struct simulator_challenge *ret)
{
    *ret = (struct simulator_challenge){
        .id = sl_format(cx, "%s.%s.%s", sl_account(cx), sl_livemode(cx) ? MODE_LIVE : MODE_TEST,
                        sl_random_text(cx, SECRET_LENGTH)),
        .created = sl_now(cx),
        .attempt = payment->attempt,
        .outcome = CHALLENGE_OPEN,
        .reference = reference,
        .currency = payment->currency,
        .return_url = payment->return_url,
        .amount = payment->setup ? 0 : payment->amount,
        .setup = payment->setup,
        .capture = payment->capture,
    };
    sl_insert(cx, &simulator_challenges_table, ret);
}

sl_status challenge_ensure(sl_context *cx, const sl_gateway_payment *payment, const char *reference,
                           const char **ret_outcome, const char **ret_address)
{
    sl_context *aside = sl_context_aside(cx);
    struct simulator_challenge challenge;
    sl_status status = SL_E_CONFLICT;
    for (int round = 0; round < ROUNDS && status == SL_E_CONFLICT; round++) {
        status = challenge_of_attempt(aside, payment->attempt, &challenge);
        if (status == SL_E_NOT_FOUND) {
            challenge_insert(aside, payment, reference, &challenge);
            status = sl_commit(aside);
        }
    }
    if (status != SL_OK)
        return status;
    const char *base = payment->base_url ? payment->base_url : sl_request_base_url(cx);
    *ret_outcome = challenge.outcome;
    *ret_address = sl_format(cx, "%s%s%s", base ? base : "", CHALLENGE_PATH, challenge.id);
    return SL_OK;
}

sl_status challenge_cancel(sl_context *cx, const char *attempt, const char **ret_outcome,
                           bool *ret_capture)
{
    sl_context *aside = sl_context_aside(cx);
    struct simulator_challenge challenge;
    sl_status status = SL_E_CONFLICT;
    for (int round = 0; round < ROUNDS && status == SL_E_CONFLICT; round++) {
        status = challenge_of_attempt(aside, attempt, &challenge);
        if (status == SL_E_NOT_FOUND)
            return SL_OK;
        if (status == SL_OK && strcmp(challenge.outcome, CHALLENGE_OPEN) == 0) {
            challenge.outcome = CHALLENGE_CANCELED;
            sl_update(aside, &simulator_challenges_table, &challenge, "outcome");
            status = sl_commit(aside);
        }
    }
    if (status != SL_OK)
        return status;
    *ret_outcome = challenge.outcome;
    *ret_capture = challenge.capture;
    return SL_OK;
}

sl_status challenge_open(sl_context *cx, const char *secret, struct simulator_challenge *ret)
{
    const char *mode = secret ? strchr(secret, '.') : NULL;
    const char *random = mode ? strchr(mode + 1, '.') : NULL;
    if (!random)
        return SL_E_NOT_FOUND;
    const char *account = sl_copy(cx, secret, (size_t)(mode - secret));
    bool live = strncmp(mode + 1, MODE_LIVE ".", strlen(MODE_LIVE ".")) == 0;
    if (sl_account_bind(cx, account, live) != SL_OK) {
        sl_error_clear(cx);
        return SL_E_NOT_FOUND;
    }
    return sl_find(cx, &simulator_challenges_table, secret, ret);
}

static sl_gateway_notice notice_of(const struct simulator_challenge *challenge)
{
    return (sl_gateway_notice){
        .struct_size = sizeof(sl_gateway_notice),
        .kind = "attempt",
        .attempt = challenge->attempt,
        .reference = challenge->reference,
        .amount = challenge->amount,
    };
}

sl_status challenge_settle(sl_context *cx, struct simulator_challenge *challenge,
                           const char *outcome, bool *ret_settled)
{
    *ret_settled = false;
    if (strcmp(challenge->outcome, CHALLENGE_OPEN) != 0)
        return SL_OK;
    sl_context *aside = sl_context_aside(cx);
    struct simulator_settings faults;
    sl_status status = settings_load(aside, &faults);
    if (status != SL_OK)
        return status;
    sl_gateway_notice notice = notice_of(challenge);
    bool at_once = faults.webhook_delay_ms == 0 && faults.webhook_reorder_rate == 0;
    challenge->outcome = outcome;
    sl_update(aside, &simulator_challenges_table, challenge, "outcome");
    notice_enqueue(aside, &notice, &faults, at_once ? BACKUP_SECONDS : 0);
    status = sl_commit(aside);
    if (status == SL_E_CONFLICT)
        return sl_find(cx, &simulator_challenges_table, challenge->id, challenge);
    if (status != SL_OK)
        return status;
    *ret_settled = true;
    /* The outcome stands and its notice is queued: whatever the listener says now, the page goes on. */
    if (at_once && sl_gateway_notify(cx, &notice) != SL_OK) {
        sl_discard(cx);
        sl_error_clear(cx);
    }
    return SL_OK;
}

const char *url_with(sl_context *cx, const char *url, const char *name, const char *value)
{
    size_t length = strcspn(url, "#");
    const char *joint = memchr(url, '?', length) ? "&" : "?";
    return sl_format(cx, "%s%s%s=%s%s", sl_copy(cx, url, length), joint, name, value, url + length);
}

const char *challenge_return(sl_context *cx, const struct simulator_challenge *challenge)
{
    if (!challenge->return_url)
        return NULL;
    const char *point = challenge->reference ? strchr(challenge->reference, '.') : NULL;
    const struct test_card *card = NULL;
    if (point)
        card = card_by_token(
            sl_copy(cx, challenge->reference, (size_t)(point - challenge->reference)));
    const sl_gateway_payment payment = { .setup = challenge->setup, .capture = challenge->capture };
    sl_gateway_outcome outcome;
    outcome_authorize(card, &payment, challenge->outcome, &outcome);
    return url_with(cx, challenge->return_url, "redirect_status",
                    outcome.kind == SL_GATEWAY_APPROVED ? "succeeded" : "failed");
}
