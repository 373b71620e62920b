/*
 * newer_minor.c: built for a later minor version of the ABI than the host has.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void);
SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void)
{
    static const sl_plugin_descriptor descriptor = { .struct_size = sizeof(descriptor),
                                                     .abi_version = SL_ABI_VERSION + 3,
                                                     .name = "newer_minor" };
    return &descriptor;
}
