/*
 * setup.c: a request becomes libcurl's options; and the callbacks that take the answer.
 *
 * HTTP/1.1, TLS verified, no redirects, no cookies, no netrc, only http and https. A rule about addresses is kept at the moment of
 * connecting and goes without a proxy, which would connect in our stead.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/context.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/http_client/inside.h"

#define HEAD_LIMIT ((size_t)64 * 1024)
#define BODY_LIMIT ((size_t)1024 * 1024)

static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    http_call *call = data;
    if (sl_address_refused(&address->addr, call->flags, &call->client->allowed)) {
        call->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Called when the connection stands, TLS included, and the request is about to leave. libcurl sends again by itself when a kept
 * connection turns out closed; the other side may have read it nevertheless. */
/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is libcurl's */
static int about_to_send(void *data, char *remote, char *local, int remote_port, int local_port)
{
    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    http_call *call = data;
    bool again = call->started;
    call->started = true;
    return again && !call->may_repeat ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t body_arrived(char *bytes, size_t size, size_t count, void *data)
{
    http_call *call = data;
    size_t length = size * count;
    if (length > call->body_limit - call->body.length) {
        call->cut = (call->flags & SL_HTTP_CUT_BODY) != 0;
        call->too_large = !call->cut;
        if (call->cut)
            sl_buffer_add(&call->body, bytes, call->body_limit - call->body.length);
        return 0;
    }
    sl_buffer_add(&call->body, bytes, length);
    return length;
}

static size_t header_arrived(char *bytes, size_t size, size_t count, void *data)
{
    http_call *call = data;
    size_t length = size * count;
    if (length > HEAD_LIMIT - call->head.length) {
        call->too_large = true;
        return 0;
    }
    /* A status line begins a new block: what came before was an interim answer. */
    if (length >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
        call->head = (sl_buffer)SL_BUFFER_INIT(call->head.arena);
    else if (length > 2)
        sl_buffer_add(&call->head, bytes, length);
    return length;
}

static bool is_token(const char *text)
{
    static const char allowed[] =
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return *text != '\0' && text[strspn(text, allowed)] == '\0';
}

static bool is_header_value(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
            return false;
    return true;
}

static bool append(http_call *call, const char *line)
{
    struct curl_slist *longer = curl_slist_append(call->headers, line);
    if (longer)
        call->headers = longer;
    return longer != NULL;
}

static const char *set_headers(sl_context *cx, http_call *call, const sl_http_request *request)
{
    bool type = false;
    bool agent = false;
    bool good = true;
    for (const sl_pair *header = request->headers; header && header->name; header++) {
        const char *value = header->value ? header->value : "";
        if (!is_token(header->name) || !is_header_value(value))
            return "A header of the request is malformed.";
        type = type || sl_text_same(header->name, "Content-Type");
        agent = agent || sl_text_same(header->name, "User-Agent");
        call->may_repeat =
            call->may_repeat || (sl_text_same(header->name, "Idempotency-Key") && *value);
        /* libcurl sends a header without a value only when it ends in a semicolon. */
        good = good && append(call, sl_format(cx, *value ? "%s: %s" : "%s;", header->name, value));
    }
    if (!type)
        good = good && append(call, "Content-Type:");
    if (!agent)
        good = good && append(call, sl_format(cx, "User-Agent: stripe_lite/%s", sl_version()));
    good = good && append(call, "Expect:");
    if (!good)
        return "Memory is out.";
    curl_easy_setopt(call->handle, CURLOPT_HTTPHEADER, call->headers);
    return NULL;
}

static const char *set_method(http_call *call, const sl_http_request *request)
{
    static const char *const repeatable[] = { "GET", "HEAD", "OPTIONS", "PUT", "DELETE" };
    const char *method = request->method ? request->method : "GET";
    if (!is_token(method))
        return "The request's method is malformed.";
    for (size_t i = 0; i < sizeof(repeatable) / sizeof(repeatable[0]); i++)
        call->may_repeat = call->may_repeat || strcmp(method, repeatable[i]) == 0;
    if (request->body || strcmp(method, "POST") == 0) {
        curl_easy_setopt(call->handle, CURLOPT_POSTFIELDS, request->body ? request->body : "");
        curl_easy_setopt(call->handle, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)(request->body ? request->body_length : 0));
    } else if (strcmp(method, "HEAD") == 0) {
        curl_easy_setopt(call->handle, CURLOPT_NOBODY, 1L);
    }
    curl_easy_setopt(call->handle, CURLOPT_CUSTOMREQUEST, method);
    return NULL;
}

/* The host of a URL that may be called, for messages: the rest may hold secrets. NULL when it may not. */
static const char *host_of(sl_context *cx, const char *text)
{
    CURLU *url = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    const char *result = NULL;
    if (url && text && is_header_value(text) &&
        curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) && *host)
        result = sl_copy(cx, host, strlen(host));
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
    return result;
}

