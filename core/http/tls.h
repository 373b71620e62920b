/*
 * tls.h: the server's certificate, and its side of a TLS connection.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_TLS_H
#define STRIPE_LITE_CORE_HTTP_TLS_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/arena.h"

struct ssl_ctx_st;
struct ssl_st;

/* A context of TLS 1.2 and 1.3 with this certificate chain and key (PEM files). NULL with a sentence, without the key, in
 * `ret_message`. since 1.0 [start-up only] */
struct ssl_ctx_st *sl_tls_new(sl_arena *arena, const char *certificate, const char *key,
                              const char **ret_message);

/* The server's side on a non-blocking socket, which stays the caller's. NULL: out of memory. [no-suspend], all of these */
struct ssl_st *sl_tls_accept(struct ssl_ctx_st *context, int descriptor);
void sl_tls_free(struct ssl_st *tls);

/* As recv and send, the handshake included: -1 with EAGAIN while bytes must come or go first, with ECONNRESET when the
 * connection is no good any more; 0: the client has said that it sends no more. What could not be written is written again
 * before anything else, and not shorter. */
ssize_t sl_tls_read(struct ssl_st *tls, void *ret, size_t room);
ssize_t sl_tls_write(struct ssl_st *tls, const void *data, size_t length);
/* Whether the last of them waits for room to write. */
bool sl_tls_wants_write(const struct ssl_st *tls);
/* Says that no more will be written. */
void sl_tls_shut(struct ssl_st *tls);

#endif
