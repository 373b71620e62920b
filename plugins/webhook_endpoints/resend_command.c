/*
 * resend_command.c: `stripe-lite resend EVENT [--endpoint ID]`: an event is delivered once more.
 *
 * Works on the database; the workers of a running server find what is due within a second.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command_words.h"
#include "commands.h"
#include "delivery_service.h"

struct resend {
    const char *event;
    const char *endpoint;
    uint32_t count;
};

static sl_status resend_step(sl_context *cx, void *data)
{
    struct resend *in = data;
    return event_resend(cx, in->event, in->endpoint, &in->count);
}

int32_t resend_command(sl_context *cx, int32_t count, const char *const *words)
{
    struct resend in = { 0 };
    const struct command_flag flags[] = { { "--endpoint", &in.endpoint, NULL }, { NULL } };
    if (!command_read("resend EVENT [--endpoint ID]", count, words, flags, &in.event, 1))
        return EXIT_WRONG;
    if (!in.event) {
        sl_complain("say which event: stripe-lite resend EVENT [--endpoint ID]");
        return EXIT_WRONG;
    }
    if (sl_retry(cx, resend_step, &in) != SL_OK)
        return COMMAND_FAILS("%s", sl_error_message(cx) ? sl_error_message(cx) : "it failed");
    sl_print("%s is delivered again to %u endpoint%s\n", in.event, in.count,
             in.count == 1 ? "" : "s");
    return EXIT_FINE;
}
