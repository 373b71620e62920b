/*
 * numbers.c: numbers without gaps: drawing, stand-ins, and what becomes of them.
 *
 * A stand-in is an id (`num_` and 24 letters and digits): nothing in it is escaped in JSON or SQL, and nobody could have known it
 * before. It is looked for in what is written only when the set draws.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/numbers.h"

#include <string.h>

#include "core/database/write_set.h"

#define NUMBER_LENGTH 20

const char sl_draw_sql[] =
    "INSERT INTO number_series (account_id, id, value) VALUES ($1, $2, $3)"
    " ON CONFLICT (account_id, id) DO UPDATE SET value = number_series.value + excluded.value"
    " RETURNING value";

const char *sl_number(sl_context *cx, const char *series, const char *prefix, int32_t digits)
{
    struct sl_write_set *set = sl_write_set_of(cx);
    sl_draw *draw = sl_alloc(cx, sizeof(*draw));
    const char *stand_in = sl_id(cx, "num");
    size_t shown = strlen(prefix) + NUMBER_LENGTH + (digits > 0 ? (size_t)digits : 0) + 1;
    size_t size = strlen(stand_in) + 1;
    draw->text = sl_alloc(cx, size > shown ? size : shown);
    memcpy(draw->text, stand_in, size);
    draw->scope = cx->scope;
    draw->series = series;
    draw->prefix = prefix;
    draw->digits = digits;
    draw->stand_in = stand_in;
    sl_draw **end = &set->draws;
    while (*end)
        end = &(*end)->next;
    *end = draw;
    return draw->text;
}

int sl_draw_order(const sl_draw *a, const sl_draw *b)
{
    int order = strcmp(a->scope, b->scope);
    return order != 0 ? order : strcmp(a->series, b->series);
}

static char *number_text(sl_arena *arena, const sl_draw *draw)
{
    return sl_arena_format(arena, "%s%0*lld", draw->prefix, (int)draw->digits,
                           (long long)draw->number);
}

/* `text` itself when it holds no stand-in of the draw. */
static const char *text_fill(sl_arena *arena, const sl_draw *draw, const char *text, size_t *length)
{
    size_t size = strlen(draw->stand_in);
    const char *end = text + *length;
    const char *found = memmem(text, *length, draw->stand_in, size);
    if (!found)
        return text;
    const char *number = number_text(arena, draw);
    sl_buffer out = SL_BUFFER_INIT(arena);
    const char *at = text;
    for (; found; found = memmem(at, (size_t)(end - at), draw->stand_in, size)) {
        sl_buffer_add(&out, at, (size_t)(found - at));
        sl_buffer_text_add(&out, number);
        at = found + size;
    }
    sl_buffer_add(&out, at, (size_t)(end - at));
    *length = out.length;
    return sl_buffer_text(&out);
}

static const char *texts_fill(sl_arena *arena, const sl_draw *draws, const char *text,
                              size_t *length)
{
    for (const sl_draw *draw = draws; draw; draw = draw->next)
        text = text_fill(arena, draw, text, length);
    return text;
}

const sl_argument *sl_draws_fill(sl_arena *arena, const sl_draw *draws,
                                 const sl_statement *statement)
{
    sl_argument *filled = NULL;
    for (uint32_t i = 0; draws && i < statement->count; i++) {
        const sl_argument *argument = &statement->arguments[i];
        if (argument->type != SL_TYPE_STRING)
            continue;
        size_t length = strlen(argument->text);
        const char *text = texts_fill(arena, draws, argument->text, &length);
        if (text == argument->text)
            continue;
        if (!filled) {
            filled = sl_arena_alloc(arena, statement->count * sizeof(*filled));
            memcpy(filled, statement->arguments, statement->count * sizeof(*filled));
        }
        filled[i].text = text;
    }
    return filled ? filled : statement->arguments;
}

void sl_draws_settle(struct sl_write_set *set)
{
    sl_arena *arena = NULL;
    while (set->draws) {
        sl_draw *draw = set->draws;
        arena = arena ? arena : sl_arena_new();
        const char *number = number_text(arena, draw);
        memcpy(draw->text, number, strlen(number) + 1);
        set->draws = draw->next;
        draw->next = set->drawn;
        set->drawn = draw;
    }
    sl_arena_free(arena);
}

const char *sl_numbers_settled(sl_context *cx, const char *text, size_t *length)
{
    if (!text || !cx->writes)
        return text;
    return texts_fill(cx->arena, cx->writes->drawn, text, length);
}
