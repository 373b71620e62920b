/*
 * fields_test.c: structs read from JSON and forms and written again: every type, every fault, in both faces.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/tests/test.h"

#include "core/base/context.h"
#include "core/json/columns.h"
#include "core/json/fields.h"
#include "core/json/fields_inside.h"

struct address {
    const char *line1;
    const char *country;
};
static const sl_field address_fields[] = {
    SL_STRING(struct address, line1, .required = true, .max = 10),
    SL_STRING(struct address, country),
    SL_FIELDS_END,
};

struct tier {
    int64_t up_to;
    int64_t unit_amount;
};
static const sl_field tier_fields[] = {
    SL_INT64(struct tier, up_to, .nullable = true, .min = 1),
    SL_MONEY(struct tier, unit_amount, .required = true),
    SL_FIELDS_END,
};

struct params {
    const char *name;
    bool active;
    int64_t count;
    int64_t amount;
    const char *currency;
    int64_t at;
    const char *customer;
    const char *mode;
    const sl_map *metadata;
    struct address *address;
    sl_list tiers;
    sl_list expand;
    const char *extra;
    const char *email;
    const char *kind;
    const char *token;
};
static const char *const modes[] = { "automatic", "manual", "off", NULL };
static const char *const unsupported[] = { "elsewhere", "later", NULL };
static const char *const unused[] = { "advice", NULL };
static const sl_field fields[] = {
    SL_STRING(struct params, name, .unset = true, .max = 20),
    SL_BOOL(struct params, active, .initial = "true"),
    SL_INT64(struct params, count, .nullable = true, .min = 1, .max = 100),
    SL_MONEY(struct params, amount, .nullable = true, .min = 1),
    SL_CURRENCY(struct params, currency),
    SL_TIMESTAMP(struct params, at),
    SL_ID(struct params, customer, "cus"),
    SL_ENUM(struct params, mode, modes, .initial = "automatic"),
    SL_METADATA(struct params, metadata),
    SL_OBJECT(struct params, address, struct address, address_fields, .unset = true),
    SL_OBJECTS(struct params, tiers, struct tier, tier_fields),
    SL_STRINGS(struct params, expand),
    SL_JSON(struct params, extra),
    SL_EMAIL(struct params, email),
    SL_STRING(struct params, kind, .name = "type"),
    SL_STRING(struct params, token, .secret = true, .max = 8),
    SL_UNSUPPORTED(unsupported, "there is none"),
    SL_UNUSED(unused),
    SL_FIELDS_END,
};

/* How a text reaches the engine. */
enum { STRIPE, FORM, LITE, QUERY };

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

static void form_mark(const sl_value *value)
{
    ((sl_value *)value)->flag = value->type == SL_VALUE_STRING || value->flag;
    for (uint32_t i = 0; i < value->count; i++)
        form_mark(value->items[i].value);
}

static void take(const sl_value *object, uint32_t way, struct params *ret_params,
                 sl_faults *ret_faults)
{
    if (way == FORM || way == QUERY)
        form_mark(object);
    cx->face = way == LITE || way == QUERY ? SL_FACE_LITE : SL_FACE_STRIPE;
    uint32_t before = ret_faults->count;
    sl_status status = sl_fields_parse(cx, fields, object, true, ret_params, ret_faults);
    assert_int_equal(status, ret_faults->count > 0 ? SL_E_INVALID : SL_OK);
    if (ret_faults->count > before)
        assert_string_equal(sl_error_message(cx), ret_faults->items[0].message);
    cx->face = SL_FACE_STRIPE;
}

static struct params taken(const char *text, uint32_t way)
{
    struct params params = { 0 };
    sl_faults faults = { 0 };
    take(parsed(text), way, &params, &faults);
    if (faults.count > 0)
        print_message("%s: %s %s\n", text, faults.items[0].param, faults.items[0].message);
    assert_int_equal(faults.count, 0);
    return params;
}

