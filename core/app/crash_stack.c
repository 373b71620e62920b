/*
 * crash_stack.c: the calls that led to a crash, by frame pointers.
 *
 * Our own code keeps frame pointers, the system's libraries do not. A crash inside one of those is led back to our code by the
 * compiler's unwinder, which reads their tables; it is not asked for more, because a broken stack can crash it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unwind.h>

#include "core/app/crash.h"

/* Whether the instruction before this address is a call: else it is a number that happens to lie in code. */
static bool follows_call(uintptr_t address)
{
    unsigned char code[7];
    if (!sl_crash_read(address - sizeof code, code, sizeof code))
        return false;
#if defined(__x86_64__)
    if (code[2] == 0xe8)
        return true;
    for (size_t i = 0; i < 6; i++)
        if (code[i] == 0xff && (code[i + 1] & 0x38) == 0x10)
            return true;
    return false;
#elif defined(__aarch64__)
    uint32_t word = 0;
    memcpy(&word, code + 3, sizeof word);
    return (word & 0xfc000000u) == 0x94000000u || (word & 0xfffffc1fu) == 0xd63f0000u;
#else
    return false;
#endif
}

static bool is_our_return(uintptr_t address)
{
    const sl_crash_module *module = sl_crash_module_at(address);
    return module && module->framed && follows_call(address);
}

/* Whether a frame stands there: a saved frame pointer, and above it an address to return to. */
static bool is_frame(uintptr_t at, uintptr_t low, uintptr_t top)
{
    uintptr_t frame[2];
    return at >= low && at < top && at % sizeof(uintptr_t) == 0 &&
           sl_crash_read(at, frame, sizeof frame) && is_our_return(frame[1]);
}

/* ---- where frame pointers end: inside the system's libraries ---- */

typedef struct unwinding {
    uintptr_t from; /* the address of the crash; what comes before it is the report itself */
    uintptr_t *frames;
    size_t count, room;
    bool there;
} unwinding;

static sigjmp_buf unwind_failed;
static volatile sig_atomic_t unwind_runs;

static _Unwind_Reason_Code unwind_step(struct _Unwind_Context *at, void *data)
{
    unwinding *u = data;
    uintptr_t address = _Unwind_GetIP(at);
    if (u->there && u->count < u->room && address)
        u->frames[u->count++] = address - 1;
    u->there = u->there || address == u->from;
    return u->count < u->room ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/* A broken stack may crash the unwinder too; what it had found until then counts. */
static void unwind(unwinding *u)
{
    if (sigsetjmp(unwind_failed, 1) == 0) {
        unwind_runs = 1;
        (void)_Unwind_Backtrace(unwind_step, u);
    }
    unwind_runs = 0;
}

void sl_crash_walk_crashed(void)
{
    if (unwind_runs)
        siglongjmp(unwind_failed, 1);
}

/* ---- all of it ---- */

size_t sl_crash_walk(const sl_crash_registers *registers, uintptr_t top, uintptr_t *ret_frames,
                     size_t room)
{
    uintptr_t low = registers->sp / sizeof(uintptr_t) * sizeof(uintptr_t);
    uintptr_t fp = registers->fp;
    uintptr_t word = 0;
    unwinding u = { .from = registers->pc, .frames = ret_frames, .count = 1, .room = room };
    const sl_crash_module *module = sl_crash_module_at(registers->pc);
    ret_frames[0] = registers->pc;
    if (!module || !module->framed) {
        /* A library function that keeps no frame, or a call to nowhere: our code's address is on top, its frame untouched. */
        if (sl_crash_read(low, &word, sizeof word) && is_our_return(word) &&
            is_frame(fp, low, top)) {
            ret_frames[u.count++] = word - 1;
        } else {
            unwind(&u);
            return u.count;
        }
    }
    while (u.count < room && is_frame(fp, low, top)) {
        uintptr_t frame[2];
        if (!sl_crash_read(fp, frame, sizeof frame))
            break;
        ret_frames[u.count++] = frame[1] - 1;
        low = fp + sizeof frame;
        fp = frame[0];
    }
    return u.count;
}
