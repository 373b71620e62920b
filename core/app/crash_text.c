/*
 * crash_text.c: the words of a crash report, made without allocating.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/app/crash.h"

static int probe[2] = { -1, -1 };

bool sl_crash_read_open(void)
{
    return probe[0] >= 0 || pipe2(probe, O_CLOEXEC | O_NONBLOCK) == 0;
}

bool sl_crash_read(uintptr_t from, void *to, size_t size)
{
    const void *source = (const void *)from; /* NOLINT(performance-no-int-to-ptr) */
    ssize_t written = write(probe[1], source, size);
    if (written < 0)
        return false;
    ssize_t got = read(probe[0], to, (size_t)written);
    return got == written && (size_t)got == size;
}

static bool is_plain(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || (letter && strchr("_-./:{}+*,() ", letter) != NULL);
}

void sl_crash_copy(char *to, size_t room, const char *from)
{
    size_t length = 0;
    char letter = '\0';
    while (from && length + 1 < room && sl_crash_read((uintptr_t)(from + length), &letter, 1) &&
           letter) {
        if (!is_plain(letter))
            letter = '?';
        to[length++] = letter;
    }
    to[length] = '\0';
}

void sl_crash_text_add(sl_crash_text *text, const char *words)
{
    size_t length = strlen(words);
    if (length > sizeof text->bytes - text->length)
        return;
    memcpy(text->bytes + text->length, words, length);
    text->length += length;
}

void sl_crash_text_number(sl_crash_text *text, uint64_t number, unsigned base)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    if (base == 16)
        sl_crash_text_add(text, "0x");
    sl_crash_text_add(text, digits + at);
}

void sl_crash_text_open(sl_crash_text *text, const char *name)
{
    sl_crash_text_add(text, text->json ? ",\"" : " ");
    sl_crash_text_add(text, name);
    sl_crash_text_add(text, text->json ? "\":\"" : "=\"");
}

void sl_crash_text_close(sl_crash_text *text)
{
    sl_crash_text_add(text, "\"");
}

void sl_crash_text_pair(sl_crash_text *text, const char *name, const char *value)
{
    if (!*value)
        return;
    sl_crash_text_open(text, name);
    sl_crash_text_add(text, value);
    sl_crash_text_close(text);
}