static void nothing_given_is_absent(void **state)
{
    (void)state;
    struct params params = taken("{}", FORM);
    assert_null(params.name);
    assert_true(params.active);
    assert_true(params.count == SL_NONE && params.amount == SL_NONE);
    assert_int_equal(params.at, 0);
    assert_string_equal(params.mode, "automatic");
    assert_null(params.metadata);
    assert_null(params.address);
    assert_int_equal(params.tiers.count, 0);
    assert_null(params.extra);
    params = taken(
        "{\"name\":null,\"count\":null,\"at\":null,\"mode\":null,\"customer\":null,\"tiers\":null}",
        LITE);
    assert_string_equal(params.name, "");
    assert_true(params.count == SL_NONE);
    assert_string_equal(params.mode, "automatic");
    assert_null(params.customer);
    memset(&params, 0, sizeof(params));
    sl_faults faults = { 0 };
    assert_int_equal(sl_fields_parse(cx, fields, NULL, true, &params, &faults), SL_OK);
    assert_int_equal(faults.count, 0);
}

static void json_is_read(void **state)
{
    (void)state;
    struct params params = taken(
        "{\"name\":\"A\\u20ac\",\"active\":false,\"count\":7,\"amount\":19.990,\"currency\":\"EUR\",\"at\":"
        "\"2026-01-31T12:00:00Z\",\"customer\":\"cus_1\",\"mode\":\"manual\",\"metadata\":{\"a\":\"1\",\"b\":"
        "2.50,\"c\":true,\"d\":null},\"address\":{\"line1\":\"x\"},\"tiers\":[{\"up_to\":10,\"unit_amount\":1e2},"
        "{\"up_to\":null,\"unit_amount\":0.05}],\"expand\":[\"a\",\"b.c\"],\"extra\":{\"k\":[1.0,null]},"
        "\"email\":\"a.b@example.com\",\"type\":\"t\"}",
        LITE);
    assert_string_equal(params.name, "A\xe2\x82\xac");
    assert_false(params.active);
    assert_int_equal(params.count, 7);
    assert_int_equal(params.amount, 1999);
    assert_string_equal(params.currency, "eur");
    assert_int_equal(params.at, 1769860800);
    assert_string_equal(params.mode, "manual");
    assert_int_equal(params.metadata->count, 4);
    assert_string_equal(sl_map_get(params.metadata, "b"), "2.50");
    assert_string_equal(sl_map_get(params.metadata, "c"), "true");
    assert_string_equal(sl_map_get(params.metadata, "d"), "");
    assert_string_equal(params.address->line1, "x");
    assert_null(params.address->country);
    assert_int_equal(params.tiers.count, 2);
    assert_int_equal(SL_ITEM(params.tiers, struct tier, 0)->unit_amount, 10000);
    assert_true(SL_ITEM(params.tiers, struct tier, 1)->up_to == SL_NONE);
    assert_int_equal(SL_ITEM(params.tiers, struct tier, 1)->unit_amount, 5);
    assert_string_equal(*SL_ITEM(params.expand, const char *, 1), "b.c");
    assert_string_equal(params.extra, "{\"k\":[1.0,null]}");
    assert_string_equal(params.kind, "t");
    assert_int_equal(
        taken("{\"amount\":5,\"currency\":\"jpy\",\"at\":1769860800,\"count\":10.0}", LITE).amount,
        5);
    assert_int_equal(taken("{\"amount\":5}", LITE).amount, 500);
    assert_int_equal(taken("{\"amount\":500,\"currency\":\"usd\"}", STRIPE).amount, 500);
    assert_int_equal(taken("{\"amount\":\"500\",\"active\":\"false\"}", STRIPE).amount, 500);
}

