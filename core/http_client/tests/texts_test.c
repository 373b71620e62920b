/*
 * texts_test.c: forms and parts of URLs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/context.h"
#include "core/database/database.h"
#include "core/http_client/http_client.h"

/* What the sender asks of the database's room; nothing here writes. */
bool sl_has_pending(const sl_context *cx)
{
    (void)cx;
    return false;
}

static void forms_are_encoded_and_leave_out_what_is_missing(void **state)
{
    (void)state;
    sl_context *cx = sl_context_new(NULL, "acct_1", true, "req_1");
    assert_string_equal(
        sl_form(cx, "amount", "1999", "none", NULL, "metadata[a b]", "1&2=3+\xc3\xa9", "empty", ""),
        "amount=1999&metadata%5Ba%20b%5D=1%262%3D3%2B%C3%A9&empty=");
    assert_string_equal(sl_form(cx, "none", NULL), "");
    const sl_pair pairs[] = { { "a", NULL }, { "b", "1" }, { "c", "~._-" }, { NULL, NULL } };
    assert_string_equal(sl_form_pairs(cx, pairs), "b=1&c=~._-");
    assert_string_equal(sl_form_pairs(cx, NULL), "");
    sl_context_free(cx);
}

static void parts_of_urls_hold_no_separators(void **state)
{
    (void)state;
    sl_context *cx = sl_context_new(NULL, "acct_1", true, "req_1");
    assert_string_equal(sl_url_encode(cx, "a/b?c#d%\n"), "a%2Fb%3Fc%23d%25%0A");
    assert_string_equal(sl_url_encode(cx, ""), "");
    sl_context_free(cx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_encoded_and_leave_out_what_is_missing),
        cmocka_unit_test(parts_of_urls_hold_no_separators),
    };
    return cmocka_run_group_tests_name("texts", tests, NULL, NULL);
}
