/*
 * server_test.c: connections as clients of all kinds make them, over real sockets.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
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
#include "core/http/tests/support.h"

#define H "Host: a\r\n"

typedef struct hello_params {
    const char *name;
    int64_t count;
} hello_params;

static const sl_field hello_fields[] = {
    SL_STRING(hello_params, name, .required = true, .max = 20),
    SL_INT64(hello_params, count, .nullable = true, .min = 1, .max = 9),
    SL_FIELDS_END,
};

static sl_status hello(sl_context *cx, const void *params)
{
    const hello_params *in = params;
    return sl_reply_json(cx, 200, sl_json_object(cx, "hello", in->name));
}

static sl_status slow(sl_context *cx, const void *params)
{
    (void)params;
    sl_status status = sl_sleep(cx, 150);
    return status == SL_OK ? sl_reply_json(cx, 200, sl_json_object(cx, "slow", "yes")) : status;
}

static sl_status size(sl_context *cx, const void *params)
{
    size_t length = 0;
    (void)params;
    (void)sl_request_body(cx, &length);
    return sl_reply_json(cx, 200, sl_json_object(cx, "size", sl_format(cx, "%zu", length)));
}

static sl_status big(sl_context *cx, const void *params)
{
    (void)params;
    size_t length = 2u * 1024 * 1024;
    char *text = sl_alloc(cx, length);
    memset(text, 'b', length);
    return sl_reply_body(cx, 200, "text/plain", text, length);
}

static sl_status decline(sl_context *cx, const void *params)
{
    (void)params;
    sl_status status =
        sl_fail_param(cx, SL_E_CARD, "card_declined", "payment_method", "No \"luck\".");
    sl_error_decline(cx, "generic_decline", "try_again_later");
    sl_error_attach(cx, "charge", sl_json_object(cx, "id", "ch_1"));
    return status;
}

static sl_status answerless(sl_context *cx, const void *params)
{
    (void)cx;
    (void)params;
    return SL_OK;
}

static sl_status header(sl_context *cx, const void *params)
{
    (void)params;
    sl_reply_header(cx, "X-One", "1");
    sl_reply_header(cx, "X-One", "2");
    sl_reply_header(cx, "X-Split", "a\r\nX-Evil: b");
    return sl_reply_redirect(cx, "/elsewhere");
}

static const sl_route routes[] = {
    { "GET /hello", hello, .params = hello_fields, .access = SL_ACCESS_OPEN },
    { "GET /hello/{name}", hello, .params = hello_fields, .access = SL_ACCESS_OPEN },
    { "POST /hello", hello, .params = hello_fields, .access = SL_ACCESS_OPEN },
    { "POST /v1/hello", hello, .params = hello_fields, .access = SL_ACCESS_OPEN },
    { "GET /slow", slow, .access = SL_ACCESS_OPEN },
    { "POST /slow", slow, .access = SL_ACCESS_OPEN },
    { "POST /hook", size, .access = SL_ACCESS_OPEN, .flags = SL_ROUTE_RAW_BODY },
    { "GET /big", big, .access = SL_ACCESS_OPEN },
    { "POST /decline", decline, .access = SL_ACCESS_OPEN },
    { "POST /v1/decline", decline, .access = SL_ACCESS_OPEN },
    { "POST /answerless", answerless, .access = SL_ACCESS_OPEN },
    { "GET /header", header, .access = SL_ACCESS_OPEN },
    { "GET /secret", hello, .params = hello_fields },
    { "GET /v1/secret", hello, .params = hello_fields },
    SL_ROUTES_END,
};

static test_server *server;
static char room[4u * 1024 * 1024];

static int set_up(void **state)
{
    static const char *const origins[] = { "https://shop.example.com",
                                           "https://admin.example.com" };
    static const sl_server_options options = { .cors_origins = origins,
                                               .cors_origin_count = 2,
                                               .header_ms = 600,
                                               .body_ms = 600,
                                               .idle_ms = 1500,
                                               .in_flight = 8 };
    (void)state;
    /* As in the worker: a client that has gone is an error of a write. */
    assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    server = test_server_start(routes, &options, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_true(test_server_stop(server, 3000) < 3000);
    return 0;
}

static const char *get(const char *path)
{
    static char text[12000];
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\n" H "\r\n", path);
    return test_ask(server, text);
}

