/*
 * form.c: forms and query strings as a tree.
 *
 * A name is decoded first and then taken apart at its brackets, since clients encode those too. Of a text given twice the last
 * counts. In `a[][b]=1&a[][c]=2` the second joins the first's object, until a name comes back: that begins the next object.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/form.h"

#include <string.h>

#include "core/base/context.h"
#include "core/base/mask.h"
#include "core/http/router.h"

#define SHOWN_LONGEST 100

sl_form_node *sl_form_child(const sl_form_node *node, const char *name, size_t length)
{
    /* Neighbours in the text are mostly neighbours in the tree. */
    sl_form_node *last = node->last;
    if (last && last->name && last->name_length == length &&
        memcmp(last->name, name, length) == 0) {
        return last;
    }
    for (sl_form_node *child = node->first; child; child = child->next) {
        if (child->name && child->name_length == length && memcmp(child->name, name, length) == 0) {
            return child;
        }
    }
    return NULL;
}

static sl_form_node *child_add(sl_context *cx, sl_form_node *node, const char *name, size_t length)
{
    sl_form_node *child = sl_alloc(cx, sizeof *child);
    child->name = name ? sl_copy(cx, name, length) : NULL;
    child->name_length = length;
    if (node->last) {
        node->last->next = child;
    } else {
        node->first = child;
    }
    node->last = child;
    node->count++;
    return child;
}

/* As much of a name as a message may show, whole characters only. */
static const char *name_shown(sl_context *cx, const char *name)
{
    const char *masked = sl_mask(cx->arena, name);
    size_t length = strlen(masked);
    if (length > SHOWN_LONGEST) {
        for (length = SHOWN_LONGEST; length > 0 && (masked[length] & 0xC0) == 0x80;) {
            length--;
        }
    }
    return sl_copy(cx, masked, length);
}

static sl_status name_fault(sl_context *cx, const char *name, const char *what)
{
    const char *start = name_shown(cx, name);
    return sl_fail_param(cx, SL_E_INVALID, "parameter_invalid", start,
                         "The parameter name '%s' %s.", start, what);
}

/* Whether `rest` ("[b]" or "[b][c]") would give this object a second value. A bracket that does not close is told later. */
static bool object_has(const sl_form_node *object, const char *rest)
{
    const char *name = rest + 1;
    const char *close = strchr(name, ']');
    const sl_form_node *child = close ? sl_form_child(object, name, (size_t)(close - name)) : NULL;
    return child && (child->value || close[1] != '[');
}

/* The node that one segment names below `node`; `rest` is what follows it. */
static sl_form_node *segment_step(sl_context *cx, sl_form_node *node, const char *text,
                                  size_t length, const char *rest)
{
    if (length > 0) {
        sl_form_node *child = sl_form_child(node, text, length);
        return child ? child : child_add(cx, node, text, length);
    }
    if (*rest == '[' && rest[1] != ']' && node->last && node->last->value == NULL &&
        node->last->name == NULL && !object_has(node->last, rest)) {
        return node->last;
    }
    return child_add(cx, node, NULL, 0);
}

static sl_status pair_place(sl_context *cx, sl_form_node *root, const char *name, const char *value)
{
    size_t length = strcspn(name, "[");
    if (length == 0) {
        return name_fault(cx, name, "is empty or begins with a bracket");
    }
    sl_form_node *node = segment_step(cx, root, name, length, name + length);
    const char *at = name + length;
    for (uint32_t depth = 1; *at; depth++) {
        const char *close = *at == '[' ? strchr(at, ']') : NULL;
        if (close == NULL || memchr(at + 1, '[', (size_t)(close - at - 1))) {
            return name_fault(cx, name, "has brackets that do not match");
        }
        if (depth >= SL_FORM_DEPTH) {
            return name_fault(cx, name, "is nested deeper than 32 levels");
        }
        if (node->value) {
            return name_fault(cx, name, "is given both as a value and as an object");
        }
        bool append = close == at + 1;
        if (node->first && append != (node->first->name == NULL)) {
            return name_fault(cx, name, "is given both as a list and as an object");
        }
        node = segment_step(cx, node, at + 1, (size_t)(close - at - 1), close + 1);
        at = close + 1;
    }
    if (node->first) {
        return name_fault(cx, name, "is given both as a value and as an object");
    }
    node->value = value;
    return SL_OK;
}

static sl_status pair_read(sl_context *cx, const char *text, size_t length, sl_form_node *root)
{
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals ? (size_t)(equals - text) : length;
    char *name = sl_text_decode(cx->arena, text, name_length, true);
    const char *value =
        equals ? sl_text_decode(cx->arena, equals + 1, length - name_length - 1, true) : "";
    if (name == NULL) {
        return sl_fail(cx, SL_E_INVALID, "parameter_invalid",
                       "A parameter's name is not percent-encoded UTF-8 text without NUL.");
    }
    if (value == NULL) {
        const char *shown = name_shown(cx, name);
        return sl_fail_param(cx, SL_E_INVALID, "parameter_invalid", shown,
                             "The value of '%s' is not percent-encoded UTF-8 text without NUL.",
                             shown);
    }
    return pair_place(cx, root, name, value);
}

sl_status sl_form_read(sl_context *cx, const char *text, size_t length, sl_form_node *root,
                       uint32_t *counted)
{
    const char *end = text + length;
    while (text < end) {
        const char *mark = memchr(text, '&', (size_t)(end - text));
        const char *stop = mark ? mark : end;
        if (stop > text) {
            if (++*counted > SL_FORM_PARAMETERS) {
                return sl_fail(cx, SL_E_INVALID, "parameter_too_many",
                               "A request has at most 1000 parameters.");
            }
            sl_status status = pair_read(cx, text, (size_t)(stop - text), root);
            if (status != SL_OK) {
                return status;
            }
        }
        text = stop + 1;
    }
    return SL_OK;
}

bool sl_form_is_list(const sl_form_node *node)
{
    if (node->first == NULL) {
        return false;
    }
    for (const sl_form_node *child = node->first; child; child = child->next) {
        if (child->name == NULL) {
            continue;
        }
        size_t digits = strspn(child->name, "0123456789");
        if (digits == 0 || digits > 4 || child->name[digits] != '\0') {
            return false;
        }
    }
    return true;
}
