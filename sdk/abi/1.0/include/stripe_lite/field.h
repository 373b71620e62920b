/*
 * field.h: one table for everything that has named, typed members.
 *
 * The same table reads parameters from forms and JSON (all faults at once), options from YAML and rows from the database,
 * writes JSON, and fills /openapi.json and the configuration reference. A member's C type is checked when compiled.
 *
 *   struct refund_params { const char *charge; int64_t amount; const sl_map *metadata; };
 *   static const sl_field refund_fields[] = {
 *       SL_ID(struct refund_params, charge, "ch", .required = true, .doc = "The charge to refund"),
 *       SL_MONEY(struct refund_params, amount, .min = 1, .nullable = true, .doc = "Default: what is left"),
 *       SL_METADATA(struct refund_params, metadata),
 *       SL_FIELDS_END
 *   };
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_FIELD_H
#define STRIPE_LITE_FIELD_H

#include <stripe_lite/json.h>

SL_BEGIN_DECLS

/* clang-format off */
/*                         member type        column (SQLite and PostgreSQL)                                      */
#define SL_TYPE_END 0
#define SL_TYPE_STRING 1    /* const char *   TEXT                                                                 */
#define SL_TYPE_BOOL 2      /* bool           BOOLEAN                                                              */
#define SL_TYPE_INT64 3     /* int64_t        BIGINT                                                               */
#define SL_TYPE_MONEY 4     /* int64_t        BIGINT, minor units; major in the Stripe_lite face, by the table's   */
                            /*                SL_CURRENCY member, else the configured currency                     */
#define SL_TYPE_CURRENCY 5  /* const char *   TEXT, ISO 4217, lower case                                           */
#define SL_TYPE_TIMESTAMP 6 /* int64_t        BIGINT, unix seconds, 0 is NULL; ISO 8601 is read too                */
#define SL_TYPE_ID 7        /* const char *   TEXT                                                                 */
#define SL_TYPE_ENUM 8      /* const char *   TEXT, one of .values                                                 */
#define SL_TYPE_METADATA 9  /* const sl_map * JSON; 50 names of 40 bytes, values of 500, as Stripe's               */
#define SL_TYPE_OBJECT 10   /* struct T *     JSON by .fields; NULL when absent                                    */
#define SL_TYPE_LIST 11     /* sl_list        JSON; of .item_type, with .fields when that is SL_TYPE_OBJECT        */
#define SL_TYPE_JSON 12     /* const char *   JSON, one value's text                                               */
#define SL_TYPE_EMAIL 13    /* const char *   TEXT, checked                                                        */
#define SL_TYPE_UNSUPPORTED 14 /* none         parameters only: see SL_UNSUPPORTED                                  */
#define SL_TYPE_UNUSED 15   /* none           parameters only: see SL_UNUSED                                       */
/* clang-format on */

typedef struct sl_field {
    const char *name;   /* as in the request, the row and the answer */
    int32_t type;       /* SL_TYPE_... */
    uint32_t offset;    /* of the member */
    uint32_t size;      /* of the member; for SL_TYPE_OBJECT of the struct pointed to */
    int32_t item_type;  /* lists: SL_TYPE_... of an item */
    uint32_t item_size; /* lists: size of an item */
    bool required;      /* a missing parameter is a fault */
    bool nullable;      /* absent or NULL reads as SL_NONE (numbers) */
    bool secret;        /* never shown, masked in logs and settings */
    bool unset;         /* an empty text is taken and means: remove */
    bool hidden;        /* taken, but not in the documents */
    bool query;         /* read from the query string even on POST */
    bool spare[2];
    int64_t min; /* numbers: least value; texts: least length; with max 0 and min 0: no bounds */
    int64_t max; /* numbers: largest value; texts: largest length in characters (0: 5000) */
    const char *const *values;     /* enums: allowed values, NULL-terminated */
    const char *initial;           /* default, as it would be written in a request */
    const char *prefix;            /* ids: "cus"; documentation, and shape of examples */
    const struct sl_field *fields; /* objects and lists of objects */
    const char *doc;               /* one sentence */
    uint64_t reserved[4];
} sl_field;

#ifdef __cplusplus
#define SL_MEMBER_IS(S, m, T) 0u
#else
/* 0, or an array of negative size when the member is not of type T. */
#define SL_MEMBER_IS(S, m, T) \
    ((uint32_t)(0 * sizeof(char[_Generic(((S *)0)->m, T : 1, default : -1)])))
#endif
#define SL_MEMBER(S, m, T, TYPE)                                                            \
    .name = #m, .type = (TYPE), .offset = (uint32_t)offsetof(S, m) + SL_MEMBER_IS(S, m, T), \
    .size = (uint32_t)sizeof(((S *)0)->m)