static const char *post(const char *path, const char *type, const char *body)
{
    static char text[12000];
    snprintf(text, sizeof text, "POST %s HTTP/1.1\r\n" H "%s%s%sContent-Length: %zu\r\n\r\n%s",
             path, type ? "Content-Type: " : "", type ? type : "", type ? "\r\n" : "", strlen(body),
             body);
    return test_ask(server, text);
}

static void live_answers_with_the_headers_of_every_answer(void **state)
{
    (void)state;
    const char *answer = get("/live");
    assert_int_equal(test_status(answer), 200);
    assert_string_equal(test_body(answer), "{\"status\":\"ok\"}");
    assert_string_equal(test_header(answer, "Content-Type"), "application/json");
    assert_string_equal(test_header(answer, "X-Content-Type-Options"), "nosniff");
    assert_int_equal(strncmp(test_header(answer, "Request-Id"), "req_", 4), 0);
    assert_non_null(test_header(answer, "Date"));
    assert_null(test_header(answer, "Stripe-Version"));
    assert_string_equal(test_header(get("/v1/nothing"), "Stripe-Version"), "2026-10-28.endive");
}

static void parameters_come_from_query_path_form_and_json(void **state)
{
    (void)state;
    assert_string_equal(test_body(get("/hello?name=A%20B")), "{\"hello\":\"A B\"}");
    assert_string_equal(test_body(get("/hello/C%2FD")), "{\"hello\":\"C/D\"}");
    assert_string_equal(
        test_body(post("/hello", "application/json", "{\"name\":\"E\",\"count\":3}")),
        "{\"hello\":\"E\"}");
    assert_string_equal(
        test_body(post("/v1/hello", "application/x-www-form-urlencoded", "name=F&count=3")),
        "{\"hello\":\"F\"}");
    assert_string_equal(test_body(post("/v1/hello", NULL, "name=G")), "{\"hello\":\"G\"}");
    assert_string_equal(
        test_body(post("/v1/hello", "application/json; charset=utf-8", "{\"name\":\"H\"}")),
        "{\"hello\":\"H\"}");
    assert_string_equal(test_body(get("/hello?name=I&expand[]=x")), "{\"hello\":\"I\"}");
}

static void bodies_of_other_kinds_are_refused(void **state)
{
    (void)state;
    assert_int_equal(test_status(post("/hello", "text/plain", "x")), 415);
    assert_int_equal(test_status(post("/hello", "application/jsonx", "{}")), 415);
    assert_int_equal(test_status(post("/v1/hello", "multipart/form-data; boundary=x", "x")), 415);
    const char *answer = post("/hello", "application/json", "{\"name\":");
    assert_int_equal(test_status(answer), 400);
    assert_non_null(strstr(test_body(answer), "json_invalid"));
    assert_int_equal(test_status(post("/v1/hello", NULL, "name=%zz")), 400);
}

static void faults_are_told_in_the_words_of_each_face(void **state)
{
    (void)state;
    const char *answer = post("/hello", "application/json", "{\"count\":10,\"colour\":1}");
    assert_int_equal(test_status(answer), 422);
    assert_non_null(strstr(test_body(answer), "\"loc\":[\"body\",\"name\"]"));
    assert_non_null(strstr(test_body(answer), "\"loc\":[\"body\",\"count\"]"));
    assert_non_null(strstr(test_body(answer), "\"loc\":[\"body\",\"colour\"]"));
    assert_non_null(strstr(test_body(answer), "\"error\":{"));
    answer = get("/hello?count=x");
    assert_non_null(strstr(test_body(answer), "\"loc\":[\"query\",\"count\"]"));
    answer = post("/v1/hello", NULL, "name=A&colour=red");
    assert_int_equal(test_status(answer), 400);
    assert_non_null(strstr(test_body(answer), "\"code\":\"parameter_unknown\""));
    assert_non_null(strstr(test_body(answer), "\"param\":\"colour\""));
    assert_null(strstr(test_body(answer), "\"detail\""));
}

