/*
 * webhooks_test.c: what gateways send: signatures, adapters that verify and read, owners that are told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

#include "core/base/clock.h"
#include "core/base/crypto.h"

#define LOADED "plugins: [{name: webhook}]\n"

static sl_gateway_webhook webhook_of(const sl_pair *headers, const char *body)
{
    return (sl_gateway_webhook){ .struct_size = sizeof(sl_gateway_webhook),
                                 .method = "POST",
                                 .path = "/webhooks/talker",
                                 .query = "",
                                 .headers = headers,
                                 .body = body,
                                 .body_length = strlen(body) };
}

static const sl_pair open_word[] = { { "x-word", "open" }, { NULL, NULL } };

/* ---- signatures ---- */

static const char *header_at(sl_context *cx, int64_t time, const char *secret, const char *body)
{
    const char *text = sl_format(cx, "%lld.%s", (long long)time, body);
    return sl_format(cx, "t=%lld,v1=%s", (long long)time,
                     sl_hmac_sha256_hex(cx, secret, text, strlen(text)));
}

static const char *check_header(sl_context *cx, const char *header, const char *secrets)
{
    const sl_pair headers[] = { { "STRIPE-signature", header }, { NULL, NULL } };
    const sl_gateway_webhook webhook = webhook_of(header ? headers : NULL, "{}");
    sl_error_clear(cx);
    sl_status status = sl_webhook_signature_check(cx, &webhook, "Stripe-Signature", secrets, 300);
    if (status == SL_OK)
        return "good";
    check_int(status, SL_E_INVALID);
    check_text(sl_error_code(cx), "webhook_signature_invalid");
    return sl_error_message(cx);
}

static void check_signatures(sl_context *cx)
{
    int64_t now = sl_now(cx);
    const char *wrong =
        "The header Stripe-Signature is refused: no signature in it is that of this "
        "body under this server's secret.";
    const char *late = "The header Stripe-Signature is refused: it was made too long ago, or the "
                       "clocks differ.";
    const char *unreadable = "The header Stripe-Signature is refused: it has no time (t=) and "
                             "signature (v1=).";
    const char *good = header_at(cx, now, "new", "{}");
    check_text(check_header(cx, good, "new"), "good");
    check_text(check_header(cx, good, "old, new"), "good");
    check_text(check_header(cx, good, "new,old"), "good");
    check_text(check_header(cx, sl_format(cx, "%s,v1=00,v0=1", good), "new"), "good");
    check_text(check_header(cx, header_at(cx, now - 299, "new", "{}"), "new"), "good");
    check_text(check_header(cx, good, "old"), wrong);
    check_text(check_header(cx, good, ""), wrong);
    check_text(check_header(cx, good, NULL), wrong);
    check_text(check_header(cx, header_at(cx, now, "new", "{ }"), "new"), wrong);
    check_text(check_header(cx, header_at(cx, now - 302, "new", "{}"), "new"), late);
    check_text(check_header(cx, header_at(cx, now + 302, "new", "{}"), "new"), late);
    check_text(check_header(cx, "v1=00", "new"), unreadable);
    check_text(check_header(cx, sl_format(cx, "t=%lld", (long long)now), "new"), unreadable);
    check_text(check_header(cx, "t=soon,v1=00", "new"), unreadable);
    check_text(check_header(cx, NULL, "new"), "The header Stripe-Signature is missing.");
}

static void signatures_are_checked_and_refusals_say_why(void **state)
{
    (void)state;
    assert_null(load(LOADED, NULL));
    in_fiber(check_signatures);
}

/* ---- events ---- */

static const char *read_event(sl_context *cx, const char *body, sl_gateway_event *ret)
{
    const sl_gateway_webhook webhook = webhook_of(NULL, body);
    sl_error_clear(cx);
    *ret = (sl_gateway_event){ .struct_size = sizeof(*ret) };
    return sl_webhook_event_read(cx, &webhook, ret) == SL_OK ? "good" : sl_error_message(cx);
}

