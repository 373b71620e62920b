/*
 * arena.h: memory that is given back all at once, with what must be undone then.
 *
 * One arena a unit of work. Blocks come from a small pool and double in size from 4 KiB, so that most requests never ask malloc. Not for sharing between threads.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_ARENA_H
#define STRIPE_LITE_CORE_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

typedef struct sl_arena sl_arena;

/* since 1.0 [no-suspend], all of these */
sl_arena *sl_arena_new(void);
/* Runs the defers, last first, then frees. */
void sl_arena_free(sl_arena *arena);
/* Zeroed, 16-byte aligned, never NULL. */
void *sl_arena_alloc(sl_arena *arena, size_t size);
/* Grows the last allocation in place where it can, else moves it. The new part is not zeroed. */
void *sl_arena_grow(sl_arena *arena, void *pointer, size_t old_size, size_t new_size);
char *sl_arena_copy(sl_arena *arena, const char *text, size_t length);
char *sl_arena_vformat(sl_arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
char *sl_arena_format(sl_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sl_arena_defer(sl_arena *arena, void (*function)(void *pointer), void *pointer);
/* Bytes handed out so far. */
size_t sl_arena_used(const sl_arena *arena);

#endif
