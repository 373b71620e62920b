/*
 * endpoint_secret.h: the secrets that sign an endpoint's deliveries.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENDPOINT_SECRET_H
#define ENDPOINT_SECRET_H

#include "endpoint_model.h"

/* A new secret, sealed into the row and shown in its next answer; the one before stays good until `old_until` (unix seconds, 0: it
 * ends now). [no-suspend] */
sl_status endpoint_secret_new(sl_context *cx, struct endpoint *endpoint,
                              int64_t old_until) SL_MUST_CHECK;

/* The header "t=...,v1=..." of a body, with a signature by each secret that is good at `now`. [no-suspend] */
sl_status endpoint_sign(sl_context *cx, const struct endpoint *endpoint, int64_t now,
                        const char *body, const char **ret_header) SL_MUST_CHECK;

#endif
