/*
 * bench.h: what the database tests share: a loop, a database of either driver, fibers with contexts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_TESTS_BENCH_H
#define STRIPE_LITE_CORE_DATABASE_TESTS_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/database/database.h"
#include "core/fiber/fiber.h"

struct address {
    const char *street;
    int64_t floor;
};

struct item {
    const char *id;
    const char *name;
    int64_t amount;
    int64_t maybe;
    bool flag;
    int64_t at;
    const sl_map *metadata;
    struct address *address;
    sl_list tags;
    const char *data;
    const char *unique_key;
    int64_t created;
    int64_t version;
    int64_t not_a_column;
};
extern const sl_table item_table;

struct counter {
    const char *id;
    int64_t total;
    int64_t times;
};
extern const sl_table counter_table;

/* The database that the running test uses. */
extern sl_host bench_host;
extern bool bench_on_sqlite;
extern const char *bench_url;

/* Fresh databases of both drivers with the tables; cmocka's setup and teardown of a group. Without a PostgreSQL server
 * (STRIPE_LITE_TEST_POSTGRES_URL) its tests fail. */
int bench_up(void **state);
int bench_down(void **state);
/* Chooses a database and empties its tables; cmocka's setup of a test. */
int bench_use_sqlite(void **state);
int bench_use_postgres(void **state);
#define ON_SQLITE(TEST)                                      \
    {                                                        \
        "sqlite: " #TEST, TEST, bench_use_sqlite, NULL, NULL \
    }
#define ON_POSTGRES(TEST)                                        \
    {                                                            \
        "postgres: " #TEST, TEST, bench_use_postgres, NULL, NULL \
    }
#define ON_BOTH(TEST) ON_SQLITE(TEST), ON_POSTGRES(TEST)

/* Opens the same database again, as another process would have it. */
sl_database *bench_open_again(void);

/* Runs `function` in a fiber with a context of its own, to the end of it and of all that it starts. */
void bench_run(void (*function)(sl_context *cx));
/* Starts another fiber: `function(cx, data)` with a context of its own. */
void bench_start(void (*function)(sl_context *cx, void *data), void *data);

/* An item with an id and plain values, in the context's memory. */
struct item *bench_item(sl_context *cx, const char *id);
/* Commits what is pending, which must succeed. */
void bench_commit(sl_context *cx);
struct item bench_find(sl_context *cx, const char *id);

/* Inside a fiber an assertion of cmocka would jump across stacks: these end the program with a sentence. */
#define check(CONDITION) bench_check((CONDITION), __FILE__, __LINE__, #CONDITION)
#define check_status(CALL, WANTED) bench_check_status((CALL), (WANTED), __FILE__, __LINE__, #CALL)
#define check_int(A, B) bench_check_int((A), (B), __FILE__, __LINE__, #A)
#define check_text(A, B) bench_check_text((A), (B), __FILE__, __LINE__, #A)
void bench_check(bool condition, const char *file, int line, const char *text);
void bench_check_status(sl_status status, sl_status wanted, const char *file, int line,
                        const char *text);
void bench_check_int(int64_t a, int64_t b, const char *file, int line, const char *text);
void bench_check_text(const char *a, const char *b, const char *file, int line, const char *text);

#endif