static void forms_are_read(void **state)
{
    (void)state;
    struct params params = taken(
        "{\"name\":\"\",\"active\":\"false\",\"count\":\"7\",\"amount\":\"1999\",\"at\":\"1769860800\",\"metadata\":"
        "{\"a\":\"1\",\"b\":\"\"},\"address\":\"\",\"tiers\":[{\"unit_amount\":\"1\"},"
        "{\"unit_amount\":\"2\"}],\"expand\":[\"x\"]}",
        FORM);
    assert_string_equal(params.name, "");
    assert_int_equal(params.count, 7);
    assert_int_equal(params.amount, 1999);
    assert_int_equal(params.at, 1769860800);
    assert_string_equal(sl_map_get(params.metadata, "b"), "");
    assert_null(params.address);
    assert_int_equal(params.tiers.count, 2);
    assert_int_equal(SL_ITEM(params.tiers, struct tier, 0)->unit_amount, 1);
    assert_int_equal(SL_ITEM(params.tiers, struct tier, 1)->unit_amount, 2);
    assert_string_equal(*SL_ITEM(params.expand, const char *, 0), "x");
    params = taken("{\"metadata\":\"\",\"expand\":[\"a\"],\"at\":\"2026-01-31\"}", FORM);
    assert_non_null(params.metadata);
    assert_int_equal(params.metadata->count, 0);
    assert_int_equal(params.expand.count, 1);
    assert_int_equal(params.at, 1769817600);
    assert_int_equal(taken("{\"amount\":\"19.99\",\"count\":\"3\"}", QUERY).amount, 1999);
}

static void what_asks_for_nothing_is_taken(void **state)
{
    (void)state;
    assert_int_equal(taken("{\"count\":\"3\",\"later\":\"\",\"elsewhere\":\"false\"}", FORM).count,
                     3);
    assert_int_equal(taken("{\"count\":3,\"later\":null,\"elsewhere\":[]}", STRIPE).count, 3);
    assert_int_equal(taken("{\"count\":\"3\",\"advice\":{\"a\":[1,{}]}}", FORM).count, 3);
}

struct expected {
    const char *text;
    uint32_t way;
    const char *param;
    const char *code;
    const char *message; /* how it begins */
    const char *type;
};

