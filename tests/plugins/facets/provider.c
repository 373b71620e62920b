/*
 * provider.c: a plugin that offers a service.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

#include "adder.h"

static int32_t add(int32_t a, int32_t b)
{
    return a + b;
}

static const struct adder adder = { .struct_size = sizeof(adder), .add = add };

static const sl_service_offer provides[] = { { .name = "provider/1", .functions = &adder },
                                             SL_SERVICES_END };

SL_PLUGIN(.name = "provider", .version = "1.0.0", .summary = "Offers a service",
          .provides = provides)
