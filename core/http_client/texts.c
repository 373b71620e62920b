/*
 * texts.c: the texts that requests are made of: forms and parts of URLs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/context.h"
#include "core/http_client/http_client.h"

static void encoded_add(sl_buffer *out, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    while (*text) {
        size_t length = strspn(text, plain);
        sl_buffer_add(out, text, length);
        text += length;
        if (!*text)
            return;
        unsigned char byte = (unsigned char)*text++;
        const char code[] = { '%', digits[byte >> 4], digits[byte & 15] };
        sl_buffer_add(out, code, sizeof(code));
    }
}

static void member_add(sl_buffer *out, const char *name, const char *value)
{
    if (!value)
        return;
    if (out->length > 0)
        sl_buffer_char(out, '&');
    encoded_add(out, name);
    sl_buffer_char(out, '=');
    encoded_add(out, value);
}

const char *sl_form_of(sl_context *cx, ...)
{
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    va_list pairs;
    va_start(pairs, cx);
    /* The analyzer loses sight of the va_start above behind the calls between. */
    /* NOLINTBEGIN(clang-analyzer-valist.Uninitialized) */
    for (const char *name; (name = va_arg(pairs, const char *)) != NULL;)
        member_add(&out, name, va_arg(pairs, const char *));
    /* NOLINTEND(clang-analyzer-valist.Uninitialized) */
    va_end(pairs);
    return sl_buffer_text(&out);
}

const char *sl_form_pairs(sl_context *cx, const sl_pair *pairs)
{
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    for (; pairs && pairs->name; pairs++)
        member_add(&out, pairs->name, pairs->value);
    return sl_buffer_text(&out);
}

const char *sl_url_encode(sl_context *cx, const char *text)
{
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    encoded_add(&out, text);
    return sl_buffer_text(&out);
}
