/*
 * writer.c: JSON straight into a growing buffer.
 *
 * The writer trusts its caller to close what it opens. Depths past SL_JSON_DEPTH are written right, only their references are
 * not noted.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/json/writer.h"

#include <stripe_lite/money.h>

#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/base/currencies.h"

sl_json *sl_json_new(sl_context *cx)
{
    sl_json *out = sl_arena_alloc(cx->arena, sizeof(*out));
    out->cx = cx;
    out->buffer.arena = cx->arena;
    out->path.arena = cx->arena;
    out->face = cx->face;
    return out;
}

sl_context *sl_json_context(const sl_json *out)
{
    return out->cx;
}

void sl_json_name(sl_json *out, const char *name)
{
    if (name != NULL)
        sl_buffer_json_name(&out->buffer, out->follows, name);
    else if (out->follows)
        sl_buffer_char(&out->buffer, ',');
    out->follows = true;
}

static void level_open(sl_json *out, const char *name, char bracket)
{
    sl_json_name(out, name);
    sl_buffer_char(&out->buffer, bracket);
    out->follows = false;
    if (out->record_references && out->depth < SL_JSON_DEPTH) {
        if (out->path_ends == NULL)
            out->path_ends =
                sl_arena_alloc(out->cx->arena, SL_JSON_DEPTH * sizeof(*out->path_ends));
        out->path_ends[out->depth] = (uint32_t)out->path.length;
        if (name != NULL) {
            sl_buffer_text_add(&out->path, name);
            sl_buffer_char(&out->path, '.');
        }
    }
    out->depth++;
}

static void level_close(sl_json *out, char bracket)
{
    sl_buffer_char(&out->buffer, bracket);
    out->follows = true;
    out->depth--;
    if (out->record_references && out->depth < SL_JSON_DEPTH)
        out->path.length = out->path_ends[out->depth];
}

void sl_json_open(sl_json *out, const char *name)
{
    level_open(out, name, '{');
}

void sl_json_close(sl_json *out)
{
    level_close(out, '}');
}

void sl_json_open_array(sl_json *out, const char *name)
{
    level_open(out, name, '[');
}

void sl_json_close_array(sl_json *out)
{
    level_close(out, ']');
}

void sl_json_bytes(sl_json *out, const char *name, const char *text, size_t length)
{
    sl_json_name(out, name);
    sl_buffer_json_string(&out->buffer, text, length);
}

void sl_json_null(sl_json *out, const char *name)
{
    sl_json_name(out, name);
    sl_buffer_add(&out->buffer, "null", 4);
}

void sl_json_string(sl_json *out, const char *name, const char *value)
{
    if (value == NULL)
        sl_json_null(out, name);
    else
        sl_json_bytes(out, name, value, strlen(value));
}

void sl_json_int(sl_json *out, const char *name, int64_t value)
{
    if (value == SL_NONE) {
        sl_json_null(out, name);
        return;
    }
    sl_json_name(out, name);
    sl_buffer_int(&out->buffer, value);
}

void sl_json_bool(sl_json *out, const char *name, bool value)
{
    sl_json_name(out, name);
    sl_buffer_text_add(&out->buffer, value ? "true" : "false");
}

void sl_json_money(sl_json *out, const char *name, int64_t amount, const char *currency)
{
    if (out->face == SL_FACE_STRIPE || amount == SL_NONE) {
        sl_json_int(out, name, amount);
        return;
    }
    char text[32];
    size_t length = sl_money_to_major(amount, currency ? currency : sl_currency_default(), text);
    sl_json_name(out, name);
    sl_buffer_add(&out->buffer, text, length);
}

void sl_json_time(sl_json *out, const char *name, int64_t unix_seconds)
{
    if (unix_seconds == 0 || unix_seconds == SL_NONE) {
        sl_json_null(out, name);
    } else if (out->face == SL_FACE_STRIPE) {
        sl_json_int(out, name, unix_seconds);
    } else {
        char text[32];
        size_t length = sl_clock_iso8601(unix_seconds, text);
        sl_json_bytes(out, name, text, length);
    }
}

void sl_json_map(sl_json *out, const char *name, const sl_map *map)
{
    sl_json_open(out, name);
    for (uint32_t i = 0; map != NULL && i < map->count; i++)
        sl_json_string(out, map->pairs[i].name, map->pairs[i].value);
    sl_json_close(out);
}

void sl_json_raw(sl_json *out, const char *name, const char *text)
{
    sl_json_name(out, name);
    sl_buffer_text_add(&out->buffer, text ? text : "null");
}

/* ---- references ---- */

