/*
 * driver.h: the table of functions that a database driver is, and the shapes that pass through it.
 *
 * Statements are PostgreSQL's in their numbering ($1) and portable in everything else; list arguments are already rewritten
 * into the driver's dialect. Arguments and texts live as long as the call. A driver fills the context's error for every
 * status but SL_OK and SL_E_CONFLICT.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_DRIVER_H
#define STRIPE_LITE_CORE_DATABASE_DRIVER_H

#include "core/database/database.h"
#include "core/database/textmap.h"
#include "core/fiber/fiber.h"

typedef struct sl_shape sl_shape; /* write_set.h */
typedef struct sl_operation sl_operation;
typedef struct sl_draw sl_draw; /* numbers.h */

typedef struct sl_statement {
    const char *sql; /* lives as long as the worker: drivers know prepared ones by it */
    const sl_argument *arguments; /* NULL: still in `operation` (sl_operation_arguments) */
    uint32_t count;
    const sl_shape *shape; /* NULL, as `operation`: a probe, or not of a set */
    const sl_operation *operation;
    bool one_row; /* it must change a row, else somebody else was faster: conflict */
    /* The order in which rows are touched, the same for everyone: table, `order`, id, scope. */
    const char *table;
    const char *scope;
    const char *id;
    uint64_t order; /* a part of the id */
} sl_statement;

/* A write set as the driver gets it. */
typedef struct sl_write {
    const sl_statement *statements;
    uint32_t count;
    const struct sl_write_set *set; /* for sl_write_probes */
    sl_draw *draws;                 /* numbers to draw before the statements: numbers.h */
} sl_write;

/* For a lost answer: how many `ret_probes` there are, in the context's memory. Each yields one row: FALSE, the set is not in the
 * database; TRUE, this part of it is; NULL, cannot be told by this part. */
uint32_t sl_write_probes(sl_context *cx, const sl_write *write, const sl_statement **ret_probes);

/* A script under the lock of all migrations, in one transaction: unless `unless` yields a row, `body` (many statements) and then
 * `record`. Either statement may have sql NULL. */
typedef struct sl_script {
    sl_statement unless;
    const char *body;
    sl_statement record;
} sl_script;

typedef struct sl_driver {
    sl_status (*query)(void *self, sl_context *cx, const char *sql, const sl_argument *arguments,
                       uint32_t count, sl_rows **ret_rows);
    /* The same for a row by its key: such questions may wait for each other's answers. */
    sl_status (*find)(void *self, sl_context *cx, const char *sql, const sl_argument *arguments,
                      uint32_t count, sl_rows **ret_rows);
    sl_status (*execute)(void *self, sl_context *cx, const char *sql, const sl_argument *arguments,
                         uint32_t count, sl_rows **ret_rows);
    /* All or nothing, durable when it returns SL_OK. */
    sl_status (*write)(void *self, sl_context *cx, const sl_write *write);
    sl_status (*script)(void *self, sl_context *cx, const sl_script *script, bool *ret_applied);
    /* Rows of text: the plan. */
    sl_status (*explain)(void *self, sl_context *cx, const char *sql, const sl_argument *arguments,
                         uint32_t count, sl_rows **ret_rows);
    /* As in database.h; NULL where no other process can have news. */
    sl_status (*watch)(void *self, const sl_database *database);
    void (*unwatch)(void *self);
    bool (*listens)(const void *self);
    void (*tell)(void *self, sl_context *cx, const char *topic);
    /* Whether waiting may help after SL_E_UNAVAILABLE. */
    bool (*may_come)(const void *self);
    void (*close)(void *self);
    bool sqlite;
} sl_driver;

#define SL_HEARERS 8

typedef struct sl_hearer {
    const char *topic;
    void (*heard)(void *data);
    void *data;
} sl_hearer;

struct sl_database {
    sl_loop *loop;
    const sl_driver *driver;
    void *self;
    sl_textmap statements; /* built texts, see statements.c */
    sl_hearer hearers[SL_HEARERS];
    uint32_t hearer_count;
};

/* Both say in `ret_message` (malloc) what is wrong with the address. The connection itself is made when it is first used. */
sl_status sl_sqlite_open(sl_loop *loop, const char *path, void **ret_self, char **ret_message);
sl_status sl_postgres_open(sl_loop *loop, const char *url, void **ret_self, char **ret_message);
extern const sl_driver sl_sqlite_driver;
extern const sl_driver sl_postgres_driver;

/* ---- for the drivers ---- */

/* Calls who hears `topic`; NULL: everyone. */
void sl_news_arrived(const sl_database *database, const char *topic);

/* When a wait must end: the context's deadline, or `otherwise` milliseconds from here when it has none. */
int64_t sl_database_deadline(const sl_context *cx, int64_t otherwise);
/* The order in which everyone touches rows. */
int sl_statement_order(const sl_statement *a, const sl_statement *b);

#endif
