/*
 * form_fuzz.c: forms and query strings: the tree of a text, written as a form again, is read to the same tree.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include "core/http/form.h"

static void encode(sl_buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        sl_buffer_format(out, "%%%02x", (unsigned)(unsigned char)text[i]);
    }
}

static void write_node(sl_buffer *out, const sl_form_node *node, const char *path, size_t length)
{
    if (node->value) {
        sl_buffer_add(out, path, length);
        sl_buffer_char(out, '=');
        encode(out, node->value, strlen(node->value));
        sl_buffer_char(out, '&');
        return;
    }
    for (const sl_form_node *child = node->first; child; child = child->next) {
        sl_buffer name = SL_BUFFER_INIT(out->arena);
        sl_buffer_add(&name, path, length);
        sl_buffer_text_add(&name, length ? "[" : "");
        encode(&name, child->name ? child->name : "", child->name_length);
        sl_buffer_text_add(&name, length ? "]" : "");
        write_node(out, child, name.data, name.length);
    }
}

static bool same_name(const sl_form_node *a, const sl_form_node *b)
{
    return a->name_length == b->name_length && (a->name == NULL) == (b->name == NULL) &&
           (a->name == NULL || strcmp(a->name, b->name) == 0);
}

/* Equality, the number of leaves added up on the way. */
static bool same_nodes(const sl_form_node *a, const sl_form_node *b, uint32_t *leaves)
{
    if ((a->value == NULL) != (b->value == NULL) || a->count != b->count) {
        return false;
    }
    if (a->value) {
        ++*leaves;
        return strcmp(a->value, b->value) == 0;
    }
    const sl_form_node *other = b->first;
    for (const sl_form_node *child = a->first; child; child = child->next, other = other->next) {
        if (other == NULL || !same_name(child, other) || !same_nodes(child, other, leaves)) {
            return false;
        }
    }
    return other == NULL;
}

static unsigned depth_of(const sl_form_node *node)
{
    unsigned deepest = 0;
    for (const sl_form_node *child = node->first; child; child = child->next) {
        unsigned depth = depth_of(child) + 1;
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

void fuzz_one(const uint8_t *data, size_t size)
{
    sl_context *cx = fuzz_context();
    const char *text = sl_arena_copy(cx->arena, size ? (const char *)data : "", size);
    sl_form_node root = { 0 };
    uint32_t counted = 0;
    sl_status status = sl_form_read(cx, text, size, &root, &counted);
    if (status != SL_OK) {
        fuzz_check_error(cx, status);
        FUZZ_CHECK(cx->error.param == NULL || strlen(cx->error.param) <= 100);
        sl_context_free(cx);
        return;
    }
    FUZZ_CHECK(counted <= SL_FORM_PARAMETERS);
    FUZZ_CHECK(depth_of(&root) <= SL_FORM_DEPTH);
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    write_node(&out, &root, "", 0);
    sl_form_node again = { 0 };
    uint32_t counted_again = 0;
    const char *written = sl_buffer_text(&out);
    FUZZ_CHECK(sl_form_read(cx, written, out.length, &again, &counted_again) == SL_OK);
    uint32_t leaves = 0;
    FUZZ_CHECK(same_nodes(&root, &again, &leaves));
    FUZZ_CHECK(leaves <= counted && leaves == counted_again);
    sl_context_free(cx);
}
