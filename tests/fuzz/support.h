/*
 * support.h: what every fuzz target needs: its entry, a check that ends it, texts of the input.
 *
 * A target is one function, fuzz_one, that libFuzzer calls with bytes. It must take any of them, keep nothing between calls, and hold what
 * it reads against a property: a second way to the same answer, a way back, a bound.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_TESTS_FUZZ_SUPPORT_H
#define STRIPE_LITE_TESTS_FUZZ_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/context.h"
#include "core/json/value.h"

/* The target: called with each input, under a limit of time. */
void fuzz_one(const uint8_t *data, size_t size);
/* libFuzzer's name for it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, which libFuzzer reports with the input that led here. */
#define FUZZ_CHECK(CONDITION) \
    ((CONDITION) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #CONDITION, NULL, NULL))
#define FUZZ_CHECK_TEXTS(A, B) fuzz_check_texts(__FILE__, __LINE__, #A " = " #B, (A), (B))

_Noreturn void fuzz_broken(const char *file, int line, const char *what, const char *a,
                           const char *b);
/* Equality of two texts; NULL equals NULL. */
void fuzz_check_texts(const char *file, int line, const char *what, const char *a, const char *b);

/* A context on an empty host, in test mode, its clock standing at FUZZ_NOW. */
#define FUZZ_NOW 1700000000
sl_context *fuzz_context(void);

/* The bytes as a NUL-terminated copy, cut at the first NUL. Behind it lies poison, so that a read past the end is seen. */
char *fuzz_text(sl_arena *arena, const uint8_t *data, size_t size);

/* The bytes up to the next line feed, as fuzz_text; moves `data` and `size` behind it. "" at the end. */
char *fuzz_line(sl_arena *arena, const uint8_t **data, size_t *size);

/* A file that holds the bytes and has a path, for readers that want one; the same one each time. */
const char *fuzz_file(const void *data, size_t size);

/* The error of a failed call is complete: a sentence in UTF-8, and a status that is none of the server's own faults. */
void fuzz_check_error(const sl_context *cx, sl_status status);

/* Two trees of values are equal: types, names in order, texts of numbers and strings. */
bool fuzz_same_values(const sl_value *a, const sl_value *b);

#endif