static void an_error_has_its_decline_and_attachments(void **state)
{
    (void)state;
    const char *answer = post("/v1/decline", NULL, "");
    assert_int_equal(test_status(answer), 402);
    const char *body = test_body(answer);
    assert_int_equal(strncmp(body, "{\"error\":{", 10), 0);
    assert_non_null(strstr(body, "\"type\":\"card_error\""));
    assert_non_null(strstr(body, "\"decline_code\":\"generic_decline\""));
    assert_non_null(strstr(body, "\"advice_code\":\"try_again_later\""));
    assert_non_null(strstr(body, "\"message\":\"No \\\"luck\\\".\""));
    assert_non_null(strstr(body, "\"charge\":{\"id\":\"ch_1\"}}}"));
    assert_non_null(
        strstr(body, "\"doc_url\":\"https://stripe.com/docs/error-codes/card-declined\""));
    assert_non_null(strstr(body, "\"request_log_url\":\"http://a/"));
    assert_int_equal(
        strncmp(test_body(post("/decline", NULL, "")), "{\"detail\":\"No \\\"luck\\\".\",", 25), 0);
    assert_int_equal(test_status(post("/answerless", NULL, "")), 500);
}

static void unknown_paths_methods_and_credentials(void **state)
{
    (void)state;
    assert_int_equal(test_status(get("/nothing")), 404);
    const char *answer = get("/nothing/4242424242424242");
    assert_null(strstr(test_body(answer), "424242424242"));
    answer = test_ask(server, "PUT /hello HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n");
    assert_int_equal(test_status(answer), 405);
    assert_string_equal(test_header(answer, "Allow"), "GET, HEAD, POST, OPTIONS");
    answer = get("/secret");
    assert_int_equal(test_status(answer), 401);
    assert_non_null(test_header(answer, "WWW-Authenticate"));
    assert_int_equal(test_status(get("/v1/secret?broken[")), 401);
    assert_int_equal(test_status(get("/metrics")), 401);
}

static void head_is_get_without_its_body(void **state)
{
    (void)state;
    static const char two[] =
        "HEAD /hello?name=A HTTP/1.1\r\n" H "\r\nGET /live HTTP/1.1\r\n" H "\r\n";
    int descriptor = test_connect(server);
    test_send(descriptor, two, sizeof two - 1);
    assert_true(test_receive_one(descriptor, true, room, sizeof room));
    assert_int_equal(test_status(room), 200);
    assert_string_equal(test_header(room, "Content-Length"), "13");
    assert_true(test_receive_one(descriptor, false, room, sizeof room));
    assert_string_equal(test_body(room), "{\"status\":\"ok\"}");
    close(descriptor);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    int descriptor = test_connect(server);
    static const char text[] =
        "GET /slow HTTP/1.1\r\n" H "\r\n"
        "GET /hello?name=1 HTTP/1.1\r\n" H "\r\n"
        "\r\nPOST /hook HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc"
        "POST /hook HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        "GET /live HTTP/1.0\r\n\r\n";
    static const char *const bodies[] = { "{\"slow\":\"yes\"}", "{\"hello\":\"1\"}",
                                          "{\"size\":\"3\"}", "{\"size\":\"2\"}",
                                          "{\"status\":\"ok\"}" };
    test_send(descriptor, text, sizeof text - 1);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        assert_true(test_receive_one(descriptor, false, room, sizeof room));
        assert_string_equal(test_body(room), bodies[i]);
    }
    assert_string_equal(test_header(room, "Connection"), "close");
    assert_int_equal(test_receive_all(descriptor, room, sizeof room), 0);
    close(descriptor);
}

static void a_request_may_come_byte_by_byte(void **state)
{
    (void)state;
    int descriptor = test_connect(server);
    static const char text[] = "POST /hook HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\nabcd";
    for (size_t i = 0; i < sizeof text - 1; i++) {
        test_send(descriptor, text + i, 1);
    }
    assert_true(test_receive_one(descriptor, false, room, sizeof room));
    assert_string_equal(test_body(room), "{\"size\":\"4\"}");
    close(descriptor);
}

static void a_client_that_waits_is_told_to_continue(void **state)
{
    (void)state;
    int descriptor = test_connect(server);
    static const char head[] =
        "POST /hook HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    test_send(descriptor, head, sizeof head - 1);
    assert_true(test_receive_one(descriptor, true, room, sizeof room));
    assert_int_equal(test_status(room), 100);
    test_send(descriptor, "abc", 3);
    assert_true(test_receive_one(descriptor, false, room, sizeof room));
    assert_string_equal(test_body(room), "{\"size\":\"3\"}");
    close(descriptor);
    static const char large[] =
        "POST /hook HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n";
    assert_int_equal(test_status(test_ask(server, large)), 413);
}

