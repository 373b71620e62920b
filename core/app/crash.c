/*
 * crash.c: taking fatal signals, and the one line they leave.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/app/crash.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"

#define ALTERNATE_STACK ((size_t)64 * 1024)
#define FRAMES 40

static const struct {
    int number;
    const char *name;
} fatal[] = { { SIGSEGV, "SIGSEGV" },
              { SIGBUS, "SIGBUS" },
              { SIGFPE, "SIGFPE" },
              { SIGILL, "SIGILL" },
              { SIGABRT, "SIGABRT" } };
#define FATAL (sizeof fatal / sizeof fatal[0])

/* What the handler needs. */
static const sl_loop *watched_loop;
static sl_board_entry *watched_entry;
static uintptr_t thread_low, thread_top; /* the loop's own stack */
static _Atomic pid_t reporter;
static sl_crash_text report;

static sl_crash_registers registers_of(const ucontext_t *at)
{
#if defined(__x86_64__)
    return (sl_crash_registers){ .pc = (uintptr_t)at->uc_mcontext.gregs[REG_RIP],
                                 .sp = (uintptr_t)at->uc_mcontext.gregs[REG_RSP],
                                 .fp = (uintptr_t)at->uc_mcontext.gregs[REG_RBP] };
#elif defined(__aarch64__)
    return (sl_crash_registers){ .pc = at->uc_mcontext.pc,
                                 .sp = at->uc_mcontext.sp,
                                 .fp = at->uc_mcontext.regs[29] };
#else
    (void)at;
    return (sl_crash_registers){ 0 };
#endif
}

static const char *signal_name(int number)
{
    for (size_t i = 0; i < FATAL; i++)
        if (fatal[i].number == number)
            return fatal[i].name;
    return "";
}

static const char *cause_of(const siginfo_t *info, bool overflow)
{
    if (overflow)
        return "stack overflow of a fiber";
    if (info->si_signo == SIGABRT)
        return info->si_code == SI_USER && info->si_pid == getppid()
                   ? "its loop stood still: ended by the master"
                   : "abort";
    if (info->si_code <= 0)
        return "sent by a process";
    switch (info->si_signo) {
    case SIGSEGV:
        return info->si_code == SEGV_MAPERR   ? "nothing is mapped there"
               : info->si_code == SEGV_ACCERR ? "no access there"
                                              : "bad address";
    case SIGBUS:
        return info->si_code == BUS_ADRALN ? "misaligned" : "the file behind it is shorter";
    case SIGFPE:
        return info->si_code == FPE_INTDIV ? "division by zero" : "arithmetic";
    default:
        return "illegal instruction";
    }
}

static void head_add(sl_crash_text *text)
{
    char time[40];
    int64_t now = sl_clock_unix_ms();
    size_t length = sl_clock_iso8601(now / 1000, time);
    time[length - 1] = '\0'; /* the Z goes behind the milliseconds */
    sl_crash_text_add(text, text->json ? "{\"time\":\"" : "");
    sl_crash_text_add(text, time);
    sl_crash_text_add(text, now % 1000 < 10 ? ".00" : now % 1000 < 100 ? ".0" : ".");
    sl_crash_text_number(text, (uint64_t)(now % 1000), 10);
    sl_crash_text_add(text, text->json ? "Z\",\"level\":\"error\",\"message\":\"crash\""
                                       : "Z ERROR crash");
}

static void frame_add(sl_crash_text *text, uintptr_t address)
{
    const sl_crash_module *module = sl_crash_module_at(address);
    if (module) {
        char name[96];
        const char *slash = strrchr(module->path, '/');
        sl_crash_copy(name, sizeof name, slash ? slash + 1 : module->path);
        sl_crash_text_add(text, name);
        sl_crash_text_add(text, "+");
    }
    sl_crash_text_number(text, address - (module ? module->base : 0), 16);
}

/* The innermost plugin on the stack and its function. */
static void plugin_find(const uintptr_t *frames, size_t count, sl_board_entry *ret)
{
    for (size_t i = 0; i < count; i++) {
        const sl_crash_module *module = sl_crash_module_at(frames[i]);
        if (module && module->plugin[0]) {
            sl_crash_copy(ret->plugin, sizeof ret->plugin, module->plugin);
            (void)sl_crash_function_at(module, frames[i], ret->function, sizeof ret->function);
            return;
        }
    }
}

static void work_add(sl_crash_text *text, const sl_fiber_work *work, sl_board_entry *ret)
{
    sl_fiber_work copy;
    char kind[16];
    char plugin[48];
    if (!work || !sl_crash_read((uintptr_t)work, &copy, sizeof copy))
        return;
    sl_crash_copy(kind, sizeof kind, copy.kind);
    sl_crash_copy(ret->work, sizeof ret->work, copy.name);
    sl_crash_copy(ret->id, sizeof ret->id, copy.id);
    sl_crash_copy(plugin, sizeof plugin, copy.plugin);
    sl_crash_text_pair(text, *kind ? kind : "work", ret->work);
    sl_crash_text_pair(text, "request_id", ret->id);
    sl_crash_text_pair(text, "serving_plugin", plugin);
}

