/*
 * form_test.c: names with brackets as a tree.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buffer.h"
#include "core/base/context.h"
#include "core/http/form.h"

static void write_node(sl_buffer *out, const sl_form_node *node)
{
    if (node->value) {
        sl_buffer_text_add(out, node->value);
        return;
    }
    sl_buffer_char(out, sl_form_is_list(node) ? '[' : '{');
    for (const sl_form_node *child = node->first; child; child = child->next) {
        if (child->name) {
            sl_buffer_text_add(out, child->name);
            sl_buffer_char(out, ':');
        }
        write_node(out, child);
        if (child->next) {
            sl_buffer_char(out, ',');
        }
    }
    sl_buffer_char(out, sl_form_is_list(node) ? ']' : '}');
}

static const struct {
    const char *text;
    const char *tree; /* NULL: refused */
} cases[] = {
    { "", "{}" },
    { "a=1", "{a:1}" },
    { "a=1&b=2", "{a:1,b:2}" },
    { "a=", "{a:}" },
    { "a", "{a:}" },
    { "&&a=1&", "{a:1}" },
    { "a=1&a=2", "{a:2}" },
    { "a=b+c%2B%26", "{a:b c+&}" },
    { "a%5Bb%5D=1", "{a:{b:1}}" },
    { "a[b]=1&a[c]=2", "{a:{b:1,c:2}}" },
    { "a[b][c][d]=1", "{a:{b:{c:{d:1}}}}" },
    { "expand[]=x&expand[]=y", "{expand:[x,y]}" },
    { "expand[0]=x&expand[1]=y", "{expand:[0:x,1:y]}" },
    { "items[0][price]=p&items[0][quantity]=2&items[1][price]=q",
      "{items:[0:{price:p,quantity:2},1:{price:q}]}" },
    { "items[][price]=p&items[][quantity]=2&items[][price]=q",
      "{items:[{price:p,quantity:2},{price:q}]}" },
    { "items[][a][b]=1&items[][a][c]=2", "{items:[{a:{b:1,c:2}}]}" },
    { "metadata[a]=1&metadata[0]=2", "{metadata:{a:1,0:2}}" },
    { "a=%e2%82%ac", "{a:\xe2\x82\xac}" },
    { "a=1&a[b]=2", NULL },
    { "a[b]=2&a=1", NULL },
    { "a[]=2&a[b]=1", NULL },
    { "a[b]=2&a[]=1", NULL },
    { "a[b=1", NULL },
    { "a[b]c=1", NULL },
    { "a[b[c]]=1", NULL },
    { "items[][price]=1&items[][pri", NULL },
    { "items[][pri]=1&items[][pri=2", NULL },
    { "[a]=1", NULL },
    { "=1", NULL },
    { "a=%", NULL },
    { "a=%4", NULL },
    { "a=%zz", NULL },
    { "a=%00", NULL },
    { "%00=a", NULL },
    { "a=%ff", NULL },
    { "a=%c0%af", NULL },
    { "a=%ed%a0%80", NULL },
};

static void each_form_is_its_tree(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sl_context *cx = sl_context_new(NULL, "acct_1", false, "req_1");
        sl_form_node root = { 0 };
        uint32_t counted = 0;
        sl_status status = sl_form_read(cx, cases[i].text, strlen(cases[i].text), &root, &counted);
        if (cases[i].tree == NULL) {
            assert_int_equal(status, SL_E_INVALID);
            assert_non_null(sl_error_message(cx));
        } else {
            sl_buffer out = SL_BUFFER_INIT(cx->arena);
            assert_int_equal(status, SL_OK);
            write_node(&out, &root);
            assert_string_equal(sl_buffer_text(&out), cases[i].tree);
        }
        sl_context_free(cx);
    }
}

static sl_status repeated(const char *first, const char *part, uint32_t times, const char *end)
{
    sl_context *cx = sl_context_new(NULL, "acct_1", false, "req_1");
    sl_buffer text = SL_BUFFER_INIT(cx->arena);
    sl_form_node root = { 0 };
    uint32_t counted = 0;
    sl_buffer_text_add(&text, first);
    for (uint32_t i = 0; i < times; i++) {
        sl_buffer_text_add(&text, part);
    }
    sl_buffer_text_add(&text, end);
    sl_status status = sl_form_read(cx, text.data, text.length, &root, &counted);
    sl_context_free(cx);
    return status;
}

static void there_is_a_bound_to_depth_and_number(void **state)
{
    (void)state;
    assert_int_equal(repeated("m", "[a]", 31, "=1"), SL_OK);
    assert_int_equal(repeated("m", "[a]", 32, "=1"), SL_E_INVALID);
    assert_int_equal(repeated("m", "[a]", 50000, "=1"), SL_E_INVALID);
    assert_int_equal(repeated("", "a[]=1&", 1000, ""), SL_OK);
    assert_int_equal(repeated("", "a[]=1&", 1001, ""), SL_E_INVALID);
}

static void a_card_number_in_a_name_is_not_echoed(void **state)
{
    (void)state;
    sl_context *cx = sl_context_new(NULL, "acct_1", false, "req_1");
    sl_form_node root = { 0 };
    uint32_t counted = 0;
    static const char text[] = "4242424242424242[=1";
    assert_int_equal(sl_form_read(cx, text, sizeof text - 1, &root, &counted), SL_E_INVALID);
    assert_null(strstr(sl_error_message(cx), "424242424242"));
    sl_context_free(cx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_its_tree),
        cmocka_unit_test(there_is_a_bound_to_depth_and_number),
        cmocka_unit_test(a_card_number_in_a_name_is_not_echoed),
    };
    return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
