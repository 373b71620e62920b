/*
 * crypto.h: what core needs of cryptography beyond <stripe_lite/crypto.h>.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_CRYPTO_H
#define STRIPE_LITE_CORE_BASE_CRYPTO_H

#include <stripe_lite/crypto.h>

/* The key of sl_seal and sl_unseal, copied; NULL forgets it. Once in each process, from its settings. since 1.0
 * [start-up only] */
void sl_crypto_key_set(const unsigned char key[32]);

/* since 1.0 [no-suspend] */
void sl_sha256(const void *data, size_t length, unsigned char ret[32]);
void sl_hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                    unsigned char ret[32]);

/* sl_signature_verify, saying why not. since 1.0 [no-suspend] */
#define SL_SIGNATURE_GOOD 0
#define SL_SIGNATURE_UNREADABLE 1 /* no time, or no signature */
#define SL_SIGNATURE_LATE 2       /* not within the tolerance */
#define SL_SIGNATURE_WRONG 3
int sl_signature_look(sl_context *cx, const char *header, const char *const *secrets,
                      const void *body, size_t length, int64_t tolerance);

#endif
