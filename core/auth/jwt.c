/*
 * jwt.c: verifying JSON Web Tokens with OpenSSL's primitives.
 *
 * The signature is checked before a single claim is read. The header is read first only to refuse early: whatever it says, the
 * one configured algorithm is what is computed. `crit` and `b64` are refused, since nothing here understands them (RFC 7515,
 * 4.1.11).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/auth/jwt.h"
#include "core/base/encode.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <stripe_lite/json.h>

#include "core/base/clock.h"

#define RSA_BITS_LEAST 2048
#define SECRET_LEAST 32 /* RFC 7518, 3.2: a key of the hash's size or larger */

struct sl_jwt {
    const char *algorithm; /* "HS256" or "RS256" */
    char *secret;
    EVP_PKEY *public_key;
    char *issuer;
    char *audience;
};

/* ---- the rules ---- */

static char *heap_copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

/* PEM from an environment variable often has its line ends spelt "\n". */
static char *pem_unfold(const char *text)
{
    char *pem = strdup(text);
    char *to = pem;
    for (const char *from = text; pem && *from; from++) {
        if (from[0] == '\\' && from[1] == 'n') {
            *to++ = '\n';
            from++;
        } else {
            *to++ = *from;
        }
    }
    if (pem)
        *to = 0;
    return pem;
}

static const char *public_key_read(const char *text, EVP_PKEY **ret_key)
{
    bool inlined = strncmp(text, "-----BEGIN", 10) == 0;
    char *pem = inlined ? pem_unfold(text) : NULL;
    BIO *in = inlined ? BIO_new_mem_buf(pem, -1) : BIO_new_file(text, "r");
    EVP_PKEY *key = in ? PEM_read_bio_PUBKEY(in, NULL, NULL, NULL) : NULL;
    const char *fault = NULL;
    if (!in)
        fault = "auth.jwt.public_key is neither PEM text nor a file that can be read";
    else if (!key)
        fault = "auth.jwt.public_key has no PEM block \"PUBLIC KEY\"";
    else if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
        fault = "auth.jwt.public_key is not an RSA key; tokens are verified with RS256";
    else if (EVP_PKEY_get_bits(key) < RSA_BITS_LEAST)
        fault = "auth.jwt.public_key is an RSA key of fewer than 2048 bits";
    BIO_free(in);
    free(pem);
    if (fault)
        EVP_PKEY_free(key);
    else
        *ret_key = key;
    return fault;
}

bool sl_jwt_new(const sl_auth_options *options, sl_jwt **ret_jwt, const char **ret_message)
{
    *ret_jwt = NULL;
    const char *fault = NULL;
    EVP_PKEY *key = NULL;
    if (options->jwt_secret && options->jwt_public_key)
        fault =
            "auth.jwt.secret and auth.jwt.public_key are both set; one of them says how tokens are signed";
    else if (options->jwt_public_key)
        fault = public_key_read(options->jwt_public_key, &key);
    else if (!options->jwt_secret)
        return true;
    else if (options->production && strlen(options->jwt_secret) < SECRET_LEAST)
        fault = "auth.jwt.secret is shorter than 32 characters, which production does not take";
    sl_jwt *jwt = fault ? NULL : calloc(1, sizeof(*jwt));
    if (!jwt) {
        EVP_PKEY_free(key);
        *ret_message = fault ? fault : "out of memory";
        return false;
    }
    jwt->algorithm = key ? "RS256" : "HS256";
    jwt->public_key = key;
    jwt->secret = heap_copy(options->jwt_secret);
    jwt->issuer = heap_copy(options->jwt_issuer);
    jwt->audience = heap_copy(options->jwt_audience);
    *ret_jwt = jwt;
    return true;
}

void sl_jwt_free(sl_jwt *jwt)
{
    if (!jwt)
        return;
    if (jwt->secret)
        OPENSSL_cleanse(jwt->secret, strlen(jwt->secret));
    free(jwt->secret);
    free(jwt->issuer);
    free(jwt->audience);
    EVP_PKEY_free(jwt->public_key);
    free(jwt);
}

/* ---- one token ---- */

bool sl_jwt_looks_like(const char *text)
{
    const char *first = strchr(text, '.');
    const char *second = first ? strchr(first + 1, '.') : NULL;
    return strncmp(text, "eyJ", 3) == 0 && second && !strchr(second + 1, '.');
}

static sl_status refuse(sl_context *cx, const char *why)
{
    return sl_fail(cx, SL_E_UNAUTHENTICATED, NULL, "Invalid token provided: %s.", why);
}

static sl_status part_read(sl_context *cx, const char *text, size_t length,
                           const sl_value **ret_object)
{
    size_t size = 0;
    unsigned char *bytes = sl_base64_decode(cx->arena, text, length, true, &size);
    const sl_value *value = NULL;
    if (!bytes || memchr(text, '=', length) ||
        sl_json_parse(cx, (const char *)bytes, size, &value) != SL_OK ||
        sl_value_type(value) != SL_VALUE_OBJECT)
        return refuse(cx, "it is not made of JSON objects in base64url");
    *ret_object = value;
    return SL_OK;
}

