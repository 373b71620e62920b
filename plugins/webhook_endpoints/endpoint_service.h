/*
 * endpoint_service.h: making, changing, deleting endpoints, and rolling their secrets.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENDPOINT_SERVICE_H
#define ENDPOINT_SERVICE_H

#include "endpoint_model.h"

struct endpoint_params {
    const char *id;
    const char *url;
    sl_list enabled_events;
    const char *api_version;
    const char *description;
    const sl_map *metadata;
    bool disabled;
};

struct endpoint_roll_params {
    const char *id;
    int64_t expires_in;
};

/* [suspends], all of these */
sl_status endpoint_create(sl_context *cx, const struct endpoint_params *in,
                          struct endpoint *ret) SL_MUST_CHECK;
sl_status endpoint_update(sl_context *cx, const struct endpoint_params *in,
                          struct endpoint *ret) SL_MUST_CHECK;
sl_status endpoint_delete(sl_context *cx, const char *id, struct endpoint *ret) SL_MUST_CHECK;
sl_status endpoint_roll(sl_context *cx, const struct endpoint_roll_params *in,
                        struct endpoint *ret) SL_MUST_CHECK;

/* The endpoint wants nothing any more (410): committed here. */
sl_status endpoint_disable(sl_context *cx, const char *id) SL_MUST_CHECK;

#endif
