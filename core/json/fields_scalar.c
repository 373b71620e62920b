/*
 * fields_scalar.c: texts, numbers, money, times and the rest of what is one value, with their faults.
 *
 * A form has only texts; so has /v1, where JSON numbers are taken for their text. The Stripe_lite face takes the types of its
 * JSON strictly. What a client sent is quoted in messages masked and cut.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include <stripe_lite/money.h>

#include "core/base/clock.h"
#include "core/base/currencies.h"
#include "core/base/mask.h"
#include "core/base/text.h"
#include "core/json/fields_inside.h"

#define QUOTED 100
#define TEXT_LONGEST 5000
#define TIME_LATEST INT64_C(253402300799) /* 9999-12-31 */

struct scalar {
    const sl_reading *reading;
    const sl_field *field;
    const sl_value *value;
    const sl_fault_step *step;
    const char *text; /* of texts, numbers and bools; NULL for the rest */
    size_t length;
    bool strict; /* JSON in the Stripe_lite face */
};

static void text_put(void *member, const char *text)
{
    memcpy(member, &text, sizeof(text));
}

static void number_put(void *member, int64_t number)
{
    memcpy(member, &number, sizeof(number));
}

/* The value as a message may show it. */
static const char *quoted(const struct scalar *scalar)
{
    if (scalar->field->secret || scalar->text == NULL)
        return "****";
    const char *text = sl_mask(scalar->reading->cx->arena, scalar->text);
    size_t length = strlen(text);
    if (length <= QUOTED)
        return text;
    length = QUOTED;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return sl_format(scalar->reading->cx, "%.*s...", (int)length, text);
}

static void scalar_fault(const struct scalar *scalar, const char *code, const char *message,
                         const char *type, const char *description)
{
    sl_reading_fault(scalar->reading, scalar->step, code, message, type, description);
}

/* ---- texts ---- */

static void length_fault(const struct scalar *scalar, bool too_long, int64_t bound)
{
    sl_context *cx = scalar->reading->cx;
    const char *side = too_long ? "most" : "least";
    scalar_fault(scalar, NULL,
                 sl_format(cx, "Invalid string: %s; must be at %s %lld characters", quoted(scalar),
                           side, (long long)bound),
                 too_long ? "string_too_long" : "string_too_short",
                 sl_format(cx, "String should have at %s %lld character%s", side, (long long)bound,
                           bound == 1 ? "" : "s"));
}

/* False after a fault. */
static bool text_check(const struct scalar *scalar)
{
    const sl_field *field = scalar->field;
    if (sl_reading_is(scalar->reading, SL_FIELDS_STORED))
        return scalar->text != NULL;
    if (scalar->text == NULL ||
        (scalar->strict && sl_value_type(scalar->value) != SL_VALUE_STRING)) {
        scalar_fault(scalar, NULL, "Invalid string", "string_type",
                     "Input should be a valid string");
        return false;
    }
    if (sl_value_is_unclean(scalar->value)) {
        scalar_fault(scalar, NULL, "Invalid string: it must be UTF-8 without NUL", "value_error",
                     "Value error, text must be UTF-8 without NUL");
        return false;
    }
    int64_t count = (int64_t)sl_utf8_count(scalar->text, scalar->length);
    int64_t most = field->max > 0 ? field->max : TEXT_LONGEST;
    if (count > most || count < field->min) {
        length_fault(scalar, count > most, count > most ? most : field->min);
        return false;
    }
    return true;
}

static void string_read(const struct scalar *scalar, void *member)
{
    if (text_check(scalar))
        text_put(member, scalar->text);
}

static void email_read(const struct scalar *scalar, void *member)
{
    if (!text_check(scalar))
        return;
    if (!sl_reading_is(scalar->reading, SL_FIELDS_STORED) && !sl_email_valid(scalar->text)) {
        scalar_fault(scalar, "email_invalid",
                     sl_format(scalar->reading->cx, "Invalid email address: %s", quoted(scalar)),
                     "value_error", "value is not a valid email address");
        return;
    }
    text_put(member, scalar->text);
}

