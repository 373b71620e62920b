/*
 * tls.c: the server's certificate, and its side of a TLS connection.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/tls.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

/* HTTP/1.1 is all that is spoken here; a client that offers only others is told so in the handshake. */
static int protocol_choose(SSL *tls, const unsigned char **ret, unsigned char *ret_length,
                           const unsigned char *offered, unsigned int offered_length, void *data)
{
    static const unsigned char wanted[] = "http/1.1";
    (void)tls;
    (void)data;
    for (unsigned int at = 0; at < offered_length; at += offered[at] + 1u) {
        unsigned int length = offered[at];
        if (length == sizeof wanted - 1 && at + 1 + length <= offered_length &&
            memcmp(offered + at + 1, wanted, length) == 0) {
            *ret = offered + at + 1;
            *ret_length = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static SSL_CTX *refuse(SSL_CTX *context, sl_arena *arena, const char *what, const char *file,
                       const char **ret_message)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    *ret_message = sl_arena_format(arena, "%s %s: %s", what, file, reason ? reason : "unreadable");
    ERR_clear_error();
    SSL_CTX_free(context);
    return NULL;
}

SSL_CTX *sl_tls_new(sl_arena *arena, const char *certificate, const char *key,
                    const char **ret_message)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL) {
        return refuse(context, arena, "TLS for", certificate, ret_message);
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_alpn_select_cb(context, protocol_choose, NULL);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) {
        return refuse(context, arena, "certificate", certificate, ret_message);
    }
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
        return refuse(context, arena, "key", key, ret_message);
    }
    if (SSL_CTX_check_private_key(context) != 1) {
        return refuse(context, arena, "the certificate is not of the key", key, ret_message);
    }
    return context;
}

SSL *sl_tls_accept(SSL_CTX *context, int descriptor)
{
    SSL *tls = SSL_new(context);
    if (tls == NULL || SSL_set_fd(tls, descriptor) != 1) {
        SSL_free(tls);
        ERR_clear_error();
        return NULL;
    }
    SSL_set_accept_state(tls);
    return tls;
}

void sl_tls_free(SSL *tls)
{
    SSL_free(tls);
}

/* The queue of errors is the thread's: what one connection leaves there would be read as another's. */
static ssize_t result_of(const SSL *tls, int result)
{
    if (result > 0) {
        return result;
    }
    int reason = SSL_get_error(tls, result);
    ERR_clear_error();
    if (reason == SSL_ERROR_ZERO_RETURN) {
        return 0;
    }
    errno = reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
    return -1;
}

ssize_t sl_tls_read(SSL *tls, void *ret, size_t room)
{
    return result_of(tls, SSL_read(tls, ret, room < INT_MAX ? (int)room : INT_MAX));
}

ssize_t sl_tls_write(SSL *tls, const void *data, size_t length)
{
    return result_of(tls, SSL_write(tls, data, length < INT_MAX ? (int)length : INT_MAX));
}

bool sl_tls_wants_write(const SSL *tls)
{
    return SSL_want_write(tls);
}

void sl_tls_shut(SSL *tls)
{
    (void)SSL_shutdown(tls);
    ERR_clear_error();
}
