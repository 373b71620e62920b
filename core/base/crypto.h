/*
 * crypto.h: what core needs of cryptography beyond <stripe_lite/crypto.h>.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_CRYPTO_H
#define STRIPE_LITE_CORE_BASE_CRYPTO_H

#include <stripe_lite/crypto.h>

/* The key of sl_encrypt and sl_decrypt, copied; NULL forgets it. Once in each process, from its settings. since 1.0
 * [start-up only] */
void sl_crypto_key_set(const unsigned char key[32]);

/* since 1.0 [no-suspend] */
void sl_sha256(const void *data, size_t length, unsigned char ret[32]);
void sl_hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                    unsigned char ret[32]);

#endif
