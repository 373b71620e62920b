/*
 * reply.c: what handlers answer with; see <stripe_lite/route.h>.
 *
 * A reply is kept in the request until the handler's writes are committed. Outside a request (a job that nobody waits for) the
 * calls do nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <string.h>
#include <strings.h>

sl_status sl_reply_json(sl_context *cx, int32_t http_status, const sl_json *body)
{
    if (cx->reply == NULL) {
        return SL_OK;
    }
    cx->reply->http_status = http_status;
    cx->reply->content_type = "application/json";
    cx->reply->lasting = false;
    cx->reply->body = sl_json_text(body, &cx->reply->length);
    return SL_OK;
}

sl_status sl_reply_body(sl_context *cx, int32_t http_status, const char *content_type,
                        const char *body, size_t length)
{
    if (cx->reply == NULL) {
        return SL_OK;
    }
    cx->reply->http_status = http_status;
    cx->reply->content_type = content_type;
    cx->reply->lasting = false;
    cx->reply->body = length ? sl_copy(cx, body, length) : "";
    cx->reply->length = length;
    return SL_OK;
}

sl_status sl_reply_redirect(sl_context *cx, const char *location)
{
    sl_reply_header(cx, "Location", location);
    return sl_reply_body(cx, 303, NULL, NULL, 0);
}

void sl_reply_secret(sl_context *cx)
{
    if (cx->reply != NULL) {
        cx->reply->secret = true;
    }
}

/* A header's bytes as RFC 9110 allows them: a line end in a value would let its author write headers of his own. */
static bool header_sound(const char *name, const char *value)
{
    for (const char *at = name; *at; at++) {
        if (*at <= ' ' || *at >= 127 || *at == ':') {
            return false;
        }
    }
    for (const char *at = value; *at; at++) {
        if ((unsigned char)*at < ' ' && *at != '\t') {
            return false;
        }
    }
    return *name != '\0';
}

void sl_reply_header(sl_context *cx, const char *name, const char *value)
{
    sl_reply *reply = cx->reply;
    if (reply == NULL || value == NULL || !header_sound(name, value)) {
        return;
    }
    const char *kept = sl_copy(cx, value, strlen(value));
    bool many = strcasecmp(name, "Set-Cookie") == 0 || strcasecmp(name, "Vary") == 0;
    for (uint32_t i = 0; i < reply->header_count && !many; i++) {
        if (strcasecmp(reply->headers[i].name, name) == 0) {
            reply->headers[i].value = kept;
            return;
        }
    }
    if (reply->header_count == SL_REPLY_HEADERS) {
        sl_log(cx, SL_LOG_WARNING, "too many reply headers", "name", name);
        return;
    }
    reply->headers[reply->header_count].name = sl_copy(cx, name, strlen(name));
    reply->headers[reply->header_count++].value = kept;
}

const char *sl_html(sl_context *cx, const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    size_t length = strlen(text);
    char *out = sl_alloc(cx, length * 6 + 1);
    size_t at = 0;
    for (; *text; text++) {
        const char *entity = *text == '&'    ? "&amp;"
                             : *text == '<'  ? "&lt;"
                             : *text == '>'  ? "&gt;"
                             : *text == '"'  ? "&quot;"
                             : *text == '\'' ? "&#39;"
                                             : NULL;
        size_t size = entity ? strlen(entity) : 1;
        memcpy(out + at, entity ? entity : text, size);
        at += size;
    }
    out[at] = '\0';
    return out;
}
