/*
 * adder.h: the service that provider offers and consumer uses.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TESTS_PLUGINS_ADDER_H
#define TESTS_PLUGINS_ADDER_H

#include <stdint.h>

struct adder {
    uint32_t struct_size;
    int32_t (*add)(int32_t a, int32_t b);
};

/* The same service as a later release of the provider might have it. */
struct later_adder {
    struct adder first;
    int32_t (*subtract)(int32_t a, int32_t b);
};

#endif
