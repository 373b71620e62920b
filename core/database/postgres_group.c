/*
 * postgres_group.c: the statements of a group: their order, who cannot go with whom, and the pieces they are sent in.
 *
 * Everyone touches tables in the order of their names and in each the rows by id, so two groups never wait for each
 * other in a circle. Within a table a group inserts first: an insert and an update wait for each other's row only when
 * somebody deletes it, and what is inserted together can then be one statement whatever else happens to the table. Updates,
 * deletes and additions lock rows: theirs is the order of rows, and only neighbours of one shape go together.
 *
 * A row may be touched once in a group, but for additions, which add up. A set that touches a row again waits for the next
 * group, and one that touches a row twice itself goes alone, statement by statement.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "core/database/postgres_batch.h"

/* Rows of one statement: what bounds the memory of both sides. */
#define PIECE_ROWS 1024

static int placed_order(const void *a, const void *b)
{
    const sl_pg_placed *x = a;
    const sl_pg_placed *y = b;
    int order = sl_statement_order(x->statement, y->statement);
    return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static bool is_same(const char *a, const char *b)
{
    return a == b || strcmp(a, b) == 0;
}

static void group_fill(sl_pg_group *group)
{
    uint32_t count = group->count * group->members[0]->write->count;
    group->placed = sl_arena_alloc(group->arena, count * sizeof(*group->placed));
    group->pieces = sl_arena_alloc(group->arena, count * sizeof(*group->pieces));
    group->placed_count = count;
    sl_pg_placed *placed = group->placed;
    const sl_write *first = group->members[0]->write;
    for (uint32_t s = 0; s < first->count; s++) {
        for (uint32_t i = 0; i < group->count; i++, placed++) {
            const sl_statement *statement = &group->members[i]->write->statements[s];
            *placed = (sl_pg_placed){ .statement = statement,
                                      .arguments = statement->arguments,
                                      .member = group->members[i],
                                      .number = i * first->count + s };
        }
    }
}

/* Members are alike: as they stand, all statements of a table are neighbours already. */
static void rows_sort(sl_pg_group *group)
{
    const sl_write *first = group->members[0]->write;
    uint32_t end;
    for (uint32_t begin = 0; begin < first->count; begin = end) {
        const char *table = first->statements[begin].table;
        for (end = begin + 1; end < first->count && is_same(first->statements[end].table, table);)
            end++;
        qsort(group->placed + begin * group->count, (size_t)(end - begin) * group->count,
              sizeof(*group->placed), placed_order);
    }
}

const sl_argument *sl_pg_placed_arguments(sl_pg_placed *placed)
{
    const sl_statement *statement = placed->statement;
    if (!placed->arguments)
        placed->arguments =
            sl_operation_arguments(placed->member->cx, statement->operation, statement->count);
    return placed->arguments;
}

/* ---- who cannot go with whom ---- */

static bool both_add(const sl_statement *a, const sl_statement *b)
{
    return a->shape == b->shape && a->shape->kind == SL_OPERATION_ADD;
}

/* Whether the second can only be a conflict once the first is committed. */
static bool excludes(const sl_statement *first, const sl_statement *second)
{
    if (!second->one_row)
        return false;
    if (second->shape->kind == SL_OPERATION_INSERT)
        return first->shape->kind == SL_OPERATION_INSERT && first->one_row;
    return first->shape->guarded && second->shape->guarded &&
           first->operation->guard == second->operation->guard;
}

/* The statements of one row: the earliest member that is still there has it, the others give way. */
static void row_settle(const sl_pg_placed *placed, uint32_t count)
{
    const sl_pg_placed *owner = NULL;
    for (uint32_t i = 0; i < count; i++) {
        sl_pg_member *member = placed[i].member;
        if (member->away)
            continue;
        if (!owner) {
            owner = &placed[i];
        } else if (member != owner->member && !both_add(owner->statement, placed[i].statement)) {
            member->away = true;
            if (excludes(owner->statement, placed[i].statement))
                member->rival = owner->member;
        }
    }
}

static bool touches_twice(const sl_write *write)
{
    for (uint32_t i = 1; i < write->count; i++) {
        if (sl_statement_order(&write->statements[i - 1], &write->statements[i]) == 0)
            return true;
    }
    return false;
}

static void members_settle(sl_pg_group *group)
{
    bool alone = touches_twice(group->members[0]->write);
    for (uint32_t i = 1; i < group->count; i++)
        group->members[i]->away = alone || touches_twice(group->members[i]->write);
    uint32_t first = 0;
    for (uint32_t i = 1; i <= group->placed_count; i++) {
        if (i < group->placed_count &&
            sl_statement_order(group->placed[first].statement, group->placed[i].statement) == 0)
            continue;
        if (i - first > 1)
            row_settle(group->placed + first, i - first);
        first = i;
    }
    /* A rival that is away itself proves nothing. */
    for (uint32_t i = 0; i < group->count; i++) {
        sl_pg_member *member = group->members[i];
        if (member->rival && (!member->away || member->rival->away))
            member->rival = NULL;
    }
}

/* ---- the order ---- */

void sl_pg_group_thin(sl_pg_group *group)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < group->placed_count; i++) {
        const sl_pg_member *member = group->placed[i].member;
        if (!member->left && !member->away)
            group->placed[kept++] = group->placed[i];
    }
    group->placed_count = kept;
    kept = 0;
    for (uint32_t i = 0; i < group->count; i++) {
        if (!group->members[i]->left && !group->members[i]->away)
            group->members[kept++] = group->members[i];
    }
    group->count = kept;
}

static bool inserts(const sl_pg_placed *placed)
{
    return placed->statement->shape->kind == SL_OPERATION_INSERT;
}

/* Within each table the inserts come first; else the order stays. */
static void inserts_first(sl_pg_group *group)
{
    sl_pg_placed *others = sl_arena_alloc(group->arena, group->placed_count * sizeof(*others));
    uint32_t end;
    for (uint32_t begin = 0; begin < group->placed_count; begin = end) {
        const char *table = group->placed[begin].statement->table;
        uint32_t front = begin;
        uint32_t other = 0;
        for (end = begin; end < group->placed_count; end++) {
            const sl_pg_placed *placed = &group->placed[end];
            if (!is_same(placed->statement->table, table))
                break;
            if (inserts(placed))
                group->placed[front++] = *placed;
            else
                others[other++] = *placed;
        }
        if (other > 0)
            memcpy(group->placed + front, others, other * sizeof(*others));
    }
}

void sl_pg_group_place(sl_pg_group *group)
{
    group_fill(group);
    if (group->count == 1)
        return;
    rows_sort(group);
    members_settle(group);
    sl_pg_group_thin(group);
    if (group->count > 1)
        inserts_first(group);
}

/* ---- pieces ---- */

static bool goes_with(const sl_pg_placed *a, const sl_pg_placed *b)
{
    return a->statement->shape == b->statement->shape &&
           a->statement->one_row == b->statement->one_row;
}

void sl_pg_group_cut(sl_pg_group *group)
{
    bool alone = group->count == 1;
    group->piece_count = 0;
    for (uint32_t i = 0; i < group->placed_count; i++) {
        sl_pg_piece *last = group->piece_count > 0 ? &group->pieces[group->piece_count - 1] : NULL;
        if (!alone && last && last->count < PIECE_ROWS &&
            goes_with(&group->placed[last->first], &group->placed[i]))
            last->count++;
        else
            group->pieces[group->piece_count++] = (sl_pg_piece){ .first = i, .count = 1 };
    }
}
