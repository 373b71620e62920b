/*
 * jwt_test.c: which tokens are believed, and that a token never chooses how it is verified.
 *
 * Tokens are made here with OpenSSL, not with the code under test.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "core/auth/jwt.h"
#include "core/base/clock.h"

#define SECRET "a secret of more than thirty-two characters"

static sl_host host;
static sl_context *cx;

static int setup(void **state)
{
    (void)state;
    cx = sl_context_new(&host, "acct_1", false, "req_1");
    return cx ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    sl_context_free(cx);
    return 0;
}

/* ---- making tokens ---- */

static const char *base64url(const void *bytes, size_t length)
{
    char *text = sl_alloc(cx, length * 4 / 3 + 8);
    EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
    for (char *c = text; *c; c++) {
        if (*c == '+')
            *c = '-';
        if (*c == '/')
            *c = '_';
        if (*c == '=')
            *c = 0;
    }
    return text;
}

static const char *unsigned_token(const char *header, const char *claims)
{
    return sl_format(cx, "%s.%s", base64url(header, strlen(header)),
                     base64url(claims, strlen(claims)));
}

static const char *hs256(const char *secret, const char *header, const char *claims)
{
    const char *text = unsigned_token(header, claims);
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)text, strlen(text), sum,
         &length);
    return sl_format(cx, "%s.%s", text, base64url(sum, length));
}

