/*
 * send_test.c: sl_http_send against a real server: answers, faults and how far each got, addresses, TLS, cancelling, many at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/database/database.h"
#include "core/http_client/http_client.h"
#include "server.h"

static sl_loop *loop;
static sl_host host;
static test_server *server;
static bool pending;

/* What the sender asks of the database's room. */
bool sl_has_pending(const sl_context *cx)
{
    (void)cx;
    return pending;
}

static int all_up(void **state)
{
    (void)state;
    pending = false;
    loop = sl_loop_new(1000);
    server = test_server_new(NULL);
    host = (sl_host){ .loop = loop, .http_client = sl_http_client_new(loop) };
    return host.http_client ? 0 : -1;
}

static int all_down(void **state)
{
    (void)state;
    sl_http_client_free(host.http_client);
    sl_loop_free(loop);
    test_server_free(server);
    return 0;
}

typedef struct call {
    sl_context *cx;
    sl_http_request request;
    sl_http_response response;
    sl_status status;
    bool done;
} call;

static void call_send(void *data)
{
    call *c = data;
    c->response.struct_size = sizeof(c->response);
    c->status = sl_http_send(c->cx, &c->request, &c->response);
    c->done = true;
}

static void call_init(call *c, const char *method, const char *url)
{
    memset(c, 0, sizeof(*c));
    c->cx = sl_context_new(&host, "acct_1", false, "req_1");
    c->request = (sl_http_request){
        .struct_size = sizeof(c->request), .method = method, .url = url, .timeout_ms = 20000
    };
}

static sl_fiber *call_start(call *c)
{
    sl_fiber *fiber = NULL;
    assert_int_equal(sl_fiber_start(loop, call_send, c, &fiber), SL_OK);
    return fiber;
}

static void loop_run(void)
{
    sl_loop_stop(loop);
    sl_loop_run(loop);
}

static void call_run(call *c)
{
    call_start(c);
    loop_run();
    assert_true(c->done);
}

static const char *url(call *c, const char *path)
{
    return sl_format(c->cx, "http://127.0.0.1:%d%s", test_server_port(server), path);
}

/* A call of `path` to its end. */
static void call_path(call *c, const char *method, const char *path)
{
    call_init(c, method, NULL);
    c->request.url = url(c, path);
    call_run(c);
}

static void expect(const call *c, sl_status status, int32_t reached)
{
    if (c->status != status || c->response.reached != reached)
        fail_msg("%s, reached %d: %s", sl_status_name(c->status), c->response.reached,
                 c->response.fault ? c->response.fault : "-");
    if (status == SL_OK) {
        assert_null(c->response.fault);
    } else {
        assert_non_null(c->response.fault);
        assert_string_equal(sl_error_message(c->cx), c->response.fault);
        assert_int_equal(c->response.status, 0);
    }
}

static void an_answer_comes_with_status_headers_and_body(void **state)
{
    (void)state;
    call c;
    call_init(&c, "POST", NULL);
    c.request.url = url(&c, "/ok");
    c.request.body = "a=1&b=2";
    c.request.body_length = 7;
    call_run(&c);
    expect(&c, SL_OK, SL_HTTP_ANSWERED);
    assert_int_equal(c.response.status, 200);
    assert_string_equal(c.response.body, "POST a=1&b=2");
    assert_int_equal(c.response.body_length, 12);
    assert_string_equal(sl_http_response_header(c.cx, &c.response, "x-ANSWER"), "42");
    assert_null(sl_http_response_header(c.cx, &c.response, "X-Answe"));
    assert_true(c.response.elapsed_ms >= 0);
    sl_context_free(c.cx);

    call_path(&c, "GET", "/status/503");
    expect(&c, SL_OK, SL_HTTP_ANSWERED);
    assert_int_equal(c.response.status, 503);
    sl_context_free(c.cx);

    call_path(&c, "POST", "/ok");
    assert_string_equal(c.response.body, "POST ");
    sl_context_free(c.cx);

    call_path(&c, "DELETE", "/ok");
    assert_string_equal(c.response.body, "DELETE ");
    sl_context_free(c.cx);
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
    (void)state;
    call c;
    call_path(&c, "GET", "/redirect");
    expect(&c, SL_OK, SL_HTTP_ANSWERED);
    assert_int_equal(c.response.status, 302);
    assert_string_equal(sl_http_response_header(c.cx, &c.response, "Location"), "/ok");
    assert_int_equal(test_server_requests(server), 1);
    sl_context_free(c.cx);
}

