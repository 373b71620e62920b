/*
 * wipe.c: memory that is not to be found again once it is given back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void sl_wipe_free(void *pointer)
{
    if (pointer != NULL)
        explicit_bzero(pointer, malloc_usable_size(pointer));
    free(pointer);
}
