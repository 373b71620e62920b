/*
 * idempotency_test.c: one key, one effect, one answer; with an SQLite database.
 *
 * The effect that is counted is a number in this process: a handler that ran.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/database/database.h"
#include "core/http/idempotency.h"
#include "core/http/tests/support.h"

typedef struct make_params {
    const char *name;
} make_params;

static const sl_field make_fields[] = { SL_STRING(make_params, name, .required = true),
                                        SL_FIELDS_END };

static atomic_int runs;

static sl_status make(sl_context *cx, const void *params)
{
    const make_params *in = params;
    int run = atomic_fetch_add(&runs, 1) + 1;
    return sl_reply_json(cx, 200,
                         sl_json_object(cx, "made", in->name, "run", sl_format(cx, "%d", run)));
}

/* As a payment: durable first, then a wait, then the outcome. */
static sl_status outcome(sl_context *cx, void *data)
{
    return sl_reply_json(cx, 200, sl_json_object(cx, "paid", data));
}

static sl_status pay(sl_context *cx, const void *params)
{
    const make_params *in = params;
    atomic_fetch_add(&runs, 1);
    sl_status status = sl_commit(cx);
    if (status == SL_OK) {
        status = sl_sleep(cx, 300);
    }
    return status == SL_OK ? sl_retry(cx, outcome, sl_copy(cx, in->name, strlen(in->name)))
                           : status;
}

static sl_status decline(sl_context *cx, const void *params)
{
    (void)params;
    atomic_fetch_add(&runs, 1);
    sl_keep(cx);
    return sl_fail(cx, SL_E_CARD, "card_declined", "Declined in run %d.", atomic_load(&runs));
}

static sl_status refuse(sl_context *cx, const void *params)
{
    (void)params;
    atomic_fetch_add(&runs, 1);
    return sl_fail(cx, SL_E_INVALID, "resource_missing", "Refused.");
}

static sl_status break_down(sl_context *cx, const void *params)
{
    (void)params;
    atomic_fetch_add(&runs, 1);
    return sl_fail(cx, SL_E_INTERNAL, NULL, "Broken.");
}

/* Durable, and then a failure of ours: the answer is not known, and asking again must not begin again. */
static sl_status interrupted(sl_context *cx, const void *params)
{
    (void)params;
    atomic_fetch_add(&runs, 1);
    sl_status status = sl_commit(cx);
    return status == SL_OK ? sl_fail(cx, SL_E_UNKNOWN, NULL, "Nobody knows.") : status;
}

static sl_status unsent_outcome(sl_context *cx, void *data)
{
    (void)data;
    sl_keep(cx);
    sl_idempotency_release(cx);
    return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "Nothing was sent.");
}

/* Durable, and then it turns out that nothing will come of it. */
static sl_status unsent(sl_context *cx, const void *params)
{
    (void)params;
    if (atomic_fetch_add(&runs, 1) % 2 == 1)
        return sl_reply_json(cx, 200, sl_json_object(cx, "sent", "now"));
    sl_status status = sl_commit(cx);
    return status == SL_OK ? sl_retry(cx, unsent_outcome, NULL) : status;
}

/* As a request that stood still while a job answered for it. */
static sl_status overtaken(sl_context *cx, const void *params)
{
    (void)params;
    sl_status status = sl_commit(cx);
    sl_rows *rows = NULL;
    if (status == SL_OK)
        status =
            sl_execute(cx,
                       "UPDATE idempotency_keys SET version = version + 1, state = 'finished', "
                       "http_status = 201, content_type = 'application/json', body = '{}' "
                       "WHERE request_id = $1",
                       SL_ARGS(sl_text(sl_request_id(cx))), &rows);
    return status == SL_OK ? sl_retry(cx, outcome, "late") : status;
}

/* The first run of the last step is in somebody's way. */
static sl_status second_time(sl_context *cx, void *data)
{
    const make_params *in = data;
    if (atomic_fetch_add(&runs, 1) == 0) {
        sl_reply_header(cx, "X-First", "yes");
        (void)!sl_reply_json(cx, 201, sl_json_object(cx, "made", "first"));
        return SL_E_CONFLICT;
    }
    bool silent = strcmp(in->name, "a") != 0;
    return silent ? SL_OK : sl_reply_json(cx, 200, sl_json_object(cx, "made", "second"));
}

static sl_status in_the_way(sl_context *cx, const void *params)
{
    return sl_retry(cx, second_time, (void *)(uintptr_t)params);
}

