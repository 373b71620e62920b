/*
 * stack.c: memory for fibers, mapped with a guard page below and kept in a pool.
 *
 * The usable part is reserved, not committed: a fiber costs the pages it touches. An idle fiber keeps them while the pool is
 * small, gives them back when it is larger, and is unmapped when it is large.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/fiber/inside.h"

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(low, high) 0u
#define VALGRIND_STACK_DEREGISTER(id) ((void)(id))
#endif

#if defined(__SANITIZE_ADDRESS__)
#define STACK_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STACK_SANITIZED 1
#endif
#endif
#ifdef STACK_SANITIZED
#include <sanitizer/asan_interface.h>
/* Instrumented frames are several times larger. */
#define STACK_FACTOR 4
#else
#define STACK_FACTOR 1
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* Whole pages of the fiber's record at the mapping's top, which outlive the stack's contents. */
static size_t record_size(void)
{
    size_t page = page_size();
    return (sizeof(sl_fiber) + page - 1) / page * page;
}

static sl_fiber *stack_map(void)
{
    size_t guard = page_size();
    size_t stack = (size_t)SL_FIBER_STACK * STACK_FACTOR;
    size_t total = guard + stack + record_size();
    char *mapping = mmap(NULL, total, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    if (mprotect(mapping + guard, total - guard, PROT_READ | PROT_WRITE) != 0) {
        munmap(mapping, total);
        return NULL;
    }
    /* The record stands directly above the stack: its page is the stack's first one in most fibers. */
    size_t record = (sizeof(sl_fiber) + 63) / 64 * 64;
    sl_fiber *fiber = (sl_fiber *)(void *)(mapping + total - record);
    memset(fiber, 0, sizeof(*fiber));
    fiber->mapping = mapping;
    fiber->mapping_size = total;
    fiber->stack = mapping + guard;
    fiber->stack_size = total - guard - record;
    fiber->valgrind_id = VALGRIND_STACK_REGISTER(fiber->stack, fiber->stack + fiber->stack_size);
    return fiber;
}

static void stack_unmap(sl_fiber *fiber)
{
    sl_wait_forget(fiber);
    VALGRIND_STACK_DEREGISTER(fiber->valgrind_id);
    ASAN_UNPOISON_MEMORY_REGION(fiber->mapping, fiber->mapping_size);
    munmap(fiber->mapping, fiber->mapping_size);
}

sl_fiber *sl_stack_take(sl_loop *loop)
{
    sl_fiber *fiber = loop->pool;
    if (fiber) {
        loop->pool = fiber->next;
        loop->pool_count--;
    } else {
        fiber = stack_map();
    }
    if (fiber) {
        fiber->loop = loop;
        fiber->next = NULL;
        fiber->state = FIBER_IDLE;
        fiber->cancelled = false;
        fiber->ended = false;
        fiber->shield = 0;
        fiber->result = SL_OK;
        fiber->work = NULL;
    }
    return fiber;
}

void sl_stack_give(sl_loop *loop, sl_fiber *fiber)
{
    if (loop->pool_count >= SL_POOL_COLD) {
        stack_unmap(fiber);
        return;
    }
    if (loop->pool_count >= SL_POOL_WARM) {
        size_t contents = fiber->mapping_size - page_size() - record_size();
        ASAN_UNPOISON_MEMORY_REGION(fiber->stack, fiber->stack_size);
        /* The context saved on the stack goes with its pages, so the next start makes a new one. */
        fiber->context = NULL;
        madvise(fiber->stack, contents, MADV_DONTNEED);
    }
    fiber->next = loop->pool;
    loop->pool = fiber;
    loop->pool_count++;
}

void sl_stack_drop_pool(sl_loop *loop)
{
    while (loop->pool) {
        sl_fiber *fiber = loop->pool;
        loop->pool = fiber->next;
        stack_unmap(fiber);
    }
    loop->pool_count = 0;
}
