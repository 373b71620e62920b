/*
 * arena.c: memory that is given back all at once, with what must be undone then.
 *
 * The arena's own struct lies in its first block. Blocks up to 128 KiB come from a pool of this thread. An allocation that is
 * large against the next block gets a block of its own behind the current one, so that the current one goes on serving. What was
 * handed out is overwritten with zeros when a block is given back: it may have held a card number. So a block holds zeros
 * wherever it was not handed out since, and nothing has to be zeroed when it is. Under the address sanitizer all bytes not
 * handed out are poisoned.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/arena.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#endif
#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#define POISON(pointer, size) __asan_poison_memory_region((pointer), (size))
#define UNPOISON(pointer, size) __asan_unpoison_memory_region((pointer), (size))
#else
#define POISON(pointer, size) ((void)(pointer), (void)(size))
#define UNPOISON(pointer, size) ((void)(pointer), (void)(size))
#endif

#define FIRST_SIZE ((size_t)4096)
#define LARGEST_SIZE ((size_t)1 << 20)
#define POOL_CLASSES 6              /* 4, 8, 16, 32, 64 and 128 KiB */
#define POOL_SIZE ((size_t)1 << 21) /* of one class, bytes */
#define POOL_LENGTH 128
#define ALIGNMENT ((size_t)16)

struct block {
    alignas(16) struct block *previous;
    size_t size; /* of the whole block */
    size_t used; /* from its start, this header included */
};

struct deferred {
    struct deferred *previous;
    void (*function)(void *pointer);
    void *pointer;
};

struct sl_arena {
    struct block *block; /* the current one; its chain ends at the first */
    struct deferred *defers;
    char *last; /* the latest allocation of the current block */
    size_t next_size;
    size_t used;
};

struct pool_class {
    void *blocks[POOL_LENGTH];
    size_t count;
};

struct pool {
    struct pool_class classes[POOL_CLASSES];
    int registered;
};

static _Thread_local struct pool pool;
static pthread_key_t pool_key;
static pthread_once_t pool_once = PTHREAD_ONCE_INIT;

static size_t align_up(size_t size)
{
    return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

_Noreturn static void memory_end(void)
{
    static const char text[] = "stripe-lite: out of memory\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);
    (void)written;
    abort();
}

static void pool_drain(void *data)
{
    struct pool *own = data;
    for (size_t i = 0; i < POOL_CLASSES; i++) {
        struct pool_class *class = &own->classes[i];
        while (class->count > 0) {
            void *block = class->blocks[--class->count];
            UNPOISON(block, FIRST_SIZE << i);
            free(block);
        }
    }
}

static void pool_make_key(void)
{
    if (pthread_key_create(&pool_key, pool_drain) != 0)
        memory_end();
}

/* Null when no class holds blocks of this size. */
static struct pool_class *pool_class_of(size_t size)
{
    for (size_t i = 0; i < POOL_CLASSES; i++) {
        if (size == FIRST_SIZE << i)
            return &pool.classes[i];
    }
    return NULL;
}

static struct block *block_new(size_t size)
{
    struct pool_class *class = pool_class_of(size);
    struct block *block = NULL;
    if (class != NULL && class->count > 0) {
        block = class->blocks[--class->count];
        UNPOISON(block, sizeof(*block));
    } else {
        block = calloc(1, size);
    }
    if (block == NULL)
        memory_end();
    block->previous = NULL;
    block->size = size;
    block->used = align_up(sizeof(*block));
    POISON((char *)block + block->used, size - block->used);
    return block;
}

static void block_free(struct block *block)
{
    size_t size = block->size;
    struct pool_class *class = pool_class_of(size);
    UNPOISON(block, size);
    explicit_bzero(block + 1, block->used - sizeof(*block));
    if (class != NULL && class->count < POOL_LENGTH && class->count < POOL_SIZE / size) {
        if (!pool.registered) {
            (void)pthread_once(&pool_once, pool_make_key);
            pool.registered = pthread_setspecific(pool_key, &pool) == 0;
        }
        if (pool.registered) {
            POISON(block, size);
            class->blocks[class->count++] = block;
            return;
        }
    }
    free(block);
}

sl_arena *sl_arena_new(void)
{
    struct block *block = block_new(FIRST_SIZE);
    sl_arena *arena = (sl_arena *)(void *)((char *)block + block->used);
    UNPOISON(arena, sizeof(*arena));
    block->used += align_up(sizeof(*arena));
    arena->block = block;
    arena->defers = NULL;
    arena->last = NULL;
    arena->next_size = FIRST_SIZE * 2;
    arena->used = 0;
    return arena;
}

void sl_arena_free(sl_arena *arena)
{
    if (arena == NULL)
        return;
    while (arena->defers != NULL) {
        struct deferred *deferred = arena->defers;
        arena->defers = deferred->previous;
        deferred->function(deferred->pointer);
    }
    struct block *block = arena->block;
    while (block != NULL) {
        struct block *previous = block->previous;
        block_free(block);
        block = previous;
    }
}

/* What is not handed out of a block costs neither zeros nor wiping: a block of its own is one of the pool's where it fits. */
static size_t size_of_own(size_t size)
{
    size_t whole = FIRST_SIZE;
    for (size_t i = 0; i < POOL_CLASSES; i++, whole *= 2) {
        if (size <= whole)
            return whole;
    }
    return size;
}

/* `size` bytes, aligned, zeroed. */
static char *arena_take(sl_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4)
        memory_end();
    size_t rounded = align_up(size > 0 ? size : 1);
    arena->used += rounded;
    struct block *block = arena->block;
    if (block->size - block->used < rounded) {
        size_t header = align_up(sizeof(*block));
        if (rounded > arena->next_size / 4) {
            struct block *own = block_new(size_of_own(header + rounded));
            own->previous = block->previous;
            block->previous = own;
            own->used += rounded;
            char *pointer = (char *)own + header;
            UNPOISON(pointer, size);
            return pointer;
        }
        struct block *next = block_new(arena->next_size);
        if (arena->next_size < LARGEST_SIZE)
            arena->next_size *= 2;
        next->previous = block;
        arena->block = block = next;
    }
    char *pointer = (char *)block + block->used;
    block->used += rounded;
    arena->last = pointer;
    UNPOISON(pointer, size);
    return pointer;
}

