/*
 * customers.h: what every room of this plugin shares: its options and a few small words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CUSTOMERS_H
#define CUSTOMERS_H

#include <string.h>

#include <stripe_lite/services/customers.h>
#include <stripe_lite/stripe_lite.h>

#define METADATA_MOST 50

struct customers_options {
    bool unique_email;
};
extern const sl_field customers_option_fields[];

/* Constant after start. [no-suspend] */
const struct customers_options *customers_options(void);
sl_status customers_start(sl_context *cx, sl_plugin *self);

/* Whether both are there and the same. [no-suspend] */
static inline bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* NULL for a text whose emptiness means that it was taken away. [no-suspend] */
static inline const char *text_or_null(const char *text)
{
    return text && text[0] != '\0' ? text : NULL;
}

/* Replaces `*member` when the request names `param`; an empty text removes. [no-suspend] */
void text_take(const sl_context *cx, const char *param, const char *value, const char **member);

/* `changes` over `*metadata` when the request names `metadata`; an empty text removes all. More than METADATA_MOST is refused.
 * [no-suspend] */
sl_status metadata_take(sl_context *cx, const sl_map *changes,
                        const sl_map **metadata) SL_MUST_CHECK;

/* The members that differ between two rows as a resource renders them, with the values of `before`: Stripe's
 * previous_attributes. NULL when nothing differs. [no-suspend] */
const sl_json *changes_between(sl_context *cx, const sl_resource *resource, const void *before,
                               const void *after);

#endif
