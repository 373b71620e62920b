/*
 * settings_fuzz_check.c: what the targets of settings files hold each result against.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/settings_fuzz.h"

/* A secret that is long enough not to stand somewhere by chance. */
#define TELLING 12

static void check_messages(const sl_settings *settings, sl_status status)
{
    bool fault = false;
    for (uint32_t i = 0; i < settings->message_count; i++) {
        const char *text = settings->messages[i].text;
        FUZZ_CHECK(text && *text);
        for (; *text; text++) {
            FUZZ_CHECK((unsigned char)*text >= ' ');
        }
        fault = fault || !settings->messages[i].warning;
    }
    FUZZ_CHECK(fault == (status == SL_E_INVALID));
    FUZZ_CHECK(status == SL_OK || status == SL_E_INVALID);
}

static void check_hidden(const sl_settings *settings, const char *shown, const char *secret)
{
    if (secret == NULL || strlen(secret) < TELLING) {
        return;
    }
    FUZZ_CHECK(strstr(shown, secret) == NULL);
    for (uint32_t i = 0; i < settings->message_count; i++) {
        FUZZ_CHECK(strstr(settings->messages[i].text, secret) == NULL);
    }
}

void settings_check(const sl_settings *settings, sl_status status)
{
    check_messages(settings, status);
    sl_context *cx = fuzz_context();
    const char *json = sl_settings_show(settings, cx->arena, true, NULL, NULL);
    const sl_value *value = NULL;
    FUZZ_CHECK(sl_json_parse(cx, json, strlen(json), &value) == SL_OK);
    const char *yaml = sl_settings_show(settings, cx->arena, false, NULL, NULL);
    const char *const secrets[] = { settings->auth_secret_key,   settings->auth_encryption_key,
                                    settings->auth_jwt_secret,   settings->webhooks_lite_secret,
                                    settings->stripe_secret_key, settings->stripe_webhook_secret };
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        check_hidden(settings, json, secrets[i]);
        check_hidden(settings, yaml, secrets[i]);
    }
    sl_context_free(cx);
}
