/*
 * mask_test.c: no card number and no key gets through the mask or into a log line.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/tests/test.h"

#include <unistd.h>

#include "core/base/context.h"
#include "core/base/log.h"
#include "core/base/mask.h"

static void secrets_are_masked(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *masked;
    } rows[] = {
        { "4242424242424242", "****4242" },
        { "card 4242 4242 4242 4242 12/30", "card ****4242 12/30" },
        { "4242-4242-4242-4242", "****4242" },
        { "number=4242+4242+4242+4242&cvc=1", "number=****4242&cvc=1" },
        { "number=4242%204242%204242%204242", "number=****4242" },
        { "description=card%204242424242424242", "description=card%20****4242" },
        { "q=%224242424242424242%22", "q=%22****4242%22" },
        { "q=%27sk_test_abcdefghij1234", "q=%27sk_****1234" },
        { "100%4242424242424242", "100%****4242" },
        { "caf%e4242424242424242", "caf%e****4242" },
        { "50%2", "50%2" },
        { "378282246310005", "****0005" },
        { "pm_4242424242424242x", "pm_****4242x" },
        { "12 4242424242424242 35", "12 ****4242 35" },
        { "1234567890123456", "1234567890123456" },
        { "42424242424242424242", "42424242424242424242" },
        { "key sk_test_abcdefghij1234!", "key sk_****1234!" },
        { "rk_live_0123456789abcdef", "rk_****cdef" },
        { "whsec_0123456789abcdef", "whsec_****cdef" },
        { "app_0123456789", "app_****6789" },
        { "pi_1_secret_0123456789abcd", "pi_1_secret_****abcd" },
        { "task_list is short", "task_list is short" },
        { "sk_short", "sk_short" },
        { "Authorization: Bearer abc.def.ghi, x", "Authorization: Bearer ****, x" },
        { "basic c2tfdGVzdA==", "basic ****" },
        { "Basic ", "Basic " },
        { "nothing to hide", "nothing to hide" },
        { "", "" },
    };
    sl_arena *arena = sl_arena_new();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *masked = sl_mask(arena, rows[i].text);
        assert_string_equal(masked, rows[i].masked);
        if (strcmp(rows[i].text, rows[i].masked) == 0)
            assert_ptr_equal(masked, rows[i].text);
    }
    assert_null(sl_mask(arena, NULL));
    sl_arena_free(arena);
}

static void cards_are_known(void **state)
{
    (void)state;
    assert_true(sl_looks_like_card("4242 4242-42424242"));
    assert_false(sl_looks_like_card("4242424242424241"));
    assert_false(sl_looks_like_card("424242424242"));
    assert_false(sl_looks_like_card("tok_visa"));
    assert_false(sl_looks_like_card(NULL));
}

/* What one call writes. */
static void line_read(int from, char *ret, size_t size)
{
    ssize_t got = read(from, ret, size - 1);
    assert_true(got > 0);
    ret[got] = '\0';
}

static void lines_are_whole_and_masked(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    sl_log_output(ends[1]);
    sl_context *cx = sl_context_new(NULL, "acct_1", true, "req_1");
    cx->plugin = "payments";
    char line[1024];

    sl_log_configure(SL_LOG_INFO, SL_LOG_TEXT);
    sl_log(cx, SL_LOG_DEBUG, "not written");
    sl_log(cx, SL_LOG_WARNING, "asked\nfor", "card", "4242424242424242", "two", "a b\n", "none",
           (const char *)NULL);
    line_read(ends[0], line, sizeof(line));
    assert_int_equal(line[23], 'Z');
    assert_string_equal(line + 24, " WARNING asked for card=****4242 two=\"a b\\n\" none=- "
                                   "request_id=req_1 account=acct_1 plugin=payments\n");

    sl_log_configure(SL_LOG_DEBUG, SL_LOG_JSON);
    assert_true(sl_log_on(SL_LOG_DEBUG));
    sl_log(NULL, SL_LOG_DEBUG, "say \"hi\"", "key", "sk_test_0123456789", "none",
           (const char *)NULL);
    line_read(ends[0], line, sizeof(line));
    assert_memory_equal(line, "{\"time\":\"", 9);
    assert_string_equal(line + 33, "\",\"level\":\"debug\",\"message\":\"say \\\"hi\\\"\","
                                   "\"key\":\"sk_****6789\",\"none\":null}\n");

    sl_log_output(STDERR_FILENO);
    sl_log_configure(SL_LOG_INFO, SL_LOG_TEXT);
    sl_context_free(cx);
    (void)close(ends[0]);
    (void)close(ends[1]);
    assert_int_equal(sl_log_level_of("Warning"), SL_LOG_WARNING);
    assert_int_equal(sl_log_level_of("loud"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_masked),
        cmocka_unit_test(cards_are_known),
        cmocka_unit_test(lines_are_whole_and_masked),
    };
    return cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