static void an_interim_answer_is_passed_over(void **state)
{
    (void)state;
    call c;
    call_path(&c, "GET", "/interim");
    assert_int_equal(c.response.status, 200);
    assert_string_equal(c.response.body, "done");
    assert_null(sl_http_response_header(c.cx, &c.response, "X-Early"));
    assert_string_equal(sl_http_response_header(c.cx, &c.response, "X-Late"), "spaced");
    sl_context_free(c.cx);
}

static void headers_are_sent_as_given_and_none_can_be_smuggled(void **state)
{
    (void)state;
    static const sl_pair good[] = { { "Content-Type", "application/json" },
                                    { "X-Empty", "" },
                                    { "X-One", "two" },
                                    { NULL, NULL } };
    static const sl_pair split[] = { { "X-One", "two\r\nX-Three: four" }, { NULL, NULL } };
    static const sl_pair name[] = { { "X One", "two" }, { NULL, NULL } };
    call c;
    call_init(&c, "POST", NULL);
    c.request.url = url(&c, "/head");
    c.request.headers = good;
    c.request.body = "{}";
    c.request.body_length = 2;
    c.request.user = "user";
    c.request.password = "word";
    call_run(&c);
    assert_non_null(strstr(c.response.body, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(c.response.body, "\r\nX-Empty:\r\n"));
    assert_non_null(strstr(c.response.body, "\r\nX-One: two\r\n"));
    assert_non_null(strstr(c.response.body, "\r\nUser-Agent: stripe_lite/1."));
    assert_non_null(strstr(c.response.body, "\r\nAuthorization: Basic dXNlcjp3b3Jk\r\n"));
    assert_null(strstr(c.response.body, "Expect"));
    sl_context_free(c.cx);

    const sl_pair *const wrong[] = { split, name };
    for (size_t i = 0; i < 2; i++) {
        call_init(&c, "GET", NULL);
        c.request.url = url(&c, "/head");
        c.request.headers = wrong[i];
        call_run(&c);
        expect(&c, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT);
        sl_context_free(c.cx);
    }
}

static void a_connection_is_used_again(void **state)
{
    (void)state;
    call c;
    for (int i = 0; i < 5; i++) {
        call_path(&c, "POST", "/ok");
        expect(&c, SL_OK, SL_HTTP_ANSWERED);
        sl_context_free(c.cx);
    }
    assert_int_equal(test_server_connections(server), 1);
    assert_int_equal(test_server_requests(server), 5);
}

static int closed_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &size), 0);
    close(descriptor);
    return ntohs(address.sin_port);
}

static void what_never_left_is_not_sent(void **state)
{
    (void)state;
    call c;
    const char *urls[6];
    call_init(&c, "POST", NULL);
    urls[0] = sl_format(c.cx, "http://127.0.0.1:%d/ok", closed_port());
    urls[1] = "http://no-such-name.invalid/ok";
    urls[2] = sl_format(c.cx, "https://127.0.0.1:%d/ok", test_server_port(server));
    urls[3] = "ftp://127.0.0.1/ok";
    urls[4] = sl_format(c.cx, "http://user:hush@127.0.0.1:%d/ok", test_server_port(server));
    urls[5] = "not a url";
    for (int i = 0; i < 6; i++) {
        call one;
        call_init(&one, "POST", urls[i]);
        one.request.body = "hush";
        one.request.body_length = 4;
        call_run(&one);
        expect(&one, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT);
        assert_null(strstr(one.response.fault, "hush"));
        sl_context_free(one.cx);
    }
    assert_int_equal(test_server_requests(server), 0);
    sl_context_free(c.cx);
}

