/*
 * ledger_service.c: recording transactions, reading balances and stories.
 *
 * A balance is spread over one row per worker slot, so that workers that post to one account at once do not wait for each
 * other's row; readers sum the rows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ledger_service.h"

#include "ledger_entry.h"
#include "ledger_model.h"

static void posting_add(sl_context *cx, const struct ledger_transaction *transaction,
                        const sl_posting *posting, uint32_t place)
{
    struct ledger_posting row = {
        .id = sl_format(cx, "%s:%02u", transaction->id, place),
        .created = transaction->created,
        .transaction_id = transaction->id,
        .subject = transaction->subject,
        .kind = transaction->kind,
        .source = transaction->source,
        .account = posting->account,
        .currency = posting->currency,
        .amount = posting->amount,
    };
    sl_insert(cx, &ledger_postings, &row);

    int32_t slot = sl_worker_slot(cx);
    const struct ledger_balance share = {
        .id = sl_format(cx, "%s:%s:%02d", posting->account, posting->currency, slot),
        .account = posting->account,
        .currency = posting->currency,
        .slot = slot,
        .amount = posting->amount,
        .version = 1,
    };
    sl_add(cx, &ledger_balances, &share, "amount");
}

static sl_status ledger_record(sl_context *cx, const sl_ledger_entry *entry)
{
    const char *fault = ledger_entry_fault(entry);
    if (fault)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "%s", fault);
    struct ledger_transaction transaction = {
        .id = sl_id(cx, "ltx"),
        .created = sl_now(cx),
        .kind = entry->kind,
        .source = entry->source,
        .subject = entry->subject ? entry->subject : entry->source,
        .description = entry->description,
    };
    sl_insert(cx, &ledger_transactions, &transaction);
    for (uint32_t i = 0; i < entry->count; i++) {
        if (entry->postings[i].amount != 0)
            posting_add(cx, &transaction, &entry->postings[i], i);
    }
    return SL_OK;
}

static sl_status ledger_sums(sl_context *cx, const char *account, sl_list *ret_balances)
{
    sl_rows *rows;
    sl_status status =
        account
            ? sl_query(cx,
                       "SELECT account, currency, CAST(SUM(amount) AS BIGINT) FROM ledger_balances"
                       " WHERE account_id = $1 AND account = $2"
                       " GROUP BY account, currency ORDER BY currency",
                       SL_ARGS(sl_text(account)), &rows)
            : sl_query(cx,
                       "SELECT account, currency, CAST(SUM(amount) AS BIGINT) FROM ledger_balances"
                       " WHERE account_id = $1"
                       " GROUP BY account, currency ORDER BY account, currency",
                       SL_NO_ARGS, &rows);
    if (status != SL_OK)
        return status;
    uint32_t count = sl_rows_count(rows);
    sl_ledger_balance *balances = sl_alloc(cx, (count + 1) * sizeof(*balances));
    for (uint32_t i = 0; i < count; i++) {
        balances[i].account = sl_rows_text(rows, i, 0);
        balances[i].currency = sl_rows_text(rows, i, 1);
        balances[i].amount = sl_rows_int(rows, i, 2);
    }
    *ret_balances = (sl_list){ count, sizeof(*balances), balances };
    return SL_OK;
}

/* A posting is named after its transaction and its place in it: the key finds all that there may be. */
static const char story_sql[] =
    "SELECT t.id, t.kind, t.source, p.account, p.currency, p.amount, t.created"
    " FROM ledger_transactions t JOIN ledger_postings p ON p.account_id = t.account_id AND p.id IN ("
    "t.id || ':00', t.id || ':01', t.id || ':02', t.id || ':03', "
    "t.id || ':04', t.id || ':05', t.id || ':06', t.id || ':07', "
    "t.id || ':08', t.id || ':09', t.id || ':10', t.id || ':11', "
    "t.id || ':12', t.id || ':13', t.id || ':14', t.id || ':15')"
    " WHERE t.account_id = $1 AND t.subject = $2 ORDER BY t.created, t.id, p.id";
_Static_assert(LEDGER_POSTINGS_MOST == 16, "story_sql names each place");

static sl_status ledger_story(sl_context *cx, const char *subject, sl_list *ret_lines)
{
    sl_rows *rows;
    sl_status status = sl_query(cx, story_sql, SL_ARGS(sl_text(subject)), &rows);
    if (status != SL_OK)
        return status;
    uint32_t count = sl_rows_count(rows);
    sl_ledger_line *lines = sl_alloc(cx, (count + 1) * sizeof(*lines));
    for (uint32_t i = 0; i < count; i++) {
        lines[i] = (sl_ledger_line){
            .transaction = sl_rows_text(rows, i, 0),
            .kind = sl_rows_text(rows, i, 1),
            .source = sl_rows_text(rows, i, 2),
            .account = sl_rows_text(rows, i, 3),
            .currency = sl_rows_text(rows, i, 4),
            .amount = sl_rows_int(rows, i, 5),
            .created = sl_rows_int(rows, i, 6),
        };
    }
    *ret_lines = (sl_list){ count, sizeof(*lines), lines };
    return SL_OK;
}

const sl_ledger_service ledger_service = {
    .struct_size = sizeof(sl_ledger_service),
    .record = ledger_record,
    .balances = ledger_sums,
    .story = ledger_story,
};
