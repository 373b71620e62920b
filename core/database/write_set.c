/*
 * write_set.c: what a context wants to change, as data: collected, merged, looked at, compiled.
 *
 * Versions: an update is guarded by the version its row was read with and raises it by one, once a set, however many updates
 * merge into it; so a row struct always carries the version that the database will have. An insert's row has version 1, also
 * after updates in the same set. Additions neither look at the version nor change it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/write_set.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/id.h"

struct sl_write_set *sl_write_set_of(sl_context *cx)
{
    if (!cx->writes)
        cx->writes = sl_alloc(cx, sizeof(*cx->writes));
    return cx->writes;
}

void sl_write_set_reset(struct sl_write_set *set)
{
    set->count = 0;
    set->live = 0;
    set->stale = false;
    set->fault = NULL;
    set->draws = NULL;
}

static const char *row_id(const void *row)
{
    return *(const char *const *)row;
}

static sl_operation *set_search(const struct sl_write_set *set, const sl_table *table,
                                const char *scope, const char *id)
{
    for (uint32_t i = set->count; i > 0; i--) {
        sl_operation *operation = &set->operations[i - 1];
        if (operation->table == table && operation->kind != SL_OPERATION_NONE &&
            operation->kind != SL_OPERATION_ADD && strcmp(row_id(operation->row), id) == 0 &&
            strcmp(operation->scope, scope) == 0)
            return operation;
    }
    return NULL;
}

const sl_operation *sl_write_set_find(const struct sl_write_set *set, const sl_table *table,
                                      const char *scope, const char *id)
{
    return set ? set_search(set, table, scope, id) : NULL;
}

static sl_operation *set_append(sl_context *cx, sl_operation_kind kind, const char *scope,
                                const sl_table *table, const void *row)
{
    struct sl_write_set *set = sl_write_set_of(cx);
    if (set->count == set->capacity) {
        uint32_t capacity = set->capacity ? set->capacity * 2 : 16;
        set->operations =
            sl_arena_grow(cx->arena, set->operations, set->capacity * sizeof(sl_operation),
                          capacity * sizeof(sl_operation));
        set->capacity = capacity;
    }
    sl_operation *operation = &set->operations[set->count++];
    *operation = (sl_operation){ .kind = kind, .table = table, .scope = scope, .guard = SL_NONE };
    operation->row = sl_arena_alloc(cx->arena, table->row_size);
    memcpy(operation->row, row, table->row_size);
    set->live++;
    return operation;
}

/* A row without id would match nothing and be found by nobody: the commit says so. */
static bool row_has_id(sl_context *cx, const sl_table *table, const void *row)
{
    if (row_id(row))
        return true;
    sl_write_set_of(cx)->fault = sl_format(cx, "A row of %s has no id.", table->name);
    return false;
}

static void columns_parse(sl_context *cx, const sl_table *table, const char *text,
                          sl_columns *ret_columns)
{
    *ret_columns = (sl_columns){ { 0 } };
    (void)sl_table_width(table);
    while (*(text += strspn(text, ", \t\n"))) {
        size_t length = strcspn(text, ", \t\n");
        int32_t field = sl_table_field(table, text, length);
        if (field < 0)
            sl_write_set_of(cx)->fault =
                sl_format(cx, "Table %s has no column %.*s.", table->name, (int)length, text);
        else if (strcmp(table->fields[field].name, "version") != 0 &&
                 strcmp(table->fields[field].name, "id") != 0)
            ret_columns->bits[field / 64] |= (uint64_t)1 << (field % 64);
        text += length;
    }
}

static bool columns_none(const sl_columns *columns)
{
    return !columns->bits[0] && !columns->bits[1];
}

static void columns_copy(const sl_table *table, const sl_columns *columns, void *to,
                         const void *from)
{
    for (uint32_t i = 0; table->fields[i].type != SL_TYPE_END; i++) {
        const sl_field *field = &table->fields[i];
        /* The size of an object's field is that of the struct it points to. */
        size_t size = field->type == SL_TYPE_OBJECT ? sizeof(void *) : field->size;
        if (sl_columns_has(columns, i))
            memcpy((char *)to + field->offset, (const char *)from + field->offset, size);
    }
}

/* ---- inserts ---- */

