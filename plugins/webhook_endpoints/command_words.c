/*
 * command_words.c: reading flags, and asking the server.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command_words.h"

#define ANSWER_MS 30000

void text_keep(char *room, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);
    memcpy(room, text, length);
    room[length] = '\0';
}

static const struct command_flag *flag_find(const struct command_flag *flags, const char *word,
                                            size_t length)
{
    for (; flags->name; flags++) {
        if (strlen(flags->name) == length && strncmp(flags->name, word, length) == 0)
            return flags;
    }
    return NULL;
}

static bool usage_say(const char *usage)
{
    sl_complain("usage: stripe-lite %s", usage);
    return false;
}

bool command_read(const char *usage, int32_t count, const char *const *words,
                  const struct command_flag *flags, const char **ret_rest, uint32_t most)
{
    uint32_t rest = 0;
    for (int32_t i = 0; i < count; i++) {
        const char *word = words[i];
        if (strncmp(word, "--", 2) != 0) {
            if (rest == most)
                return usage_say(usage);
            ret_rest[rest++] = word;
            continue;
        }
        const char *equals = strchr(word, '=');
        size_t length = equals ? (size_t)(equals - word) : strlen(word);
        const struct command_flag *flag = flag_find(flags, word, length);
        if (!flag || (!flag->text && equals) || (flag->text && !equals && i + 1 == count))
            return usage_say(usage);
        if (flag->text)
            *flag->text = equals ? equals + 1 : words[++i];
        else if (flag->on)
            *flag->on = true;
    }
    return true;
}

bool api_begin(sl_context *cx, const char *address, const char *key, struct api *ret)
{
    *ret = (struct api){ .address = address ? address : sl_server_address(cx),
                         .key = key ? key : sl_server_key(cx) };
    if (ret->key)
        return true;
    sl_complain("there is no key: say --api-key, or set STRIPE_LITE_SECRET_KEY");
    return false;
}

sl_status api_ask(sl_context *cx, const struct api *api, const char *method, const char *path,
                  const char *form, int32_t *ret_status, const sl_value **ret_value)
{
    const sl_pair headers[] = {
        { "Content-Type", form ? "application/x-www-form-urlencoded" : NULL }, { NULL, NULL }
    };
    const sl_http_request request = {
        .struct_size = sizeof(request),
        .method = method,
        .url = sl_format(cx, "%s%s", api->address, path),
        .headers = form ? headers : headers + 1,
        .body = form,
        .body_length = form ? strlen(form) : 0,
        .timeout_ms = ANSWER_MS,
        .body_limit = (size_t)16 << 20,
        .user = api->key,
    };
    sl_http_response response = { .struct_size = sizeof(response) };
    sl_status status = sl_http_send(cx, &request, &response);
    if (status == SL_OK)
        status = sl_json_parse(cx, response.body, response.body_length, ret_value);
    *ret_status = response.status;
    return status;
}

const char *api_message(const sl_value *answer)
{
    return sl_value_string(sl_value_member(sl_value_member(answer, "error"), "message"),
                           "no reason given");
}
