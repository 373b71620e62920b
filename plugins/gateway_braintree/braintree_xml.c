/*
 * braintree_xml.c: going through a document once, element by element.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_xml.h"

#include <string.h>

#define DEPTH_MOST 32
#define NAME_MOST 64
#define UTF8_MOST 4

static const char spaces[] = " \t\r\n";
static const char name_bytes[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:";

struct word {
    const char *text;
    size_t length;
};

struct walk {
    const char *at;
    const char *end;
    int depth;
    struct word names[DEPTH_MOST]; /* of the elements that are open */
};

struct wanted {
    const char *path;
    bool found;
    struct word text;
};

static bool word_is(const struct word *a, const struct word *b)
{
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static size_t span(const struct walk *w, const char *bytes, bool in)
{
    size_t length = 0;
    while (w->at + length < w->end && w->at[length] != '\0' &&
           (strchr(bytes, w->at[length]) != NULL) == in)
        length++;
    return length;
}

static bool starts(const struct walk *w, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(w->end - w->at) >= length && memcmp(w->at, text, length) == 0;
}

/* Past the next `text`; false when there is none. */
static bool skip_past(struct walk *w, const char *text)
{
    while (w->at < w->end && !starts(w, text))
        w->at++;
    if (w->at >= w->end)
        return false;
    w->at += strlen(text);
    return true;
}

/* Past the attributes, up to '>' or '/'. */
static bool attributes_skip(struct walk *w)
{
    for (w->at += span(w, spaces, true); w->at < w->end && *w->at != '>' && *w->at != '/';
         w->at += span(w, spaces, true)) {
        size_t length = span(w, name_bytes, true);
        w->at += length;
        if (length == 0 || w->at + 1 >= w->end || *w->at != '=' ||
            (w->at[1] != '"' && w->at[1] != '\''))
            return false;
        const char quote[] = { w->at[1], '<', '\0' };
        w->at += 2;
        w->at += span(w, quote, false);
        if (w->at >= w->end || *w->at != quote[0])
            return false;
        w->at++;
    }
    return w->at < w->end;
}

/* Whether the open elements are those of the path. */
static bool path_is(const struct walk *w, const char *path)
{
    int depth = 0;
    for (; *path; depth++) {
        size_t length = strcspn(path, "/");
        const struct word name = { path, length };
        if (depth >= w->depth || !word_is(&w->names[depth], &name))
            return false;
        path += length + (path[length] == '/');
    }
    return depth == w->depth;
}

static bool element_open(struct walk *w, struct wanted *wanted)
{
    w->at++;
    const struct word name = { w->at, span(w, name_bytes, true) };
    w->at += name.length;
    if (name.length == 0 || name.length > NAME_MOST || w->depth == DEPTH_MOST ||
        !attributes_skip(w))
        return false;
    w->names[w->depth++] = name;
    if (*w->at == '/') {
        w->depth--;
        w->at++;
        if (w->at >= w->end || *w->at != '>')
            return false;
        w->at++;
        return true;
    }
    w->at++;
    if (wanted && !wanted->found && path_is(w, wanted->path)) {
        wanted->text = (struct word){ w->at, span(w, "<", false) };
        wanted->found = true;
    }
    return true;
}

static bool element_close(struct walk *w)
{
    w->at += 2;
    const struct word name = { w->at, span(w, name_bytes, true) };
    w->at += name.length;
    w->at += span(w, spaces, true);
    if (w->depth == 0 || !word_is(&w->names[w->depth - 1], &name) || w->at >= w->end ||
        *w->at != '>')
        return false;
    w->at++;
    w->depth--;
    return true;
}

/* Declarations and comments stand between elements; a document type, which could define entities, does not. */
static bool markup(struct walk *w, struct wanted *wanted)
{
    if (starts(w, "<?"))
        return skip_past(w, "?>");
    if (starts(w, "<!--"))
        return skip_past(w, "-->");
    return starts(w, "</") ? element_close(w) : element_open(w, wanted);
}

static bool walk_through(const char *text, size_t length, struct wanted *wanted)
{
    struct walk w = { .at = text, .end = text + length };
    int roots = 0;
    while (w.at < w.end) {
        size_t between = span(&w, "<", false);
        const char *begin = w.at;
        w.at += between;
        if (w.depth == 0 && strspn(begin, spaces) < between)
            return false;
        if (w.at == w.end)
            break;
        if (*w.at != '<')
            return false;
        bool element = w.depth == 0 && !starts(&w, "<?") && !starts(&w, "<!");
        roots += element;
        if (roots > 1 || !markup(&w, wanted))
            return false;
    }
    return w.depth == 0 && roots == 1;
}

bool xml_is_whole(const char *text, size_t length)
{
    return walk_through(text, length, NULL);
}

/* ---- entities ---- */

static size_t utf8_write(uint32_t point, char *ret)
{
    if (point < 0x80) {
        ret[0] = (char)point;
        return 1;
    }
    size_t more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = more; i > 0; i--, point >>= 6)
        ret[i] = (char)(0x80 | (point & 0x3f));
    ret[0] = (char)(first[more] | point);
    return more + 1;
}

/* -1 when it is none. */
static int digit_read(char c)
{
    static const char digits[] = "00112233445566778899aAbBcCdDeEfF";
    const char *digit = c ? strchr(digits, c) : NULL;
    return digit ? (int)(digit - digits) / 2 : -1;
}

/* The code point of "#65" or "#x41"; 0 when it is none that a text may hold. */
static uint32_t reference_read(const char *text, size_t length)
{
    bool hexadecimal = length > 2 && text[1] == 'x';
    uint32_t base = hexadecimal ? 16 : 10;
    uint32_t point = 0;
    for (size_t i = hexadecimal ? 2 : 1; i < length; i++) {
        int digit = digit_read(text[i]);
        if (digit < 0 || (uint32_t)digit >= base)
            return 0;
        point = point * base + (uint32_t)digit;
        if (point > 0x10ffff)
            return 0;
    }
    return point >= 0xd800 && point < 0xe000 ? 0 : point;
}

static uint32_t entity_read(const char *text, size_t length)
{
    static const struct {
        const char *name;
        char stands_for;
    } names[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' } };
    if (length > 1 && text[0] == '#')
        return reference_read(text, length);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i].name) == length && memcmp(names[i].name, text, length) == 0)
            return (uint32_t)names[i].stands_for;
    }
    return 0;
}

/* A reference is longer than what it stands for, so the copy has room. NULL when there is one that nobody knows. */
static const char *decoded(sl_context *cx, const struct word *word)
{
    char *copy = sl_alloc(cx, word->length + UTF8_MOST + 1);
    size_t length = 0;
    for (size_t i = 0; i < word->length; i++) {
        if (word->text[i] != '&') {
            copy[length++] = word->text[i];
            continue;
        }
        const char *begin = word->text + i + 1;
        const char *end = memchr(begin, ';', word->length - i - 1);
        uint32_t point = end ? entity_read(begin, (size_t)(end - begin)) : 0;
        if (point == 0)
            return NULL;
        length += utf8_write(point, copy + length);
        i = (size_t)(end - word->text);
    }
    copy[length] = '\0';
    return copy;
}

const char *xml_text(sl_context *cx, const char *text, size_t length, const char *path)
{
    struct wanted wanted = { .path = path };
    return walk_through(text, length, &wanted) && wanted.found ? decoded(cx, &wanted.text) : NULL;
}