#define OPEN .params = make_fields, .access = SL_ACCESS_OPEN
static const sl_route routes[] = {
    { "POST /make", make, OPEN },
    { "POST /other", make, OPEN },
    { "POST /v1/make", make, OPEN },
    { "POST /pay", pay, OPEN },
    { "POST /decline", decline, OPEN },
    { "POST /v1/decline", decline, OPEN },
    { "POST /refuse", refuse, OPEN },
    { "POST /break", break_down, OPEN },
    { "POST /in_the_way", in_the_way, OPEN },
    { "POST /interrupted", interrupted, OPEN },
    { "POST /v1/interrupted", interrupted, OPEN },
    { "POST /unsent", unsent, OPEN },
    { "POST /overtaken", overtaken, OPEN },
    SL_ROUTES_END,
};

static test_server *server;
static char room[64 * 1024];

static int set_up(void **state)
{
    (void)state;
    server = test_server_start(routes, NULL, true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_server_stop(server, 3000);
    return 0;
}

static int begin(const char *path, const char *key, const char *body)
{
    char text[2048];
    int size = snprintf(
        text, sizeof text,
        "POST %s HTTP/1.1\r\nHost: a\r\nIdempotency-Key: %s\r\nContent-Type: application/json\r\n"
        "Content-Length: %zu\r\n\r\n%s",
        path, key, strlen(body), body);
    int descriptor = test_connect(server);
    test_send(descriptor, text, (size_t)size);
    return descriptor;
}

static const char *end(int descriptor)
{
    assert_true(test_receive_one(descriptor, false, room, sizeof room));
    close(descriptor);
    return room;
}

static const char *ask(const char *path, const char *key, const char *body)
{
    return end(begin(path, key, body));
}

#define A "{\"name\":\"a\"}"
#define B "{\"name\":\"b\"}"

/* Two equal requests: one run, one body, the second marked. */
static void replays(const char *path, const char *key, int http_status)
{
    char first[4096];
    char id[128];
    int before = atomic_load(&runs);
    const char *answer = ask(path, key, A);
    assert_int_equal(test_status(answer), http_status);
    assert_null(test_header(answer, "Idempotent-Replayed"));
    snprintf(first, sizeof first, "%s", test_body(answer));
    snprintf(id, sizeof id, "%s", test_header(answer, "Request-Id"));
    answer = ask(path, key, A);
    assert_int_equal(test_status(answer), http_status);
    assert_string_equal(test_body(answer), first);
    assert_string_equal(test_header(answer, "Idempotent-Replayed"), "true");
    assert_string_equal(test_header(answer, "Content-Type"), "application/json");
    assert_string_not_equal(test_header(answer, "Request-Id"), id);
    assert_int_equal(atomic_load(&runs), before + 1);
}

static void the_same_request_runs_once(void **state)
{
    (void)state;
    replays("/make", "once", 200);
    replays("/v1/make", "once-v1", 200);
    replays("/pay", "once-paid", 200);
}

static void a_decline_is_stored_as_it_was_told(void **state)
{
    (void)state;
    replays("/decline", "declined", 402);
    replays("/v1/decline", "declined-v1", 402);
}

static void another_body_or_path_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(test_status(ask("/make", "mine", A)), 200);
    static const char *const paths[] = { "/make", "/other" };
    for (size_t i = 0; i < 2; i++) {
        const char *answer = ask(paths[i], "mine", i == 0 ? B : A);
        assert_int_equal(test_status(answer), 400);
        assert_non_null(strstr(test_body(answer), "\"idempotency_error\""));
    }
    assert_int_equal(test_status(ask("/make?x=1", "mine", A)), 422);
}

static void refusals_leave_the_key_free(void **state)
{
    (void)state;
    assert_int_equal(test_status(ask("/make", "free", "{}")), 422);
    assert_int_equal(test_status(ask("/make", "free", "{")), 400);
    assert_int_equal(test_status(ask("/refuse", "free", A)), 400);
    assert_int_equal(test_status(ask("/break", "free", A)), 500);
    assert_int_equal(test_status(ask("/break", "free", A)), 500);
    assert_int_equal(test_status(ask("/make", "free", A)), 200);
}

static void a_key_has_1_to_255_characters(void **state)
{
    (void)state;
    char key[300];
    memset(key, 'k', sizeof key);
    key[255] = '\0';
    assert_int_equal(test_status(ask("/make", key, A)), 200);
    key[255] = 'k';
    key[256] = '\0';
    assert_int_equal(test_status(ask("/make", key, A)), 400);
    assert_int_equal(test_status(ask("/make", "", A)), 400);
    assert_int_equal(test_status(ask("/make", "\xff", A)), 400);
}