static const struct expected expected_faults[] = {
    { "{\"colour\":\"1\"}", FORM, "colour", "parameter_unknown",
      "Received unknown parameter: colour", "extra_forbidden" },
    { "{\"later\":{\"a\":\"1\"}}", FORM, "later", "parameter_unsupported",
      "This server does not support later: there is none.", "value_error" },
    { "{\"elsewhere\":true}", LITE, "elsewhere", "parameter_unsupported",
      "This server does not support elsewhere", "value_error" },
    { "{\"unsupported\":\"1\"}", FORM, "unsupported", "parameter_unknown",
      "Received unknown parameter: unsupported", "extra_forbidden" },
    { "{\"address\":{\"line1\":\"x\",\"planet\":\"y\"}}", FORM, "address[planet]",
      "parameter_unknown", "Received unknown parameter: address[planet]", "extra_forbidden" },
    { "{\"address\":{}}", FORM, "address[line1]", "parameter_missing",
      "Missing required param: address[line1].", "missing" },
    { "{\"address\":{\"line1\":null}}", LITE, "address[line1]", NULL, "Invalid string",
      "string_type" },
    { "{\"address\":{\"line1\":null}}", STRIPE, "address[line1]", "parameter_missing", "Missing",
      "missing" },
    { "{\"tiers\":[{}]}", LITE, "tiers[0][unit_amount]", "parameter_missing", "Missing",
      "missing" },
    { "{\"tiers\":[5]}", LITE, "tiers[0]", NULL, "Invalid object", "dict_type" },
    { "{\"tiers\":{\"a\":1}}", LITE, "tiers", NULL, "Invalid array", "list_type" },
    { "{\"tiers\":\"x\"}", FORM, "tiers", NULL, "Invalid array", "list_type" },
    { "{\"expand\":[\"a\",null]}", LITE, "expand[1]", NULL, "Invalid value", "string_type" },
    { "{\"expand\":[[]]}", LITE, "expand[0]", NULL, "Invalid string", "string_type" },
    { "{\"address\":5}", LITE, "address", NULL, "Invalid object", "dict_type" },
    { "{\"count\":\"abc\"}", FORM, "count", "parameter_invalid_integer", "Invalid integer: abc",
      "int_parsing" },
    { "{\"count\":\" 7\"}", FORM, "count", "parameter_invalid_integer", "Invalid integer:  7",
      "int_parsing" },
    { "{\"count\":\"0x1\"}", FORM, "count", "parameter_invalid_integer", "Invalid integer",
      "int_parsing" },
    { "{\"count\":10.5}", STRIPE, "count", "parameter_invalid_integer", "Invalid integer: 10.5",
      "int_from_float" },
    { "{\"count\":10.5}", LITE, "count", "parameter_invalid_integer", "Invalid integer: 10.5",
      "int_from_float" },
    { "{\"count\":\"7\"}", LITE, "count", "parameter_invalid_integer", "Invalid integer",
      "int_type" },
    { "{\"count\":true}", LITE, "count", "parameter_invalid_integer", "Invalid integer",
      "int_type" },
    { "{\"count\":true}", STRIPE, "count", "parameter_invalid_integer", "Invalid integer",
      "int_type" },
    { "{\"count\":[]}", FORM, "count", "parameter_invalid_integer", "Invalid integer", "int_type" },
    { "{\"count\":\"0\"}", FORM, "count", "parameter_invalid_integer",
      "This value must be greater than or equal to 1.", "greater_than_equal" },
    { "{\"count\":101}", LITE, "count", "parameter_invalid_integer",
      "This value must be less than or equal to 100.", "less_than_equal" },
    { "{\"count\":99999999999999999999}", LITE, "count", "parameter_invalid_integer",
      "Invalid integer", "int_from_float" },
    { "{\"amount\":\"9223372036854775808\"}", FORM, "amount", "parameter_invalid_integer",
      "Invalid integer", "int_parsing" },
    { "{\"amount\":\"-9223372036854775808\"}", FORM, "amount", "parameter_invalid_integer",
      "Invalid integer", "int_parsing" },
    { "{\"amount\":0}", STRIPE, "amount", "parameter_invalid_integer", "This value must be greater",
      "greater_than_equal" },
    { "{\"amount\":0}", LITE, "amount", "parameter_invalid_integer", "This value must be greater",
      "greater_than" },
    { "{\"amount\":-1}", LITE, "amount", "parameter_invalid_integer", "This value must be greater",
      "greater_than" },
    { "{\"amount\":19.999}", LITE, "amount", NULL, "Invalid amount: 19.999", "decimal_max_places" },
    { "{\"amount\":1.5,\"currency\":\"jpy\"}", LITE, "amount", NULL, "Invalid amount",
      "decimal_max_places" },
    { "{\"amount\":1e30}", LITE, "amount", NULL, "Invalid amount", "less_than_equal" },
    { "{\"amount\":\"10\"}", LITE, "amount", NULL, "Invalid amount", "decimal_type" },
    { "{\"amount\":true}", LITE, "amount", NULL, "Invalid amount", "decimal_type" },
    { "{\"amount\":[1]}", LITE, "amount", NULL, "Invalid amount", "decimal_type" },
    { "{\"amount\":\"ten\"}", QUERY, "amount", NULL, "Invalid amount: ten", "decimal_parsing" },
    { "{\"amount\":\"\"}", QUERY, "amount", NULL, "Invalid amount: ", "decimal_parsing" },
    { "{\"amount\":19.999,\"currency\":\"zzz\"}", LITE, "currency", NULL, "Invalid currency: zzz",
      "enum" },
    { "{\"currency\":5}", LITE, "currency", NULL, "Invalid string", "string_type" },
    { "{\"amount\":\"\"}", FORM, "amount", "parameter_invalid_empty",
      "You passed an empty string for 'amount'.", "string_too_short" },
    { "{\"customer\":\"\"}", FORM, "customer", "parameter_invalid_empty", "You passed",
      "string_too_short" },
    { "{\"tiers\":\"\"}", FORM, "tiers", "parameter_invalid_empty", "You passed",
      "string_too_short" },
    { "{\"active\":\"yes\"}", FORM, "active", NULL, "Invalid boolean: yes", "bool_parsing" },
    { "{\"active\":\"true\"}", LITE, "active", NULL, "Invalid boolean: true", "bool_type" },
    { "{\"active\":1}", LITE, "active", NULL, "Invalid boolean: 1", "bool_type" },
    { "{\"mode\":\"never\"}", FORM, "mode", NULL,
      "Invalid mode: must be one of automatic, manual, or off", "enum" },
    { "{\"at\":\"soon\"}", FORM, "at", "parameter_invalid_integer", "Invalid integer: soon",
      "int_parsing" },
    { "{\"at\":\"soon\"}", LITE, "at", "parameter_invalid_integer", "Invalid timestamp: soon",
      "datetime_parsing" },
    { "{\"at\":1769860800000}", LITE, "at", "parameter_invalid_integer", "Invalid timestamp",
      "datetime_parsing" },
    { "{\"at\":-1}", STRIPE, "at", "parameter_invalid_integer", "Invalid timestamp",
      "datetime_parsing" },
    { "{\"email\":\"nothing\"}", FORM, "email", "email_invalid", "Invalid email address: nothing",
      "value_error" },
    { "{\"email\":\"\"}", LITE, "email", "email_invalid", "Invalid email address", "value_error" },
    { "{\"name\":7}", LITE, "name", NULL, "Invalid string", "string_type" },
    { "{\"name\":\"a\\u0000b\"}", LITE, "name", NULL, "Invalid string", "value_error" },
    { "{\"name\":\"a\\u0000b\"}", FORM, "name", NULL, "Invalid string", "value_error" },
    { "{\"extra\":{\"k\":\"a\\u0000b\"}}", LITE, "extra", NULL, "Invalid text", "value_error" },
    { "{\"name\":\"123456789012345678901\"}", LITE, "name", NULL, "Invalid string: 12345",
      "string_too_long" },
    { "{\"metadata\":\"x\"}", LITE, "metadata", NULL, "Invalid hash", "dict_type" },
    { "{\"metadata\":[]}", LITE, "metadata", NULL, "Invalid hash", "dict_type" },
    { "{\"metadata\":{\"a\":{}}}", LITE, "metadata[a]", NULL, "Metadata values", "string_type" },
    { "{\"metadata\":{\"a\":\"\\u0000\"}}", LITE, "metadata[a]", NULL, "Metadata values",
      "value_error" },
    { "{\"metadata\":{\"\":\"x\"}}", LITE, "metadata[]", NULL, "Metadata names", "value_error" },
    { "{\"metadata\":{\"a[b]\":\"x\"}}", LITE, "metadata[a[b]]", NULL, "Metadata names",
      "value_error" },
    { "{\"metadata\":{\"12345678901234567890123456789012345678901\":\"x\"}}", LITE,
      "metadata[12345678901234567890123456789012345678901]", NULL, "Metadata names",
      "string_too_long" },
};

