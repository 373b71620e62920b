/*
 * lint_description.h: what is wrong with the tables by which an adapter describes its gateway.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_PLUGIN_LINT_DESCRIPTION_H
#define STRIPE_LITE_CORE_PLUGIN_LINT_DESCRIPTION_H

#include <stripe_lite/conformance.h>

#include "core/plugin/lint.h"

/* Nothing when there is no description, which is a check of its own. since 1.0 [no-suspend] */
void lint_description(struct lint *lint, const sl_plugin_descriptor *of,
                      const sl_gateway_type *gateway);

#endif
