/*
 * listen_command.c: `stripe-lite listen --forward-to URL`: the account's events as they happen, signed and forwarded.
 *
 * The events are read from the server's API, so that it works against any server that the key opens. They are asked for again from
 * a few seconds before the last one: two that are committed at once may become visible in the other order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command_words.h"
#include "commands.h"
#include "event_names.h"

#define POLL_MS 300
#define FORWARD_MS 30000
#define BEFORE_SECONDS 5
#define SEEN_MOST 4096
#define ID_SIZE 64
#define SECRET_LETTERS 32
#define DAY 86400

struct listen {
    struct api api;
    const char *forward;
    const char *events;
    const char *secret;
    char cursor[ID_SIZE]; /* the event behind which the next page begins; "": none */
    char seen[SEEN_MOST][ID_SIZE];
    uint32_t seen_count; /* of all; the last SEEN_MOST are kept */
    bool failing;
};

/* The same for the same key, so that what it was told to may stay as it is. */
static const char *secret_of(sl_context *cx, const char *key)
{
    static const char what[] = "stripe-lite listen";
    const char *hash = sl_hmac_sha256_hex(cx, key, what, strlen(what));
    return sl_format(cx, "whsec_%.*s", SECRET_LETTERS, hash);
}

static bool was_seen(const struct listen *in, const char *id)
{
    uint32_t kept = in->seen_count < SEEN_MOST ? in->seen_count : SEEN_MOST;
    for (uint32_t i = 0; i < kept; i++) {
        if (strcmp(in->seen[i], id) == 0)
            return true;
    }
    return false;
}

static void see(struct listen *in, const char *id)
{
    text_keep(in->seen[in->seen_count++ % SEEN_MOST], ID_SIZE, id);
}

static bool is_wanted(sl_context *cx, const struct listen *in, const char *type)
{
    for (const char *at = in->events; at && *at; at += *at == ',') {
        size_t length = strcspn(at, ",");
        if (event_name_matches(sl_copy(cx, at, length), type))
            return true;
        at += length;
    }
    return !in->events;
}

static void line_say(const char *line)
{
    int64_t now = real_now() % DAY;
    sl_print("%02d:%02d:%02dZ  %s\n", (int)(now / 3600), (int)(now / 60 % 60), (int)(now % 60),
             line);
}

static void event_forward(sl_context *cx, const struct listen *in, const char *id, const char *body)
{
    long long now = (long long)real_now();
    const char *payload = sl_format(cx, "%lld.%s", now, body);
    const char *signature = sl_hmac_sha256_hex(cx, in->secret, payload, strlen(payload));
    const sl_pair headers[] = {
        { "Content-Type", "application/json; charset=utf-8" },
        { "Stripe-Signature", sl_format(cx, "t=%lld,v1=%s", now, signature) },
        { NULL, NULL },
    };
    const sl_http_request request = {
        .struct_size = sizeof(request),
        .flags = SL_HTTP_CUT_BODY,
        .method = "POST",
        .url = in->forward,
        .headers = headers,
        .body = body,
        .body_length = strlen(body),
        .timeout_ms = FORWARD_MS,
    };
    sl_http_response response = { .struct_size = sizeof(response) };
    if (sl_http_send(cx, &request, &response) == SL_OK)
        line_say(sl_format(cx, "<--  [%d] POST %s [%s]", response.status, in->forward, id));
    else
        line_say(sl_format(cx, "<--  [ERROR] POST %s [%s]: %s", in->forward, id, response.fault));
}

static void event_take(sl_context *cx, struct listen *in, const sl_value *event)
{
    const char *id = sl_value_string(sl_value_member(event, "id"), "");
    const char *type = sl_value_string(sl_value_member(event, "type"), "");
    bool settled = sl_value_int(sl_value_member(event, "created"), 0) < real_now() - BEFORE_SECONDS;
    if (!was_seen(in, id)) {
        see(in, id);
        if (is_wanted(cx, in, type)) {
            line_say(sl_format(cx, "-->  %s [%s]", type, id));
            if (in->forward)
                event_forward(cx, in, id, sl_value_text(cx, event));
        }
    }
    if (settled)
        text_keep(in->cursor, sizeof(in->cursor), id);
}