static void report_make(sl_crash_text *text, const siginfo_t *info, const ucontext_t *at,
                        sl_board_entry *ret)
{
    uintptr_t frames[FRAMES];
    sl_fiber_view view = { 0 };
    sl_crash_registers registers = registers_of(at);
    uintptr_t address = (uintptr_t)info->si_addr;
    bool in_fiber = watched_loop && sl_loop_view(watched_loop, &view) &&
                    registers.sp >= (uintptr_t)view.guard - ALTERNATE_STACK &&
                    registers.sp < (uintptr_t)view.top;
    bool overflow = in_fiber && info->si_code > 0 && info->si_signo == SIGSEGV &&
                    address >= (uintptr_t)view.guard && address < (uintptr_t)view.stack;
    uintptr_t top = in_fiber ? (uintptr_t)view.top
                    : registers.sp >= thread_low && registers.sp < thread_top
                        ? thread_top
                        : registers.sp + ALTERNATE_STACK;
    size_t count = sl_crash_walk(&registers, top, frames, FRAMES);
    plugin_find(frames, count, ret);
    text->json = sl_log_format() == SL_LOG_JSON;
    head_add(text);
    sl_crash_text_pair(text, "signal", signal_name(info->si_signo));
    sl_crash_text_pair(text, "cause", cause_of(info, overflow));
    if (info->si_code > 0) {
        sl_crash_text_open(text, "address");
        sl_crash_text_number(text, address, 16);
        sl_crash_text_close(text);
    }
    sl_crash_text_open(text, "process");
    sl_crash_text_number(text, (uint64_t)getpid(), 10);
    sl_crash_text_close(text);
    sl_crash_text_pair(text, "plugin", ret->plugin);
    sl_crash_text_pair(text, "function", ret->function);
    work_add(text, in_fiber ? view.work : NULL, ret);
    sl_crash_text_open(text, "backtrace");
    for (size_t i = 0; i < count; i++) {
        sl_crash_text_add(text, i ? " " : "");
        frame_add(text, frames[i]);
    }
    sl_crash_text_close(text);
    sl_crash_text_add(text, text->json ? "}\n" : "\n");
}

static void report_write(const sl_crash_text *text)
{
    for (size_t at = 0; at < text->length;) {
        ssize_t written = write(sl_log_descriptor(), text->bytes + at, text->length - at);
        if (written <= 0)
            return;
        at += (size_t)written;
    }
}

/* Back from here the instruction fails again, by default; a signal that somebody sent is sent once more. */
static void crashed(int number, siginfo_t *info, void *context)
{
    pid_t none = 0;
    pid_t self = (pid_t)syscall(SYS_gettid);
    if (atomic_compare_exchange_strong(&reporter, &none, self)) {
        sl_board_entry about = { 0 };
        report_make(&report, info, context, &about);
        report_write(&report);
        if (watched_entry) {
            memcpy(watched_entry->plugin, about.plugin, sizeof about.plugin);
            memcpy(watched_entry->function, about.function, sizeof about.function);
            memcpy(watched_entry->work, about.work, sizeof about.work);
            memcpy(watched_entry->id, about.id, sizeof about.id);
            atomic_store(&watched_entry->crashed, number);
        }
    } else if (none == self) {
        sl_crash_walk_crashed();
    } else {
        /* Another thread is at it, and the process ends with it. */
        for (;;)
            (void)pause();
    }
    (void)signal(number, SIG_DFL);
    if (info->si_code <= 0)
        (void)syscall(SYS_tgkill, getpid(), self, number);
}

#if defined(__SANITIZE_ADDRESS__)
#define CRASH_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CRASH_SANITIZED 1
#endif
#endif
#ifdef CRASH_SANITIZED
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static void thread_stack_learn(void)
{
    pthread_attr_t about;
    void *low = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &about) != 0)
        return;
    if (pthread_attr_getstack(&about, &low, &size) == 0) {
        thread_low = (uintptr_t)low;
        thread_top = (uintptr_t)low + size;
    }
    pthread_attr_destroy(&about);
}

/* A fiber that has used up its own stack has none left for a handler. */
static bool alternate_stack_set(void)
{
    static void *memory;
    if (!memory) {
        memory =
            mmap(NULL, ALTERNATE_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            memory = NULL;
    }
    stack_t stack = { .ss_sp = memory, .ss_size = ALTERNATE_STACK };
    return memory && sigaltstack(&stack, NULL) == 0;
}

void sl_crash_watch(const sl_loop *loop, sl_board_entry *entry)
{
    if (sanitized || !sl_crash_read_open() || !alternate_stack_set())
        return;
    watched_loop = loop;
    watched_entry = entry;
    thread_stack_learn();
    sl_crash_learn(NULL);
    struct sigaction action = { .sa_sigaction = crashed,
                                .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    sigfillset(&action.sa_mask);
    /* A fault inside the handler is to end the process. */
    for (size_t i = 0; i < FATAL; i++)
        sigdelset(&action.sa_mask, fatal[i].number);
    for (size_t i = 0; i < FATAL; i++)
        (void)sigaction(fatal[i].number, &action, NULL);
}
