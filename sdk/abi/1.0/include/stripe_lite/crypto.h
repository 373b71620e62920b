/*
 * crypto.h: the few primitives that adapters need.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CRYPTO_H
#define STRIPE_LITE_CRYPTO_H

#include <stripe_lite/context.h>

SL_BEGIN_DECLS

/* Lower-case hex of HMAC-SHA256 and SHA-256. since 1.0 [no-suspend] */
SL_API const char *sl_hmac_sha256_hex(sl_context *cx, const char *key, const void *data,
                                      size_t length);
SL_API const char *sl_sha256_hex(sl_context *cx, const void *data, size_t length);

/* The bytes of an HMAC by "sha1", "sha256", "sha384" or "sha512", `ret_length` of them; NULL for any other name. SHA-1 is here
 * for gateways that still sign with it. since 1.0 [no-suspend] */
SL_API const unsigned char *sl_hmac(sl_context *cx, const char *hash, const void *key,
                                    size_t key_length, const void *data, size_t length,
                                    size_t *ret_length);

/* The bytes of a hash by the same names, `ret_length` of them; NULL for any other. since 1.0 [no-suspend] */
SL_API const unsigned char *sl_hash(sl_context *cx, const char *hash, const void *data,
                                    size_t length, size_t *ret_length);

/* Bytes as text: lower-case hex; base64 with padding (RFC 4648). since 1.0 [no-suspend] */
SL_API const char *sl_hex(sl_context *cx, const void *bytes, size_t length);
SL_API const char *sl_base64(sl_context *cx, const void *bytes, size_t length);

/* The bytes of a base64 text, followed by a NUL that is not counted; NULL when it is none. since 1.0 [no-suspend] */
SL_API const unsigned char *sl_base64_read(sl_context *cx, const char *text, size_t *ret_length);

/* Equality in time that depends on the lengths only. since 1.0 [no-suspend] */
SL_API bool sl_equal_constant_time(const char *a, const char *b);

/* Stripe's signature header "t=...,v1=...": true when one `v1` is the HMAC-SHA256 of "t.body" under one of the secrets
 * (NULL-terminated) and t is within `tolerance` seconds of now. since 1.0 [no-suspend] */
SL_API bool sl_signature_verify(sl_context *cx, const char *header, const char *const *secrets,
                                const void *body, size_t length, int64_t tolerance);

/* A text for storing a secret that must be read back: AES-256-GCM under the configured encryption key, which the text names.
 * `context` says what it is and whose ("webhook_endpoints.secret we_1"); it is authenticated, not kept: a sealed text that is
 * moved to another row does not open there. SL_E_INTERNAL without a key. sl_unseal: SL_E_INVALID when the text was not sealed
 * with this key and context. since 1.0 [no-suspend] */
SL_API sl_status sl_seal(sl_context *cx, const char *context, const char *plain,
                         const char **ret_text) SL_MUST_CHECK;
SL_API sl_status sl_unseal(sl_context *cx, const char *context, const char *text,
                           const char **ret_plain) SL_MUST_CHECK;

SL_END_DECLS
#endif