static void insert_kind(sl_context *cx, sl_operation_kind kind, const char *scope,
                        const sl_table *table, void *row)
{
    int64_t *version = sl_row_version(table, row);
    if (version)
        *version = 1;
    if (row_has_id(cx, table, row))
        set_append(cx, kind, scope, table, row);
}

void sl_insert_in(sl_context *cx, const char *scope, const sl_table *table, void *row)
{
    insert_kind(cx, SL_OPERATION_INSERT, scope, table, row);
}

void sl_insert(sl_context *cx, const sl_table *table, void *row)
{
    insert_kind(cx, SL_OPERATION_INSERT, cx->scope, table, row);
}

void sl_insert_or_ignore_in(sl_context *cx, const char *scope, const sl_table *table, void *row)
{
    insert_kind(cx, SL_OPERATION_IGNORE, scope, table, row);
}

/* ---- updates and deletes ---- */

/* Whether a row of version `version` may change what is pending. A struct read from the database before the pending operation
 * was added, or one that went through it, may; any other is older or newer than what the set stands on. */
static bool version_fits(const sl_operation *pending, const int64_t *version)
{
    if (!version)
        return true;
    if (pending->kind == SL_OPERATION_UPDATE)
        return *version == pending->guard || *version == pending->guard + 1;
    return pending->kind != SL_OPERATION_DELETE && *version == 1;
}

void sl_update_in(sl_context *cx, const char *scope, const sl_table *table, void *row,
                  const char *columns)
{
    if (!row_has_id(cx, table, row))
        return;
    struct sl_write_set *set = sl_write_set_of(cx);
    int64_t *version = sl_row_version(table, row);
    sl_columns wanted;
    columns_parse(cx, table, columns, &wanted);
    sl_operation *pending = set_search(set, table, scope, row_id(row));
    if (!version && columns_none(&wanted))
        set->fault = sl_format(cx, "An update of %s names no column.", table->name);
    if (!pending) {
        sl_operation *operation = set_append(cx, SL_OPERATION_UPDATE, scope, table, row);
        operation->columns = wanted;
        if (version) {
            operation->guard = *version;
            *version += 1;
            *sl_row_version(table, operation->row) = *version;
        }
        return;
    }
    if (!version_fits(pending, version)) {
        set->stale = true;
        return;
    }
    columns_copy(table, &wanted, pending->row, row);
    for (size_t i = 0; i < SL_COLUMNS_MAX / 64; i++)
        pending->columns.bits[i] |= wanted.bits[i];
    if (version)
        *version = *sl_row_version(table, pending->row);
}

void sl_update(sl_context *cx, const sl_table *table, void *row, const char *columns)
{
    sl_update_in(cx, cx->scope, table, row, columns);
}

void sl_delete_in(sl_context *cx, const char *scope, const sl_table *table, const void *row)
{
    if (!row_has_id(cx, table, row))
        return;
    struct sl_write_set *set = sl_write_set_of(cx);
    int32_t field = sl_table_field(table, "version", 7);
    const int64_t *version =
        field < 0 ? NULL : (const void *)((const char *)row + table->fields[field].offset);
    sl_operation *pending = set_search(set, table, scope, row_id(row));
    if (!pending) {
        sl_operation *operation = set_append(cx, SL_OPERATION_DELETE, scope, table, row);
        operation->guard = version ? *version : SL_NONE;
    } else if (!version_fits(pending, version)) {
        set->stale = true;
    } else if (pending->kind == SL_OPERATION_UPDATE) {
        pending->kind = SL_OPERATION_DELETE;
    } else {
        pending->kind = SL_OPERATION_NONE;
        set->live--;
    }
}

void sl_delete(sl_context *cx, const sl_table *table, const void *row)
{
    sl_delete_in(cx, cx->scope, table, row);
}

/* ---- additions ---- */

/* False when a sum does not fit 64 bits; it is not added then. */
static bool counters_add(const sl_table *table, const sl_columns *columns, void *to,
                         const void *from)
{
    for (uint32_t i = 0; table->fields[i].type != SL_TYPE_END; i++) {
        if (!sl_columns_has(columns, i))
            continue;
        uint32_t offset = table->fields[i].offset;
        int64_t a;
        int64_t b;
        memcpy(&a, (char *)to + offset, sizeof(a));
        memcpy(&b, (const char *)from + offset, sizeof(b));
        if (__builtin_add_overflow(a, b, &a))
            return false;
        memcpy((char *)to + offset, &a, sizeof(a));
    }
    return true;
}

