/*
 * crash.h: what a process says when a fatal signal ends it: one line with the plugin, the request and a backtrace.
 *
 * Everything the handler needs is gathered beforehand; what it does is async-signal-safe: it reads memory through a pipe, which
 * answers EFAULT where a load would crash again, and files with pread. The line holds addresses and names, never contents of
 * memory. After it the signal takes its default action.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_CRASH_H
#define STRIPE_LITE_CORE_APP_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/app/board.h"
#include "core/fiber/fiber.h"

struct sl_registry;

/* SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT are reported from now on; `loop` is this thread's, `entry` (or NULL) is told too.
 * Does nothing under the address sanitizer, which reports by itself. since 1.0 [start-up only] */
void sl_crash_watch(const sl_loop *loop, sl_board_entry *entry);

/* Learns which code lies where: the program, its libraries, the plugins of the registry. since 1.0 [start-up only] */
void sl_crash_learn(const struct sl_registry *registry);

/* ---- within the room: the parts of the report ---- */

/* A text of fixed size that is made without allocating; what does not fit is left out. */
typedef struct sl_crash_text {
    char bytes[6 * 1024];
    size_t length;
    bool json;
} sl_crash_text;
void sl_crash_text_add(sl_crash_text *text, const char *words);
void sl_crash_text_number(sl_crash_text *text, uint64_t number, unsigned base);
/* Begins and ends a member whose value is added between; `pair` does it all, only with letters that names have. */
void sl_crash_text_open(sl_crash_text *text, const char *name);
void sl_crash_text_close(sl_crash_text *text);
void sl_crash_text_pair(sl_crash_text *text, const char *name, const char *value);
/* Copies at most `room - 1` bytes from memory that may be unreadable, other letters than names have as `?`. */
void sl_crash_copy(char *to, size_t room, const char *from);

/* Copies `size` (at most 4096) bytes; false where they cannot be read. */
bool sl_crash_read(uintptr_t from, void *to, size_t size);
bool sl_crash_read_open(void);

/* A loaded file's code. */
typedef struct sl_crash_module {
    uintptr_t base;
    uintptr_t low, high; /* of its executable part */
    uint64_t device, inode;
    bool framed;     /* built by us, with frame pointers */
    char plugin[48]; /* "": none */
    char path[256];
} sl_crash_module;
/* The module whose code holds the address; NULL. */
const sl_crash_module *sl_crash_module_at(uintptr_t address);
/* The function that holds the address, from the file's own symbols; false when the file has none or is another by now. */
bool sl_crash_function_at(const sl_crash_module *module, uintptr_t address, char *ret_name,
                          size_t room);

typedef struct sl_crash_registers {
    uintptr_t pc, sp, fp;
} sl_crash_registers;
/* Code addresses from the innermost outwards, each within the instruction that crashed or called; how many. The stack ends at
 * `top`. */
size_t sl_crash_walk(const sl_crash_registers *registers, uintptr_t top, uintptr_t *ret_frames,
                     size_t room);
/* From the handler of a crash during that walk: does not return when the walk can go on without what it was doing. */
void sl_crash_walk_crashed(void);

#endif
