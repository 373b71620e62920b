/*
 * note_routes.h: the routes of notes that the host does not serve by itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SAMPLE_NOTE_ROUTES_H
#define SAMPLE_NOTE_ROUTES_H

#include <stripe_lite/stripe_lite.h>

extern const sl_field note_create_fields[];
sl_status note_create_route(sl_context *cx, const void *params);

#endif
