/*
 * trigger_command.c: `stripe-lite trigger EVENT`: makes the objects that cause an event, through the server's own API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command_words.h"
#include "commands.h"
#include "trigger_table.h"

#define ASK_AGAIN_MS 200
#define ASK_TIMES 100

static const struct trigger *trigger_find(const char *event)
{
    const struct trigger *one = trigger_table;
    while (one->event && strcmp(one->event, event) != 0)
        one++;
    return one->event ? one : NULL;
}

static int32_t unknown_say(sl_context *cx, const char *event)
{
    const char *known = "";
    for (const struct trigger *one = trigger_table; one->event; one++)
        known = sl_format(cx, "%s\n  %s", known, one->event);
    sl_complain("there is no way here to trigger '%s'; those there are:%s", event, known);
    return EXIT_WRONG;
}

/* "data.0.id" of an answer. */
static const char *member_text(sl_context *cx, const sl_value *value, const char *path,
                               size_t length)
{
    while (value && length > 0) {
        const char *point = memchr(path, '.', length);
        size_t part = point ? (size_t)(point - path) : length;
        const char *name = sl_copy(cx, path, part);
        value = sl_value_type(value) == SL_VALUE_ARRAY
                    ? sl_value_item(value, (uint32_t)number_of(name), NULL)
                    : sl_value_member(value, name);
        path += part + (point ? 1 : 0);
        length -= part + (point ? 1 : 0);
    }
    return sl_value_string(value, NULL);
}

/* The text with each "{step.member}" replaced. */
static const char *filled(sl_context *cx, const char *text, const sl_value *const *answers)
{
    const char *out = "";
    const char *open;
    while (text && (open = strchr(text, '{')) != NULL) {
        const char *close = strchr(open, '}');
        const sl_value *answer = answers[open[1] - '1'];
        const char *member = member_text(cx, answer, open + 3, (size_t)(close - open - 3));
        out = sl_format(cx, "%s%.*s%s", out, (int)(open - text), text, member ? member : "");
        text = close + 1;
    }
    return text ? sl_format(cx, "%s%s", out, text) : NULL;
}

/* 0 when it went as it should. */
static int32_t step_run(sl_context *cx, const struct api *api, const struct trigger_step *step,
                        const sl_value **answers, uint32_t number)
{
    const char *request = filled(cx, step->request, answers);
    const char *form = filled(cx, step->form, answers);
    const char *space = strchr(request, ' ');
    const char *method = sl_copy(cx, request, (size_t)(space - request));
    for (uint32_t i = 0;; i++) {
        int32_t http_status = 0;
        const sl_value *answer = NULL;
        sl_status status = api_ask(cx, api, method, space + 1, form, &http_status, &answer);
        if (status != SL_OK)
            return COMMAND_FAILS("%s: %s", request, sl_error_message(cx));
        if (http_status >= 400 && !(http_status == 402 && step->declines))
            return COMMAND_FAILS("%s: %d: %s", request, http_status, api_message(answer));
        answers[number] = answer;
        if (!step->until || member_text(cx, answer, step->until, strlen(step->until)))
            break;
        if (i == ASK_TIMES || sl_sleep(cx, ASK_AGAIN_MS) != SL_OK)
            return COMMAND_FAILS("%s: what was waited for did not come", request);
    }
    sl_print("%s\n", request);
    return EXIT_FINE;
}

int32_t trigger_command(sl_context *cx, int32_t count, const char *const *words)
{
    const char *event = NULL;
    const char *key = NULL;
    const char *address = NULL;
    const struct command_flag flags[] = { { "--api-key", &key, NULL },
                                          { "--api-base", &address, NULL },
                                          { NULL } };
    if (!command_read("trigger EVENT [--api-key KEY] [--api-base URL]", count, words, flags, &event,
                      1))
        return EXIT_WRONG;
    const struct trigger *trigger = event ? trigger_find(event) : NULL;
    if (!trigger)
        return unknown_say(cx, event ? event : "");
    struct api api;
    if (!api_begin(cx, address, key, &api))
        return EXIT_NO;
    const sl_value *answers[TRIGGER_STEPS] = { NULL };
    for (uint32_t i = 0; trigger->steps[i].request; i++) {
        if (step_run(cx, &api, &trigger->steps[i], answers, i) != EXIT_FINE)
            return EXIT_NO;
    }
    sl_print("Triggered %s\n", event);
    return EXIT_FINE;
}
