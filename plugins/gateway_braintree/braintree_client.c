/*
 * braintree_client.c: asking Braintree.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_client.h"

#include <string.h>

#include <stripe_lite/log.h>

#include "braintree_options.h"

#define TRIES_MOST 4
#define FIRST_PAUSE_MS 150
#define LEAST_LEFT_MS 250 /* of the deadline, for another try */
#define CODE_UNFIT \
    "gateway_unfit" /* no request of this account goes through until somebody changes something */

/* What each class of an error says about the request. Those that are not here say nothing. */
static const struct {
    const char *name;
    int32_t kind;
    bool again; /* the same may go through a moment later */
    bool keys;  /* somebody has to look at the keys */
    const char *code;
} classes[] = {
    { "AUTHENTICATION", ANSWER_UNSENT, false, true, CODE_UNFIT },
    { "AUTHORIZATION", ANSWER_UNSENT, false, true, CODE_UNFIT },
    { "UNSUPPORTED_CLIENT", ANSWER_UNSENT, false, false, CODE_UNFIT },
    { "NOT_IMPLEMENTED", ANSWER_UNSENT, false, false, CODE_UNFIT },
    { "RESOURCE_LIMIT", ANSWER_UNSENT, true, false, NULL },
    { "NOT_FOUND", ANSWER_REFUSED, false, false, "resource_missing" },
    { "VALIDATION", ANSWER_REFUSED, false, false, "gateway_refused" },
    { "INTERNAL", ANSWER_UNKNOWN, true, false, NULL },
    { "SERVICE_AVAILABILITY", ANSWER_UNKNOWN, true, false, NULL },
};

struct reading {
    bool again;
    bool keys;
};

static void answer_set(struct braintree_answer *ret, int32_t kind, const char *message)
{
    ret->kind = kind;
    ret->message = message;
}

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

/* ---- what an answer means ---- */

static size_t class_of(const sl_value *error)
{
    const char *name = text_at(error, "extensions.errorClass");
    size_t row = 0;
    while (row < sizeof(classes) / sizeof(classes[0]) &&
           (!name || strcmp(name, classes[row].name) != 0))
        row++;
    return row;
}

/* An error of a field within the result: what was asked for had run by then. */
static bool is_inside(const sl_value *error)
{
    return sl_value_count(sl_value_member(error, "path")) > 1;
}

/* Of several errors the one that leaves most open counts. */
static void errors_read(const sl_value *errors, struct braintree_answer *ret,
                        struct reading *reading)
{
    answer_set(ret, 0, NULL);
    for (uint32_t i = 0; i < sl_value_count(errors); i++) {
        const sl_value *error = sl_value_item(errors, i, NULL);
        size_t row = class_of(error);
        bool known = row < sizeof(classes) / sizeof(classes[0]) && !is_inside(error);
        int32_t kind = known ? classes[row].kind : ANSWER_UNKNOWN;
        bool weightier = ret->kind == 0 || kind == ANSWER_UNKNOWN ||
                         (kind == ANSWER_REFUSED && ret->kind == ANSWER_UNSENT);
        if (!weightier || ret->kind == ANSWER_UNKNOWN)
            continue;
        const char *code = text_at(error, "extensions.legacyCode");
        answer_set(ret, kind, text_at(error, "message"));
        ret->code = code ? code : known ? classes[row].code : NULL;
        reading->again = known && classes[row].again;
        reading->keys = known && classes[row].keys;
    }
    if (!ret->message)
        ret->message = "Braintree refused the request.";
}

static void body_read(const sl_value *body, struct braintree_answer *ret, struct reading *reading)
{
    const sl_value *errors = sl_value_member(body, "errors");
    const sl_value *data = sl_value_member(body, "data");
    ret->object = sl_value_member(data, "result");
    bool failed = sl_value_type(errors) == SL_VALUE_ARRAY && sl_value_count(errors) > 0;
    /* Beside errors there may still be what was asked for, in part. */
    if (sl_value_type(ret->object) == SL_VALUE_OBJECT ||
        sl_value_type(ret->object) == SL_VALUE_STRING)
        answer_set(ret, ANSWER_DONE, NULL);
    else if (failed)
        errors_read(errors, ret, reading);
    else
        answer_set(ret, ANSWER_UNKNOWN, "Braintree's answer holds nothing of what was asked for.");
}

