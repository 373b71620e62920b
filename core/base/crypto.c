/*
 * crypto.c: hashes, message authentication and signed headers, all by OpenSSL.
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
#include "core/base/text.h"

#define HASH_SIZE 32
#define LONGEST ((size_t)1 << 30) /* OpenSSL counts in int */

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

static const EVP_MD *hash_named(const char *name)
{
    static const char *const names[] = { "sha1", "sha256", "sha384", "sha512" };
    const EVP_MD *known[] = { EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512() };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0)
            return known[i];
    }
    return NULL;
}

const unsigned char *sl_hmac(sl_context *cx, const char *hash, const void *key, size_t key_length,
                             const void *data, size_t length, size_t *ret_length)
{
    const EVP_MD *md = hash_named(hash);
    if (md == NULL)
        return NULL;
    unsigned char *bytes = sl_alloc(cx, EVP_MAX_MD_SIZE);
    unsigned int made = 0;
    if (key_length > LONGEST ||
        HMAC(md, key_length ? key : "", (int)key_length, data, length, bytes, &made) == NULL)
        abort();
    *ret_length = made;
    return bytes;
}

const unsigned char *sl_hash(sl_context *cx, const char *hash, const void *data, size_t length,
                             size_t *ret_length)
{
    const EVP_MD *md = hash_named(hash);
    if (md == NULL)
        return NULL;
    unsigned char *bytes = sl_alloc(cx, EVP_MAX_MD_SIZE);
    unsigned int made = 0;
    if (EVP_Digest(length ? data : "", length, bytes, &made, md, NULL) != 1)
        abort();
    *ret_length = made;
    return bytes;
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
