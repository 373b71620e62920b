/*
 * crypto.c: hashes, message authentication, signed headers, and texts encrypted at rest, all by OpenSSL.
 *
 * An encrypted text is "enc1." and base64url of nonce (12 bytes), ciphertext and tag (16 bytes). The number in front names the
 * scheme, so that another can come beside it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/context.h"
#include "core/base/encode.h"
#include "core/base/random.h"
#include "core/base/text.h"

#define KEY_SIZE 32
#define NONCE_SIZE 12
#define TAG_SIZE 16
#define HASH_SIZE 32
#define LONGEST ((size_t)1 << 30) /* OpenSSL counts in int */

static const char mark[] = "enc1.";

static unsigned char encryption_key[KEY_SIZE];
static bool key_known;

void sl_crypto_key_set(const unsigned char key[32])
{
    key_known = key != NULL;
    if (key_known)
        memcpy(encryption_key, key, KEY_SIZE);
    else
        OPENSSL_cleanse(encryption_key, KEY_SIZE);
}

/* ---- hashes ---- */

/* Looking the algorithm up by its name takes as long as hashing a short text, so that it is done once. */
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;

static void sha256_fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (sha256 == NULL)
        abort();
}

void sl_sha256(const void *data, size_t length, unsigned char ret[32])
{
    (void)pthread_once(&sha256_once, sha256_fetch);
    if (EVP_Digest(data, length, ret, NULL, sha256, NULL) != 1)
        abort();
}

void sl_hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                    unsigned char ret[32])
{
    unsigned int made = 0;
    if (key_length > LONGEST ||
        HMAC(EVP_sha256(), key_length ? key : "", (int)key_length, data, length, ret, &made) ==
            NULL ||
        made != HASH_SIZE)
        abort();
}

const char *sl_sha256_hex(sl_context *cx, const void *data, size_t length)
{
    unsigned char hash[HASH_SIZE];
    sl_sha256(data, length, hash);
    return sl_hex_encode(cx->arena, hash, sizeof(hash));
}

const char *sl_hmac_sha256_hex(sl_context *cx, const char *key, const void *data, size_t length)
{
    unsigned char hash[HASH_SIZE];
    sl_hmac_sha256(key, strlen(key), data, length, hash);
    return sl_hex_encode(cx->arena, hash, sizeof(hash));
}

const unsigned char *sl_hmac(sl_context *cx, const char *hash, const void *key, size_t key_length,
                             const void *data, size_t length, size_t *ret_length)
{
    static const char *const names[] = { "sha1", "sha256", "sha384", "sha512" };
    const EVP_MD *known[] = { EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512() };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], hash) != 0)
            continue;
        unsigned char *bytes = sl_alloc(cx, EVP_MAX_MD_SIZE);
        unsigned int made = 0;
        if (key_length > LONGEST || HMAC(known[i], key_length ? key : "", (int)key_length, data,
                                         length, bytes, &made) == NULL)
            abort();
        *ret_length = made;
        return bytes;
    }
    return NULL;
}

const char *sl_hex(sl_context *cx, const void *bytes, size_t length)
{
    return sl_hex_encode(cx->arena, bytes, length);
}

const char *sl_base64(sl_context *cx, const void *bytes, size_t length)
{
    return sl_base64_encode(cx->arena, bytes, length, false);
}

const unsigned char *sl_base64_read(sl_context *cx, const char *text, size_t *ret_length)
{
    return sl_base64_decode(cx->arena, text, strlen(text), false, ret_length);
}

bool sl_equal_constant_time(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return false;
    size_t length = strlen(a);
    return length == strlen(b) && CRYPTO_memcmp(a, b, length) == 0;
}

/* ---- signed headers ---- */

/* The next "name=value" of the header; false at its end. */
static bool header_part(const char **at, const char **ret_part, size_t *ret_length)
{
    *at += strspn(*at, ", ");
    if (**at == '\0')
        return false;
    *ret_part = *at;
    *ret_length = strcspn(*at, ", ");
    *at += *ret_length;
    return true;
}

static bool header_time(const char *header, const char **ret_text, size_t *ret_length,
                        int64_t *ret_time)
{
    const char *part = NULL;
    size_t length = 0;
    while (header_part(&header, &part, &length)) {
        if (length > 2 && strncmp(part, "t=", 2) == 0) {
            *ret_text = part + 2;
            *ret_length = length - 2;
            return sl_text_int64(part + 2, length - 2, ret_time) == 0;
        }
    }
    return false;
}

/* Every signature is compared, so that the time taken says nothing about which one fits. */
static bool header_has(sl_context *cx, const char *header, const char *wanted)
{
    bool found = false;
    const char *part = NULL;
    size_t length = 0;
    while (header_part(&header, &part, &length)) {
        if (length > 3 && strncmp(part, "v1=", 3) == 0) {
            const char *given = sl_arena_copy(cx->arena, part + 3, length - 3);
            found = sl_equal_constant_time(given, wanted) || found;
        }
    }
    return found;
}

