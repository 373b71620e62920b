/*
 * event_names.h: which events an endpoint may ask for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef EVENT_NAMES_H
#define EVENT_NAMES_H

#include <stdbool.h>

/* Whether a name is one of Stripe's events, or "*", or a group of them: "charge.*". [no-suspend] */
bool event_name_known(const char *pattern);

/* Whether an event is meant by it. [no-suspend] */
bool event_name_matches(const char *pattern, const char *type);

#endif
