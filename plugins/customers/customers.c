/*
 * customers.c: the small words that the rooms of this plugin share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "customers.h"

static const struct customers_options *options;

const sl_field customers_option_fields[] = {
    SL_BOOL(struct customers_options, unique_email, .initial = "false",
            .doc = "Refuse a second customer with the same email"),
    SL_FIELDS_END,
};

sl_status customers_start(sl_context *cx, sl_plugin *self)
{
    (void)cx;
    options = sl_options(self);
    return SL_OK;
}

const struct customers_options *customers_options(void)
{
    return options;
}

void text_take(const sl_context *cx, const char *param, const char *value, const char **member)
{
    if (sl_given(cx, param))
        *member = text_or_null(value);
}

sl_status metadata_take(sl_context *cx, const sl_map *changes, const sl_map **metadata)
{
    if (!changes || !sl_given(cx, "metadata"))
        return SL_OK;
    const sl_map *merged = changes->count == 0 ? NULL : sl_map_merge(cx, *metadata, changes);
    if (merged && merged->count > METADATA_MOST)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "metadata",
                             "Metadata can have up to %d keys; this would make %u.", METADATA_MOST,
                             merged->count);
    *metadata = merged;
    return SL_OK;
}

/* ---- what changed ---- */

static const sl_value *rendered(sl_context *cx, const sl_resource *resource, const void *row)
{
    const sl_value *value = NULL;
    size_t length;
    sl_json *out = sl_json_new(cx);
    resource->render(out, row);
    const char *text = sl_json_text(out, &length);
    return sl_json_parse(cx, text, length, &value) == SL_OK ? value : NULL;
}

static bool values_equal(sl_context *cx, const sl_value *a, const sl_value *b)
{
    return same(sl_value_text(cx, a), sl_value_text(cx, b));
}

/* Members of `before` that differ, and null for those that only `after` has; the number written. Objects of both are compared
 * member by member, as far down as Stripe does: one level. */
static uint32_t members_write(sl_json *out, const sl_value *before, const sl_value *after,
                              bool deep)
{
    sl_context *cx = sl_json_context(out);
    uint32_t written = 0;
    for (uint32_t i = 0; i < sl_value_count(before); i++) {
        const char *name;
        const sl_value *old = sl_value_item(before, i, &name);
        const sl_value *now = sl_value_member(after, name);
        if (values_equal(cx, old, now))
            continue;
        written++;
        if (deep && sl_value_type(old) == SL_VALUE_OBJECT &&
            sl_value_type(now) == SL_VALUE_OBJECT) {
            sl_json_open(out, name);
            members_write(out, old, now, false);
            sl_json_close(out);
        } else {
            sl_json_raw(out, name, sl_value_text(cx, old));
        }
    }
    for (uint32_t i = 0; i < sl_value_count(after); i++) {
        const char *name;
        (void)sl_value_item(after, i, &name);
        if (sl_value_member(before, name))
            continue;
        written++;
        sl_json_null(out, name);
    }
    return written;
}

const sl_json *changes_between(sl_context *cx, const sl_resource *resource, const void *before,
                               const void *after)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    uint32_t count =
        members_write(out, rendered(cx, resource, before), rendered(cx, resource, after), true);
    sl_json_close(out);
    return count ? out : NULL;
}
