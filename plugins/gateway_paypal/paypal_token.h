/*
 * paypal_token.h: the access token that every request to PayPal carries (OAuth 2.0, client_credentials).
 *
 * A process keeps the one it has and gets another before it ends. Source: PayPal's document "Authentication".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_TOKEN_H
#define PAYPAL_TOKEN_H

#include "paypal_client.h"

/* The token, the context's; NULL when PayPal gives none: `ret` says why, and that nothing was sent, `ret_again` whether it is
 * worth another try, `ret_pause` the milliseconds before it that PayPal asked for. [suspends] */
const char *paypal_token(sl_context *cx, struct paypal_answer *ret, bool *ret_again,
                         int64_t *ret_pause);

/* PayPal does not take this token any more. [no-suspend] */
void paypal_token_forget(const char *token);

#endif
