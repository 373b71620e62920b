/*
 * sdk_layout.cpp: the public headers and their layout as C++17 sees them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sdk_layout.c"

/* The inline functions and the macros of calls, not only the declarations. */
sl_argument layout_argument(const char *text, const sl_list *list);
sl_argument layout_argument(const char *text, const sl_list *list)
{
    return list ? sl_texts(list) : text ? sl_text(text) : sl_int(SL_NONE);
}