static void each_fault_has_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(expected_faults); i++) {
        const struct expected *row = &expected_faults[i];
        struct params params = { 0 };
        sl_faults faults = { 0 };
        take(parsed(row->text), row->way, &params, &faults);
        if (faults.count != 1 || strcmp(faults.items[0].type, row->type) != 0)
            print_message("%s: %u %s\n", row->text, faults.count,
                          faults.count ? faults.items[0].type : "");
        assert_int_equal(faults.count, 1);
        const sl_fault *fault = &faults.items[0];
        assert_string_equal(fault->param, row->param);
        assert_memory_equal(fault->message, row->message, strlen(row->message));
        assert_string_equal(fault->type, row->type);
        assert_true(*fault->description != '\0');
        if (row->code == NULL)
            assert_null(fault->code);
        else
            assert_string_equal(fault->code, row->code);
    }
}

static void all_faults_come_at_once(void **state)
{
    (void)state;
    struct params params = { 0 };
    sl_faults faults = { 0 };
    const char *text =
        "{\"tiers\":[{\"unit_amount\":1},{\"up_to\":0,\"unit_amount\":true}],\"currency\":\"zzz\",\"x\":1}";
    take(parsed(text), LITE, &params, &faults);
    assert_int_equal(faults.count, 4);
    assert_string_equal(faults.items[2].top, "tiers");
    assert_string_equal(faults.items[2].loc, "\"tiers\",1,\"unit_amount\"");
    assert_string_equal(faults.items[1].description, "Input should be greater than or equal to 1");
    assert_string_equal(cx->error.param, "currency");
}

