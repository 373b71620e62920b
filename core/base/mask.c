/*
 * mask.c: texts without what must not be seen.
 *
 * Digits are taken in runs of groups ("4242 4242 4242 4242 12"); a card is any sequence of whole groups of 13 to 19 digits that
 * passes the Luhn check (ISO/IEC 7812-1), so that a number beside it does not hide it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/mask.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/text.h"

#define CARD_LEAST 13
#define CARD_MOST 19
#define SHOWN 4
#define GROUPS 64
#define SCHEME_LONGEST 7 /* "Bearer " */

struct group {
    size_t start;
    size_t end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

/* Bytes of the separator before another digit, 0 when the run ends. */
static size_t separator_length(const char *at)
{
    if ((*at == ' ' || *at == '-' || *at == '+' || *at == '.') && is_digit(at[1]))
        return 1;
    return strncmp(at, "%20", 3) == 0 && is_digit(at[3]) ? 3 : 0;
}

static bool luhn_passes(const char *digits, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = digits[count - 1 - i] - '0';
        if (i % 2 == 1)
            digit = digit > 4 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

/* From `first`, the group that ends a card number; -1 when none begins there. */
static int card_end(const char *text, const struct group *groups, int count, int first)
{
    char digits[CARD_MOST];
    size_t length = 0;
    int found = -1;
    for (int i = first; i < count; i++) {
        size_t size = groups[i].end - groups[i].start;
        if (length + size > CARD_MOST)
            break;
        memcpy(digits + length, text + groups[i].start, size);
        length += size;
        if (length >= CARD_LEAST && luhn_passes(digits, length))
            found = i;
    }
    if (length >= CARD_LEAST)
        explicit_bzero(digits, sizeof digits);
    return found;
}

/* The groups of the run of digits at `at`; how many, at most GROUPS. */
static int groups_find(const char *text, size_t at, struct group *groups)
{
    int count = 0;
    size_t end = at;
    while (count < GROUPS) {
        size_t start = end;
        while (is_digit(text[end]))
            end++;
        groups[count++] = (struct group){ start, end };
        size_t separator = separator_length(text + end);
        if (separator == 0 || count == GROUPS)
            break;
        end += separator;
    }
    return count;
}

/* Copies the run of digits at `at`, its cards masked; where it ends. */
static size_t digits_copy(sl_buffer *out, const char *text, size_t at)
{
    struct group groups[GROUPS];
    int count = groups_find(text, at, groups);
    size_t end = groups[count - 1].end;
    size_t done = at;
    for (int i = 0; i < count; i++) {
        int last = card_end(text, groups, count, i);
        if (last < 0)
            continue;
        sl_buffer_add(out, text + done, groups[i].start - done);
        sl_buffer_text_add(out, "****");
        done = groups[last].end;
        /* The last four digits, which a separator may part. */
        char shown[SHOWN];
        size_t from = done;
        for (int k = SHOWN - 1; k >= 0; from--) {
            if (is_digit(text[from - 1]) && !(from >= 3 && strncmp(text + from - 3, "%20", 3) == 0))
                shown[k--] = text[from - 1];
        }
        sl_buffer_add(out, shown, SHOWN);
        i = last;
    }
    sl_buffer_add(out, text + done, end - done);
    return end;
}

/* Whether a byte is spelt "%20" here. The digits of that are none of a number behind it, unless they begin one themselves. */
static bool is_escape(const char *text, size_t at)
{
    struct group groups[GROUPS];
    if (text[at] != '%' || sl_hex_digit(text[at + 1]) < 0 || sl_hex_digit(text[at + 2]) < 0)
        return false;
    size_t first = is_digit(text[at + 1]) ? at + 1 : at + 2;
    return !is_digit(text[first]) ||
           card_end(text, groups, groups_find(text, first, groups), 0) < 0;
}

/* Length of a key's telling start at `text`, 0 when none is there. */
static size_t key_start(const char *text)
{
    static const char *const starts[] = { "sk_", "rk_", "pk_", "app_", "whsec_", "secret_", NULL };
    for (int i = 0; starts[i] != NULL; i++) {
        if (sl_text_starts(text, starts[i]))
            return strlen(starts[i]);
    }
    return 0;
}

/* Copies a key masked; where it ends, or `at` when it is too short to be one. */
static size_t key_copy(sl_buffer *out, const char *text, size_t at, size_t start_length)
{
    size_t end = at + start_length;
    while (is_word(text[end]))
        end++;
    if (end - at - start_length < 8)
        return at;
    sl_buffer_add(out, text + at, start_length);
    sl_buffer_text_add(out, "****");
    sl_buffer_add(out, text + end - SHOWN, SHOWN);
    return end;
}

static size_t credential_copy(sl_buffer *out, const char *text, size_t at)
{
    static const char *const schemes[] = { "Bearer ", "Basic ", NULL };
    for (int i = 0; schemes[i] != NULL; i++) {
        size_t length = strlen(schemes[i]);
        size_t end = at + length;
        if (strnlen(text + at, length) < length ||
            !sl_text_same_length(text + at, length, schemes[i]))
            continue;
        while (text[end] != '\0' && strchr(" \t\r\n\",;'", text[end]) == NULL)
            end++;
        if (end == at + length)
            return at;
        sl_buffer_add(out, text + at, length);
        sl_buffer_text_add(out, "****");
        return end;
    }
    return at;
}

/* Whether the slow way could change anything. */
static bool may_hide(const char *text)
{
    size_t digits = 0;
    for (const char *at = text; *at != '\0'; at++) {
        digits += is_digit(*at);
        /* Every key's start has one of these before its underline. */
        bool key = *at == '_' && at > text && strchr("kpct", at[-1]) != NULL;
        if (digits >= CARD_LEAST || key)
            return true;
        if ((*at == 'B' || *at == 'b') && memchr(at, ' ', strnlen(at, SCHEME_LONGEST)) != NULL)
            return true;
    }
    return false;
}

const char *sl_mask(sl_arena *arena, const char *text)
{
    if (text == NULL || !may_hide(text))
        return text;
    sl_buffer out = SL_BUFFER_INIT(arena);
    size_t at = 0;
    bool escaped = false; /* what stands before is an escape */
    while (text[at] != '\0') {
        size_t end = at;
        bool fresh = at == 0 || escaped || !is_word(text[at - 1]) || text[at - 1] == '_';
        escaped = is_escape(text, at);
        if (escaped) {
            sl_buffer_add(&out, text + at, 3);
            end += 3;
        } else if (is_digit(text[at])) {
            end = digits_copy(&out, text, at);
        } else if (fresh) {
            size_t start = key_start(text + at);
            end = start > 0 ? key_copy(&out, text, at, start) : credential_copy(&out, text, at);
        }
        if (end == at) {
            sl_buffer_char(&out, text[at]);
            end++;
        }
        at = end;
    }
    return strcmp(sl_buffer_text(&out), text) == 0 ? text : sl_buffer_text(&out);
}

int sl_looks_like_card(const char *text)
{
    char digits[CARD_MOST];
    size_t count = 0;
    for (; text != NULL && *text != '\0'; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        if (!is_digit(*text) || count == CARD_MOST)
            return 0;
        digits[count++] = *text;
    }
    int is_card = count >= CARD_LEAST && luhn_passes(digits, count);
    explicit_bzero(digits, sizeof digits);
    return is_card;
}
