/*
 * lint.h: what the files of the lint share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_PLUGIN_LINT_H
#define STRIPE_LITE_CORE_PLUGIN_LINT_H

#include "core/plugin/loader.h"

struct lint {
    sl_context *cx;
    sl_lint_tell tell; /* or NULL */
    void *data;
    uint32_t musts;
};

/* Tells of a fault, or of something worth mending. since 1.0 [no-suspend], all of these */
void lint_found(struct lint *lint, bool must, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Small letters, digits and _, beginning with a letter, at most 63. */
bool lint_is_word(const char *text);
/* "METHOD /path". */
bool lint_is_request(const char *text);

void lint_gateways(struct lint *lint, const sl_plugin_descriptor *of);

#endif
