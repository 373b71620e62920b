/*
 * writer_test.c: both faces, escapes, references and their places, maps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/tests/test.h"

#include "core/base/context.h"
#include "core/json/writer.h"

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

static void all_kinds_write(sl_json *out)
{
    static const sl_pair pairs[] = { { "a\"", "1" }, { "b", "" } };
    const sl_map map = { .count = 2, .pairs = pairs };
    sl_json_open(out, NULL);
    sl_json_string(out, "s", "x\n\"y\"");
    sl_json_string(out, "none", NULL);
    sl_json_int(out, "i", -5);
    sl_json_int(out, "absent", SL_NONE);
    sl_json_bool(out, "t", true);
    sl_json_money(out, "m", 1990, "usd");
    sl_json_money(out, "mj", 1000, "jpy");
    sl_json_money(out, "mn", SL_NONE, "usd");
    sl_json_time(out, "at", 1769860800);
    sl_json_time(out, "never", 0);
    sl_json_map(out, "map", &map);
    sl_json_map(out, "empty", NULL);
    sl_json_open_array(out, "list");
    sl_json_int(out, NULL, 1);
    sl_json_open(out, NULL);
    sl_json_close(out);
    sl_json_raw(out, NULL, "[1,2]");
    sl_json_raw(out, NULL, NULL);
    sl_json_close_array(out);
    sl_json_json(out, "made", sl_json_object(cx, "k", "v", "n", (const char *)NULL));
    sl_json_json(out, "nothing", NULL);
    sl_json_null(out, "null");
    sl_json_close(out);
}

#define HEAD "{\"s\":\"x\\n\\\"y\\\"\",\"none\":null,\"i\":-5,\"absent\":null,\"t\":true,"
#define TAIL                                                                                       \
    "\"never\":null,\"map\":{\"a\\\"\":\"1\",\"b\":\"\"},\"empty\":{},\"list\":[1,{},[1,2],null]," \
    "\"made\":{\"k\":\"v\",\"n\":null},\"nothing\":null,\"null\":null}"

static void each_face_has_its_shapes(void **state)
{
    (void)state;
    size_t length = 0;
    sl_json *out = sl_json_new(cx);
    assert_ptr_equal(sl_json_context(out), cx);
    all_kinds_write(out);
    assert_string_equal(sl_json_text(out, &length),
                        HEAD "\"m\":1990,\"mj\":1000,\"mn\":null,\"at\":1769860800," TAIL);
    assert_int_equal(length, strlen(sl_json_text(out, NULL)));
    cx->face = SL_FACE_LITE;
    out = sl_json_new(cx);
    all_kinds_write(out);
    assert_string_equal(
        sl_json_text(out, NULL),
        HEAD "\"m\":19.9,\"mj\":1000.0,\"mn\":null,\"at\":\"2026-01-31T12:00:00Z\"," TAIL);
    cx->face = SL_FACE_STRIPE;
}

static void bytes_that_are_no_utf8_are_replaced(void **state)
{
    (void)state;
    sl_json *out = sl_json_new(cx);
    sl_json_string(out, NULL, "a\xff\xe2\x82z\xe2\x82\xac\x7f\x1f");
    assert_string_equal(sl_json_text(out, NULL),
                        "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\xe2\x82\xac\x7f\\u001f\"");
}

static void large_texts_are_whole(void **state)
{
    (void)state;
    sl_json *out = sl_json_new(cx);
    sl_json_open_array(out, NULL);
    for (int i = 0; i < 20000; i++)
        sl_json_string(out, NULL, "0123456789");
    sl_json_close_array(out);
    size_t length = 0;
    const char *text = sl_json_text(out, &length);
    assert_int_equal(length, 20000 * 13 + 1);
    assert_int_equal(text[length], '\0');
    assert_string_equal(text + length - 13, "\"0123456789\"]");
}

static void references_know_their_places(void **state)
{
    (void)state;
    sl_json *inner = sl_json_new(cx);
    inner->record_references = true;
    sl_json_open(inner, NULL);
    sl_json_reference(inner, "charge", "charge", "ch_1");
    sl_json_close(inner);

    sl_json *out = sl_json_new(cx);
    out->record_references = true;
    sl_json_open(out, NULL);
    sl_json_reference(out, "customer", "customer", "cus_1");
    sl_json_open_array(out, "data");
    sl_json_open(out, NULL);
    sl_json_reference(out, "invoice", "invoice", NULL);
    sl_json_close(out);
    sl_json_json(out, NULL, inner);
    sl_json_close_array(out);
    sl_json_json(out, "refund", inner);
    sl_json_open_array(out, "taxes");
    sl_json_reference(out, NULL, "tax_rate", "txr_1");
    sl_json_close_array(out);
    sl_json_close(out);

    static const struct {
        const char *path, *name, *type, *id;
    } wanted[] = {
        { "customer", "customer", "customer", "cus_1" },
        { "data.invoice", "invoice", "invoice", NULL },
        { "data.charge", "charge", "charge", "ch_1" },
        { "refund.charge", "charge", "charge", "ch_1" },
        { "taxes", "taxes", "tax_rate", "txr_1" },
    };
    assert_int_equal(out->place_count, COUNT_OF(wanted));
    const char *text = sl_json_text(out, NULL);
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        const sl_json_place *place = &out->places[i];
        assert_string_equal(place->path, wanted[i].path);
        assert_string_equal(place->name, wanted[i].name);
        assert_string_equal(place->type, wanted[i].type);
        const char *value = wanted[i].id ? sl_format(cx, "\"%s\"", wanted[i].id) : "null";
        assert_int_equal(place->length, strlen(value));
        assert_memory_equal(text + place->offset, value, strlen(value));
        if (wanted[i].id)
            assert_string_equal(place->id, wanted[i].id);
        else
            assert_null(place->id);
    }
    sl_json *plain = sl_json_new(cx);
    sl_json_reference(plain, NULL, "customer", "cus_1");
    assert_int_equal(plain->place_count, 0);
}

static void errors_carry_objects(void **state)
{
    (void)state;
    (void)sl_fail(cx, SL_E_CARD, "card_declined", "no");
    sl_error_attach(cx, "charge", sl_json_object(cx, "id", "ch_1"));
    sl_error_attach(cx, "intent", sl_json_object(cx, "id", "pi_1"));
    assert_string_equal(cx->error.attachments,
                        "\"charge\":{\"id\":\"ch_1\"},\"intent\":{\"id\":\"pi_1\"}");
}

static void maps_merge(void **state)
{
    (void)state;
    static const sl_pair base_pairs[] = { { "a", "1" }, { "b", "2" }, { "c", "3" } };
    static const sl_pair change_pairs[] = { { "b", "" }, { "c", "4" }, { "d", "5" }, { "e", "" } };
    const sl_map base = { .count = 3, .pairs = base_pairs };
    const sl_map changes = { .count = 4, .pairs = change_pairs };
    const sl_map *merged = sl_map_merge(cx, &base, &changes);
    assert_int_equal(merged->count, 3);
    assert_string_equal(sl_map_get(merged, "a"), "1");
    assert_null(sl_map_get(merged, "b"));
    assert_string_equal(sl_map_get(merged, "c"), "4");
    assert_string_equal(sl_map_get(merged, "d"), "5");
    assert_string_equal(base_pairs[2].value, "3");
    assert_int_equal(sl_map_merge(cx, NULL, NULL)->count, 0);
    assert_int_equal(sl_map_merge(cx, &base, NULL)->count, 3);
    assert_null(sl_map_get(NULL, "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_face_has_its_shapes),
        cmocka_unit_test(bytes_that_are_no_utf8_are_replaced),
        cmocka_unit_test(large_texts_are_whole),
        cmocka_unit_test(references_know_their_places),
        cmocka_unit_test(errors_carry_objects),
        cmocka_unit_test(maps_merge),
    };
    return cmocka_run_group_tests_name("json_writer", tests, context_open, context_close);
}