/* Newest first, so read from the end. True when there is another page. */
static sl_status page_take(sl_context *cx, void *data)
{
    struct listen *in = data;
    int32_t http_status = 0;
    const sl_value *answer = NULL;
    const char *path = in->cursor[0]
                           ? sl_format(cx, "/v1/events?limit=100&ending_before=%s", in->cursor)
                           : "/v1/events?limit=100";
    sl_status status = api_ask(cx, &in->api, "GET", path, NULL, &http_status, &answer);
    if (status != SL_OK || http_status != 200) {
        if (!in->failing)
            sl_complain("the server cannot be asked: %s",
                        status == SL_OK ? api_message(answer) : sl_error_message(cx));
        in->failing = true;
        return status == SL_OK && http_status < 500 ? SL_E_FORBIDDEN : SL_OK;
    }
    in->failing = false;
    const sl_value *events = sl_value_member(answer, "data");
    for (uint32_t i = sl_value_count(events); i > 0; i--)
        event_take(cx, in, sl_value_item(events, i - 1, NULL));
    return SL_OK;
}

/* What has happened already is not told. */
static sl_status begin_now(sl_context *cx, struct listen *in)
{
    int32_t http_status = 0;
    const sl_value *answer = NULL;
    sl_status status =
        api_ask(cx, &in->api, "GET", "/v1/events?limit=100", NULL, &http_status, &answer);
    if (status == SL_OK && http_status != 200)
        return sl_fail(cx, SL_E_FORBIDDEN, NULL, "%s", api_message(answer));
    const sl_value *events = status == SL_OK ? sl_value_member(answer, "data") : NULL;
    for (uint32_t i = sl_value_count(events); i > 0; i--)
        see(in, sl_value_string(sl_value_member(sl_value_item(events, i - 1, NULL), "id"), ""));
    uint32_t last = sl_value_count(events);
    if (last > 0)
        text_keep(
            in->cursor, sizeof(in->cursor),
            sl_value_string(sl_value_member(sl_value_item(events, last - 1, NULL), "id"), ""));
    return status;
}

int32_t listen_command(sl_context *cx, int32_t count, const char *const *words)
{
    static const char usage[] = "listen [--forward-to URL] [--events NAME,...] [--print-secret] "
                                "[--api-key KEY] [--api-base URL]";
    struct listen *in = sl_alloc(cx, sizeof(*in));
    const char *key = NULL;
    const char *address = NULL;
    bool print_secret = false;
    const struct command_flag flags[] = {
        { "--forward-to", &in->forward, NULL },    { "--events", &in->events, NULL },
        { "--print-secret", NULL, &print_secret }, { "--api-key", &key, NULL },
        { "--api-base", &address, NULL },          { NULL },
    };
    if (!command_read(usage, count, words, flags, NULL, 0))
        return EXIT_WRONG;
    if (!api_begin(cx, address, key, &in->api))
        return EXIT_NO;
    in->secret = secret_of(cx, in->api.key);
    if (print_secret) {
        sl_print("%s\n", in->secret);
        return EXIT_FINE;
    }
    if (in->forward && sl_http_check(cx, in->forward, 0) != SL_OK)
        return COMMAND_FAILS("%s", sl_error_message(cx));
    if (begin_now(cx, in) != SL_OK)
        return COMMAND_FAILS("%s cannot be asked: %s", in->api.address, sl_error_message(cx));
    sl_print("Ready! Your webhook signing secret is %s (^C to quit)\n", in->secret);
    sl_status status = SL_OK;
    while (status == SL_OK) {
        status = sl_apart(cx, page_take, in);
        if (status == SL_OK)
            status = sl_sleep(cx, POLL_MS);
    }
    return EXIT_NO;
}
