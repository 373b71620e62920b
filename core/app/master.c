/*
 * master.c: the process that owns the listeners and keeps the workers alive.
 *
 * It opens nothing else: no plugin, no database, no event loop, so that a crash in those never takes it along. Listening sockets
 * belong to slots and outlive workers and generations: what waits in their queues is served by whoever comes next, which is why
 * neither a crash nor a reload refuses a connection.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stripe_lite/log.h>

#include "core/app/app.h"
#include "core/app/sockets.h"
#include "core/base/clock.h"
#include "core/config/settings.h"

#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS 10000
#define STEADY_MS 10000 /* a worker that lived so long starts again at once */
#define STOP_GRACE_MS 2000
#define WATCH_QUIET_MS 300 /* a build writes several files */

typedef struct worker {
    pid_t process;
    int ready; /* read end; -1 once it has said so */
    bool serving;
    bool retiring; /* told to drain */
    int32_t slot;
    uint32_t generation;
    int64_t started;
} worker;

typedef struct slot {
    int64_t start_at; /* monotonic ms; 0: nothing to start */
    int64_t backoff;
} slot;

typedef struct master {
    sl_invocation *invocation;
    int (*reload)(sl_invocation *invocation);
    sl_sockets sockets;
    worker workers[2 * SL_SLOTS];
    slot slots[SL_SLOTS];
    int signals;
    int alive[2]; /* workers watch the read end; only the master holds the write end */
    uint32_t generation;
    bool announced;
    bool stopping;
    int64_t kill_at;
    int watch;         /* --reload; -1: none */
    int64_t reload_at; /* monotonic ms; 0: none is due */
    int exit_code;
} master;

static worker *worker_free(master *m)
{
    for (size_t i = 0; i < 2 * SL_SLOTS; i++)
        if (m->workers[i].process == 0)
            return &m->workers[i];
    return NULL;
}

