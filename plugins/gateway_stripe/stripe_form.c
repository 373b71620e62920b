/*
 * stripe_form.c: form bodies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_form.h"

void form_init(sl_context *cx, struct stripe_form *form)
{
    form->cx = cx;
    form->count = 0;
    form->pairs[0] = (sl_pair){ NULL, NULL };
}

void form_text(struct stripe_form *form, const char *name, const char *value)
{
    if (!value || value[0] == '\0' || form->count == FORM_MOST)
        return;
    form->pairs[form->count++] = (sl_pair){ name, value };
    form->pairs[form->count] = (sl_pair){ NULL, NULL };
}

void form_number(struct stripe_form *form, const char *name, int64_t value)
{
    form_text(form, name, sl_format(form->cx, "%lld", (long long)value));
}

void form_flag(struct stripe_form *form, const char *name, bool value)
{
    form_text(form, name, value ? "true" : "false");
}
