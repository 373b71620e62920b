/*
 * workers.c: the master's view of its workers: started, serving, retired, dead, stuck.
 *
 * A worker that dies is replaced, at once when it had lived a while and else after a pause that doubles. Who crashed is kept by
 * plugin, so that one that does it again and again is named.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stripe_lite/log.h>

#include "core/app/master.h"
#include "core/base/clock.h"
#include "core/base/metrics.h"
#include "core/config/settings.h"

#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS 10000
#define STEADY_MS 10000 /* a worker that lived so long starts again at once */
#define STUCK_GRACE_MS 2000
#define CRASHERS 32
#define OFTEN 3
#define LOOK_GAP_MS \
    3000 /* the master looks every second; after a longer gap it stood still itself */

/* ---- starting ---- */

static sl_worker *worker_free(sl_master *m)
{
    for (size_t i = 0; i < SL_WORKERS; i++)
        if (m->workers[i].process == 0)
            return &m->workers[i];
    return NULL;
}

static int child_run(sl_master *m, int32_t slot, int ready, sl_board_entry *entry)
{
    sl_master_leave(m);
    m->invocation->entry = entry;
    const int *listeners = NULL;
    uint32_t count = sl_sockets_of(&m->sockets, slot, &listeners);
    sl_worker_start start = { .listeners = listeners,
                              .listener_count = count,
                              .metrics_listener = slot == 0 ? m->sockets.metrics : -1,
                              .ready = ready,
                              .alive = m->alive[0],
                              .slot = slot };
    return sl_worker_run(m->invocation, &start);
}

void sl_worker_start_in(sl_master *m, int32_t slot)
{
    int ready[2];
    sl_worker *w = worker_free(m);
    m->slots[slot].start_at = 0;
    if (!w || pipe(ready) != 0) {
        m->slots[slot].start_at = sl_clock_monotonic_ms() + BACKOFF_LAST_MS;
        return;
    }
    sl_board_entry *entry = &m->board[w - m->workers];
    sl_board_clear(entry);
    (void)fflush(NULL);
    pid_t process = fork();
    if (process == 0) {
        close(ready[0]);
        _exit(child_run(m, slot, ready[1], entry));
    }
    close(ready[1]);
    if (process < 0) {
        close(ready[0]);
        m->slots[slot].start_at = sl_clock_monotonic_ms() + BACKOFF_LAST_MS;
        return;
    }
    *w = (sl_worker){ .process = process,
                      .ready = ready[0],
                      .slot = slot,
                      .generation = m->generation,
                      .started = sl_clock_monotonic_ms() };
}

/* ---- serving ---- */

static bool is_newest(const sl_master *m, const sl_worker *w)
{
    return w->process && w->generation == m->generation && !w->retiring;
}

bool sl_workers_serve(const sl_master *m)
{
    bool served[SL_SLOTS] = { false };
    uint32_t count = 0;
    for (size_t i = 0; i < SL_WORKERS; i++) {
        const sl_worker *w = &m->workers[i];
        if (is_newest(m, w) && w->serving && (uint32_t)w->slot < m->sockets.count)
            served[w->slot] = true;
    }
    for (uint32_t i = 0; i < m->sockets.count; i++)
        count += served[i];
    return count == m->sockets.count;
}

static void generations_retire(sl_master *m)
{
    int64_t drain = m->invocation->settings->server_drain * 1000;
    for (size_t i = 0; i < SL_WORKERS; i++) {
        sl_worker *w = &m->workers[i];
        if (w->process && w->generation != m->generation && !w->retiring) {
            w->retiring = true;
            w->kill_at = sl_clock_monotonic_ms() + drain + SL_STOP_GRACE_MS;
            kill(w->process, SIGTERM);
        }
    }
}

static void announce(sl_master *m)
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

void sl_worker_ready(sl_master *m, sl_worker *w)
{
    char byte = 0;
    ssize_t count = read(w->ready, &byte, 1);
    close(w->ready);
    w->ready = -1;
    if (count != 1)
        return;
    w->serving = true;
    if (!m->stopping && sl_workers_serve(m)) {
        announce(m);
        generations_retire(m);
    }
}

void sl_workers_signal(sl_master *m, int number)
{
    for (size_t i = 0; i < SL_WORKERS; i++)
        if (m->workers[i].process)
            kill(m->workers[i].process, number);
}

bool sl_workers_left(const sl_master *m)
{
    for (size_t i = 0; i < SL_WORKERS; i++)
        if (m->workers[i].process)
            return true;
    return false;
}

/* ---- ending ---- */

static void worker_restart(sl_master *m, const sl_worker *w)
{
    sl_slot *s = &m->slots[w->slot];
    int64_t now = sl_clock_monotonic_ms();
    for (size_t i = 0; i < SL_WORKERS; i++)
        if (is_newest(m, &m->workers[i]) && m->workers[i].slot == w->slot)
            return;
    if (now - w->started >= STEADY_MS)
        s->backoff = 0;
    s->start_at = now + s->backoff;
    s->backoff = s->backoff ? s->backoff * 2 : BACKOFF_FIRST_MS;
    if (s->backoff > BACKOFF_LAST_MS)
        s->backoff = BACKOFF_LAST_MS;
}

