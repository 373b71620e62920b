/*
 * shared.c: memory that the master makes and its workers share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/shared.h"

#include <sys/mman.h>

void *sl_shared_new(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void sl_shared_free(void *memory, size_t size)
{
    if (memory != NULL)
        (void)munmap(memory, size);
}
