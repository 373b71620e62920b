/*
 * faults.c: what reading finds wrong, and where.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/mask.h"
#include "core/json/fields_inside.h"

#define STEPS 64

sl_fault *sl_reading_fault(const sl_reading *reading, const sl_fault_step *step, const char *code,
                           const char *message, const char *type, const char *description)
{
    sl_context *cx = reading->cx;
    sl_faults *faults = reading->faults;
    if (faults->count == faults->capacity) {
        uint32_t capacity = faults->capacity ? faults->capacity * 2 : 8;
        faults->items =
            sl_arena_grow(cx->arena, faults->items, faults->count * sizeof(*faults->items),
                          capacity * sizeof(*faults->items));
        faults->capacity = capacity;
    }
    const sl_fault_step *steps[STEPS];
    size_t depth = 0;
    for (; step != NULL && depth < STEPS; step = step->parent)
        steps[depth++] = step;
    sl_buffer loc = SL_BUFFER_INIT(cx->arena);
    sl_buffer param = SL_BUFFER_INIT(cx->arena);
    const char *top = "";
    for (size_t i = depth; i-- > 0;) {
        bool outermost = i == depth - 1;
        const char *name = sl_mask(cx->arena, steps[i]->name);
        if (!outermost)
            sl_buffer_char(&loc, ',');
        if (name == NULL) {
            sl_buffer_format(&loc, "%u", steps[i]->index);
            sl_buffer_format(&param, "[%u]", steps[i]->index);
            continue;
        }
        sl_buffer_json_string(&loc, name, strlen(name));
        sl_buffer_format(&param, outermost ? "%s" : "[%s]", name);
        if (outermost)
            top = steps[i]->name;
    }
    sl_fault *fault = &faults->items[faults->count++];
    *fault = (sl_fault){
        .top = top,
        .loc = sl_buffer_text(&loc),
        .param = sl_buffer_text(&param),
        .code = code,
        .message = message,
        .type = type,
        .description = description,
    };
    return fault;
}
