/*
 * board.c: the entries of all workers, in shared memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/app/board.h"

#include "core/base/clock.h"
#include "core/base/shared.h"

sl_board_entry *sl_board_new(uint32_t count)
{
    return sl_shared_new(count * sizeof(sl_board_entry));
}

void sl_board_clear(sl_board_entry *entry)
{
    atomic_store(&entry->crashed, 0);
    atomic_store(&entry->beat, sl_clock_monotonic_ms());
    entry->plugin[0] = entry->function[0] = entry->work[0] = entry->id[0] = '\0';
}
