/*
 * value.h: the tree of values that sl_json_parse makes, and how others make one: forms, query strings, settings.
 *
 * All of it lies in an arena. Members keep their order. Texts know their length: they may hold NUL.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JSON_VALUE_H
#define STRIPE_LITE_CORE_JSON_VALUE_H

#include <stripe_lite/json.h>

#include "core/base/arena.h"

#define SL_JSON_NESTING 32

typedef struct sl_value_item_slot {
    const char *name; /* NULL in arrays */
    sl_value *value;
} sl_value_item_slot;

struct sl_value {
    int32_t type;   /* SL_VALUE_... */
    uint32_t count; /* arrays, objects */
    uint32_t capacity;
    bool
        flag; /* bools: the value; strings: written where everything is text (a form, a query, a path) */
    bool nul;         /* strings: a NUL is inside */
    int64_t number;   /* ints */
    size_t length;    /* of text */
    const char *text; /* strings; numbers: as they were written */
    sl_value_item_slot *items;
};

/* since 1.0 [no-suspend], all of these */
sl_value *sl_value_new(sl_arena *arena, int32_t type); /* null, an empty array or object, false */
/* Copies `length` bytes. */
sl_value *sl_value_new_string(sl_arena *arena, const char *text, size_t length);
/* The number of a text that RFC 8259 takes for one (see sl_value_number_length); INT or REAL by what it says. */
sl_value *sl_value_new_number(sl_arena *arena, const char *text, size_t length);
/* Adds to an object (`name` of `name_length` bytes, no NUL among them, is copied) or array (`name` NULL). No look for duplicates. */
void sl_value_append(sl_arena *arena, sl_value *parent, const char *name, size_t name_length,
                     sl_value *value);
/* As sl_value_member, of `length` bytes of name, to be changed. */
sl_value *sl_value_find(sl_value *object, const char *name, size_t length);

/* Whether a NUL lies in this text (not below it). */
bool sl_value_has_nul(const sl_value *value);
/* A string's bytes; NULL for other types. */
const char *sl_value_bytes(const sl_value *value, size_t *ret_length);
/* Bytes of the JSON number that `text` begins with, 0: none. */
size_t sl_value_number_length(const char *text, size_t length);
/* Writes the value with the writer, under `name`. */
void sl_json_value(sl_json *out, const char *name, const sl_value *value);

/* Reads JSON that must be an object, in its own words: SL_E_INVALID json_invalid. */
sl_status sl_json_parse_object(sl_context *cx, const char *text, size_t length,
                               const sl_value **ret_value) SL_MUST_CHECK;

#endif
