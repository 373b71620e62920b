/*
 * wrong_name.c: it names itself otherwise than its file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

SL_PLUGIN(.name = "other", .version = "1.0.0", .summary = "Another name")
