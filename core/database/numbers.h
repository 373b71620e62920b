/*
 * numbers.h: numbers without gaps, which the database gives out while it writes what bears them.
 *
 * Until then a stand-in stands in their place. A driver draws first (sl_draw_sql, all of one series at once if it likes), says in
 * each draw which number it became, and then writes the statements with the arguments that sl_draws_fill makes of theirs.
 * The row of the series stays locked until the transaction ends: so the numbers are without gaps, in the order of the commits,
 * and who draws waits for nobody but the database.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_DATABASE_NUMBERS_H
#define STRIPE_LITE_CORE_DATABASE_NUMBERS_H

#include "core/database/driver.h"

/* In the context's memory. */
struct sl_draw {
    struct sl_draw *next;
    const char *scope;
    const char *series;
    const char *prefix;
    int32_t digits;
    char *text;           /* what the caller has: the stand-in, once committed the number */
    const char *stand_in; /* as long as it is needed to be found */
    int64_t number;       /* of the latest try */
};

/* $1 the scope, $2 the series, $3 how many; answers one row, the last of them. */
extern const char sl_draw_sql[];

/* The order in which everyone draws. since 1.0 [no-suspend], all of these */
int sl_draw_order(const sl_draw *a, const sl_draw *b);

/* The statement's arguments with numbers for stand-ins: its own where there are none, else in `arena`. */
const sl_argument *sl_draws_fill(sl_arena *arena, const sl_draw *draws,
                                 const sl_statement *statement);

/* The set is committed: its texts are the numbers from here on. */
void sl_draws_settle(struct sl_write_set *set);

/* `text` with the numbers that this context was given for their stand-ins; what was rendered before the commit needs it. */
const char *sl_numbers_settled(sl_context *cx, const char *text, size_t *length);

#endif
