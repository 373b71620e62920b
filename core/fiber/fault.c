/*
 * fault.c: what happens at a fault point; nothing, in a build without them.
 *
 * Points are passed by fibers and by the database's thread. Nothing is kept but the one order of the environment and how
 * often this process came by it: what lies in the folder belongs to whoever takes it away first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/fault.h>

#ifndef SL_FAULTS

bool sl_fault_pass(const char *point, const char *kind)
{
    (void)point;
    (void)kind;
    return false;
}

#else

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/fiber/fiber.h"

#define DELAY_MS 500
#define WRONG_USE 2 /* the exit code of a fault in the environment's text */

enum action { NOTHING, KILL, STOP, DELAY, FAIL };

static const char *const action_names[] = { "nothing", "kill", "stop", "delay", "error" };

static struct {
    char point[128];
    enum action action;
    int pass;
    atomic_int passed;
    const char *folder;
} order;
static pthread_once_t order_read = PTHREAD_ONCE_INIT;

static enum action action_of(const char *text, size_t length)
{
    for (int action = KILL; action <= FAIL; action++) {
        if (strlen(action_names[action]) == length &&
            memcmp(action_names[action], text, length) == 0)
            return (enum action)action;
    }
    return NOTHING;
}

/* point:action[:pass] */
static bool order_parse(const char *text)
{
    size_t point = strcspn(text, ":");
    if (point == 0 || point >= sizeof order.point || text[point] == '\0')
        return false;
    memcpy(order.point, text, point);
    text += point + 1;
    size_t action = strcspn(text, ":");
    order.action = action_of(text, action);
    order.pass = 1;
    char *end = NULL;
    if (text[action] == ':') {
        long pass = strtol(text + action + 1, &end, 10);
        order.pass = pass > 0 && pass < 1000000 ? (int)pass : 0;
    }
    return order.action != NOTHING && order.pass > 0 && (!end || *end == '\0');
}

static void environment_read(void)
{
    const char *text = getenv("STRIPE_LITE_FAULT");
    const char *folder = getenv("STRIPE_LITE_FAULT_FOLDER");
    order.folder = folder && *folder ? folder : NULL;
    if (!text || !*text || order_parse(text))
        return;
    fprintf(stderr,
            "stripe-lite: STRIPE_LITE_FAULT: \"%s\" is no fault: expected point:action or "
            "point:action:pass with kill, stop, delay or error\n",
            text);
    _exit(WRONG_USE);
}

static bool order_is_for(const char *point, const char *name)
{
    return strcmp(order.point, point) == 0 || strcmp(order.point, name) == 0;
}

/* The file of that name is the order of whoever unlinks it. */
static enum action folder_take(const char *name)
{
    char path[512];
    char text[16];
    if (snprintf(path, sizeof path, "%s/%s", order.folder, name) >= (int)sizeof path)
        return NOTHING;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NOTHING;
    ssize_t length = read(file, text, sizeof text);
    close(file);
    return length > 0 && unlink(path) == 0 ? action_of(text, (size_t)length) : NOTHING;
}

static enum action action_here(const char *point, const char *name)
{
    enum action action = NOTHING;
    if (order.action != NOTHING && order_is_for(point, name) &&
        atomic_fetch_add(&order.passed, 1) + 1 == order.pass)
        action = order.action;
    if (action == NOTHING && order.folder)
        action = folder_take(name);
    if (action == NOTHING && order.folder && name != point)
        action = folder_take(point);
    return action;
}

static void wait_here(void)
{
    const struct timespec delay = { .tv_nsec = DELAY_MS * 1000000L };
    if (!sl_fiber_current() || sl_wait_until(sl_clock_monotonic_ms() + DELAY_MS) != SL_OK)
        nanosleep(&delay, NULL);
}

bool sl_fault_pass(const char *point, const char *kind)
{
    char name[128];
    char line[192];
    pthread_once(&order_read, environment_read);
    if (order.action == NOTHING && !order.folder)
        return false;
    if (kind)
        snprintf(name, sizeof name, "%s@%s", point, kind);
    enum action action = action_here(point, kind ? name : point);
    if (action == NOTHING)
        return false;
    int length = snprintf(line, sizeof line, "fault: %s %s %d\n", kind ? name : point,
                          action_names[action], (int)getpid());
    if (write(STDERR_FILENO, line, (size_t)length) != length)
        abort();
    /* To this thread: it must not go on until the others have stopped. */
    if (action == KILL || action == STOP)
        raise(action == KILL ? SIGKILL : SIGSTOP);
    if (action == KILL)
        for (;;)
            pause();
    if (action == DELAY)
        wait_here();
    return action == FAIL;
}

#endif
