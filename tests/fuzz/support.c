/*
 * support.c: what every fuzz target needs: a check that ends it, texts of the input, an empty host.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/text.h"

#define SECONDS_MOST 2

/* The processor's time, since a machine with other work to do may let a process wait. */
static double seconds_used(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    double before = seconds_used();
    fuzz_one(data, size);
    FUZZ_CHECK(seconds_used() - before < SECONDS_MOST);
    return 0;
}

_Noreturn void fuzz_broken(const char *file, int line, const char *what, const char *a,
                           const char *b)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    if (a || b) {
        fprintf(stderr, "  one:   %s\n  other: %s\n", a ? a : "(none)", b ? b : "(none)");
    }
    abort();
}

void fuzz_check_texts(const char *file, int line, const char *what, const char *a, const char *b)
{
    bool same = a && b ? strcmp(a, b) == 0 : a == b;
    if (!same) {
        fuzz_broken(file, line, what, a, b);
    }
}

sl_context *fuzz_context(void)
{
    static const sl_host host;
    sl_log_configure(SL_LOG_ERROR + 1, SL_LOG_TEXT);
    sl_context *cx = sl_context_new(&host, "acct_1", false, "req_fuzz");
    cx->clock_frozen = FUZZ_NOW;
    return cx;
}

char *fuzz_text(sl_arena *arena, const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, '\0', size) : NULL;
    return sl_arena_copy(arena, size ? (const char *)data : "", end ? (size_t)(end - data) : size);
}

char *fuzz_line(sl_arena *arena, const uint8_t **data, size_t *size)
{
    const uint8_t *end = *size ? memchr(*data, '\n', *size) : NULL;
    size_t length = end ? (size_t)(end - *data) : *size;
    char *line = fuzz_text(arena, *data, length);
    length += end ? 1 : 0;
    *data += length;
    *size -= length;
    return line;
}

const char *fuzz_file(const void *data, size_t size)
{
    static int descriptor = -1;
    static char path[64];
    if (descriptor < 0) {
        descriptor = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    }
    FUZZ_CHECK(ftruncate(descriptor, 0) == 0);
    FUZZ_CHECK(size == 0 || pwrite(descriptor, data, size, 0) == (ssize_t)size);
    return path;
}

void fuzz_check_error(const sl_context *cx, sl_status status)
{
    FUZZ_CHECK(status < 0);
    FUZZ_CHECK(status != SL_E_INTERNAL);
    FUZZ_CHECK(cx->error.status == status);
    FUZZ_CHECK(cx->error.message && *cx->error.message);
    FUZZ_CHECK(sl_utf8_valid(cx->error.message, strlen(cx->error.message)));
    FUZZ_CHECK(cx->error.param == NULL || sl_utf8_valid(cx->error.param, strlen(cx->error.param)));
}

static bool same_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
    return a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0);
}

bool fuzz_same_values(const sl_value *a, const sl_value *b)
{
    if (a->type != b->type || a->count != b->count || a->nul != b->nul) {
        return false;
    }
    if (a->type == SL_VALUE_BOOL && a->flag != b->flag) {
        return false;
    }
    if (a->type == SL_VALUE_INT && a->number != b->number) {
        return false;
    }
    if (!same_bytes(a->text, a->length, b->text, b->length)) {
        return false;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        const char *one = a->items[i].name;
        const char *other = b->items[i].name;
        if ((one == NULL) != (other == NULL) || (one && strcmp(one, other) != 0) ||
            !fuzz_same_values(a->items[i].value, b->items[i].value)) {
            return false;
        }
    }
    return true;
}