static void what_left_without_a_whole_answer_is_unknown(void **state)
{
    (void)state;
    static const char *const paths[] = { "/drop", "/silent" };
    for (size_t i = 0; i < 2; i++) {
        call c;
        call_path(&c, "POST", paths[i]);
        expect(&c, SL_E_UNKNOWN, SL_HTTP_UNKNOWN);
        sl_context_free(c.cx);
    }
}

static void a_late_answer_is_a_timeout_of_unknown_outcome(void **state)
{
    (void)state;
    call c;
    call_init(&c, "POST", NULL);
    c.request.url = url(&c, "/slow");
    c.request.timeout_ms = 60;
    int64_t began = sl_clock_monotonic_ms();
    call_run(&c);
    expect(&c, SL_E_TIMEOUT, SL_HTTP_UNKNOWN);
    assert_true(sl_clock_monotonic_ms() - began < 10000);
    assert_true(c.response.elapsed_ms >= 60);
    sl_context_free(c.cx);

    call_init(&c, "POST", NULL);
    c.request.url = url(&c, "/slow");
    c.cx->deadline = sl_clock_monotonic_ms() + 60;
    call_run(&c);
    expect(&c, SL_E_TIMEOUT, SL_HTTP_UNKNOWN);
    sl_context_free(c.cx);

    call_init(&c, "POST", NULL);
    c.request.url = url(&c, "/ok");
    c.cx->deadline = sl_clock_monotonic_ms() - 1;
    call_run(&c);
    expect(&c, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT);
    sl_context_free(c.cx);
}

static void the_body_has_a_limit(void **state)
{
    (void)state;
    call c;
    call_init(&c, "GET", NULL);
    c.request.url = url(&c, "/big");
    c.request.body_limit = 100000;
    call_run(&c);
    expect(&c, SL_OK, SL_HTTP_ANSWERED);
    assert_int_equal(c.response.body_length, 100000);
    sl_context_free(c.cx);

    call_init(&c, "GET", NULL);
    c.request.url = url(&c, "/big");
    c.request.body_limit = 99999;
    call_run(&c);
    expect(&c, SL_E_UNKNOWN, SL_HTTP_UNKNOWN);
    assert_non_null(strstr(c.response.fault, "larger"));
    sl_context_free(c.cx);
}

/* A kept connection that closes: what may be sent twice is, and what may not is not. */
static void only_what_may_repeat_is_sent_again_by_itself(void **state)
{
    (void)state;
    static const sl_pair key[] = { { "Idempotency-Key", "k1" }, { NULL, NULL } };
    static const struct {
        const char *method;
        const sl_pair *headers;
        bool repeats;
    } cases[] = { { "POST", NULL, false }, { "POST", key, true }, { "GET", NULL, true } };
    for (size_t i = 0; i < 3; i++) {
        call c;
        /* The connection that is used again is the newest one; its first request is answered, its second closes it. */
        call_path(&c, "GET", "/status/200");
        assert_int_equal(c.response.status, 200);
        sl_context_free(c.cx);
        int before = test_server_requests(server);
        call_init(&c, cases[i].method, NULL);
        c.request.url = url(&c, "/fickle");
        c.request.headers = cases[i].headers;
        call_run(&c);
        expect(&c, cases[i].repeats ? SL_OK : SL_E_UNKNOWN,
               cases[i].repeats ? SL_HTTP_ANSWERED : SL_HTTP_UNKNOWN);
        assert_int_equal(test_server_requests(server) - before, cases[i].repeats ? 2 : 1);
        sl_context_free(c.cx);
    }
}

static void call_flags(call *c, const char *address, uint32_t flags)
{
    call_init(c, "GET", NULL);
    c->request.url = sl_format(c->cx, "http://%s:%d/ok", address, test_server_port(server));
    c->request.flags = flags;
    call_run(c);
}

