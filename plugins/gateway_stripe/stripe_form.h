/*
 * stripe_form.h: the form bodies that Stripe's API takes, built in the order in which they are added.
 *
 * The order is part of what makes a retry the same request: a body is a pure function of what is paid.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_FORM_H
#define STRIPE_FORM_H

#include <stripe_lite/http_client.h>

#define FORM_MOST 80 /* 50 names of metadata, and the rest */

struct stripe_form {
    sl_context *cx;
    uint32_t count;
    sl_pair pairs[FORM_MOST + 1]; /* ended by a NULL name */
};

/* [no-suspend], all of these */
void form_init(sl_context *cx, struct stripe_form *form);
/* Adds "name=value"; nothing when `value` is NULL or empty. */
void form_text(struct stripe_form *form, const char *name, const char *value);
void form_number(struct stripe_form *form, const char *name, int64_t value);
void form_flag(struct stripe_form *form, const char *name, bool value);

#endif