static bool signature_good(const sl_jwt *jwt, const char *signed_text, size_t signed_length,
                           const unsigned char *signature, size_t length)
{
    if (!jwt->public_key) {
        unsigned char sum[EVP_MAX_MD_SIZE];
        unsigned int sum_length = 0;
        return HMAC(EVP_sha256(), jwt->secret, (int)strlen(jwt->secret),
                    (const unsigned char *)signed_text, signed_length, sum, &sum_length) &&
               length == sum_length && CRYPTO_memcmp(sum, signature, sum_length) == 0;
    }
    EVP_MD_CTX *check = EVP_MD_CTX_new();
    bool good = check &&
                EVP_DigestVerifyInit(check, NULL, EVP_sha256(), NULL, jwt->public_key) == 1 &&
                EVP_DigestVerify(check, signature, length, (const unsigned char *)signed_text,
                                 signed_length) == 1;
    EVP_MD_CTX_free(check);
    return good;
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool audience_named(const sl_value *claim, const char *audience)
{
    if (sl_value_type(claim) != SL_VALUE_ARRAY)
        return same(sl_value_string(claim, NULL), audience);
    for (uint32_t i = 0; i < sl_value_count(claim); i++) {
        if (same(sl_value_string(sl_value_item(claim, i, NULL), NULL), audience))
            return true;
    }
    return false;
}

/* A NumericDate; fractions of seconds are cut off. False for other types and for numbers that are no date. */
static bool date_read(const sl_value *claim, int64_t *ret_seconds)
{
    const char *number = sl_value_number(claim);
    if (!number || strpbrk(number, "eE-") || strcspn(number, ".") > 12)
        return false;
    *ret_seconds = strtoll(number, NULL, 10);
    return true;
}

static sl_status dates_check(sl_context *cx, const sl_value *claims)
{
    int64_t now = sl_clock_unix();
    int64_t date = 0;
    if (!date_read(sl_value_member(claims, "exp"), &date))
        return refuse(cx, "'exp' is missing or no number of seconds");
    if (date + SL_JWT_LEEWAY <= now)
        return sl_fail(cx, SL_E_UNAUTHENTICATED, "api_key_expired", "Expired token provided.");
    const sl_value *nbf = sl_value_member(claims, "nbf");
    if (nbf && !date_read(nbf, &date))
        return refuse(cx, "'nbf' is no number of seconds");
    if (nbf && date - SL_JWT_LEEWAY > now)
        return refuse(cx, "it is not valid yet ('nbf')");
    return SL_OK;
}

static sl_status claims_check(sl_context *cx, const sl_jwt *jwt, const sl_value *claims,
                              sl_jwt_claims *ret_claims)
{
    sl_status status = dates_check(cx, claims);
    if (status != SL_OK)
        return status;
    if (jwt->issuer && !same(sl_value_string(sl_value_member(claims, "iss"), NULL), jwt->issuer))
        return refuse(cx, "'iss' is not the configured issuer");
    if (jwt->audience && !audience_named(sl_value_member(claims, "aud"), jwt->audience))
        return refuse(cx, "'aud' does not name this server");
    sl_jwt_claims found = { .subject = sl_value_string(sl_value_member(claims, "sub"), NULL) };
    if (!found.subject || !found.subject[0])
        return refuse(cx, "'sub' is missing");
    const char *role = sl_value_string(sl_value_member(claims, "role"), NULL);
    if (!role || !sl_auth_role(cx, role, &found.role, &found.customer))
        return refuse(cx, "'role' is not one of admin, operator, viewer, customer:<id>");
    *ret_claims = found;
    return SL_OK;
}

sl_status sl_jwt_verify(sl_context *cx, const sl_jwt *jwt, const char *token,
                        sl_jwt_claims *ret_claims)
{
    const char *payload = strchr(token, '.') + 1;
    const char *signature = strchr(payload, '.') + 1;
    const sl_value *header = NULL;
    sl_status status = part_read(cx, token, (size_t)(payload - 1 - token), &header);
    if (status != SL_OK)
        return status;
    if (!same(sl_value_string(sl_value_member(header, "alg"), NULL), jwt->algorithm))
        return refuse(cx, jwt->public_key ? "this server verifies tokens with RS256 only"
                                          : "this server verifies tokens with HS256 only");
    if (sl_value_member(header, "crit") || sl_value_member(header, "b64"))
        return refuse(cx, "its header asks for extensions that this server does not have");
    size_t length = 0;
    const unsigned char *bytes =
        sl_base64_decode(cx->arena, signature, strlen(signature), true, &length);
    if (!bytes || strchr(signature, '=') ||
        !signature_good(jwt, token, (size_t)(signature - 1 - token), bytes, length))
        return refuse(cx, "its signature is wrong");
    const sl_value *claims = NULL;
    status = part_read(cx, payload, (size_t)(signature - 1 - payload), &claims);
    return status == SL_OK ? claims_check(cx, jwt, claims, ret_claims) : status;
}