static int sized_post(const char *path, size_t length)
{
    int descriptor = test_connect(server);
    char head[256];
    int size = snprintf(head, sizeof head, "POST %s HTTP/1.1\r\n" H "Content-Length: %zu\r\n\r\n",
                        path, length);
    char *body = calloc(1, length);
    assert_non_null(body);
    test_send(descriptor, head, (size_t)size);
    test_send(descriptor, body, length);
    free(body);
    assert_true(test_receive_one(descriptor, false, room, sizeof room));
    close(descriptor);
    return test_status(room);
}

static void large_bodies_are_413_and_the_answer_arrives(void **state)
{
    (void)state;
    assert_int_equal(sized_post("/hook", 512 * 1024), 200);
    assert_int_equal(sized_post("/hook", 512 * 1024 + 1), 413);
    assert_int_equal(sized_post("/hook", 1024 * 1024 + 1), 413);
    assert_int_equal(sized_post("/v1/hello", 3 * 1024 * 1024), 413);
}

static void half_closing_clients_get_their_answer(void **state)
{
    (void)state;
    int descriptor = test_connect(server);
    static const char text[] = "GET /slow HTTP/1.1\r\n" H "\r\n";
    test_send(descriptor, text, sizeof text - 1);
    shutdown(descriptor, SHUT_WR);
    test_receive_all(descriptor, room, sizeof room);
    assert_int_equal(test_status(room), 200);
    assert_string_equal(test_header(room, "Connection"), "close");
    close(descriptor);
}

/* The answer before is still on its way when the half of a request behind it turns out to be all there is. */
static void half_a_request_behind_a_large_answer_is_dropped(void **state)
{
    (void)state;
    int descriptor = test_connect(server);
    static const char text[] = "GET /big HTTP/1.1\r\n" H "\r\n"
                               "POST /hook HTTP/1.1\r\n" H "Content-Length: 9\r\n\r\nabc";
    test_send(descriptor, text, sizeof text - 1);
    shutdown(descriptor, SHUT_WR);
    test_receive_all(descriptor, room, sizeof room);
    assert_int_equal(test_status(room), 200);
    assert_int_equal(strlen(test_body(room)), 2u * 1024 * 1024);
    close(descriptor);
}

static void a_client_that_leaves_harms_nobody(void **state)
{
    (void)state;
    static const char *const texts[] = { "GET /slow HTTP/1.1\r\n" H "\r\n",
                                         "POST /slow HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n",
                                         "POST /hook HTTP/1.1\r\n" H "Content-Length: 9\r\n\r\nabc",
                                         "GET /big HTTP/1.1\r\n" H "\r\n",
                                         "GET /hello HTT",
                                         "" };
    for (size_t i = 0; i < 24; i++) {
        const char *text = texts[i % (sizeof texts / sizeof texts[0])];
        struct linger at_once = { .l_onoff = (int)(i % 2), .l_linger = 0 };
        int descriptor = test_connect(server);
        assert_int_equal(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once),
                         0);
        test_send(descriptor, text, strlen(text));
        if (i % 3 == 0) {
            usleep(20000);
        }
        close(descriptor);
    }
    usleep(400000);
    assert_int_equal(test_status(get("/live")), 200);
    assert_int_equal(test_status(get("/slow")), 200);
}

static void slow_clients_are_cut(void **state)
{
    (void)state;
    static const char *const texts[] = { "GET /live HTTP/1.1\r\nX: ",
                                         "POST /hook HTTP/1.1\r\n" H "Content-Length: 9\r\n\r\na" };
    for (size_t i = 0; i < 2; i++) {
        int descriptor = test_connect(server);
        int64_t before = sl_clock_monotonic_ms();
        test_send(descriptor, texts[i], strlen(texts[i]));
        test_receive_all(descriptor, room, sizeof room);
        assert_int_equal(test_status(room), 408);
        assert_in_range(sl_clock_monotonic_ms() - before, 500, 4000);
        close(descriptor);
    }
    int descriptor = test_connect(server);
    for (int i = 0; i < 8; i++) {
        test_send(descriptor, &"GET /live HTTP/1.1\r\n"[i], 1);
        usleep(200000);
    }
    test_receive_all(descriptor, room, sizeof room);
    assert_int_equal(test_status(room), 408);
    close(descriptor);
}

