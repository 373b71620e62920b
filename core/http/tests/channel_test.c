/*
 * channel_test.c: what a channel reads, keeps, writes and forgets, over a pair of sockets.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/http/channel.h"

#define LARGE ((size_t)4 * 1024 * 1024)

static sl_loop *loop;
static sl_channel_room room;
static sl_channel channel;
static int peer;

static void ready(void *data, int events)
{
    (void)data;
    (void)events;
}

static int set_up(void **state)
{
    int ends[2];
    (void)state;
    loop = sl_loop_new(1);
    assert_non_null(loop);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    peer = ends[0];
    assert_int_equal(sl_channel_open(&channel, loop, &room, ends[1], NULL, ready, NULL), SL_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sl_channel_close(&channel);
    close(peer);
    sl_loop_free(loop);
    return 0;
}

static void peer_says(const char *text)
{
    assert_int_equal(send(peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void write_text(const char *text)
{
    const struct iovec pieces[2] = { { .iov_base = (char *)(uintptr_t)text,
                                       .iov_len = strlen(text) } };
    sl_channel_write(&channel, pieces, false);
}

static void assert_input(const char *text)
{
    assert_int_equal(channel.input_length, strlen(text));
    assert_memory_equal(channel.input, text, strlen(text));
}

static void assert_room_is_empty(void)
{
    assert_null(room.user);
    for (size_t i = 0; i < sizeof room.bytes; i++) {
        assert_int_equal(room.bytes[i], 0);
    }
}

static void what_was_taken_is_forgotten(void **state)
{
    (void)state;
    peer_says("4242424242424242");
    assert_int_equal(sl_channel_read(&channel), SL_CHANNEL_READ);
    assert_input("4242424242424242");
    sl_channel_take(&channel, 16);
    assert_true(sl_channel_keep(&channel));
    assert_room_is_empty();
    assert_null(channel.kept);
}

static void what_was_left_is_kept_and_continued(void **state)
{
    (void)state;
    peer_says("taken left");
    assert_int_equal(sl_channel_read(&channel), SL_CHANNEL_READ);
    sl_channel_take(&channel, 6);
    assert_true(sl_channel_keep(&channel));
    assert_room_is_empty();
    assert_input("left");
    assert_int_equal(sl_channel_read(&channel), SL_CHANNEL_NOTHING);
    char many[1001] = { 0 };
    memset(many, 'm', sizeof many - 1);
    peer_says(many);
    assert_int_equal(sl_channel_read(&channel), SL_CHANNEL_READ);
    assert_room_is_empty();
    assert_int_equal(channel.input_length, 1004);
    assert_memory_equal(channel.input, "leftm", 5);
    sl_channel_take(&channel, 1003);
    peer_says("end");
    assert_int_equal(sl_channel_read(&channel), SL_CHANNEL_READ);
    assert_input("mend");
    sl_channel_take(&channel, 4);
    assert_null(channel.kept);
}

static void closing_forgets_what_is_in_the_room(void **state)
{
    peer_says("4242424242424242");
    assert_int_equal(sl_channel_read(&channel), SL_CHANNEL_READ);
    assert_int_equal(tear_down(state), 0);
    assert_room_is_empty();
    assert_int_equal(set_up(state), 0);
}

static void the_end_of_a_half_is_told_apart_from_the_end(void **state)
{
    (void)state;
    char text[8] = "";
    peer_says("last");
    shutdown(peer, SHUT_WR);
    assert_int_equal(sl_channel_read(&channel), SL_CHANNEL_READ);
    sl_channel_take(&channel, channel.input_length);
    assert_true(sl_channel_keep(&channel));
    assert_int_equal(sl_channel_read(&channel), SL_CHANNEL_ENDED);
    write_text("answer");
    assert_int_equal(recv(peer, text, sizeof text, 0), 6);
    close(peer);
    peer = -1;
    write_text("nobody");
    assert_int_equal(sl_channel_unsent(&channel), 6);
    assert_false(sl_channel_flush(&channel));
}

static void what_is_held_leaves_together(void **state)
{
    (void)state;
    char text[16] = "";
    channel.held = true;
    write_text("one ");
    write_text("two");
    assert_int_equal(recv(peer, text, sizeof text, 0), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(sl_channel_unsent(&channel), 7);
    assert_true(sl_channel_flush(&channel));
    assert_int_equal(recv(peer, text, sizeof text, 0), 7);
    assert_string_equal(text, "one two");
    assert_int_equal(sl_channel_unsent(&channel), 0);
}

/* Both kinds of a second piece, with another answer behind. */
static void what_the_socket_does_not_take_waits_in_order(void **state)
{
    char *large = malloc(LARGE);
    char *heard = malloc(LARGE + 16);
    (void)state;
    assert_non_null(large);
    assert_non_null(heard);
    for (size_t i = 0; i < LARGE; i++) {
        large[i] = (char)('a' + i % 23);
    }
    for (int lasting = 0; lasting < 2; lasting++) {
        const struct iovec pieces[2] = { { .iov_base = (char[]){ "head" }, .iov_len = 4 },
                                         { .iov_base = large, .iov_len = LARGE } };
        sl_channel_write(&channel, pieces, lasting);
        assert_in_range(sl_channel_unsent(&channel), 1, LARGE);
        write_text("next");
        size_t length = 0;
        while (length < LARGE + 8) {
            ssize_t got = recv(peer, heard + length, LARGE + 16 - length, 0);
            assert_true(got > 0);
            length += (size_t)got;
            assert_true(sl_channel_flush(&channel));
        }
        assert_memory_equal(heard, "head", 4);
        assert_memory_equal(heard + 4, large, LARGE);
        assert_memory_equal(heard + 4 + LARGE, "next", 4);
        assert_int_equal(sl_channel_unsent(&channel), 0);
    }
    free(large);
    free(heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_taken_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_left_is_kept_and_continued, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing_forgets_what_is_in_the_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_of_a_half_is_told_apart_from_the_end, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_held_leaves_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_socket_does_not_take_waits_in_order, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
