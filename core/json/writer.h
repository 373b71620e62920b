/*
 * writer.h: the inside of sl_json, the writer: its buffer, and where references stand in it.
 *
 * Expanding replaces the text of a reference by an object. So the writer can note each reference it writes: its place in the
 * text, and its path, which is the names of the members it lies in, joined by dots, arrays without their indexes:
 * "customer", "data.customer" (each item of a list), "refunds.data.charge".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JSON_WRITER_H
#define STRIPE_LITE_CORE_JSON_WRITER_H

#include <stripe_lite/json.h>

#include "core/base/buffer.h"

typedef struct sl_json_place {
    size_t offset;    /* of the value, in the text */
    size_t length;    /* of the value: an id in quotes, or null */
    const char *path; /* "data.customer" */
    const char *name; /* its last name: "customer" */
    const char *type; /* of the resource: "customer" */
    const char *id;   /* NULL: the reference is null */
} sl_json_place;

#define SL_JSON_DEPTH 64
#define SL_JSON_DOCUMENT 2047 /* bytes */

struct sl_json {
    sl_context *cx;
    sl_buffer buffer;
    int32_t
        face; /* SL_FACE_...; set it right after sl_json_new to render for another than the context's */
    bool follows;           /* a value stands before on this level: the next needs a comma */
    bool record_references; /* note references; set it right after sl_json_new */
    uint32_t depth;
    sl_buffer path;      /* while references are noted: the names of the open levels */
    uint32_t *path_ends; /* its length before each open level */
    sl_json_place *places;
    uint32_t place_count;
    uint32_t place_capacity;
};

/* Room for a document as large as most objects are. since 1.0 [no-suspend] */
static inline sl_json *sl_json_document(sl_context *cx)
{
    sl_json *out = sl_json_new(cx);
    sl_buffer_grow(&out->buffer, SL_JSON_DOCUMENT);
    return out;
}

/* Writes what comes before a value: comma, name, colon. since 1.0 [no-suspend] */
void sl_json_name(sl_json *out, const char *name);

/* The text of `length` bytes, which may hold NUL, as a string. since 1.0 [no-suspend] */
void sl_json_bytes(sl_json *out, const char *name, const char *text, size_t length);

#endif
