/*
 * order_test.c: which of two events of one object tells the newer state.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "webhook_process.h"

static bool older(const char *type, int64_t created, const char *id, const char *last_type,
                  int64_t last_created, const char *last_id)
{
    const sl_gateway_event event = {
        .struct_size = sizeof(event), .id = id, .type = type, .created = created
    };
    const struct webhook_object last = { .event = last_id,
                                         .event_type = last_type,
                                         .event_created = last_created };
    return webhook_is_older(&event, &last);
}

static void the_gateways_clock_decides(void **state)
{
    (void)state;
    assert_true(older("customer.deleted", 99, "evt_9", "customer.created", 100, "evt_1"));
    assert_false(older("customer.created", 101, "evt_1", "customer.deleted", 100, "evt_9"));
}

/* Each before the next, within one second. */
static const char *const lives[][6] = {
    { "customer.created", "customer.updated", "customer.deleted" },
    { "payment_method.attached", "payment_method.updated", "payment_method.detached" },
    { "payment_intent.created", "payment_intent.requires_action", "payment_intent.processing",
      "payment_intent.payment_failed", "payment_intent.succeeded" },
    { "payment_intent.created", "payment_intent.amount_capturable_updated",
      "payment_intent.canceled" },
    { "charge.pending", "charge.updated", "charge.succeeded", "charge.captured",
      "charge.refunded" },
    { "refund.created", "refund.updated", "refund.failed" },
    { "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated",
      "charge.dispute.funds_reinstated", "charge.dispute.closed" },
};

static void within_a_second_the_meaning_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
        for (size_t a = 0; a < 6 && lives[i][a]; a++) {
            for (size_t b = a + 1; b < 6 && lives[i][b]; b++) {
                assert_true(older(lives[i][a], 100, "evt_2", lives[i][b], 100, "evt_1"));
                assert_false(older(lives[i][b], 100, "evt_1", lives[i][a], 100, "evt_2"));
            }
        }
    }
}

static void among_equals_the_id_does(void **state)
{
    (void)state;
    assert_true(older("customer.updated", 100, "evt_1", "customer.updated", 100, "evt_2"));
    assert_false(older("customer.updated", 100, "evt_2", "customer.updated", 100, "evt_1"));
    assert_true(older("unheard.of", 100, "evt_1", "customer.updated", 100, "evt_2"));
}

static void the_same_event_is_not_older_than_itself(void **state)
{
    (void)state;
    assert_false(older("customer.updated", 100, "evt_1", "customer.updated", 100, "evt_1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gateways_clock_decides),
        cmocka_unit_test(within_a_second_the_meaning_does),
        cmocka_unit_test(among_equals_the_id_does),
        cmocka_unit_test(the_same_event_is_not_older_than_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