static void counters_check(sl_context *cx, const sl_table *table, const sl_columns *columns)
{
    for (uint32_t i = 0; table->fields[i].type != SL_TYPE_END; i++) {
        int32_t type = table->fields[i].type;
        if (sl_columns_has(columns, i) && type != SL_TYPE_INT64 && type != SL_TYPE_MONEY)
            sl_write_set_of(cx)->fault = sl_format(cx, "Column %s of table %s is no counter.",
                                                   table->fields[i].name, table->name);
    }
}

void sl_add(sl_context *cx, const sl_table *table, const void *row, const char *columns)
{
    if (!row_has_id(cx, table, row))
        return;
    struct sl_write_set *set = sl_write_set_of(cx);
    sl_columns wanted;
    columns_parse(cx, table, columns, &wanted);
    counters_check(cx, table, &wanted);
    if (columns_none(&wanted))
        set->fault = sl_format(cx, "An addition to %s names no column.", table->name);
    for (uint32_t i = 0; !set->fault && i < set->count; i++) {
        const sl_operation *other = &set->operations[i];
        if (other->kind == SL_OPERATION_ADD && other->table == table &&
            strcmp(row_id(other->row), row_id(row)) == 0 && strcmp(other->scope, cx->scope) == 0 &&
            memcmp(&other->columns, &wanted, sizeof(wanted)) == 0) {
            if (!counters_add(table, &wanted, other->row, row))
                set->fault = sl_format(cx, "A counter of %s overflows.", table->name);
            return;
        }
    }
    sl_operation *operation = set_append(cx, SL_OPERATION_ADD, cx->scope, table, row);
    operation->columns = wanted;
    int64_t *version = sl_row_version(table, operation->row);
    if (version)
        *version = 1;
}

bool sl_write_set_add_to(const struct sl_write_set *set, const sl_table *table, const char *scope,
                         const char *id, bool found, void *row)
{
    bool any = false;
    for (uint32_t i = 0; set && i < set->count; i++) {
        const sl_operation *operation = &set->operations[i];
        if (operation->kind != SL_OPERATION_ADD || operation->table != table ||
            strcmp(row_id(operation->row), id) != 0 || strcmp(operation->scope, scope) != 0)
            continue;
        if (found || any)
            (void)counters_add(table, &operation->columns, row, operation->row);
        else
            memcpy(row, operation->row, table->row_size);
        any = true;
    }
    return any;
}

/* ---- looking ---- */

const void *sl_pending(const sl_context *cx, const sl_table *table, const char *id)
{
    const sl_operation *operation = sl_write_set_find(cx->writes, table, cx->scope, id);
    return operation && operation->kind != SL_OPERATION_DELETE ? operation->row : NULL;
}

bool sl_has_pending(const sl_context *cx)
{
    return cx->writes && cx->writes->live > 0;
}

/* ---- compiling ---- */

/* Eight bytes of an id that tell it from those made before and after it, as a number: of our own ids what they have of time
 * and counter, so that rows are mostly in the order in which they were made; of others their end. */
static uint64_t id_order(const char *id)
{
    size_t length = strlen(id);
    const char *own = memrchr(id, '_', length);
    const char *at = length > sizeof(uint64_t) ? id + length - sizeof(uint64_t) : id;
    if (own && id + length - own == 1 + SL_ID_LETTERS)
        at = own + 1 + 3;
    uint64_t order = 0;
    for (size_t i = 0; i < sizeof(order) && at[i]; i++)
        order = order << 8 | (unsigned char)at[i];
    return order;
}