static void currency_read(const struct scalar *scalar, void *member)
{
    const sl_currency *row = NULL;
    if (sl_reading_is(scalar->reading, SL_FIELDS_STORED)) {
        text_put(member, scalar->text);
        return;
    }
    if (scalar->strict && sl_value_type(scalar->value) != SL_VALUE_STRING) {
        (void)text_check(scalar);
        return;
    }
    if (scalar->text != NULL)
        row = sl_currency_find(scalar->text, scalar->length);
    if (row != NULL) {
        text_put(member, row->code);
        return;
    }
    scalar_fault(scalar, NULL,
                 sl_format(scalar->reading->cx,
                           "Invalid currency: %s. It must be the three-letter ISO 4217 code of a "
                           "supported currency, such as usd, eur, gbp or jpy.",
                           quoted(scalar)),
                 "enum", "Input should be an ISO 4217 currency code");
}

static const char *values_list(const struct scalar *scalar, const char *mark, const char *last)
{
    sl_context *cx = scalar->reading->cx;
    const char *list = "";
    const char *const *values = scalar->field->values;
    for (size_t i = 0; values[i] != NULL; i++) {
        const char *between = i == 0 ? "" : values[i + 1] != NULL ? ", " : last;
        list = sl_format(cx, "%s%s%s%s%s", list, between, mark, values[i], mark);
    }
    return list;
}

static void enum_read(const struct scalar *scalar, void *member)
{
    if (!text_check(scalar))
        return;
    const char *const *values = scalar->field->values;
    for (size_t i = 0; values != NULL && values[i] != NULL; i++) {
        if (strcmp(values[i], scalar->text) == 0) {
            text_put(member, values[i]);
            return;
        }
    }
    if (values == NULL || sl_reading_is(scalar->reading, SL_FIELDS_STORED)) {
        text_put(member, scalar->text);
        return;
    }
    sl_context *cx = scalar->reading->cx;
    scalar_fault(scalar, NULL,
                 sl_format(cx, "Invalid %s: must be one of %s", scalar->field->name,
                           values_list(scalar, "", ", or ")),
                 "enum", sl_format(cx, "Input should be %s", values_list(scalar, "'", " or ")));
}

/* ---- bools ---- */

static void bool_read(const struct scalar *scalar, void *member)
{
    bool *ret = member;
    if (sl_value_type(scalar->value) == SL_VALUE_BOOL) {
        *ret = sl_value_bool(scalar->value, false);
        return;
    }
    if (!scalar->strict && scalar->text != NULL) {
        /* A column's bool is a number on SQLite and a letter on PostgreSQL; Stripe's SDK for Python writes True. */
        bool stored = sl_reading_is(scalar->reading, SL_FIELDS_STORED);
        const char *text = scalar->text;
        bool yes = strcmp(text, "true") == 0 || strcmp(text, "True") == 0 ||
                   (stored && (strcmp(text, "t") == 0 || strcmp(text, "1") == 0));
        bool no = strcmp(text, "false") == 0 || strcmp(text, "False") == 0 ||
                  (stored && (strcmp(text, "f") == 0 || strcmp(text, "0") == 0));
        if (yes || no) {
            *ret = yes;
            return;
        }
    }
    scalar_fault(scalar, NULL,
                 sl_format(scalar->reading->cx, "Invalid boolean: %s", quoted(scalar)),
                 scalar->strict ? "bool_type" : "bool_parsing", "Input should be a valid boolean");
}

/* ---- numbers ---- */

static bool is_number(const struct scalar *scalar)
{
    int32_t type = sl_value_type(scalar->value);
    return type == SL_VALUE_INT || type == SL_VALUE_REAL;
}

