/*
 * tiny_struct.c: its descriptor ends before the ABI version.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void);
SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void)
{
    static const sl_plugin_descriptor descriptor = { .struct_size = 4,
                                                     .abi_version = SL_ABI_VERSION,
                                                     .name = "tiny_struct" };
    return &descriptor;
}
