/*
 * tls.h: the server's certificate.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_TLS_H
#define STRIPE_LITE_CORE_HTTP_TLS_H

#include "core/base/arena.h"

struct ssl_ctx_st;

/* A context of TLS 1.2 and 1.3 with this certificate chain and key (PEM files). NULL with a sentence, without the key, in
 * `ret_message`. since 1.0 [start-up only] */
struct ssl_ctx_st *sl_tls_new(sl_arena *arena, const char *certificate, const char *key,
                              const char **ret_message);

#endif
