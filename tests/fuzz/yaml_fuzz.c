/*
 * yaml_fuzz.c: the settings file: settings or sentences about what is wrong, whatever it holds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/settings_fuzz.h"

static const char *const bundled[] = { "customers", "payments", "gateway_simulator", NULL };

void fuzz_one(const uint8_t *data, size_t size)
{
    sl_setting_sources sources = { .file = fuzz_file(data, size), .bundled = bundled };
    sl_settings *settings = NULL;
    sl_status status = sl_settings_load(&sources, &settings);
    settings_check(settings, status);
    sl_settings_free(settings);
}
