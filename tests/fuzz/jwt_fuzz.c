/*
 * jwt_fuzz.c: tokens: believed only with a right signature, and then exactly when their claims hold.
 *
 * The first byte says whether the lines that follow, header and claims, are signed here; else the text is taken for a token as
 * it is, which no one could have signed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include "core/auth/jwt.h"
#include "core/base/clock.h"
#include "core/base/crypto.h"
#include "core/base/encode.h"

#define SECRET "a secret of more than thirty-two characters"

static const char *token_signed(sl_context *cx, const char *header, const char *claims)
{
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    unsigned char sum[32];
    sl_buffer_text_add(&out, sl_base64_encode(cx->arena, header, strlen(header), true));
    sl_buffer_char(&out, '.');
    sl_buffer_text_add(&out, sl_base64_encode(cx->arena, claims, strlen(claims), true));
    sl_hmac_sha256(SECRET, strlen(SECRET), out.data, out.length, sum);
    sl_buffer_char(&out, '.');
    sl_buffer_text_add(&out, sl_base64_encode(cx->arena, sum, sizeof sum, true));
    return sl_buffer_text(&out);
}

static bool text_is(const sl_value *object, const char *name, const char *wanted)
{
    const char *text = sl_value_string(sl_value_member(object, name), NULL);
    return text && strcmp(text, wanted) == 0;
}

/* What a believed token's texts must have said. */
static void check_believed(sl_context *cx, const char *header, const char *claims,
                           const sl_jwt_claims *found)
{
    const sl_value *head = NULL;
    const sl_value *body = NULL;
    FUZZ_CHECK(sl_json_parse(cx, header, strlen(header), &head) == SL_OK);
    FUZZ_CHECK(sl_json_parse(cx, claims, strlen(claims), &body) == SL_OK);
    FUZZ_CHECK(text_is(head, "alg", "HS256"));
    FUZZ_CHECK(!sl_value_member(head, "crit"));
    FUZZ_CHECK(text_is(body, "iss", "fuzz"));
    FUZZ_CHECK(text_is(body, "sub", found->subject) && *found->subject);
    const char *expires = sl_value_number(sl_value_member(body, "exp"));
    FUZZ_CHECK(expires && strtoll(expires, NULL, 10) + SL_JWT_LEEWAY > sl_clock_unix() - 5);
    const char *role = sl_value_string(sl_value_member(body, "role"), "");
    bool customer = strcmp(found->role, "customer") == 0;
    FUZZ_CHECK(customer == (found->customer != NULL));
    FUZZ_CHECK_TEXTS(customer ? sl_format(cx, "customer:%s", found->customer) : found->role, role);
    FUZZ_CHECK(customer || strcmp(role, "admin") == 0 || strcmp(role, "operator") == 0 ||
               strcmp(role, "viewer") == 0);
}

static sl_jwt *rules(void)
{
    static sl_jwt *jwt;
    static const sl_auth_options options = { .jwt_secret = SECRET, .jwt_issuer = "fuzz" };
    const char *message = NULL;
    if (jwt == NULL) {
        FUZZ_CHECK(sl_jwt_new(&options, &jwt, &message));
    }
    return jwt;
}

void fuzz_one(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return;
    }
    sl_context *cx = fuzz_context();
    sl_jwt_claims found = { 0 };
    bool ours = data[0] != 'r';
    data++;
    size--;
    const char *header = fuzz_line(cx->arena, &data, &size);
    const char *claims = fuzz_text(cx->arena, data, size);
    const char *token = ours ? token_signed(cx, header, claims) : header;
    if (!ours && !sl_jwt_looks_like(token)) {
        sl_context_free(cx);
        return;
    }
    sl_status status = sl_jwt_verify(cx, rules(), token, &found);
    if (status != SL_OK) {
        fuzz_check_error(cx, status);
        FUZZ_CHECK(status == SL_E_UNAUTHENTICATED);
        FUZZ_CHECK(found.subject == NULL && found.role == NULL);
    } else {
        FUZZ_CHECK(ours);
        check_believed(cx, header, claims, &found);
        /* One other bit anywhere, and it is not believed. */
        char *other = sl_arena_copy(cx->arena, token, strlen(token));
        size_t at = strlen(header) % strlen(token);
        other[at] = other[at] == 'A' ? 'B' : 'A';
        FUZZ_CHECK(!sl_jwt_looks_like(other) ||
                   sl_jwt_verify(cx, rules(), other, &found) == SL_E_UNAUTHENTICATED);
    }
    sl_context_free(cx);
}
