/*
 * customer_service.h: the rules of customers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CUSTOMER_SERVICE_H
#define CUSTOMER_SERVICE_H

#include "method_source.h"

/* The customer, who must not be deleted; confined to the caller. `param`: "id" for the path's. [suspends] */
sl_status customer_load(sl_context *cx, const char *id, const char *param,
                        struct customer *ret) SL_MUST_CHECK;

/* Makes a customer of what the request says, with the payment method it names. [suspends] */
sl_status customer_create(sl_context *cx, const struct customer_params *in,
                          struct customer *ret) SL_MUST_CHECK;
sl_status customer_create_lite(sl_context *cx, const struct lite_customer_params *in,
                               struct customer *ret) SL_MUST_CHECK;

/* Changes what the request names. [suspends] */
sl_status customer_update(sl_context *cx, const struct customer_params *in,
                          struct customer *ret) SL_MUST_CHECK;

/* Deletes: the row stays, its methods and its email are released. [suspends] */
sl_status customer_delete(sl_context *cx, const char *id, struct customer *ret) SL_MUST_CHECK;

/* Makes an attached method the default of a customer. [suspends] */
sl_status customer_default_set(sl_context *cx, const char *customer,
                               const char *method) SL_MUST_CHECK;

/* The method is no longer a default of the customer. [suspends] */
sl_status customer_default_forget(sl_context *cx, const char *customer,
                                  const char *method) SL_MUST_CHECK;

/* Guards the write set against the customer's deletion at the same time. [no-suspend] */
void customer_guard(sl_context *cx, struct customer *customer);

/* Adds the update of `columns` and customer.updated to the write set, when anything shown has changed. [no-suspend] */
void customer_changed(sl_context *cx, const struct customer *before, struct customer *customer,
                      const char *columns);

/* The address with its empty texts taken away, NULL when it is NULL. [no-suspend] */
struct address *address_sound(sl_context *cx, const struct address *address);

/* A customer of whom nothing is known but its id. [no-suspend] */
void customer_blank(sl_context *cx, const char *id, int64_t created, struct customer *ret);

#endif