void *sl_arena_alloc(sl_arena *arena, size_t size)
{
    return arena_take(arena, size);
}

void *sl_arena_grow(sl_arena *arena, void *pointer, size_t old_size, size_t new_size)
{
    if (pointer != NULL && new_size <= old_size)
        return pointer;
    struct block *block = arena->block;
    if (pointer != NULL && pointer == arena->last && new_size < SIZE_MAX / 4) {
        size_t start = (size_t)(arena->last - (char *)block);
        size_t end = start + align_up(new_size);
        if (end <= block->size) {
            arena->used += end - block->used;
            block->used = end;
            UNPOISON(pointer, new_size);
            return pointer;
        }
    }
    char *moved = arena_take(arena, new_size);
    if (pointer != NULL && old_size > 0)
        memcpy(moved, pointer, old_size);
    return moved;
}

char *sl_arena_copy(sl_arena *arena, const char *text, size_t length)
{
    if (text == NULL)
        return NULL;
    char *copy = arena_take(arena, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

#define DRAFT 256

/* What most formats are made of: %s, %d, %u and these two with zeros in front (%02d), a tenth of what printf takes. False: not
 * such a format, or longer than the draft. */
static bool draft_write(char draft[DRAFT], const char *format, va_list arguments,
                        size_t *ret_length)
{
    size_t at = 0;
    for (; *format; format++) {
        char digits[24];
        const char *text = format;
        size_t length = 1;
        size_t width = 0;
        if (*format == '%' && *++format == '0' && format[1] >= '1' && format[1] <= '9') {
            width = (size_t)(format[1] - '0');
            format += 2;
        }
        if (text != format && *format == 's' && width == 0) {
            text = va_arg(arguments, const char *);
            length = text ? strlen(text) : DRAFT;
        } else if (text != format && (*format == 'd' || *format == 'u')) {
            int64_t number =
                *format == 'd' ? va_arg(arguments, int) : (int64_t)va_arg(arguments, unsigned);
            if (number < 0 && width > 0)
                return false;
            text = sl_int64_text(number, digits);
            length = strlen(text);
        } else if (text != format) {
            return false;
        }
        size_t zeros = width > length ? width - length : 0;
        if (zeros + length >= DRAFT - at)
            return false;
        memset(draft + at, '0', zeros);
        memcpy(draft + at + zeros, text, length);
        at += zeros + length;
    }
    *ret_length = at;
    return true;
}

char *sl_arena_vformat(sl_arena *arena, const char *format, va_list arguments)
{
    char draft[DRAFT];
    va_list again;
    va_copy(again, arguments);
    char *text = NULL;
    size_t drafted = 0;
    if (draft_write(draft, format, arguments, &drafted)) {
        text = sl_arena_copy(arena, draft, drafted);
    } else {
        va_list once_more;
        va_copy(once_more, again);
        int length = vsnprintf(draft, sizeof(draft), format, again);
        if (length < 0)
            length = 0, draft[0] = '\0';
        text = arena_take(arena, (size_t)length + 1);
        if ((size_t)length < sizeof(draft))
            memcpy(text, draft, (size_t)length + 1);
        else
            (void)vsnprintf(text, (size_t)length + 1, format, once_more);
        va_end(once_more);
    }
    va_end(again);
    return text;
}

char *sl_arena_format(sl_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = sl_arena_vformat(arena, format, arguments);
    va_end(arguments);
    return text;
}

void sl_arena_defer(sl_arena *arena, void (*function)(void *pointer), void *pointer)
{
    struct deferred *deferred = sl_arena_alloc(arena, sizeof(*deferred));
    deferred->previous = arena->defers;
    deferred->function = function;
    deferred->pointer = pointer;
    arena->defers = deferred;
}

size_t sl_arena_used(const sl_arena *arena)
{
    return arena->used;
}
