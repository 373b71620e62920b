/*
 * resource.c: a plugin with one object that clients retrieve and list.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

struct widget {
    const char *id;
    const char *name;
    int64_t created;
    int64_t version;
};

static const sl_field widget_fields[] = {
    SL_ID(struct widget, id, "wdg"),
    SL_STRING(struct widget, name),
    SL_TIMESTAMP(struct widget, created),
    SL_INT64(struct widget, version),
    SL_FIELDS_END,
};

static const sl_table widget_table = SL_TABLE("widgets", struct widget, widget_fields);

static void widget_render(sl_json *out, const void *row)
{
    const struct widget *widget = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", widget->id);
    sl_json_string(out, "object", "widget");
    sl_json_string(out, "name", widget->name);
    sl_json_time(out, "created", widget->created);
    sl_json_close(out);
}

static const sl_resource widget = {
    .struct_size = sizeof(sl_resource),
    .type = "widget",
    .id_prefix = "wdg",
    .table = &widget_table,
    .path = "/v1/widgets",
    .render = widget_render,
};

static const sl_resource *const resources[] = { &widget, NULL };

SL_PLUGIN(.name = "resource", .version = "1.0.0", .summary = "One resource", .resources = resources)
