/*
 * payments_routes.h: the handlers behind this plugin's routes, and their parameter tables.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENTS_ROUTES_H
#define PAYMENTS_ROUTES_H

#include "payment_intent_params.h"

sl_status payment_intent_create(sl_context *cx, const void *data);
sl_status payment_intent_retrieve(sl_context *cx, const void *data);
sl_status payment_intent_update(sl_context *cx, const void *data);
sl_status payment_intent_confirm(sl_context *cx, const void *data);
sl_status payment_intent_capture(sl_context *cx, const void *data);
sl_status payment_intent_cancel(sl_context *cx, const void *data);

extern const sl_field setup_create_fields[];
extern const sl_field setup_retrieve_fields[];
extern const sl_field setup_update_fields[];
extern const sl_field setup_confirm_fields[];
extern const sl_field setup_cancel_fields[];
sl_status setup_intent_create(sl_context *cx, const void *data);
sl_status setup_intent_retrieve(sl_context *cx, const void *data);
sl_status setup_intent_update(sl_context *cx, const void *data);
sl_status setup_intent_confirm(sl_context *cx, const void *data);
sl_status setup_intent_cancel(sl_context *cx, const void *data);

extern const sl_field charge_create_fields[];
extern const sl_field charge_update_fields[];
extern const sl_field charge_capture_fields[];
sl_status charge_create(sl_context *cx, const void *data);
sl_status charge_update(sl_context *cx, const void *data);
sl_status charge_capture(sl_context *cx, const void *data);

extern const sl_field refund_create_fields[];
extern const sl_field refund_update_fields[];
extern const sl_field refund_cancel_fields[];
extern const sl_field charge_refunds_fields[];
sl_status refund_create(sl_context *cx, const void *data);
sl_status refund_update(sl_context *cx, const void *data);
sl_status refund_cancel(sl_context *cx, const void *data);
sl_status charge_refunds_list(sl_context *cx, const void *data);

extern const sl_field dispute_update_fields[];
extern const sl_field dispute_close_fields[];
sl_status dispute_update(sl_context *cx, const void *data);
sl_status dispute_close(sl_context *cx, const void *data);

extern const sl_field lite_charge_fields[];
extern const sl_field lite_refund_fields[];
sl_status lite_charge_create(sl_context *cx, const void *data);
sl_status lite_charge_refund(sl_context *cx, const void *data);

extern const sl_field charge_attempts_fields[];
sl_status charge_attempts_list(sl_context *cx, const void *data);

/* Whether a caller with a publishable key names the object's client secret; others need none, but a wrong one is refused.
 * `ret_missing` is how the object is called when it may not be seen. [no-suspend] */
sl_status client_secret_check(sl_context *cx, const char *given, const char *secret,
                              const char *noun, const char *id);

#endif
