/*
 * search.c: Stripe's search language, turned into a condition.
 *
 *   email:'ann@example.com' AND metadata['plan']:'pro' AND -status:'failed' AND amount>1000
 *
 * `:` is equality (texts without regard to case), `~` a part of a text of three characters or more, `<` `<=` `>` `>=` compare
 * numbers, `-` negates, `null` is an absent value. A space means AND; AND and OR do not mix. Source: Stripe's "Search"
 * document.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/resource/query.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/base/context.h"
#include "core/base/text.h"
#include "core/database/database.h"

#define CLAUSES 10
#define SUBSTRING_LEAST 3
#define EXCERPT_BYTES 20

typedef struct clause {
    bool negated;
    const char *field;
    const char *key; /* metadata['key'] */
    const char *operator;
    const char *value; /* NULL: the word null */
} clause;

typedef struct scanner {
    sl_context *cx;
    const char *at;
} scanner;

static sl_status search_fault(sl_context *cx, const char *what)
{
    return sl_fail_param(cx, SL_E_INVALID, "invalid_search_query", "query",
                         "We were unable to parse your search query: %s.", what);
}

static void space_skip(scanner *in)
{
    while (isspace((unsigned char)*in->at))
        in->at++;
}

static sl_status quoted_read(scanner *in, const char **ret_text)
{
    char quote = *in->at++;
    char *text = sl_alloc(in->cx, strlen(in->at) + 1);
    size_t length = 0;
    while (*in->at && *in->at != quote) {
        if (*in->at == '\\' && in->at[1])
            in->at++;
        text[length++] = *in->at++;
    }
    if (*in->at != quote)
        return search_fault(in->cx, "a quotation mark is missing");
    in->at++;
    *ret_text = text;
    return SL_OK;
}

static const char *word_read(scanner *in)
{
    const char *start = in->at;
    while (isalnum((unsigned char)*in->at) || *in->at == '_' || *in->at == '.' ||
           (in->at == start && *in->at == '-'))
        in->at++;
    return sl_copy(in->cx, start, (size_t)(in->at - start));
}

static sl_status key_read(scanner *in, clause *ret)
{
    space_skip(in);
    if (*in->at != '[')
        return SL_OK;
    in->at++;
    space_skip(in);
    if (*in->at != '\'' && *in->at != '"')
        return search_fault(in->cx, "a key in brackets stands in quotation marks");
    sl_status status = quoted_read(in, &ret->key);
    space_skip(in);
    if (status == SL_OK && *in->at++ != ']')
        return search_fault(in->cx, "a closing bracket is missing");
    return status;
}

static sl_status value_read(scanner *in, clause *ret)
{
    space_skip(in);
    if (*in->at == '\'' || *in->at == '"')
        return quoted_read(in, &ret->value);
    const char *word = word_read(in);
    if (!*word)
        return search_fault(in->cx, "a value is missing");
    ret->value = strcasecmp(word, "null") == 0 ? NULL : word;
    if (!ret->value && strcmp(ret->operator, ":") != 0)
        return search_fault(in->cx, "null takes the operator :");
    return SL_OK;
}

static sl_status clause_read(scanner *in, clause *ret)
{
    static const char *const operators[] = { ":", "~", "<=", ">=", "<", ">" };
    space_skip(in);
    if (*in->at == '-') {
        ret->negated = true;
        in->at++;
    }
    ret->field = word_read(in);
    if (!*ret->field)
        return search_fault(in->cx, "the name of a field is missing");
    sl_status status = key_read(in, ret);
    if (status != SL_OK)
        return status;
    space_skip(in);
    for (size_t i = 0; i < sizeof operators / sizeof *operators && !ret->operator; i++) {
        if (strncmp(in->at, operators[i], strlen(operators[i])) == 0) {
            ret->operator= operators[i];
            in->at += strlen(operators[i]);
        }
    }
    if (!ret->operator)
        return search_fault(in->cx,
                            sl_format(in->cx, "an operator is missing after '%s'", ret->field));
    return value_read(in, ret);
}

/* ---- a clause as SQL ---- */

static const char *like_pattern(sl_context *cx, const char *value)
{
    char *pattern = sl_alloc(cx, 2 * strlen(value) + 3);
    char *end = pattern;
    *end++ = '%';
    for (; *value; value++) {
        if (strchr("%_\\", *value))
            *end++ = '\\';
        *end++ = *value;
    }
    *end = '%';
    return pattern;
}

static sl_status text_sql(sl_condition_text *condition, const clause *c, const char *column,
                          const char **ret_sql)
{
    sl_context *cx = condition->cx;
    if (!c->value) {
        *ret_sql = sl_format(cx, "%s IS NULL", column);
        return SL_OK;
    }
    if (strcmp(c->operator, "~") == 0) {
        if (sl_utf8_count(c->value, strlen(c->value)) < SUBSTRING_LEAST)
            return search_fault(cx, "a part of a text has three characters or more");
        uint32_t number = sl_condition_argument(condition, sl_text(like_pattern(cx, c->value)));
        *ret_sql = sl_format(cx, "LOWER(%s) LIKE LOWER($%u) ESCAPE '\\'", column, number);
        return SL_OK;
    }
    if (strcmp(c->operator, ":") != 0)
        return search_fault(cx, sl_format(cx, "'%s' is a text: it takes : and ~", c->field));
    *ret_sql = sl_format(cx, "LOWER(%s) = LOWER($%u)", column,
                         sl_condition_argument(condition, sl_text(c->value)));
    return SL_OK;
}

