/*
 * address_test.c: which addresses the rules refuse, in every wrapping they can come.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stripe_lite/http_client.h>

#include "core/database/database.h"
#include "core/http_client/address.h"

/* What the sender asks of the database's room; nothing here writes. */
bool sl_has_pending(const sl_context *cx)
{
    (void)cx;
    return false;
}

static bool refused(const char *text, uint32_t flags, const sl_networks *allowed)
{
    struct sockaddr_storage address = { 0 };
    if (!sl_address_read(text, &address))
        fail_msg("%s is no address", text);
    return sl_address_refused((const struct sockaddr *)&address, flags, allowed);
}

static void each_rule_refuses_its_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool no_link_local;
        bool no_private;
    } cases[] = {
        { "127.0.0.1", false, true },
        { "127.255.255.254", false, true },
        { "128.0.0.1", false, false },
        { "10.0.0.1", false, true },
        { "11.0.0.1", false, false },
        { "172.15.255.255", false, false },
        { "172.16.0.1", false, true },
        { "172.31.255.255", false, true },
        { "172.32.0.1", false, false },
        { "192.168.1.1", false, true },
        { "100.64.0.1", false, true },
        { "100.127.255.255", false, true },
        { "100.128.0.1", false, false },
        { "169.254.169.254", true, true },
        { "169.253.0.1", false, false },
        { "100.100.100.200", true, true },
        { "0.0.0.0", true, true },
        { "0.1.2.3", true, true },
        { "224.0.0.1", true, true },
        { "255.255.255.255", true, true },
        { "240.0.0.1", false, true },
        { "192.0.2.1", false, true },
        { "198.18.0.1", false, true },
        { "203.0.113.9", false, true },
        { "8.8.8.8", false, false },
        { "::1", false, true },
        { "[::1]", false, true },
        { "::", true, true },
        { "fe80::1", true, true },
        { "febf::1", true, true },
        { "fd00:ec2::254", true, true },
        { "fd12::1", false, true },
        { "ff02::1", true, true },
        { "2001:db8::1", false, true },
        { "2606:4700::1111", false, false },
        { "::ffff:127.0.0.1", false, true },
        { "::ffff:169.254.169.254", true, true },
        { "::ffff:8.8.8.8", false, false },
        { "::10.0.0.1", false, true },
        { "64:ff9b::10.0.0.1", false, true },
        { "64:ff9b::a9fe:a9fe", true, true },
        { "64:ff9b::808:808", false, false },
        { "2002:7f00:1::1", false, true },
        { "2002:a9fe:a9fe::", true, true },
        { "2002:808:808::1", false, false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *address = cases[i].address;
        if (refused(address, SL_HTTP_NO_LINK_LOCAL, NULL) != cases[i].no_link_local)
            fail_msg("%s under NO_LINK_LOCAL", address);
        if (refused(address, SL_HTTP_NO_PRIVATE, NULL) != cases[i].no_private)
            fail_msg("%s under NO_PRIVATE", address);
        assert_false(refused(address, 0, NULL));
    }
}

static void an_allowed_network_is_let_through_and_no_more(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    sl_networks allowed = { 0 };
    assert_true(sl_networks_add(arena, &allowed, "10.1.0.0/16"));
    assert_true(sl_networks_add(arena, &allowed, "::1"));
    assert_true(sl_networks_add(arena, &allowed, "169.254.10.0/25"));
    assert_false(sl_networks_add(arena, &allowed, "10.0.0.0/33"));
    assert_false(sl_networks_add(arena, &allowed, "10.0.0.0/-1"));
    assert_false(sl_networks_add(arena, &allowed, "example.com"));
    assert_int_equal(allowed.count, 3);
    assert_false(refused("10.1.200.3", SL_HTTP_NO_PRIVATE, &allowed));
    assert_false(refused("::ffff:10.1.200.3", SL_HTTP_NO_PRIVATE, &allowed));
    assert_true(refused("10.2.0.1", SL_HTTP_NO_PRIVATE, &allowed));
    assert_false(refused("::1", SL_HTTP_NO_PRIVATE, &allowed));
    assert_false(refused("169.254.10.127", SL_HTTP_NO_LINK_LOCAL, &allowed));
    assert_true(refused("169.254.10.128", SL_HTTP_NO_LINK_LOCAL, &allowed));
    sl_arena_free(arena);
}

static void only_an_internet_address_passes_a_rule(void **state)
{
    (void)state;
    struct sockaddr_storage local = { .ss_family = AF_UNIX };
    assert_true(sl_address_refused((const struct sockaddr *)&local, SL_HTTP_NO_LINK_LOCAL, NULL));
    assert_false(sl_address_read("example.com", &local));
    assert_false(sl_address_read("", &local));
    assert_false(sl_address_read("[]", &local));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_refuses_its_addresses),
        cmocka_unit_test(an_allowed_network_is_let_through_and_no_more),
        cmocka_unit_test(only_an_internet_address_passes_a_rule),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
