/*
 * arena_test.c: alignment, zeroes, growth, defers, and the context and buffer on top.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/tests/test.h"

#include <stdio.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/context.h"
#include "core/base/status.h"
#include "core/base/text.h"

static void memory_is_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        sl_arena *arena = sl_arena_new();
        unsigned char *pieces[300];
        for (size_t i = 0; i < COUNT_OF(pieces); i++) {
            size_t size = i * 37 % 5000;
            pieces[i] = sl_arena_alloc(arena, size);
            assert_int_equal((uintptr_t)pieces[i] % 16, 0);
            for (size_t k = 0; k < size; k++)
                assert_int_equal(pieces[i][k], 0);
            memset(pieces[i], (int)(i % 255) + 1, size);
        }
        for (size_t i = 0; i < COUNT_OF(pieces); i++) {
            size_t size = i * 37 % 5000;
            for (size_t k = 0; k < size; k++)
                assert_int_equal(pieces[i][k], (unsigned char)(i % 255 + 1));
        }
        sl_arena_free(arena);
    }
}

/* The first block of an arena is the one that the arena before it gave back, and growing does not zero. */
static void what_is_given_back_is_overwritten(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    char *before = sl_arena_alloc(arena, 1000);
    memset(before, '4', 1000);
    sl_arena_free(arena);
    arena = sl_arena_new();
    char *after = sl_arena_grow(arena, NULL, 0, 1000);
    assert_ptr_equal(before, after);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(after[i], 0);
    sl_arena_free(arena);
}

static void growing_keeps_the_bytes(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    char *text = sl_arena_alloc(arena, 3);
    memcpy(text, "abc", 3);
    char *grown = sl_arena_grow(arena, text, 3, 100);
    assert_ptr_equal(grown, text);
    char *between = sl_arena_alloc(arena, 1);
    char *moved = sl_arena_grow(arena, grown, 100, 200);
    assert_ptr_not_equal(moved, text);
    assert_memory_equal(moved, "abc", 3);
    assert_int_equal(*between, 0);
    char *large = sl_arena_grow(arena, moved, 200, 3000000);
    assert_memory_equal(large, "abc", 3);
    large[2999999] = 'z';
    assert_ptr_equal(sl_arena_grow(arena, large, 3000000, 10), large);
    assert_true(sl_arena_used(arena) > 3000000);
    sl_arena_free(arena);
}

static char trace[8];

static void trace_add(void *pointer)
{
    size_t length = strlen(trace);
    trace[length] = *(char *)pointer;
}

static void defers_run_last_first(void **state)
{
    (void)state;
    static char letters[] = "abc";
    sl_context *cx = sl_context_new(NULL, "acct_1", true, "req_1");
    memset(trace, 0, sizeof(trace));
    for (size_t i = 0; i < 3; i++)
        sl_defer(cx, trace_add, &letters[i]);
    assert_string_equal(trace, "");
    sl_context_free(cx);
    assert_string_equal(trace, "cba");
}

static void formats_of_every_length(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    char long_text[1001];
    memset(long_text, 'x', 1000);
    long_text[1000] = '\0';
    assert_string_equal(sl_arena_format(arena, "%s-%d", "a", 7), "a-7");
    assert_string_equal(sl_arena_format(arena, "%s:%02u:%03d%%", "a", 7u, 1234), "a:07:1234%");
    assert_string_equal(sl_arena_format(arena, "<%03d|%d|%u>", 5, INT32_MIN, UINT32_MAX),
                        "<005|-2147483648|4294967295>");
    assert_string_equal(sl_arena_format(arena, "%s %03d", "a", -5), "a -05");
    assert_string_equal(sl_arena_format(arena, "%s|%.2s|%lld|%c", "", "abc", 5LL, 'z'), "|ab|5|z");
    for (int length = 250; length < 262; length++) {
        char wanted[300];
        snprintf(wanted, sizeof(wanted), "%.*s%03d", length, long_text, 7);
        const char *rest = long_text + sizeof(long_text) - 1 - length;
        assert_string_equal(sl_arena_format(arena, "%s%03d", rest, 7), wanted);
    }
    const char *made = sl_arena_format(arena, "%s%s", long_text, "end");
    assert_int_equal(strlen(made), 1003);
    assert_string_equal(made + 1000, "end");
    assert_null(sl_arena_copy(arena, NULL, 3));
    sl_buffer buffer = SL_BUFFER_INIT(arena);
    assert_string_equal(sl_buffer_text(&buffer), "");
    for (int i = 0; i < 1000; i++)
        sl_buffer_format(&buffer, "%d,", i % 10);
    sl_buffer_format(&buffer, "%s", long_text);
    sl_buffer_int(&buffer, INT64_MIN);
    assert_int_equal(buffer.length, 2000 + 1000 + 20);
    assert_string_equal(buffer.data + 3000, "-9223372036854775808");
    sl_arena_free(arena);
}

