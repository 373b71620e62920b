/*
 * parser_fuzz.c: requests of a connection, cut into pieces in different ways: the same requests each time.
 *
 * The first byte seeds the cuts; the rest is what a client sends. It is read as connection.c does: scan, head, body, next
 * request. What was read is written down as a text, which must not depend on how the bytes arrived.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include "core/http/parser.h"

#define BODY_LIMIT 4096
#define REQUESTS 16

static const sl_head_limits limits = { .lines = 2048, .url = 512 };

typedef struct stream {
    sl_arena *arena;
    const char *data;
    size_t size;
    size_t begin;    /* of the current request */
    size_t arrived;  /* how much of the data has come */
    uint32_t random; /* 0: all at once; 1: byte by byte */
    sl_buffer out;
} stream;

/* More bytes come in; false when there are none left. */
static bool arrive(stream *in)
{
    size_t left = in->size - in->arrived;
    if (left == 0) {
        return false;
    }
    size_t part = left;
    if (in->random == 1) {
        part = 1;
    } else if (in->random > 1) {
        in->random = in->random * 1664525u + 1013904223u;
        part = 1 + (in->random >> 16) % 40;
        in->random |= 2;
    }
    in->arrived += part < left ? part : left;
    return true;
}

static void note_head(stream *in, const sl_head *head)
{
    sl_buffer_format(&in->out, "%s %s ? %s keep=%d old=%d chunked=%d expect=%d length=%lld\n",
                     head->method, head->path, head->query ? head->query : "-", head->keep_alive,
                     head->old, head->chunked, head->expects_continue,
                     (long long)head->content_length);
    for (uint32_t i = 0; i < head->header_count; i++) {
        sl_buffer_format(&in->out, "[%s]=[%s]\n", head->headers[i].name, head->headers[i].value);
    }
}

static void check_head(const sl_head *head)
{
    FUZZ_CHECK(head->header_count <= SL_HEADER_COUNT);
    FUZZ_CHECK(head->path && *head->path);
    FUZZ_CHECK(*head->path == '/' || strcmp(head->path, "*") == 0);
    FUZZ_CHECK(strlen(head->path) <= limits.url);
    FUZZ_CHECK(!strpbrk(head->path, " \t\r\n?"));
    FUZZ_CHECK(!(head->chunked && head->content_length >= 0));
    FUZZ_CHECK(head->content_length >= -1);
    FUZZ_CHECK(head->old || sl_head_find(head, "host") != NULL);
    for (uint32_t i = 0; i < head->header_count; i++) {
        const char *name = head->headers[i].name;
        FUZZ_CHECK(*name && !strpbrk(name, " \t\r\n:"));
        FUZZ_CHECK(!strpbrk(head->headers[i].value, "\r\n"));
    }
}

/* The head in what has arrived: its end, 0 while more is needed, or -1 when it was refused. */
static int head_read(stream *in, sl_parser *parser, sl_head *ret_head)
{
    sl_head_scan scan = { 0 };
    int result = SL_PARSE_MORE;
    for (;;) {
        size_t length = in->arrived - in->begin;
        /* A copy of what is there: nothing behind it may be looked at. */
        char *there = sl_arena_copy(in->arena, in->data + in->begin, length);
        if (length > 0) {
            result = sl_head_scan_run(&scan, &limits, there, length);
        }
        if (result != SL_PARSE_MORE || !arrive(in)) {
            break;
        }
    }
    if (result == SL_PARSE_MORE) {
        return result;
    }
    if (result == SL_PARSE_COMPLETE) {
        char *head = sl_arena_copy(in->arena, in->data + in->begin, scan.end);
        result = sl_parser_head(parser, &limits, in->arena, head, scan.end, ret_head);
        in->begin += scan.end;
    }
    return result;
}

static int chunks_read(stream *in, sl_parser *parser)
{
    int result = SL_PARSE_MORE;
    while (result == SL_PARSE_MORE) {
        size_t used = 0;
        size_t length = in->arrived - in->begin;
        if (length > 0) {
            char *there = sl_arena_copy(in->arena, in->data + in->begin, length);
            result = sl_parser_chunks(parser, there, length, BODY_LIMIT, &used);
            FUZZ_CHECK(used <= length);
            in->begin += used;
        }
        if (result == SL_PARSE_MORE && !arrive(in)) {
            break;
        }
    }
    FUZZ_CHECK(parser->body_length <= BODY_LIMIT);
    return result;
}

/* One request; false: the connection ends here. */
static bool request_read(stream *in)
{
    sl_parser parser;
    sl_head head;
    while (in->begin < in->size && in->size - in->begin >= 2 &&
           memcmp(in->data + in->begin, "\r\n", 2) == 0) {
        in->begin += 2;
    }
    in->arrived = in->arrived > in->begin ? in->arrived : in->begin;
    int result = head_read(in, &parser, &head);
    if (result != SL_PARSE_COMPLETE) {
        /* Where limits and faults meet, the fault that is told may depend on how much had come; that it is one may not. */
        sl_buffer_text_add(&in->out, result == SL_PARSE_MORE ? "unfinished\n" : "refused\n");
        FUZZ_CHECK(result == SL_PARSE_MORE || (result >= 400 && result < 600));
        return false;
    }
    check_head(&head);
    note_head(in, &head);
    if (head.chunked) {
        result = chunks_read(in, &parser);
        if (result != SL_PARSE_COMPLETE) {
            sl_buffer_text_add(&in->out, result == SL_PARSE_MORE ? "unfinished\n" : "refused\n");
            return false;
        }
        sl_buffer_format(&in->out, "body %zu: ", parser.body_length);
        sl_buffer_add(&in->out, parser.body ? parser.body : "", parser.body_length);
    } else if (head.content_length > 0) {
        if (head.content_length > BODY_LIMIT ||
            (size_t)head.content_length > in->size - in->begin) {
            return false;
        }
        in->begin += (size_t)head.content_length;
    }
    in->arrived = in->arrived > in->begin ? in->arrived : in->begin;
    sl_buffer_char(&in->out, '\n');
    return head.keep_alive;
}

static const char *requests_read(sl_arena *arena, const char *data, size_t size, uint32_t random,
                                 size_t *ret_length)
{
    stream in = { .arena = arena, .data = data, .size = size, .random = random };
    in.out.arena = arena;
    (void)arrive(&in);
    for (int i = 0; i < REQUESTS && in.begin < size && request_read(&in); i++) {}
    *ret_length = in.out.length;
    return sl_buffer_text(&in.out);
}

void fuzz_one(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 6000) {
        return;
    }
    sl_arena *arena = sl_arena_new();
    size_t whole_length = 0;
    const char *text = (const char *)data + 1;
    const char *whole = requests_read(arena, text, size - 1, 0, &whole_length);
    for (int way = 0; way < 2; way++) {
        size_t length = 0;
        uint32_t random = way == 0 ? 1 : 2 + (uint32_t)data[0];
        const char *cut = requests_read(arena, text, size - 1, random, &length);
        if (length != whole_length || memcmp(cut, whole, length) != 0) {
            fuzz_broken(__FILE__, __LINE__, "the requests do not depend on the cuts", whole, cut);
        }
    }
    sl_arena_free(arena);
}