static sl_json_place *place_add(sl_json *out)
{
    if (out->place_count == out->place_capacity) {
        uint32_t capacity = out->place_capacity ? out->place_capacity * 2 : 16;
        out->places =
            sl_arena_grow(out->cx->arena, out->places, out->place_capacity * sizeof(*out->places),
                          capacity * sizeof(*out->places));
        out->place_capacity = capacity;
    }
    return &out->places[out->place_count++];
}

/* The path of a value called `name`, or of what lies below it. */
static const char *path_of(sl_json *out, const char *name, const char *below)
{
    size_t length = out->path.length;
    if (name == NULL && below == NULL && length > 0)
        length--; /* an item of an array is called as the array is */
    return sl_arena_format(out->cx->arena, "%.*s%s%s%s", (int)length, sl_buffer_text(&out->path),
                           name ? name : "", name && below ? "." : "", below ? below : "");
}

void sl_json_json(sl_json *out, const char *name, const sl_json *value)
{
    if (value == NULL || value->buffer.length == 0) {
        sl_json_null(out, name);
        return;
    }
    sl_json_name(out, name);
    size_t start = out->buffer.length;
    sl_buffer_add(&out->buffer, value->buffer.data, value->buffer.length);
    for (uint32_t i = 0; out->record_references && i < value->place_count; i++) {
        const sl_json_place *inner = &value->places[i];
        sl_json_place *place = place_add(out);
        *place = *inner;
        place->offset += start;
        place->path = path_of(out, name, inner->path);
    }
}

void sl_json_reference(sl_json *out, const char *name, const char *type, const char *id)
{
    sl_json_name(out, name);
    size_t start = out->buffer.length;
    if (id == NULL)
        sl_buffer_add(&out->buffer, "null", 4);
    else
        sl_buffer_json_string(&out->buffer, id, strlen(id));
    if (!out->record_references || out->depth > SL_JSON_DEPTH)
        return;
    sl_json_place *place = place_add(out);
    *place = (sl_json_place){
        .offset = start,
        .length = out->buffer.length - start,
        .path = path_of(out, name, NULL),
        .type = type,
        .id = id,
    };
    const char *dot = strrchr(place->path, '.');
    place->name = name ? name : dot ? dot + 1 : place->path;
}

/* ---- finished ---- */

const char *sl_json_text(const sl_json *out, size_t *ret_length)
{
    if (ret_length != NULL)
        *ret_length = out->buffer.length;
    return sl_buffer_text(&out->buffer);
}

sl_json *sl_json_object_of(sl_context *cx, ...)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    va_list pairs;
    va_start(pairs, cx);
    const char *name = NULL;
    while ((name = va_arg(pairs, const char *)) != NULL)
        sl_json_string(out, name, va_arg(pairs, const char *));
    va_end(pairs);
    sl_json_close(out);
    return out;
}

void sl_error_attach(sl_context *cx, const char *name, const sl_json *json)
{
    sl_buffer members = SL_BUFFER_INIT(cx->arena);
    if (cx->error.attachments != NULL) {
        sl_buffer_text_add(&members, cx->error.attachments);
        sl_buffer_char(&members, ',');
    }
    sl_buffer_json_string(&members, name, strlen(name));
    sl_buffer_char(&members, ':');
    size_t length = 0;
    const char *text = sl_json_text(json, &length);
    sl_buffer_add(&members, text, length);
    cx->error.attachments = members.data;
}
