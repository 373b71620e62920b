/*
 * postgres_batch.h: what the files share that commit write sets in groups: members, their statements in order, and the pieces
 * in which these are sent.
 *
 * postgres_batch.c: the queue, who leads, a group to its end. postgres_group.c: the order of statements, and who cannot go
 * with whom. postgres_layout.c: many rows as one binary parameter. postgres_transaction.c: one attempt. postgres_verdict.c:
 * what became of a COMMIT whose answer was lost.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_POSTGRES_BATCH_H
#define STRIPE_LITE_CORE_DATABASE_POSTGRES_BATCH_H

#include "core/database/numbers.h"
#include "core/database/postgres.h"
#include "core/database/write_set.h"

#define SL_PG_GROUP 256
/* Milliseconds. */
#define SL_PG_ANSWER_PATIENCE 15000

enum { SL_PG_WAITS, SL_PG_LEADS, SL_PG_TAKEN, SL_PG_DONE };

/* On the stack of the fiber that commits. */
typedef struct sl_pg_member {
    struct sl_pg_member *next;
    sl_context *cx;
    const sl_write *write;
    sl_condition condition;
    int state;
    bool away; /* touches a row that an earlier member touches: not in this group */
    bool conflict;
    bool left; /* of the group: `status` is its fate */
    /* When this one is committed, the member that is away cannot be. */
    const struct sl_pg_member *rival;
    sl_status status;
} sl_pg_member;

typedef struct sl_pg_placed {
    const sl_statement *statement;
    const sl_argument *arguments; /* with numbers for stand-ins; NULL: nobody wanted them yet */
    sl_pg_member *member;
    uint32_t number;
    bool prepares;
} sl_pg_placed;

typedef struct sl_pg_form sl_pg_form;

/* Statements of one shape, one after the other in the order of all. */
typedef struct sl_pg_piece {
    uint32_t first;
    uint32_t count;
    uint32_t rows;    /* distinct ones */
    sl_pg_form *form; /* NULL: one statement a row */
    bool prepares;
} sl_pg_piece;

typedef struct sl_pg_group {
    sl_arena *arena;
    sl_pg_member *members[SL_PG_GROUP];
    uint32_t count;
    sl_pg_placed *placed;
    uint32_t placed_count;
    sl_pg_piece *pieces;
    uint32_t piece_count;
} sl_pg_group;

/* Refuses who waits in the queue, while the leader is held up by a server that is away. [no-suspend] */
void sl_pg_batch_refuse(sl_pg_batch *batch);

/* ---- postgres_group.c [no-suspend] ---- */

/* Puts the members' statements in order. Those that cannot go with an earlier one are `away` afterwards and not members. */
void sl_pg_group_place(sl_pg_group *group);
/* The arguments of its statement. */
const sl_argument *sl_pg_placed_arguments(sl_pg_placed *placed);
/* Takes out who has `left`. */
void sl_pg_group_thin(sl_pg_group *group);
/* Cuts the order into pieces. */
void sl_pg_group_cut(sl_pg_group *group);

/* ---- postgres_layout.c ---- */

/* How rows of one shape are sent on this connection; NULL: not as rows. Asks for the table's columns the first time.
 * SL_E_UNAVAILABLE: the connection is lost. [suspends] */
sl_status sl_pg_form_find(sl_pg_batch *batch, const sl_statement *statement, int64_t deadline,
                          sl_pg_form **ret_form);
void sl_pg_forms_clear(sl_pg_batch *batch);
/* An empty buffer for all rows of a group, and the end of its use. It stays for the next group, as large as it had to be, and
 * holds nothing then. [no-suspend] */
sl_buffer *sl_pg_rows_buffer(sl_pg_batch *batch);
void sl_pg_rows_done(sl_pg_batch *batch);
/* The parameter, in place of what is in `out`. False when a row cannot be written so; then one statement a row must tell whose
 * fault that is. Sets `rows`. */
bool sl_pg_rows_write(sl_buffer *out, sl_pg_placed *placed, sl_pg_piece *piece);
bool sl_pg_rows_send(sl_pg_connection *connection, const sl_buffer *rows, sl_pg_piece *piece);
sl_status sl_pg_rows_receive(sl_pg_connection *connection, const sl_pg_piece *piece,
                             int64_t deadline, PGresult **ret_result);
/* The statement that counts the tables which are still what they were when their forms were made: put in behind all rows,
 * when nobody can change the tables any more. */
bool sl_pg_tables_send(sl_pg_connection *connection, const sl_pg_group *group, bool *ret_prepares,
                       uint32_t *ret_tables);
sl_status sl_pg_tables_receive(sl_pg_connection *connection, bool prepares, int64_t deadline,
                               PGresult **ret_result);

/* ---- postgres_numbers.c [suspends] ---- */

/* Begins the transaction and draws the numbers of all members; nothing of it when none draws (`ret_begun`). Who cannot be given
 * one has `left` (`ret_refused`): the transaction is broken then. SL_E_UNAVAILABLE: the connection is lost. */
sl_status sl_pg_numbers_draw(sl_pg_batch *batch, sl_pg_group *group, bool *ret_begun,
                             bool *ret_refused);

/* ---- postgres_transaction.c [suspends] ---- */

/* The session has ended, or another one stands behind this connection that does not know our statements. [no-suspend] */
bool sl_pg_is_lost(const PGresult *result);

typedef enum sl_pg_outcome {
    SL_PG_COMMITTED,
    SL_PG_THINNED, /* nothing was written; members have left, the others may go again */
    SL_PG_APART,   /* nothing was written; one statement a row will tell why */
    SL_PG_LOST,    /* the connection went before COMMIT was sent */
    SL_PG_UNCLEAR, /* it went afterwards */
} sl_pg_outcome;

/* `apart`: one statement a row, which tells whose set failed. */
sl_pg_outcome sl_pg_transaction(sl_pg_batch *batch, sl_pg_group *group, bool apart);

/* ---- postgres_verdict.c [suspends] ---- */

/* Finds out what became of a group whose COMMIT was not answered by the session that held `lock`; sets every member's status. */
void sl_pg_verdict(sl_pg_batch *batch, const sl_pg_group *group, int64_t lock);

#endif
