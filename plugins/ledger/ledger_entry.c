/*
 * ledger_entry.c: whether an entry may stand in the books.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ledger_entry.h"

#include <string.h>

#include <stripe_lite/money.h>

/* Sums the postings of the currency that posting `from` names; false on overflow. */
static bool currency_sum(const sl_ledger_entry *entry, uint32_t from, int64_t *ret_sum)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < entry->count; i++) {
        const sl_posting *posting = &entry->postings[i];
        if (strcmp(posting->currency, entry->postings[from].currency) != 0)
            continue;
        if (!sl_money_add(sum, posting->amount, &sum))
            return false;
    }
    *ret_sum = sum;
    return true;
}

const char *ledger_entry_fault(const sl_ledger_entry *entry)
{
    if (!entry->kind || !entry->source)
        return "A ledger entry needs a kind and a source.";
    if (entry->count < 2 || entry->count > LEDGER_POSTINGS_MOST || !entry->postings)
        return "A ledger entry has 2 to 16 postings.";
    for (uint32_t i = 0; i < entry->count; i++) {
        const sl_posting *posting = &entry->postings[i];
        if (!posting->account || posting->account[0] == '\0')
            return "A posting needs an account.";
        if (!posting->currency || sl_currency_exponent(posting->currency) < 0)
            return "A posting needs an ISO 4217 currency.";
    }
    for (uint32_t i = 0; i < entry->count; i++) {
        int64_t sum;
        if (!currency_sum(entry, i, &sum))
            return "The postings of a ledger entry overflow.";
        if (sum != 0)
            return "The postings of a ledger entry do not sum to zero.";
    }
    return NULL;
}