static void context_knows_its_scope(void **state)
{
    (void)state;
    sl_context *cx = sl_context_new(NULL, "acct_1", false, "req_1");
    assert_string_equal(cx->scope, "acct_1:test");
    assert_false(sl_livemode(cx));
    assert_int_equal(sl_caller(cx), SL_CALLER_SYSTEM);
    sl_context_bind(cx, "acct_2", true);
    assert_string_equal(cx->scope, "acct_2");
    bool live = true;
    assert_string_equal(sl_scope_account(cx, "acct_3:test", &live), "acct_3");
    assert_false(live);
    assert_string_equal(sl_scope_account(cx, "acct_3", &live), "acct_3");
    assert_true(live);
    assert_int_equal(sl_time_left(cx), INT64_MAX);
    cx->deadline = 1;
    assert_int_equal(sl_time_left(cx), 0);
    sl_now_set(cx, 1000);
    assert_int_equal(sl_now(cx), 1000);
    sl_now_set(cx, 0);
    assert_true(sl_now(cx) > 1700000000);
    sl_context_free(cx);
}

static void a_page_serves_the_account_of_its_address(void **state)
{
    (void)state;
    sl_context *cx = sl_context_new(NULL, "acct_1", false, NULL);
    assert_int_equal(sl_account_bind(cx, "acct_1", false), SL_OK);
    assert_int_equal(sl_account_bind(cx, "acct_2", false), SL_E_FORBIDDEN);
    assert_int_equal(sl_account_bind(cx, "acct_1", true), SL_E_FORBIDDEN);
    assert_string_equal(cx->scope, "acct_1:test");
    cx->caller.kind = SL_CALLER_NONE;
    assert_int_equal(sl_account_bind(cx, "acct_2", true), SL_OK);
    assert_string_equal(cx->scope, "acct_2");
    sl_context_free(cx);
}

static void failing_fills_the_error(void **state)
{
    (void)state;
    sl_context *cx = sl_context_new(NULL, "acct_1", true, NULL);
    assert_null(sl_error_message(cx));
    assert_string_equal(sl_request_id(cx), "");
    assert_int_equal(sl_fail_param(cx, SL_E_INVALID, "c", "amount", "no %s", "way"), SL_E_INVALID);
    assert_string_equal(sl_error_message(cx), "no way");
    assert_string_equal(cx->error.param, "amount");
    assert_int_equal(sl_fail(cx, SL_E_CARD, "card_declined", "Declined."), SL_E_CARD);
    assert_null(cx->error.param);
    sl_error_decline(cx, "generic_decline", NULL);
    assert_string_equal(sl_error_decline_code(cx), "generic_decline");
    assert_string_equal(sl_error_code(cx), "card_declined");
    sl_error_clear(cx);
    assert_null(sl_error_code(cx));
    sl_context_free(cx);
}

static void statuses_have_names(void **state)
{
    (void)state;
    assert_string_equal(sl_status_name(SL_E_CARD), "SL_E_CARD");
    assert_int_equal(sl_status_http(SL_E_CARD), 402);
    assert_string_equal(sl_status_type(SL_E_GATEWAY), "api_error");
    assert_int_equal(sl_status_http(SL_OK), 200);
    assert_string_equal(sl_status_name(-1000), "SL_E_INTERNAL");
    assert_string_equal(sl_status_name(5), "SL_E_INTERNAL");
    for (sl_status status = SL_E_GATEWAY; status < 0; status++)
        assert_true(sl_status_http(status) >= 400 && *sl_status_type(status) != '\0');
}

