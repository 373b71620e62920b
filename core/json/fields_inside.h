/*
 * fields_inside.h: what the files that read fields share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JSON_FIELDS_INSIDE_H
#define STRIPE_LITE_CORE_JSON_FIELDS_INSIDE_H

#include "core/base/context.h"
#include "core/json/fields.h"
#include "core/json/value.h"

#define SL_FIELDS_LITE 1u   /* money is an exact number of major units; types are strict in JSON */
#define SL_FIELDS_STRICT 2u /* a member that the table does not know is a fault */
#define SL_FIELDS_STORED 4u /* written by us: minor units, no limits, no faults but wrong types */
#define SL_FIELDS_EMPTY 8u  /* an empty text is a text like others: documents that are no request */

/* Where a value lies: names and indexes up to the outermost; on the stack of who descends. */
typedef struct sl_fault_step {
    const struct sl_fault_step *parent;
    const char *name; /* NULL: an item */
    uint32_t index;
} sl_fault_step;

/* One reading of one table. */
typedef struct sl_reading {
    sl_context *cx;
    uint32_t flags;
    sl_faults *faults;
    const char *currency; /* of the table at hand; never NULL */
    bool currency_faulty; /* it was given and is none: amounts are only looked at */
} sl_reading;

/* The member that a field describes. */
static inline void *sl_field_at(const sl_field *field, void *record)
{
    return (char *)record + field->offset;
}

static inline bool sl_reading_is(const sl_reading *reading, uint32_t flag)
{
    return (reading->flags & flag) != 0;
}

/* Reads a record with SL_FIELDS_... flags, adding to the faults. since 1.0 [no-suspend] */
void sl_fields_take(sl_context *cx, const sl_field *fields, const sl_value *object, uint32_t flags,
                    void *record, sl_faults *faults);

/* Adds a fault of the value at `step`, which is written out; the texts are kept, not copied. The fault, for a message that
 * names its parameter. since 1.0 [no-suspend] */
sl_fault *sl_reading_fault(const sl_reading *reading, const sl_fault_step *step, const char *code,
                           const char *message, const char *type, const char *description);

/* Reads one scalar that is there and not null into `member`. */
void sl_scalar_read(const sl_reading *reading, const sl_field *field, const sl_value *value,
                    const sl_fault_step *step, void *member);
/* What the member holds when nothing was given. */
void sl_scalar_absent(const sl_field *field, void *member);
/* Metadata that is there and not null. */
void sl_metadata_read(const sl_reading *reading, const sl_field *field, const sl_value *value,
                      const sl_fault_step *step, const sl_map **ret_map);
/* Whether a NUL or bytes that are no UTF-8 lie in the value or below it. */
bool sl_value_is_unclean(const sl_value *value);

#endif
