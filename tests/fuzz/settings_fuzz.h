/*
 * settings_fuzz.h: what the targets of settings files hold each result against.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_TESTS_FUZZ_SETTINGS_FUZZ_H
#define STRIPE_LITE_TESTS_FUZZ_SETTINGS_FUZZ_H

#include "tests/fuzz/support.h"

#include "core/config/settings.h"

/* Messages are sentences without control characters; what is shown is JSON, and holds no secret. */
void settings_check(const sl_settings *settings, sl_status status);

#endif
