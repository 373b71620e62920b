/*
 * wrong_major.c: built for the next major version of the ABI.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void);
SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void)
{
    static const sl_plugin_descriptor descriptor = { .struct_size = sizeof(descriptor),
                                                     .abi_version = 2u << 16,
                                                     .name = "wrong_major" };
    return &descriptor;
}