static void secrets_and_cards_are_never_quoted(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"count\":\"4242 4242 4242 4242\"}",      "{\"4242424242424242\":1}",
        "{\"token\":\"4242424242424241\"}",         "{\"email\":\"sk_test_4242424242\"}",
        "{\"metadata\":{\"4242424242424242\":{}}}",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct params params = { 0 };
        sl_faults faults = { 0 };
        take(parsed(texts[i]), FORM, &params, &faults);
        assert_int_equal(faults.count, 1);
        assert_null(strstr(faults.items[0].message, "42424"));
        assert_null(strstr(faults.items[0].message, "4242 4"));
        assert_null(strstr(faults.items[0].param, "42424"));
        assert_null(strstr(faults.items[0].loc, "42424"));
    }
}

static void metadata_is_bounded(void **state)
{
    (void)state;
    sl_value *map = sl_value_new(cx->arena, SL_VALUE_OBJECT);
    sl_value *root = sl_value_new(cx->arena, SL_VALUE_OBJECT);
    sl_value_append(cx->arena, root, "metadata", 8, map);
    char value[502];
    memset(value, 'x', sizeof(value));
    for (int i = 0; i < 50; i++) {
        const char *name = sl_format(cx, "name%d", i);
        sl_value_append(cx->arena, map, name, strlen(name),
                        sl_value_new_string(cx->arena, value, 500));
    }
    struct params params = { 0 };
    sl_faults faults = { 0 };
    take(root, FORM, &params, &faults);
    assert_int_equal(faults.count, 0);
    assert_int_equal(params.metadata->count, 50);
    map->items[0].value = sl_value_new_string(cx->arena, value, 501);
    take(root, FORM, &params, &faults);
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.items[0].param, "metadata[name0]");
    sl_value_append(cx->arena, map, "more", 4, sl_value_new_string(cx->arena, "x", 1));
    faults.count = 0;
    take(root, FORM, &params, &faults);
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.items[0].param, "metadata");
}

static void emails_are_told_from_texts(void **state)
{
    (void)state;
    static const char *const good[] = { "a@b.co", "first.last+tag@sub.example.co.uk",
                                        "o'hara@example.com", "x@example.museum",
                                        "\xc3\xa9@ex\xc3\xa4mple.com" };
    static const char *const bad[] = {
        "",          "plain",          "@example.com", "a@",       "a b@example.com",
        "a@b@c.com", "a@exam ple.com", "a@b",          ".a@b.co",  "a.@b.co",
        "a..b@c.co", "a@.b.co",        "a@b.co.",      "a@-b.co",  "a@b-.co",
        "a@b..co",   "a@b.co\n",       "\"a\"@b.co",   "<a@b.co>", "a,b@c.co"
    };
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(sl_email_valid(good[i]));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(sl_email_valid(bad[i]));
    char local[80];
    memset(local, 'a', sizeof(local));
    memcpy(local + 65, "@b.co", 6);
    assert_false(sl_email_valid(local));
    assert_true(sl_email_valid(local + 1));
    assert_false(sl_email_valid(NULL));
}

