/*
 * signature_fuzz.c: the header "t=...,v1=..." of signed webhooks: believed exactly when a signature in it is right.
 *
 * The first line is the header, the rest the body. So that right ones are met too, "$" in the header stands for the signature by
 * the first secret of the time that is now, "!" for the second's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include <stripe_lite/crypto.h>

#define TOLERANCE 300

static const char *const secrets[] = { "whsec_first", "whsec_second", NULL };
static const char *const others[] = { "whsec_third", "", NULL };

static const char *header_fill(sl_context *cx, const char *template, const char *const *signatures)
{
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    for (; *template; template ++) {
        if (*template == '$' || *template == '!') {
            sl_buffer_text_add(&out, signatures[*template == '!']);
        } else {
            sl_buffer_char(&out, *template);
        }
    }
    return sl_buffer_text(&out);
}

/* The first time of a header, and whether one of its v1 is the signature of it by a secret: taken apart in place. */
static bool oracle(sl_context *cx, const char *header, const char *body, size_t length)
{
    char *copy = sl_arena_copy(cx->arena, header, strlen(header));
    char *state = NULL;
    const char *time = NULL;
    const char *given[512];
    size_t count = 0;
    for (char *part = strtok_r(copy, ", ", &state); part; part = strtok_r(NULL, ", ", &state)) {
        if (strncmp(part, "t=", 2) == 0 && part[2] && time == NULL) {
            time = part + 2;
        } else if (strncmp(part, "v1=", 3) == 0 && count < 512) {
            given[count++] = part + 3;
        }
    }
    char *end = NULL;
    long long seconds = time ? strtoll(time, &end, 10) : 0;
    if (time == NULL || time[strspn(time, "-0123456789")] != '\0' || end == time || *end != '\0' ||
        seconds < FUZZ_NOW - TOLERANCE || seconds > FUZZ_NOW + TOLERANCE) {
        return false;
    }
    for (int secret = 0; secrets[secret]; secret++) {
        sl_buffer payload = SL_BUFFER_INIT(cx->arena);
        sl_buffer_text_add(&payload, time);
        sl_buffer_char(&payload, '.');
        sl_buffer_add(&payload, body, length);
        const char *right = sl_hmac_sha256_hex(cx, secrets[secret], payload.data, payload.length);
        for (size_t i = 0; i < count; i++) {
            if (strcmp(given[i], right) == 0) {
                return true;
            }
        }
    }
    return false;
}

void fuzz_one(const uint8_t *data, size_t size)
{
    if (size > 2000) {
        return;
    }
    sl_context *cx = fuzz_context();
    const char *template = fuzz_line(cx->arena, &data, &size);
    const char *body = sl_arena_copy(cx->arena, size ? (const char *)data : "", size);
    sl_buffer signed_text = SL_BUFFER_INIT(cx->arena);
    sl_buffer_format(&signed_text, "%d.", FUZZ_NOW);
    sl_buffer_add(&signed_text, body, size);
    const char *signatures[2];
    for (int i = 0; i < 2; i++) {
        signatures[i] = sl_hmac_sha256_hex(cx, secrets[i], signed_text.data, signed_text.length);
    }
    const char *header = header_fill(cx, template, signatures);
    bool good = sl_signature_verify(cx, header, secrets, body, size, TOLERANCE);
    FUZZ_CHECK(good == oracle(cx, header, body, size));
    FUZZ_CHECK(!sl_signature_verify(cx, header, others, body, size, TOLERANCE));
    if (good) {
        const char *more = sl_format(cx, "%.*sx", (int)size, body);
        FUZZ_CHECK(!sl_signature_verify(cx, header, secrets, more, strlen(more), TOLERANCE));
    }
    sl_context_free(cx);
}
