/*
 * fields.h: reading a record from a tree of values by its field table, all faults at once.
 *
 * One engine behind request parameters, stored documents and options. A string whose `flag` is set (see value.h) was written
 * in a form, a query or a path, where everything is text: it is read as what the field wants. Any other value must have the
 * field's own JSON type: `"name": 7` and `"amount": "10"` are faults.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JSON_FIELDS_H
#define STRIPE_LITE_CORE_JSON_FIELDS_H

#include <stripe_lite/field.h>

typedef struct sl_fault {
    const char *param;   /* "card[number]", "items[0][price]" */
    const char *code;    /* Stripe's: "parameter_missing", "parameter_unknown", "parameter_invalid_integer", ... */
    const char *type;    /* "missing", "extra_forbidden", "int_type", "value_error", ...: for answers of 422 */
    const char *message; /* one sentence; never holds the value of a secret field or what looks like a card's number */
} sl_fault;

typedef struct sl_faults {
    uint32_t count;
    uint32_t capacity;
    sl_fault *items; /* in the order of the table, unknown members last */
} sl_faults;

/* Bytes of the record that a table describes: the end of its last member. since 1.0 [no-suspend] */
size_t sl_fields_size(const sl_field *fields);

/* Reads `ret_record` (sl_fields_size bytes, zeroed by the caller) from the members of `object`; money by the context's face,
 * defaults filled in. `strict`: members that no field names are faults too. SL_E_INVALID with the faults, at least one, and the
 * first of them as the context's error. since 1.0 [no-suspend] */
sl_status sl_fields_parse(sl_context *cx, const sl_field *fields, const sl_value *object, bool strict, void *ret_record,
                          sl_faults *ret_faults) SL_MUST_CHECK;

#endif
