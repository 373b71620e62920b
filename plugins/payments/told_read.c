/*
 * told_read.c: members of a gateway's objects, in Stripe's shape.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "told.h"

#define HUNDRED 100

/* Where Stripe's unit is not the one of ISO 4217: ISK and UGX have no decimals, but Stripe writes two; MGA has two, and Stripe
 * writes none. */
static const struct {
    const char *currency;
    int32_t decimals;
} units[] = { { "isk", 2 }, { "ugx", 2 }, { "mga", 0 } };

const char *told_text(const sl_value *object, const char *path)
{
    return text_or_null(sl_value_string(sl_value_at(object, path), NULL));
}

const char *told_id(const sl_value *object, const char *name)
{
    const sl_value *value = sl_value_member(object, name);
    if (sl_value_type(value) == SL_VALUE_OBJECT)
        value = sl_value_member(value, "id");
    return text_or_null(sl_value_string(value, NULL));
}

const char *told_currency(sl_context *cx, const sl_value *object)
{
    const char *text = told_text(object, "currency");
    if (!text)
        return NULL;
    static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    char *lower = sl_alloc(cx, strlen(text) + 1);
    for (size_t i = 0; text[i]; i++) {
        const char *at = strchr(upper, text[i]);
        lower[i] = text[i];
        if (at)
            lower[i] = letters[at - upper];
    }
    return sl_currency_exponent(lower) < 0 ? NULL : lower;
}

int64_t told_amount(const sl_value *object, const char *path, const char *currency)
{
    const sl_value *value = sl_value_at(object, path);
    int64_t amount = sl_value_int(value, -1);
    int32_t ours = sl_currency_exponent(currency);
    int32_t theirs = ours;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (same(units[i].currency, currency))
            theirs = units[i].decimals;
    }
    if (sl_value_type(value) != SL_VALUE_INT || amount < 0)
        return SL_NONE;
    if (theirs > ours)
        amount /= HUNDRED;
    else if (theirs < ours && !sl_money_multiply(amount, HUNDRED, &amount))
        return SL_NONE;
    return amount > sl_currency_maximum(currency) ? SL_NONE : amount;
}

void told_take(const sl_value *object, const char *path, const char **member)
{
    const sl_value *value = sl_value_at(object, path);
    if (value)
        *member = text_or_null(sl_value_string(value, NULL));
}

struct kept {
    const sl_map *metadata;
};

static const sl_field kept_fields[] = {
    SL_METADATA(struct kept, metadata),
    SL_FIELDS_END,
};

sl_status told_metadata(sl_context *cx, const sl_value *object, const sl_map **member)
{
    const sl_value *value = sl_value_member(object, "metadata");
    if (sl_value_type(value) != SL_VALUE_OBJECT)
        return SL_OK;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_raw(out, "metadata", sl_value_text(cx, value));
    sl_json_close(out);
    size_t length = 0;
    const char *text = sl_json_text(out, &length);
    struct kept kept = { NULL };
    sl_status status = sl_json_parse(cx, text, length, &value);
    if (status == SL_OK)
        status = sl_fields_read(cx, kept_fields, value, &kept);
    if (status == SL_OK)
        *member = kept.metadata && kept.metadata->count > 0 ? kept.metadata : NULL;
    return status;
}

void told_object(sl_context *cx, const sl_value *object, const char *path, const char **member)
{
    const sl_value *value = sl_value_at(object, path);
    if (sl_value_type(value) == SL_VALUE_OBJECT)
        *member = sl_value_text(cx, value);
}

void told_members(sl_context *cx, const sl_value *object, const char *path,
                  const char *const *names, const char **member)
{
    const sl_value *value = sl_value_at(object, path);
    if (sl_value_type(value) != SL_VALUE_OBJECT)
        return;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    for (; *names; names++) {
        const sl_value *one = sl_value_member(value, *names);
        sl_json_raw(out, *names, one ? sl_value_text(cx, one) : NULL);
    }
    sl_json_close(out);
    *member = sl_json_text(out, NULL);
}

sl_gateway_outcome told_decline(const sl_value *error, const char *message)
{
    sl_gateway_outcome outcome = told_outcome(SL_GATEWAY_DECLINED, NULL);
    outcome.code = told_text(error, "code");
    outcome.decline_code = told_text(error, "decline_code");
    outcome.advice_code = told_text(error, "advice_code");
    outcome.network_code = told_text(error, "network_decline_code");
    outcome.message = told_text(error, "message");
    if (!outcome.message)
        outcome.message = message;
    return outcome;
}