static void integer_fault(const struct scalar *scalar)
{
    bool real = is_number(scalar);
    bool text = sl_value_type(scalar->value) == SL_VALUE_STRING;
    scalar_fault(scalar, "parameter_invalid_integer",
                 sl_format(scalar->reading->cx, "Invalid integer: %s", quoted(scalar)),
                 real                      ? "int_from_float"
                 : text && !scalar->strict ? "int_parsing"
                                           : "int_type",
                 "Input should be a valid integer");
}

static void bound_fault(const struct scalar *scalar, bool above, int64_t bound, bool money)
{
    sl_context *cx = scalar->reading->cx;
    const char *side = above ? "less" : "greater";
    char text[32];
    if (money && sl_reading_is(scalar->reading, SL_FIELDS_LITE))
        (void)sl_money_to_major(bound, scalar->reading->currency, text);
    else
        (void)snprintf(text, sizeof(text), "%lld", (long long)bound);
    /* The least amount there is: to the client that is "more than nothing". */
    bool positive = money && !above && bound == 1 && sl_reading_is(scalar->reading, SL_FIELDS_LITE);
    scalar_fault(scalar, "parameter_invalid_integer",
                 sl_format(cx, "This value must be %s than or equal to %s.", side, text),
                 positive ? "greater_than"
                 : above  ? "less_than_equal"
                          : "greater_than_equal",
                 positive ? "Input should be greater than 0"
                          : sl_format(cx, "Input should be %s than or equal to %s", side, text));
}

static bool bounds_check(const struct scalar *scalar, int64_t number, bool money)
{
    const sl_field *field = scalar->field;
    if (sl_reading_is(scalar->reading, SL_FIELDS_STORED) || (field->min == 0 && field->max == 0))
        return true;
    bool below = number < field->min;
    bool above = field->max >= field->min && number > field->max;
    if (below || above)
        bound_fault(scalar, above, above ? field->max : field->min, money);
    return !below && !above;
}

/* A whole number; false after a fault. */
static bool integer_parse(const struct scalar *scalar, int64_t *ret)
{
    int64_t number = 0;
    bool usable = scalar->text != NULL && (is_number(scalar) || !scalar->strict) &&
                  sl_value_type(scalar->value) != SL_VALUE_BOOL;
    int outcome = usable ? sl_text_int64(scalar->text, scalar->length, &number) : -1;
    /* 10.0 is whole as well: a language without integers writes it so. */
    if (outcome == -1 && usable && scalar->strict)
        outcome =
            sl_money_from_major(scalar->text, scalar->length, "jpy", &number) == SL_OK ? 0 : -1;
    if (outcome == 0 && number != SL_NONE) {
        *ret = number;
        return true;
    }
    integer_fault(scalar);
    return false;
}

static void int64_read(const struct scalar *scalar, bool money, void *member)
{
    int64_t number = 0;
    if (integer_parse(scalar, &number) && bounds_check(scalar, number, money))
        number_put(member, number);
}

static void major_fault(const struct scalar *scalar, bool usable, sl_status status)
{
    sl_context *cx = scalar->reading->cx;
    const char *message = sl_format(cx, "Invalid amount: %s", quoted(scalar));
    bool number = usable && sl_value_number_length(scalar->text, scalar->length) == scalar->length;
    if (status == SL_E_TOO_LARGE) {
        scalar_fault(scalar, NULL, message, "less_than_equal", "Input is too large");
    } else if (number && scalar->length > 0) {
        int32_t digits = sl_currency_exponent(scalar->reading->currency);
        scalar_fault(
            scalar, NULL, message, "decimal_max_places",
            sl_format(cx, "Decimal input should have no more than %d decimal places", (int)digits));
    } else {
        scalar_fault(scalar, NULL, message, scalar->strict ? "decimal_type" : "decimal_parsing",
                     "Input should be a valid decimal");
    }
}

