/*
 * abi.h: what every other header stands on: visibility, the ABI's number, calling attributes.
 *
 * The promise: a plugin built against 1.x loads into every host 1.y with y >= x. Opaque types may change freely. Structs
 * that a plugin defines once (descriptors, services) begin with `struct_size` and only ever grow at their end. Structs that
 * stand in tables (fields, routes, ...) keep their size for the life of a major version: they grow into `reserved`, which
 * must be zero. Integers are of fixed width; there are no enums, bit-fields, `long` or `time_t` in a public struct.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_ABI_H
#define STRIPE_LITE_ABI_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SL_ABI_MAJOR 1u
#define SL_ABI_MINOR 0u
/* Major in the high half, minor in the low one; a host loads a plugin when majors are equal and the minor is not above its own. */
#define SL_ABI_VERSION ((SL_ABI_MAJOR << 16) | SL_ABI_MINOR)

#if defined(__GNUC__)
#define SL_API __attribute__((visibility("default")))
#define SL_MUST_CHECK __attribute__((warn_unused_result))
#define SL_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define SL_API
#define SL_MUST_CHECK
#define SL_PRINTF(text, first)
#endif

#ifdef __cplusplus
#define SL_BEGIN_DECLS extern "C" {
#define SL_END_DECLS }
#else
#define SL_BEGIN_DECLS
#define SL_END_DECLS
#endif

/* The absent value of a nullable number: what a missing parameter or a NULL column reads as. */
#define SL_NONE INT64_MIN

#endif
