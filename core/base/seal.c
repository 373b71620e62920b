/*
 * seal.c: texts that are stored encrypted: AES-256-GCM, by OpenSSL.
 *
 * A sealed text is "enc1.KEY.BYTES": the scheme, the first hex digits of the key's own SHA-256, and base64url of nonce (12 bytes),
 * ciphertext and tag (16 bytes). Scheme, key and context are authenticated with it. That a text names its key lets another key
 * come beside the one of today.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/context.h"
#include "core/base/crypto.h"
#include "core/base/encode.h"
#include "core/base/random.h"
#include "core/base/text.h"

#define KEY_SIZE 32
#define KEY_NAME_BYTES 4
#define NONCE_SIZE 12
#define TAG_SIZE 16
#define LONGEST ((size_t)1 << 30) /* OpenSSL counts in int */

typedef struct sealing {
    const char *head; /* "enc1.KEY." */
    const char *context;
    const unsigned char *nonce;
} sealing;

static unsigned char encryption_key[KEY_SIZE];
static unsigned char key_name[KEY_NAME_BYTES];
static bool key_known;

/* Looked up once, as SHA-256 is. */
static pthread_once_t cipher_once = PTHREAD_ONCE_INIT;
static EVP_CIPHER *aes;

static void cipher_fetch(void)
{
    aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (aes == NULL)
        abort();
}

void sl_crypto_key_set(const unsigned char key[32])
{
    unsigned char hash[32];
    key_known = key != NULL;
    if (!key_known) {
        OPENSSL_cleanse(encryption_key, KEY_SIZE);
        return;
    }
    memcpy(encryption_key, key, KEY_SIZE);
    sl_sha256(key, KEY_SIZE, hash);
    memcpy(key_name, hash, KEY_NAME_BYTES);
}

static const char *head_of(sl_context *cx)
{
    return sl_format(cx, "enc1.%s.", sl_hex_encode(cx->arena, key_name, KEY_NAME_BYTES));
}

/* Key and nonce, then what is authenticated beside the text. */
static bool begin(EVP_CIPHER_CTX *cipher, const sealing *of, bool encrypt)
{
    int made = 0;
    (void)pthread_once(&cipher_once, cipher_fetch);
    return cipher != NULL &&
           EVP_CipherInit_ex2(cipher, aes, encryption_key, of->nonce, encrypt, NULL) == 1 &&
           EVP_CipherUpdate(cipher, NULL, &made, (const unsigned char *)of->head,
                            (int)strlen(of->head)) == 1 &&
           EVP_CipherUpdate(cipher, NULL, &made, (const unsigned char *)of->context,
                            (int)strlen(of->context)) == 1;
}

static bool seal(const sealing *of, const char *plain, size_t length, unsigned char *ret_cipher)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int made = 0;
    int rest = 0;
    bool done =
        begin(cipher, of, true) &&
        EVP_CipherUpdate(cipher, ret_cipher, &made, (const unsigned char *)plain, (int)length) ==
            1 &&
        EVP_CipherFinal_ex(cipher, ret_cipher + made, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, ret_cipher + length) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

static bool unseal(const sealing *of, unsigned char *sealed, size_t length,
                   unsigned char *ret_plain)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int made = 0;
    int rest = 0;
    bool done = begin(cipher, of, false) &&
                EVP_CipherUpdate(cipher, ret_plain, &made, sealed, (int)length) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, sealed + length) == 1 &&
                EVP_CipherFinal_ex(cipher, ret_plain + made, &rest) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

sl_status sl_seal(sl_context *cx, const char *context, const char *plain, const char **ret_text)
{
    size_t length = strlen(plain);
    if (!key_known || length > LONGEST)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "No encryption key is configured.");
    unsigned char *sealed = sl_arena_alloc(cx->arena, NONCE_SIZE + length + TAG_SIZE);
    sl_random_bytes(sealed, NONCE_SIZE);
    const sealing of = { .head = head_of(cx), .context = context, .nonce = sealed };
    if (!seal(&of, plain, length, sealed + NONCE_SIZE))
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The text could not be encrypted.");
    const char *text = sl_base64_encode(cx->arena, sealed, NONCE_SIZE + length + TAG_SIZE, true);
    *ret_text = sl_arena_format(cx->arena, "%s%s", of.head, text);
    return SL_OK;
}

sl_status sl_unseal(sl_context *cx, const char *context, const char *text, const char **ret_plain)
{
    if (!key_known)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "No encryption key is configured.");
    size_t length = 0;
    unsigned char *sealed = NULL;
    sealing of = { .head = head_of(cx), .context = context };
    if (sl_text_starts(text, of.head)) {
        const char *encoded = text + strlen(of.head);
        sealed = sl_base64_decode(cx->arena, encoded, strlen(encoded), true, &length);
    }
    if (sealed != NULL && length >= NONCE_SIZE + TAG_SIZE && length < LONGEST) {
        of.nonce = sealed;
        length -= NONCE_SIZE + TAG_SIZE;
        unsigned char *plain = sl_arena_alloc(cx->arena, length + 1);
        if (unseal(&of, sealed + NONCE_SIZE, length, plain)) {
            *ret_plain = (const char *)plain;
            return SL_OK;
        }
    }
    return sl_fail(cx, SL_E_INVALID, NULL, "The text was not encrypted with this key.");
}
