/*
 * settings.c: the settings file of a check: nothing of the machine's own settings reaches a plugin under check.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/context.h"
#include "core/conformance/conformance.h"
#include "core/conformance/script.h"

#define BASE_OPTION "api_base"

/* As a YAML scalar: texts in quotes, numbers, truth and lists as they stand. */
static void value_add(sl_buffer *out, int32_t type, const char *value)
{
    if (type == SL_TYPE_INT64 || type == SL_TYPE_BOOL || type == SL_TYPE_MONEY ||
        type == SL_TYPE_TIMESTAMP || type == SL_TYPE_LIST) {
        sl_buffer_text_add(out, value);
        return;
    }
    sl_buffer_char(out, '\'');
    for (const char *at = value; *at; at++)
        sl_buffer_add(out, *at == '\'' ? "''" : at, *at == '\'' ? 2 : 1);
    sl_buffer_char(out, '\'');
}

static int32_t type_of(const sl_field *options, const char *name)
{
    for (; options && options->type != SL_TYPE_END; options++) {
        if (strcmp(options->name, name) == 0)
            return options->type;
    }
    return SL_TYPE_END;
}

static void option_add(sl_buffer *out, const sl_plugin_descriptor *descriptor, const char *name,
                       const char *value)
{
    sl_buffer_format(out, "      %s: ", name);
    value_add(out, type_of(descriptor->options, name), value);
    sl_buffer_char(out, '\n');
}

static bool pairs_have(const sl_pair *pairs, const char *name)
{
    for (; pairs && pairs->name; pairs++) {
        if (strcmp(pairs->name, name) == 0)
            return true;
    }
    return false;
}

/* Of all its gateways; the first that names an option counts. */
static void options_add(sl_context *cx, sl_buffer *out, const sl_plugin_descriptor *descriptor,
                        const sl_script_variables *variables)
{
    bool base_given = type_of(descriptor->options, BASE_OPTION) != SL_TYPE_STRING;
    sl_buffer_text_add(out, "    settings:\n");
    for (const sl_gateway_type *one = descriptor->gateways; one && one->name; one++) {
        const sl_gateway_conformance *told = sl_conformance_of(one);
        for (const sl_pair *pair = told ? told->options : NULL; pair && pair->name; pair++) {
            bool before = false;
            for (const sl_gateway_type *other = descriptor->gateways; other < one; other++) {
                const sl_gateway_conformance *others = sl_conformance_of(other);
                before = before || (others && pairs_have(others->options, pair->name));
            }
            if (!before)
                option_add(out, descriptor, pair->name, sl_script_fill(cx, variables, pair->value));
            base_given = base_given || strcmp(pair->name, BASE_OPTION) == 0;
        }
    }
    if (!base_given)
        option_add(out, descriptor, BASE_OPTION, variables->upstream);
}

const char *sl_conformance_settings(sl_context *cx, const sl_plugin_descriptor *descriptor,
                                    const char *path, const char *folder, const char *const *beside,
                                    const sl_upstream *upstream)
{
    const sl_script_variables variables = { .upstream = sl_format(cx, "http://127.0.0.1:%d",
                                                                  sl_upstream_port(upstream)) };
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    sl_buffer_format(&out,
                     "environment: test\n"
                     "database:\n  url: 'sqlite:///%s/check.db'\n"
                     "log:\n  level: debug\n  format: json\n  file: '%s/check.log'\n"
                     "gateway:\n  breaker:\n    failures: 0\n"
                     "plugins:\n",
                     folder, folder);
    for (; beside && *beside; beside++) {
        if (strcmp(*beside, descriptor->name) != 0)
            sl_buffer_format(&out, "  - name: %s\n", *beside);
    }
    sl_buffer_format(&out, "  - name: %s\n    required: true\n    path: ", descriptor->name);
    value_add(&out, SL_TYPE_STRING, path);
    sl_buffer_char(&out, '\n');
    options_add(cx, &out, descriptor, &variables);
    return sl_buffer_text(&out);
}