static void read_events(sl_context *cx)
{
    sl_gateway_event event;
    check_text(
        read_event(cx,
                   "{\"id\":\"evt_1\",\"type\":\"thing.made\",\"created\":7,\"livemode\":true,"
                   "\"account\":\"acct_9\",\"data\":{\"object\":{\"object\":\"thing\",\"id\":"
                   "\"th_1\"},\"previous_attributes\":{\"name\":\"x\"}}}",
                   &event),
        "good");
    check_text(event.id, "evt_1");
    check_text(event.object_type, "thing");
    check_text(event.object_id, "th_1");
    check_text(event.account, "acct_9");
    check_int(event.created, 7);
    check(event.livemode && event.livemode_given && event.previous && !event.notice.kind);
    check_text(read_event(cx, "{\"id\":\"evt_1\",\"type\":\"thing.made\"}", &event), "good");
    check(!event.object && !event.object_id && !event.livemode_given);
    static const char *const bad[] = {
        "{\"type\":\"thing.made\"}",
        "{\"id\":\"\",\"type\":\"thing.made\"}",
        "{\"id\":7,\"type\":\"thing.made\"}",
        "{\"id\":\"a b\",\"type\":\"thing.made\"}",
        "{\"id\":\"evt_1\"}",
        "{\"id\":\"evt_1\",\"type\":\"a\\u0000b\"}",
        "{\"id\":\"evt_1\",\"type\":\"t\",\"created\":-1}",
        "{\"id\":\"evt_1\",\"type\":\"t\",\"account\":\"\"}",
        "{\"id\":\"evt_1\",\"type\":\"t\",\"data\":{\"object\":{\"object\":\"thing\",\"id\":\"\"}}}",
        "[]",
        "{",
        "",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        check(strcmp(read_event(cx, bad[i], &event), "good") != 0);
    char *body = sl_format(cx, "{\"id\":\"%0300d\",\"type\":\"t\"}", 1);
    check_text(read_event(cx, body, &event),
               "The event's id is missing, or no short text without spaces.");
}

static void events_have_an_id_and_a_type(void **state)
{
    (void)state;
    assert_null(load(LOADED, NULL));
    in_fiber(read_events);
}

/* ---- adapters ---- */

static const sl_gateway *gateway_of(sl_context *cx, const char *name)
{
    const sl_gateway *gateway = NULL;
    check_int(sl_gateway_find(cx, name, &gateway), SL_OK);
    return gateway;
}

static void ask_adapters(sl_context *cx)
{
    static const sl_pair silent[] = { { "X-Word", "silent" }, { NULL, NULL } };
    const sl_gateway *none = NULL;
    check_int(sl_gateway_find(cx, "nobody", &none), SL_E_NOT_FOUND);
    check_text(sl_error_message(cx), "No such gateway: 'nobody'");
    sl_gateway_webhook webhook = webhook_of(open_word, "{\"id\":\"e\",\"type\":\"t\"}");
    sl_gateway_event event = { .struct_size = sizeof(event) };
    check_int(sl_gateway_verify_webhook(cx, gateway_of(cx, "deaf"), &webhook), SL_E_UNSUPPORTED);
    check_text(sl_error_message(cx),
               "The gateway 'deaf' does not support the operation 'verify_webhook'.");
    check_int(sl_gateway_parse_webhook(cx, gateway_of(cx, "deaf"), &webhook, &event),
              SL_E_UNSUPPORTED);
    const sl_gateway *talker = gateway_of(cx, "talker");
    check_int(sl_gateway_verify_webhook(cx, talker, &webhook), SL_OK);
    check_int(sl_gateway_parse_webhook(cx, talker, &webhook, &event), SL_OK);
    check_text(event.gateway, "talker");
    check_text(event.type, "t");
    webhook = webhook_of(NULL, "");
    webhook.query = "a=b";
    check_int(sl_gateway_verify_webhook(cx, talker, &webhook), SL_E_INVALID);
    check_text(sl_error_message(cx), "The word of /webhooks/talker?a=b is wrong.");
    check_int(sl_gateway_parse_webhook(cx, talker, &webhook, &event), SL_E_INVALID);
    check_text(sl_error_message(cx), "The event's id is missing, or no short text without spaces.");
    sl_error_clear(cx);
    webhook = webhook_of(silent, "");
    check_int(sl_gateway_verify_webhook(cx, talker, &webhook), SL_E_INVALID);
    check_text(sl_error_message(cx), "The gateway 'talker' does not know this webhook as its own.");
    cx->deadline = sl_clock_monotonic_ms() - 1;
    check_int(sl_gateway_verify_webhook(cx, talker, &webhook), SL_E_UNAVAILABLE);
}

static void adapters_verify_and_read(void **state)
{
    (void)state;
    assert_null(load(LOADED, NULL));
    in_fiber(ask_adapters);
}

/* A caller that was built before the event grew gets what it knows. */
static void ask_with_an_old_header(sl_context *cx)
{
    struct {
        char bytes[sizeof(sl_gateway_event)];
    } raw;
    memset(&raw, 'x', sizeof(raw));
    sl_gateway_event *event = (sl_gateway_event *)(void *)&raw;
    event->struct_size = offsetof(sl_gateway_event, object_type);
    const sl_gateway_webhook webhook = webhook_of(open_word, "{\"id\":\"e\",\"type\":\"t\"}");
    check_int(sl_gateway_parse_webhook(cx, gateway_of(cx, "talker"), &webhook, event), SL_OK);
    check_text(event->id, "e");
    check_int(event->struct_size, offsetof(sl_gateway_event, object_type));
    check_int(raw.bytes[offsetof(sl_gateway_event, object_type)], 'x');
}

static void older_callers_get_what_they_know(void **state)
{
    (void)state;
    assert_null(load(LOADED, NULL));
    in_fiber(ask_with_an_old_header);
}

/* ---- owners ---- */

static sl_status tell(sl_context *cx, const char *body)
{
    sl_gateway_event event;
    check_text(read_event(cx, body, &event), "good");
    event.gateway = "talker";
    sl_error_clear(cx);
    return sl_gateway_tell(cx, &event);
}

#define EVENT(OBJECT, ID)                                                           \
    "{\"id\":\"evt_1\",\"type\":\"thing.made\",\"created\":7,\"data\":{\"object\":" \
    "{\"object\":\"" OBJECT "\",\"id\":\"" ID "\",\"name\":\"red\"},"               \
    "\"previous_attributes\":{\"name\":\"blue\"}}}"

static void tell_owners(sl_context *cx)
{
    check_int(tell(cx, EVENT("thing", "th_1")), SL_E_EXISTS);
    check_text(sl_error_message(cx), "talker says thing.made of thing th_1 at 7: red, blue");
    check(cx->plugin == NULL);
    check_int(tell(cx, EVENT("thing", "th_missing")), SL_E_NOT_FOUND);
    check_text(sl_error_message(cx),
               "The plugin \"webhook\" does not find what the event is about.");
    check_int(tell(cx, EVENT("other", "th_1")), SL_E_NOT_FOUND);
    check_text(sl_error_message(cx), NULL);
    check_int(tell(cx, "{\"id\":\"evt_1\",\"type\":\"thing.made\"}"), SL_E_NOT_FOUND);
}

static void owners_are_told_about_their_objects(void **state)
{
    (void)state;
    assert_null(load("plugins: [{name: webhook}, {name: duplicate_object}]\n", NULL));
    assert_refused("duplicate_object",
                   "it declares the gateway's object \"thing\", which \"webhook\" has already");
    in_fiber(tell_owners);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, support_up, support_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(signatures_are_checked_and_refusals_say_why),
        CASE(events_have_an_id_and_a_type),
        CASE(adapters_verify_and_read),
        CASE(older_callers_get_what_they_know),
        CASE(owners_are_told_about_their_objects),
    };
    return cmocka_run_group_tests_name("webhooks", tests, NULL, NULL);
}