static void a_rule_refuses_addresses_at_the_moment_of_connecting(void **state)
{
    (void)state;
    call c;
    /* Without a rule first: its connection must not serve the call that has one. */
    call_flags(&c, "localhost", 0);
    expect(&c, SL_OK, SL_HTTP_ANSWERED);
    sl_context_free(c.cx);
    static const char *const names[] = { "127.0.0.1", "localhost", "2130706433", "0x7f.1",
                                         "[::ffff:127.0.0.1]" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        call_flags(&c, names[i], SL_HTTP_NO_PRIVATE);
        expect(&c, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT);
        sl_context_free(c.cx);
    }
    assert_int_equal(test_server_requests(server), 1);
    call_flags(&c, "127.0.0.1", SL_HTTP_NO_LINK_LOCAL);
    expect(&c, SL_OK, SL_HTTP_ANSWERED);
    sl_context_free(c.cx);
    call_flags(&c, "169.254.169.254", SL_HTTP_NO_LINK_LOCAL);
    expect(&c, SL_E_UNAVAILABLE, SL_HTTP_NOT_SENT);
    assert_non_null(strstr(c.response.fault, "not allowed"));
    sl_context_free(c.cx);
    assert_true(sl_http_client_allow(host.http_client, "127.0.0.0/8"));
    call_flags(&c, "127.0.0.1", SL_HTTP_NO_PRIVATE);
    expect(&c, SL_OK, SL_HTTP_ANSWERED);
    sl_context_free(c.cx);
}

static void a_url_is_checked_before_it_is_stored(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        uint32_t flags;
        bool good;
    } cases[] = {
        { "https://example.com/hook?x=1", SL_HTTP_NO_PRIVATE, true },
        { "http://8.8.8.8/", SL_HTTP_NO_PRIVATE, true },
        { "http://10.0.0.1/", SL_HTTP_NO_LINK_LOCAL, true },
        { "http://10.0.0.1/", SL_HTTP_NO_PRIVATE, false },
        { "http://[fe80::1]/", SL_HTTP_NO_LINK_LOCAL, false },
        { "http://169.254.169.254/latest", SL_HTTP_NO_LINK_LOCAL, false },
        { "http://2852039166/", SL_HTTP_NO_LINK_LOCAL, false },
        { "http://localhost/", SL_HTTP_NO_PRIVATE, false },
        { "http://localhost/", 0, true },
        { "ftp://example.com/", 0, false },
        { "example.com", 0, false },
        { "https://", 0, false },
        { "https://u:p@example.com/", 0, false },
        { "javascript:alert(1)", 0, false },
        { "", 0, false },
    };
    sl_context *cx = sl_context_new(&host, "acct_1", false, "req_1");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (sl_http_check(cx, cases[i].url, cases[i].flags) !=
            (cases[i].good ? SL_OK : SL_E_INVALID))
            fail_msg("%s under %u", cases[i].url, cases[i].flags);
    sl_context_free(cx);
}

static void certificates_are_verified(void **state)
{
    (void)state;
    char file[] = "/tmp/stripe_lite_certificate_XXXXXX";
    int descriptor = mkstemp(file);
    assert_true(descriptor >= 0);
    close(descriptor);
    test_server *secure = test_server_new(file);
    static const char *const hosts[] = { "localhost", "localhost", "127.0.0.1" };
    for (int i = 0; i < 3; i++) {
        /* Unknown authority; known; known, but for another name. */
        if (i == 1)
            sl_http_client_trust(host.http_client, file);
        call c;
        call_init(&c, "POST", NULL);
        c.request.url = sl_format(c.cx, "https://%s:%d/ok", hosts[i], test_server_port(secure));
        call_run(&c);
        expect(&c, i == 1 ? SL_OK : SL_E_UNAVAILABLE, i == 1 ? SL_HTTP_ANSWERED : SL_HTTP_NOT_SENT);
        sl_context_free(c.cx);
    }
    assert_int_equal(test_server_requests(secure), 1);
    sl_http_client_free(host.http_client);
    host.http_client = sl_http_client_new(loop);
    test_server_free(secure);
    unlink(file);
}