static void documents_are_read_leniently(void **state)
{
    (void)state;
    struct params params = { 0 };
    const sl_value *document =
        parsed("{\"name\":\"A\",\"customer\":\"\",\"amount\":5,\"unknown\":{},\"metadata\":null}");
    assert_int_equal(sl_fields_read(cx, fields, document, &params), SL_OK);
    assert_string_equal(params.customer, "");
    assert_int_equal(params.amount, 5);
    document = parsed("{\"amount\":\"x\",\"count\":-1}");
    assert_int_equal(sl_fields_read(cx, fields, document, &params), SL_E_INVALID);
    assert_string_equal(
        sl_error_message(cx),
        "This value must be greater than or equal to 1.; amount: Invalid integer: x");
    assert_int_equal(sl_fields_read(cx, fields, parsed("[]"), &params), SL_E_INVALID);
    assert_int_equal(sl_fields_read(cx, fields, NULL, &params), SL_E_INVALID);
}

static void given_parameters_are_known(void **state)
{
    (void)state;
    assert_false(sl_given(cx, "a"));
    cx->params = parsed("{\"a\":null,\"b\":{\"c\":{\"d\":\"\"}},\"l\":[{\"x\":1}]}");
    assert_true(sl_given(cx, "a"));
    assert_true(sl_given(cx, "b[c][d]"));
    assert_true(sl_given(cx, "b[c]"));
    assert_true(sl_given(cx, "l[0][x]"));
    assert_false(sl_given(cx, "l[1]"));
    assert_false(sl_given(cx, "l[0][y]"));
    assert_false(sl_given(cx, "b[x]"));
    assert_false(sl_given(cx, "a[x]"));
    cx->params = NULL;
}

static void records_are_written_in_both_faces(void **state)
{
    (void)state;
    struct address address = { .line1 = "x" };
    struct tier tiers[] = { { .up_to = SL_NONE, .unit_amount = 1234 } };
    const char *names[] = { "a", NULL };
    struct params params = {
        .name = "A\"",
        .count = SL_NONE,
        .amount = 1000,
        .currency = "kwd",
        .at = 1769860800,
        .address = &address,
        .tiers = { .count = 1, .item_size = sizeof(struct tier), .items = tiers },
        .expand = { .count = 2, .item_size = sizeof(char *), .items = names },
        .extra = "[1]",
        .token = "hidden",
    };
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_fields(out, fields, &params);
    sl_json_close(out);
    assert_string_equal(
        sl_json_text(out, NULL),
        "{\"name\":\"A\\\"\",\"active\":false,\"count\":null,\"amount\":1000,\"currency\":\"kwd\",\"at\":"
        "1769860800,\"customer\":null,\"mode\":null,\"metadata\":{},\"address\":{\"line1\":\"x\","
        "\"country\":null},\"tiers\":[{\"up_to\":null,\"unit_amount\":1234}],\"expand\":[\"a\",null],"
        "\"extra\":[1],\"email\":null,\"type\":null}");
    cx->face = SL_FACE_LITE;
    out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_fields(out, fields, &params);
    sl_json_close(out);
    cx->face = SL_FACE_STRIPE;
    const char *text = sl_json_text(out, NULL);
    assert_non_null(strstr(text, "\"amount\":1.0,"));
    assert_non_null(strstr(text, "\"unit_amount\":1.234}"));
    assert_non_null(strstr(text, "\"at\":\"2026-01-31T12:00:00Z\""));
    assert_null(strstr(text, "hidden"));
    assert_int_equal(sl_fields_count(fields), sizeof(fields) / sizeof(fields[0]) - 1);
    assert_null(strstr(text, "unused"));
    assert_null(sl_fields_find(fields, "kind"));
    assert_ptr_equal(sl_fields_find(fields, "name"), &fields[0]);
}