/* How often this plugin's code has ended a worker of ours. */
static uint32_t crashes_count(const char *plugin)
{
    static struct {
        char plugin[48];
        uint32_t count;
    } crashers[CRASHERS];
    for (size_t i = 0; i < CRASHERS; i++) {
        if (crashers[i].plugin[0] == '\0')
            snprintf(crashers[i].plugin, sizeof crashers[i].plugin, "%s", plugin);
        if (strcmp(crashers[i].plugin, plugin) == 0)
            return ++crashers[i].count;
    }
    return 0;
}

static void crash_tell(const sl_worker *w, const sl_board_entry *entry, int number)
{
    char how[16];
    char often[16];
    char process[16];
    snprintf(how, sizeof how, "%d", number);
    snprintf(process, sizeof process, "%d", (int)w->process);
    if (atomic_load(&entry->crashed) == 0 || entry->plugin[0] == '\0') {
        sl_log(NULL, SL_LOG_ERROR, "a process was ended by a signal", "process", "a worker",
               "signal", how, "pid", process);
        return;
    }
    uint32_t count = crashes_count(entry->plugin);
    snprintf(often, sizeof often, "%u", count);
    sl_metric_add("stripe_lite_plugin_crashes_total", "plugin", entry->plugin, 1);
    sl_log(NULL, SL_LOG_ERROR, "a process was ended by a signal", "process", "a worker", "signal",
           how, "pid", process, "plugin", entry->plugin, "function", entry->function, "work",
           entry->work, "request_id", entry->id, "crashes", often);
    if (count >= OFTEN)
        sl_log(NULL, SL_LOG_ERROR,
               "a plugin crashes again and again: take it out of `plugins` or mend it, then SIGHUP",
               "plugin", entry->plugin, "crashes", often);
}

static void end_tell(const sl_worker *w, const sl_board_entry *entry, int status)
{
    sl_metric_add("stripe_lite_worker_restarts_total", "reason",
                  w->stuck              ? "stuck"
                  : WIFSIGNALED(status) ? "signal"
                                        : "exit",
                  1);
    if (WIFSIGNALED(status)) {
        crash_tell(w, entry, WTERMSIG(status));
        return;
    }
    char code[16];
    snprintf(code, sizeof code, "%d", WEXITSTATUS(status));
    sl_log(NULL, SL_LOG_ERROR, "a worker ended by itself", "code", code);
}

void sl_worker_ended(sl_master *m, sl_worker *w, int status)
{
    sl_worker ended = *w;
    if (w->ready >= 0)
        close(w->ready);
    *w = (sl_worker){ .ready = -1 };
    if ((ended.retiring && !WIFSIGNALED(status)) || (m->stopping && !WIFSIGNALED(status)))
        return;
    end_tell(&ended, &m->board[w - m->workers], status);
    if (ended.retiring || m->stopping)
        return;
    /* Before the first readiness a worker that cannot start ends the start, with its own exit code. */
    if (!m->announced) {
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : SL_EXIT_NO;
        sl_master_stop(m, code ? code : SL_EXIT_NO);
        return;
    }
    if (ended.generation == m->generation && !ended.serving)
        m->faltered = true;
    if ((uint32_t)ended.slot < m->sockets.count)
        worker_restart(m, &ended);
}

/* ---- looking after them ---- */

/* Its report tells where it hangs; a process that cannot make one any more is killed a moment later. */
static void worker_unstick(sl_worker *w, int64_t now, int64_t still_ms)
{
    char seconds[24];
    char process[16];
    snprintf(seconds, sizeof seconds, "%lld", (long long)(still_ms / 1000));
    snprintf(process, sizeof process, "%d", (int)w->process);
    sl_log(NULL, SL_LOG_ERROR, "a worker's loop stands still, ending it", "pid", process, "seconds",
           seconds);
    w->stuck = true;
    w->kill_at = now + STUCK_GRACE_MS;
    kill(w->process, SIGABRT);
}

bool sl_workers_look(sl_master *m, int64_t now)
{
    int64_t patience = m->invocation->settings->server_watchdog * 1000;
    bool paused = now - m->looked_at > LOOK_GAP_MS;
    bool turning = true;
    m->looked_at = now;
    for (size_t i = 0; i < SL_WORKERS; i++) {
        sl_worker *w = &m->workers[i];
        if (w->process == 0)
            continue;
        if (w->kill_at && now >= w->kill_at)
            kill(w->process, SIGKILL);
        int64_t still = now - atomic_load(&m->board[i].beat);
        if (patience == 0 || paused || !w->serving || still < patience)
            continue;
        turning = false;
        if (!w->stuck)
            worker_unstick(w, now, still);
    }
    return turning;
}
