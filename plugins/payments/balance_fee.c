/*
 * balance_fee.c: the arithmetic of fees.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "balance_service.h"

#define WHOLE 10000 /* hundredths of a percent */

int64_t fee_of(int64_t amount, int64_t hundredths_of_percent, int64_t fixed)
{
    int64_t share;
    int64_t fee;
    if (!sl_money_share(amount, hundredths_of_percent, WHOLE, &share) ||
        !sl_money_add(share, fixed, &fee))
        return INT64_MAX;
    return fee;
}
