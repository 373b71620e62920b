/*
 * parser.c: bytes of a connection into the head and body of one request, or the status that refuses them.
 *
 * llhttp reads; what it lets pass and we do not is checked here: line ends other than CR LF, NUL, folded lines, a length that is
 * not plain digits, a second Host, a target that is neither a path nor an absolute URL.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/parser.h"

#include <string.h>
#include <strings.h>

/* What a request line has beside its target. */
#define METHOD_AND_VERSION 64

static int scan_limits(const sl_head_scan *scan, const sl_head_limits *limits, size_t length)
{
    if (scan->first == 0) {
        return length > limits->url + METHOD_AND_VERSION ? 414 : SL_PARSE_MORE;
    }
    return length - scan->first > limits->lines ? 431 : SL_PARSE_MORE;
}

int sl_head_scan_run(sl_head_scan *scan, const sl_head_limits *limits, const char *data,
                     size_t length)
{
    if (length > 0 && (data[0] < 'A' || data[0] > 'Z')) {
        return 400;
    }
    while (scan->seen < length) {
        const char *feed = memchr(data + scan->seen, '\n', length - scan->seen);
        if (feed == NULL) {
            scan->seen = length;
            break;
        }
        const char *line = data + scan->line;
        size_t end = (size_t)(feed - data);
        if (end == scan->line || data[end - 1] != '\r') {
            return 400;
        }
        size_t size = end - 1 - scan->line;
        scan->seen = end + 1;
        if (size == 0) {
            scan->end = end + 1;
            int refusal = scan_limits(scan, limits, scan->end);
            return refusal != SL_PARSE_MORE ? refusal : SL_PARSE_COMPLETE;
        }
        if (*line == ' ' || *line == '\t' || memchr(line, '\0', size) || memchr(line, '\r', size)) {
            return 400;
        }
        scan->line = end + 1;
        if (scan->first == 0) {
            int refusal = scan_limits(scan, limits, end);
            if (refusal != SL_PARSE_MORE) {
                return refusal;
            }
            scan->first = end + 1;
        }
    }
    return scan_limits(scan, limits, length);
}

static int refuse(sl_parser *parser, int status)
{
    parser->refusal = status;
    return HPE_USER;
}

static int on_url(llhttp_t *http, const char *at, size_t length)
{
    sl_parser *parser = http->data;
    size_t limit = parser->limits.url;
    if (length > limit || parser->target_length + length > limit) {
        return refuse(parser, 414);
    }
    if (parser->target == NULL) {
        parser->target = (char *)(uintptr_t)at;
    }
    parser->target_length += length;
    return 0;
}

static int on_header_field(llhttp_t *http, const char *at, size_t length)
{
    sl_parser *parser = http->data;
    sl_head *head = parser->head;
    if (parser->in_trailer) {
        parser->trailer_length += length;
        return parser->trailer_length > parser->limits.lines ? refuse(parser, 431) : 0;
    }
    if (head->header_count == SL_HEADER_COUNT) {
        return refuse(parser, 431);
    }
    if (head->header_count == parser->header_room) {
        uint32_t room = parser->header_room * 2;
        head->headers =
            sl_arena_grow(parser->arena, head->headers, parser->header_room * sizeof(sl_header),
                          room * sizeof(sl_header));
        parser->header_room = room;
    }
    char *name = (char *)(uintptr_t)at;
    if (length == 0 || name[length] != ':') {
        return refuse(parser, 400);
    }
    head->headers[head->header_count].name = name;
    head->headers[head->header_count].value = NULL;
    head->header_count++;
    return 0;
}

static int on_header_value(llhttp_t *http, const char *at, size_t length)
{
    sl_parser *parser = http->data;
    if (parser->in_trailer) {
        parser->trailer_length += length;
        return parser->trailer_length > parser->limits.lines ? refuse(parser, 431) : 0;
    }
    if (parser->head->header_count == 0) {
        return refuse(parser, 400);
    }
    sl_header *header = &parser->head->headers[parser->head->header_count - 1];
    if (header->value == NULL) {
        header->value = at;
    }
    (void)length;
    return 0;
}

