/*
 * parameters_fuzz.c: query and body into one tree, and into the struct of a field table, in both faces.
 *
 * The first byte chooses face and kind of body; the first line is the query. A record that was read is written as JSON, and
 * read again it is the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include "core/http/http.h"
#include "core/json/fields.h"

struct card {
    const char *number;
    int64_t month;
    const char *cvc;
};
struct item {
    const char *price;
    int64_t quantity;
    sl_list tags;
};
struct record {
    const char *name;
    const char *email;
    const char *customer;
    const char *currency;
    const char *kind;
    const char *data;
    int64_t amount;
    int64_t count;
    int64_t due;
    bool live;
    const sl_map *metadata;
    struct card *card;
    sl_list items;
    sl_list words;
};

static const char *const kinds[] = { "one", "two", NULL };
static const char *const refused[] = { "transfer_data", "on_behalf_of", NULL };
static const char *const unused[] = { "browser", NULL };
static const sl_field card_fields[] = {
    SL_STRING(struct card, number, .secret = true, .min = 2, .max = 20),
    SL_INT64(struct card, month, .name = "exp_month", .min = 1, .max = 12, .nullable = true),
    SL_STRING(struct card, cvc, .secret = true, .max = 4),
    SL_FIELDS_END,
};
static const sl_field item_fields[] = {
    SL_ID(struct item, price, "price", .required = true),
    SL_INT64(struct item, quantity, .initial = "1", .min = 1, .max = 1000),
    SL_STRINGS(struct item, tags),
    SL_FIELDS_END,
};
static const sl_field record_fields[] = {
    SL_STRING(struct record, name, .max = 40, .unset = true),
    SL_EMAIL(struct record, email),
    SL_ID(struct record, customer, "cus"),
    SL_CURRENCY(struct record, currency, .initial = "usd"),
    SL_ENUM(struct record, kind, kinds, .name = "type", .initial = "one"),
    SL_JSON(struct record, data),
    SL_MONEY(struct record, amount, .min = 1, .max = 99999999, .nullable = true),
    SL_INT64(struct record, count, .nullable = true),
    SL_TIMESTAMP(struct record, due),
    SL_BOOL(struct record, live, .initial = "true"),
    SL_METADATA(struct record, metadata),
    SL_OBJECT(struct record, card, struct card, card_fields),
    SL_OBJECTS(struct record, items, struct item, item_fields),
    SL_STRINGS(struct record, words, .max = 10),
    SL_UNSUPPORTED(refused, "money stays in this account"),
    SL_UNUSED(unused),
    SL_FIELDS_END,
};

static sl_status nothing(sl_context *cx, const void *params)
{
    (void)cx;
    (void)params;
    return SL_OK;
}

static const sl_route route = { .pattern = "POST /v1/records/{id}",
                                .handler = nothing,
                                .params = record_fields,
                                .returns = "list:record" };

static const char *record_write(sl_context *cx, const void *record)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_fields_write(out, record_fields, record, true);
    sl_json_close(out);
    return sl_json_text(out, NULL);
}

/* Members without a value are left out, as a client would. */
static const sl_value *without_nulls(sl_arena *arena, const sl_value *value)
{
    if (value->type != SL_VALUE_OBJECT && value->type != SL_VALUE_ARRAY) {
        return value;
    }
    sl_value *kept = sl_value_new(arena, value->type);
    for (uint32_t i = 0; i < value->count; i++) {
        const sl_value *member = value->items[i].value;
        const char *name = value->items[i].name;
        if (member->type != SL_VALUE_NULL) {
            sl_value_append(arena, kept, name, name ? strlen(name) : 0,
                            (sl_value *)(uintptr_t)without_nulls(arena, member));
        }
    }
    return kept;
}

static void check_again(sl_context *cx, const void *record)
{
    const char *text = record_write(cx, record);
    const sl_value *value = NULL;
    if (sl_json_parse(cx, text, strlen(text), &value) != SL_OK) {
        fuzz_broken(__FILE__, __LINE__, sl_error_message(cx), text, NULL);
    }
    void *again = sl_alloc(cx, sl_fields_size(record_fields) + 64);
    sl_faults faults = { 0 };
    sl_status status =
        sl_fields_parse(cx, record_fields, without_nulls(cx->arena, value), true, again, &faults);
    if (status != SL_OK) {
        fuzz_broken(__FILE__, __LINE__, faults.items[0].message, text, faults.items[0].param);
    }
    FUZZ_CHECK_TEXTS(record_write(cx, again), text);
}

static void check_faults(sl_context *cx, sl_status status)
{
    const sl_value *faults = NULL;
    sl_error error = cx->error;
    fuzz_check_error(cx, status);
    if (error.faults) {
        FUZZ_CHECK(sl_json_parse(cx, error.faults, strlen(error.faults), &faults) == SL_OK);
        FUZZ_CHECK(sl_value_type(faults) == SL_VALUE_ARRAY && sl_value_count(faults) > 0);
    }
}

void fuzz_one(const uint8_t *data, size_t size)
{
    static const char *const types[] = { NULL, "application/json; charset=utf-8",
                                         "application/x-www-form-urlencoded", "text/plain" };
    if (size == 0) {
        return;
    }
    sl_context *cx = fuzz_context();
    static struct sl_server server = { .options = { .raw_body_limit = 512 * 1024 } };
    const sl_route_entry entry = { .route = &route,
                                   .plugin = "fuzz",
                                   .method = "POST",
                                   .path = "/v1/records/{id}",
                                   .names = { "id" },
                                   .name_count = 1 };
    uint8_t choice = *data++;
    size--;
    sl_header header = { "Content-Type", types[choice >> 1 & 3] };
    sl_request request = { .cx = cx, .server = &server };
    request.match = (sl_match){ .entry = &entry, .values = { "rec_1" } };
    request.head = (sl_head){ .method = "POST", .headers = &header };
    request.head.header_count = header.value != NULL;
    request.head.query = fuzz_line(cx->arena, &data, &size);
    request.body = sl_arena_copy(cx->arena, size ? (const char *)data : "", size);
    request.body_length = size;
    cx->face = choice & 1 ? SL_FACE_LITE : SL_FACE_STRIPE;
    cx->request = &request;
    sl_status status = sl_parameters_read(&request);
    if (status == SL_OK) {
        check_again(cx, request.params);
    } else {
        check_faults(cx, status);
    }
    sl_context_free(cx);
}
