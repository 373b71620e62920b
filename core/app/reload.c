/*
 * reload.c: new settings and plugins in fresh workers, while the old ones serve.
 *
 * A preparer, a child of its own, finds out whether they fit; until it has, and until the fresh workers serve, nothing of the old
 * generation changes. The master goes on meanwhile: it replaces dead workers with the settings in force and hears signals.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stripe_lite/log.h>

#include "core/app/master.h"
#include "core/base/clock.h"
#include "core/config/settings.h"

/* Fresh workers that do not serve by then may be replaced by others. */
#define LATE_MS 30000

static pid_t preparer_start(sl_master *m)
{
    (void)fflush(NULL);
    pid_t process = fork();
    if (process != 0)
        return process;
    sl_master_leave(m);
    _exit(sl_prepare_run(m->invocation));
}

int sl_prepare_first(sl_master *m)
{
    int status = 0;
    struct pollfd signals = { .fd = m->signals, .events = POLLIN };
    m->preparer = preparer_start(m);
    if (m->preparer < 0)
        return SL_EXIT_NO;
    while (waitpid(m->preparer, &status, WNOHANG) == 0)
        if (poll(&signals, 1, -1) > 0)
            sl_master_hear(m);
    m->preparer = 0;
    if (m->stopping)
        return SL_EXIT_OK;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? SL_EXIT_OK
                                                         : sl_child_code(status, "the preparer");
}

bool sl_reload_may_begin(const sl_master *m)
{
    bool late = sl_clock_monotonic_ms() - m->renewed_at > LATE_MS;
    return m->preparer == 0 && (sl_workers_serve(m) || m->faltered || late);
}

static void refused(void)
{
    sl_log(NULL, SL_LOG_ERROR, "reload refused: the old settings and plugins go on");
    sl_notify("READY=1");
}

void sl_reload_begin(sl_master *m)
{
    const sl_settings *before = m->invocation->settings;
    char message[64];
    m->reload_at = 0;
    snprintf(message, sizeof message, "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)sl_clock_monotonic_us());
    sl_notify(message);
    int code = m->reload(m->invocation);
    const sl_settings *read = m->invocation->settings;
    m->preparer = code == SL_EXIT_OK ? preparer_start(m) : -1;
    m->invocation->settings = before;
    if (read != before)
        (void)sl_log_begin(before);
    if (m->preparer > 0) {
        m->renewed = read;
        return;
    }
    m->preparer = 0;
    if (read != before)
        sl_settings_free((sl_settings *)read);
    refused();
}

void sl_reload_prepared(sl_master *m, int status)
{
    const sl_settings *before = m->invocation->settings;
    const sl_settings *renewed = m->renewed;
    m->preparer = 0;
    m->renewed = NULL;
    bool fit = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!fit)
        (void)sl_child_code(status, "the preparer");
    if (!fit || m->stopping || !sl_sockets_resize(&m->sockets, renewed)) {
        sl_settings_free((sl_settings *)renewed);
        refused();
        return;
    }
    m->invocation->settings = renewed;
    (void)sl_log_begin(renewed);
    sl_settings_free((sl_settings *)before);
    if (m->watch >= 0)
        sl_watch_add(m->watch, m->invocation);
    m->generation++;
    m->faltered = false;
    m->renewed_at = sl_clock_monotonic_ms();
    for (uint32_t i = 0; i < m->sockets.count; i++) {
        m->slots[i].backoff = 0;
        sl_worker_start_in(m, (int32_t)i);
    }
    sl_log(NULL, SL_LOG_INFO, "reloading in fresh workers");
}
