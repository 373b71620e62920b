/*
 * note_service.h: the rules of notes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SAMPLE_NOTE_SERVICE_H
#define SAMPLE_NOTE_SERVICE_H

#include <stripe_lite/stripe_lite.h>
#include <stripe_lite/services/customers.h>

#include "note_model.h"

struct note_options {
    const char *welcome;
};

struct note_params {
    const char *customer_id;
    const char *text;
};

/* What does not change after the start. */
void note_service_begin(const struct note_options *with, const sl_customers_service *service);

/* Adds a note and its event to the write set. `resource_missing` when there is no such customer. [suspends] */
sl_status note_create(sl_context *cx, const struct note_params *params, struct note *ret);

/* The first note about a new customer. [suspends] */
sl_status note_welcome(sl_context *cx, const sl_event_view *event);

#endif