static void money_read(const struct scalar *scalar, void *member)
{
    const sl_reading *reading = scalar->reading;
    if (!sl_reading_is(reading, SL_FIELDS_LITE)) {
        int64_read(scalar, true, member);
        return;
    }
    int64_t amount = 0;
    sl_status status = SL_E_INVALID;
    bool usable = scalar->text != NULL && (is_number(scalar) || !scalar->strict);
    if (usable && reading->currency_faulty &&
        sl_value_number_length(scalar->text, scalar->length) == scalar->length)
        return; /* its currency is the fault */
    if (usable)
        status = sl_money_from_major(scalar->text, scalar->length, reading->currency, &amount);
    if (status != SL_OK)
        major_fault(scalar, usable, status);
    else if (bounds_check(scalar, amount, true))
        number_put(member, amount);
}

static void time_read(const struct scalar *scalar, void *member)
{
    int64_t seconds = 0;
    bool text = sl_value_type(scalar->value) == SL_VALUE_STRING;
    if (text && sl_clock_parse(scalar->text, &seconds) == 0 &&
        strlen(scalar->text) == scalar->length) {
        if (bounds_check(scalar, seconds, false))
            number_put(member, seconds);
        return;
    }
    if (scalar->strict && text) {
        scalar_fault(scalar, "parameter_invalid_integer",
                     sl_format(scalar->reading->cx, "Invalid timestamp: %s", quoted(scalar)),
                     "datetime_parsing", "Input should be a valid datetime");
        return;
    }
    if (!integer_parse(scalar, &seconds))
        return;
    if (!sl_reading_is(scalar->reading, SL_FIELDS_STORED) && (seconds < 0 || seconds > TIME_LATEST))
        scalar_fault(scalar, "parameter_invalid_integer",
                     sl_format(scalar->reading->cx,
                               "Invalid timestamp: %s; it must be unix seconds", quoted(scalar)),
                     "datetime_parsing", "Input should be a valid datetime");
    else if (bounds_check(scalar, seconds, false))
        number_put(member, seconds);
}

/* ---- all of them ---- */

static void scalar_text(struct scalar *scalar)
{
    const sl_value *value = scalar->value;
    scalar->text = sl_value_bytes(value, &scalar->length);
    if (scalar->text == NULL && sl_value_number(value) != NULL)
        scalar->text = sl_value_number(value);
    else if (scalar->text == NULL && sl_value_type(value) == SL_VALUE_BOOL)
        scalar->text = sl_value_bool(value, false) ? "true" : "false";
    if (scalar->text != NULL && sl_value_type(value) != SL_VALUE_STRING)
        scalar->length = strlen(scalar->text);
}

void sl_scalar_read(const sl_reading *reading, const sl_field *field, const sl_value *value,
                    const sl_fault_step *step, void *member)
{
    struct scalar scalar = {
        .reading = reading,
        .field = field,
        .value = value,
        .step = step,
        .strict = sl_reading_is(reading, SL_FIELDS_LITE) &&
                  !(sl_value_type(value) == SL_VALUE_STRING && value->flag),
    };
    scalar_text(&scalar);
    sl_scalar_absent(field, member);
    switch (field->type) {
    case SL_TYPE_BOOL:
        bool_read(&scalar, member);
        break;
    case SL_TYPE_INT64:
        int64_read(&scalar, false, member);
        break;
    case SL_TYPE_MONEY:
        money_read(&scalar, member);
        break;
    case SL_TYPE_TIMESTAMP:
        time_read(&scalar, member);
        break;
    case SL_TYPE_CURRENCY:
        currency_read(&scalar, member);
        break;
    case SL_TYPE_ENUM:
        enum_read(&scalar, member);
        break;
    case SL_TYPE_EMAIL:
        email_read(&scalar, member);
        break;
    default:
        string_read(&scalar, member);
    }
}

void sl_scalar_absent(const sl_field *field, void *member)
{
    if (field->type == SL_TYPE_BOOL)
        *(bool *)member = false;
    else if (field->type == SL_TYPE_INT64 || field->type == SL_TYPE_MONEY)
        number_put(member, field->nullable ? SL_NONE : 0);
    else if (field->type == SL_TYPE_TIMESTAMP)
        number_put(member, 0);
    else
        text_put(member, NULL);
}
