/*
 * no_name.c: its descriptor has no name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void);
SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void)
{
    static const sl_plugin_descriptor descriptor = { .struct_size = sizeof(descriptor),
                                                     .abi_version = SL_ABI_VERSION };
    return &descriptor;
}