/* clang-format off */
#define SL_STRING(S, m, ...) { SL_MEMBER(S, m, const char *, SL_TYPE_STRING), __VA_ARGS__ }
#define SL_EMAIL(S, m, ...) { SL_MEMBER(S, m, const char *, SL_TYPE_EMAIL), __VA_ARGS__ }
#define SL_BOOL(S, m, ...) { SL_MEMBER(S, m, bool, SL_TYPE_BOOL), __VA_ARGS__ }
#define SL_INT64(S, m, ...) { SL_MEMBER(S, m, int64_t, SL_TYPE_INT64), __VA_ARGS__ }
#define SL_MONEY(S, m, ...) { SL_MEMBER(S, m, int64_t, SL_TYPE_MONEY), __VA_ARGS__ }
#define SL_CURRENCY(S, m, ...) { SL_MEMBER(S, m, const char *, SL_TYPE_CURRENCY), __VA_ARGS__ }
#define SL_TIMESTAMP(S, m, ...) { SL_MEMBER(S, m, int64_t, SL_TYPE_TIMESTAMP), __VA_ARGS__ }
#define SL_ID(S, m, PREFIX, ...) { SL_MEMBER(S, m, const char *, SL_TYPE_ID), .prefix = (PREFIX), __VA_ARGS__ }
#define SL_ENUM(S, m, VALUES, ...) { SL_MEMBER(S, m, const char *, SL_TYPE_ENUM), .values = (VALUES), __VA_ARGS__ }
#define SL_METADATA(S, m, ...)                                                                                                    \
    { .name = #m, .type = SL_TYPE_METADATA, .offset = (uint32_t)offsetof(S, m) + SL_MEMBER_IS(S, m, const sl_map *),              \
      .size = (uint32_t)sizeof(const void *), __VA_ARGS__ }
#define SL_JSON(S, m, ...) { SL_MEMBER(S, m, const char *, SL_TYPE_JSON), __VA_ARGS__ }
/* A nested object: struct T *m; FIELDS describes struct T. */
#define SL_OBJECT(S, m, T, FIELDS, ...)                                                                                          \
    { .name = #m, .type = SL_TYPE_OBJECT, .offset = (uint32_t)offsetof(S, m) + SL_MEMBER_IS(S, m, T *), .size = (uint32_t)sizeof(T), \
      .fields = (FIELDS), __VA_ARGS__ }
/* sl_list m of objects of struct T. */
#define SL_OBJECTS(S, m, T, FIELDS, ...)                                                                                         \
    { SL_MEMBER(S, m, sl_list, SL_TYPE_LIST), .item_type = SL_TYPE_OBJECT, .item_size = (uint32_t)sizeof(T), .fields = (FIELDS), \
      __VA_ARGS__ }
/* sl_list m of texts (const char *). */
#define SL_STRINGS(S, m, ...) \
    { SL_MEMBER(S, m, sl_list, SL_TYPE_LIST), .item_type = SL_TYPE_STRING, .item_size = (uint32_t)sizeof(char *), __VA_ARGS__ }
/* Parameters that clients know from Stripe and this server does not have, NULL-terminated. One that asks for something (not
 * null, false or empty) is refused: 400 `parameter_unsupported`, naming it and saying why: "money stays in this account".
 * A name that is a field of the same table too is that field. */
#define SL_UNSUPPORTED(NAMES, WHY) \
    { .name = "unsupported", .type = SL_TYPE_UNSUPPORTED, .values = (NAMES), .hidden = true, .doc = (WHY) }
/* Parameters, NULL-terminated, that are taken whatever they say, because what they say makes no difference here. */
#define SL_UNUSED(NAMES) { .name = "unused", .type = SL_TYPE_UNUSED, .values = (NAMES), .hidden = true }
/* Ends every field table. A following `.name` (`.name = "type"`) renames a member whose C name cannot be the field's. */
#define SL_FIELDS_END { .type = SL_TYPE_END }
/* clang-format on */

/* Writes every field of `record` as members of the object that is open, by the face. since 1.0 [no-suspend] */
SL_API void sl_json_fields(sl_json *out, const sl_field *fields, const void *record);

/* Whether the request names this parameter, also when empty: "amount", "shipping[address][city]". Never true outside a
 * request. since 1.0 [no-suspend] */
SL_API bool sl_given(const sl_context *cx, const char *param);

/* Reads `record` from a JSON object by its table (webhook bodies, stored documents), all faults in the context's error.
 * Unknown members are skipped. SL_E_INVALID. since 1.0 [no-suspend] */
SL_API sl_status sl_fields_read(sl_context *cx, const sl_field *fields, const sl_value *object,
                                void *ret_record) SL_MUST_CHECK;

SL_END_DECLS
#endif
