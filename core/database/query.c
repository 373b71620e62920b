/*
 * query.c: reading: one row, rows of a table, any statement; and single statements that write at once.
 *
 * What the SDK offers is bound to the context's scope: it is always $1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/database/dialect.h"
#include "core/database/write_set.h"
#include "core/fiber/fiber.h"

#define LIST_AT_MOST 1000

typedef sl_status (*query_function)(void *self, sl_context *cx, const char *sql,
                                    const sl_argument *arguments, uint32_t count,
                                    sl_rows **ret_rows);

static sl_status arguments_check(sl_context *cx, const sl_argument *arguments, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const sl_list *list = arguments[i].list;
        if (arguments[i].type == SL_TYPE_LIST && list && list->count > LIST_AT_MOST)
            return sl_fail(cx, SL_E_INTERNAL, NULL, "A list of more than %d texts is no argument.",
                           LIST_AT_MOST);
    }
    return SL_OK;
}

static sl_status statement_run(sl_context *cx, query_function function, const char *sql,
                               const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    const sl_database *database = cx->host->database;
    sl_status status = arguments_check(cx, arguments, count);
    if (status != SL_OK)
        return status;
    sql = sl_sql_lists(cx, database->driver->sqlite, sql, arguments, count, 1);
    return function(database->self, cx, sql, arguments, count, ret_rows);
}

sl_status sl_query_all(sl_context *cx, const char *sql, const sl_argument *arguments,
                       uint32_t count, sl_rows **ret_rows)
{
    sl_assert_may_suspend(__func__);
    return statement_run(cx, cx->host->database->driver->query, sql, arguments, count, ret_rows);
}

sl_status sl_execute(sl_context *cx, const char *sql, const sl_argument *arguments, uint32_t count,
                     sl_rows **ret_rows)
{
    sl_assert_may_suspend(__func__);
    sl_rows *rows = NULL;
    sl_status status =
        statement_run(cx, cx->host->database->driver->execute, sql, arguments, count, &rows);
    if (status == SL_OK && ret_rows)
        *ret_rows = rows;
    return status;
}

static sl_status scoped_run(sl_context *cx, query_function function, const char *sql,
                            const sl_argument *arguments, uint32_t count, sl_rows **ret_rows)
{
    sl_argument *all = sl_arena_alloc(cx->arena, (count + 1) * sizeof(sl_argument));
    all[0] = sl_text(cx->scope);
    if (count > 0)
        memcpy(all + 1, arguments, count * sizeof(sl_argument));
    return statement_run(cx, function, sql, all, count + 1, ret_rows);
}

sl_status sl_query(sl_context *cx, const char *sql, const sl_argument *arguments, uint32_t count,
                   sl_rows **ret_rows)
{
    sl_assert_may_suspend(__func__);
    if (!sl_sql_is_scoped(sql))
        return sl_fail(cx, SL_E_INTERNAL, NULL, "A statement does not say account_id = $1.");
    return scoped_run(cx, cx->host->database->driver->query, sql, arguments, count, ret_rows);
}

/* What is pending over what is stored. */
static sl_status find_stored(sl_context *cx, const sl_table *table, const char *id,
                             const sl_operation *pending, void *row)
{
    sl_rows *rows = NULL;
    sl_argument argument = sl_text(id);
    sl_database *database = cx->host->database;
    sl_status status = scoped_run(cx, database->driver->find, sl_statement_find(database, table),
                                  &argument, 1, &rows);
    if (status != SL_OK)
        return status;
    if (rows->count > 0)
        return sl_rows_read(cx, rows, 0, 0, table, row);
    if (!pending)
        return SL_E_NOT_FOUND;
    memcpy(row, pending->row, table->row_size);
    return SL_OK;
}

sl_status sl_find(sl_context *cx, const sl_table *table, const char *id, void *ret_row)
{
    sl_assert_may_suspend(__func__);
    if (!id)
        return SL_E_NOT_FOUND;
    const sl_operation *pending = sl_write_set_find(cx->writes, table, cx->scope, id);
    void *row = sl_arena_alloc(cx->arena, table->row_size);
    sl_status status = SL_OK;
    if (pending && pending->kind == SL_OPERATION_DELETE)
        status = SL_E_NOT_FOUND;
    else if (pending && pending->kind != SL_OPERATION_IGNORE)
        memcpy(row, pending->row, table->row_size);
    else
        status = find_stored(cx, table, id, pending, row);
    if (status != SL_OK && status != SL_E_NOT_FOUND)
        return status;
    if (sl_write_set_add_to(cx->writes, table, cx->scope, id, status == SL_OK, row))
        status = SL_OK;
    if (status == SL_OK)
        memcpy(ret_row, row, table->row_size);
    return status;
}

static sl_status select_rows(sl_context *cx, const sl_table *table, const char *where,
                             const sl_argument *arguments, uint32_t count, sl_list *ret_rows)
{
    const char *sql = sl_statement_select(cx, table, where);
    if (!sql)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "A condition on %s does not close what it opens.",
                       table->name);
    sl_rows *rows = NULL;
    sl_status status =
        scoped_run(cx, cx->host->database->driver->query, sql, arguments, count, &rows);
    if (status != SL_OK)
        return status;
    char *items = sl_arena_alloc(cx->arena, (size_t)rows->count * table->row_size);
    for (uint32_t i = 0; i < rows->count; i++) {
        status = sl_rows_read(cx, rows, i, 0, table, items + (size_t)i * table->row_size);
        if (status != SL_OK)
            return status;
    }
    *ret_rows = (sl_list){ .count = rows->count, .item_size = table->row_size, .items = items };
    return SL_OK;
}

sl_status sl_select(sl_context *cx, const sl_table *table, const char *where,
                    const sl_argument *arguments, uint32_t count, sl_list *ret_rows)
{
    sl_assert_may_suspend(__func__);
    return select_rows(cx, table, where, arguments, count, ret_rows);
}

sl_status sl_select_one(sl_context *cx, const sl_table *table, const char *where,
                        const sl_argument *arguments, uint32_t count, void *ret_row)
{
    sl_assert_may_suspend(__func__);
    sl_list rows = { 0 };
    sl_status status = select_rows(cx, table, where, arguments, count, &rows);
    if (status != SL_OK)
        return status;
    if (rows.count == 0)
        return SL_E_NOT_FOUND;
    if (rows.count > 1)
        return sl_fail(cx, SL_E_INTERNAL, NULL,
                       "More than one row of %s meets the condition for one.", table->name);
    memcpy(ret_row, rows.items, table->row_size);
    return SL_OK;
}

const char *sl_table_columns(sl_context *cx, const sl_table *table)
{
    return sl_statement_columns(cx->host->database, table);
}

sl_status sl_explain(sl_context *cx, const char *sql, const sl_argument *arguments, uint32_t count,
                     const char **ret_plan)
{
    sl_assert_may_suspend(__func__);
    sl_rows *rows = NULL;
    sl_status status =
        statement_run(cx, cx->host->database->driver->explain, sql, arguments, count, &rows);
    if (status != SL_OK)
        return status;
    const char *plan = "";
    for (uint32_t i = 0; i < rows->count; i++)
        plan = sl_format(cx, "%s%s\n", plan, sl_rows_text(rows, i, rows->columns - 1));
    *ret_plan = plan;
    return SL_OK;
}
