/*
 * openapi_schema.h: field tables as JSON Schema, for /openapi.json.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_OPENAPI_SCHEMA_H
#define STRIPE_LITE_CORE_HTTP_OPENAPI_SCHEMA_H

#include <stripe_lite/field.h>

/* The schema of one field's value as member `name`. since 1.0 [no-suspend] */
void sl_openapi_field(sl_json *out, const char *name, const sl_field *field, int32_t face);

/* The members "type", "properties", "required" and "additionalProperties" of an object by its table, into the object that is open;
 * fields for which `leave_out` says true are not in it. since 1.0 [no-suspend] */
typedef bool (*sl_openapi_filter)(const sl_field *field, const void *data);
void sl_openapi_object(sl_json *out, const sl_field *fields, int32_t face,
                       sl_openapi_filter leave_out, const void *data);

#endif