static void while_the_first_runs_the_second_is_in_use(void **state)
{
    (void)state;
    int before = atomic_load(&runs);
    int first = begin("/pay", "running", A);
    usleep(100000);
    const char *answer = ask("/pay", "running", A);
    assert_int_equal(test_status(answer), 409);
    assert_non_null(strstr(test_body(answer), "\"idempotency_key_in_use\""));
    assert_int_equal(test_status(end(first)), 200);
    answer = ask("/pay", "running", A);
    assert_int_equal(test_status(answer), 200);
    assert_string_equal(test_header(answer, "Idempotent-Replayed"), "true");
    assert_int_equal(atomic_load(&runs), before + 1);
}

static void of_many_at_once_one_answer_is_given_to_all(void **state)
{
    (void)state;
    int descriptors[16];
    char body[512] = "";
    for (size_t i = 0; i < 16; i++) {
        descriptors[i] = begin("/make", "crowd", A);
    }
    for (size_t i = 0; i < 16; i++) {
        const char *answer = end(descriptors[i]);
        assert_int_equal(test_status(answer), 200);
        if (i == 0) {
            snprintf(body, sizeof body, "%s", test_body(answer));
        }
        assert_string_equal(test_body(answer), body);
    }
}

static void a_step_that_runs_again_starts_without_an_answer(void **state)
{
    (void)state;
    atomic_store(&runs, 0);
    const char *answer = ask("/in_the_way", "way_1", A);
    assert_int_equal(test_status(answer), 200);
    assert_string_equal(test_body(answer), "{\"made\":\"second\"}");
    assert_null(test_header(answer, "X-First"));
    assert_int_equal(atomic_load(&runs), 2);

    atomic_store(&runs, 0);
    assert_int_equal(test_status(ask("/in_the_way", "way_2", B)), 500);
}

static sl_status told(sl_context *cx, void *data)
{
    if (data) {
        sl_keep(cx);
        return sl_fail(cx, SL_E_CARD, "card_declined", "Declined after all.");
    }
    return sl_reply_json(cx, 200, sl_json_object(cx, "found", "out"));
}

/* What a job of the interrupted request does; jobs have its request id. */
static void recover(sl_context *cx, void *data)
{
    assert_int_equal(sl_request_resume(cx, sl_request_id(cx)), SL_OK);
    sl_status status = sl_retry(cx, told, data);
    assert_int_equal(status, data ? SL_E_CARD : SL_OK);
}

static void a_job_gives_the_answer_of_an_interrupted_request(void **state)
{
    (void)state;
    static const char *const paths[] = { "/interrupted", "/v1/interrupted" };
    for (size_t i = 0; i < 2; i++) {
        char id[128];
        int before = atomic_load(&runs);
        const char *answer = ask(paths[i], paths[i], A);
        assert_int_equal(test_status(answer), 503);
        snprintf(id, sizeof id, "%s", test_header(answer, "Request-Id"));
        assert_int_equal(test_status(ask(paths[i], paths[i], A)), 409);
        test_server_run(server, "req_of_another", recover, NULL);
        assert_int_equal(test_status(ask(paths[i], paths[i], A)), 409);
        test_server_run(server, id, recover, i ? id : NULL);
        answer = ask(paths[i], paths[i], A);
        assert_int_equal(test_status(answer), i ? 402 : 200);
        assert_string_equal(test_header(answer, "Idempotent-Replayed"), "true");
        assert_int_equal(strncmp(test_body(answer), i ? "{\"error\":" : "{\"found\":\"out\"}", 9),
                         0);
        test_server_run(server, id, recover, NULL);
        assert_int_equal(test_status(ask(paths[i], paths[i], A)), i ? 402 : 200);
        assert_int_equal(atomic_load(&runs), before + 1);
    }
}

static void a_released_key_may_be_used_again(void **state)
{
    (void)state;
    atomic_store(&runs, 0);
    assert_int_equal(test_status(ask("/unsent", "unsent", A)), 503);
    assert_int_equal(test_status(ask("/unsent", "unsent", A)), 200);
    assert_string_equal(test_header(ask("/unsent", "unsent", A), "Idempotent-Replayed"), "true");
    assert_int_equal(atomic_load(&runs), 2);
}

