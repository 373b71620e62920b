/*
 * resource.h: objects that clients retrieve, list, search and expand, from one descriptor.
 *
 * The host serves `GET path/{id}`, `GET path` (limit, starting_after, ending_before, created ranges, the filters) and
 * `GET path/search`, in both faces, newest first by (created, id), confined to the caller. A plugin writes what is special.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_RESOURCE_H
#define STRIPE_LITE_RESOURCE_H

#include <stripe_lite/route.h>

SL_BEGIN_DECLS

typedef struct sl_resource sl_resource;

/* Which expansions were asked for below this object; NULL when none. since 1.0 [no-suspend] */
typedef struct sl_expansion sl_expansion;
SL_API bool sl_expansion_has(const sl_expansion *wanted, const char *name);

/* How a filter's value meets the rows. */
typedef struct sl_filter {
    const char *param;  /* "customer", "customer_id" */
    const char *column; /* "customer" */
    int32_t face;       /* SL_FACE_... that has it; -1 both */
    int32_t
        type; /* SL_TYPE_STRING, BOOL, ENUM; LIST: any of up to 20 texts, the resource's only list;
                           UNSUPPORTED: the names in `values` are refused as `doc` says */
    const char *const *values;
    const char *doc;
    uint64_t reserved[1];
    const char
        *condition; /* of BOOL, instead of a column: SQL that holds for the rows where it is true */
} sl_filter;
#define SL_FILTERS_END \
    {                  \
        .param = NULL  \
    }

/* What `search` may ask for, and of which column: { "email", "email", SL_TYPE_STRING }. `metadata` is always there when the
 * table has it. */
typedef struct sl_search_field {
    const char *name;
    const char *column;
    int32_t type; /* SL_TYPE_STRING: : and ~; SL_TYPE_INT64, MONEY, TIMESTAMP: also < <= > >= */
    int32_t reserved_type;
    uint64_t reserved;
} sl_search_field;
#define SL_SEARCH_END \
    {                 \
        .name = NULL  \
    }

struct sl_resource {
    uint32_t struct_size;
    uint32_t flags; /* SL_RESOURCE_... */
    const char
        *type; /* "customer": the object's `object` member and the name others refer to it by */
    const char *id_prefix;    /* "cus" */
    const sl_table *table;    /* has columns id and created */
    const char *path;         /* "/v1/customers"; NULL: not served, only referred to */
    const char *lite_path;    /* "/customers"; NULL: not in that face */
    const char *lite_plural;  /* "customers" */
    const char *noun;         /* as in "No such customer: 'cus_1'"; NULL: type */
    const char *lite_missing; /* "Customer not found." */
    /* Writes one finished object into `out`; only what is in the row (and what prepare put there). [no-suspend] */
    void (*render)(sl_json *out, const void *row);
    void (*render_lite)(sl_json *out, const void *row);
    /* Loads what rendering needs beyond the rows, for all of them at once, into members that are no columns; may be NULL. [suspends] */
    sl_status (*prepare)(sl_context *cx, sl_list rows, const sl_expansion *wanted);
    const sl_filter *filters;
    const sl_search_field *search; /* NULL: no search */
    const char
        *customer_column; /* confines a customer:<id> caller; NULL: such callers are refused */
    const char
        *where; /* a condition that every list and retrieve adds ("deleted = FALSE"); NULL: none */
    const char *scope; /* restricted keys; NULL: the path's noun */
    int32_t access;    /* SL_ACCESS_... of retrieve */
    int32_t list_access;
};

#define SL_RESOURCE_NO_LIST 1u     /* retrieve only */
#define SL_RESOURCE_NO_RETRIEVE 2u /* list only: the plugin has a retrieve of its own */
#define SL_RESOURCE_WHERE_LIST 4u  /* `where` confines lists and search only */

/* Loads `id` into `ret_row` or fails as Stripe does: `resource_missing`, "No such customer: 'cus_1'", 404 when the id stands
 * in the path (`param` is "id" or NULL), else 400 naming `param`. Confined to the caller. since 1.0 [suspends] */
SL_API sl_status sl_resource_load(sl_context *cx, const sl_resource *resource, const char *id,
                                  const char *param, void *ret_row) SL_MUST_CHECK;

/* Renders one row for the request's face with its expansions and answers with it. since 1.0 [suspends] */
SL_API sl_status sl_resource_reply(sl_context *cx, int32_t http_status, const sl_resource *resource,
                                   const void *row) SL_MUST_CHECK;

/* The row as a finished object for the face, prepared, without expansions: to embed in another answer or an error.
 * since 1.0 [suspends] */
SL_API sl_status sl_resource_json(sl_context *cx, const sl_resource *resource, const void *row,
                                  sl_json **ret_json) SL_MUST_CHECK;

/* Answers a list below another object (GET /v1/customers/{customer}/payment_methods): the list parameters come from the
 * request, `where` and arguments confine it ("customer = $2"). since 1.0 [suspends] */
SL_API sl_status sl_resource_list(sl_context *cx, const sl_resource *resource, const char *where,
                                  const sl_argument *arguments, uint32_t count) SL_MUST_CHECK;

/* List parameters for the table of a route that ends in sl_resource_list; values are read by the host. */
#define SL_LIST_FIELDS(S)                                                          \
    SL_INT64(S, limit, .nullable = true, .min = 1, .max = 100,                     \
             .doc = "How many, 1 to 100; 10 when absent"),                         \
        SL_STRING(S, starting_after, .doc = "The id after which the page begins"), \
        SL_STRING(S, ending_before, .doc = "The id before which the page ends")
#define SL_LIST_MEMBERS         \
    int64_t limit;              \
    const char *starting_after; \
    const char *ending_before

SL_END_DECLS
#endif
