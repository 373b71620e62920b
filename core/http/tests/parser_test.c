/*
 * parser_test.c: what is one request, and what is refused instead of guessed at.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/http/parser.h"

#define HOST "Host: a\r\n"

static sl_head_limits limits = { .lines = SL_HEAD_LIMIT, .url = SL_URL_LIMIT };

typedef struct parsed {
    int result;
    sl_head head;
    char body[4096];
    size_t body_length;
    size_t rest; /* bytes that were not taken */
} parsed;

/* Feeds `text` in pieces of `step` bytes; heads by scan and parse, chunked bodies too. */
static void feed(sl_arena *arena, const char *text, size_t length, size_t step, parsed *ret)
{
    sl_head_scan scan = { 0 };
    sl_parser parser;
    size_t seen = 0;
    memset(ret, 0, sizeof *ret);
    ret->result = SL_PARSE_MORE;
    while (ret->result == SL_PARSE_MORE && seen < length) {
        seen = seen + step < length ? seen + step : length;
        char *copy = sl_arena_copy(arena, text, seen);
        ret->result = sl_head_scan_run(&scan, &limits, copy, seen);
    }
    if (ret->result != SL_PARSE_COMPLETE) {
        return;
    }
    char *head = sl_arena_copy(arena, text, scan.end);
    ret->result = sl_parser_head(&parser, &limits, arena, head, scan.end, &ret->head);
    if (ret->result != SL_PARSE_COMPLETE || !ret->head.chunked) {
        ret->rest = length - scan.end;
        return;
    }
    size_t at = scan.end;
    ret->result = SL_PARSE_MORE;
    while (ret->result == SL_PARSE_MORE && at < length) {
        size_t part = step < length - at ? step : length - at;
        size_t used = 0;
        char *copy = sl_arena_copy(arena, text + at, part);
        ret->result = sl_parser_chunks(&parser, copy, part, sizeof ret->body - 1, &used);
        at += used;
    }
    if (ret->result == SL_PARSE_COMPLETE && parser.body) {
        memcpy(ret->body, parser.body, parser.body_length);
        ret->body_length = parser.body_length;
    }
    ret->rest = length - at;
}

static int result_of(const char *text, size_t length)
{
    static const size_t steps[] = { 1, 2, 3, 7, 64, 1u << 20 };
    int result = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        sl_arena *arena = sl_arena_new();
        parsed got;
        feed(arena, text, length, steps[i], &got);
        if (i > 0) {
            assert_int_equal(got.result, result);
        }
        result = got.result;
        sl_arena_free(arena);
    }
    return result;
}