static bool header_signed(const char *header)
{
    const char *part = NULL;
    size_t length = 0;
    while (header_part(&header, &part, &length)) {
        if (length > 3 && strncmp(part, "v1=", 3) == 0)
            return true;
    }
    return false;
}

int sl_signature_look(sl_context *cx, const char *header, const char *const *secrets,
                      const void *body, size_t length, int64_t tolerance)
{
    const char *time_text = NULL;
    size_t time_length = 0;
    int64_t time = 0;
    if (header == NULL || !header_signed(header) ||
        !header_time(header, &time_text, &time_length, &time))
        return SL_SIGNATURE_UNREADABLE;
    int64_t age = 0;
    if (__builtin_sub_overflow(sl_now(cx), time, &age) || age > tolerance || age < -tolerance)
        return SL_SIGNATURE_LATE;
    char *payload = sl_arena_alloc(cx->arena, time_length + 1 + length);
    memcpy(payload, time_text, time_length);
    payload[time_length] = '.';
    if (length > 0)
        memcpy(payload + time_length + 1, body, length);
    bool found = false;
    for (; secrets != NULL && *secrets != NULL; secrets++) {
        if (**secrets == '\0')
            continue;
        const char *wanted = sl_hmac_sha256_hex(cx, *secrets, payload, time_length + 1 + length);
        found = header_has(cx, header, wanted) || found;
    }
    return found ? SL_SIGNATURE_GOOD : SL_SIGNATURE_WRONG;
}

bool sl_signature_verify(sl_context *cx, const char *header, const char *const *secrets,
                         const void *body, size_t length, int64_t tolerance)
{
    return sl_signature_look(cx, header, secrets, body, length, tolerance) == SL_SIGNATURE_GOOD;
}

/* ---- encrypted texts ---- */

static bool seal(const unsigned char *nonce, const char *plain, size_t length,
                 unsigned char *ret_cipher, unsigned char *ret_tag)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int made = 0;
    int rest = 0;
    bool done = cipher != NULL &&
                EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, encryption_key, nonce) == 1 &&
                EVP_EncryptUpdate(cipher, ret_cipher, &made, (const unsigned char *)plain,
                                  (int)length) == 1 &&
                EVP_EncryptFinal_ex(cipher, ret_cipher + made, &rest) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, ret_tag) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

static bool unseal(const unsigned char *nonce, const unsigned char *sealed, size_t length,
                   unsigned char *tag, unsigned char *ret_plain)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int made = 0;
    int rest = 0;
    bool done = cipher != NULL &&
                EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, encryption_key, nonce) == 1 &&
                EVP_DecryptUpdate(cipher, ret_plain, &made, sealed, (int)length) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
                EVP_DecryptFinal_ex(cipher, ret_plain + made, &rest) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

sl_status sl_encrypt(sl_context *cx, const char *plain, const char **ret_text)
{
    size_t length = strlen(plain);
    if (!key_known || length > LONGEST)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "No encryption key is configured.");
    unsigned char *sealed = sl_arena_alloc(cx->arena, NONCE_SIZE + length + TAG_SIZE);
    sl_random_bytes(sealed, NONCE_SIZE);
    if (!seal(sealed, plain, length, sealed + NONCE_SIZE, sealed + NONCE_SIZE + length))
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The text could not be encrypted.");
    const char *text = sl_base64_encode(cx->arena, sealed, NONCE_SIZE + length + TAG_SIZE, true);
    *ret_text = sl_arena_format(cx->arena, "%s%s", mark, text);
    return SL_OK;
}

sl_status sl_decrypt(sl_context *cx, const char *text, const char **ret_plain)
{
    if (!key_known)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "No encryption key is configured.");
    size_t length = 0;
    unsigned char *sealed = NULL;
    if (sl_text_starts(text, mark)) {
        const char *encoded = text + strlen(mark);
        sealed = sl_base64_decode(cx->arena, encoded, strlen(encoded), true, &length);
    }
    if (sealed != NULL && length >= NONCE_SIZE + TAG_SIZE && length < LONGEST) {
        length -= NONCE_SIZE + TAG_SIZE;
        unsigned char *plain = sl_arena_alloc(cx->arena, length + 1);
        unsigned char *cipher = sealed + NONCE_SIZE;
        if (unseal(sealed, cipher, length, cipher + length, plain)) {
            *ret_plain = (const char *)plain;
            return SL_OK;
        }
    }
    return sl_fail(cx, SL_E_INVALID, NULL, "The text was not encrypted with this key.");
}
