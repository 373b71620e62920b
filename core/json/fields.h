/*
 * fields.h: reading a record from a tree of values by its field table, all faults at once, and writing it again.
 *
 * One engine behind request parameters, stored documents and options. A string whose `flag` is set (see value.h) was written
 * in a form, a query or a path, where everything is text: it is read as what the field wants. Any other value must have the
 * field's own JSON type in the Stripe_lite face: `"name": 7` and `"amount": "10"` are faults there; /v1 takes the text of a
 * number and the number of a text, as a form would.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JSON_FIELDS_H
#define STRIPE_LITE_CORE_JSON_FIELDS_H

#include <stripe_lite/field.h>

typedef struct sl_fault {
    const char *param; /* "card[number]", "items[0][price]" */
    const char *top;   /* its first name: "card" */
    const char *loc; /* the same as members of a JSON array: "items",0,"price" (with the quotes) */
    const char
        *code; /* Stripe's: "parameter_missing", "parameter_unknown", ...; NULL where it has none */
    const char *
        message; /* in Stripe's words: "Missing required param: amount."; never holds the value of a secret field
                                or what looks like a card's number */
    const char *
        type; /* "missing", "extra_forbidden", "int_type", "value_error", ...: for answers of 422 */
    const char *description; /* for answers of 422: "Field required"; never holds a value */
} sl_fault;

typedef struct sl_faults {
    uint32_t count;
    uint32_t capacity;
    sl_fault *items; /* in the order of the table, unknown members last */
} sl_faults;

/* Whether a field describes a member, rather than names of parameters that have none. since 1.0 [no-suspend] */
static inline bool sl_field_has_member(const sl_field *field)
{
    return field->type != SL_TYPE_UNSUPPORTED && field->type != SL_TYPE_UNUSED;
}

/* Bytes of the record that a table describes: the end of its last member. since 1.0 [no-suspend] */
size_t sl_fields_size(const sl_field *fields);

/* Reads `ret_record` (sl_fields_size bytes, zeroed by the caller) from the members of `object`; money by the context's face,
 * defaults filled in. `strict`: members that no field names are faults too. A NULL object has no members. Amounts are in the
 * currency of the table's SL_CURRENCY member, else of the table around it, else the default (core/base/currencies.h). SL_E_INVALID
 * with the faults, at least one, and the first of them as the context's error. since 1.0 [no-suspend] */
sl_status sl_fields_parse(sl_context *cx, const sl_field *fields, const sl_value *object,
                          bool strict, void *ret_record, sl_faults *ret_faults) SL_MUST_CHECK;

/* Writes every field as sl_json_fields does; `secrets`: those too, as the database needs them. since 1.0 [no-suspend] */
void sl_fields_write(sl_json *out, const sl_field *fields, const void *record, bool secrets);

/* The number of fields before SL_FIELDS_END, and the one of a name or NULL. since 1.0 [no-suspend] */
uint32_t sl_fields_count(const sl_field *fields);
const sl_field *sl_fields_find(const sl_field *fields, const char *name);

/* Whether a text is an address: one @, a domain of at least two labels (the dot-atom form of RFC 5322, UTF-8 as RFC 6531).
 * since 1.0 [no-suspend] */
bool sl_email_valid(const char *text);

#endif