static void signals_default(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int child_run(master *m, int32_t slot_number, int ready)
{
    signals_default();
    close(m->signals);
    close(m->alive[1]);
    for (size_t i = 0; i < 2 * SL_SLOTS; i++)
        if (m->workers[i].process && m->workers[i].ready >= 0)
            close(m->workers[i].ready);
    sl_worker_start start = { .listener = m->sockets.descriptors[slot_number],
                              .metrics_listener = slot_number == 0 ? m->sockets.metrics : -1,
                              .ready = ready,
                              .alive = m->alive[0],
                              .slot = slot_number };
    return sl_worker_run(m->invocation, &start);
}

static void worker_start(master *m, int32_t slot_number)
{
    int ready[2];
    worker *w = worker_free(m);
    m->slots[slot_number].start_at = 0;
    if (!w || pipe(ready) != 0) {
        m->slots[slot_number].start_at = sl_clock_monotonic_ms() + BACKOFF_LAST_MS;
        return;
    }
    (void)fflush(NULL);
    pid_t process = fork();
    if (process == 0) {
        close(ready[0]);
        _exit(child_run(m, slot_number, ready[1]));
    }
    close(ready[1]);
    if (process < 0) {
        close(ready[0]);
        m->slots[slot_number].start_at = sl_clock_monotonic_ms() + BACKOFF_LAST_MS;
        return;
    }
    *w = (worker){ .process = process,
                   .ready = ready[0],
                   .slot = slot_number,
                   .generation = m->generation,
                   .started = sl_clock_monotonic_ms() };
}

static bool generation_serves(const master *m)
{
    uint32_t serving = 0;
    for (size_t i = 0; i < 2 * SL_SLOTS; i++)
        serving += m->workers[i].process && m->workers[i].serving &&
                   m->workers[i].generation == m->generation;
    return serving >= m->sockets.count;
}

static void generations_retire(master *m)
{
    for (size_t i = 0; i < 2 * SL_SLOTS; i++) {
        worker *w = &m->workers[i];
        if (w->process && w->generation != m->generation && !w->retiring) {
            w->retiring = true;
            kill(w->process, SIGTERM);
        }
    }
}

static void announce(master *m)
{
    char message[256];
    if (!m->announced) {
        printf("listening on %s\n", m->sockets.url);
        (void)fflush(stdout);
    }
    m->announced = true;
    snprintf(message, sizeof message, "READY=1\nSTATUS=listening on %s", m->sockets.url);
    sl_notify(message);
}

static void worker_ready(master *m, worker *w)
{
    char byte = 0;
    ssize_t count = read(w->ready, &byte, 1);
    close(w->ready);
    w->ready = -1;
    if (count != 1)
        return;
    w->serving = true;
    if (generation_serves(m)) {
        announce(m);
        generations_retire(m);
    }
}

static void all_signal(master *m, int number)
{
    for (size_t i = 0; i < 2 * SL_SLOTS; i++)
        if (m->workers[i].process)
            kill(m->workers[i].process, number);
}

static void stop_begin(master *m, int exit_code)
{
    if (m->stopping)
        return;
    m->stopping = true;
    m->exit_code = exit_code;
    m->kill_at =
        sl_clock_monotonic_ms() + m->invocation->settings->server_drain * 1000 + STOP_GRACE_MS;
    sl_notify("STOPPING=1");
    all_signal(m, SIGTERM);
}

static void worker_restart(master *m, const worker *w)
{
    slot *s = &m->slots[w->slot];
    int64_t now = sl_clock_monotonic_ms();
    if (now - w->started >= STEADY_MS)
        s->backoff = 0;
    s->start_at = now + s->backoff;
    s->backoff = s->backoff ? s->backoff * 2 : BACKOFF_FIRST_MS;
    if (s->backoff > BACKOFF_LAST_MS)
        s->backoff = BACKOFF_LAST_MS;
}

/* A child's exit code; one that a signal ended is told, for it could not say anything itself. */
static int child_exit_code(int status, const char *who)
{
    char how[32];
    if (WIFEXITED(status))
        return WEXITSTATUS(status) ? WEXITSTATUS(status) : SL_EXIT_NO;
    snprintf(how, sizeof how, "%d", WTERMSIG(status));
    sl_log(NULL, SL_LOG_ERROR, "a process was ended by a signal", "process", who, "signal", how);
    return SL_EXIT_NO;
}

static void worker_ended(master *m, worker *w, int status)
{
    worker ended = *w;
    if (w->ready >= 0)
        close(w->ready);
    *w = (worker){ .ready = -1 };
    if (ended.retiring || m->stopping)
        return;
    /* Before the first readiness a worker that cannot start ends the start, with its own exit code. */
    if (!m->announced) {
        stop_begin(m, child_exit_code(status, "a worker"));
        return;
    }
    (void)child_exit_code(status, "a worker");
    if ((uint32_t)ended.slot < m->sockets.count)
        worker_restart(m, &ended);
}

static void children_reap(master *m)
{
    int status = 0;
    for (pid_t process; (process = waitpid(-1, &status, WNOHANG)) > 0;)
        for (size_t i = 0; i < 2 * SL_SLOTS; i++)
            if (m->workers[i].process == process)
                worker_ended(m, &m->workers[i], status);
}

static int prepare_wait(master *m)
{
    (void)fflush(NULL);
    pid_t process = fork();
    if (process == 0) {
        signals_default();
        _exit(sl_prepare_run(m->invocation));
    }
    int status = 0;
    if (process < 0 || waitpid(process, &status, 0) != process)
        return SL_EXIT_NO;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? SL_EXIT_OK
                                                         : child_exit_code(status, "the preparer");
}

/* New settings are in force once a preparer has found them fit; a worker that is replaced until then has the old ones. */
static bool settings_renew(master *m)
{
    const sl_settings *before = m->invocation->settings;
    bool fit = m->reload(m->invocation) == SL_EXIT_OK && prepare_wait(m) == SL_EXIT_OK &&
               sl_sockets_resize(&m->sockets, m->invocation->settings);
    const sl_settings *dropped = fit ? before : m->invocation->settings;
    if (!fit && dropped != before) {
        m->invocation->settings = before;
        (void)sl_log_begin(before);
    }
    if (dropped != m->invocation->settings)
        sl_settings_free((sl_settings *)dropped);
    if (fit && m->watch >= 0)
        sl_watch_add(m->watch, m->invocation);
    return fit;
}

static void reload_begin(master *m)
{
    sl_notify("RELOADING=1");
    if (!generation_serves(m)) {
        sl_log(NULL, SL_LOG_WARNING, "reload refused: the last one is still under way");
        return;
    }
    if (!settings_renew(m)) {
        sl_log(NULL, SL_LOG_ERROR, "reload refused: the old settings and plugins go on");
        sl_notify("READY=1");
        return;
    }
    m->generation++;
    for (uint32_t i = 0; i < m->sockets.count; i++)
        worker_start(m, (int32_t)i);
    sl_log(NULL, SL_LOG_INFO, "reloading in fresh workers");
}

static void signal_take(master *m)
{
    struct signalfd_siginfo info;
    if (read(m->signals, &info, sizeof info) != sizeof info)
        return;
    switch (info.ssi_signo) {
    case SIGTERM:
    case SIGINT:
        stop_begin(m, SL_EXIT_OK);
        break;
    case SIGQUIT:
        m->stopping = true;
        m->exit_code = SL_EXIT_OK;
        all_signal(m, SIGKILL);
        break;
    case SIGUSR1:
        (void)sl_log_file_open(m->invocation->settings);
        all_signal(m, SIGUSR1);
        break;
    case SIGHUP:
        if (!m->stopping)
            reload_begin(m);
        break;
    default:
        break;
    }
}

static int poll_timeout(const master *m)
{
    int64_t next = m->stopping                            ? m->kill_at
                   : m->reload_at && generation_serves(m) ? m->reload_at
                                                          : INT64_MAX;
    for (uint32_t i = 0; i < m->sockets.count; i++)
        if (m->slots[i].start_at && m->slots[i].start_at < next)
            next = m->slots[i].start_at;
    if (next == INT64_MAX)
        return -1;
    int64_t left = next - sl_clock_monotonic_ms();
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void wait_once(master *m)
{
    struct pollfd polled[2 * SL_SLOTS + 2] = { { .fd = m->signals, .events = POLLIN },
                                               { .fd = m->watch, .events = POLLIN } };
    worker *of[2 * SL_SLOTS + 2] = { NULL };
    nfds_t count = 2;
    for (size_t i = 0; i < 2 * SL_SLOTS; i++) {
        if (m->workers[i].process && m->workers[i].ready >= 0) {
            of[count] = &m->workers[i];
            polled[count++] = (struct pollfd){ .fd = m->workers[i].ready, .events = POLLIN };
        }
    }
    if (poll(polled, count, poll_timeout(m)) < 0)
        return;
    for (nfds_t i = 2; i < count; i++)
        if (polled[i].revents)
            worker_ready(m, of[i]);
    if (polled[1].revents && sl_watch_changed(m->watch, m->invocation))
        m->reload_at = sl_clock_monotonic_ms() + WATCH_QUIET_MS;
    if (polled[0].revents)
        signal_take(m);
}

static bool workers_left(const master *m)
{
    for (size_t i = 0; i < 2 * SL_SLOTS; i++)
        if (m->workers[i].process)
            return true;
    return false;
}

static void starts_due(master *m)
{
    int64_t now = sl_clock_monotonic_ms();
    for (uint32_t i = 0; i < m->sockets.count && !m->stopping; i++)
        if (m->slots[i].start_at && m->slots[i].start_at <= now)
            worker_start(m, (int32_t)i);
    if (m->reload_at && m->reload_at <= now && !m->stopping && generation_serves(m)) {
        m->reload_at = 0;
        reload_begin(m);
    }
}

int sl_master_run(sl_invocation *invocation, int (*reload)(sl_invocation *invocation))
{
    master m = { .invocation = invocation, .reload = reload, .signals = -1, .watch = -1 };
    sigset_t taken;
    sigemptyset(&taken);
    for (size_t i = 0; i < 6; i++)
        sigaddset(&taken, (const int[]){ SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGCHLD }[i]);
    sigprocmask(SIG_BLOCK, &taken, NULL);
    m.signals = signalfd(-1, &taken, SFD_CLOEXEC);
    if (m.signals < 0 || pipe(m.alive) != 0)
        return SL_EXIT_NO;
    if (!sl_sockets_open(&m.sockets, invocation->settings))
        return SL_EXIT_NO;
    if (invocation->watch)
        m.watch = sl_watch_open(invocation);
    int prepared = prepare_wait(&m);
    if (prepared != SL_EXIT_OK)
        return prepared;
    for (uint32_t i = 0; i < m.sockets.count; i++)
        worker_start(&m, (int32_t)i);
    while (!m.stopping || workers_left(&m)) {
        wait_once(&m);
        children_reap(&m);
        starts_due(&m);
        if (m.stopping && sl_clock_monotonic_ms() >= m.kill_at)
            all_signal(&m, SIGKILL);
    }
    sl_sockets_close(&m.sockets);
    return m.exit_code;
}
