/*
 * upstream_test.c: the played gateway answers as its script says, and badly as its fault says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/context.h"
#include "core/conformance/script.h"

static sl_upstream *upstream;
static sl_context *cx;

static int up(void **state)
{
    (void)state;
    cx = sl_context_new(NULL, "acct_1", true, NULL);
    upstream = sl_upstream_new();
    return upstream ? 0 : -1;
}

static int down(void **state)
{
    (void)state;
    sl_upstream_free(upstream);
    sl_context_free(cx);
    return 0;
}

/* What came back, "" for nothing; NULL when no connection was made. */
static const char *ask(const char *request)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                   .sin_port = htons((uint16_t)sl_upstream_port(upstream)) };
    char *answer = sl_alloc(cx, 4096);
    size_t length = 0;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(s, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(s);
        return NULL;
    }
    assert_int_equal(send(s, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    for (ssize_t got; (got = recv(s, answer + length, 4095 - length, 0)) > 0;)
        length += (size_t)got;
    close(s);
    return answer;
}

static const sl_gateway_exchange first[] = {
    { .request = "POST /token", .status = 200, .answer = "{\"token\":1}" }, SL_EXCHANGES_END
};
static const sl_gateway_exchange second[] = {
    { .request = "POST /pay", .status = 200, .answer = "{\"id\":\"$(attempt)\"}" },
    { .request = "POST /pay", .status = 402, .answer = "{\"no\":\"$(major) $(CURRENCY)\"}" },
    { .status = 204, .request = "GET /pay/$(original)" },
    SL_EXCHANGES_END
};
static const sl_script_variables variables = {
    .attempt = "pay_1", .original = "ref_1", .currency = "kwd", .amount = 1500
};

#define REQUEST(line) line " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"

static void it_answers_in_the_script_s_order(void **state)
{
    (void)state;
    sl_upstream_script script;
    sl_script_make(cx, &variables, first, second, &script);
    sl_upstream_play(upstream, &script);
    assert_non_null(strstr(ask(REQUEST("POST /pay")), "{\"id\":\"pay_1\"}"));
    assert_non_null(strstr(ask(REQUEST("POST /pay")), "402 Played"));
    assert_non_null(strstr(ask(REQUEST("POST /pay/x")), "{\"no\":\"1.500 KWD\"}"));
    assert_non_null(strstr(ask(REQUEST("POST /token")), "{\"token\":1}"));
    assert_non_null(strstr(ask(REQUEST("GET /pay/ref_1")), " 204 "));
    assert_non_null(strstr(ask(REQUEST("GET /nothing")), " 599 "));
    const sl_upstream_request *heard;
    assert_int_equal(sl_upstream_heard(upstream, cx->arena, &heard), 6);
    assert_int_equal(heard[0].answer, 1);
    assert_int_equal(heard[2].answer, 2);
    assert_true(heard[3].harmless && !heard[0].harmless);
    assert_int_equal(heard[5].answer, -1);
    assert_string_equal(heard[0].text, REQUEST("POST /pay"));
    sl_upstream_play(upstream, NULL);
    assert_int_equal(sl_upstream_heard(upstream, cx->arena, &heard), 0);
}

static void it_fails_as_it_is_told_and_never_what_is_harmless(void **state)
{
    (void)state;
    static const int32_t faults[] = { SL_UPSTREAM_DROPS, SL_UPSTREAM_HALF, SL_UPSTREAM_SAYS };
    for (size_t i = 0; i < 3; i++) {
        sl_upstream_script script;
        sl_script_make(cx, &variables, first, second, &script);
        script.fault = faults[i];
        script.says = "garbage";
        sl_upstream_play(upstream, &script);
        assert_non_null(strstr(ask(REQUEST("POST /token")), "{\"token\":1}"));
        const char *answer = ask(REQUEST("POST /pay"));
        if (faults[i] == SL_UPSTREAM_DROPS)
            assert_string_equal(answer, "");
        else if (faults[i] == SL_UPSTREAM_SAYS)
            assert_string_equal(answer, "garbage");
        else
            assert_true(strstr(answer, "\r\n\r\n") && answer[strlen(answer) - 1] != '}');
    }
}

static void closed_it_refuses_and_comes_back_on_its_port(void **state)
{
    (void)state;
    sl_upstream_script script;
    sl_script_make(cx, &variables, NULL, second, &script);
    sl_upstream_play(upstream, &script);
    int32_t port = sl_upstream_port(upstream);
    for (int i = 0; i < 3; i++) {
        sl_upstream_open(upstream, false);
        assert_null(ask(REQUEST("POST /pay")));
        sl_upstream_open(upstream, true);
        assert_non_null(ask(REQUEST("POST /pay")));
    }
    assert_int_equal(sl_upstream_port(upstream), port);
}

static void words_stand_alone(void **state)
{
    (void)state;
    assert_true(sl_script_holds("amount=1999&currency=usd", "amount=1999"));
    assert_true(sl_script_holds("{\"amount\":19.99}", "19.99"));
    assert_false(sl_script_holds("amount=19990", "amount=1999"));
    assert_false(sl_script_holds("amount=1999.5", "amount=1999"));
    assert_false(sl_script_holds("an_amount=1999", "amount=1999"));
    assert_false(sl_script_holds("1.1999", "1999"));
    assert_true(sl_script_holds("x=11999 1999", "1999"));
    assert_string_equal(sl_script_fill(cx, &variables, "$(nothing) $(amount"),
                        "$(nothing) $(amount");
    assert_string_equal(
        sl_script_header(cx, "GET / HTTP/1.1\r\nA: b\r\nKey:  k 1\r\n\r\nKey: 2", "key"), "k 1");
    assert_null(sl_script_header(cx, "GET / HTTP/1.1\r\nA: b\r\n\r\nKey: 2", "key"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_answers_in_the_script_s_order, up, down),
        cmocka_unit_test_setup_teardown(it_fails_as_it_is_told_and_never_what_is_harmless, up,
                                        down),
        cmocka_unit_test_setup_teardown(closed_it_refuses_and_comes_back_on_its_port, up, down),
        cmocka_unit_test_setup_teardown(words_stand_alone, up, down),
    };
    return cmocka_run_group_tests_name("upstream", tests, NULL, NULL);
}
