/*
 * script.c: see script.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/conformance/script.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <stripe_lite/money.h>

#include "core/base/buffer.h"
#include "core/base/context.h"

/* ---- variables ---- */

static const char *variable_value(sl_context *cx, const sl_script_variables *v, const char *name,
                                  size_t length)
{
    const struct {
        const char *name;
        const char *value;
    } plain[] = { { "upstream", v->upstream }, { "attempt", v->attempt },
                  { "key", v->key },           { "original", v->original },
                  { "token", v->token },       { "currency", v->currency } };
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (strlen(plain[i].name) == length && strncmp(plain[i].name, name, length) == 0)
            return plain[i].value ? plain[i].value : "";
    }
    if (length == 6 && strncmp(name, "amount", length) == 0)
        return sl_format(cx, "%lld", (long long)v->amount);
    if (length == 5 && strncmp(name, "major", length) == 0)
        return sl_money_decimal(cx, v->amount, v->currency);
    if (length != 8 || strncmp(name, "CURRENCY", length) != 0)
        return NULL;
    char *upper = sl_copy(cx, v->currency, v->currency ? strlen(v->currency) : 0);
    for (char *at = upper; at && *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return upper;
}

const char *sl_script_fill(sl_context *cx, const sl_script_variables *variables, const char *text)
{
    if (!text)
        return NULL;
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    for (const char *start; (start = strstr(text, "$(")) != NULL;) {
        size_t length = strcspn(start + 2, ")");
        const char *value =
            start[2 + length] ? variable_value(cx, variables, start + 2, length) : NULL;
        sl_buffer_add(&out, text, (size_t)(start - text));
        sl_buffer_text_add(&out, value ? value : "$(");
        text = start + 2 + (value ? length + 1 : 0);
    }
    sl_buffer_text_add(&out, text);
    return sl_buffer_text(&out);
}

/* ---- answers ---- */

const char *sl_script_answer(sl_context *cx, int32_t status, const char *headers, const char *body)
{
    const char *more = headers ? headers : "Content-Type: application/json\r\n";
    body = body ? body : "";
    if (status == 204 || status == 304)
        return sl_format(cx, "HTTP/1.1 %d Played\r\nConnection: close\r\n%s\r\n", status, more);
    return sl_format(cx,
                     "HTTP/1.1 %d Played\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s",
                     status, more, strlen(body), body);
}

static uint32_t exchanges_count(const sl_gateway_exchange *exchanges)
{
    uint32_t count = 0;
    while (exchanges && exchanges[count].status != 0)
        count++;
    return count;
}

const sl_gateway_exchange *sl_script_exchange(const sl_gateway_exchange *first,
                                              const sl_gateway_exchange *second, int32_t index)
{
    int32_t before = (int32_t)exchanges_count(first);
    return index < 0 ? NULL : index < before ? &first[index] : &second[index - before];
}

void sl_script_make(sl_context *cx, const sl_script_variables *variables,
                    const sl_gateway_exchange *first, const sl_gateway_exchange *second,
                    sl_upstream_script *ret_script)
{
    uint32_t before = exchanges_count(first);
    uint32_t count = before + exchanges_count(second);
    sl_upstream_answer *answers = sl_alloc(cx, (count + 1) * sizeof(*answers));
    for (uint32_t i = 0; i < count; i++) {
        const sl_gateway_exchange *one = sl_script_exchange(first, second, (int32_t)i);
        answers[i] = (sl_upstream_answer){
            .request = sl_script_fill(cx, variables, one->request),
            .text = sl_script_answer(cx, one->status, one->headers,
                                     sl_script_fill(cx, variables, one->answer)),
            .harmless = i < before || (one->flags & SL_EXCHANGE_HARMLESS),
        };
    }
    *ret_script = (sl_upstream_script){ .answers = answers, .count = count };
}

/* ---- requests ---- */

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* "1999" is no part of "11999", "19990", "1999.5". */
static bool stands_alone(const char *text, const char *at, size_t length)
{
    const char *after = at + length;
    bool joined_before = at > text && in_word(at[-1]) && in_word(at[0]);
    bool decimal_before = at > text + 1 && at[-1] == '.' && isdigit((unsigned char)at[-2]) &&
                          isdigit((unsigned char)at[0]);
    bool joined_after = in_word(after[-1]) && in_word(after[0]);
    bool decimal_after =
        isdigit((unsigned char)after[-1]) && after[0] == '.' && isdigit((unsigned char)after[1]);
    return !joined_before && !decimal_before && !joined_after && !decimal_after;
}

bool sl_script_holds(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; length > 0 && (at = strstr(at, word)) != NULL; at++) {
        if (stands_alone(text, at, length))
            return true;
    }
    return false;
}

const char *sl_script_header(sl_context *cx, const char *request, const char *name)
{
    size_t wanted = strlen(name);
    const char *end = strstr(request, "\r\n\r\n");
    for (const char *line = strstr(request, "\r\n"); line && line < end;
         line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, wanted) != 0 || line[2 + wanted] != ':')
            continue;
        const char *value = line + 3 + wanted + strspn(line + 3 + wanted, " \t");
        return sl_copy(cx, value, strcspn(value, "\r\n"));
    }
    return NULL;
}