static void text_helpers_answer(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    assert_true(sl_text_same("UsD", "uSd"));
    assert_false(sl_text_same("usd", "usdt"));
    assert_false(sl_text_same(NULL, "usd"));
    static const struct {
        const char *text;
        int valid;
    } utf8[] = {
        { "plain", 1 },        { "\xc3\xa9", 1 },
        { "\xe2\x82\xac", 1 }, { "\xf0\x9f\x98\x80", 1 },
        { "\xc0\x80", 0 },     { "\xe0\x80\x80", 0 },
        { "\xed\xa0\x80", 0 }, { "\xf4\x90\x80\x80", 0 },
        { "\xf5\x80\x80", 0 }, { "\xe2\x82", 0 },
        { "\x80", 0 },         { "a\xff", 0 },
    };
    for (size_t i = 0; i < COUNT_OF(utf8); i++)
        assert_int_equal(sl_utf8_valid(utf8[i].text, strlen(utf8[i].text)), utf8[i].valid);
    assert_int_equal(sl_utf8_count("a\xc3\xa9\xe2\x82\xac", 6), 3);
    size_t length = 0;
    assert_string_equal(sl_percent_decode(arena, "a%20b+c%2f", 10, true, &length), "a b c/");
    assert_string_equal(sl_percent_decode(arena, "a+b", 3, false, &length), "a+b");
    assert_non_null(sl_percent_decode(arena, "%00x", 4, true, &length));
    assert_int_equal(length, 2);
    assert_null(sl_percent_decode(arena, "%4", 2, true, &length));
    assert_null(sl_percent_decode(arena, "%zz", 3, true, &length));
    int64_t number = 7;
    assert_int_equal(sl_text_int64("-9223372036854775808", 20, &number), 0);
    assert_int_equal(number, INT64_MIN);
    assert_int_equal(sl_text_int64("9223372036854775808", 19, &number), 1);
    assert_int_equal(sl_text_int64("-", 1, &number), -1);
    assert_int_equal(sl_text_int64("+1", 2, &number), -1);
    assert_int_equal(sl_text_int64("", 0, &number), -1);
    assert_int_equal(number, INT64_MIN);
    sl_buffer json = SL_BUFFER_INIT(arena);
    sl_buffer_json_string(&json, "a\"\n\x01\x7f\xff\xc3\xa9", 8);
    assert_string_equal(json.data, "\"a\\\"\\n\\u0001\x7f\xef\xbf\xbd\xc3\xa9\"");
    sl_arena_free(arena);
}

/* Texts of all short lengths with one byte of each kind at each place: whole words, halves and single bytes alike. */
static void json_strings_of_every_length_and_byte(void **state)
{
    (void)state;
    static const struct {
        char byte;
        const char *written;
    } kinds[] = { { 'x', "x" },
                  { ' ', " " },
                  { '~', "~" },
                  { 0x7f, "\x7f" },
                  { '"', "\\\"" },
                  { '\\', "\\\\" },
                  { '\n', "\\n" },
                  { 0x1f, "\\u001f" },
                  { '\0', "\\u0000" },
                  { (char)0x80, "\xef\xbf\xbd" },
                  { (char)0xff, "\xef\xbf\xbd" } };
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (size_t length = 1; length <= 33; length++) {
        for (size_t place = 0; place < length; place++) {
            for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
                sl_arena *arena = sl_arena_new();
                char *text = sl_arena_copy(arena, plain, length);
                text[place] = kinds[kind].byte;
                sl_buffer json = SL_BUFFER_INIT(arena);
                sl_buffer_json_string(&json, text, length);
                const char *wanted =
                    sl_arena_format(arena, "\"%.*s%s%s\"", (int)place, plain, kinds[kind].written,
                                    sl_arena_copy(arena, plain + place + 1, length - place - 1));
                assert_string_equal(sl_buffer_text(&json), wanted);
                assert_int_equal(json.length, strlen(wanted));
                if (kinds[kind].byte != '\0') {
                    bool follows = place % 2 == 1;
                    sl_buffer name = SL_BUFFER_INIT(arena);
                    sl_buffer_json_name(&name, follows, text);
                    wanted = sl_arena_format(arena, "%s%s:", follows ? "," : "", wanted);
                    assert_string_equal(sl_buffer_text(&name), wanted);
                    assert_int_equal(name.length, strlen(wanted));
                }
                sl_arena_free(arena);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_zeroed_and_apart),
        cmocka_unit_test(growing_keeps_the_bytes),
        cmocka_unit_test(what_is_given_back_is_overwritten),
        cmocka_unit_test(defers_run_last_first),
        cmocka_unit_test(formats_of_every_length),
        cmocka_unit_test(context_knows_its_scope),
        cmocka_unit_test(a_page_serves_the_account_of_its_address),
        cmocka_unit_test(failing_fills_the_error),
        cmocka_unit_test(statuses_have_names),
        cmocka_unit_test(text_helpers_answer),
        cmocka_unit_test(json_strings_of_every_length_and_byte),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