static void answer_read(sl_context *cx, const sl_http_response *response,
                        struct braintree_answer *ret, struct reading *reading)
{
    const sl_value *body = NULL;
    *ret = (struct braintree_answer){ .status = response->status };
    *reading = (struct reading){ .again = true };
    if (response->reached != SL_HTTP_ANSWERED) {
        bool unsent = response->reached == SL_HTTP_NOT_SENT;
        answer_set(ret, unsent ? ANSWER_UNSENT : ANSWER_UNKNOWN,
                   response->fault ? response->fault : "Braintree gave no answer.");
    } else if (response->status == 429) {
        answer_set(ret, ANSWER_UNSENT, "Braintree takes no more requests at the moment.");
    } else if (response->status == 401 || response->status == 403) {
        reading->again = false;
        reading->keys = true;
        ret->code = CODE_UNFIT;
        answer_set(ret, ANSWER_UNSENT, "Braintree does not accept the keys in braintree.*.");
    } else if (response->status != 200) {
        answer_set(ret, ANSWER_UNKNOWN,
                   sl_format(cx, "Braintree answered with status %d.", response->status));
    } else if (sl_json_parse(cx, response->body ? response->body : "", response->body_length,
                             &body) != SL_OK ||
               sl_value_type(body) != SL_VALUE_OBJECT) {
        sl_error_clear(cx);
        answer_set(ret, ANSWER_UNKNOWN, "Braintree's answer cannot be read.");
    } else {
        reading->again = false;
        body_read(body, ret, reading);
    }
}

/* ---- asking ---- */

/* A name of GraphQL's: letters, digits and underscores. */
static const char *operation_name(const char *key)
{
    static const char fits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    bool begins = key && key[0] != '\0' && !(key[0] >= '0' && key[0] <= '9');
    return begins && key[strspn(key, fits)] == '\0' ? key : "";
}

static const char *body_of(sl_context *cx, const struct braintree_question *question)
{
    sl_json *body = sl_json_new(cx);
    sl_json_open(body, NULL);
    sl_json_string(body, "query",
                   sl_format(cx, "%s %s%s", question->moves ? "mutation" : "query",
                             operation_name(question->key), question->text));
    if (question->variables)
        sl_json_json(body, "variables", question->variables);
    sl_json_close(body);
    return sl_json_text(body, NULL);
}

static const char *url_of(sl_context *cx)
{
    static const char path[] = "/graphql";
    const char *base = braintree_options()->api_base;
    size_t length = strlen(base);
    while (length > 0 && base[length - 1] == '/')
        length--;
    size_t ending = strlen(path);
    bool whole = length > ending && strncmp(base + length - ending, path, ending) == 0;
    return sl_format(cx, "%.*s%s", (int)length, base, whole ? "" : path);
}

static void send_once(sl_context *cx, const struct braintree_question *question,
                      struct braintree_answer *ret, struct reading *reading)
{
    const sl_pair headers[] = {
        { "Content-Type", "application/json" },
        { "Braintree-Version", braintree_options()->api_version },
        { NULL, NULL },
    };
    const char *body = body_of(cx, question);
    const sl_http_request request = {
        .struct_size = sizeof(request),
        .method = "POST",
        .url = url_of(cx),
        .headers = headers,
        .body = body,
        .body_length = strlen(body),
        .user = braintree_options()->public_key,
        .password = braintree_options()->private_key,
    };
    sl_http_response response = { .struct_size = sizeof(response) };
    if (sl_http_send(cx, &request, &response) != SL_OK)
        sl_error_clear(cx);
    answer_read(cx, &response, ret, reading);
}

void braintree_ask(sl_context *cx, const struct braintree_question *question,
                   struct braintree_answer *ret)
{
    struct reading reading;
    int64_t pause = FIRST_PAUSE_MS;
    for (int try = 1;; try++, pause *= 2) {
        send_once(cx, question, ret, &reading);
        bool harmless = !question->moves || ret->kind == ANSWER_UNSENT;
        if (ret->kind == ANSWER_DONE || !reading.again || !harmless || try == TRIES_MOST ||
            sl_time_left(cx) < pause + LEAST_LEFT_MS || sl_sleep(cx, pause) != SL_OK)
            break;
    }
    sl_error_clear(cx);
    if (reading.keys)
        sl_log(cx, SL_LOG_ERROR, "braintree refuses the keys", "reason", ret->message);
}

sl_status braintree_failure(sl_context *cx, const struct braintree_answer *answer)
{
    if (answer->kind == ANSWER_REFUSED)
        return sl_fail(cx, SL_E_INVALID, answer->code, "%s", answer->message);
    if (answer->kind == ANSWER_UNSENT && answer->code)
        return sl_fail(cx, SL_E_GATEWAY, NULL, "Braintree did not take the request: %s",
                       answer->message);
    return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "Braintree could not be asked. Try again.");
}