const sl_argument *sl_operation_arguments(sl_context *cx, const sl_operation *operation,
                                          uint32_t count)
{
    const sl_table *table = operation->table;
    const void *row = operation->row;
    sl_argument *arguments = sl_arena_alloc(cx->arena, count * sizeof(sl_argument));
    uint32_t next = 0;
    arguments[next++] = sl_text(operation->scope);
    bool whole = sl_operation_is_whole(operation->kind);
    if (!whole)
        arguments[next++] = sl_text(row_id(row));
    for (uint32_t i = 0; table->fields[i].type != SL_TYPE_END; i++) {
        if (whole ||
            (operation->kind == SL_OPERATION_UPDATE && sl_columns_has(&operation->columns, i)))
            arguments[next++] = sl_row_argument(cx, &table->fields[i], row);
    }
    if (!whole && operation->guard != SL_NONE)
        arguments[next++] = sl_int(operation->guard);
    return arguments;
}

static void operation_compile(sl_context *cx, const sl_operation *operation, sl_statement *ret)
{
    const sl_shape *shape = sl_statement_write(cx->host->database, operation);
    *ret = (sl_statement){
        .sql = shape->sql,
        .shape = shape,
        .operation = operation,
        .count = shape->count,
        .one_row = operation->kind != SL_OPERATION_IGNORE,
        .table = operation->table->name,
        .scope = operation->scope,
        .id = row_id(operation->row),
        .order = id_order(row_id(operation->row)),
    };
}

/* What tells whether the set was committed: the rows it inserts are there, the versions it raises are not the old ones. */
uint32_t sl_write_probes(sl_context *cx, const sl_write *write, const sl_statement **ret_probes)
{
    const struct sl_write_set *set = write->set;
    sl_statement *probes = sl_arena_alloc(cx->arena, set->live * sizeof(*probes));
    uint32_t count = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        const sl_operation *operation = &set->operations[i];
        bool insert = operation->kind == SL_OPERATION_INSERT;
        if (!insert && (operation->kind != SL_OPERATION_UPDATE || operation->guard == SL_NONE))
            continue;
        sl_argument *arguments = sl_arena_alloc(cx->arena, 3 * sizeof(sl_argument));
        arguments[0] = sl_text(operation->scope);
        arguments[1] = sl_text(row_id(operation->row));
        arguments[2] = sl_int(operation->guard);
        probes[count++] = (sl_statement){ .sql = sl_statement_probe(cx->host->database, operation),
                                          .arguments = arguments,
                                          .count = insert ? 2 : 3 };
    }
    *ret_probes = probes;
    return count;
}

int sl_statement_order(const sl_statement *a, const sl_statement *b)
{
    int order = a->table == b->table ? 0 : strcmp(a->table, b->table);
    if (order == 0)
        order = (a->order > b->order) - (a->order < b->order);
    if (order == 0)
        order = strcmp(a->id, b->id);
    return order == 0 && a->scope != b->scope ? strcmp(a->scope, b->scope) : order;
}

/* Of pointers into one array: where it says nothing, they stay in that array's order. */
static int made_order(const void *a, const void *b)
{
    const sl_statement *x = *(const sl_statement *const *)a;
    const sl_statement *y = *(const sl_statement *const *)b;
    int order = sl_statement_order(x, y);
    return order != 0 ? order : (x > y) - (x < y);
}

void sl_write_set_compile(sl_context *cx, const struct sl_write_set *set, sl_write *ret_write)
{
    sl_statement *made = sl_arena_alloc(cx->arena, set->live * sizeof(*made));
    const sl_statement **ordered =
        sl_arena_alloc(cx->arena, set->live * sizeof(const sl_statement *));
    sl_statement *statements = sl_arena_alloc(cx->arena, set->live * sizeof(*statements));
    uint32_t count = 0;
    /* PostgreSQL's driver seldom wants them one by one; numbers are put into them, and another thread must not make them. */
    bool wanted = set->draws || cx->host->database->driver->sqlite;
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->operations[i].kind == SL_OPERATION_NONE)
            continue;
        sl_statement *statement = &made[count];
        operation_compile(cx, &set->operations[i], statement);
        if (wanted)
            statement->arguments =
                sl_operation_arguments(cx, statement->operation, statement->count);
        ordered[count] = &made[count];
        count++;
    }
    qsort(ordered, count, sizeof(const sl_statement *), made_order);
    for (uint32_t i = 0; i < count; i++)
        statements[i] = *ordered[i];
    *ret_write =
        (sl_write){ .statements = statements, .count = count, .set = set, .draws = set->draws };
}
