/*
 * script.h: an adapter's examples become what the upstream plays: variables filled in, answers made whole.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_CONFORMANCE_SCRIPT_H
#define STRIPE_LITE_CORE_CONFORMANCE_SCRIPT_H

#include <stripe_lite/conformance.h>

#include "core/conformance/upstream.h"

/* What $(name) in the examples stands for. */
typedef struct sl_script_variables {
    const char *upstream;
    const char *attempt;
    const char *key;
    const char *original;
    const char *token;
    const char *currency;
    int64_t amount;
} sl_script_variables;

/* since 1.0 [no-suspend], all of these; what they give is the context's */

/* `text` with its variables filled in; NULL stays NULL, and what is no variable stays as it is. */
const char *sl_script_fill(sl_context *cx, const sl_script_variables *variables, const char *text);

/* A whole HTTP answer. `headers`: further lines, or NULL. */
const char *sl_script_answer(sl_context *cx, int32_t status, const char *headers, const char *body);

/* The answers of `first`, then of `second` (each may be NULL); those of `first` are harmless. */
void sl_script_make(sl_context *cx, const sl_script_variables *variables,
                    const sl_gateway_exchange *first, const sl_gateway_exchange *second,
                    sl_upstream_script *ret_script);

/* The exchange that the script's answer `index` was made of. */
const sl_gateway_exchange *sl_script_exchange(const sl_gateway_exchange *first,
                                              const sl_gateway_exchange *second, int32_t index);

/* Whether `word` stands in `text` and is not a part of a longer word or number. */
bool sl_script_holds(const char *text, const char *word);

/* The value of a header in a whole request; NULL when it is not there. */
const char *sl_script_header(sl_context *cx, const char *request, const char *name);

#endif