static void idle_connections_are_closed(void **state)
{
    (void)state;
    int descriptor = test_connect(server);
    static const char text[] = "GET /live HTTP/1.1\r\n" H "\r\n";
    test_send(descriptor, text, sizeof text - 1);
    assert_true(test_receive_one(descriptor, false, room, sizeof room));
    int64_t before = sl_clock_monotonic_ms();
    assert_int_equal(test_receive_all(descriptor, room, sizeof room), 0);
    assert_in_range(sl_clock_monotonic_ms() - before, 1000, 4000);
    close(descriptor);
}

static void hostile_heads_are_answered_and_closed(void **state)
{
    (void)state;
    static const char smuggled[] =
        "POST /hook HTTP/1.1\r\n" H "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\nGET /live HTTP/1.1\r\n" H "\r\n";
    int descriptor = test_connect(server);
    test_send(descriptor, smuggled, sizeof smuggled - 1);
    test_receive_all(descriptor, room, sizeof room);
    assert_int_equal(test_status(room), 400);
    assert_null(strstr(room + 9, "HTTP/1.1 200"));
    assert_non_null(test_header(room, "Request-Id"));
    close(descriptor);
}

static void a_large_answer_arrives_whole(void **state)
{
    (void)state;
    const char *answer = get("/big");
    assert_int_equal(test_status(answer), 200);
    assert_int_equal(strspn(test_body(answer), "b"), 2u * 1024 * 1024);
}

static void overload_is_503_and_probes_pass(void **state)
{
    (void)state;
    int descriptors[12];
    int busy = 0;
    static const char text[] = "GET /slow HTTP/1.1\r\n" H "\r\n";
    for (size_t i = 0; i < 12; i++) {
        descriptors[i] = test_connect(server);
        test_send(descriptors[i], text, sizeof text - 1);
    }
    assert_int_equal(test_status(get("/ready")), 200);
    assert_int_equal(test_status(get("/hello/you")), 200);
    for (size_t i = 0; i < 12; i++) {
        assert_true(test_receive_one(descriptors[i], false, room, sizeof room));
        if (test_status(room) == 503) {
            busy++;
            assert_string_equal(test_header(room, "Retry-After"), "1");
        }
        close(descriptors[i]);
    }
    /* Of eight places, two are kept for routes that wait for nobody. */
    assert_int_equal(busy, 6);
}

static void cors_names_listed_origins_alone(void **state)
{
    (void)state;
    static const char listed[] =
        "GET /nothing HTTP/1.1\r\n" H "Origin: https://shop.example.com\r\n\r\n";
    static const char other[] =
        "GET /live HTTP/1.1\r\n" H "Origin: https://evil.example.com\r\n\r\n";
    static const char ask[] = "OPTIONS /hello HTTP/1.1\r\n" H "Origin: https://shop.example.com\r\n"
                              "Access-Control-Request-Method: POST\r\n\r\n";
    const char *answer = test_ask(server, listed);
    assert_int_equal(test_status(answer), 404);
    assert_string_equal(test_header(answer, "Access-Control-Allow-Origin"),
                        "https://shop.example.com");
    assert_string_equal(test_header(answer, "Vary"), "Origin");
    assert_null(test_header(test_ask(server, other), "Access-Control-Allow-Origin"));
    answer = test_ask(server, ask);
    assert_int_equal(test_status(answer), 204);
    assert_string_equal(test_header(answer, "Access-Control-Allow-Methods"),
                        "GET, HEAD, POST, OPTIONS");
    assert_non_null(strstr(test_header(answer, "Access-Control-Allow-Headers"), "Idempotency-Key"));
    assert_null(test_header(answer, "Content-Length"));
    assert_int_equal(test_status(test_ask(server, "OPTIONS /nothing HTTP/1.1\r\n" H "\r\n")), 404);
}

static void reply_headers_cannot_be_split(void **state)
{
    (void)state;
    const char *answer = get("/header");
    assert_int_equal(test_status(answer), 303);
    assert_string_equal(test_header(answer, "Location"), "/elsewhere");
    assert_string_equal(test_header(answer, "X-One"), "2");
    assert_null(test_header(answer, "X-Evil"));
    assert_null(test_header(answer, "X-Split"));
}

static void documents_tell_the_routes(void **state)
{
    (void)state;
    const char *answer = get("/openapi.json");
    assert_int_equal(test_status(answer), 200);
    assert_non_null(strstr(answer, "\"openapi\":\"3.1.0\""));
    assert_non_null(
        strstr(answer, "\"/hello/{name}\":{\"get\":{\"operationId\":\"get_hello_by_name\""));
    assert_non_null(strstr(answer, "\"in\":\"path\",\"required\":true"));
    assert_null(strstr(answer, "/assets/"));
    assert_int_equal(test_status(get("/docs")), 200);
    assert_int_equal(test_status(get("/redoc")), 200);
    assert_int_equal(test_status(get("/assets/../../etc/passwd")), 404);
    assert_int_equal(test_status(get("/assets/..%2f..%2fetc%2fpasswd")), 404);
}

