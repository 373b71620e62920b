/*
 * app.h: the program: its commands, its processes, and the host that each of them opens.
 *
 * `serve` is a master that forks a preparer (plugins checked, database migrated) and then workers; every other command is one
 * process that opens the host, runs a function in a fiber and ends. Exit codes: 0 fine, 1 the command's own no, 2 wrong usage,
 * 78 bad configuration (sysexits).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_APP_H
#define STRIPE_LITE_CORE_APP_APP_H

#include <stripe_lite/context.h>

#include "core/app/paths.h"
#include "core/base/host.h"

#define SL_EXIT_OK 0
#define SL_EXIT_NO 1
#define SL_EXIT_USAGE 2
#define SL_EXIT_CONFIG 78

struct sl_settings;

/* What a command line said before any room is opened. */
typedef struct sl_invocation {
    const char *config;           /* --config FILE */
    bool json;                    /* --json */
    const char *const *arguments; /* after the command's name */
    int32_t argument_count;
    sl_paths paths;
    const struct sl_settings *settings;
    struct sl_rate_table *rates;  /* shared by the workers; NULL: no limit */
    struct sl_board_entry *entry; /* in a worker: where it tells the master how it is */
    bool watch;                   /* --reload: reload when plugins or settings change */
    sl_arena *arena;              /* lives as long as the process */
} sl_invocation;

/* The whole program; the exit code. since 1.0 [start-up only] */
SL_API int sl_app_main(int argument_count, char **arguments);

/* ---- one process's host ---- */

/* How much of the host a process needs. */
#define SL_HOST_DATABASE 1 /* settings, loop, database */
#define SL_HOST_PLUGINS 2  /* and plugins, loaded and registered */
#define SL_HOST_STARTED 3  /* and started: everything but the server */

typedef struct sl_process {
    sl_host host;
    const sl_invocation *invocation;
    int depth;
} sl_process;

/* Runs `function` in a fiber of a fresh host, stops the loop after it, closes everything; its exit code. A host that cannot be
 * opened has said why on stderr: SL_EXIT_CONFIG or SL_EXIT_NO. since 1.0 [start-up only] */
typedef int (*sl_process_function)(sl_context *cx, sl_process *process, void *data);
int sl_process_run(const sl_invocation *invocation, int depth, int32_t slot,
                   sl_process_function function, void *data);

/* ---- serving ---- */

/* The master's whole life; the exit code. since 1.0 [start-up only] */
int sl_master_run(sl_invocation *invocation, int (*reload)(sl_invocation *invocation));

/* The preparer: bootstrap keys, plugins checked, migrations applied; the exit code. since 1.0 [start-up only] */
int sl_prepare_run(const sl_invocation *invocation);

/* A worker's whole life: serves on `listeners` until told to stop; writes one byte into `ready` when it accepts, and ends when
 * `alive` (a pipe that the master holds open) closes. The exit code. since 1.0 [start-up only] */
typedef struct sl_worker_start {
    const int *listeners;
    uint32_t listener_count;
    int metrics_listener; /* -1: none */
    int ready;
    int alive;
    int32_t slot;
} sl_worker_start;
int sl_worker_run(const sl_invocation *invocation, const sl_worker_start *start);

/* Whether a worker could serve: routes that clash and certificates that cannot be read are said on stderr. SL_EXIT_OK or
 * SL_EXIT_CONFIG. since 1.0 [start-up only] */
int sl_worker_check(sl_context *cx, const sl_process *process);

/* Logs from now on as the settings say; false when log.file cannot be opened, after saying why on stderr. since 1.0
 * [start-up only] */
bool sl_log_begin(const struct sl_settings *settings);

/* Opens log.file, again when it is open; false after saying why not on stderr, and then the old one goes on. since 1.0
 * [no-suspend] */
bool sl_log_file_open(const struct sl_settings *settings);

/* In production: from here on this process and those it forks leave no core file. since 1.0 [start-up only] */
void sl_dumps_forbid(const struct sl_settings *settings);

/* A descriptor that is readable once a plugin or the settings file changed; -1 when the system refuses. since 1.0
 * [start-up only] */
int sl_watch_open(const sl_invocation *invocation);
/* Watches also where the settings that are now in force lie. since 1.0 [start-up only] */
void sl_watch_add(int watch, const sl_invocation *invocation);
/* Reads what is there; whether any of it concerns the server. since 1.0 [no-suspend] */
bool sl_watch_changed(int watch, const sl_invocation *invocation);

/* Tells the service manager that started us ("READY=1"), if there is one. since 1.0 [no-suspend] */
void sl_notify(const char *message);
/* "WATCHDOG=1", as often as the service manager asked for it. since 1.0 [no-suspend] */
void sl_notify_alive(int64_t now);

#endif
