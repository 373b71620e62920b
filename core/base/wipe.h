/*
 * wipe.h: memory that is not to be found again once it is given back.
 *
 * What a client sends may hold a card number wherever it stands, so whatever held a request's bytes is overwritten when it is
 * released: arenas, the buffers of connections, the trees of the JSON reader.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_WIPE_H
#define STRIPE_LITE_CORE_BASE_WIPE_H

/* As free(), the bytes overwritten before; NULL is nothing. For the libraries that take a function of their own. [no-suspend] */
void sl_wipe_free(void *pointer);

#endif
