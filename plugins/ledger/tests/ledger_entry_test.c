/*
 * ledger_entry_test.c: an entry that does not balance never reaches the books.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ledger_entry.h"

static sl_ledger_entry entry_of(const sl_posting *postings, uint32_t count)
{
    return (sl_ledger_entry){ .struct_size = sizeof(sl_ledger_entry),
                              .kind = "charge",
                              .source = "ch_1",
                              .postings = postings,
                              .count = count };
}

static void balanced_entries_are_taken(void **state)
{
    (void)state;
    const sl_posting charge[] = { { SL_LEDGER_GATEWAY, "usd", -1000 },
                                  { SL_LEDGER_PENDING, "usd", 941 },
                                  { SL_LEDGER_FEES, "usd", 59 } };
    sl_ledger_entry entry = entry_of(charge, 3);
    assert_null(ledger_entry_fault(&entry));
    const sl_posting mixed[] = {
        { "a", "usd", 5 }, { "b", "jpy", -7 }, { "b", "usd", -5 }, { "a", "jpy", 7 }
    };
    entry = entry_of(mixed, 4);
    assert_null(ledger_entry_fault(&entry));
}

static void a_missing_cent_is_refused(void **state)
{
    (void)state;
    const sl_posting postings[] = { { "a", "usd", -1000 }, { "b", "usd", 999 } };
    sl_ledger_entry entry = entry_of(postings, 2);
    assert_non_null(ledger_entry_fault(&entry));
}

static void currencies_do_not_balance_each_other(void **state)
{
    (void)state;
    const sl_posting postings[] = { { "a", "usd", -1000 }, { "b", "eur", 1000 } };
    sl_ledger_entry entry = entry_of(postings, 2);
    assert_non_null(ledger_entry_fault(&entry));
}

static void a_sum_that_overflows_is_refused(void **state)
{
    (void)state;
    const sl_posting postings[] = { { "a", "usd", INT64_MAX },
                                    { "b", "usd", 1 },
                                    { "c", "usd", INT64_MIN } };
    sl_ledger_entry entry = entry_of(postings, 3);
    assert_non_null(ledger_entry_fault(&entry));
}

static void what_is_incomplete_is_refused(void **state)
{
    (void)state;
    const sl_posting one[] = { { "a", "usd", 0 } };
    sl_ledger_entry entry = entry_of(one, 1);
    assert_non_null(ledger_entry_fault(&entry));
    const sl_posting nameless[] = { { "", "usd", 1 }, { "b", "usd", -1 } };
    entry = entry_of(nameless, 2);
    assert_non_null(ledger_entry_fault(&entry));
    const sl_posting moneyless[] = { { "a", "zzz", 1 }, { "b", "zzz", -1 } };
    entry = entry_of(moneyless, 2);
    assert_non_null(ledger_entry_fault(&entry));
    const sl_posting sound[] = { { "a", "usd", 1 }, { "b", "usd", -1 } };
    entry = entry_of(sound, 2);
    entry.source = NULL;
    assert_non_null(ledger_entry_fault(&entry));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balanced_entries_are_taken),
        cmocka_unit_test(a_missing_cent_is_refused),
        cmocka_unit_test(currencies_do_not_balance_each_other),
        cmocka_unit_test(a_sum_that_overflows_is_refused),
        cmocka_unit_test(what_is_incomplete_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