static sl_status number_sql(sl_condition_text *condition, const clause *c, const char *column,
                            const char **ret_sql)
{
    sl_context *cx = condition->cx;
    int64_t number = 0;
    if (!c->value) {
        *ret_sql = sl_format(cx, "%s IS NULL", column);
        return SL_OK;
    }
    if (strcmp(c->operator, "~") == 0 || sl_text_int64(c->value, strlen(c->value), &number) != 0 ||
        number == SL_NONE)
        return search_fault(
            cx,
            sl_format(cx, "'%s' is a number: it takes : < <= > >= and a whole number", c->field));
    const char *comparison = strcmp(c->operator, ":") == 0 ? "=" : c->operator;
    *ret_sql = sl_format(cx, "%s %s $%u", column, comparison,
                         sl_condition_argument(condition, sl_int(number)));
    return SL_OK;
}

/* The value of one key. SQLite's ->> reads some keys as paths ("$.a", "0"), so there the object is taken apart instead. */
static const char *metadata_value(sl_condition_text *condition, const char *key)
{
    sl_context *cx = condition->cx;
    uint32_t number = sl_condition_argument(condition, sl_text(key));
    if (sl_database_is_sqlite(cx->host->database))
        return sl_format(
            cx, "(SELECT member.value FROM json_each(metadata) AS member WHERE member.key = $%u)",
            number);
    return sl_format(cx, "(metadata ->> CAST($%u AS TEXT))", number);
}

static sl_status clause_sql(sl_condition_text *condition, const sl_resource *resource,
                            const clause *c, const char **ret_sql)
{
    sl_context *cx = condition->cx;
    if (strcmp(c->field, "metadata") == 0 && sl_table_column(resource->table, "metadata")) {
        if (!c->key)
            return search_fault(cx, "metadata takes a key: metadata['key']");
        return text_sql(condition, c, metadata_value(condition, c->key), ret_sql);
    }
    for (const sl_search_field *field = resource->search; field->name; field++) {
        if (strcmp(field->name, c->field) != 0)
            continue;
        if (field->type == SL_TYPE_INT64 || field->type == SL_TYPE_MONEY ||
            field->type == SL_TYPE_TIMESTAMP)
            return number_sql(condition, c, field->column, ret_sql);
        return text_sql(condition, c, field->column, ret_sql);
    }
    return search_fault(cx, sl_format(cx, "field '%s' is not searchable", c->field));
}

/* AND, OR, or a space, which means AND; NULL when no clause follows. */
static const char *joiner_read(scanner *in)
{
    static const char *const joiners[] = { "AND", "OR" };
    const char *before = in->at;
    space_skip(in);
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(joiners[i]);
        if (strncasecmp(in->at, joiners[i], length) == 0 &&
            (!in->at[length] || strchr(" \t\r\n-", in->at[length]))) {
            in->at += length;
            return joiners[i];
        }
    }
    return in->at > before && (isalpha((unsigned char)*in->at) || *in->at == '-') ? joiners[0]
                                                                                  : NULL;
}

/* The beginning of what could not be read, ending between two characters. */
static const char *excerpt(scanner *in)
{
    size_t length = 0;
    size_t all = strlen(in->at);
    while (length < all && length < EXCERPT_BYTES) {
        size_t one = sl_utf8_sequence(in->at + length, all - length);
        length += one ? one : 1;
    }
    return sl_copy(in->cx, in->at, length);
}

sl_status sl_search_condition(sl_condition_text *condition, const sl_resource *resource,
                              const char *query)
{
    sl_context *cx = condition->cx;
    scanner in = { .cx = cx, .at = query };
    const char *joiner = NULL;
    const char *all = NULL;
    for (int count = 1;; count++) {
        clause c = { 0 };
        const char *sql = NULL;
        sl_status status = clause_read(&in, &c);
        if (status == SL_OK)
            status = clause_sql(condition, resource, &c, &sql);
        if (status != SL_OK)
            return status;
        /* A negated clause is also true of rows without a value. */
        if (c.negated)
            sql = sl_format(cx, "NOT COALESCE(%s, FALSE)", sql);
        all = all ? sl_format(cx, "%s %s %s", all, joiner, sql) : sql;
        const char *next = joiner_read(&in);
        if (!next)
            break;
        if (joiner && strcmp(joiner, next) != 0)
            return search_fault(cx, "AND and OR cannot be mixed");
        if (count == CLAUSES)
            return search_fault(cx, sl_format(cx, "at most %d clauses", CLAUSES));
        joiner = next;
    }
    if (*in.at)
        return search_fault(cx, sl_format(cx, "unexpected text at '%s'", excerpt(&in)));
    sl_condition_and(condition, "(%s)", all);
    return SL_OK;
}