/* The outcome of a request that was given up while this job looked for it: in its last run it knows that nothing came of it. */
static sl_status given_up(sl_context *cx, void *data)
{
    atomic_int *run = data;
    if (atomic_fetch_add(run, 1) == 0)
        return sl_reply_json(cx, 200, sl_json_object(cx, "found", "out"));
    sl_keep(cx);
    sl_idempotency_release(cx);
    return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "Nothing was sent.");
}

/* The request lets its key go, and the client has it again before the job that resumed it commits. */
static void recover_late(sl_context *cx, void *data)
{
    atomic_int run = 0;
    sl_rows *rows = NULL;
    assert_int_equal(sl_request_resume(cx, sl_request_id(cx)), SL_OK);
    assert_int_equal(sl_execute(cx,
                                data ? "UPDATE idempotency_keys SET request_id = 'req_of_another', "
                                       "version = version + 1 WHERE request_id = $1"
                                     : "DELETE FROM idempotency_keys WHERE request_id = $1",
                                SL_ARGS(sl_text(sl_request_id(cx))), &rows),
                     SL_OK);
    assert_int_equal(sl_retry(cx, given_up, &run), SL_E_UNAVAILABLE);
    assert_int_equal(atomic_load(&run), 2);
}

static void a_job_leaves_a_released_key_to_who_has_it_now(void **state)
{
    (void)state;
    static const char *const keys[] = { "released", "taken" };
    for (size_t i = 0; i < 2; i++) {
        char id[128];
        const char *answer = ask("/interrupted", keys[i], A);
        assert_int_equal(test_status(answer), 503);
        snprintf(id, sizeof id, "%s", test_header(answer, "Request-Id"));
        test_server_run(server, id, recover_late, i ? id : NULL);
        /* Free, or in use: not answered by what the job found out about another request. */
        assert_int_equal(test_status(ask("/interrupted", keys[i], A)), i ? 409 : 503);
    }
}

static void a_request_that_was_answered_for_gives_that_answer(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *answer = ask("/overtaken", "overtaken", A);
        assert_int_equal(test_status(answer), 201);
        assert_string_equal(test_body(answer), "{}");
        assert_string_equal(test_header(answer, "Idempotent-Replayed"), "true");
    }
}

static void purge(sl_context *cx, void *data)
{
    sl_rows *rows = NULL;
    sl_status status = sl_execute(
        cx, "UPDATE idempotency_keys SET created = created - $1 WHERE id IN ('old', 'open')",
        SL_ARGS(sl_int(SL_IDEMPOTENCY_KEPT + 60)), &rows);
    assert_int_equal(status, SL_OK);
    *(sl_status *)data = sl_idempotency_purge(cx);
}

static void keys_are_forgotten_after_a_day_and_not_before(void **state)
{
    (void)state;
    sl_status status = SL_E_INTERNAL;
    assert_int_equal(test_status(ask("/make", "old", A)), 200);
    assert_int_equal(test_status(ask("/make", "young", A)), 200);
    assert_int_equal(test_status(ask("/interrupted", "open", A)), 503);
    test_server_run(server, "req_purge", purge, &status);
    assert_int_equal(status, SL_OK);
    assert_null(test_header(ask("/make", "old", A), "Idempotent-Replayed"));
    assert_non_null(test_header(ask("/make", "young", A), "Idempotent-Replayed"));
    assert_int_equal(test_status(ask("/interrupted", "open", A)), 409);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_that_runs_again_starts_without_an_answer),
        cmocka_unit_test(the_same_request_runs_once),
        cmocka_unit_test(a_decline_is_stored_as_it_was_told),
        cmocka_unit_test(another_body_or_path_is_an_error),
        cmocka_unit_test(refusals_leave_the_key_free),
        cmocka_unit_test(a_key_has_1_to_255_characters),
        cmocka_unit_test(while_the_first_runs_the_second_is_in_use),
        cmocka_unit_test(a_job_gives_the_answer_of_an_interrupted_request),
        cmocka_unit_test(a_released_key_may_be_used_again),
        cmocka_unit_test(a_job_leaves_a_released_key_to_who_has_it_now),
        cmocka_unit_test(a_request_that_was_answered_for_gives_that_answer),
        cmocka_unit_test(keys_are_forgotten_after_a_day_and_not_before),
        cmocka_unit_test(of_many_at_once_one_answer_is_given_to_all),
    };
    return cmocka_run_group_tests_name("idempotency", tests, set_up, tear_down);
}
