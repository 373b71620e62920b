/*
 * xml_test.c: documents of Braintree's kind, and those of which nothing is taken.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "braintree_xml.h"

static bool whole(const char *text)
{
    return xml_is_whole(text, strlen(text));
}

static void what_braintree_sends_is_whole(void **state)
{
    (void)state;
    assert_true(whole("<notification><kind>check</kind></notification>"));
    assert_true(whole("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<notification>\n"
                      "  <timestamp type=\"datetime\">2026-01-01T00:00:00Z</timestamp>\n"
                      "  <first-name nil='true'/>\n  <x a=\"1\" b='>' />\n</notification>\n"));
    assert_true(whole("<!-- a word --><a>text &amp; text</a>"));
}

static void what_is_no_document_is_not(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "text",
        "<",
        "<a",
        "<a>",
        "<a/",
        "</a>",
        "<a></b>",
        "<a><b></a></b>",
        "<a/><b/>",
        "text<a/>",
        "<a/>text",
        "<a b></a>",
        "<a b=1></a>",
        "<a b=\"1></a>",
        "<a b=\"<\"></a>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>",
        "<a>< b/></a>",
        "<a><![CDATA[x]]></a>",
        "<?xml ",
        "<a/><!-- ",
        "<a></a",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (whole(texts[i]))
            fail_msg("taken: %s", texts[i]);
    }
    assert_false(xml_is_whole("<a>\0</a>", 8));
}

static void deep_nesting_ends_somewhere(void **state)
{
    (void)state;
    static const char open[] = "<a>";
    static const char close[] = "</a>";
    for (size_t depth = 1; depth <= 40; depth++) {
        char text[40 * (sizeof(open) + sizeof(close))];
        char *at = text;
        for (size_t i = 0; i < depth; i++, at += sizeof(open) - 1)
            memcpy(at, open, sizeof(open));
        for (size_t i = 0; i < depth; i++, at += sizeof(close) - 1)
            memcpy(at, close, sizeof(close));
        assert_int_equal(whole(text), depth <= 32);
    }
}

/* Whatever is cut off or changed in a document, reading it ends. */
static void broken_documents_do_no_harm(void **state)
{
    (void)state;
    const char good[] = "<?xml version=\"1.0\"?><a b='c'><!-- d --><e/>f &#65;</a>";
    const char bytes[] = "<>/=\"'&;!?- a\x80";
    for (size_t i = 0; i < sizeof(good) - 1; i++) {
        assert_false(i > 0 && xml_is_whole(good, i));
        for (size_t j = 0; j < sizeof(bytes) - 1; j++) {
            char copy[sizeof(good)];
            memcpy(copy, good, sizeof(good));
            copy[i] = bytes[j];
            (void)xml_is_whole(copy, sizeof(good) - 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_braintree_sends_is_whole),
        cmocka_unit_test(what_is_no_document_is_not),
        cmocka_unit_test(deep_nesting_ends_somewhere),
        cmocka_unit_test(broken_documents_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
