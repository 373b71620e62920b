/*
 * webhook_event_routes.h: what an administrator does with stored events; the lists are the resource's own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WEBHOOK_EVENT_ROUTES_H
#define WEBHOOK_EVENT_ROUTES_H

#include "webhooks.h"

struct replay_params {
    const char *id;
};
extern const sl_field replay_params_fields[];

/* POST /api/v1/admin/webhooks/events/{id}/replay. [suspends] */
sl_status event_replay(sl_context *cx, const void *params);

/* stripe-lite replay ID... | --status dead. [suspends] */
int32_t replay_command(sl_context *cx, int32_t argument_count, const char *const *arguments);

#endif
