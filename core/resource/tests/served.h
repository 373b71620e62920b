/*
 * served.h: what the tests of this room share: two resources, and asking their routes as the dispatcher does.
 *
 * Both resources lie on the table of the database room's bench. Statements are counted on their way to the driver, and the
 * few functions of the HTTP room that answers need are stood in for here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_RESOURCE_TESTS_SERVED_H
#define STRIPE_LITE_CORE_RESOURCE_TESTS_SERVED_H

#include "core/database/tests/bench.h"
#include "core/resource/query.h"
#include "core/resource/resource.h"
#include "core/resource/serve.h"

/*
 * "item": owner (an item: its column name), twin (an item: unique_key), note (a note: the street), details.maker (an item: the
 * name again), tags.data (items), ghost (a type that nobody has). Confined by name. "note": only where flag is false.
 */
extern const sl_resource *served_item;
extern const sl_resource *served_note;

/* Statements that were run since it was last set to 0. */
extern int served_statements;

/* What the last request answered. */
extern int served_http_status;
extern const sl_value *served_body;
extern const char *served_text;

/* cmocka's setup and teardown of a group. */
int served_up(void **state);
int served_down(void **state);

/* Chooses a database and counts its statements; cmocka's setup of a test. */
int served_use_sqlite(void **state);
int served_use_postgres(void **state);
#define SERVED_ON_BOTH(TEST)                                      \
    { "sqlite: " #TEST, TEST, served_use_sqlite, NULL, NULL },    \
    {                                                             \
        "postgres: " #TEST, TEST, served_use_postgres, NULL, NULL \
    }

/* Each clears the error, asks, and reads the answer into served_body. `expand` is JSON (["data.owner"]) or NULL. */
sl_status served_list(sl_context *cx, const sl_resource *resource, const sl_list_query *query,
                      const char *expand);
sl_status served_search(sl_context *cx, const sl_resource *resource, const char *query,
                        const char *page, int64_t limit);
sl_status served_retrieve(sl_context *cx, const sl_resource *resource, const char *id,
                          const char *expand);

/* The ids on the page, "c b a"; with "+" behind them when there are more. */
const char *served_ids(sl_context *cx);
/* A member of the answer by its path: a text as it is, anything else as JSON, NULL for null. */
const char *served_at(sl_context *cx, const char *path);

/* Inserts an item with that second of creation and further members (.amount = 5); the caller commits. */
#define served_insert(CX, ID, CREATED, ...) \
    served_insert_row(                      \
        (CX), (struct item){                \
                  .id = (ID), .created = (CREATED), .name = "plain", .amount = 100, __VA_ARGS__ })
void served_insert_row(sl_context *cx, struct item row);

/* The request must have failed so. */
#define check_refused(CALL, STATUS, PARAM, MESSAGE)  \
    do {                                             \
        check_status((CALL), (STATUS));              \
        check_text(cx->error.param, (PARAM));        \
        check_text(sl_error_message(cx), (MESSAGE)); \
    } while (0)

#endif
