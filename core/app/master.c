/*
 * master.c: the process that owns the listeners and keeps the workers alive.
 *
 * It opens nothing else: no plugin, no database, no event loop, so that a crash in those never takes it along.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stripe_lite/log.h>

#include "core/app/master.h"
#include "core/base/clock.h"
#include "core/config/settings.h"

#define WATCH_QUIET_MS 300 /* a build writes several files */
#define LOOK_MS 1000

static const int taken[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGCHLD };

void sl_master_leave(sl_master *m)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    close(m->signals);
    close(m->alive[1]);
    for (size_t i = 0; i < SL_WORKERS; i++)
        if (m->workers[i].process && m->workers[i].ready >= 0)
            close(m->workers[i].ready);
}

int sl_child_code(int status, const char *who)
{
    char how[32];
    if (WIFEXITED(status))
        return WEXITSTATUS(status) ? WEXITSTATUS(status) : SL_EXIT_NO;
    snprintf(how, sizeof how, "%d", WTERMSIG(status));
    sl_log(NULL, SL_LOG_ERROR, "a process was ended by a signal", "process", who, "signal", how);
    return SL_EXIT_NO;
}

/* Our own copies of the listeners close with the stop: when the workers have accepted what waits, new connections are refused
 * and not left in a queue that nobody will serve. */
void sl_master_stop(sl_master *m, int exit_code)
{
    if (m->stopping)
        return;
    m->stopping = true;
    m->exit_code = exit_code;
    m->kill_at =
        sl_clock_monotonic_ms() + m->invocation->settings->server_drain * 1000 + SL_STOP_GRACE_MS;
    sl_notify("STOPPING=1");
    if (m->preparer > 0)
        kill(m->preparer, SIGTERM);
    sl_sockets_close(&m->sockets);
    sl_workers_signal(m, SIGTERM);
}

static void children_reap(sl_master *m)
{
    int status = 0;
    for (pid_t process; (process = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (process == m->preparer)
            sl_reload_prepared(m, status);
        for (size_t i = 0; i < SL_WORKERS; i++)
            if (m->workers[i].process == process)
                sl_worker_ended(m, &m->workers[i], status);
    }
}

void sl_master_hear(sl_master *m)
{
    struct signalfd_siginfo info;
    if (read(m->signals, &info, sizeof info) != sizeof info)
        return;
    switch (info.ssi_signo) {
    case SIGTERM:
    case SIGINT:
        sl_master_stop(m, SL_EXIT_OK);
        break;
    case SIGQUIT:
        sl_master_stop(m, SL_EXIT_OK);
        sl_workers_signal(m, SIGKILL);
        break;
    case SIGUSR1:
        (void)sl_log_file_open(m->invocation->settings);
        sl_workers_signal(m, SIGUSR1);
        break;
    case SIGHUP:
        m->reload_at = sl_clock_monotonic_ms();
        break;
    default:
        break;
    }
}

/* ---- the loop ---- */

static int64_t earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static int poll_timeout(const sl_master *m)
{
    int64_t next = m->looked_at + LOOK_MS;
    if (m->stopping)
        next = earlier(next, m->kill_at);
    if (m->reload_at && sl_reload_may_begin(m))
        next = earlier(next, m->reload_at);
    for (uint32_t i = 0; i < m->sockets.count; i++)
        if (m->slots[i].start_at)
            next = earlier(next, m->slots[i].start_at);
    int64_t left = next - sl_clock_monotonic_ms();
    return left < 0 ? 0 : (int)left;
}

static void wait_once(sl_master *m)
{
    struct pollfd polled[SL_WORKERS + 2] = { { .fd = m->signals, .events = POLLIN },
                                             { .fd = m->watch, .events = POLLIN } };
    sl_worker *of[SL_WORKERS + 2] = { NULL };
    nfds_t count = 2;
    for (size_t i = 0; i < SL_WORKERS; i++) {
        if (m->workers[i].process && m->workers[i].ready >= 0) {
            of[count] = &m->workers[i];
            polled[count++] = (struct pollfd){ .fd = m->workers[i].ready, .events = POLLIN };
        }
    }
    if (poll(polled, count, poll_timeout(m)) < 0)
        return;
    for (nfds_t i = 2; i < count; i++)
        if (polled[i].revents)
            sl_worker_ready(m, of[i]);
    if (polled[1].revents && sl_watch_changed(m->watch, m->invocation))
        m->reload_at = sl_clock_monotonic_ms() + WATCH_QUIET_MS;
    if (polled[0].revents)
        sl_master_hear(m);
}

static void starts_due(sl_master *m, int64_t now)
{
    for (uint32_t i = 0; i < m->sockets.count && !m->stopping; i++)
        if (m->slots[i].start_at && m->slots[i].start_at <= now)
            sl_worker_start_in(m, (int32_t)i);
    if (m->reload_at && m->reload_at <= now && !m->stopping && sl_reload_may_begin(m))
        sl_reload_begin(m);
}

static void look_due(sl_master *m, int64_t now)
{
    if (now < m->looked_at + LOOK_MS)
        return;
    bool turning = sl_workers_look(m, now);
    if (turning)
        sl_notify_alive(now);
}

static bool master_open(sl_master *m)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        sigaddset(&set, taken[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    m->signals = signalfd(-1, &set, SFD_CLOEXEC);
    m->board = sl_board_new(SL_WORKERS);
    m->looked_at = sl_clock_monotonic_ms();
    if (m->signals < 0 || pipe(m->alive) != 0 || m->board == NULL ||
        !sl_sockets_open(&m->sockets, m->invocation->settings))
        return false;
    if (m->invocation->watch)
        m->watch = sl_watch_open(m->invocation);
    return true;
}

int sl_master_run(sl_invocation *invocation, int (*reload)(sl_invocation *invocation))
{
    sl_master m = { .invocation = invocation, .reload = reload, .signals = -1, .watch = -1 };
    if (!master_open(&m))
        return SL_EXIT_NO;
    int prepared = sl_prepare_first(&m);
    if (prepared != SL_EXIT_OK || m.stopping)
        return prepared;
    m.looked_at = m.renewed_at = sl_clock_monotonic_ms();
    for (uint32_t i = 0; i < m.sockets.count; i++)
        sl_worker_start_in(&m, (int32_t)i);
    while (!m.stopping || sl_workers_left(&m)) {
        wait_once(&m);
        children_reap(&m);
        int64_t now = sl_clock_monotonic_ms();
        starts_due(&m, now);
        look_due(&m, now);
        if (m.stopping && now >= m.kill_at)
            sl_workers_signal(&m, SIGKILL);
    }
    sl_sockets_close(&m.sockets);
    return m.exit_code;
}
