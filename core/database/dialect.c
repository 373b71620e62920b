/*
 * dialect.c: reading SQL as far as we must: words outside of quotes, parentheses and comments.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/dialect.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/text.h"

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *quoted_end(const char *sql)
{
    char quote = *sql++;
    while (*sql && (*sql != quote || sql[1] == quote))
        sql += *sql == quote ? 2 : 1;
    return *sql ? sql + 1 : sql;
}

/* Block comments nest, as in the standard. */
static const char *comment_end(const char *sql)
{
    int depth = 0;
    do {
        if (sql[0] == '/' && sql[1] == '*') {
            depth++;
            sql += 2;
        } else if (sql[0] == '*' && sql[1] == '/') {
            depth--;
            sql += 2;
        } else {
            sql++;
        }
    } while (*sql && depth > 0);
    return sql;
}

/* $$ ... $$ or $tag$ ... $tag$; anything else that begins with $ is a parameter or a single character. */
static const char *dollar_end(const char *sql)
{
    const char *end = sql + 1;
    while (is_word_start(*end) || (end > sql + 1 && is_digit(*end)))
        end++;
    if (*end != '$') {
        end = sql + 1;
        while (is_digit(*end))
            end++;
        return end;
    }
    size_t length = (size_t)(end + 1 - sql);
    for (const char *at = end + 1; (at = strchr(at, '$')) != NULL; at++) {
        if (strncmp(at, sql, length) == 0)
            return at + length;
    }
    return sql + strlen(sql);
}

const char *sl_sql_next(const char *sql)
{
    if (*sql == '\0')
        return sql;
    if (*sql == '\'' || *sql == '"')
        return quoted_end(sql);
    if (*sql == '$')
        return dollar_end(sql);
    if (sql[0] == '-' && sql[1] == '-')
        return sql + strcspn(sql, "\n");
    if (sql[0] == '/' && sql[1] == '*')
        return comment_end(sql);
    const char *end = sql + 1;
    if (is_word_start(*sql)) {
        while (is_word_start(*end) || is_digit(*end) || *end == '$')
            end++;
    }
    return end;
}

bool sl_sql_is_word(const char *sql, const char *end, const char *word)
{
    return sl_text_same_length(sql, (size_t)(end - sql), word);
}

static const char *skip_space(const char *sql)
{
    while (is_space(*sql))
        sql++;
    return sql;
}

const char *sl_sql_tail(const char *where)
{
    static const char *const words[] = { "order", "group", "limit", "for" };
    int depth = 0;
    const char *end;
    for (const char *at = where; *at; at = end) {
        end = sl_sql_next(at);
        if ((*at == '\'' || *at == '"') && (end - at < 2 || end[-1] != *at))
            return NULL;
        depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
        if (depth < 0)
            return NULL;
        for (size_t i = 0; depth == 0 && i < sizeof(words) / sizeof(words[0]); i++) {
            if (sl_sql_is_word(at, end, words[i]))
                return at;
        }
    }
    return depth == 0 ? where + strlen(where) : NULL;
}

/* At "IN": whether a list follows it, and where that ends. */
static const char *list_after(const char *at, const sl_argument *arguments, uint32_t count,
                              uint32_t first, unsigned long *ret_number)
{
    at = skip_space(at);
    if (*at != '(')
        return NULL;
    at = skip_space(at + 1);
    if (at[0] != '$' || !is_digit(at[1]))
        return NULL;
    char *end;
    unsigned long number = strtoul(at + 1, &end, 10);
    at = skip_space(end);
    if (*at != ')' || number < first || number - first >= count ||
        arguments[number - first].type != SL_TYPE_LIST)
        return NULL;
    *ret_number = number;
    return at + 1;
}

const char *sl_sql_lists(sl_context *cx, bool sqlite, const char *sql, const sl_argument *arguments,
                         uint32_t count, uint32_t first)
{
    bool lists = false;
    for (uint32_t i = 0; i < count; i++)
        lists = lists || arguments[i].type == SL_TYPE_LIST;
    if (!lists)
        return sql;
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    const char *end;
    size_t before_not = 0;
    bool negated = false;
    for (const char *at = sql; *at; at = end) {
        end = sl_sql_next(at);
        unsigned long number = 0;
        const char *after = sl_sql_is_word(at, end, "in")
                                ? list_after(end, arguments, count, first, &number)
                                : NULL;
        if (after && sqlite) {
            sl_buffer_format(&out, "IN (SELECT value FROM json_each($%lu))", number);
        } else if (after) {
            if (negated)
                out.length = before_not;
            sl_buffer_format(&out, "%s($%lu)", negated ? "<> ALL " : "= ANY ", number);
        } else {
            if (sl_sql_is_word(at, end, "not")) {
                before_not = out.length;
                negated = true;
            } else if (!is_space(*at)) {
                negated = false;
            }
            sl_buffer_add(&out, at, (size_t)(end - at));
            continue;
        }
        negated = false;
        end = after;
    }
    return sl_buffer_text(&out);
}

bool sl_sql_is_scoped(const char *sql)
{
    const char *end;
    for (const char *at = sql; *at; at = end) {
        end = sl_sql_next(at);
        if (!sl_sql_is_word(at, end, "account_id"))
            continue;
        const char *next = skip_space(end);
        if (*next != '=')
            continue;
        next = skip_space(next + 1);
        if (next[0] == '$' && next[1] == '1' && !is_digit(next[2]))
            return true;
    }
    return false;
}

const char *sl_sql_for_sqlite(sl_context *cx, const char *script)
{
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    const char *end;
    for (const char *at = script; *at; at = end) {
        end = sl_sql_next(at);
        if (sl_sql_is_word(at, end, "jsonb"))
            sl_buffer_text_add(&out, "TEXT");
        else
            sl_buffer_add(&out, at, (size_t)(end - at));
    }
    return sl_buffer_text(&out);
}

/* ---- list arguments ---- */

const char *sl_list_json(sl_context *cx, const sl_list *texts)
{
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    sl_buffer_char(&out, '[');
    for (uint32_t i = 0; texts && i < texts->count; i++) {
        const char *text = *SL_ITEM(*texts, const char *, i);
        if (i > 0)
            sl_buffer_char(&out, ',');
        if (text)
            sl_buffer_json_string(&out, text, strlen(text));
        else
            sl_buffer_text_add(&out, "null");
    }
    sl_buffer_char(&out, ']');
    return sl_buffer_text(&out);
}

const char *sl_list_array(sl_context *cx, const sl_list *texts)
{
    sl_buffer out = SL_BUFFER_INIT(cx->arena);
    sl_buffer_char(&out, '{');
    for (uint32_t i = 0; texts && i < texts->count; i++) {
        const char *text = *SL_ITEM(*texts, const char *, i);
        if (i > 0)
            sl_buffer_char(&out, ',');
        if (!text) {
            sl_buffer_text_add(&out, "NULL");
            continue;
        }
        sl_buffer_char(&out, '"');
        for (; *text; text++) {
            if (*text == '"' || *text == '\\')
                sl_buffer_char(&out, '\\');
            sl_buffer_char(&out, *text);
        }
        sl_buffer_char(&out, '"');
    }
    sl_buffer_char(&out, '}');
    return sl_buffer_text(&out);
}