static int on_headers_complete(llhttp_t *http)
{
    (void)http;
    return HPE_PAUSED;
}

/* What is not data in a chunked body is lines, and lines end in CR LF: llhttp lets a bare LF pass behind the last chunk. */
static bool framing_sound(sl_parser *parser, const char *end)
{
    for (const char *at = parser->framing; at < end; at++) {
        if (*at == '\n' && parser->framing_last != '\r') {
            return false;
        }
        parser->framing_last = *at;
    }
    parser->framing = end;
    return true;
}

static int on_body(llhttp_t *http, const char *at, size_t length)
{
    sl_parser *parser = http->data;
    if (!framing_sound(parser, at)) {
        return refuse(parser, 400);
    }
    parser->framing = at + length;
    parser->framing_last = '\0';
    if (length > parser->body_limit - parser->body_length) {
        return refuse(parser, 413);
    }
    size_t wanted = parser->body_length + length + 1;
    if (wanted > parser->body_room) {
        size_t room = parser->body_room ? parser->body_room * 2 : 1024;
        while (room < wanted) {
            room *= 2;
        }
        parser->body = sl_arena_grow(parser->arena, parser->body, parser->body_room, room);
        parser->body_room = room;
    }
    memcpy(parser->body + parser->body_length, at, length);
    parser->body_length += length;
    parser->body[parser->body_length] = '\0';
    return 0;
}

static int on_message_complete(llhttp_t *http)
{
    sl_parser *parser = http->data;
    parser->complete = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* The path and query of the request line. An absolute target (RFC 9112 3.2.2) is its path; its authority says nothing that we
 * use. Runs after llhttp, which still looks at the bytes behind what it hands over. */
static int target_cut(sl_parser *parser, const char *line)
{
    char *text = parser->target;
    size_t length = parser->target_length;
    if (text == NULL || length == 0 || strcspn(line, " ") + 1 != (size_t)(text - line)) {
        return 400;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '#') {
            return 400;
        }
    }
    text[length] = '\0';
    if (*text != '/' && strcmp(text, "*") != 0) {
        char *authority = strstr(text, "://");
        char *path = authority ? strchr(authority + 3, '/') : NULL;
        if (path == NULL) {
            return 400;
        }
        text = path;
    }
    parser->head->path = text;
    char *mark = strchr(text, '?');
    if (mark) {
        *mark = '\0';
        parser->head->query = mark + 1;
    }
    return SL_PARSE_COMPLETE;
}

/* Ends names and values where they end; a value runs to the end of its line, without the blanks around it. */
static int headers_cut(sl_head *head, const char *end)
{
    for (uint32_t i = 0; i < head->header_count; i++) {
        sl_header *header = &head->headers[i];
        char *colon = memchr(header->name, ':', (size_t)(end - header->name));
        if (colon == NULL) {
            return 400;
        }
        *colon = '\0';
        char *value = colon + 1;
        char *line_end = memchr(value, '\r', (size_t)(end - value));
        if (line_end == NULL) {
            return 400;
        }
        while (value < line_end && (*value == ' ' || *value == '\t')) {
            value++;
        }
        while (line_end > value && (line_end[-1] == ' ' || line_end[-1] == '\t')) {
            line_end--;
        }
        *line_end = '\0';
        header->value = value;
    }
    return SL_PARSE_COMPLETE;
}

static bool digits_only(const char *text)
{
    if (*text == '\0') {
        return false;
    }
    for (; *text; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
    }
    return true;
}

/* Headers that decide where a message ends or whom it is for: once at most. */
static const char *const single_headers[] = {
    "host",           "content-length",   "authorization", "content-type", "idempotency-key",
    "stripe-account", "transfer-encoding"
};