static const char *rs256(EVP_PKEY *key, const char *header, const char *claims)
{
    const char *text = unsigned_token(header, claims);
    unsigned char signature[1024];
    size_t length = sizeof(signature);
    EVP_MD_CTX *sign = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(sign, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(
        EVP_DigestSign(sign, signature, &length, (const unsigned char *)text, strlen(text)), 1);
    EVP_MD_CTX_free(sign);
    return sl_format(cx, "%s.%s", text, base64url(signature, length));
}

static const char *pem_of(EVP_PKEY *key)
{
    BIO *out = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(out, key);
    char *bytes = NULL;
    long length = BIO_get_mem_data(out, &bytes);
    const char *pem = sl_copy(cx, bytes, (size_t)length);
    BIO_free(out);
    return pem;
}

#define HS "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define RS "{\"alg\":\"RS256\"}"

static const char *claims_with(const char *more)
{
    return sl_format(cx, "{\"sub\":\"user_1\",\"exp\":%lld%s}", (long long)sl_clock_unix() + 300,
                     more);
}

static sl_jwt *rules(const sl_auth_options *options)
{
    sl_jwt *jwt = NULL;
    const char *message = NULL;
    if (!sl_jwt_new(options, &jwt, &message))
        fail_msg("%s", message);
    return jwt;
}

static sl_status verify(const sl_jwt *jwt, const char *token, sl_jwt_claims *ret)
{
    sl_error_clear(cx);
    assert_true(sl_jwt_looks_like(token));
    sl_status status = sl_jwt_verify(cx, jwt, token, ret);
    assert_true(status == SL_OK || status == SL_E_UNAUTHENTICATED);
    assert_true((status == SL_OK) == (sl_error_message(cx) == NULL));
    return status;
}

/* ---- tests ---- */

static void good_token_names_its_caller(void **state)
{
    (void)state;
    sl_jwt *jwt = rules(&(sl_auth_options){ .jwt_secret = SECRET });
    sl_jwt_claims claims;
    assert_int_equal(verify(jwt, hs256(SECRET, HS, claims_with(",\"role\":\"operator\"")), &claims),
                     SL_OK);
    assert_string_equal(claims.subject, "user_1");
    assert_string_equal(claims.role, "operator");
    assert_null(claims.customer);
    assert_int_equal(
        verify(jwt, hs256(SECRET, HS, claims_with(",\"role\":\"customer:cus_7\"")), &claims),
        SL_OK);
    assert_string_equal(claims.role, "customer");
    assert_string_equal(claims.customer, "cus_7");
    sl_jwt_free(jwt);
}

static void bad_claims_are_refused(void **state)
{
    (void)state;
    sl_jwt *jwt = rules(&(sl_auth_options){ .jwt_secret = SECRET });
    sl_jwt_claims claims;
    long long now = sl_clock_unix();
    const char *const bad[] = {
        "{\"sub\":\"u\",\"role\":\"admin\"}",
        "{\"sub\":\"u\",\"role\":\"admin\",\"exp\":\"tomorrow\"}",
        sl_format(cx, "{\"sub\":\"u\",\"role\":\"admin\",\"exp\":%lld}", now - SL_JWT_LEEWAY - 1),
        sl_format(cx, "{\"sub\":\"u\",\"role\":\"admin\",\"exp\":-%lld}", now + 300),
        "{\"sub\":\"u\",\"role\":\"admin\",\"exp\":1e99}",
        claims_with(",\"role\":\"ADMIN\""),
        claims_with(",\"role\":\"emperor\""),
        claims_with(",\"role\":\"customer:\""),
        claims_with(",\"role\":\"customer\""),
        claims_with(",\"role\":\"admin:x\""),
        claims_with(",\"role\":[\"admin\"]"),
        claims_with(""),
        sl_format(cx, "{\"role\":\"admin\",\"exp\":%lld}", now + 300),
        sl_format(cx, "{\"sub\":\"\",\"role\":\"admin\",\"exp\":%lld}", now + 300),
        claims_with(sl_format(cx, ",\"role\":\"admin\",\"nbf\":%lld", now + SL_JWT_LEEWAY + 60)),
        claims_with(",\"role\":\"admin\",\"nbf\":\"soon\""),
        claims_with(",\"role\":\"viewer\",\"role\":\"admin\""),
        "[]",
        "{",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (verify(jwt, hs256(SECRET, HS, bad[i]), &claims) == SL_OK)
            fail_msg("taken: %s", bad[i]);
    }
    assert_int_equal(
        verify(jwt,
               hs256(SECRET, HS,
                     sl_format(cx, "{\"sub\":\"u\",\"role\":\"admin\",\"exp\":%lld}", now - 5)),
               &claims),
        SL_OK);
    assert_int_equal(
        verify(jwt,
               hs256(SECRET, HS,
                     sl_format(cx, "{\"sub\":\"u\",\"role\":\"admin\",\"exp\":%lld.75}", now + 5)),
               &claims),
        SL_OK);
    sl_jwt_free(jwt);
}

static void algorithm_is_the_configured_one(void **state)
{
    (void)state;
    EVP_PKEY *key = EVP_RSA_gen(2048);
    const char *pem = pem_of(key);
    const char *good = claims_with(",\"role\":\"admin\"");
    sl_jwt_claims claims;
    sl_jwt *by_secret = rules(&(sl_auth_options){ .jwt_secret = SECRET });
    sl_jwt *by_key = rules(&(sl_auth_options){ .jwt_public_key = pem });
    const char *none = unsigned_token("{\"alg\":\"none\"}", good);
    assert_int_equal(verify(by_key, rs256(key, RS, good), &claims), SL_OK);
    assert_int_not_equal(verify(by_key, hs256(pem, HS, good), &claims), SL_OK);
    assert_int_not_equal(verify(by_key, hs256(pem, RS, good), &claims), SL_OK);
    assert_int_not_equal(verify(by_key, sl_format(cx, "%s.", none), &claims), SL_OK);
    assert_int_not_equal(verify(by_secret, rs256(key, RS, good), &claims), SL_OK);
    assert_int_not_equal(verify(by_secret, sl_format(cx, "%s.", none), &claims), SL_OK);
    assert_int_not_equal(verify(by_secret, hs256(SECRET, "{\"alg\":\"HS512\"}", good), &claims),
                         SL_OK);
    assert_int_not_equal(verify(by_secret, hs256(SECRET, "{\"typ\":\"JWT\"}", good), &claims),
                         SL_OK);
    assert_int_not_equal(verify(by_secret,
                                hs256(SECRET, "{\"alg\":\"HS256\",\"crit\":[\"x\"],\"x\":1}", good),
                                &claims),
                         SL_OK);
    sl_jwt_free(by_secret);
    sl_jwt_free(by_key);
    EVP_PKEY_free(key);
}

static void changed_tokens_are_refused(void **state)
{
    (void)state;
    sl_jwt *jwt = rules(&(sl_auth_options){ .jwt_secret = SECRET });
    sl_jwt_claims claims;
    const char *token = hs256(SECRET, HS, claims_with(",\"role\":\"viewer\""));
    assert_int_not_equal(
        verify(jwt, hs256("another secret", HS, claims_with(",\"role\":\"viewer\"")), &claims),
        SL_OK);
    assert_int_not_equal(verify(jwt, sl_format(cx, "%s=", token), &claims), SL_OK);
    for (size_t i = 0; token[i]; i++) {
        if (token[i] == '.' || i < 3)
            continue;
        char *changed = sl_copy(cx, token, strlen(token));
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        if (verify(jwt, changed, &claims) == SL_OK)
            fail_msg("taken with character %zu changed", i);
    }
    sl_jwt_free(jwt);
}

static void issuer_and_audience_count_when_configured(void **state)
{
    (void)state;
    sl_jwt *jwt = rules(&(sl_auth_options){
        .jwt_secret = SECRET, .jwt_issuer = "https://id", .jwt_audience = "lite" });
    sl_jwt_claims claims;
    assert_int_equal(
        verify(jwt,
               hs256(SECRET, HS,
                     claims_with(",\"role\":\"viewer\",\"iss\":\"https://id\",\"aud\":\"lite\"")),
               &claims),
        SL_OK);
    assert_int_equal(
        verify(jwt,
               hs256(SECRET, HS,
                     claims_with(
                         ",\"role\":\"viewer\",\"iss\":\"https://id\",\"aud\":[\"x\",\"lite\"]")),
               &claims),
        SL_OK);
    assert_int_not_equal(
        verify(jwt,
               hs256(SECRET, HS,
                     claims_with(",\"role\":\"viewer\",\"iss\":\"https://id\",\"aud\":\"x\"")),
               &claims),
        SL_OK);
    assert_int_not_equal(
        verify(
            jwt,
            hs256(SECRET, HS,
                  claims_with(",\"role\":\"viewer\",\"iss\":\"https://other\",\"aud\":\"lite\"")),
            &claims),
        SL_OK);
    assert_int_not_equal(
        verify(jwt, hs256(SECRET, HS, claims_with(",\"role\":\"viewer\"")), &claims), SL_OK);
    sl_jwt_free(jwt);
}

static const char *refusal_of(const sl_auth_options *options)
{
    sl_jwt *jwt = NULL;
    const char *message = NULL;
    assert_false(sl_jwt_new(options, &jwt, &message));
    assert_null(jwt);
    return message;
}

static void unusable_settings_are_named(void **state)
{
    (void)state;
    EVP_PKEY *small = EVP_RSA_gen(1024);
    EVP_PKEY *curve = EVP_EC_gen("P-256");
    assert_non_null(
        strstr(refusal_of(&(sl_auth_options){ .jwt_public_key = pem_of(small) }), "2048"));
    assert_non_null(strstr(refusal_of(&(sl_auth_options){ .jwt_public_key = pem_of(curve) }),
                           "not an RSA key"));
    assert_non_null(strstr(refusal_of(&(sl_auth_options){ .jwt_public_key = "/no/such/file" }),
                           "neither PEM text nor a file"));
    assert_non_null(strstr(
        refusal_of(&(sl_auth_options){ .jwt_public_key = pem_of(small), .jwt_secret = SECRET }),
        "both"));
    assert_non_null(
        strstr(refusal_of(&(sl_auth_options){ .jwt_secret = "short", .production = true }), "32"));
    assert_null(rules(&(sl_auth_options){ .production = true }));
    EVP_PKEY_free(small);
    EVP_PKEY_free(curve);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(good_token_names_its_caller, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_claims_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(algorithm_is_the_configured_one, setup, teardown),
        cmocka_unit_test_setup_teardown(changed_tokens_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(issuer_and_audience_count_when_configured, setup, teardown),
        cmocka_unit_test_setup_teardown(unusable_settings_are_named, setup, teardown),
    };
    return cmocka_run_group_tests_name("jwt", tests, NULL, NULL);
}
