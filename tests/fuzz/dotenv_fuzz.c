/*
 * dotenv_fuzz.c: the file `.env`: whatever it holds, and every text that is quoted into it is read back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/settings_fuzz.h"

static const char *const bundled[] = { "customers", "payments", "gateway_simulator", NULL };

static sl_status load(const char *text, size_t length, sl_settings **ret_settings)
{
    sl_setting_sources sources = { .dotenv = fuzz_file(text, length), .bundled = bundled };
    return sl_settings_load(&sources, ret_settings);
}

/* A text in quotes as the file's rules want it, the carriage return before a line feed too. */
static void quote(sl_buffer *out, const char *text)
{
    sl_buffer_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            sl_buffer_char(out, '\\');
            sl_buffer_char(out, *text);
        } else if (*text == '\r') {
            sl_buffer_text_add(out, "\\r");
        } else {
            sl_buffer_char(out, *text);
        }
    }
    sl_buffer_char(out, '"');
}

static void check_quoted(const char *text)
{
    sl_arena *arena = sl_arena_new();
    sl_buffer out = SL_BUFFER_INIT(arena);
    sl_settings *settings = NULL;
    sl_buffer_text_add(&out, "# a file\nexport STRIPE_LITE_JWT_ISSUER=");
    quote(&out, text);
    sl_buffer_text_add(&out, " # said\nSTRIPE_LITE_JWT_AUDIENCE=behind\n");
    sl_status status = load(out.data, out.length, &settings);
    FUZZ_CHECK_TEXTS(settings->auth_jwt_audience, "behind");
    if (status == SL_OK) {
        FUZZ_CHECK_TEXTS(settings->auth_jwt_issuer ? settings->auth_jwt_issuer : "", text);
    }
    sl_settings_free(settings);
    sl_arena_free(arena);
}

void fuzz_one(const uint8_t *data, size_t size)
{
    sl_arena *arena = sl_arena_new();
    const char *text = fuzz_text(arena, data, size);
    sl_settings *settings = NULL;
    sl_status status = load((const char *)data, size, &settings);
    settings_check(settings, status);
    sl_settings_free(settings);
    check_quoted(text);
    sl_arena_free(arena);
}
