/*
 * parser.h: bytes of a connection into the head and body of one request, or the status that refuses them.
 *
 * Knows nothing of sockets. The head is scanned as it comes in (line ends, NUL, folding, size), and read by llhttp once it is
 * complete; names and values then point into one copy of it. A body with Content-Length is merely counted by the caller;
 * a chunked one is decoded here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_PARSER_H
#define STRIPE_LITE_CORE_HTTP_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <llhttp.h>

#include "core/base/arena.h"

#define SL_HEAD_LIMIT (32 * 1024) /* bytes of header lines, where nothing else is said */
#define SL_URL_LIMIT (8 * 1024)   /* bytes of the request target, likewise */
#define SL_HEADER_COUNT 256       /* header lines */

/* Results; anything above 0 is the HTTP status to refuse with. */
#define SL_PARSE_MORE 0
#define SL_PARSE_COMPLETE (-1)

typedef struct sl_header {
    const char *name;
    const char *value;
} sl_header;

typedef struct sl_head {
    const char *method; /* "GET"; static */
    char *path;         /* as sent, still percent-encoded, without the query */
    char *query;        /* what stands behind `?`, or NULL */
    sl_header *headers;
    uint32_t header_count;
    bool chunked;
    bool keep_alive;
    bool old; /* HTTP/1.0 */
    bool expects_continue;
    int64_t content_length; /* -1: none stated */
} sl_head;

/* Bytes that a head may have. */
typedef struct sl_head_limits {
    size_t lines; /* all header lines; also those behind a chunked body */
    size_t url;
} sl_head_limits;

/* Where the scan of a head stands; zero it to begin. */
typedef struct sl_head_scan {
    size_t seen;  /* bytes looked at */
    size_t line;  /* where the current line begins */
    size_t first; /* where the second line begins, 0 while in the first */
    size_t end;   /* where the body begins, once complete */
} sl_head_scan;

typedef struct sl_parser {
    llhttp_t http;
    sl_arena *arena;
    sl_head_limits limits;
    sl_head *head;
    char *target;
    size_t target_length;
    uint32_t header_room;
    bool in_trailer;
    bool complete;
    int refusal;
    char *body;
    size_t body_length;
    size_t body_room;
    size_t body_limit;
    size_t raw_length;
    size_t trailer_length;
    const char *framing; /* of a chunked body: what has not been looked at */
    char framing_last;
} sl_parser;

/* Looks at the bytes that came since the last call. `data` is the same head each time, longer. since 1.0 [no-suspend] */
int sl_head_scan_run(sl_head_scan *scan, const sl_head_limits *limits, const char *data,
                     size_t length);

/* Reads a complete head of `length` bytes from `text`, which is changed and must live as long as `ret_head`. Members that were
 * read before a refusal are set. SL_PARSE_COMPLETE or a status. since 1.0 [no-suspend] */
int sl_parser_head(sl_parser *parser, const sl_head_limits *limits, sl_arena *arena, char *text,
                   size_t length, sl_head *ret_head);

/* Decodes a chunked body after sl_parser_head; `ret_used` says how many bytes were taken. The body is at parser->body when
 * complete. since 1.0 [no-suspend] */
int sl_parser_chunks(sl_parser *parser, const char *data, size_t length, size_t body_limit,
                     size_t *ret_used);

/* The value of a header, or NULL. since 1.0 [no-suspend] */
const char *sl_head_find(const sl_head *head, const char *name);

#endif