static void columns_go_both_ways(void **state)
{
    (void)state;
    struct address address = { .line1 = "a line longer than a request may have" };
    struct tier tiers[] = { { .up_to = 3, .unit_amount = 1234 },
                            { .up_to = SL_NONE, .unit_amount = 0 } };
    static const sl_pair pairs[] = { { "k", "v\"" }, { "empty", "" } };
    static const sl_map map = { .count = 2, .pairs = pairs };
    struct params params = {
        .name = "",
        .active = true,
        .count = SL_NONE,
        .amount = -5,
        .currency = "jpy",
        .at = 7,
        .mode = "manual",
        .metadata = &map,
        .address = &address,
        .extra = "{\"a\": 1.50}",
        .token = "hidden",
        .tiers = { .count = 2, .item_size = sizeof(struct tier), .items = tiers },
    };
    cx->face = SL_FACE_LITE; /* storage knows no face */
    struct params again = { 0 };
    for (const sl_field *field = fields; field->type != SL_TYPE_END; field++) {
        const char *text = sl_field_column_text(cx, field, &params);
        assert_int_equal(sl_field_column_read(cx, field, &again, text), SL_OK);
        const char *second = sl_field_column_text(cx, field, &again);
        if (text == NULL)
            assert_null(second);
        else if (field->type != SL_TYPE_JSON)
            assert_string_equal(second, text);
    }
    cx->face = SL_FACE_STRIPE;
    assert_string_equal(again.name, "");
    assert_true(again.active);
    assert_true(again.count == SL_NONE);
    assert_int_equal(again.amount, -5);
    assert_null(again.customer);
    assert_string_equal(sl_map_get(again.metadata, "k"), "v\"");
    assert_string_equal(sl_map_get(again.metadata, "empty"), "");
    assert_string_equal(again.address->line1, address.line1);
    assert_int_equal(again.tiers.count, 2);
    assert_int_equal(SL_ITEM(again.tiers, struct tier, 0)->unit_amount, 1234);
    assert_true(SL_ITEM(again.tiers, struct tier, 1)->up_to == SL_NONE);
    assert_string_equal(again.extra, "{\"a\":1.50}");
    assert_string_equal(again.token, "hidden");
    assert_string_equal(sl_field_column_text(cx, sl_fields_find(fields, "expand"), &params), "[]");
    assert_string_equal(
        sl_field_column_text(cx, sl_fields_find(fields, "metadata"), &(struct params){ 0 }), "{}");
    const sl_field *tiers_field = sl_fields_find(fields, "tiers");
    assert_int_equal(sl_field_column_read(cx, tiers_field, &again, "{broken"), SL_E_INTERNAL);
    assert_int_equal(sl_field_column_read(cx, tiers_field, &again, "5"), SL_E_INTERNAL);
    assert_int_equal(sl_field_column_read(cx, sl_fields_find(fields, "count"), &again, "x"),
                     SL_E_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given_is_absent),
        cmocka_unit_test(json_is_read),
        cmocka_unit_test(forms_are_read),
        cmocka_unit_test(what_asks_for_nothing_is_taken),
        cmocka_unit_test(each_fault_has_its_words),
        cmocka_unit_test(all_faults_come_at_once),
        cmocka_unit_test(secrets_and_cards_are_never_quoted),
        cmocka_unit_test(metadata_is_bounded),
        cmocka_unit_test(emails_are_told_from_texts),
        cmocka_unit_test(documents_are_read_leniently),
        cmocka_unit_test(given_parameters_are_known),
        cmocka_unit_test(records_are_written_in_both_faces),
        cmocka_unit_test(columns_go_both_ways),
    };
    return cmocka_run_group_tests_name("fields", tests, context_open, context_close);
}
