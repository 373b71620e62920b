/*
 * support.h: a host with settings and the test plugins, as the tests of this folder use it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_PLUGINS_SUPPORT_H
#define TESTS_PLUGINS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/config/settings.h"
#include "core/event/event.h"
#include "core/fiber/fiber.h"
#include "core/job/job.h"
#include "core/plugin/gateways.h"
#include "core/plugin/loader.h"
#include "core/resource/resource.h"

extern sl_host host;
extern const char *plugins_folder; /* where the built test plugins lie as <name>.so */

/* A fresh folder with the test plugins under their own names, and rooms; and their end. */
int support_up(void **state);
int support_down(void **state);

/* Settings from the text of a YAML file (%s becomes the plugins' folder) and "NAME=value" variables; then the plugins are
 * loaded. The message of a failed load, or NULL. */
const char *load(const char *yaml, const char *const *environment);

/* The refusal of a plugin; NULL when it is active. Fails when it is not in the registry. */
const char *refusal_of(const char *name);

/* The refusal is exactly this sentence. */
void assert_refused(const char *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Runs `function` in a fiber of the host's loop, with a context, until it ends. cmocka's assertions would jump across stacks
 * there: these tell what does not hold, and in_fiber fails afterwards. */
void in_fiber(void (*function)(sl_context *cx));
#define check(CONDITION) check_that((CONDITION), __FILE__, __LINE__, #CONDITION)
#define check_int(A, B) check_numbers((A), (B), __FILE__, __LINE__, #A)
#define check_text(A, B) check_texts((A), (B), __FILE__, __LINE__, #A)
void check_that(bool condition, const char *file, int line, const char *what);
void check_numbers(int64_t a, int64_t b, const char *file, int line, const char *what);
void check_texts(const char *a, const char *b, const char *file, int line, const char *what);

#endif
