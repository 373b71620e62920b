/*
 * reader_test.c: strict JSON: what is read, exactly how, and how hostile texts are refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/tests/test.h"

#include "core/base/context.h"
#include "core/json/value.h"

static sl_context *cx;

static int context_open(void **state)
{
    (void)state;
    cx = sl_context_new(NULL, "acct_1", true, "req_1");
    return 0;
}

static int context_close(void **state)
{
    (void)state;
    sl_context_free(cx);
    return 0;
}

static const sl_value *parsed(const char *text)
{
    const sl_value *value = NULL;
    assert_int_equal(sl_json_parse(cx, text, strlen(text), &value), SL_OK);
    return value;
}

static void values_are_read(void **state)
{
    (void)state;
    const sl_value *root =
        parsed(" {\"a\": [1, -2.50, \"x\", true, false, null, {}], \"b\": {\"c\": {\"d\": 7}},"
               " \"t\": \"\\u0041\\ud83d\\ude42\\/\\\"\\\\\\n\"} ");
    assert_int_equal(sl_value_type(root), SL_VALUE_OBJECT);
    const sl_value *list = sl_value_member(root, "a");
    assert_int_equal(sl_value_count(list), 7);
    assert_int_equal(sl_value_int(sl_value_item(list, 0, NULL), 0), 1);
    assert_int_equal(sl_value_type(sl_value_item(list, 1, NULL)), SL_VALUE_REAL);
    assert_string_equal(sl_value_number(sl_value_item(list, 1, NULL)), "-2.50");
    assert_string_equal(sl_value_string(sl_value_at(root, "a.2"), NULL), "x");
    assert_true(sl_value_bool(sl_value_at(root, "a.3"), false));
    assert_false(sl_value_bool(sl_value_at(root, "a.4"), true));
    assert_int_equal(sl_value_type(sl_value_at(root, "a.5")), SL_VALUE_NULL);
    assert_int_equal(sl_value_int(sl_value_at(root, "b.c.d"), 0), 7);
    assert_null(sl_value_at(root, "a.7"));
    assert_null(sl_value_at(root, "b.c.d.e"));
    assert_null(sl_value_at(root, "a.x"));
    assert_string_equal(sl_value_string(sl_value_member(root, "t"), ""),
                        "A\xf0\x9f\x99\x82/\"\\\n");
    const char *name = NULL;
    assert_non_null(sl_value_item(root, 1, &name));
    assert_string_equal(name, "b");
    assert_null(sl_value_item(root, 3, &name));
    assert_string_equal(sl_value_string(list, "other"), "other");
    assert_int_equal(sl_value_int(list, 5), 5);
    assert_null(sl_value_member(list, "a"));
    assert_null(sl_value_number(NULL));
    assert_int_equal(sl_value_type(NULL), SL_VALUE_NULL);
}

static void numbers_keep_their_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t type;
        int64_t number;
    } rows[] = {
        { "0", SL_VALUE_INT, 0 },
        { "-0", SL_VALUE_INT, 0 },
        { "9223372036854775807", SL_VALUE_INT, INT64_MAX },
        { "-9223372036854775808", SL_VALUE_INT, INT64_MIN },
        { "9223372036854775808", SL_VALUE_REAL, 7 },
        { "100000000000000000000000000000000000000000", SL_VALUE_REAL, 7 },
        { "19.990", SL_VALUE_REAL, 7 },
        { "1e2", SL_VALUE_REAL, 7 },
        { "1E+2", SL_VALUE_REAL, 7 },
        { "1e999999", SL_VALUE_REAL, 7 },
        { "0.1000000000000000055511151231257827", SL_VALUE_REAL, 7 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *text =
            sl_format(cx, "{\"x\":[%s,\"1\",{\"y\":%s}],\"z\":3}", rows[i].text, rows[i].text);
        const sl_value *root = parsed(text);
        const sl_value *number = sl_value_at(root, "x.0");
        assert_int_equal(sl_value_type(number), rows[i].type);
        assert_string_equal(sl_value_number(number), rows[i].text);
        assert_true(sl_value_int(number, 7) == rows[i].number);
        assert_string_equal(sl_value_number(sl_value_at(root, "x.2.y")), rows[i].text);
        assert_int_equal(sl_value_int(sl_value_at(root, "z"), 0), 3);
        assert_string_equal(sl_value_text(cx, root), text);
    }
}

static void nul_is_kept_and_told(void **state)
{
    (void)state;
    const sl_value *root = parsed("{\"a\":\"x\\u0000y\",\"b\":\"z\"}");
    const sl_value *text = sl_value_member(root, "a");
    assert_true(sl_value_has_nul(text));
    size_t length = 0;
    assert_memory_equal(sl_value_bytes(text, &length), "x\0y", 4);
    assert_int_equal(length, 3);
    assert_false(sl_value_has_nul(sl_value_member(root, "b")));
    assert_string_equal(sl_value_text(cx, root), "{\"a\":\"x\\u0000y\",\"b\":\"z\"}");
}

static void a_nul_between_values_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } rows[] = { { "2\0", 2 },         { "[1\0]", 4 }, { "[true\0]", 7 }, { "{\"a\":null\0}", 11 },
                 { "{\"a\"\0:1}", 8 }, { "\0{}", 3 },  { "{}\0", 3 },     { "[\"a\0b\"]", 7 } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const sl_value *value = NULL;
        sl_error_clear(cx);
        assert_int_equal(sl_json_parse(cx, rows[i].text, rows[i].length, &value), SL_E_INVALID);
        assert_null(value);
        assert_string_equal(sl_error_code(cx), "json_invalid");
    }
}

static const char *nested(size_t depth)
{
    char *text = sl_alloc(cx, depth * 2 + 1);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return text;
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    const sl_value *value = NULL;
    (void)parsed(nested(SL_JSON_NESTING));
    (void)parsed("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[\"]");
    const char *deep = nested(SL_JSON_NESTING + 1);
    assert_int_equal(sl_json_parse(cx, deep, strlen(deep), &value), SL_E_INVALID);
    assert_string_equal(sl_error_code(cx), "json_invalid");
    deep = nested(300000);
    assert_int_equal(sl_json_parse(cx, deep, strlen(deep), &value), SL_E_INVALID);
    assert_null(value);
}

static void broken_texts_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
    } rows[] = {
        { "", 1 },
        { "{\"name\": \"A\"", 1 },
        { "{\"name\": \"A\",\n}", 2 },
        { "{'name': 'A'}", 1 },
        { "{\"name\": \"A\",\n\"email\": \"a\",\n\"name\": \"B\"}", 3 },
        { "{\"m\": {\"a\": \"1\", \"a\": \"2\"}}", 1 },
        { "{} {}", 1 },
        { "{\"name\": /* me */ \"A\"}", 1 },
        { "hello", 1 },
        { "{\"name\": NaN}", 1 },
        { "{\"n\": Infinity}", 1 },
        { "{\"n\": 01}", 1 },
        { "{\"n\": 1.}", 1 },
        { "{\"n\": .5}", 1 },
        { "{\"n\": +5}", 1 },
        { "{\"n\": -}", 1 },
        { "{\"n\": 1e}", 1 },
        { "{\"n\": 0x10}", 1 },
        { "{\"n\": 1_000}", 1 },
        { "{\"n\":\n 5 6}", 2 },
        { "{\"n\": \"a\x01z\"}", 1 },
        { "{\"n\": \"a\nz\"}", 1 },
        { "{\"n\": \"\\ud800\"}", 1 },
        { "{\"n\": \"\\udc00x\"}", 1 },
        { "{\"n\": \"\\ud800\\u0041\"}", 1 },
        { "{\"n\": \"\\x41\"}", 1 },
        { "{\"n\": \"\\u00g0\"}", 1 },
        { "{\"n\": \"\xff\"}", 1 },
        { "{\"n\": \"\xc0\xaf\"}", 1 },
        { "{\"n\": \"\xed\xa0\x80\"}", 1 },
        { "{\"n\": \"\xf5\x80\x80\x80\"}", 1 },
        { "{\"n\": \"\xe2\x82\"}", 1 },
        { "\xef\xbb\xbf{}", 1 },
        { "{\"a\\u0000b\": 1}", 1 },
        { "[1,]", 1 },
        { "[1", 1 },
        { "\"open", 1 },
        { "\"open\\", 1 },
        { "]", 1 },
        { "{\"4242424242424242\" 4242424242424242}", 1 },
        { "[4242424242424242x]", 1 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const sl_value *value = NULL;
        sl_error_clear(cx);
        assert_int_equal(sl_json_parse(cx, rows[i].text, strlen(rows[i].text), &value),
                         SL_E_INVALID);
        assert_null(value);
        assert_string_equal(sl_error_code(cx), "json_invalid");
        int line = 0;
        int column = 0;
        int read =
            sscanf(sl_error_message(cx), "Invalid JSON at line %d, column %d: ", &line, &column);
        assert_int_equal(read, 2);
        assert_int_equal(line, rows[i].line);
        assert_true(column > 0);
        assert_null(strstr(sl_error_message(cx), "4242"));
    }
    const sl_value *value = NULL;
    assert_int_equal(sl_json_parse(cx, "{}\0", 3, &value), SL_E_INVALID);
}

