/*
 * search_fuzz.c: a search, an expansion and a range of times: each a fault, or a condition that SQLite takes.
 *
 * Lines: the search, the range as JSON, properties to expand. What a client wrote goes into arguments, never into the text: so
 * the text has only the letters that search.c and query.c have.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include <sqlite3.h>

#include "core/base/text.h"
#include "core/database/driver.h"
#include "core/resource/query.h"
#include "core/resource/serve.h"

struct row {
    const char *id;
    const char *email;
    const char *plan;
    int64_t amount;
    int64_t created;
    const sl_map *metadata;
};

static const sl_field row_fields[] = {
    SL_ID(struct row, id, "row"),
    SL_EMAIL(struct row, email),
    SL_STRING(struct row, plan),
    SL_INT64(struct row, amount),
    SL_TIMESTAMP(struct row, created),
    SL_METADATA(struct row, metadata),
    SL_FIELDS_END,
};
static const sl_table row_table = SL_TABLE("rows", struct row, row_fields);
static const sl_search_field searched[] = {
    { .name = "email", .column = "email", .type = SL_TYPE_STRING },
    { .name = "plan", .column = "plan", .type = SL_TYPE_STRING },
    { .name = "amount", .column = "amount", .type = SL_TYPE_MONEY },
    { .name = "created", .column = "created", .type = SL_TYPE_TIMESTAMP },
    SL_SEARCH_END,
};
static const sl_resource resource = {
    .struct_size = sizeof(sl_resource), .type = "row", .table = &row_table, .search = searched
};

static sqlite3 *rows_database(void)
{
    static sqlite3 *database;
    static const char made[] = "CREATE TABLE rows (account_id TEXT, id TEXT, email TEXT, plan TEXT,"
                               " amount BIGINT, created BIGINT, metadata TEXT)";
    if (database == NULL) {
        FUZZ_CHECK(sqlite3_open(":memory:", &database) == SQLITE_OK);
        FUZZ_CHECK(sqlite3_exec(database, made, NULL, NULL, NULL) == SQLITE_OK);
    }
    return database;
}

static void check_condition(sl_context *cx, const sl_condition_text *condition)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_ .,()$<>='\\";
    sqlite3_stmt *statement = NULL;
    const char *sql = sl_format(cx, "SELECT id FROM rows WHERE account_id = $1%s%s",
                                *condition->text ? " AND " : "", condition->text);
    FUZZ_CHECK(sql[strspn(sql, letters)] == '\0');
    FUZZ_CHECK(condition->count < SL_QUERY_ARGUMENTS);
    int result = sqlite3_prepare_v2(rows_database(), sql, -1, &statement, NULL);
    if (result != SQLITE_OK) {
        fuzz_broken(__FILE__, __LINE__, sqlite3_errmsg(rows_database()), sql, NULL);
    }
    FUZZ_CHECK(sqlite3_bind_parameter_count(statement) == (int)condition->count + 1);
    sqlite3_finalize(statement);
}

static void search(sl_context *cx, const char *query, const char *range)
{
    sl_condition_text condition = { .cx = cx, .text = "" };
    sl_status status = sl_search_condition(&condition, &resource, query);
    if (status == SL_OK) {
        check_condition(cx, &condition);
    } else {
        fuzz_check_error(cx, status);
    }
    condition = (sl_condition_text){ .cx = cx, .text = "" };
    const sl_value *value = NULL;
    if (sl_json_parse(cx, range, strlen(range), &value) != SL_OK) {
        return;
    }
    sl_error_clear(cx);
    status = sl_condition_created(&condition, range);
    if (status == SL_OK) {
        check_condition(cx, &condition);
    } else {
        fuzz_check_error(cx, status);
    }
}

static void expand(sl_context *cx, const uint8_t *data, size_t size)
{
    sl_value *root = sl_value_new(cx->arena, SL_VALUE_OBJECT);
    sl_value *paths = sl_value_new(cx->arena, SL_VALUE_ARRAY);
    sl_value_append(cx->arena, root, "expand", 6, paths);
    while (size > 0) {
        const char *path = fuzz_line(cx->arena, &data, &size);
        sl_value_append(cx->arena, paths, NULL, 0,
                        sl_value_new_string(cx->arena, path, strlen(path)));
    }
    cx->params = root;
    sl_error_clear(cx);
    sl_status checked = sl_expansion_check(cx);
    if (checked != SL_OK) {
        fuzz_check_error(cx, checked);
    }
    sl_error_clear(cx);
    sl_expansion *wanted = NULL;
    sl_status parsed = sl_expansion_parse(cx, NULL, &wanted);
    FUZZ_CHECK(parsed == checked);
    FUZZ_CHECK(parsed != SL_OK || (wanted != NULL) == (paths->count > 0));
    for (uint32_t i = 0; wanted && i < paths->count; i++) {
        const char *path = sl_value_string(paths->items[i].value, "");
        char *first = sl_arena_copy(cx->arena, path, strcspn(path, "."));
        FUZZ_CHECK(sl_expansion_has(wanted, first));
    }
    sl_error_clear(cx);
    parsed = sl_expansion_parse(cx, "data", &wanted);
    if (parsed != SL_OK) {
        fuzz_check_error(cx, parsed);
    }
}

void fuzz_one(const uint8_t *data, size_t size)
{
    /* Parameters are text before they come here. */
    if (!sl_utf8_valid((const char *)data, size)) {
        return;
    }
    static const sl_driver driver = { .sqlite = true };
    static struct sl_database database = { .driver = &driver };
    static const sl_host host = { .database = &database };
    sl_context *cx = fuzz_context();
    cx->host = &host;
    const char *query = fuzz_line(cx->arena, &data, &size);
    const char *range = fuzz_line(cx->arena, &data, &size);
    search(cx, query, range);
    expand(cx, data, size);
    sl_context_free(cx);
}
