/*
 * response.c: the bytes of an answer.
 *
 * Every answer has Request-Id, Date, Content-Length and nosniff; those of /v1 name the version of the API too. A small body is
 * copied behind its head, so that both are one piece to write.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <string.h>
#include <time.h>

#define SMALL_BODY 2048u

typedef struct head_writer {
    char *text;
    size_t length;
    size_t room;
} head_writer;

static void put(head_writer *head, const char *text, size_t length)
{
    if (length > head->room - head->length) {
        length = head->room - head->length;
    }
    memcpy(head->text + head->length, text, length);
    head->length += length;
}

#define PUT(head, literal) put((head), literal, sizeof(literal) - 1)

static void put_header(head_writer *head, const char *name, const char *value)
{
    put(head, name, strlen(name));
    PUT(head, ": ");
    put(head, value, strlen(value));
    PUT(head, "\r\n");
}

static void put_number(head_writer *head, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    put(head, digits + at, sizeof digits - at);
}

static const struct {
    int32_t status;
    const char *phrase;
} phrases[] = {
    { 200, "OK" },
    { 201, "Created" },
    { 202, "Accepted" },
    { 204, "No Content" },
    { 302, "Found" },
    { 303, "See Other" },
    { 304, "Not Modified" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 402, "Payment Required" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 413, "Content Too Large" },
    { 414, "URI Too Long" },
    { 415, "Unsupported Media Type" },
    { 417, "Expectation Failed" },
    { 422, "Unprocessable Content" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 501, "Unknown Method" },
    { 502, "Bad Gateway" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
    { 505, "HTTP Version Not Supported" },
};

const char *sl_reason_phrase(int32_t http_status)
{
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (phrases[i].status == http_status) {
            return phrases[i].phrase;
        }
    }
    return http_status < 300 ? "OK" : http_status < 500 ? "Bad Request" : "Internal Server Error";
}

/* RFC 9110 5.6.7, made once a second. */
static const char *date_text(sl_server *server)
{
    int64_t now = sl_clock_unix();
    if (now != server->date_second) {
        time_t seconds = (time_t)now;
        struct tm parts;
        if (gmtime_r(&seconds, &parts)) {
            strftime(server->date, sizeof server->date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        }
        server->date_second = now;
    }
    return server->date;
}

static size_t head_room(const sl_reply *reply)
{
    size_t room = 512 + (reply->content_type ? strlen(reply->content_type) : 0);
    for (uint32_t i = 0; i < reply->header_count; i++) {
        room += strlen(reply->headers[i].name) + strlen(reply->headers[i].value) + 4;
    }
    return room;
}

static void head_write(head_writer *head, sl_request *request, bool close)
{
    const sl_reply *reply = &request->reply;
    const char *phrase = sl_reason_phrase(reply->http_status);
    PUT(head, "HTTP/1.1 ");
    put_number(head, (uint64_t)reply->http_status);
    PUT(head, " ");
    put(head, phrase, strlen(phrase));
    PUT(head, "\r\n");
    put_header(head, "Date", date_text(request->server));
    put_header(head, "Request-Id", request->cx->request_id);
    PUT(head, "X-Content-Type-Options: nosniff\r\n");
    if (reply->content_type && reply->http_status != 204 && reply->http_status != 304) {
        put_header(head, "Content-Type", reply->content_type);
    }
    if (reply->http_status != 204 && reply->http_status != 304) {
        PUT(head, "Content-Length: ");
        put_number(head, reply->length);
        PUT(head, "\r\n");
    }
    if (request->cx->face == SL_FACE_STRIPE) {
        PUT(head, "Stripe-Version: " SL_STRIPE_VERSION "\r\n");
    }
    for (uint32_t i = 0; i < reply->header_count; i++) {
        put_header(head, reply->headers[i].name, reply->headers[i].value);
    }
    if (close) {
        PUT(head, "Connection: close\r\n");
    } else if (request->head.old) {
        PUT(head, "Connection: keep-alive\r\n");
    }
    PUT(head, "\r\n");
}

void sl_response_write(sl_channel *channel, sl_request *request, bool close)
{
    const sl_reply *reply = &request->reply;
    bool bodiless = strcmp(request->head.method, "HEAD") == 0 || reply->http_status == 204 ||
                    reply->http_status == 304 || reply->length == 0;
    size_t length = bodiless ? 0 : reply->length;
    size_t copied = length <= SMALL_BODY ? length : 0;
    head_writer head = { .room = head_room(reply) };
    head.text = sl_arena_alloc(request->cx->arena, head.room + copied);
    head_write(&head, request, close);
    memcpy(head.text + head.length, reply->body ? reply->body : "", copied);
    const struct iovec pieces[2] = {
        { .iov_base = head.text, .iov_len = head.length + copied },
        { .iov_base = (char *)(uintptr_t)reply->body, .iov_len = length - copied },
    };
    sl_channel_write(channel, pieces, reply->lasting);
}
