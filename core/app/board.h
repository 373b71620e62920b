/*
 * board.h: memory in which each worker tells its master how it is.
 *
 * An entry belongs to one worker at a time: the worker writes, the master reads while the worker lives and once it has ended.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_BOARD_H
#define STRIPE_LITE_CORE_APP_BOARD_H

#include <stdatomic.h>
#include <stdint.h>

typedef struct sl_board_entry {
    _Atomic int64_t beat; /* monotonic ms at which its loop last turned */
    _Atomic int crashed;  /* the signal it reports; the texts are there before it */
    char plugin[48];      /* on the stack of the crash; "": none */
    char function[64];
    char work[96]; /* "POST /v1/charges" */
    char id[64];
} sl_board_entry;

/* `count` zeroed entries that every process forked from now on shares; NULL when the system refuses. since 1.0
 * [start-up only] */
sl_board_entry *sl_board_new(uint32_t count);

/* Makes an entry ready for its next worker. since 1.0 [no-suspend] */
void sl_board_clear(sl_board_entry *entry);

#endif
