/*
 * options.c: a plugin with options of each kind; its start answers with what it found.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

struct options {
    const char *title;
    int64_t limit;
    bool eager;
    const char *mode;
    const char *token;
    sl_list colors;
};

static const char *const modes[] = { "fast", "safe", NULL };

static const sl_field option_fields[] = {
    SL_STRING(struct options, title, .initial = "untitled", .max = 20, .doc = "A title"),
    SL_INT64(struct options, limit, .min = 1, .max = 50, .initial = "10", .doc = "How many"),
    SL_BOOL(struct options, eager, .doc = "At once"),
    SL_ENUM(struct options, mode, modes, .initial = "safe", .doc = "How"),
    SL_STRING(struct options, token, .secret = true, .max = 8, .doc = "A secret"),
    SL_STRINGS(struct options, colors, .doc = "Colors"),
    SL_FIELDS_END,
};

static sl_status start(sl_context *cx, sl_plugin *self)
{
    const struct options *in = sl_options(self);
    const char *colors = "";
    for (uint32_t i = 0; i < in->colors.count; i++)
        colors = sl_format(cx, "%s+%s", colors, *SL_ITEM(in->colors, const char *, i));
    return sl_fail(cx, SL_E_INVALID, NULL,
                   "title=%s limit=%lld eager=%d mode=%s token=%s colors=%s", in->title,
                   (long long)in->limit, in->eager, in->mode, in->token ? in->token : "none",
                   colors);
}

SL_PLUGIN(.name = "options", .version = "1.0.0", .summary = "Options", .options = option_fields,
          .options_size = sizeof(struct options), .start = start)
