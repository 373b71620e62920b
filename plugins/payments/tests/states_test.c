/*
 * states_test.c: the table of states: what leads where, and what may be done in each state.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "payment_intent_states.h"

static const char *const names[] = {
    STATE_REQUIRES_PAYMENT_METHOD,
    STATE_REQUIRES_CONFIRMATION,
    STATE_REQUIRES_ACTION,
    STATE_PROCESSING,
    STATE_REQUIRES_CAPTURE,
    STATE_SUCCEEDED,
    STATE_CANCELED,
};
#define COUNT (sizeof(names) / sizeof(names[0]))

static void nothing_leads_out_of_an_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(intent_may_move(STATE_SUCCEEDED, names[i]),
                         strcmp(names[i], STATE_SUCCEEDED) == 0);
        assert_int_equal(intent_may_move(STATE_CANCELED, names[i]),
                         strcmp(names[i], STATE_CANCELED) == 0);
    }
}

static void money_is_taken_only_by_way_of_the_gateway(void **state)
{
    (void)state;
    assert_false(intent_may_move(STATE_REQUIRES_PAYMENT_METHOD, STATE_SUCCEEDED));
    assert_false(intent_may_move(STATE_REQUIRES_CONFIRMATION, STATE_SUCCEEDED));
    assert_false(intent_may_move(STATE_REQUIRES_PAYMENT_METHOD, STATE_REQUIRES_CAPTURE));
    assert_false(intent_may_move(STATE_REQUIRES_CAPTURE, STATE_REQUIRES_PAYMENT_METHOD));
    assert_true(intent_may_move(STATE_REQUIRES_CONFIRMATION, STATE_PROCESSING));
    assert_true(intent_may_move(STATE_PROCESSING, STATE_SUCCEEDED));
    assert_true(intent_may_move(STATE_PROCESSING, STATE_REQUIRES_CAPTURE));
    assert_true(intent_may_move(STATE_REQUIRES_ACTION, STATE_SUCCEEDED));
    assert_true(intent_may_move(STATE_REQUIRES_CAPTURE, STATE_SUCCEEDED));
}

static void every_state_leads_to_itself_and_no_other_word_to_anything(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(intent_may_move(names[i], names[i]));
        assert_false(intent_may_move(names[i], "paid"));
        assert_false(intent_may_move("paid", names[i]));
    }
}

static void what_may_be_done_in_each_state(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool confirm, cancel, change;
    } rows[COUNT] = {
        { STATE_REQUIRES_PAYMENT_METHOD, true, true, true },
        { STATE_REQUIRES_CONFIRMATION, true, true, true },
        { STATE_REQUIRES_ACTION, true, true, false },
        { STATE_PROCESSING, false, false, false },
        { STATE_REQUIRES_CAPTURE, false, true, false },
        { STATE_SUCCEEDED, false, false, false },
        { STATE_CANCELED, false, false, false },
    };
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(intent_may_confirm(rows[i].name), rows[i].confirm);
        assert_int_equal(intent_may_cancel(rows[i].name), rows[i].cancel);
        assert_int_equal(intent_may_change(rows[i].name), rows[i].change);
        if (rows[i].cancel)
            assert_true(intent_may_move(rows[i].name, STATE_CANCELED));
        if (rows[i].confirm && strcmp(rows[i].name, STATE_REQUIRES_ACTION) != 0)
            assert_true(intent_may_move(rows[i].name, STATE_PROCESSING));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_leads_out_of_an_end),
        cmocka_unit_test(money_is_taken_only_by_way_of_the_gateway),
        cmocka_unit_test(every_state_leads_to_itself_and_no_other_word_to_anything),
        cmocka_unit_test(what_may_be_done_in_each_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
