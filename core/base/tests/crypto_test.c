/*
 * crypto_test.c: known hashes (FIPS 180-4, RFC 4231), signed headers, encryption and tampering, encodings (RFC 4648).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/tests/test.h"

#include "core/base/context.h"
#include "core/base/crypto.h"
#include "core/base/encode.h"

static sl_context *cx;

static int context_open(void **state)
{
    (void)state;
    cx = sl_context_new(NULL, "acct_1", true, "req_1");
    return 0;
}

static int context_close(void **state)
{
    (void)state;
    sl_context_free(cx);
    return 0;
}

static void hashes_are_the_standards(void **state)
{
    (void)state;
    assert_string_equal(sl_sha256_hex(cx, "abc", 3),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(sl_sha256_hex(cx, "", 0),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(sl_hmac_sha256_hex(cx, "Jefe", "what do ya want for nothing?", 28),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_int_equal(strlen(sl_hmac_sha256_hex(cx, "", "", 0)), 64);
    assert_true(sl_equal_constant_time("same", "same"));
    assert_false(sl_equal_constant_time("same", "samE"));
    assert_false(sl_equal_constant_time("same", "sam"));
    assert_false(sl_equal_constant_time(NULL, NULL));
}

/* RFC 2202 and RFC 4231, second case of each. */
static void other_hashes_sign_too(void **state)
{
    (void)state;
    static const struct {
        const char *hash;
        const char *hex;
    } cases[] = {
        { "sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
        { "sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { "sha384", "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
                    "8e2240ca5e69e2c78b3239ecfab21649" },
        { "sha512", "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t length = 0;
        const unsigned char *bytes =
            sl_hmac(cx, cases[i].hash, "Jefe", 4, "what do ya want for nothing?", 28, &length);
        assert_string_equal(sl_hex(cx, bytes, length), cases[i].hex);
    }
    size_t length = 0;
    assert_null(sl_hmac(cx, "md5", "Jefe", 4, "", 0, &length));
    assert_null(sl_hash(cx, "md5", "", 0, &length));
    assert_string_equal(sl_hex(cx, sl_hash(cx, "sha1", "abc", 3, &length), 20),
                        "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_int_equal(length, 20);
    assert_string_equal(sl_hex(cx, sl_hash(cx, "sha256", "", 0, &length), 32),
                        sl_sha256_hex(cx, "", 0));
    assert_string_equal(sl_base64(cx, "fooba", 5), "Zm9vYmE=");
    assert_memory_equal(sl_base64_read(cx, "Zm9vYmE=", &length), "fooba", 6);
    assert_int_equal(length, 5);
    assert_null(sl_base64_read(cx, "Zm9vYmE", &length));
}

static void signatures_are_verified(void **state)
{
    (void)state;
    static const char *const secrets[] = { "whsec_old", "", "whsec_new", NULL };
    static const char *const others[] = { "whsec_other", NULL };
    static const char *const empty[] = { "", NULL };
    static const char *const none[] = { NULL };
    const char body[] = "{\"id\":1}";
    size_t length = sizeof(body) - 1;
    sl_now_set(cx, 1000000);
    const char *good = sl_hmac_sha256_hex(cx, "whsec_new", "1000000.{\"id\":1}", 16);
    const char *bare = sl_hmac_sha256_hex(cx, "", "1000000.{\"id\":1}", 16);
    const char *header = sl_format(cx, "t=1000000,v1=%s", good);
    assert_true(sl_signature_verify(cx, header, secrets, body, length, 300));
    assert_true(sl_signature_verify(cx, sl_format(cx, "v1=00, v0=1, v1=%s, t=1000000", good),
                                    secrets, body, length, 300));
    assert_false(sl_signature_verify(cx, header, others, body, length, 300));
    assert_false(sl_signature_verify(cx, header, none, body, length, 300));
    assert_false(
        sl_signature_verify(cx, sl_format(cx, "t=1000000,v1=%s", bare), empty, body, length, 300));
    assert_false(sl_signature_verify(cx, header, secrets, "{\"id\":2}", length, 300));
    sl_now_set(cx, 1000300);
    assert_true(sl_signature_verify(cx, header, secrets, body, length, 300));
    sl_now_set(cx, 1000301);
    assert_false(sl_signature_verify(cx, header, secrets, body, length, 300));
    sl_now_set(cx, 999699);
    assert_false(sl_signature_verify(cx, header, secrets, body, length, 300));
    sl_now_set(cx, 1000000);
    const char *const wrong[] = {
        "",
        "t=",
        "t=1000000",
        "v1=",
        "t=x,v1=00",
        "t=1000000,v1=",
        ",,,",
        "t=-9223372036854775808,v1=00",
        sl_format(cx, "v1=%s", good),
        sl_format(cx, "t=1000001,v1=%s", good),
        sl_format(cx, "t=1000000,v0=%s", good),
        sl_format(cx, "t=01000000,v1=%s", good),
        sl_format(cx, "t=1000000,v1=%s0", good),
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_false(sl_signature_verify(cx, wrong[i], secrets, body, length, 300));
    assert_false(sl_signature_verify(cx, NULL, secrets, body, length, 300));
    sl_now_set(cx, 0);
}

static void encryption_round_trips_and_tells_tampering(void **state)
{
    (void)state;
    unsigned char key[32];
    memset(key, 7, sizeof(key));
    const char *text = NULL;
    const char *plain = NULL;
    sl_crypto_key_set(NULL);
    assert_int_equal(sl_seal(cx, "test 1", "x", &text), SL_E_INTERNAL);
    assert_int_equal(sl_unseal(cx, "test 1", "x", &plain), SL_E_INTERNAL);
    sl_crypto_key_set(key);
    static const char *const plains[] = { "", "x", "a longer text with \xe2\x82\xac in it",
                                          "sk_test_1234567890abcdef" };
    for (size_t i = 0; i < COUNT_OF(plains); i++) {
        assert_int_equal(sl_seal(cx, "test 1", plains[i], &text), SL_OK);
        assert_memory_equal(text, "enc1.", 5);
        assert_null(strstr(text, "sk_test"));
        assert_int_equal(sl_unseal(cx, "test 1", text, &plain), SL_OK);
        assert_string_equal(plain, plains[i]);
        const char *again = NULL;
        assert_int_equal(sl_seal(cx, "test 1", plains[i], &again), SL_OK);
        assert_string_not_equal(text, again);
        assert_int_equal(sl_unseal(cx, "test 2", text, &again), SL_E_INVALID);
    }
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        char *changed = sl_copy(cx, text, length);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        plain = NULL;
        assert_int_equal(sl_unseal(cx, "test 1", changed, &plain), SL_E_INVALID);
        assert_null(plain);
        assert_int_equal(sl_unseal(cx, "test 1", sl_copy(cx, text, i), &plain), SL_E_INVALID);
    }
    key[31] ^= 1;
    sl_crypto_key_set(key);
    assert_int_equal(sl_unseal(cx, "test 1", text, &plain), SL_E_INVALID);
    sl_crypto_key_set(NULL);
}

static void encodings_go_both_ways(void **state)
{
    (void)state;
    static const struct {
        const char *plain;
        const char *standard;
        const char *url;
    } rows[] = {
        { "", "", "" },
        { "f", "Zg==", "Zg" },
        { "fo", "Zm8=", "Zm8" },
        { "foo", "Zm9v", "Zm9v" },
        { "foob", "Zm9vYg==", "Zm9vYg" },
        { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
        { "\xfb\xff\xfe", "+//+", "-__-" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t size = strlen(rows[i].plain);
        assert_string_equal(sl_base64_encode(cx->arena, rows[i].plain, size, false),
                            rows[i].standard);
        assert_string_equal(sl_base64_encode(cx->arena, rows[i].plain, size, true), rows[i].url);
        size_t length = 99;
        unsigned char *bytes =
            sl_base64_decode(cx->arena, rows[i].standard, strlen(rows[i].standard), false, &length);
        assert_non_null(bytes);
        assert_int_equal(length, size);
        assert_memory_equal(bytes, rows[i].plain, size + 1);
        bytes = sl_base64_decode(cx->arena, rows[i].url, strlen(rows[i].url), true, &length);
        assert_non_null(bytes);
        assert_int_equal(length, size);
    }
    static const char *const wrong[] = { "Z",    "Zg=",  "Zg",   "Zh==", "Zm9=",    "Zm9v=",
                                         "Z===", "====", "Zm9*", "-__-", "Zg==Zg==" };
    size_t length = 0;
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_null(sl_base64_decode(cx->arena, wrong[i], strlen(wrong[i]), false, &length));
    assert_null(sl_base64_decode(cx->arena, "Zh", 2, true, &length));
    assert_null(sl_base64_decode(cx->arena, "+//+", 4, true, &length));
    assert_non_null(sl_base64_decode(cx->arena, "Zg==", 4, true, &length));
    assert_string_equal(sl_hex_encode(cx->arena, "\x00\xff\x1a", 3), "00ff1a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_the_standards),
        cmocka_unit_test(other_hashes_sign_too),
        cmocka_unit_test(signatures_are_verified),
        cmocka_unit_test(encryption_round_trips_and_tells_tampering),
        cmocka_unit_test(encodings_go_both_ways),
    };
    return cmocka_run_group_tests_name("crypto", tests, context_open, context_close);
}