static void a_body_must_be_an_object(void **state)
{
    (void)state;
    static const char *const texts[] = { "[]", "\"text\"", "null", "5", "true" };
    const sl_value *value = NULL;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_int_equal(sl_json_parse_object(cx, texts[i], strlen(texts[i]), &value),
                         SL_E_INVALID);
        assert_string_equal(sl_error_message(cx),
                            "Invalid JSON at line 1, column 1: an object is expected.");
    }
    assert_int_equal(sl_json_parse_object(cx, " {}", 3, &value), SL_OK);
    assert_non_null(value);
}

static void trees_are_built_by_hand(void **state)
{
    (void)state;
    sl_value *root = sl_value_new(cx->arena, SL_VALUE_OBJECT);
    sl_value *list = sl_value_new(cx->arena, SL_VALUE_ARRAY);
    for (int i = 0; i < 20; i++)
        sl_value_append(cx->arena, list, NULL, 0, sl_value_new_number(cx->arena, "1.5", 3));
    sl_value_append(cx->arena, root, "list[", 4, list);
    sl_value_append(cx->arena, root, "text", 4, sl_value_new_string(cx->arena, "a\"b", 3));
    assert_ptr_equal(sl_value_find(root, "listing", 4), list);
    assert_null(sl_value_find(root, "lis", 3));
    assert_null(sl_value_find(list, "x", 1));
    assert_int_equal(sl_value_count(list), 20);
    assert_string_equal(sl_value_string(sl_value_member(root, "text"), ""), "a\"b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(numbers_keep_their_text),
        cmocka_unit_test(nul_is_kept_and_told),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(a_nul_between_values_is_refused),
        cmocka_unit_test(broken_texts_are_refused_with_their_place),
        cmocka_unit_test(a_body_must_be_an_object),
        cmocka_unit_test(trees_are_built_by_hand),
    };
    return cmocka_run_group_tests_name("json_reader", tests, context_open, context_close);
}
