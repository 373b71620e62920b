/*
 * told.h: customers and payment methods as a gateway tells of them (its webhooks), laid over what is stored here.
 *
 * What an object does not name stays as it is. Rows have the gateway's ids; one that is not known yet is made, also when another
 * object only refers to it: what it is like is told by its own event.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TOLD_H
#define TOLD_H

#include "customer_model.h"
#include "payment_method_model.h"

/* The handlers of the types "customer" and "payment_method". [suspends] */
sl_status customer_told(sl_context *cx, const sl_gateway_object *told) SL_MUST_CHECK;
sl_status payment_method_told(sl_context *cx, const sl_gateway_object *told) SL_MUST_CHECK;

/* The customer of that id, added to the write set when there is none. [suspends] */
sl_status customer_named(sl_context *cx, const char *id, int64_t created,
                         struct customer *ret) SL_MUST_CHECK;

/* The method of that id, attached to the customer when it may be; `ret_attached` says whether it is. [suspends] */
sl_status payment_method_named(sl_context *cx, const char *gateway, const char *id,
                               const char *customer, bool *ret_attached) SL_MUST_CHECK;

/* The member when the object has it: a text, or NULL for anything else. [no-suspend] */
static inline void told_text(const sl_value *object, const char *name, const char **member)
{
    const sl_value *value = sl_value_member(object, name);
    if (value)
        *member = text_or_null(sl_value_string(value, NULL));
}

/* The id that a member refers by, also when it is expanded; NULL. [no-suspend] */
static inline const char *told_id(const sl_value *object, const char *name)
{
    const sl_value *value = sl_value_member(object, name);
    if (sl_value_type(value) == SL_VALUE_OBJECT)
        value = sl_value_member(value, "id");
    return text_or_null(sl_value_string(value, NULL));
}

/* Address and metadata of an object, when it has them; NULL for null. [no-suspend] */
sl_status told_address(sl_context *cx, const sl_value *object,
                       struct address **member) SL_MUST_CHECK;
sl_status told_metadata(sl_context *cx, const sl_value *object,
                        const sl_map **member) SL_MUST_CHECK;

#endif
