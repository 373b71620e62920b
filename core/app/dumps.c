/*
 * dumps.c: in production no process leaves a core file, and no other process of its user may look into its memory.
 *
 * What a request carries is overwritten when it is over (core/base/wipe.h); a process that ends in the middle of one would write
 * it to disk. Elsewhere the system's own settings hold, so that a developer has a core file to look at.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/app/app.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/config/settings.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOOKS_AT_ITSELF 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define LOOKS_AT_ITSELF 1
#endif
#ifndef LOOKS_AT_ITSELF
#define LOOKS_AT_ITSELF 0 /* the search for leaks traces its own process */
#endif

void sl_dumps_forbid(const sl_settings *settings)
{
    const struct rlimit none = { 0, 0 };
    if (strcmp(settings->environment, "production") != 0)
        return;
    (void)setrlimit(RLIMIT_CORE, &none);
    /* A program that is handed core files through a pipe is asked in spite of the limit, but not for these processes. */
    (void)prctl(PR_SET_DUMPABLE, LOOKS_AT_ITSELF, 0, 0, 0);
}
