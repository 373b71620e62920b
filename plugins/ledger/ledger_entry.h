/*
 * ledger_entry.h: whether an entry may stand in the books; pure arithmetic, no database.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LEDGER_ENTRY_H
#define LEDGER_ENTRY_H

#include <stripe_lite/services/ledger.h>

#define LEDGER_POSTINGS_MOST 16u

/* NULL when the entry is sound; else a sentence saying what is wrong: too few or too many postings, a name that is missing, a
 * currency whose postings do not sum to zero, a sum that overflows. [no-suspend] */
const char *ledger_entry_fault(const sl_ledger_entry *entry);

#endif
