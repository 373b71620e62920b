/*
 * writer.h: what core needs of the JSON writer beyond the SDK: where references stand.
 *
 * With recording on, every sl_json_reference notes its place, so that core/resource can put a whole object there instead of
 * the id. A path is the names of the members that lead there, joined by dots, without array indexes: "customer",
 * "refunds.data.charge".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JSON_WRITER_H
#define STRIPE_LITE_CORE_JSON_WRITER_H

#include <stripe_lite/json.h>

typedef struct sl_json_reference_place {
    size_t offset; /* of the value ("cus_1" with its quotes, or null) in the text */
    size_t length;
    const char *path;
    const char *type; /* the resource's type */
    const char *id;   /* NULL: the reference is null */
} sl_json_reference_place;

/* Call before the first member is written. since 1.0 [no-suspend] */
void sl_json_record_references(sl_json *out, bool on);

/* The places noted so far, in order of the text; their number. since 1.0 [no-suspend] */
uint32_t sl_json_references(const sl_json *out, const sl_json_reference_place **ret_places);

#endif
