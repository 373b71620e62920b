/*
 * challenge_routes.h: the page of a challenge.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CHALLENGE_ROUTES_H
#define CHALLENGE_ROUTES_H

#include <stripe_lite/route.h>

struct challenge_params {
    const char *secret;
    const char *outcome;
};
extern const sl_field challenge_page_fields[];
extern const sl_field challenge_answer_fields[];

/* since 1.0 [suspends] */
sl_status challenge_page(sl_context *cx, const void *params);
sl_status challenge_answer(sl_context *cx, const void *params);

#endif
