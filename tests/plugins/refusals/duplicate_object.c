/*
 * duplicate_object.c: it owns a type of objects that another plugin owns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static sl_status heard(sl_context *cx, const sl_gateway_object *object)
{
    (void)cx;
    (void)object;
    return SL_OK;
}

static const sl_gateway_object_type objects[] = {
    { .type = "thing", .handler = heard },
    SL_GATEWAY_OBJECTS_END,
};

SL_PLUGIN(.name = "duplicate_object", .version = "1.0.0", .summary = "Wants things too",
          .gateway_objects = objects)
