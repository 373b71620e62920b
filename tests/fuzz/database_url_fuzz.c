/*
 * database_url_fuzz.c: an address of a database, written in our spelling, is read to the same; masked, it has no password.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include "core/config/database_url.h"

#define HIDDEN "***"

static const char *option_of(const sl_database_address *address, const char *name)
{
    for (uint32_t i = 0; i < address->option_count; i++) {
        if (strcmp(address->options[i].name, name) == 0) {
            return address->options[i].value;
        }
    }
    return NULL;
}

static void check_same(const sl_database_address *a, const sl_database_address *b)
{
    FUZZ_CHECK(a->sqlite == b->sqlite);
    FUZZ_CHECK_TEXTS(a->name, b->name);
    FUZZ_CHECK_TEXTS(a->user, b->user);
    FUZZ_CHECK(a->host_count == b->host_count);
    for (uint32_t i = 0; i < a->host_count; i++) {
        FUZZ_CHECK_TEXTS(a->hosts[i].host, b->hosts[i].host);
        FUZZ_CHECK_TEXTS(a->hosts[i].port, b->hosts[i].port);
    }
    FUZZ_CHECK(a->option_count == b->option_count);
}

static void check_masked(sl_arena *arena, const sl_database_address *address)
{
    const char *masked = sl_database_url_write(arena, address, true);
    sl_database_address shown;
    FUZZ_CHECK(sl_database_url_read(arena, masked, &shown) == NULL);
    check_same(address, &shown);
    FUZZ_CHECK_TEXTS(shown.password, address->password ? HIDDEN : NULL);
    if (option_of(address, "sslpassword")) {
        FUZZ_CHECK_TEXTS(option_of(&shown, "sslpassword"), "masked");
    }
}

void fuzz_one(const uint8_t *data, size_t size)
{
    sl_arena *arena = sl_arena_new();
    sl_database_address address;
    const char *url = fuzz_text(arena, data, size);
    const char *wrong = sl_database_url_read(arena, url, &address);
    if (wrong) {
        FUZZ_CHECK(*wrong);
        sl_arena_free(arena);
        return;
    }
    FUZZ_CHECK(address.host_count <= SL_DATABASE_HOSTS);
    FUZZ_CHECK(address.option_count <= SL_DATABASE_OPTIONS);
    const char *written = sl_database_url_write(arena, &address, false);
    sl_database_address again;
    if (address.sqlite) {
        /* Written as the driver wants it, which nobody writes by hand. */
        FUZZ_CHECK_TEXTS(written, sl_arena_format(arena, "sqlite:%s", address.name));
        sl_arena_free(arena);
        return;
    }
    FUZZ_CHECK_TEXTS(sl_database_url_read(arena, written, &again), NULL);
    check_same(&address, &again);
    FUZZ_CHECK_TEXTS(again.password, address.password);
    for (uint32_t i = 0; i < address.option_count; i++) {
        FUZZ_CHECK_TEXTS(again.options[i].name, address.options[i].name);
        FUZZ_CHECK_TEXTS(again.options[i].value, address.options[i].value);
    }
    FUZZ_CHECK_TEXTS(sl_database_url_write(arena, &again, false), written);
    check_masked(arena, &address);
    sl_arena_free(arena);
}
