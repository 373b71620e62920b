/*
 * text_fuzz.c: texts masked, encoded, decoded and taken for addresses: ways back, and no card number left.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stripe_lite/http_client.h>

#include "core/base/encode.h"
#include "core/base/mask.h"
#include "core/base/text.h"
#include "core/http_client/address.h"
#include "core/json/fields.h"

/* A run of 13 to 19 digits that ends in its check digit. */
static bool is_card(const char *digits, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(digits[count - 1 - i] - '0') * (i % 2 + 1);
        sum += digit % 10 + digit / 10;
    }
    return count >= 13 && count <= 19 && sum % 10 == 0;
}

static void masking(sl_arena *arena, const char *text)
{
    const char *masked = sl_mask(arena, text);
    FUZZ_CHECK(strlen(masked) <= strlen(text) + strlen(text) / 2 + 8);
    for (const char *at = masked; *at;) {
        /* A blank is often spelt "%20". */
        if (strncmp(at, "%20", 3) == 0) {
            at += 3;
            continue;
        }
        size_t run = strspn(at, "0123456789");
        FUZZ_CHECK(!is_card(at, run));
        at += run ? run : 1;
    }
    FUZZ_CHECK(!sl_utf8_valid(text, strlen(text)) || sl_utf8_valid(masked, strlen(masked)));
}

static void base64(sl_arena *arena, const uint8_t *data, size_t size)
{
    for (int url = 0; url < 2; url++) {
        size_t length = 0;
        const char *text = sl_base64_encode(arena, data, size, url);
        const unsigned char *bytes = sl_base64_decode(arena, text, strlen(text), url, &length);
        FUZZ_CHECK(bytes && length == size && (size == 0 || memcmp(bytes, data, size) == 0));
        const char *given = sl_arena_copy(arena, size ? (const char *)data : "", size);
        bytes = sl_base64_decode(arena, given, size, url, &length);
        if (bytes) {
            /* No two texts mean the same bytes, but for padding. */
            const char *again = sl_base64_encode(arena, bytes, length, url);
            FUZZ_CHECK(strlen(again) <= size && memcmp(again, given, strlen(again)) == 0);
            FUZZ_CHECK(given[strlen(again) + strspn(given + strlen(again), "=")] == '\0');
        }
    }
}

static void percents(sl_arena *arena, const uint8_t *data, size_t size)
{
    sl_buffer out = SL_BUFFER_INIT(arena);
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        sl_buffer_format(&out, "%%%02X", (unsigned)data[i]);
    }
    const char *text = sl_percent_decode(arena, sl_buffer_text(&out), out.length, true, &length);
    FUZZ_CHECK(text && length == size && (size == 0 || memcmp(text, data, size) == 0));
    const char *given = sl_arena_copy(arena, size ? (const char *)data : "", size);
    text = sl_percent_decode(arena, given, size, false, &length);
    FUZZ_CHECK(text == NULL || length <= size);
}

static void addresses(sl_arena *arena, const char *text)
{
    const uint32_t both = SL_HTTP_NO_PRIVATE | SL_HTTP_NO_LINK_LOCAL;
    struct sockaddr_storage address;
    struct sockaddr_storage again;
    memset(&address, 0, sizeof address);
    memset(&again, 0, sizeof again);
    sl_networks networks = { 0 };
    (void)sl_networks_add(arena, &networks, text);
    if (!sl_address_read(text, &address)) {
        return;
    }
    char written[INET6_ADDRSTRLEN];
    const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)&address;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)&address;
    bool is_four = address.ss_family == AF_INET;
    FUZZ_CHECK(inet_ntop(address.ss_family,
                         is_four ? (const void *)&four->sin_addr : (const void *)&six->sin6_addr,
                         written, sizeof written));
    FUZZ_CHECK(sl_address_read(written, &again));
    FUZZ_CHECK(memcmp(&address, &again, sizeof address) == 0);
    bool refused = sl_address_refused((struct sockaddr *)&address, both, NULL);
    if (is_four) {
        FUZZ_CHECK(sl_address_read(sl_arena_format(arena, "::ffff:%s", written), &again));
        FUZZ_CHECK(refused == sl_address_refused((struct sockaddr *)&again, both, NULL));
    }
    /* An IPv4 address inside IPv6 is allowed by its own name alone. */
    networks.count = 0;
    FUZZ_CHECK(sl_networks_add(arena, &networks, written));
    FUZZ_CHECK(!is_four || !sl_address_refused((struct sockaddr *)&address, both, &networks));
}

void fuzz_one(const uint8_t *data, size_t size)
{
    sl_arena *arena = sl_arena_new();
    const char *text = fuzz_text(arena, data, size);
    masking(arena, text);
    base64(arena, data, size);
    percents(arena, data, size);
    addresses(arena, text);
    if (sl_utf8_valid(text, strlen(text))) {
        FUZZ_CHECK(sl_utf8_count(text, strlen(text)) <= strlen(text));
    }
    if (sl_email_valid(text)) {
        FUZZ_CHECK(strchr(text, '@') && !strpbrk(text, " \r\n\t<>,"));
    }
    sl_arena_free(arena);
}
