/*
 * balance_service.c: movements of the merchant's balance, and money becoming available.
 *
 * The ledger account `pending` is the net of the pending balance transactions, `available` that of the available ones; the
 * invariants of this plugin check both.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "balance_service.h"

#include "balance_model.h"
#include "balance_transaction_model.h"

#define SETTLE_BATCH 1000
#define SETTLE_CURRENCIES 32u

int64_t balance_charge_fee(const sl_context *cx, int64_t amount, const char *currency)
{
    const struct payments_options *options = payments_options();
    int64_t fixed = same(currency, sl_default_currency(cx)) ? options->fee_fixed : 0;
    return fee_of(amount, options->fee_percent, fixed);
}

int64_t balance_dispute_fee(const sl_context *cx, const char *currency)
{
    return same(currency, sl_default_currency(cx)) ? payments_options()->dispute_fee : 0;
}

static sl_status movement_post(sl_context *cx, const struct movement *movement, int64_t net)
{
    const sl_posting postings[] = {
        { movement->counter, movement->currency, -movement->amount },
        { movement->pending ? SL_LEDGER_PENDING : SL_LEDGER_AVAILABLE, movement->currency, net },
        { SL_LEDGER_FEES, movement->currency, movement->fee },
    };
    const sl_ledger_entry entry = {
        .struct_size = sizeof(sl_ledger_entry),
        .count = sizeof(postings) / sizeof(postings[0]),
        .kind = movement->category,
        .source = movement->source,
        .subject = movement->subject,
        .description = movement->description,
        .postings = postings,
    };
    return ledger()->record(cx, &entry);
}

sl_status balance_move(sl_context *cx, const struct movement *movement,
                       const char **ret_transaction)
{
    int64_t net;
    if (movement->amount == INT64_MIN || !sl_money_subtract(movement->amount, movement->fee, &net))
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The amount of %s overflows.", movement->source);
    int64_t now = sl_now(cx);
    struct balance_transaction row = {
        .id = sl_id(cx, "txn"),
        .created = now,
        .type = movement->type,
        .reporting_category = movement->category,
        .status = movement->pending ? "pending" : "available",
        .amount = movement->amount,
        .fee = movement->fee,
        .net = net,
        .currency = movement->currency,
        .available_on = movement->pending ? now + payments_options()->available_after : now,
        .source = movement->source,
        .source_type = movement->source_type,
        .description = movement->description,
    };
    sl_insert(cx, &balance_transactions, &row);
    *ret_transaction = row.id;
    return movement_post(cx, movement, net);
}

struct settle_sum {
    const char *currency;
    int64_t amount;
};

static bool settle_sum_add(struct settle_sum *sums, uint32_t *count, const char *currency,
                           int64_t net)
{
    uint32_t i = 0;
    while (i < *count && !same(sums[i].currency, currency))
        i++;
    if (i == SETTLE_CURRENCIES)
        return false;
    if (i == *count)
        sums[(*count)++] = (struct settle_sum){ currency, 0 };
    return sl_money_add(sums[i].amount, net, &sums[i].amount);
}

static sl_status settle_post(sl_context *cx, const struct settle_sum *sum)
{
    /* Fees may have eaten it all: then nothing moves. */
    if (sum->amount == 0)
        return SL_OK;
    const sl_posting postings[] = {
        { SL_LEDGER_PENDING, sum->currency, -sum->amount },
        { SL_LEDGER_AVAILABLE, sum->currency, sum->amount },
    };
    const sl_ledger_entry entry = {
        .struct_size = sizeof(sl_ledger_entry),
        .count = 2,
        .kind = "settlement",
        .source = sl_id(cx, "stl"),
        .description = "Pending money became available",
        .postings = postings,
    };
    return ledger()->record(cx, &entry);
}

/* Lays what is being settled over the balance that is stored. */
static void settle_overlay(sl_list balances, const struct settle_sum *sum)
{
    for (uint32_t i = 0; i < balances.count; i++) {
        sl_ledger_balance *balance = SL_ITEM(balances, sl_ledger_balance, i);
        if (!same(balance->currency, sum->currency))
            continue;
        if (same(balance->account, SL_LEDGER_PENDING))
            balance->amount -= sum->amount;
        else if (same(balance->account, SL_LEDGER_AVAILABLE))
            balance->amount += sum->amount;
    }
}

/* The event tells the balance as it will be; a currency whose first money this is has no available balance stored yet. */
static sl_status settle_tell(sl_context *cx, const struct settle_sum *sums, uint32_t count)
{
    sl_list stored;
    sl_status status = ledger()->balances(cx, NULL, &stored);
    if (status != SL_OK)
        return status;
    sl_ledger_balance *shown = sl_alloc(cx, (stored.count + count) * sizeof(*shown));
    for (uint32_t i = 0; i < stored.count; i++)
        shown[i] = *SL_ITEM(stored, sl_ledger_balance, i);
    sl_list balances = { stored.count, sizeof(*shown), shown };
    for (uint32_t i = 0; i < count; i++) {
        if (!balance_has(balances, SL_LEDGER_AVAILABLE, sums[i].currency))
            shown[balances.count++] =
                (sl_ledger_balance){ SL_LEDGER_AVAILABLE, sums[i].currency, 0 };
        settle_overlay(balances, &sums[i]);
    }
    struct balance balance = { .id = "balance", .created = sl_now(cx), .sums = balances };
    sl_event(cx, "balance.available", &balance_resource, &balance, NULL);
    return SL_OK;
}

sl_status balance_settle(sl_context *cx, const sl_job_view *job)
{
    sl_list due;
    sl_status status =
        sl_select(cx, &balance_transactions,
                  "status = 'pending' AND available_on <= $2 ORDER BY available_on LIMIT 1000",
                  SL_ARGS(sl_int(sl_now(cx))), &due);
    if (status != SL_OK)
        return status;
    struct settle_sum sums[SETTLE_CURRENCIES];
    uint32_t count = 0;
    for (uint32_t i = 0; i < due.count; i++) {
        struct balance_transaction *row = SL_ITEM(due, struct balance_transaction, i);
        if (!settle_sum_add(sums, &count, row->currency, row->net))
            break;
        row->status = "available";
        sl_update(cx, &balance_transactions, row, "status");
    }
    for (uint32_t i = 0; i < count; i++) {
        status = settle_post(cx, &sums[i]);
        if (status != SL_OK)
            return status;
    }
    /* The rest at once; after the last attempt the next period goes on. */
    if (due.count == SETTLE_BATCH && job->attempt < job->attempts)
        sl_job_again(cx, 0);
    return count > 0 ? settle_tell(cx, sums, count) : SL_OK;
}

sl_status balance_retrieve(sl_context *cx, const void *params)
{
    (void)params;
    struct balance balance = { .id = "balance" };
    sl_status status = ledger()->balances(cx, NULL, &balance.sums);
    if (status != SL_OK)
        return status;
    sl_json *out = sl_json_new(cx);
    balance_resource.render(out, &balance);
    return sl_reply_json(cx, 200, out);
}
