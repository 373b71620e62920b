/*
 * log_file.c: how the log is written, and log.file, opened again on SIGUSR1 so that it can be rotated.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/app/app.h"
#include "core/base/log.h"
#include "core/config/settings.h"

static int log_descriptor = -1;

bool sl_log_begin(const struct sl_settings *settings)
{
    bool terminal = strcmp(settings->log_format, "auto") == 0 && isatty(STDERR_FILENO);
    bool text = terminal || strcmp(settings->log_format, "text") == 0;
    sl_log_configure(sl_log_level_of(settings->log_level), text ? SL_LOG_TEXT : SL_LOG_JSON);
    return sl_log_file_open(settings);
}

bool sl_log_file_open(const struct sl_settings *settings)
{
    if (!settings->log_file)
        return true;
    int opened = open(settings->log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (opened < 0) {
        fprintf(stderr, "stripe-lite: cannot open the log file %s: %s\n", settings->log_file,
                strerror(errno));
        return false;
    }
    sl_log_output(opened);
    if (log_descriptor >= 0)
        close(log_descriptor);
    log_descriptor = opened;
    return true;
}
