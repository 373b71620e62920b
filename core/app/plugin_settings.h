/*
 * plugin_settings.h: between the settings' list of plugins and the loader.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_PLUGIN_SETTINGS_H
#define STRIPE_LITE_CORE_APP_PLUGIN_SETTINGS_H

#include "core/app/app.h"

/* Loads what the settings name into the host. SL_E_INVALID with a sentence, a line each, when a required plugin is refused; the
 * refusals of others are logged as warnings. since 1.0 [start-up only] */
sl_status sl_plugins_from_settings(sl_context *cx, sl_host *host, const sl_invocation *invocation, const char **ret_message);

#endif
