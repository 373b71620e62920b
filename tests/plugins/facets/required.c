/*
 * required.c: a plugin with an option that must be given.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

struct options {
    const char *url;
};

static const sl_field option_fields[] = {
    SL_STRING(struct options, url, .required = true, .doc = "Where"),
    SL_FIELDS_END,
};

SL_PLUGIN(.name = "required", .version = "1.0.0", .summary = "A required option",
          .options = option_fields, .options_size = sizeof(struct options))