static void set_always(http_call *call, const sl_http_request *request)
{
    CURL *handle = call->handle;
    curl_easy_setopt(handle, CURLOPT_PRIVATE, call);
    curl_easy_setopt(handle, CURLOPT_URL, request->url);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    /* A resolver's thread is left to end by itself: waiting for it would stop the loop. */
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    if (call->client->authorities)
        curl_easy_setopt(handle, CURLOPT_CAINFO, call->client->authorities);
    if (call->flags & (SL_HTTP_NO_PRIVATE | SL_HTTP_NO_LINK_LOCAL))
        curl_easy_setopt(handle, CURLOPT_PROXY, "");
    if (request->user) {
        curl_easy_setopt(handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(handle, CURLOPT_USERNAME, request->user);
        curl_easy_setopt(handle, CURLOPT_PASSWORD, request->password ? request->password : "");
    }
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, call);
    curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, about_to_send);
    curl_easy_setopt(handle, CURLOPT_PREREQDATA, call);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body_arrived);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header_arrived);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, call);
}

const char *http_call_setup(sl_context *cx, http_call *call, const sl_http_request *request,
                            const char **ret_host)
{
    const char *host = host_of(cx, request->url);
    if (!host)
        return "The URL must be an http:// or https:// address without a user.";
    *ret_host = host;
    call->flags = request->flags;
    call->body_limit = request->body_limit ? request->body_limit : BODY_LIMIT;
    call->pool = &call->client->pools[(request->flags & SL_HTTP_NO_PRIVATE)      ? 2
                                      : (request->flags & SL_HTTP_NO_LINK_LOCAL) ? 1
                                                                                 : 0];
    set_always(call, request);
    const char *wrong = set_method(call, request);
    return wrong ? wrong : set_headers(cx, call, request);
}

sl_status sl_http_check(sl_context *cx, const char *url, uint32_t flags)
{
    const char *host = host_of(cx, url);
    if (!host)
        return sl_fail(cx, SL_E_INVALID, "url_invalid",
                       "The URL must be an http:// or https:// address without a user.");
    /* As libcurl would read it: "127.1", "0x7f000001" and "2130706433" are normalized by its parser. */
    struct sockaddr_storage address = { 0 };
    const sl_http_client *client = cx->host ? cx->host->http_client : NULL;
    if (sl_address_read(host, &address) &&
        sl_address_refused((const struct sockaddr *)&address, flags,
                           client ? &client->allowed : NULL))
        return sl_fail(cx, SL_E_INVALID, "url_invalid",
                       "The URL leads to an address that is not allowed: %s.", host);
    if ((flags & SL_HTTP_NO_PRIVATE) &&
        (sl_text_same(host, "localhost") || sl_text_same(host, "localhost.")) &&
        !(client && client->allowed.count))
        return sl_fail(cx, SL_E_INVALID, "url_invalid",
                       "The URL leads to an address that is not allowed: %s.", host);
    return SL_OK;
}
