/*
 * dotenv.c: the `.env` file: NAME=value lines as shells and other tools write them.
 *
 * `export` in front, # comments, single quotes (literal), double quotes (\n \t \r \" \\ \$), quoted values over several lines, CRLF
 * and a byte order mark are understood. Nothing is expanded. Names that are not ours are left alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <ctype.h>
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/text.h"
#include "core/config/inside.h"

typedef struct dotenv {
    sl_settings *settings;
    sl_arena *arena;
    const char *file;
    const char *at;
    const char *line_start;
    size_t line;
} dotenv;

static const char *place(const dotenv *in, const char *where)
{
    return sl_arena_format(in->arena, "%s:%zu:%zu", in->file, in->line,
                           (size_t)(where - in->line_start) + 1);
}

static void skip_blanks(dotenv *in)
{
    while (*in->at == ' ' || *in->at == '\t')
        in->at++;
}

/* To the start of the next line. */
static void skip_line(dotenv *in)
{
    in->at += strcspn(in->at, "\n");
    if (*in->at == '\n') {
        in->at++;
        in->line++;
        in->line_start = in->at;
    }
}

/* Behind the closing quote; NULL, and a fault at the opening one, when there is none. */
static const char *quoted(dotenv *in)
{
    const char quote = *in->at;
    const char *opened = place(in, in->at);
    sl_buffer out = SL_BUFFER_INIT(in->arena);
    for (in->at++; *in->at && *in->at != quote; in->at++) {
        if (*in->at == '\n') {
            in->line++;
            in->line_start = in->at + 1;
        }
        if (*in->at == '\r' && in->at[1] == '\n')
            continue;
        if (quote == '\'' || *in->at != '\\' || !in->at[1] || !strchr("nrt\"\\$", in->at[1])) {
            sl_buffer_char(&out, *in->at);
            continue;
        }
        in->at++;
        static const char meanings[] = "n\nr\rt\t\"\"\\\\$$";
        sl_buffer_char(&out, strchr(meanings, *in->at)[1]);
    }
    if (*in->at != quote) {
        setting_fault(in->settings, "%s: a quote is opened here and never closed", opened);
        return NULL;
    }
    in->at++;
    return sl_buffer_text(&out);
}

static const char *unquoted(dotenv *in)
{
    const char *start = in->at;
    const char *end = start + strcspn(start, "\n");
    in->at = end;
    for (const char *c = start; c < end; c++) {
        if (*c == '#' && (c == start || c[-1] == ' ' || c[-1] == '\t')) {
            end = c;
            break;
        }
    }
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    return sl_arena_copy(in->arena, start, (size_t)(end - start));
}

static void entry(dotenv *in)
{
    const char *start = in->at;
    if (strncmp(in->at, "export", 6) == 0 && (in->at[6] == ' ' || in->at[6] == '\t')) {
        in->at += 6;
        skip_blanks(in);
    }
    const char *name = in->at;
    while (isalnum((unsigned char)*in->at) || *in->at == '_')
        in->at++;
    size_t length = (size_t)(in->at - name);
    skip_blanks(in);
    if (length == 0 || isdigit((unsigned char)*name) || *in->at != '=') {
        setting_fault(in->settings, "%s: a line must be NAME=value, a comment or empty",
                      place(in, start));
        skip_line(in);
        return;
    }
    in->at++;
    skip_blanks(in);
    setting_variable variable = { .name = sl_arena_copy(in->arena, name, length),
                                  .origin = place(in, name),
                                  .layer = LAYER_DOTENV };
    bool in_quotes = *in->at == '"' || *in->at == '\'';
    variable.value = in_quotes ? quoted(in) : unquoted(in);
    if (in_quotes && variable.value) {
        skip_blanks(in);
        if (*in->at && *in->at != '\n' && *in->at != '\r' && *in->at != '#')
            setting_fault(in->settings, "%s: nothing but a comment may follow the closing quote",
                          place(in, in->at));
    }
    skip_line(in);
    if (variable.value)
        settings_variable(in->settings, &variable);
}

void settings_read_dotenv(sl_settings *settings, const char *file)
{
    size_t length = 0;
    const char *reason = NULL;
    bool missing;
    sl_arena *arena = settings->inside->arena;
    const char *text = settings_read_file(arena, file, &length, &reason, &missing);
    if (!text) {
        if (!missing)
            setting_fault(settings, "%s: the file cannot be read: %s", file, reason);
        return;
    }
    if (strlen(text) != length) {
        setting_fault(settings, "%s: the file holds a NUL character", file);
        return;
    }
    if (sl_text_starts(text, "\xef\xbb\xbf"))
        text += 3;
    dotenv in = { .settings = settings,
                  .arena = arena,
                  .file = file,
                  .at = text,
                  .line_start = text,
                  .line = 1 };
    while (*in.at) {
        skip_blanks(&in);
        if (*in.at == '#' || *in.at == '\n' || *in.at == '\r')
            skip_line(&in);
        else if (*in.at)
            entry(&in);
    }
}
