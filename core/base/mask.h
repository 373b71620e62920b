/*
 * mask.h: texts without what must not be seen: card numbers, keys, credentials.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_MASK_H
#define STRIPE_LITE_CORE_BASE_MASK_H

#include "core/base/arena.h"

/* `text` with these replaced: runs of 13 to 19 digits that pass the Luhn check, also with single spaces, dashes, "+" or "%20"
 * between them ("****4242"); keys (sk_, rk_, pk_, app_, whsec_) and client secrets, all but the last four ("sk_****wxyz"); what
 * follows "Bearer " or "Basic ". `text` itself when there is nothing to hide; NULL stays NULL. since 1.0 [no-suspend] */
const char *sl_mask(sl_arena *arena, const char *text);

/* Whether the digits, spaces and dashes of `text` are a number a card could have. since 1.0 [no-suspend] */
int sl_looks_like_card(const char *text);

#endif
