/*
 * columns.h: a field as the text of a database column.
 *
 * Metadata, objects, lists and JSON are stored as JSON: money in minor units, times in unix seconds, secrets as they are.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JSON_COLUMNS_H
#define STRIPE_LITE_CORE_JSON_COLUMNS_H

#include <stripe_lite/field.h>

/* The column's text, in the context's arena; NULL for an SQL NULL. Works for every type; numbers as digits, bools as "true" and
 * "false". Absent metadata is "{}", an empty list "[]". since 1.0 [no-suspend] */
const char *sl_field_column_text(sl_context *cx, const sl_field *field, const void *record);

/* Reads the member from the column's text, NULL being SQL's. SL_E_INTERNAL with an error when the text is not what the column
 * should hold. since 1.0 [no-suspend] */
sl_status sl_field_column_read(sl_context *cx, const sl_field *field, void *record,
                               const char *text) SL_MUST_CHECK;

#endif
