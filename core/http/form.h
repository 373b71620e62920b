/*
 * form.h: forms and query strings as a tree.
 *
 * `a[b][0][c]=v` nests as Stripe's clients write it; `a[]=v` appends. Every leaf is a text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_FORM_H
#define STRIPE_LITE_CORE_HTTP_FORM_H

#include <stripe_lite/context.h>

#define SL_FORM_PARAMETERS 1000
#define SL_FORM_DEPTH 32

typedef struct sl_form_node {
    const char *name; /* NULL: appended by [] */
    size_t name_length;
    const char *value; /* a leaf's; NULL: it has children */
    struct sl_form_node *first;
    struct sl_form_node *last;
    struct sl_form_node *next;
    uint32_t count;
} sl_form_node;

/* Adds what `text` holds to `root` (zeroed at the start): more than one text may fill one tree, and both count against the limits.
 * SL_E_INVALID with the error filled: bad encoding, brackets that do not close, a name that is both a text and a group, too
 * many, too deep. since 1.0 [no-suspend] */
sl_status sl_form_read(sl_context *cx, const char *text, size_t length, sl_form_node *root,
                       uint32_t *counted) SL_MUST_CHECK;

/* The child of this name, or NULL. since 1.0 [no-suspend] */
sl_form_node *sl_form_child(const sl_form_node *node, const char *name, size_t length);

/* Whether the children are an array: appended, or all numbered. since 1.0 [no-suspend] */
bool sl_form_is_list(const sl_form_node *node);

#endif