static void draining_ends_what_runs_and_says_close(void **state)
{
    (void)state;
    test_server *other = test_server_start(routes, NULL, false);
    int busy = test_connect(other);
    int idle = test_connect(other);
    static const char text[] = "GET /slow HTTP/1.1\r\n" H "\r\n";
    static const char live[] = "GET /live HTTP/1.1\r\n" H "\r\n";
    test_send(idle, live, sizeof live - 1);
    assert_true(test_receive_one(idle, false, room, sizeof room));
    test_send(busy, text, sizeof text - 1);
    usleep(50000);
    assert_in_range(test_server_stop(other, 5000), 100, 4000);
    test_receive_all(busy, room, sizeof room);
    assert_int_equal(test_status(room), 200);
    assert_string_equal(test_header(room, "Connection"), "close");
    assert_int_equal(test_receive_all(idle, room, sizeof room), 0);
    close(busy);
    close(idle);
}

/* A request with a query and a header of these sizes; its status. */
static int sized(const test_server *asked, size_t query, size_t filler)
{
    static char text[512 * 1024];
    size_t at = (size_t)snprintf(text, sizeof text, "GET /live?");
    memset(text + at, 'q', query);
    at += query;
    at += (size_t)snprintf(text + at, sizeof text - at, " HTTP/1.1\r\n" H "X-Filler: ");
    memset(text + at, 'f', filler);
    at += filler;
    snprintf(text + at, sizeof text - at, "\r\n\r\n");
    return test_status(test_ask(asked, text));
}

static void heads_are_bounded_as_the_options_say(void **state)
{
    static const sl_server_options narrow = { .head_limit = 2048, .url_limit = 256 };
    static const sl_server_options wide = { .head_limit = 300 * 1024, .url_limit = 65536 };
    (void)state;
    test_server *other = test_server_start(routes, &narrow, false);
    assert_int_equal(sized(other, 200, 1500), 200);
    assert_int_equal(sized(other, 257, 10), 414);
    assert_int_equal(sized(other, 10, 2100), 431);
    test_server_stop(other, 1000);
    other = test_server_start(routes, &wide, false);
    assert_int_equal(sized(other, 60000, 280 * 1024), 200);
    assert_int_equal(sized(other, 66000, 10), 414);
    assert_int_equal(sized(other, 10, 301 * 1024), 431);
    test_server_stop(other, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_answers_with_the_headers_of_every_answer),
        cmocka_unit_test(parameters_come_from_query_path_form_and_json),
        cmocka_unit_test(bodies_of_other_kinds_are_refused),
        cmocka_unit_test(faults_are_told_in_the_words_of_each_face),
        cmocka_unit_test(an_error_has_its_decline_and_attachments),
        cmocka_unit_test(unknown_paths_methods_and_credentials),
        cmocka_unit_test(head_is_get_without_its_body),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_request_may_come_byte_by_byte),
        cmocka_unit_test(a_client_that_waits_is_told_to_continue),
        cmocka_unit_test(large_bodies_are_413_and_the_answer_arrives),
        cmocka_unit_test(half_closing_clients_get_their_answer),
        cmocka_unit_test(half_a_request_behind_a_large_answer_is_dropped),
        cmocka_unit_test(a_client_that_leaves_harms_nobody),
        cmocka_unit_test(slow_clients_are_cut),
        cmocka_unit_test(idle_connections_are_closed),
        cmocka_unit_test(hostile_heads_are_answered_and_closed),
        cmocka_unit_test(heads_are_bounded_as_the_options_say),
        cmocka_unit_test(a_large_answer_arrives_whole),
        cmocka_unit_test(overload_is_503_and_probes_pass),
        cmocka_unit_test(cors_names_listed_origins_alone),
        cmocka_unit_test(reply_headers_cannot_be_split),
        cmocka_unit_test(documents_tell_the_routes),
        cmocka_unit_test(draining_ends_what_runs_and_says_close),
    };
    return cmocka_run_group_tests_name("server", tests, set_up, tear_down);
}