static const struct {
    const char *name;
    const char *text;
    int result;
} cases[] = {
    { "plain", "GET / HTTP/1.1\r\n" HOST "\r\n", SL_PARSE_COMPLETE },
    { "old", "GET / HTTP/1.0\r\n\r\n", SL_PARSE_COMPLETE },
    { "query", "GET /a?b=c&d=%20 HTTP/1.1\r\n" HOST "\r\n", SL_PARSE_COMPLETE },
    { "absolute target", "GET http://a.example/b?c HTTP/1.1\r\n" HOST "\r\n", SL_PARSE_COMPLETE },
    { "asterisk", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", SL_PARSE_COMPLETE },
    { "length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n", SL_PARSE_COMPLETE },
    { "unfinished", "GET / HTTP/1.1\r\n" HOST, SL_PARSE_MORE },
    { "nothing but a method", "GET", SL_PARSE_MORE },
    { "no host", "GET / HTTP/1.1\r\n\r\n", 400 },
    { "two hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
    { "bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n", 400 },
    { "bare LF after a header", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400 },
    { "bare CR in a value", "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n", 400 },
    { "bare CR as a line end", "GET / HTTP/1.1\r\n" HOST "X: a\rTransfer-Encoding: chunked\r\n\r\n",
      400 },
    { "folded header", "GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 400 },
    { "folded first header", "GET / HTTP/1.1\r\n X: a\r\n" HOST "\r\n", 400 },
    { "blank before the colon", "GET / HTTP/1.1\r\n" HOST "Content-Length : 5\r\n\r\n", 400 },
    { "no colon", "GET / HTTP/1.1\r\n" HOST "Nothing\r\n\r\n", 400 },
    { "empty name", "GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n", 400 },
    { "same length twice",
      "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400 },
    { "two lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
      400 },
    { "length list", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\n", 400 },
    { "signed length", "POST / HTTP/1.1\r\n" HOST "Content-Length: +4\r\n\r\n", 400 },
    { "negative length", "POST / HTTP/1.1\r\n" HOST "Content-Length: -4\r\n\r\n", 400 },
    { "hex length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\n", 400 },
    { "empty length", "POST / HTTP/1.1\r\n" HOST "Content-Length: \r\n\r\n", 400 },
    { "length with a blank", "POST / HTTP/1.1\r\n" HOST "Content-Length: 1 2\r\n\r\n", 400 },
    { "length beyond 64 bits",
      "POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n", 400 },
    { "both framings",
      "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400 },
    { "both framings, turned",
      "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
      400 },
    { "chunked twice",
      "POST / HTTP/1.1\r\n" HOST
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400 },
    { "gzip", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n", 400 },
    { "gzip and chunked",
      "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400 },
    { "chunked with a tail",
      "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n", 400 },
    { "chunked in HTTP/1.0",
      "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
    { "expectation", "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n",
      SL_PARSE_COMPLETE },
    { "another expectation", "POST / HTTP/1.1\r\n" HOST "Expect: tea\r\n\r\n", 417 },
    { "two keys", "POST / HTTP/1.1\r\n" HOST "Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n",
      400 },
    { "HTTP/2 in text", "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
    { "HTTP/1.2", "GET / HTTP/1.2\r\n" HOST "\r\n", 505 },
    { "HTTP/0.9", "GET /\r\n\r\n", 505 },
    { "a method of nobody", "BREW / HTTP/1.1\r\n" HOST "\r\n", 501 },
    { "lower-case method", "get / HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "a TLS greeting", "\x16\x03\x01\x02", 400 },
    { "two blanks", "GET  / HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "a target without a slash", "GET a HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "a blank in the target", "GET /a b HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "a fragment", "GET /a#b HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "bytes above ASCII in the target", "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "a tab in the target", "GET /a\tb HTTP/1.1\r\n" HOST "\r\n", 400 },
    { "CONNECT", "CONNECT a:443 HTTP/1.1\r\n" HOST "\r\n", 400 },
};

static void each_head_is_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int result = result_of(cases[i].text, strlen(cases[i].text));
        if (result != cases[i].result) {
            fail_msg("%s: %d instead of %d", cases[i].name, result, cases[i].result);
        }
    }
}

static void nul_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    static const char in_target[] = "GET /a\0b HTTP/1.1\r\n" HOST "\r\n";
    static const char in_name[] = "GET / HTTP/1.1\r\n" HOST "X\0: a\r\n\r\n";
    static const char in_value[] = "GET / HTTP/1.1\r\n" HOST "X: \0\r\n\r\n";
    assert_int_equal(result_of(in_target, sizeof in_target - 1), 400);
    assert_int_equal(result_of(in_name, sizeof in_name - 1), 400);
    assert_int_equal(result_of(in_value, sizeof in_value - 1), 400);
}

static void names_and_values_are_cut_clean(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    static const char text[] =
        "POST /v1/a%20b?x=1&y HTTP/1.1\r\nhOsT: a:80\r\nX-One:  two words \t\r\n"
        "X-Empty:\r\nContent-Length: 12\r\nConnection: close\r\n\r\nrest";
    parsed got;
    feed(arena, text, sizeof text - 1, 1u << 20, &got);
    assert_int_equal(got.result, SL_PARSE_COMPLETE);
    assert_string_equal(got.head.method, "POST");
    assert_string_equal(got.head.path, "/v1/a%20b");
    assert_string_equal(got.head.query, "x=1&y");
    assert_string_equal(sl_head_find(&got.head, "x-one"), "two words");
    assert_string_equal(sl_head_find(&got.head, "X-EMPTY"), "");
    assert_string_equal(sl_head_find(&got.head, "Host"), "a:80");
    assert_null(sl_head_find(&got.head, "X"));
    assert_int_equal(got.head.content_length, 12);
    assert_false(got.head.keep_alive);
    assert_int_equal(got.rest, 4);
    sl_arena_free(arena);
}

static void an_absolute_target_is_its_path(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    static const char text[] = "GET http://user@a.example:80/b/c?d HTTP/1.1\r\n" HOST "\r\n";
    parsed got;
    feed(arena, text, sizeof text - 1, 5, &got);
    assert_string_equal(got.head.path, "/b/c");
    assert_string_equal(got.head.query, "d");
    assert_true(got.head.keep_alive);
    sl_arena_free(arena);
}

static int sized(size_t target, size_t headers)
{
    sl_arena *arena = sl_arena_new();
    char *text = sl_arena_alloc(arena, target + headers + 1024);
    size_t at = (size_t)sprintf(text, "GET /");
    memset(text + at, 'x', target - 1);
    at += target - 1;
    at += (size_t)sprintf(text + at, " HTTP/1.1\r\n" HOST);
    if (headers) {
        at += (size_t)sprintf(text + at, "X: ");
        memset(text + at, 'y', headers);
        at += headers;
        at += (size_t)sprintf(text + at, "\r\n");
    }
    at += (size_t)sprintf(text + at, "\r\n");
    parsed got;
    feed(arena, text, at, 1000, &got);
    sl_arena_free(arena);
    return got.result;
}

static void sizes_have_their_bounds(void **state)
{
    (void)state;
    assert_int_equal(sized(8 * 1024, 0), SL_PARSE_COMPLETE);
    assert_int_equal(sized(8 * 1024 + 1, 0), 414);
    assert_int_equal(sized(64 * 1024, 0), 414);
    assert_int_equal(sized(10, 16 * 1024), SL_PARSE_COMPLETE);
    assert_int_equal(sized(10, 32 * 1024), 431);
    assert_int_equal(sized(10, 64 * 1024), 431);

    limits = (sl_head_limits){ .lines = 1024, .url = 256 };
    assert_int_equal(sized(256, 0), SL_PARSE_COMPLETE);
    assert_int_equal(sized(257, 0), 414);
    assert_int_equal(sized(10, 900), SL_PARSE_COMPLETE);
    assert_int_equal(sized(10, 1100), 431);
    limits = (sl_head_limits){ .lines = 256 * 1024, .url = 64 * 1024 };
    assert_int_equal(sized(64 * 1024, 200 * 1024), SL_PARSE_COMPLETE);
    assert_int_equal(sized(64 * 1024 + 1, 0), 414);
    assert_int_equal(sized(10, 256 * 1024), 431);
    limits = (sl_head_limits){ .lines = SL_HEAD_LIMIT, .url = SL_URL_LIMIT };
}

static void too_many_header_lines_are_431(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    char *text = sl_arena_alloc(arena, 8 * (SL_HEADER_COUNT + 2));
    size_t at = (size_t)sprintf(text, "GET / HTTP/1.1\r\n");
    for (int i = 0; i <= SL_HEADER_COUNT; i++) {
        at += (size_t)sprintf(text + at, "A: b\r\n");
    }
    at += (size_t)sprintf(text + at, "\r\n");
    parsed got;
    feed(arena, text, at, 1u << 20, &got);
    assert_int_equal(got.result, 431);
    sl_arena_free(arena);
}

#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"

static const struct {
    const char *name;
    const char *body;
    int result;
    const char *read;
} chunk_cases[] = {
    { "one", "5\r\nhello\r\n0\r\n\r\n", SL_PARSE_COMPLETE, "hello" },
    { "several", "1\r\nh\r\nA\r\nello hello\r\n0\r\n\r\n", SL_PARSE_COMPLETE, "hello hello" },
    { "none", "0\r\n\r\n", SL_PARSE_COMPLETE, "" },
    { "extension", "5;a=b\r\nhello\r\n0\r\n\r\n", SL_PARSE_COMPLETE, "hello" },
    { "trailer", "5\r\nhello\r\n0\r\nX: y\r\n\r\n", SL_PARSE_COMPLETE, "hello" },
    { "unfinished", "5\r\nhel", SL_PARSE_MORE, NULL },
    { "hex with its sign", "0x5\r\nhello\r\n0\r\n\r\n", 400, NULL },
    { "plus", "+5\r\nhello\r\n0\r\n\r\n", 400, NULL },
    { "minus", "-5\r\nhello\r\n0\r\n\r\n", 400, NULL },
    { "no size", "\r\nhello\r\n0\r\n\r\n", 400, NULL },
    { "overflow", "fffffffffffffffff\r\n", 400, NULL },
    { "longer than said", "3\r\nhello\r\n0\r\n\r\n", 400, NULL },
    { "bare LF after the size", "5\nhello\r\n0\r\n\r\n", 400, NULL },
    { "bare LF after the data", "5\r\nhello\n0\r\n\r\n", 400, NULL },
    { "bare LF in a trailer", "5\r\nhello\r\n0\r\nX: y\n\r\n", 400, NULL },
    { "bare LF at the end", "5\r\nhello\r\n0\r\n\n", 400, NULL },
};

static void chunks_are_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof chunk_cases / sizeof chunk_cases[0]; i++) {
        for (size_t step = 1; step < 100; step = step * 2 + 1) {
            sl_arena *arena = sl_arena_new();
            const char *text = sl_arena_format(arena, CHUNKED "%s", chunk_cases[i].body);
            parsed got;
            feed(arena, text, strlen(text), step, &got);
            if (got.result != chunk_cases[i].result) {
                fail_msg("%s, step %zu: %d instead of %d", chunk_cases[i].name, step, got.result,
                         chunk_cases[i].result);
            }
            if (chunk_cases[i].read) {
                assert_string_equal(got.body, chunk_cases[i].read);
                assert_int_equal(got.rest, 0);
            }
            sl_arena_free(arena);
        }
    }
}

static void what_follows_a_chunked_body_is_left(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    static const char text[] = CHUNKED "2\r\nhi\r\n0\r\n\r\nGET / HTTP/1.1\r\n";
    parsed got;
    feed(arena, text, sizeof text - 1, 1u << 20, &got);
    assert_int_equal(got.result, SL_PARSE_COMPLETE);
    assert_string_equal(got.body, "hi");
    assert_int_equal(got.rest, 16);
    sl_arena_free(arena);
}

static void a_chunked_body_has_a_bound(void **state)
{
    (void)state;
    sl_arena *arena = sl_arena_new();
    char *text = sl_arena_alloc(arena, 8192);
    size_t at = (size_t)sprintf(text, CHUNKED "1000\r\n");
    memset(text + at, 'z', 4096);
    at += 4096;
    at += (size_t)sprintf(text + at, "\r\n0\r\n\r\n");
    parsed got;
    feed(arena, text, at, 100, &got);
    assert_int_equal(got.result, 413);
    sl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_head_is_what_it_is),
        cmocka_unit_test(nul_is_refused_wherever_it_stands),
        cmocka_unit_test(names_and_values_are_cut_clean),
        cmocka_unit_test(an_absolute_target_is_its_path),
        cmocka_unit_test(sizes_have_their_bounds),
        cmocka_unit_test(too_many_header_lines_are_431),
        cmocka_unit_test(chunks_are_read_or_refused),
        cmocka_unit_test(what_follows_a_chunked_body_is_left),
        cmocka_unit_test(a_chunked_body_has_a_bound),
    };
    return cmocka_run_group_tests_name("parser", tests, NULL, NULL);
}
