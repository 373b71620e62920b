/*
 * json.h: writing JSON straight into a growing buffer, and reading it behind a small face.
 *
 * Writing: open an object or array, add members, close it; commas, escapes and the face's shape of money and time are the
 * writer's business. A NULL string writes null. `name` is NULL inside arrays. Reading: values are owned by the context.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_JSON_H
#define STRIPE_LITE_JSON_H

#include <stripe_lite/context.h>

SL_BEGIN_DECLS

typedef struct sl_pair {
    const char *name;
    const char *value;
} sl_pair;

/* A flat map of texts (Stripe's metadata), sorted by insertion. */
typedef struct sl_map {
    uint32_t count;
    uint32_t reserved;
    const sl_pair *pairs;
} sl_map;

/* An array that came out of the host: parameters, rows. */
typedef struct sl_list {
    uint32_t count;
    uint32_t item_size;
    void *items;
} sl_list;

/* The i-th item of a list, typed: SL_ITEM(list, struct refund, i). */
#define SL_ITEM(list, type, i) (&((type *)(list).items)[i])

/* ---- writing ---- */

/* An empty writer in the context's arena, rendering for the context's face. since 1.0 [no-suspend] */
SL_API sl_json *sl_json_new(sl_context *cx);

/* The context a writer belongs to. since 1.0 [no-suspend] */
SL_API sl_context *sl_json_context(const sl_json *out);

/* A finished flat object of texts: sl_json_object(cx, "message", text, "name", other). since 1.0 [no-suspend] */
SL_API sl_json *sl_json_object_of(sl_context *cx, ...);
#define sl_json_object(cx, ...) sl_json_object_of((cx), __VA_ARGS__, (const char *)NULL)

/* since 1.0 [no-suspend], all of these */
SL_API void sl_json_open(sl_json *out, const char *name);       /* { */
SL_API void sl_json_close(sl_json *out);                        /* } */
SL_API void sl_json_open_array(sl_json *out, const char *name); /* [ */
SL_API void sl_json_close_array(sl_json *out);                  /* ] */
SL_API void sl_json_string(sl_json *out, const char *name, const char *value);
SL_API void sl_json_int(sl_json *out, const char *name, int64_t value); /* SL_NONE writes null */
SL_API void sl_json_bool(sl_json *out, const char *name, bool value);
SL_API void sl_json_null(sl_json *out, const char *name);
/* Minor units on /v1, a major-unit number elsewhere; SL_NONE writes null. */
SL_API void sl_json_money(sl_json *out, const char *name, int64_t amount, const char *currency);
/* Unix seconds on /v1, ISO 8601 with Z elsewhere; 0 and SL_NONE write null. */
SL_API void sl_json_time(sl_json *out, const char *name, int64_t unix_seconds);
/* NULL writes {}. */
SL_API void sl_json_map(sl_json *out, const char *name, const sl_map *map);
/* `text` is one finished JSON value; NULL writes null. */
SL_API void sl_json_raw(sl_json *out, const char *name, const char *text);
SL_API void sl_json_json(sl_json *out, const char *name, const sl_json *value);
/* An id that a client may expand: writes the id (NULL: null) and remembers its place. `type` is a resource's type
 * ("customer"); see resource.h. */
SL_API void sl_json_reference(sl_json *out, const char *name, const char *type, const char *id);

/* The finished text, NUL-terminated, owned by the context. since 1.0 [no-suspend] */
SL_API const char *sl_json_text(const sl_json *out, size_t *ret_length);

/* ---- reading ---- */

typedef struct sl_value sl_value;

#define SL_VALUE_NULL 0
#define SL_VALUE_BOOL 1
#define SL_VALUE_INT 2  /* an integer that fits 64 bits */
#define SL_VALUE_REAL 3 /* any other number; its text is kept exactly */
#define SL_VALUE_STRING 4
#define SL_VALUE_ARRAY 5
#define SL_VALUE_OBJECT 6

/* Strict RFC 8259: duplicate members, invalid UTF-8, lone surrogates, nesting over 32 are refused with SL_E_INVALID
 * `json_invalid`, the error naming line and column. since 1.0 [no-suspend] */
SL_API sl_status sl_json_parse(sl_context *cx, const char *text, size_t length,
                               const sl_value **ret_value) SL_MUST_CHECK;

/* since 1.0 [no-suspend], all of these; a NULL value answers as null does, a wrong type as absent */
SL_API int32_t sl_value_type(const sl_value *value);
SL_API const sl_value *sl_value_member(const sl_value *object, const char *name);
/* A path of names and indexes: "data.object.id", "lines.data.0.price". */
SL_API const sl_value *sl_value_at(const sl_value *value, const char *path);
SL_API uint32_t sl_value_count(const sl_value *value);
SL_API const sl_value *sl_value_item(const sl_value *value, uint32_t index, const char **ret_name);
SL_API const char *sl_value_string(const sl_value *value, const char *otherwise);
SL_API int64_t sl_value_int(const sl_value *value, int64_t otherwise);
SL_API bool sl_value_bool(const sl_value *value, bool otherwise);
/* A number's own text ("19.990"), NULL for other types. */
SL_API const char *sl_value_number(const sl_value *value);
/* The value as JSON again. */
SL_API const char *sl_value_text(sl_context *cx, const sl_value *value);

/* ---- maps ---- */

/* `changes` over `base`: an empty value removes its name. NULL is an empty map. since 1.0 [no-suspend] */
SL_API const sl_map *sl_map_merge(sl_context *cx, const sl_map *base, const sl_map *changes);
SL_API const char *sl_map_get(const sl_map *map, const char *name);

SL_END_DECLS
#endif