static int headers_check(const sl_parser *parser, sl_head *head)
{
    uint32_t counts[sizeof single_headers / sizeof single_headers[0]] = { 0 };
    for (uint32_t i = 0; i < head->header_count; i++) {
        const char *name = head->headers[i].name;
        const char *value = head->headers[i].value;
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            if (strcasecmp(name, single_headers[k]) == 0 && ++counts[k] > 1) {
                return 400;
            }
        }
        if (strcasecmp(name, "content-length") == 0) {
            if (!digits_only(value)) {
                return 400;
            }
            if (parser->http.content_length > INT64_MAX) {
                return 413;
            }
            head->content_length = (int64_t)parser->http.content_length;
        } else if (strcasecmp(name, "transfer-encoding") == 0) {
            if (strcasecmp(value, "chunked") != 0 || head->old) {
                return 400;
            }
            head->chunked = true;
        } else if (strcasecmp(name, "expect") == 0) {
            if (strcasecmp(value, "100-continue") != 0) {
                return 417;
            }
            head->expects_continue = !head->old;
        }
    }
    if (head->chunked && head->content_length >= 0) {
        return 400;
    }
    return counts[0] == 0 && !head->old ? 400 : SL_PARSE_COMPLETE;
}

int sl_parser_head(sl_parser *parser, const sl_head_limits *limits, sl_arena *arena, char *text,
                   size_t length, sl_head *ret_head)
{
    memset(parser, 0, sizeof *parser);
    llhttp_init(&parser->http, HTTP_REQUEST, &settings);
    parser->http.data = parser;
    parser->arena = arena;
    parser->limits = *limits;
    parser->head = ret_head;
    parser->header_room = 16;
    memset(ret_head, 0, sizeof *ret_head);
    ret_head->content_length = -1;
    ret_head->method = "GET";
    ret_head->headers = sl_arena_alloc(arena, parser->header_room * sizeof(sl_header));

    llhttp_errno_t result = llhttp_execute(&parser->http, text, length);
    if (parser->refusal) {
        return parser->refusal;
    }
    if (result == HPE_INVALID_METHOD) {
        return 501;
    }
    if (result == HPE_INVALID_VERSION) {
        return 505;
    }
    bool at_end = llhttp_get_error_pos(&parser->http) == text + length ||
                  llhttp_get_error_pos(&parser->http) == text + length - 1;
    if (result != HPE_PAUSED || !at_end) {
        return 400;
    }
    int cut = target_cut(parser, text);
    if (cut != SL_PARSE_COMPLETE) {
        return cut;
    }
    ret_head->method = llhttp_method_name((llhttp_method_t)parser->http.method);
    if (parser->http.http_major != 1 || parser->http.http_minor > 1) {
        return 505;
    }
    ret_head->old = parser->http.http_minor == 0;
    ret_head->keep_alive = llhttp_should_keep_alive(&parser->http) != 0;
    cut = headers_cut(ret_head, text + length);
    return cut == SL_PARSE_COMPLETE ? headers_check(parser, ret_head) : cut;
}

int sl_parser_chunks(sl_parser *parser, const char *data, size_t length, size_t body_limit,
                     size_t *ret_used)
{
    *ret_used = length;
    parser->body_limit = body_limit;
    parser->in_trailer = true;
    parser->framing = data;
    if (parser->http.error == HPE_PAUSED) {
        llhttp_resume(&parser->http);
    }
    llhttp_errno_t result = llhttp_execute(&parser->http, data, length);
    if (parser->refusal) {
        return parser->refusal;
    }
    const char *end = parser->complete ? llhttp_get_error_pos(&parser->http) : data + length;
    if (!framing_sound(parser, end)) {
        return 400;
    }
    if (parser->complete) {
        *ret_used = (size_t)(end - data);
        return SL_PARSE_COMPLETE;
    }
    /* One byte a chunk costs six on the wire; what is far above that is not a body. */
    parser->raw_length += length;
    if (parser->raw_length > body_limit * 8 + parser->limits.lines) {
        return 413;
    }
    return result == HPE_OK ? SL_PARSE_MORE : 400;
}

const char *sl_head_find(const sl_head *head, const char *name)
{
    for (uint32_t i = 0; i < head->header_count; i++) {
        if (strcasecmp(head->headers[i].name, name) == 0) {
            return head->headers[i].value;
        }
    }
    return NULL;
}
