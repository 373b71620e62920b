/*
 * stripe_lite.h: everything a plugin may use.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_H
#define STRIPE_LITE_H

#include <stripe_lite/abi.h>
#include <stripe_lite/status.h>
#include <stripe_lite/context.h>
#include <stripe_lite/money.h>
#include <stripe_lite/json.h>
#include <stripe_lite/field.h>
#include <stripe_lite/database.h>
#include <stripe_lite/route.h>
#include <stripe_lite/resource.h>
#include <stripe_lite/event.h>
#include <stripe_lite/job.h>
#include <stripe_lite/queue.h>
#include <stripe_lite/http_client.h>
#include <stripe_lite/gateway.h>
#include <stripe_lite/conformance.h>
#include <stripe_lite/crypto.h>
#include <stripe_lite/fault.h>
#include <stripe_lite/log.h>
#include <stripe_lite/plugin.h>

/* Names the host's version; sl_version() is the running host's. */
SL_BEGIN_DECLS
/* "1.0.0". since 1.0 [no-suspend] */
SL_API const char *sl_version(void);
SL_END_DECLS

#endif