static void nothing_is_sent_between_a_write_and_its_commit(void **state)
{
    (void)state;
    call c;
    pending = true;
    call_path(&c, "POST", "/ok");
    expect(&c, SL_E_INTERNAL, SL_HTTP_NOT_SENT);
    assert_int_equal(test_server_requests(server), 0);
    sl_context_free(c.cx);
}

static void cancels_when_sent(void *data)
{
    while (test_server_requests(server) == 0)
        assert_int_equal(sl_wait_until(sl_clock_monotonic_ms() + 5), SL_OK);
    sl_fiber_cancel(data);
}

static void a_cancelled_fiber_takes_its_call_back(void **state)
{
    (void)state;
    call c;
    call_init(&c, "POST", NULL);
    c.request.url = url(&c, "/slow");
    assert_int_equal(sl_fiber_start(loop, cancels_when_sent, call_start(&c), NULL), SL_OK);
    loop_run();
    expect(&c, SL_E_CANCELLED, SL_HTTP_UNKNOWN);
    sl_context_free(c.cx);
    call_path(&c, "GET", "/ok");
    expect(&c, SL_OK, SL_HTTP_ANSWERED);
    sl_context_free(c.cx);
}

static void two_hundred_at_once_end_each_as_it_must(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    static const char *const paths[] = { "/ok", "/ok", "/drop", "/slow", "/big" };
    static call calls[COUNT];
    for (int i = 0; i < COUNT; i++) {
        call_init(&calls[i], "GET", NULL);
        calls[i].request.url = url(&calls[i], paths[i % 5]);
        calls[i].request.timeout_ms = i % 5 == 3 ? 1500 : 20000;
        call_start(&calls[i]);
    }
    loop_run();
    for (int i = 0; i < COUNT; i++) {
        if (i % 5 == 2)
            expect(&calls[i], SL_E_UNKNOWN, SL_HTTP_UNKNOWN);
        else if (i % 5 == 3)
            assert_true(calls[i].status == SL_E_TIMEOUT || calls[i].status == SL_E_UNAVAILABLE);
        else
            expect(&calls[i], SL_OK, SL_HTTP_ANSWERED);
        sl_context_free(calls[i].cx);
    }
}

static void older_structs_are_taken_and_filled_as_far_as_they_go(void **state)
{
    (void)state;
    call c;
    call_init(&c, "GET", NULL);
    c.request.url = url(&c, "/ok");
    c.request.user = "left out";
    c.request.struct_size = offsetof(sl_http_request, user);
    call_run(&c);
    expect(&c, SL_OK, SL_HTTP_ANSWERED);
    assert_int_equal(c.response.struct_size, sizeof(c.response));
    sl_context_free(c.cx);
}

int main(void)
{
    setenv("no_proxy", "*", 1);
#define EACH(function) cmocka_unit_test_setup_teardown(function, all_up, all_down)
    const struct CMUnitTest tests[] = {
        EACH(an_answer_comes_with_status_headers_and_body),
        EACH(a_redirect_is_an_answer_and_not_followed),
        EACH(an_interim_answer_is_passed_over),
        EACH(headers_are_sent_as_given_and_none_can_be_smuggled),
        EACH(a_connection_is_used_again),
        EACH(what_never_left_is_not_sent),
        EACH(what_left_without_a_whole_answer_is_unknown),
        EACH(a_late_answer_is_a_timeout_of_unknown_outcome),
        EACH(the_body_has_a_limit),
        EACH(only_what_may_repeat_is_sent_again_by_itself),
        EACH(a_rule_refuses_addresses_at_the_moment_of_connecting),
        EACH(a_url_is_checked_before_it_is_stored),
        EACH(certificates_are_verified),
        EACH(nothing_is_sent_between_a_write_and_its_commit),
        EACH(a_cancelled_fiber_takes_its_call_back),
        EACH(two_hundred_at_once_end_each_as_it_must),
        EACH(older_structs_are_taken_and_filled_as_far_as_they_go),
    };
    return cmocka_run_group_tests_name("send", tests, NULL, NULL);
}
